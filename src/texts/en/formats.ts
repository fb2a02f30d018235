// English numbers and plurals, and the counted nouns that several texts share.
import { createFormats } from "../format.ts";

export const formats = createFormats("en");

export const steps = (count: number): string => formats.counted(count, { one: "step", other: "steps" });
export const images = (count: number): string => formats.counted(count, { one: "image", other: "images" });
export const files = (count: number): string => formats.counted(count, { one: "file", other: "files" });
export const adapterCount = (count: number): string =>
  formats.counted(count, { one: "adapter", other: "adapters" });
