// Checkpoints on the user's disk that the page was shown. Nothing of them is copied: what is kept in IndexedDB is the browser's
// handle to the place, for which it asks again on the next visit. Browsers without such handles forget them with the page.
import type { DBSchema } from "idb";
import * as v from "valibot";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { Records, type DatabaseShape } from "../../storage/records/database.ts";
import type { UserModelFacts } from "./checkpoint-facts.ts";
import { filesOfHandles, mayRead, type DiskFile, type DiskPick } from "./disk-files.ts";

export interface UserModel {
  /** "own-" and eight hex digits. */
  readonly id: string;
  readonly title: string;
  readonly sizeBytes: number;
  readonly facts: UserModelFacts;
  /** Its file says that it predicts v, or the user does where the file does not. */
  readonly vPrediction: boolean;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** Null: for this visit only. */
  readonly handles: readonly (FileSystemFileHandle | FileSystemDirectoryHandle)[] | null;
}

interface UserModelDatabase extends DBSchema {
  models: { key: string; value: UserModel };
}

const shape: DatabaseShape<UserModelDatabase> = {
  name: "stylus-web-models",
  version: 1,
  stores: { models: { keyPath: "id" } },
};

const modelSchema = v.looseObject({
  id: v.pipe(v.string(), v.startsWith("own-")),
  title: v.string(),
  sizeBytes: v.number(),
  facts: v.looseObject({
    layout: v.picklist(["diffusers", "single-file"]),
    isForInpainting: v.boolean(),
    predictionType: v.picklist(["epsilon", "v_prediction"]),
    parameters: v.number(),
    dtypes: v.array(v.string()),
    hasTokenizer: v.boolean(),
  }),
  vPrediction: v.boolean(),
  addedAt: v.number(),
  handles: v.nullable(v.array(v.looseObject({ kind: v.picklist(["file", "directory"]), name: v.string() }))),
});

/** Settings and gallery have these ids: the prefix must stay. */
const idPrefix = "own-";

/** Whether a model, or a pack's, is one of the user's own. */
export const isUserModel = (modelId: string): boolean => modelId.startsWith(idPrefix);

export interface UserModelStore {
  /** Oldest first. */
  all(): Promise<UserModel[]>;
  add(pick: DiskPick, about: Pick<UserModel, "title" | "facts">): Promise<UserModel>;
  change(id: string, change: Pick<UserModel, "vPrediction">): Promise<void>;
  /** @throws when the browser does not forget it: it stays */
  remove(id: string): Promise<void>;
  /** Whether its files may be read now. */
  readable(id: string, options: { readonly ask: boolean }): Promise<boolean>;
  /** @throws StylusError not-found (gone, or from an earlier visit) | device (the browser must be asked first) */
  open(id: string): Promise<{ readonly model: UserModel; readonly files: readonly DiskFile[] }>;
}

const freshId = (): string => `${idPrefix}${crypto.randomUUID().slice(0, 8)}`;

export function openUserModels(): UserModelStore {
  const records = Records.open(shape);
  /** What this visit knows: everything added, with its files. */
  const models = new Map<string, UserModel>();
  const opened = new Map<string, readonly DiskFile[]>();

  async function find(id: string): Promise<UserModel | undefined> {
    return models.get(id) ?? (await (await records)?.get("models", id, modelSchema).catch(() => undefined));
  }

  async function keep(model: UserModel): Promise<void> {
    models.set(model.id, model);
    // Without a handle there is nothing to keep; a browser that cannot store handles forgets them with the page.
    if (model.handles)
      await (await records)?.run((database) => database.put("models", model)).catch(() => {});
  }

  return {
    async all() {
      const kept = (await (await records)?.all("models", modelSchema).catch(() => [])) ?? [];
      const all = new Map([...kept.map((model) => [model.id, model] as const), ...models]);
      return [...all.values()].sort((a, b) => a.addedAt - b.addedAt);
    },
    async add({ handles, files }, { title, facts }) {
      const sizeBytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
      const vPrediction = facts.predictionType === "v_prediction";
      const model = { id: freshId(), title, sizeBytes, facts, vPrediction, addedAt: Date.now(), handles };
      opened.set(model.id, files);
      await keep(model);
      return model;
    },
    async change(id, change) {
      const model = await find(id);
      if (model) await keep({ ...model, ...change });
    },
    async remove(id) {
      // What came without a handle is not in the database.
      if (models.get(id)?.handles !== null)
        await (await records)?.run((database) => database.delete("models", id));
      models.delete(id);
      opened.delete(id);
    },
    async readable(id, options) {
      if (opened.has(id)) return true;
      const model = await find(id);
      return model?.handles ? mayRead(model.handles, options) : false;
    },
    async open(id) {
      const model = await find(id);
      if (!model) {
        throw new StylusError("not-found", say`You opened this model on an earlier visit.`, {
          where: id,
          remedy: say`This browser doesn’t remember files. Choose it again, or use another model.`,
        });
      }
      const known = opened.get(id);
      if (known) return { model, files: known };
      if (!(await mayRead(model.handles ?? [], { ask: false }))) {
        throw new StylusError(
          "device",
          say`${model.title} needs your permission before it can be read again.`,
          {
            where: id,
            remedy: say`Allow access to the file, or use another model.`,
          },
        );
      }
      const files = await filesOfHandles(model.handles ?? []);
      opened.set(id, files);
      return { model, files };
    },
  };
}
