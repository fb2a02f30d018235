// GPU loss: its reason, and how pending GPU work learns of it.

import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";

/** How long the browser may take to report a loss after the first failure it causes. */
const LOSS_NEWS_MILLISECONDS = 100;

export class DeviceLoss {
  /** Settles when the GPU is lost (driver reset, long sleep); never without a GPU. */
  readonly lost: Promise<StylusError>;
  readonly #patienceMilliseconds: number;
  #loss: StylusError | null = null;
  readonly #waiting = new Set<(loss: StylusError) => void>();

  constructor(gpu: Pick<GPUDevice, "lost"> | null) {
    this.#patienceMilliseconds = gpu ? LOSS_NEWS_MILLISECONDS : 0;
    this.lost = gpu ? gpu.lost.then(lostError) : new Promise(() => {});
    void this.lost.then((loss) => {
      this.#loss = loss;
      for (const reject of this.#waiting) reject(loss);
      this.#waiting.clear();
    });
  }

  /**
   * The outcome of `work`, or the loss of the device: work on a lost GPU may never settle, or may fail with another error.
   * @throws StylusError `device-lost`, and whatever `work` throws
   */
  unlessLost<Value>(work: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#loss) reject(this.#loss);
      else this.#waiting.add(reject);
      const settle = (end: () => void): void => {
        this.#waiting.delete(reject);
        end();
      };
      work.then(
        (value) => settle(() => resolve(value)),
        // A failure caused by the loss may arrive first.
        (error: unknown) => setTimeout(() => settle(() => reject(error)), this.#patienceMilliseconds),
      );
    });
  }
}

function lostError(info: GPUDeviceLostInfo): StylusError {
  const why = info.message.trim().replace(/\.$/u, "") || info.reason;
  return new StylusError("device-lost", say`The GPU was lost: ${why}.`, {
    remedy: say`Generate again; your prompt, settings and images are kept.`,
  });
}
