// Times the built site for a user: first visit, later visit, following images; and the parts of a run. Used by
// `npm run bench` and the quality report. Asserts nothing, because times depend on the machine.
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Page } from "playwright";
import type { DevicePreference } from "../../src/shared/request.ts";
import type { ReportedDevice, RunReport } from "../../src/stylus/run-types.ts";
import { median } from "../quality/statistics.ts";
import { openSite, runInPage, type Site } from "../run/site.ts";

interface FirstImage {
  readonly firstImageMs: number;
  readonly loadMs: number;
  readonly downloadedBytes: number;
}

interface RunTimes {
  readonly runs: number;
  readonly imageMs: number;
  readonly stepMs: number;
  readonly steps: number;
  readonly sampler: string;
  readonly cfgScale: number;
  readonly partsMs: Readonly<Record<string, number>>;
}

/** All times in milliseconds. */
export interface Measurement {
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly loadBefore: number;
    readonly system: string;
    readonly node: string;
    readonly browser: string;
    readonly app: string;
  };
  readonly device: ReportedDevice;
  readonly size: { readonly width: number; readonly height: number };
  readonly cold: FirstImage;
  readonly warm: FirstImage;
  readonly fast: RunTimes;
  readonly full: RunTimes;
}

const firstPrompt = "a castle on a hill at night, clay render";
const nextPrompts = [
  "two dogs in the snow, clay render",
  "a red car on a city street, pixel art",
  "a robot next to a rocket in space",
  "a sailing boat at sunset, stained glass",
  "three apples on a table",
];

/** Milliseconds since the page started to load. */
const sincePageOpened = (page: Page): Promise<number> => page.evaluate(() => performance.now());

/** Every stage and part of a run in milliseconds, by name. */
function parts(report: RunReport): Map<string, number> {
  const times = new Map<string, number>(report.stages.map(({ id, milliseconds }) => [id, milliseconds]));
  for (const image of report.images) {
    for (const [part, milliseconds] of Object.entries(image.parts))
      times.set(`generate: ${part}`, milliseconds);
  }
  return times;
}

/** Runs `prompts` sequentially; returns medians over the runs. */
async function measureRuns(
  page: Page,
  prompts: readonly string[],
  options: { fewStep: boolean; device: DevicePreference },
): Promise<{ times: RunTimes; report: RunReport }> {
  const runs: { report: RunReport; milliseconds: number }[] = [];
  for (const [index, prompt] of prompts.entries()) {
    const started = performance.now();
    const { report } = await runInPage(page, { prompt, seed: 10 + index, count: 1, ...options });
    runs.push({ report, milliseconds: performance.now() - started });
  }
  const first = runs[0]!.report;
  const names = new Set(runs.flatMap(({ report }) => [...parts(report).keys()]));
  const steps = runs.flatMap(({ report }) => report.images.flatMap((image) => image.stepMilliseconds));
  const times = {
    runs: runs.length,
    imageMs: median(runs.map(({ milliseconds }) => milliseconds)),
    stepMs: median(steps),
    steps: first.options.steps,
    sampler: first.options.sampler,
    cfgScale: first.options.cfgScale,
    partsMs: Object.fromEntries(
      [...names].map((name) => [name, median(runs.flatMap(({ report }) => parts(report).get(name) ?? []))]),
    ),
  };
  return { times, report: runs.at(-1)!.report };
}

export async function measure({ device = "auto" }: { device?: DevicePreference } = {}): Promise<Measurement> {
  const profile = mkdtempSync(path.join(os.tmpdir(), "stylus-web-bench-"));
  const loadBefore = os.loadavg()[0]!;
  try {
    const firstImage = async (site: Site): Promise<FirstImage> => {
      const { report } = await runInPage(site.page, {
        prompt: firstPrompt,
        seed: 1,
        count: 1,
        fewStep: true,
        device,
      });
      const firstImageMs = await sincePageOpened(site.page);
      const load = report.stages.find(({ id }) => id === "load")!;
      return { firstImageMs, loadMs: load.milliseconds, downloadedBytes: report.pack.downloadedBytes };
    };
    const first = await openSite({ profile });
    const cold = await firstImage(first);
    await first.close();

    const later = await openSite({ profile });
    const browser = later.context.browser()?.version() ?? "of unknown version";
    const warm = await firstImage(later);
    const fast = await measureRuns(later.page, nextPrompts, { fewStep: true, device });
    const full = await measureRuns(later.page, nextPrompts.slice(0, 1), { fewStep: false, device });
    await later.close();

    const { report } = fast;
    return {
      machine: {
        processor: os.cpus()[0]?.model ?? "unknown",
        cores: os.availableParallelism(),
        memoryBytes: os.totalmem(),
        loadBefore,
        system: `${os.type()} ${os.release()}`,
        node: process.version,
        browser,
        app: report.app.version,
      },
      device: report.device,
      size: { width: report.options.width, height: report.options.height },
      cold,
      warm,
      fast: fast.times,
      full: full.times,
    };
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
