// The page's side of a worker: starts on first use, restarts after it was lost, terminates on request.
import { releaseProxy, wrap, type Remote } from "comlink";
import { StylusError } from "../shared/errors.ts";
import { say, verbatim, type Saying } from "../shared/saying.ts";
import { watchLife } from "./liveness.ts";
import { collectEnds } from "./wire.ts";

interface Running<Service> {
  readonly worker: Worker;
  readonly remote: Remote<Service>;
  /** Rejects when the worker is lost or terminated; never resolves. */
  readonly lost: Promise<never>;
  readonly stopWatching: () => void;
  readonly lose: (reason: StylusError) => void;
}

export class WorkerClient<Service> {
  readonly #name: Saying;
  readonly #create: () => Worker;
  #running: Running<Service> | undefined;
  #starts = 0;

  /** @param create e.g. `() => new Worker(new URL("…/x.ts", import.meta.url), { type: "module" })` */
  constructor(name: Saying, create: () => Worker) {
    this.#name = name;
    this.#create = create;
  }

  /** Number of live workers: 0 or 1. */
  get alive(): number {
    return this.#running ? 1 : 0;
  }

  /** How often the worker has started; each start loses its previous state. */
  get starts(): number {
    return this.#starts;
  }

  #start(): Running<Service> {
    this.#starts += 1;
    const worker = this.#create();
    let lose!: (reason: StylusError) => void;
    const lost = new Promise<never>((_, reject) => (lose = reject));
    lost.catch(() => {}); // a loss with no pending call has no listener
    const end = (why: Saying): void => {
      if (this.#running?.worker !== worker) return; // of an earlier start
      this.#end(
        new StylusError("device-lost", say`The ${this.#name} worker stopped: ${why}.`, {
          remedy: say`Try again; the worker restarts. If it keeps failing, reload the page or close other tabs to free memory.`,
        }),
      );
    };
    const stopWatching = watchLife(worker, end);
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const said = event.message?.replace(/\.$/u, "");
      end(said ? verbatim(said) : say`it could not be loaded`);
    });
    worker.addEventListener("messageerror", () => end(say`its answer could not be read`));
    return { worker, remote: wrap<Service>(worker), lost, lose, stopWatching };
  }

  #end(reason: StylusError): void {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    running.stopWatching();
    running.lose(reason);
    running.worker.terminate();
  }

  /**
   * Runs `use` with the service; rejects if the worker dies first. `use` must make its call synchronously, so that the
   * call's callbacks are known: all of them have run when this resolves.
   */
  async call<Result>(use: (service: Remote<Service>) => Promise<Result>): Promise<Result> {
    this.#running ??= this.#start();
    const { remote, lost } = this.#running;
    const { result, ends } = collectEnds(() => use(remote));
    const value = await Promise.race([result, lost]);
    await Promise.race([Promise.all(ends), lost]);
    return value;
  }

  /** Terminates the worker at once; pending calls reject as cancelled, and say `why`. The next call starts a new one. */
  terminate(why: Saying = say`Stopped.`): void {
    this.#running?.remote[releaseProxy]();
    this.#end(new StylusError("cancelled", why));
  }
}
