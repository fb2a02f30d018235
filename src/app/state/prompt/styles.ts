// The user's prompt styles as the page has them, and which of them the next run applies.
import { createMemo, createSignal, type Accessor } from "solid-js";
import { textOfFile } from "../../text-file.ts";
import { StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import { formatStyles, parseStyles, withStyles, type PromptStyle } from "../../../stylus/styles.ts";
import type { ImagePrompt } from "../../../stylus/wildcards/wildcards.ts";
import { t } from "../../../texts/texts.ts";
import type { NamedRows } from "../../prompts/named-rows.ts";
import { createPromptRows, type PromptRows } from "./prompt-rows.ts";
import type { SettingsStore } from "../settings/stored.ts";

const maxFileBytes = 2e6;

export interface StylesState extends Pick<PromptRows<PromptStyle>, "persistent" | "error" | "ready"> {
  readonly list: Accessor<readonly PromptStyle[]>;
  /** Those that the next run applies, in the order in which they were chosen. */
  readonly applied: Accessor<readonly PromptStyle[]>;
  /** Prompt and negative prompt of the settings with them. */
  readonly prompts: Accessor<ImagePrompt>;
  readonly open: Accessor<boolean>;
  show(): void;
  close(): void;
  toggle(name: string): void;
  /** Writes the applied ones into the prompts, which they then belong to. */
  writeOut(): void;
  /** Keeps a style, in the place of one of the same name. Answers whether it is kept. */
  save(style: PromptStyle): Promise<boolean>;
  remove(name: string): Promise<void>;
  /** Adds the styles of styles.csv files, and shows them. */
  take(files: readonly File[]): Promise<void>;
  /** All of them as a styles.csv. */
  file(): Blob;
}

async function readFile(file: File): Promise<PromptStyle[]> {
  if (file.size > maxFileBytes)
    throw new StylusError("bad-file", say`${file.name} is larger than ${maxFileBytes / 1e6} MB.`, {
      where: file.name,
      remedy: say`Split it into smaller files.`,
    });
  return parseStyles(await textOfFile(file), file.name);
}

export function createStyles(context: {
  readonly opening: Promise<NamedRows<PromptStyle>>;
  readonly settings: SettingsStore;
  readonly announce: (text: string) => void;
}): StylesState {
  const { opening, announce } = context;
  const [settings, setSettings] = context.settings;
  const [open, setOpen] = createSignal(false);
  const kept = createPromptRows(opening, { yours: say`Your styles`, these: say`these styles` });
  const applied = createMemo(() => {
    const byName = new Map(kept.rows().map((style) => [style.name, style]));
    return settings.styles.flatMap((name) => byName.get(name) ?? []);
  });
  const prompts = createMemo(() =>
    withStyles({ prompt: settings.prompt, negativePrompt: settings.negativePrompt }, applied()),
  );
  const leave = (name: string): void => setSettings("styles", (names) => names.filter((one) => one !== name));

  return {
    list: kept.rows,
    applied,
    prompts,
    open,
    persistent: kept.persistent,
    error: kept.error,
    ready: kept.ready,
    show: () => setOpen(true),
    close: () => setOpen(false),
    toggle(name) {
      if (settings.styles.includes(name)) leave(name);
      else setSettings("styles", (names) => [...names, name]);
    },
    writeOut: () => setSettings({ ...prompts(), styles: [] }),
    async save(style) {
      const isKept = await kept.attempt(() => kept.put([style]));
      if (isKept) announce(t.prompt.styles.saved(style.name));
      return isKept;
    },
    async remove(name) {
      if (!(await kept.attempt(() => kept.remove(name)))) return;
      leave(name);
      announce(t.prompt.styles.removed(name));
    },
    async take(files) {
      setOpen(true);
      await kept.attempt(async () => {
        const added = (await Promise.all(files.map(readFile))).flat();
        await kept.put(added);
        announce(t.prompt.styles.added(added.length));
      });
    },
    file: () => new Blob([formatStyles(kept.rows())], { type: "text/csv" }),
  };
}
