// Runs jobs in a runner process (runner.ts), which is replaced when a test file takes far longer than it should.
import { type ChildProcess, spawn } from "node:child_process";
import { root } from "../run/setup.ts";
import type { Answer, Job } from "./runner.ts";

export type TestResult = Extract<Answer, { test: string }>;

export class Runner {
  private process: ChildProcess | null = null;
  private readonly flags: readonly string[];

  constructor(flags: readonly string[] = []) {
    this.flags = flags;
  }

  /**
   * @param limit milliseconds between answers
   * @returns "timeout" if the limit passed
   */
  async run(
    job: Job,
    limit: number,
    each: (result: TestResult) => void,
  ): Promise<"passed" | "failed" | "timeout"> {
    this.process ??= spawn(
      process.execPath,
      ["scripts/launch.mjs", "scripts/mutate/runner.ts", ...this.flags],
      { cwd: root, stdio: ["ignore", "ignore", "inherit", "ipc"], detached: true },
    );
    const runner = this.process;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const end = (act: () => void): void => {
        clearTimeout(timer);
        runner.removeAllListeners();
        act();
      };
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          end(() => resolve("timeout"));
          this.close();
        }, limit);
      };
      runner.on("exit", () => {
        this.process = null;
        end(() => reject(new Error("The process that runs the tests ended by itself.")));
      });
      runner.on("message", (answer: Answer) => {
        if ("done" in answer) end(() => resolve(answer.failed ? "failed" : "passed"));
        else {
          each(answer);
          wait();
        }
      });
      wait();
      runner.send(job);
    });
  }

  /** Ends the process with all that it has started. */
  close(): void {
    if (this.process?.pid !== undefined) process.kill(-this.process.pid, "SIGKILL");
    this.process = null;
  }
}
