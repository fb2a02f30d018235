// JSON of other tools: never throws, and keeps whole numbers that a double cannot hold (seeds of 64 bits).

const NO_NUMBERS = /"(?:\\.|[^"\\])*(?:"|$)|-?\b(?:NaN|Infinity)\b/gsu;
const LONG_NUMBERS = /"(?:\\.|[^"\\])*(?:"|$)|(?<![\d.])-?\d{16,}(?![\d.eE])/gsu;

/** Graphs and vectors have a few million characters at most; of nothing but brackets, more would take a minute. */
const MAX_LENGTH = 5_000_000;

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A field of the object itself: a key may be “constructor”. */
export const fieldOf = (object: unknown, key: string): unknown =>
  isJsonObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;

/** The object in `text`, with whole numbers of 16 digits and more as text; null for anything else. NaN, which Python writes, is null. */
export function parseJsonObject(text: string): JsonObject | null {
  if (text.length > MAX_LENGTH || !/^\s*\{/u.test(text)) return null;
  // What begins with a brace is an object or an error.
  const safe = (source: string): JsonObject =>
    JSON.parse(
      source.replace(LONG_NUMBERS, (found) => (found.startsWith('"') ? found : `"${found}"`)),
    ) as JsonObject;
  const withoutNaN = (): string =>
    text.replace(NO_NUMBERS, (found) => (found.startsWith('"') ? found : "null"));
  for (const sourceOf of [() => text, withoutNaN]) {
    try {
      return safe(sourceOf());
    } catch {
      // tried again without NaN
    }
  }
  return null;
}
