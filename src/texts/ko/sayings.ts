// What errors and reports say, in Korean, by their English template. Places keep their numbers, in any order; particles after a
// place have both forms, as in “{0}을(를)”, and withParticles keeps the right one.
import { adapterFiles } from "./errors/adapter-files.ts";
import { adapters } from "./errors/adapters.ts";
import { images } from "./errors/images.ts";
import { page } from "./errors/page.ts";
import { choosing } from "./errors/choosing.ts";
import { engine } from "./errors/engine.ts";
import { backEnds } from "./errors/back-ends.ts";
import { formats } from "./errors/formats.ts";
import { models } from "./errors/models.ts";
import { sources } from "./errors/sources.ts";
import { storage } from "./errors/storage.ts";
import { browser } from "./errors/browser.ts";
import { requests } from "./errors/requests.ts";
import { prompts } from "./errors/prompts.ts";

/** By area; no template is in two of them. */
export const areas: readonly Readonly<Record<string, string>>[] = [
  adapterFiles,
  adapters,
  images,
  page,
  choosing,
  engine,
  backEnds,
  formats,
  models,
  sources,
  storage,
  browser,
  requests,
  prompts,
];

export const sayings: Readonly<Record<string, string>> = Object.assign({}, ...areas);
