// The loss of a GPU: what is known of it, and how work that waits for the GPU hears of it.

import { StylusError } from "../shared/errors.ts";

/** How long the news of a loss may take after the first failure that it causes. */
const LOSS_NEWS_MILLISECONDS = 100;

export class DeviceLoss {
  /** Settles when the GPU is gone (driver reset, long sleep); never without a GPU. */
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
   * The outcome of `work`, or the loss of the device: what waits for a lost GPU may wait for ever, or fail in other words.
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
        // A failure that the loss has caused may be heard of first.
        (error: unknown) => setTimeout(() => settle(() => reject(error)), this.#patienceMilliseconds),
      );
    });
  }
}

function lostError(info: GPUDeviceLostInfo): StylusError {
  const why = info.message.trim().replace(/\.$/u, "") || info.reason;
  return new StylusError("device-lost", `The graphics device was lost: ${why}.`, {
    remedy: "Your prompt, settings and pictures are kept: generate again.",
  });
}
