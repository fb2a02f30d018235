import { expect, it } from "vitest";
import { runModel } from "../../tests/fixtures/onnx-node.ts";
import { attention } from "./attention.ts";
import { OnnxBuilder } from "./onnx-builder.ts";
import { attentionByDefinition } from "./self-test.ts";

it("the self-test's plain attention equals ONNX Runtime's CPU kernel", async () => {
  const [tokens, channels, heads] = [9, 12, 3];
  const shape = [1, tokens, channels];
  const g = new OnnxBuilder("unet", { device: "wasm", dtype: "f32" });
  const [query, key, value] = ["query", "key", "value"].map((name) => g.input(name, shape));
  g.output("out", attention(g, query!, { key: key!, value: value!, heads, label: "attention" }));
  const [q, k, v] = [1, 2, 3].map((seed) =>
    Float32Array.from({ length: tokens * channels }, (_, i) => Math.sin(i * seed)),
  );
  const { out } = await runModel(g.finish(), {
    query: { values: q!, shape },
    key: { values: k!, shape },
    value: { values: v!, shape },
  });
  attentionByDefinition(q!, { k: k!, v: v!, tokens, channels, heads }).forEach((wanted, i) =>
    expect(out!.values[i]).toBeCloseTo(wanted, 5),
  );
});
