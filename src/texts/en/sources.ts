// Adapters from addresses of Civitai and Hugging Face.
import { formats } from "./formats.ts";

const commercialUses: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Image: "images",
    RentCivit: "generation on Civitai",
    Rent: "generation services",
    Sell: "selling the file",
  }),
);

export const sources = {
  section: "From Civitai or Hugging Face",
  addresses: "Addresses",
  addressesHint:
    "Of models or files, one a line; of Civitai ids like 16014@28907, too. Only these sites are asked, and only for what you list.",
  lookUp: "Look up",
  checkForUpdates: "Check for updates",
  checkForUpdatesHint: (count: number) =>
    `Asks whether ${formats.counted(count, { one: "adapter", other: "adapters" })} from these sites have newer versions. Stylus never asks by itself.`,
  stop: "Stop",
  dismiss: "Clear list",

  working: {
    asking: (done: number, total: number) =>
      `Looking up: ${formats.number(done)} of ${formats.number(total)}.`,
    checking: (done: number, total: number) =>
      `Checking for updates: ${formats.number(done)} of ${formats.number(total)}.`,
    downloading: (done: number, total: number) =>
      `Downloading: ${formats.number(done)} of ${formats.number(total)} done.`,
  },
  progress: "Done",
  lookedUp: (found: number, failed: number, left: number) =>
    `${formats.number(found)} found${failed === 0 ? "" : `, ${formats.number(failed)} not found`}.${
      left === 0 ? "" : ` ${formats.number(left)} were not asked for.`
    }`,
  checked: (newer: number, of: number, failed: number) =>
    `${formats.number(newer)} of ${formats.counted(of, { one: "adapter has a newer version", other: "adapters have newer versions" })}${
      failed === 0 ? "" : `; ${formats.number(failed)} could not be checked`
    }.`,
  downloaded: (added: number, others: number) =>
    `${formats.number(added)} added${others === 0 ? "" : `, ${formats.number(others)} not`}.`,

  download: (count: number, bytes: number) =>
    `Download ${formats.counted(count, { one: "file", other: "files" })}, ${formats.bytes(bytes)}`,
  want: (title: string) => `Download ${title}`,
  downloading: (title: string) => `Downloading ${title}`,
  received: (received: number, total: number | null) =>
    total === null ? formats.bytes(received) : `${formats.bytes(received)} of ${formats.bytes(total)}`,

  previewAlt: (title: string) => `Preview of ${title}`,
  base: (name: string) => `for ${name}`,
  triggers: "Trigger words",
  licence: (name: string) => `Licence: ${name}`,
  permissions: (allowed: {
    noCredit: boolean;
    commercialUse: readonly string[];
    derivatives: boolean;
    differentLicense: boolean;
  }) =>
    [
      allowed.noCredit ? "No credit needed" : "Credit needed",
      allowed.commercialUse.length === 0
        ? "no commercial use"
        : `commercial use: ${formats.list(allowed.commercialUse.map((use) => commercialUses.get(use) ?? use))}`,
      !allowed.derivatives
        ? "no sharing of merges"
        : `merges may be shared ${allowed.differentLicense ? "with any permissions" : "with the same permissions"}`,
    ].join("; "),
  author: (name: string) => `by ${name}`,
  page: "Web page",
  newerThan: (title: string) => `Newer version of ${title}. The one you have stays until you remove it.`,
  keptFor: (model: string) =>
    `For ${model}, not for the loaded model. It is kept, and Stylus can choose it once ${model} is loaded.`,
  otherBase: (base: string) => `Made for ${base}: it doesn’t fit the models that run here.`,
  unknownBase: "Its page names no base model. Whether it fits is checked after the download.",
  noHash: "Its site names no hash, so the download can’t be verified.",

  status: {
    waiting: "Waiting",
    adding: "Checking and adding…",
    added: (title: string) => `Added as ${title}`,
    kept: (title: string, model: string) => `Kept as ${title}, for ${model}`,
    known: (title: string) => `Already among your adapters: ${title}`,
    refused: (reason: string) => `Not added. ${reason}`,
  },
  open: "Open details",

  key: {
    summary: "Key for Civitai",
    label: "Key",
    hint: "For files that Civitai gives to accounts only; you find keys there under Account settings, API keys. It is kept in this browser only, unencrypted, and sent to civitai.com only.",
    set: "A key is set.",
    save: "Save key",
    forget: "Forget key",
    bad: "A key can contain only Latin letters, digits and symbols, without spaces.",
  },
};
