// The messages between a page and the widget in its iframe (docs/widget.md): one schema for both sides.
import * as v from "valibot";
import { choices, limits, type Range } from "../shared/limits.ts";

/** A higher one means that a message of this one would be misread. */
export const protocolVersion = 1;

/** Images of one request; the page itself allows more. */
const mostImages = 4;

const inRange = ({ min, max }: Range) => v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));
const whole = (range: Range) => v.pipe(inRange(range), v.integer());
const text = (length: number) => v.pipe(v.string(), v.maxLength(length));
const side = v.pipe(whole(limits.size), v.multipleOf(limits.size.step));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

const adapterSchema = v.object({ id: name, weight: inRange(limits.adapterStrength) });

/** What an image is made of. Everything may be left out. */
const optionEntries = {
  prompt: v.optional(text(limits.promptLength)),
  negativePrompt: v.optional(text(limits.promptLength)),
  /** Id of a model. */
  pack: v.optional(name),
  /** "auto": chosen for the prompt. A list: exactly these. */
  adapters: v.optional(
    v.union([v.picklist(["auto", "none"]), v.pipe(v.array(adapterSchema), v.maxLength(16))]),
  ),
  seed: v.optional(whole(limits.seed)),
  steps: v.optional(whole(limits.steps)),
  /** Pixels, multiples of 8. */
  width: v.optional(side),
  height: v.optional(side),
  cfgScale: v.optional(inRange(limits.cfgScale)),
  sampler: v.optional(v.picklist(choices.sampler)),
};

export const settingsSchema = v.object({
  ...optionEntries,
  theme: v.optional(v.picklist(["auto", "light", "dark"])),
  /** A CSS colour. */
  accent: v.optional(text(100)),
  /** False: images are shown without being checked. */
  nsfwCheck: v.optional(v.boolean()),
  /** The probability from which an image is blurred. */
  nsfwThreshold: v.optional(inRange(limits.nsfwThreshold)),
});
/** What the attributes of `<stylus-image>` and the address of widget.html say. */
export type WidgetSettings = v.InferOutput<typeof settingsSchema>;

const optionsSchema = v.object({
  ...optionEntries,
  /** Images, 1 … 4. */
  count: v.optional(whole({ min: 1, max: mostImages })),
});
export type WidgetOptions = v.InferOutput<typeof optionsSchema>;

/** Names a request in its answers. */
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const stylus = v.literal(protocolVersion);

const commandSchema = v.variant("type", [
  v.object({ stylus, type: v.literal("connect"), settings: v.optional(settingsSchema) }),
  v.object({ stylus, type: v.literal("configure"), settings: settingsSchema }),
  v.object({ stylus, type: v.literal("generate"), id, options: v.optional(optionsSchema) }),
  v.object({ stylus, type: v.literal("cancel") }),
  v.object({ stylus, type: v.literal("capabilities") }),
  v.object({ stylus, type: v.literal("destroy") }),
]);
/** From the page to the widget. */
export type WidgetCommand = v.InferOutput<typeof commandSchema>;

const capabilitiesSchema = v.object({
  /** Of Stylus Web. */
  version: v.string(),
  /** Whether the widget's document is cross-origin isolated; without that WebAssembly has one thread. */
  isolated: v.boolean(),
  /** Of WebAssembly; null until a model is loaded, when there may be several. */
  threads: v.nullable(v.number()),
  /** What the model runs on; null until one is loaded. */
  device: v.nullable(v.object({ kind: v.picklist(["webgpu", "wasm"]), name: v.string() })),
  /** "memory": the browser keeps no files here, so that every visit downloads the model again. */
  storage: v.picklist(["kept", "memory"]),
  /** Whether several widgets take turns, so that only one at a time has a model in memory. */
  takesTurns: v.boolean(),
});
export type Capabilities = v.InferOutput<typeof capabilitiesSchema>;

const stages = ["wait", "load", "choose", "fetch", "generate"] as const;
export type WidgetStage = (typeof stages)[number];

const errorCodes = [
  "bad-input",
  "bad-file",
  "unsupported",
  "not-found",
  "network",
  "quota",
  "device",
  "memory",
  "device-lost",
  "cancelled",
  "internal",
  "bad-message",
  "version",
  "forbidden",
  "rate-limited",
  "busy",
] as const;
export type WidgetErrorCode = (typeof errorCodes)[number];

const eventSchema = v.variant("type", [
  v.object({ stylus, type: v.literal("ready"), capabilities: capabilitiesSchema }),
  v.object({ stylus, type: v.literal("capabilities"), capabilities: capabilitiesSchema }),
  v.object({
    stylus,
    type: v.literal("progress"),
    id: v.string(),
    stage: v.picklist(stages),
    /** Of the stage, 0 … 1; null where nobody knows. */
    fraction: v.nullable(v.number()),
  }),
  v.object({
    stylus,
    type: v.literal("image"),
    id: v.string(),
    /** From 0. */
    index: v.number(),
    seed: v.number(),
    /** Pixels. */
    width: v.number(),
    height: v.number(),
    fileName: v.string(),
    /** With the settings in its text. */
    png: v.blob(),
    adapters: v.array(v.object({ id: v.string(), title: v.string(), strength: v.number() })),
    /** The probability that it is not safe for work, 0 … 1; null: it could not be checked; absent: the check is off. */
    nsfw: v.nullish(v.number()),
  }),
  v.object({
    stylus,
    type: v.literal("done"),
    id: v.string(),
    images: v.number(),
    /** What of the request did nothing, in words. */
    notes: v.array(v.string()),
  }),
  v.object({
    stylus,
    type: v.literal("error"),
    /** Null: of no request. */
    id: v.nullable(v.string()),
    code: v.picklist(errorCodes),
    message: v.string(),
    /** The option, file or field that it is about. */
    where: v.optional(v.string()),
    remedy: v.optional(v.string()),
  }),
  /** Height of the widget's content in CSS pixels. */
  v.object({ stylus, type: v.literal("resize"), height: v.pipe(v.number(), v.minValue(0)) }),
]);
/** From the widget to the page. */
export type WidgetEvent = v.InferOutput<typeof eventSchema>;

type WithoutVersion<Message> = Message extends unknown ? Omit<Message, "stylus"> : never;
/** An event as the widget's parts name it: the endpoint adds the version. */
export type Told = WithoutVersion<WidgetEvent>;
export type ToldError = Extract<Told, { type: "error" }>;

/** A message that cannot be used. */
export interface Problem {
  readonly id: string | null;
  readonly code: "bad-message" | "version";
  /** "options.steps: Invalid value: Expected <=150 but received 900" */
  readonly message: string;
}

const isMessage = (data: unknown): data is Record<string, unknown> =>
  typeof data === "object" && data !== null && "stylus" in data;

function read<Schema extends v.GenericSchema>(
  schema: Schema,
  data: unknown,
): { readonly message: v.InferOutput<Schema> } | { readonly problem: Problem } | null {
  if (!isMessage(data)) return null; // of another script
  const given = typeof data["id"] === "string" ? data["id"].slice(0, 64) : null;
  if (data["stylus"] !== protocolVersion) {
    const message = `This side speaks version ${protocolVersion} of the messages, not ${String(data["stylus"])}.`;
    return { problem: { id: given, code: "version", message } };
  }
  const parsed = v.safeParse(schema, data, { abortEarly: true });
  if (parsed.success) return { message: parsed.output };
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue);
  const message = field === null ? issue.message : `${field}: ${issue.message}`;
  return { problem: { id: given, code: "bad-message", message } };
}

/** A message of the page; null when it is none of ours. */
export const readCommand = (data: unknown) => read(commandSchema, data);

/** A message of the widget; null when it is none of ours, or not one that this side understands. */
export function readEvent(data: unknown): WidgetEvent | null {
  const found = read(eventSchema, data);
  return found && "message" in found ? found.message : null;
}
