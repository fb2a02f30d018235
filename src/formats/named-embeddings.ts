// Textual inversions that an image's text names beside its prompt, where they are words like any others. Pure.
import { parseJsonObject } from "./json.ts";

export interface NamedEmbedding {
  readonly name: string;
  /** First digits of its file's SHA-256; empty where nobody says. */
  readonly hash: string;
}

/** "EasyNegative: c74b4e810b03, bad-hands-5: aa7651be154c", as AUTOMATIC1111 writes them. */
const pairsIn = (text: string): NamedEmbedding[] =>
  text.split(",").map((pair) => {
    const colon = pair.lastIndexOf(":");
    const [name, hash] = colon < 0 ? [pair, ""] : [pair.slice(0, colon), pair.slice(colon + 1)];
    return { name: name.trim(), hash: hash.trim().toLowerCase() };
  });

/** `{"embed:EasyNegative":"c74b4e810b","lora:ink":"…"}`, as AUTOMATIC1111 and Civitai write the hashes of all resources. */
function embeddingsIn(text: string): NamedEmbedding[] {
  return Object.entries(parseJsonObject(text) ?? {}).flatMap(([key, hash]) => {
    const name = /^embed(?:ding)?:(.+)$/u.exec(key)?.[1]?.trim();
    return name === undefined ? [] : [{ name, hash: typeof hash === "string" ? hash.toLowerCase() : "" }];
  });
}

/** Each as often as the text names it. @param fields of a `parameters` text */
export const namedEmbeddings = (fields: ReadonlyMap<string, string>): NamedEmbedding[] =>
  [
    ...pairsIn(fields.get("TI hashes") ?? ""),
    ...pairsIn(fields.get("TI") ?? ""),
    ...embeddingsIn(fields.get("Hashes") ?? ""),
  ].filter(({ name }) => name !== "");
