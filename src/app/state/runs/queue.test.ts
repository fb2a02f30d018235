// The order in which runs start, and what is stored of those that wait.
import { createRoot } from "solid-js";
import { describe, expect, it } from "vitest";
import type { WaitingRow, WaitingRuns } from "../../prompts/waiting-runs.ts";
import type { AskedRun } from "./asked-run.ts";
import { createQueue, type RunOutcome } from "./queue.ts";
import { settingsFrom } from "../settings/stored.ts";

const asked = (prompt: string, settings: Readonly<Record<string, unknown>> = {}): AskedRun => ({
  settings: settingsFrom({ prompt, seed: 1, ...settings }),
  adjustments: { strengths: {}, removed: [] },
  prompts: { prompt, negativePrompt: "" },
  plot: null,
});

const row = (id: string, change: Partial<WaitingRow> = {}): WaitingRow => {
  const { settings, ...rest } = asked(id);
  return { id, position: 1, owner: "gone", started: false, settings: { ...settings }, ...rest, ...change };
};

/** A queue over rows in memory; `finish` ends the run in progress. */
function queueWith({ found = [] }: { readonly found?: readonly WaitingRow[] } = {}) {
  const stored = new Map<string, Omit<WaitingRow, "owner">>(found.map((each) => [each.id, each]));
  const rows: WaitingRuns = {
    put: async (added) => added.forEach((each) => stored.set(each.id, each)),
    remove: async (ids) => ids.forEach((id) => stored.delete(id)),
    inputs: async () => new Set(),
    onLeft: (listener) => found.length > 0 && listener(found),
  };
  const started: string[] = [];
  const said: string[] = [];
  let end: ((outcome: RunOutcome) => void) | null = null;
  let [time, comparing] = [0, false];
  const queue = createRoot(() =>
    createQueue({
      opening: Promise.resolve(rows),
      busy: () => end !== null || comparing,
      start: ({ asked: { prompts, settings }, wasLeft }) => {
        started.push(`${prompts.prompt} ${settings.seed}${wasLeft ? " left" : ""}`);
        return new Promise((resolve) => {
          end = (outcome) => {
            end = null;
            resolve(outcome);
          };
        });
      },
      stop: () => end?.("stopped"),
      announce: (text) => said.push(text),
      now: () => time,
    }),
  );
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve)); // after all that waits for nothing else
  return {
    queue,
    started,
    said,
    settle,
    wait: (milliseconds: number) => void (time += milliseconds),
    compare: (on: boolean) => void (comparing = on),
    async finish(outcome: RunOutcome = "done") {
      end!(outcome);
      await settle();
    },
    prompts: () => queue.waiting().map((run) => run.asked.prompts.prompt),
    /** Prompts of the stored runs by their positions, the one in progress marked. */
    async stored() {
      await settle();
      return [...stored.values()]
        .sort((a, b) => Number(b.started) - Number(a.started) || a.position - b.position)
        .map(({ prompts, started }) => (started ? `(${prompts.prompt})` : prompts.prompt));
    },
  };
}

describe("while a run is in progress", () => {
  it("others wait, start one after the other, and are stored until they end", async () => {
    const { queue, started, finish, prompts, stored, said } = queueWith();
    for (const prompt of ["a", "b", "c"]) void queue.add(asked(prompt));
    expect([started, prompts()]).toEqual([["a 1"], ["b", "c"]]);
    expect(said).toEqual(["Added to the queue: 1 run waiting.", "Added to the queue: 2 runs waiting."]);
    expect(await stored()).toEqual(["(a)", "b", "c"]);
    await finish();
    expect([started, prompts(), await stored()]).toEqual([["a 1", "b 1"], ["c"], ["(b)", "c"]]);
    await finish("stopped"); // Stop ends the present run only
    expect([started.at(-1), prompts()]).toEqual(["c 1", []]);
    await finish();
    expect(await stored()).toEqual([]);
  });

  it("a double click starts one run; later presses, and something else, are runs of their own", () => {
    const { queue, prompts, wait } = queueWith();
    void queue.add(asked("a", { seed: 1 }));
    void queue.add(asked("a", { seed: 2 })); // each press draws a seed
    expect(prompts()).toEqual([]);
    void queue.add(asked("a", { seedLocked: true, seed: 1 }));
    wait(499);
    void queue.add(asked("a"));
    expect(prompts()).toEqual(["a"]);
    wait(1);
    void queue.add(asked("a"));
    void queue.add(asked("a"));
    void queue.add(asked("b"));
    void queue.add(asked("b"));
    expect(prompts()).toEqual(["a", "a", "a", "b", "b"]);
  });

  it("Stop as a run takes its turn was meant for the one before: it is left to the user", async () => {
    const { queue, started, finish, prompts, stored, settle, wait } = queueWith();
    for (const prompt of ["a", "b", "c"]) void queue.add(asked(prompt));
    await finish();
    wait(499);
    queue.stop();
    await settle();
    expect([started, queue.left()?.runs.length, await stored()]).toEqual([
      ["a 1", "b 1", "c 1"],
      1,
      ["(c)", "b"],
    ]);
    queue.resume();
    expect(prompts()).toEqual(["b"]);
    await finish();
    expect(started.at(-1)).toBe("b 1 left"); // its images that are in the gallery are not generated again
    wait(500);
    queue.stop(); // by now it is meant
    await settle();
    expect([started.at(-1), queue.left(), await stored()]).toEqual(["b 1 left", null, []]);
    void queue.add(asked("d")); // started by hand
    queue.stop();
    await settle();
    expect([started.at(-1), queue.left(), await stored()]).toEqual(["d 1", null, []]);
  });

  it("it counts as running from the first to the last, and while others wait for a comparison", async () => {
    const { queue, finish, compare } = queueWith();
    const seen = [queue.running()];
    for (const prompt of ["a", "b"]) void queue.add(asked(prompt));
    seen.push(queue.running());
    await finish();
    seen.push(queue.running());
    await finish();
    seen.push(queue.running());
    compare(true);
    void queue.add(asked("c"));
    seen.push(queue.running());
    queue.hold();
    seen.push(queue.running());
    expect(seen).toEqual([false, true, true, false, true, false]);
  });

  it("they are moved, cancelled and cleared", async () => {
    const { queue, prompts, stored, said } = queueWith();
    for (const prompt of ["a", "b", "c", "d"]) void queue.add(asked(prompt));
    const [b, c] = queue.waiting();
    queue.move(b!.id, 1);
    expect([prompts(), await stored()]).toEqual([
      ["c", "b", "d"],
      ["(a)", "c", "b", "d"],
    ]);
    expect(said.at(-1)).toBe("Now in place 2 of 3.");
    queue.move(c!.id, -1); // it is the first
    expect(prompts()).toEqual(["c", "b", "d"]);
    expect(queue.waiting()[1]).toBe(b); // the same object, so that its row stays the same element
    queue.cancel(c!.id);
    expect([prompts(), await stored()]).toEqual([
      ["b", "d"],
      ["(a)", "b", "d"],
    ]);
    queue.clear();
    expect([prompts(), await stored(), said.at(-1)]).toEqual([[], ["(a)"], "The queue is empty."]);
  });

  it("what waits for a comparison starts when it has ended", () => {
    const { queue, started, compare } = queueWith();
    compare(true);
    void queue.add(asked("a"));
    expect(started).toEqual([]);
    compare(false);
    queue.proceed();
    expect(started).toEqual(["a 1"]);
  });

  it("a failure leaves the others to the user", async () => {
    const { queue, started, finish, prompts, stored } = queueWith();
    for (const prompt of ["a", "b", "c"]) void queue.add(asked(prompt));
    await finish("failed");
    expect([started, prompts(), queue.left()?.runs.length]).toEqual([["a 1"], [], 2]);
    expect(await stored()).toEqual(["b", "c"]); // a reload brings them back
    queue.resume();
    expect([started.at(-1), prompts(), queue.left()]).toEqual(["b 1", ["c"], null]);
  });
});

describe("runs of a tab that is gone", () => {
  const found = [row("b"), row("c", { position: 2 }), row("a", { position: 9, started: true })];

  it("wait for the user, the interrupted one first", async () => {
    const { queue, settle, started, prompts, stored, finish } = queueWith({ found });
    await settle();
    expect(started).toEqual([]);
    expect(queue.left()).toMatchObject({ interrupted: 1, runs: [{ id: "a" }, { id: "b" }, { id: "c" }] });
    void queue.add(asked("new")); // does not touch them
    void queue.add(asked("newer"));
    queue.resume();
    expect([started, prompts()]).toEqual([["new 1"], ["a", "b", "c", "newer"]]);
    expect(await stored()).toEqual(["(new)", "a", "b", "c", "newer"]);
    await finish();
    expect(started.at(-1)).toBe("a 1 left");
  });

  it("are forgotten when they are dismissed", async () => {
    const { queue, settle, stored } = queueWith({ found });
    await settle();
    queue.dismiss();
    expect([queue.left(), await stored()]).toEqual([null, []]);
  });
});
