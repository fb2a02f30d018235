// Recorded and replayed runs on a real device, with a counter that each run increments.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser({ webgpu: "software" });
});

afterAll(async () => browser?.close());

interface Outcome {
  /** Number of times that the work itself ran in six runs. */
  readonly asked: number;
  /** The counter afterwards: 300 increments per run. */
  readonly counted: number;
  readonly keepsResults: boolean;
  /** Remaining hooks on the device and its queue. */
  readonly own: readonly string[];
}

type Oddity =
  | "nothing"
  | "a copy"
  | "a write"
  | "another group"
  | "another size"
  | "one more"
  | "no dispatch"
  | "a failure";

async function runInPage(oddity: Oddity): Promise<Outcome> {
  const { ReplayedRuns } = await load("/src/ort/recording.ts");
  const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const [counter, staging, other] = [usage, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST, usage].map(
    (use) => device.createBuffer({ size: 16, usage: use }),
  ) as [GPUBuffer, GPUBuffer, GPUBuffer];
  const code = `@group(0) @binding(0) var<storage, read_write> counter: array<u32>;
    @compute @workgroup_size(1) fn main() { counter[0] += 1u; }`;
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }) },
  });
  const bind = (): GPUBindGroup =>
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: counter } }],
    });
  const group = bind();
  let asked = 0;
  /** Submits ten dispatches at a time, like ONNX Runtime. */
  const work = async (): Promise<{ run: number }> => {
    asked++;
    if (oddity === "no dispatch") return { run: asked };
    if (oddity === "a failure" && asked === 1) throw new Error("failed");
    if (oddity === "a write") device.queue.writeBuffer(other, 0, Uint32Array.of(asked));
    for (let part = 0; part < 30; part++) {
      const encoder = device.createCommandEncoder();
      if (oddity === "a copy" && part === 7) encoder.copyBufferToBuffer(counter, 0, other, 0, 16);
      const pass = encoder.beginComputePass();
      for (let i = 0; i < 10; i++) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, oddity === "another group" && part === 29 ? bind() : group);
        pass.dispatchWorkgroups(1, oddity === "another size" && part === 3 && i === 3 ? asked : 1);
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
    if (oddity === "one more" && asked % 2 === 1) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(1);
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
    return { run: asked };
  };
  const runs = new ReplayedRuns(device);
  let results: unknown;
  for (let i = 0; i < 6; i++) results = await runs.run(work).catch(() => null);
  const own = [device, device.queue].flatMap((object) => Object.keys(object));
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(counter, 0, staging, 0, 16);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const counted = new Uint32Array(staging.getMappedRange())[0]!;
  device.destroy();
  return { asked, counted, keepsResults: runs.results === results, own };
}

const run = (oddity: Oddity): Promise<Outcome> => browser.page.evaluate(runInPage, oddity);

test("replays dispatches that were equal twice, without the work", async () => {
  const outcome = await run("nothing");
  expect(outcome).toEqual({ asked: 2, counted: 6 * 300, keepsResults: true, own: [] });
});

test("a failed run does not count as one of the two", async () => {
  const outcome = await run("a failure");
  expect(outcome).toEqual({ asked: 3, counted: 5 * 300, keepsResults: true, own: [] });
});

test("does not confuse overlapping runs", async () => {
  const asked = await browser.page.evaluate(async () => {
    const { ReplayedRuns } = await load("/src/ort/recording.ts");
    const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
    const code = "@compute @workgroup_size(1) fn main() {}";
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const calls = [0, 0];
    const work = (which: number) => async (): Promise<object> => {
      calls[which]!++;
      for (let part = 0; part < 3; part++) {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.dispatchWorkgroups(1 + which);
        pass.end();
        device.queue.submit([encoder.finish()]);
        await new Promise((resolve) => setTimeout(resolve));
      }
      return {};
    };
    const runs = [new ReplayedRuns(device), new ReplayedRuns(device)];
    for (let i = 0; i < 4; i++) await Promise.all(runs.map((one, which) => one.run(work(which))));
    device.destroy();
    return calls;
  });
  expect(asked[1]).toBe(4); // never observed alone
});

test.each(["a copy", "a write", "another group", "one more", "no dispatch"] as const)(
  "with %s in the runs, the work runs every time",
  async (oddity) => {
    const { asked, counted, keepsResults } = await run(oddity);
    expect(asked).toBe(6);
    expect(counted).toBe(oddity === "no dispatch" ? 0 : 6 * 300 + (oddity === "one more" ? 3 : 0));
    expect(keepsResults).toBe(false);
  },
);

test("a different number of workgroups is a different run", async () => {
  const { asked } = await run("another size");
  expect(asked).toBe(6);
});
