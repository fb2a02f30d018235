"""Writes a reader as two files: `reader.onnx`, the graph with everything small, and `reader.q4`, the weights in 4 bits (quantise.py).

Graph inputs: input_ids, token_type_ids [B, L] int64 (0 = padding). Outputs: wanted [B], spans [B, L] float32 (logits).
The graph takes its int8 weights from the external file `weights.int8`, which whoever loads it unpacks from `reader.q4`: for each tensor
[rows, 384 or 1536] in the order of the graph's external data, first the levels (q + 8, two to a byte, low half first), then the groups'
multipliers r (likewise), each row after row; int8 = q · r. `--unpacked` writes `weights.int8` too.
    PYTHONPATH=training python3 -m choice.export_reader STATE.pt OUT_FOLDER [--unpacked]
"""
import os
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from .quantise import GROUP, quantise_weight
from .reader import HEADS, WIDTH, Reader

HEAD = WIDTH // HEADS


def packed(values):
    """Pairs of neighbours 0 … 15 as one byte, the first in the low half."""
    flat = values.reshape(-1).astype(np.uint8)
    return (flat[0::2] | flat[1::2] << 4).tobytes()


class Writer:
    def __init__(self):
        self.nodes, self.constants, self.known = [], [], {}
        self.four_bit, self.int8_bytes = bytearray(), bytearray()

    def constant(self, array, name=None):
        array = np.array(array, order="C")
        key = (array.dtype.str, array.shape, array.tobytes()) if array.size <= 16 else None
        if key and key in self.known:
            return self.known[key]
        name = name or f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        if key:
            self.known[key] = name
        return name

    def op(self, kind, *inputs, **attributes):
        out = f"{kind}_{len(self.nodes)}"
        inputs = [value if isinstance(value, str) else self.constant(value) for value in inputs]
        self.nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def int8(self, weight, name):
        """[rows, width] float -> name of the int8 constant [rows, width] in the external file, and the rows' scales."""
        q, r, s = (t.numpy() for t in quantise_weight(weight))
        rows, groups = r.shape
        whole = (q.reshape(rows, groups, GROUP) * r[..., None]).astype(np.int8).reshape(rows, groups * GROUP)
        self.four_bit += packed(q + 8) + packed(r)
        tensor = TensorProto(name=name, data_type=TensorProto.INT8, dims=whole.shape, data_location=TensorProto.EXTERNAL)
        for key, value in (("location", "weights.int8"), ("offset", len(self.int8_bytes)), ("length", whole.size)):
            tensor.external_data.add(key=key, value=str(value))
        self.int8_bytes += whole.tobytes()
        self.constants.append(tensor)
        return name, s.astype(np.float32)

    def rows(self, x):
        """Rows of x as uint8 around 128 (the kernels for uint8 × int8 are the fast ones), and their scales [..., 1]."""
        peak = self.op("Max", self.op("ReduceMax", self.op("Abs", x), np.array([-1], np.int64), keepdims=1), np.array(1e-6, np.float32))
        scale = self.op("Div", peak, np.array(127, np.float32))
        shifted = self.op("Add", self.op("Round", self.op("Div", x, scale)), np.array(128, np.float32))
        return self.op("Cast", shifted, to=TensorProto.UINT8), scale

    def dense(self, rows, layer, name):
        x, scale = rows
        weight, channels = self.int8(layer.weight.data, name)
        product = self.op("MatMulInteger", x, self.op("Transpose", weight, perm=[1, 0]), np.array(128, np.uint8))
        scaled = self.op("Mul", self.op("Mul", self.op("Cast", product, to=TensorProto.FLOAT), channels), scale)
        return self.op("Add", scaled, layer.bias.data.numpy())

    def norm(self, x, layer):
        return self.op("LayerNormalization", x, layer.weight.data.numpy(), layer.bias.data.numpy(), axis=-1, epsilon=1e-12)

    def linear(self, x, layer):
        return self.op("Add", self.op("MatMul", x, layer.weight.data.numpy().T), layer.bias.data.numpy())

    def gelu(self, x):
        inner = self.op("Add", self.op("Erf", self.op("Div", x, np.array(2**0.5, np.float32))), np.array(1, np.float32))
        return self.op("Mul", self.op("Mul", x, inner), np.array(0.5, np.float32))


def export(reader, folder, unpacked=False):
    reader = reader.float().cpu().eval()
    g = Writer()
    table, scales = g.int8(reader.words.weight.data, "words")
    words = g.op("Cast", g.op("Gather", table, "input_ids"), to=TensorProto.FLOAT)
    words = g.op("Mul", words, g.op("Gather", g.constant(scales[:, None], "words.scale"), "input_ids"))
    length = g.op("Slice", g.op("Shape", "input_ids"), np.array([1], np.int64), np.array([2], np.int64))
    positions = g.op("Slice", g.constant(reader.positions.weight.data.numpy(), "positions"), np.array([0], np.int64), length, np.array([0], np.int64))
    types = g.op("Gather", g.constant(reader.types.weight.data.numpy(), "types"), "token_type_ids")
    x = g.norm(g.op("Add", g.op("Add", words, positions), types), reader.norm)
    padding = g.op("Cast", g.op("Equal", "input_ids", np.array(0, np.int64)), to=TensorProto.FLOAT)
    mask = g.op("Unsqueeze", g.op("Mul", padding, np.array(-1e9, np.float32)), np.array([1, 2], np.int64))  # [B, 1, 1, L]
    for index, layer in enumerate(reader.layers):
        rows = g.rows(x)
        split = np.array([0, 0, HEADS, HEAD], np.int64)
        query, key, value = (g.dense(rows, getattr(layer, name), f"layers.{index}.{name}") for name in ("query", "key", "value"))
        query, value = (g.op("Transpose", g.op("Reshape", t, split), perm=[0, 2, 1, 3]) for t in (query, value))
        key = g.op("Transpose", g.op("Reshape", key, split), perm=[0, 2, 3, 1])
        scores = g.op("Mul", g.op("MatMul", query, key), np.array(HEAD**-0.5, np.float32))
        mixed = g.op("MatMul", g.op("Softmax", g.op("Add", scores, mask), axis=-1), value)
        mixed = g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), np.array([0, 0, WIDTH], np.int64))
        x = g.norm(g.op("Add", x, g.dense(g.rows(mixed), layer.attention_output, f"layers.{index}.attention_output")), layer.attention_norm)
        inner = g.gelu(g.dense(g.rows(x), layer.intermediate, f"layers.{index}.intermediate"))
        x = g.norm(g.op("Add", x, g.dense(g.rows(inner), layer.output, f"layers.{index}.output")), layer.output_norm)
    first = g.op("Gather", x, np.array(0, np.int64), axis=1)
    wanted = g.linear(g.op("Tanh", g.linear(first, reader.pooler)), reader.wanted)
    g.nodes.append(helper.make_node("Squeeze", [wanted, g.constant(np.array([1], np.int64))], ["wanted"]))
    g.nodes.append(helper.make_node("Squeeze", [g.linear(x, reader.spans), g.constant(np.array([2], np.int64))], ["spans"]))
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        g.nodes, "reader",
        [info("input_ids", TensorProto.INT64, ["batch", "length"]), info("token_type_ids", TensorProto.INT64, ["batch", "length"])],
        [info("wanted", TensorProto.FLOAT, ["batch"]), info("spans", TensorProto.FLOAT, ["batch", "length"])], g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], producer_name="stylus-web")
    model.ir_version = 9
    os.makedirs(folder, exist_ok=True)
    for name, data in (("reader.onnx", model.SerializeToString()), ("reader.q4", g.four_bit), ("weights.int8", g.int8_bytes)):
        if name != "weights.int8" or unpacked:
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)


if __name__ == "__main__":
    state = torch.load(sys.argv[1], map_location="cpu")
    layers = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers."))
    reader = Reader(layers, state["words.weight"].shape[0])
    reader.load_state_dict(state)
    export(reader, sys.argv[2], unpacked="--unpacked" in sys.argv)
