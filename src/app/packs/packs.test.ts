import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { readerId, readManifests } from "./packs.ts";

test("the build finds every file of model-manifests", async () => {
  const ids = (await readManifests()).map(({ manifest }) => manifest.id);
  const files = readdirSync("model-manifests").filter((name) => name.endsWith(".json"));
  expect(ids.filter((id) => id !== readerId).toSorted()).toEqual(
    files.map((name) => name.replace(/\.json$/, "")).toSorted(),
  );
});
