// JSON.parse silently keeps the last of two equal keys. A file that names a tensor twice is malformed,
// so this scans the text, already known to be valid JSON, for duplicate keys.

/** The first key that occurs twice in one object of `json`; undefined if there is none. `json` must be valid. */
export function findDuplicateKey(json: string): string | undefined {
  const open: (Set<string> | null)[] = []; // null: an array
  let expectKey = false;
  for (let i = 0; i < json.length; i++) {
    switch (json[i]) {
      case "{":
        open.push(new Set());
        expectKey = true;
        break;
      case "[":
        open.push(null);
        expectKey = false;
        break;
      case "}":
      case "]":
        open.pop();
        expectKey = false;
        break;
      case ",":
        expectKey = open.at(-1) !== null;
        break;
      case '"': {
        const end = stringEnd(json, i);
        const keys = open.at(-1);
        if (expectKey && keys) {
          const key = JSON.parse(json.slice(i, end + 1)) as string;
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
