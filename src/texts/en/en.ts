// Every text of the page in English. Another language is a second object of the same type: see ../texts.ts.
import { adapters } from "./adapters.ts";
import { formats } from "./formats.ts";
import { models } from "./models.ts";
import { names } from "./names.ts";
import { nsfw } from "./nsfw.ts";
import { page } from "./page.ts";
import { plot } from "./plot.ts";
import { prompt } from "./prompt.ts";
import { reasons } from "./reasons.ts";
import { run } from "./run.ts";
import { settings } from "./settings.ts";
import { sources } from "./sources.ts";
import { storage } from "./storage.ts";
import { widget } from "./widget.ts";

export const en = {
  format: formats,
  names,
  page,
  prompt,
  plot,
  settings,
  run,
  reasons,
  adapters,
  sources,
  models,
  nsfw,
  storage,
  widget,
};
