// A large adapter file read by the part workers: exact bytes, non-finite values found, failures reported.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser();
});

afterAll(async () => browser?.close());

test("a file in five parts", async () => {
  const outcome = await browser.page.evaluate(async () => {
    const { PartReaders } = await load("/src/engine/adapters/part-readers.ts");
    const { openTensorFile } = await load("/src/adapters/files/read.ts");
    const { writeSafetensors } = await load("/src/formats/safetensors.ts");
    const tensors = Array.from({ length: 12 }, (_, i) => {
      const bytes = new Uint8Array(2 * 1_500_001);
      for (let at = 0; at < bytes.length; at++) bytes[at] = ((at * 2654435761 + i) >>> 13) & 0x3b;
      if (i === 7) bytes.fill(0xff, 2_000_000, 2_000_002);
      return { name: `t${i}`, dtype: "F16", shape: [1_500_001], bytes };
    });
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle("large.safetensors", { create: true });
    const write = async (data: BlobPart): Promise<void> => {
      const stream = await handle.createWritable();
      await stream.write(data as FileSystemWriteChunkType);
      await stream.close();
    };
    await write(writeSafetensors(tensors));
    const file = await handle.getFile();

    const readers = new PartReaders();
    const nobody = readers.read(file, { begin: 0, end: 4, tensors: [] });
    while (readers.read(file, { begin: 0, end: 4, tensors: [] }) === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    let answered = 0;
    const readElsewhere = (...given: unknown[]): Promise<unknown> => {
      const part: Promise<unknown> = readers.read(...given);
      void part.then(
        () => answered++,
        () => {},
      );
      return part;
    };
    const opened = await openTensorFile(file, { fileName: "large", readElsewhere });
    const parts: { bytes: Uint8Array; offset: number }[] = [];
    const read: Map<string, { bytes: Uint8Array; isFinite: boolean }> = await opened.read(
      tensors.map(({ name }) => name),
      { onPart: (part: { bytes: Uint8Array; offset: number }) => parts.push(part) },
    );
    const wrong = tensors.filter(({ name, bytes }) => {
      const found = read.get(name)!.bytes;
      return found.length !== bytes.length || found.some((byte, i) => byte !== bytes[i]);
    });
    const odd = [...read].filter(([, { isFinite }]) => !isFinite).map(([name]) => name);

    const again = await openTensorFile(file, { fileName: "large", readElsewhere });
    await write("something else");
    const failure = await again.read(["t11", "t5", "t3", "t8", "t9", "t10"]).then(
      () => null,
      (error: { code: string; where: string }) => [error.code, error.where],
    );
    readers.dispose();
    return { nobody, answered, parts: parts.length, wrong: wrong.map(({ name }) => name), odd, failure };
  });
  expect(outcome).toEqual({
    nobody: null,
    answered: 4, // all except the first part, which is read with the header
    parts: 5,
    wrong: [],
    odd: ["t7"],
    failure: ["bad-file", "large"],
  });
});
