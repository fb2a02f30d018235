// JSON.parse silently keeps the last of two equal keys. A file that names a tensor twice is malformed,
// so this scans the text, already known to be valid JSON, for duplicate keys.

/**
 * The first key that occurs twice in one object of `json`; undefined if there is none. `json` must be valid.
 * @param options.except a key of the outermost object, whose value is not looked at
 */
export function findDuplicateKey(
  json: string,
  { except }: { readonly except?: string } = {},
): string | undefined {
  const open: (Set<string> | null)[] = []; // null: an array, or an object that is not looked at
  let expectKey = false;
  let lastKey = "";
  for (let i = 0; i < json.length; i++) {
    switch (json[i]) {
      case "{":
        open.push(open.length === 1 && lastKey === except ? null : new Set());
        expectKey = open.at(-1) !== null;
        break;
      case "[":
        open.push(null);
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ",":
        expectKey = open.at(-1) !== null;
        break;
      case '"': {
        const end = stringEnd(json, i);
        const keys = open.at(-1);
        if (expectKey && keys) {
          const raw = json.slice(i + 1, end);
          const key = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
          lastKey = key;
          if (keys.has(key)) return key;
          keys.add(key);
          expectKey = false;
        }
        i = end;
      }
    }
  }
  return undefined;
}

function stringEnd(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
  return i;
}
