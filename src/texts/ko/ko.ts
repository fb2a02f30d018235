// Every text of the page in Korean. Sentences are in 해요체, labels and buttons are nouns. A particle never follows a name that is
// filled in, because its form depends on the name's last sound: put a noun in between ("{title} 어댑터를").
import type { en } from "../en/en.ts";
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

export const ko: typeof en = {
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
