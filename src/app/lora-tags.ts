// `<lora:name:weight>` in a prompt: the adapters it asks for, and the prompt without the tags. Spans found in the
// stripped text can be mapped back, so that the page can colour the words where the user typed them. Pure.

export interface TaggedAdapter {
  readonly id: string;
  /** 1 when the tag gives none (A1111). */
  readonly weight: number;
}

export interface LoraTags {
  readonly text: string;
  readonly adapters: readonly TaggedAdapter[];
  /** Offset in the stripped text → offset in the prompt. */
  toPrompt(offset: number): number;
}

const tagPattern = /<(?:lora|lyco):([^:<>]+)(?::([^<>]*))?>/gi;

/** The first number of `0.8`, `0.8:0.5` (A1111 reads the second as the UNet's), or `te=0.5:unet=0.8`. */
function readWeight(argument: string | undefined): number {
  if (argument === undefined) return 1;
  for (const part of argument.split(":")) {
    const weight = Number(part.replace(/^\s*(?:te|unet|dyn)\s*=/i, ""));
    if (part.trim() !== "" && Number.isFinite(weight)) return weight;
  }
  return 1;
}

/** A later tag for the same adapter wins. */
export function readLoraTags(prompt: string): LoraTags {
  const adapters = new Map<string, number>();
  const removed: { readonly at: number; readonly length: number }[] = [];
  let text = "";
  let last = 0;
  for (const match of prompt.matchAll(tagPattern)) {
    adapters.set(match[1]!.trim(), readWeight(match[2]));
    text += prompt.slice(last, match.index);
    removed.push({ at: text.length, length: match[0].length });
    last = match.index + match[0].length;
  }
  text += prompt.slice(last);
  return {
    text,
    adapters: [...adapters].map(([id, weight]) => ({ id, weight })),
    toPrompt: (offset) =>
      removed.reduce(
        (position, { at, length }) => (at <= offset && at < text.length ? position + length : position),
        offset,
      ),
  };
}

/** `<lora:id:0.64>`, as A1111 and Civitai's reader want it: no spaces, one number. */
export const formatLoraTag = ({ id, weight }: TaggedAdapter): string =>
  `<lora:${id}:${Number(weight.toFixed(2))}>`;
