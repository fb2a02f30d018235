// Around the runs of every back end.
import { expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { checkInputs, runFailure } from "./session-run.ts";

const builder = new GraphBuilder("unet");
builder.input("latent", [1, 4, 2, 2]);
const graph = builder.finish();

it("names an input that is missing or of another size", () => {
  expect(() => checkInputs(graph, { latent: new Float32Array(16) })).not.toThrow();
  expect(() => checkInputs(graph, { latent: new Float32Array(15) })).toThrow(
    "unet: input latent needs 16 values, got 15",
  );
  expect(() => checkInputs(graph, {})).toThrow("unet: input latent needs 16 values, got undefined");
});

it("names the network whose run failed, and keeps a failure that says more", () => {
  const known = new StylusError("device-lost", say`The GPU was lost.`);
  expect(runFailure(graph, known)).toBe(known);
  expect(runFailure(graph, new Error("no memory"))).toMatchObject({
    code: "device",
    message: "The unet failed to run: no memory",
  });
});
