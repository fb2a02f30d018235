import { expect, it } from "vitest";
import { attention } from "./attention.ts";
import { openOrtBackend } from "./backend.ts";
import { OnnxBuilder } from "./onnx-builder.ts";
import { attentionByDefinition } from "./self-test.ts";
import { createOrtSession } from "./session.ts";

it("the self-test's plain attention equals ONNX Runtime's CPU kernel", async () => {
  const { ort } = await openOrtBackend({ preference: "wasm" });
  const [tokens, channels, heads] = [9, 12, 3];
  const shape = [1, tokens, channels];
  const g = new OnnxBuilder("unet", { device: "wasm", dtype: "f32" });
  const [query, key, value] = ["query", "key", "value"].map((name) => g.input(name, shape));
  g.output("out", attention(g, query!, { key: key!, value: value!, heads, label: "attention" }));
  const { session } = await createOrtSession(ort, { gpu: null, model: g.finish(), graphCapture: false });
  const [q, k, v] = [1, 2, 3].map((seed) =>
    Float32Array.from({ length: tokens * channels }, (_, i) => Math.sin(i * seed)),
  );
  const feed = (data: Float32Array): InstanceType<typeof ort.Tensor> =>
    new ort.Tensor("float32", data, shape);
  const { out } = await session.run({ query: feed(q!), key: feed(k!), value: feed(v!) });
  const got = out!.data as Float32Array;
  attentionByDefinition(q!, { k: k!, v: v!, tokens, channels, heads }).forEach((wanted, i) =>
    expect(got[i]).toBeCloseTo(wanted, 5),
  );
});
