// What this site keeps on the disk, and how to free it.
import { files, formats, images } from "./formats.ts";

export const storage = {
  title: "Storage",
  loading: "Measuring…",
  total: "**{used}** on this disk",
  totalOf: "**{used}** of {quota} allowed by the browser",

  adapterFiles: (kind: string, count: number) => `${kind}: ${files(count)}. They download again when needed.`,
  complete: (kind: string) => `${kind}, complete.`,
  incomplete: (kind: string, bytes: number) =>
    `${kind}, incomplete: ${formats.bytes(bytes)} in total. The download resumes where it stopped.`,
  leftOver: "Unused files",
  leftOverText: (count: number) =>
    `${files(count)} from an earlier version of this site, or from downloads of adapters that were stopped.`,
  userModel: "Your checkpoint, read in place on your disk. Remove it from the list under Models.",
  userAdapters: "Your adapters",
  noUserAdapters: "None.",
  userAdapterFiles: (count: number) => `${files(count)}. Remove them in their details, under Adapters.`,
  images: "Your images",
  noImages: "None.",
  imageCount: (count: number) => `${images(count)}. Delete them in the gallery.`,

  tuning: {
    title: "GPU tuning",
    text: (gpus: number) =>
      `What runs fastest on ${formats.counted(gpus, { one: "GPU", other: "GPUs" })} of yours, measured in the first run at each image size. What was cut short is not measured again by itself. After a reset the next visit measures again.`,
    reset: "Reset tuning",
  },

  unreadable: {
    title: (what: string) => `Unreadable: ${what}`,
    databases: {
      "stylus-web-gallery": "your images",
      "stylus-web-adapters": "your adapters",
      "stylus-web-library": "your tags of adapters",
      "stylus-web-inputs": "init images and masks",
      "stylus-web-queue": "waiting runs",
      "stylus-web-styles": "your prompt styles",
      "stylus-web-wildcards": "your wildcard files",
      "stylus-web-models": "your checkpoints",
      "stylus-web-indexes": "adapter indexes",
      "stylus-web-vectors": "vectors of your adapters",
      "stylus-storage": "download records",
      "stylus-web-tuning": "GPU measurements",
    } as Readonly<Record<string, string>>,
    rows: (count: number, problem: string) =>
      `${formats.counted(count, { one: "entry", other: "entries" })} damaged or from another version of this site (${problem}). Everything else works.`,
    whole: (problem: string) =>
      `From another version of this site (${problem}). New entries last until you close this page; delete these and reload to keep new ones.`,
    export: "Export",
    exportName: (what: string) => `Export ${what}`,
    confirmDelete: "Delete them",
    notice:
      "Some stored entries are damaged or from another version of this site. Everything else works. Storage lists them: export or delete them there.",
  },
  replaced: (paths: readonly string[]) =>
    `${formats.list(paths)} ${paths.length === 1 ? "was" : "were"} damaged in this browser’s storage and downloaded again. If this happens often, check the disk.`,

  persisted: "The browser keeps all this until you delete it.",
  evictable: "The browser may delete all this when the disk is full. Download the images you want to keep.",
  persist: "Ask browser to keep it",
  refused: "The browser declined. Some agree once you bookmark or install a site, or use it often.",
  unsupported: "This browser can’t guarantee it.",

  delete: "Delete",
  deleteName: (title: string) => `Delete ${title}`,
  confirmDelete: (bytes: number) => `Delete ${formats.bytes(bytes)}`,
  keep: "Keep",
  forget: "Forget hashes",
  forgetName: (title: string) => `Forget hashes of ${title}`,
  forgetTitle: "Hashes from the first download reveal a file that changed later",
  nothingForgotten: "No hashes were stored beyond the file list.",
  forgotten: (count: number) =>
    `${formats.counted(count, { one: "hash", other: "hashes" })} forgotten. The next download accepts the hub’s current files.`,
};
