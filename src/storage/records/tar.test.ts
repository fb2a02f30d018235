// Archives that any tar opens: checked by the one of this machine, field by field without it.
import { expect, it } from "vitest";
import { tarOf } from "./tar.ts";

const text = async (blob: Blob, from: number, to: number): Promise<string> =>
  (await blob.slice(from, to).text()).replaceAll("\0", "·");

it("a tar has headers of POSIX ustar, contents padded to blocks, and two empty blocks at the end", async () => {
  const content = new Blob(["x".repeat(513)]);
  const tar = tarOf([
    { name: "a.json", content },
    { name: "b.bin", content: new Blob(["y".repeat(512)]) },
    { name: "empty", content: new Blob([]) },
  ]);
  expect(tar.type).toBe("application/x-tar");
  expect(tar.size).toBe(512 * (1 + 2 + 1 + 1 + 1 + 2));
  expect(await text(tar, 0, 100)).toBe("a.json" + "·".repeat(94));
  expect(await text(tar, 100, 124)).toBe("0000644·0000000·0000000·");
  expect(await text(tar, 124, 148)).toBe("00000001001·00000000000·");
  expect(await text(tar, 156, 257)).toBe("0" + "·".repeat(100));
  expect(await text(tar, 257, 512)).toBe("ustar·00" + "·".repeat(247));
  const header = new Uint8Array(await tar.slice(0, 512).arrayBuffer());
  const sum = header.fill(32, 148, 156).reduce((total, byte) => total + byte, 0);
  expect(await text(tar, 148, 156)).toBe(`${sum.toString(8).padStart(6, "0")}· `);
  expect(await text(tar, 512, 1536)).toBe("x".repeat(513) + "·".repeat(511));
  expect(await text(tar, 1536, 1541)).toBe("b.bin");
  expect(await text(tar, 2560, 2565)).toBe("empty");
  expect(await text(tar, 3072, 4096)).toBe("·".repeat(1024));
});
