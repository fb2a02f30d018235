// Generates the report's images through the built site and caches them: .cache/quality has a folder per pack, with the
// images and the run's report under a key of the options. An interrupted command resumes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import type { RunReport } from "../../src/stylus/run-types.ts";
import { openSite, runInPage, type Site } from "../run/site.ts";
import type { Job } from "./jobs.ts";

export interface GeneratedRun {
  readonly images: readonly {
    readonly file: string;
    readonly adapters: RunReport["images"][number]["adapters"];
  }[];
  readonly device: RunReport["device"];
  readonly sampling: Pick<
    RunReport["options"],
    "steps" | "cfgScale" | "sampler" | "schedule" | "width" | "height"
  >;
  /** Digest of the code that generated it. */
  readonly sources: string;
}

/** Runs per page; a fresh page then replaces it, which bounds leaks. */
const runsPerPage = 150;

const imageSources = ["adapters", "compose", "engine", "formats", "graph", "ort", "retrieval", "runtime"];

/** SHA-256 over the code that determines images. */
function sourcesDigest(root: string): string {
  const hash = createHash("sha256");
  for (const folder of imageSources) {
    const files = readdirSync(path.join(root, "src", folder), { recursive: true, encoding: "utf8" });
    for (const file of files.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")).sort()) {
      hash.update(`${file}\0`).update(readFileSync(path.join(root, "src", folder, file)));
    }
  }
  return hash.digest("hex");
}

/** SHA-256 over the pack's files that determine images: all except the scorer and the samples. */
export function packDigest(root: string): string {
  const manifest = JSON.parse(readFileSync(path.join(root, "model-manifests/pocket.json"), "utf8")) as {
    files: { path: string; sha256: string }[];
  };
  const hash = createHash("sha256");
  for (const file of manifest.files) {
    if (!/^(scorer|adapters\/samples)\//.test(file.path)) hash.update(`${file.path} ${file.sha256}\n`);
  }
  return hash.digest("hex");
}

export class RunGenerator {
  readonly #folder: string;
  readonly #sources: string;
  readonly #fresh: boolean;
  readonly #outdated = new Set<string>();

  /** @param options `fresh`: regenerate images from other sources */
  constructor(root: string, options: { fresh: boolean }) {
    this.#folder = path.join(root, ".cache/quality", packDigest(root).slice(0, 12));
    this.#sources = sourcesDigest(root);
    this.#fresh = options.fresh;
    mkdirSync(this.#folder, { recursive: true });
  }

  #file(job: Job): string {
    const key = createHash("sha256").update(JSON.stringify(job.options)).digest("hex").slice(0, 16);
    return path.join(this.#folder, `${key}.json`);
  }

  #kept(job: Job): GeneratedRun | null {
    const file = this.#file(job);
    if (!existsSync(file)) return null;
    const generated = JSON.parse(readFileSync(file, "utf8")) as GeneratedRun;
    return this.#fresh && generated.sources !== this.#sources ? null : generated;
  }

  async #generate(job: Job, page: Page): Promise<void> {
    const { report, images } = await runInPage(page, job.options);
    const file = this.#file(job);
    const { steps, cfgScale, sampler, schedule, width, height } = report.options;
    const generated: GeneratedRun = {
      images: images.map(({ png }, index) => {
        const name = `${path.basename(file, ".json")}-${index}.png`;
        writeFileSync(path.join(this.#folder, name), png);
        return { file: name, adapters: report.images[index]!.adapters };
      }),
      device: report.device,
      sampling: { steps, cfgScale, sampler, schedule, width, height },
      sources: this.#sources,
    };
    writeFileSync(file, JSON.stringify({ options: job.options, ...generated }));
  }

  /** Generates missing runs on `pages` pages at once. */
  async prepare(jobs: readonly Job[], { pages }: { pages: number }): Promise<void> {
    const missing = new Map(jobs.filter((job) => !this.#kept(job)).map((job) => [this.#file(job), job]));
    if (missing.size === 0) return;
    console.log(`${missing.size} of ${jobs.length} runs to generate …`);
    const queue = [...missing.values()];
    const site = await openSite();
    const started = performance.now();
    let done = 0;
    const worker = async (first: Page): Promise<void> => {
      let page = first;
      for (let runs = 0, job = queue.shift(); job; job = queue.shift(), runs++) {
        if (runs === runsPerPage) {
          page = await this.#renew(site, page);
          runs = 0;
        }
        await this.#generate(job, page);
        done++;
        if (done % 10 === 0 || done === missing.size) {
          const left = ((performance.now() - started) / done) * (missing.size - done);
          console.log(`  ${done} of ${missing.size}, about ${Math.ceil(left / 60_000)} min left`);
        }
      }
    };
    try {
      const others = await Promise.all(Array.from({ length: pages - 1 }, () => site.openPage()));
      await Promise.all([site.page, ...others].map(worker));
    } finally {
      await site.close();
    }
  }

  async #renew(site: Site, page: Page): Promise<Page> {
    const next = await site.openPage();
    await page.close();
    return next;
  }

  /** Runs read so far that other sources generated. */
  get outdatedRuns(): number {
    return this.#outdated.size;
  }

  /** A run generated by `prepare`. */
  read(job: Job): GeneratedRun & { readonly pngs: readonly Buffer[] } {
    const generated = this.#kept(job)!;
    if (generated.sources !== this.#sources) this.#outdated.add(this.#file(job));
    const pngs = generated.images.map(({ file }) => readFileSync(path.join(this.#folder, file)));
    return { ...generated, pngs };
  }
}
