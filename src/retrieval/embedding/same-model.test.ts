import { expect, it } from "vitest";
import { checkSameModel } from "./same-model.ts";

it("an embedder is known by its hash, whatever it is called", () => {
  checkSameModel({ name: "bge", sha256: "aa" }, { name: "renamed", sha256: "aa" });
  expect(() => checkSameModel({ name: "bge", sha256: "aa" }, { name: "bge", sha256: "bb" })).toThrow(
    "The index was made with bge, but another embedder (bge) is loaded.",
  );
});
