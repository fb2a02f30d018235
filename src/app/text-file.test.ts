// Texts in the encodings that editors write.
import { expect, test } from "vitest";
import { textOfFile } from "./text-file.ts";

const little = Buffer.from("\ufeffa 猫\r\nb", "utf16le");
test.each<[string, Uint8Array<ArrayBuffer>]>([
  ["UTF-8", new Uint8Array(Buffer.from("a 猫\r\nb"))],
  ["UTF-8 with a mark", new Uint8Array(Buffer.from("\ufeffa 猫\r\nb"))],
  ["UTF-16, little-endian", new Uint8Array(little)],
  ["UTF-16, big-endian", new Uint8Array(Buffer.from(little).swap16())],
])("%s", async (_, bytes) => {
  expect(await textOfFile(new Blob([bytes]))).toBe("a 猫\r\nb");
});

test("other bytes are no error", async () => {
  for (const bytes of [[], [0xff], [0xff, 0xfe], [0xff, 0xfe, 0x61], [0xc3, 0x28]])
    expect(typeof (await textOfFile(new Blob([Uint8Array.from(bytes)])))).toBe("string");
});
