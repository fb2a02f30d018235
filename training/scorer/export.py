"""Writes the scorer as two ONNX models with int8 weights (float32 arithmetic): image.onnx and text.onnx, and its config.json.

    PYTHONPATH=training python3 -m scorer.export out/scorer
image.onnx: pixel_values float32 [batch, 3, 256, 256] in [-1, 1] -> embedding [batch, 128] (unit), features [batch, 256].
text.onnx: input_ids int64 [batch, 77] of the pocket tokenizer, padded with the end token -> embedding [batch, 128] (unit).
Also writes reference.json beside the weights, for check.ts.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch

from embedder.onnx_writer import FLOAT, INT64, Graph
from embedder.tensors import load_safetensors

from .model import Block, Scorer, shrink

HERE = Path(__file__).parent
PACK = Path(__file__).parents[2] / "public/packs/pocket/scorer"


def load(folder):
    config = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
    model = Scorer(config).eval()
    state = {k: torch.from_numpy(np.array(v, np.float32)) for k, v in load_safetensors(Path(folder) / "model.f16.safetensors").items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all(k.endswith("num_batches_tracked") for k in missing), (missing, unexpected)
    return config, model


def unit(g, x):
    return g.op("Div", x, g.op("ReduceL2", x, axes=[-1], keepdims=1))


@torch.no_grad()
def image_graph(m, c):
    g = Graph("scorer-image")
    size = c["image_size"]
    x = g.op("AveragePool", g.input("pixel_values", FLOAT, ["batch", 3, size, size]), kernel_shape=[2, 2], strides=[2, 2])

    def conv(x, u, name):
        w, b = (t.numpy() for t in u.folded())
        s = u.conv.stride[0]
        return g.op("Conv", x, g.weight(name + ".weight", w, 0), g.constant(b.astype(np.float32), name + ".bias"), kernel_shape=[3, 3], strides=[s, s], pads=[1, 1, 1, 1])
    x = g.op("Relu", conv(x, m.stem, "stem"))
    for i, stage in enumerate(m.stages):
        for j, layer in enumerate(stage):
            name = f"stages.{i}.{j}"
            if isinstance(layer, Block):
                y = conv(g.op("Relu", conv(x, layer.a, name + ".a")), layer.b, name + ".b")
                x = g.op("Relu", g.op("Add", x, y))
            else:
                x = g.op("Relu", conv(x, layer, name))
    f = g.op("Reshape", g.op("GlobalAveragePool", x), np.array([0, -1], np.int64))
    g.output(unit(g, g.linear(f, "projection", m.projection.weight.numpy(), None)), "embedding", FLOAT, ["batch", c["embedding_size"]])
    g.output(f, "features", FLOAT, ["batch", c["feature_size"]])
    return g


@torch.no_grad()
def text_graph(m, c):
    g = Graph("scorer-text")
    d, heads, length = c["text_width"], c["text_heads"], c["context_length"]
    ids = g.input("input_ids", INT64, ["batch", length])
    end = g.op("Cast", g.op("Equal", ids, np.array(c["end_token"], np.int64)), to=INT64)
    seen = g.op("CumSum", end, np.array(1, np.int64), exclusive=1)
    keep = g.op("Cast", g.op("Equal", seen, np.array(0, np.int64)), to=FLOAT)  # up to and with the first end token
    mask = g.op("Unsqueeze", g.op("Mul", g.op("Sub", np.array(1, np.float32), keep), np.array(-1e4, np.float32)), np.array([1, 2], np.int64))
    x = g.op("Add", g.embedding(ids, "token", m.token.weight.numpy()), g.constant(m.position.numpy(), "position"))
    norm = lambda x, n, name: g.layer_norm(x, name, n.weight.numpy(), n.bias.numpy(), n.eps)
    lin = lambda x, l, name, k=1.0: g.linear(x, name, l.weight.numpy() * k, l.bias.numpy() * k)
    for i, l in enumerate(m.layers):
        p = f"layers.{i}."
        y = norm(x, l.norm1, p + "norm1")
        y = g.attention(lin(y, l.query, p + "query", 1 / math.sqrt(d // heads)), lin(y, l.key, p + "key"), lin(y, l.value, p + "value"), mask, heads, d // heads)
        x = g.op("Add", x, lin(y, l.out, p + "out"))
        x = g.op("Add", x, lin(g.gelu(lin(norm(x, l.norm2, p + "norm2"), l.fc1, p + "fc1")), l.fc2, p + "fc2"))
    keep3 = g.op("Unsqueeze", keep, np.array([2], np.int64))
    total = g.op("ReduceSum", g.op("Mul", norm(x, m.norm, "norm"), keep3), np.array([1], np.int64), keepdims=0)
    x = g.op("Div", total, g.op("ReduceSum", keep3, np.array([1], np.int64), keepdims=0))
    g.output(unit(g, g.linear(x, "projection", m.projection.weight.numpy(), None)), "embedding", FLOAT, ["batch", c["embedding_size"]])
    return g


def pattern(n):
    """n deterministic test pictures [n, 3, 256, 256], each value exact in JavaScript too: ((x*a + y*b + c*d) mod 256) / 127.5 - 1."""
    y, x = np.mgrid[0:256, 0:256]
    out = [[((x * (i + 1) + y * (2 * i + 1) + c * 85 + (x * y * i) // 64) % 256) / 127.5 - 1 for c in range(3)] for i in range(n)]
    return torch.from_numpy(np.array(out, np.float32))


def model_card(folder, model):
    n = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    (HERE / "evaluation.json").write_text(json.dumps(n, indent=1) + "\n", encoding="utf-8")
    base, both, styles = n["base_captions"], n["all_captions"], n["styles"]
    percent = lambda v: f"{100 * v:.1f} %"
    return (HERE / "card.md").read_text(encoding="utf-8").format(
        params=f"{sum(p.numel() for p in model.parameters()):,}", base_candidates=base["candidates"], base_pictures=base["pictures"],
        base_top1=percent(base["top1"]), base_top5=percent(base["top5"]), all_candidates=both["candidates"], all_pictures=both["pictures"],
        all_top1=percent(both["top1"]), all_top5=percent(both["top5"]), looks=styles["looks"], style_accuracy=percent(styles["accuracy"]))


def export(folder):
    from . import scenes
    folder = Path(folder)
    config, model = load(folder)
    PACK.mkdir(parents=True, exist_ok=True)
    sizes = [image_graph(model.image, config).save(PACK / "image.onnx"), text_graph(model.text, config).save(PACK / "text.onnx")]
    public = {k: config[k] for k in ("image_size", "embedding_size", "feature_size", "vocab_size", "context_length", "end_token", "logit_scale")}
    (PACK / "config.json").write_text(json.dumps(public, indent=1) + "\n", encoding="utf-8")
    texts = ["a fox", "two dogs in the snow", "a castle on a hill at night", "clay render, a red apple on a table", "", "three cats, line art"]
    ids = scenes.tokens(texts).astype(np.int64)
    with torch.no_grad():
        images = shrink(pattern(4))
        reference = dict(texts=texts, ids=ids.tolist(), text=model.text(torch.from_numpy(ids)).numpy().round(6).tolist(),
                         image=model.image(images).numpy().round(6).tolist(), features=model.image.features(images).numpy().round(5).tolist())
    (folder / "reference.json").write_text(json.dumps(reference), encoding="utf-8")
    (PACK / "README.md").write_text(model_card(folder, model), encoding="utf-8")
    total = sum(f.stat().st_size for f in PACK.rglob("*") if f.is_file())
    print(f"image.onnx {sizes[0]} bytes, text.onnx {sizes[1]} bytes, folder {total} bytes")
    assert total <= 5_500_000, "the scorer must stay under 5.5 MB"


if __name__ == "__main__":
    export(sys.argv[1])
