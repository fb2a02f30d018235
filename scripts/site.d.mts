import type { BrowserContext, Page } from "playwright";
import type { AutomationOptions } from "../src/app/automation.ts";
import type { RunReport } from "../src/stylus/run-types.ts";
import type { serve } from "./server.mjs";

export class PageError extends Error {
  code: string;
  remedy: string | undefined;
}

export interface Site {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly url: string;
  openPage(): Promise<Page>;
  close(): Promise<void>;
}

export function openSite(options?: {
  /** Keeps the browser's storage between calls. */
  profile?: string;
  /** A site that is served already. */
  url?: string;
  server?: Parameters<typeof serve>[1];
  /** Host names that the browser finds at another host and port. */
  hosts?: Readonly<Record<string, string>>;
  viewport?: { width: number; height: number };
  /** Chromium's arguments, instead of the usual ones. */
  args?: readonly string[];
  serviceWorkers?: "allow" | "block";
  /** Called before anything is loaded. */
  observe?: (context: BrowserContext) => void;
}): Promise<Site>;

export interface RunInPage {
  readonly report: RunReport;
  readonly images: readonly { readonly png: Buffer; readonly seed: number; readonly fileName: string }[];
  /** Of the adapters in the images, by id. */
  readonly titles: Readonly<Record<string, string>>;
  /** What of the request did nothing, in words. */
  readonly notes: readonly string[];
}

export function runInPage(page: Page, options: AutomationOptions): Promise<RunInPage>;

/** @param model id of a model of the hub, or path of a checkpoint or a folder; answers the option `model` of runs */
export function openModel(page: Page, model: string): Promise<string>;
