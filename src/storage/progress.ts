// Progress of a pack: totals over its files, rate and time left; at most ten reports per second and file.
import { RateMeter } from "./rate.ts";

export interface PackProgress {
  /** The file this report is about. */
  readonly path: string;
  /** Total of all files. Grows by the growth of the file `path` since its last report. */
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** Over the last seconds; null while unknown, and for files that were already stored. */
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
  /** True once every file is complete. */
  readonly done: boolean;
}

const reportEveryMs = 100;

interface FileState {
  receivedBytes: number;
  reportedBytes: number;
  lastMs: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

export class ProgressReporter {
  readonly #files = new Map<string, FileState>();
  readonly #rate = new RateMeter();
  readonly #tell: (progress: PackProgress) => void;
  #unfinished: number;
  /** Changes if a file's size differs from the estimate. */
  totalBytes: number;

  constructor(
    tell: (progress: PackProgress) => void,
    { totalBytes, fileCount }: { totalBytes: number; fileCount: number },
  ) {
    this.#tell = tell;
    this.totalBytes = totalBytes;
    this.#unfinished = fileCount;
  }

  /** @param newBytes bytes that just arrived from the network, which determine the rate */
  update(path: string, { receivedBytes, newBytes }: { receivedBytes: number; newBytes: number }): void {
    const now = performance.now();
    if (newBytes > 0) this.#rate.add(newBytes, now);
    const state = this.#state(path);
    state.receivedBytes = receivedBytes;
    const wait = state.lastMs + reportEveryMs - now;
    if (wait <= 0) this.#report(path, state);
    else state.timer ??= setTimeout(() => this.#report(path, state), wait);
  }

  finish(path: string, sizeBytes: number): void {
    const state = this.#state(path);
    state.receivedBytes = sizeBytes;
    this.#unfinished--;
    this.#report(path, state);
  }

  /** Ends all reports. */
  stop(): void {
    for (const { timer } of this.#files.values()) clearTimeout(timer);
  }

  #state(path: string): FileState {
    let state = this.#files.get(path);
    if (!state) {
      state = { receivedBytes: 0, reportedBytes: 0, lastMs: -reportEveryMs };
      this.#files.set(path, state);
    }
    return state;
  }

  #report(path: string, state: FileState): void {
    clearTimeout(state.timer);
    const now = performance.now();
    Object.assign(state, { reportedBytes: state.receivedBytes, lastMs: now, timer: undefined });
    const receivedBytes = [...this.#files.values()].reduce((sum, file) => sum + file.reportedBytes, 0);
    this.#tell({
      path,
      receivedBytes,
      totalBytes: this.totalBytes,
      bytesPerSecond: this.#rate.bytesPerSecond(now),
      secondsLeft: this.#rate.secondsLeft(Math.max(0, this.totalBytes - receivedBytes), now),
      done: this.#unfinished === 0,
    });
  }
}
