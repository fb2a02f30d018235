"""Writes ONNX models without the onnx package: the few protobuf messages of onnx.proto3 that a static graph needs.

Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3. Weights are stored as int8 with one scale per
output channel (symmetric, DequantizeLinear in front of the op) or as float32; activations stay float32.
"""
import struct

import numpy as np

DTYPE = {np.dtype(np.float32): 1, np.dtype(np.int8): 3, np.dtype(np.int64): 7, np.dtype(np.float16): 10}
FLOAT, INT64 = 1, 7


def _varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def _int(field, n):
    return _varint(field << 3) + _varint(n)


def _bytes(field, data):
    data = data.encode() if isinstance(data, str) else data
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _attribute(name, v):
    body = _bytes(1, name)
    if isinstance(v, float):
        body += _varint(2 << 3 | 5) + struct.pack("<f", v) + _int(20, 1)
    elif isinstance(v, int):
        body += _int(3, v) + _int(20, 2)
    elif isinstance(v, str):
        body += _bytes(4, v) + _int(20, 3)
    else:
        body += b"".join(_int(8, x) for x in v) + _int(20, 7)
    return _bytes(5, body)


def _value(field, name, dtype, shape):
    dims = b"".join(_bytes(1, _bytes(2, d) if isinstance(d, str) else _int(1, d)) for d in shape)
    return _bytes(field, _bytes(1, name) + _bytes(2, _bytes(1, _int(1, dtype) + _bytes(2, dims))))


def quantise(w, axis):
    """float array -> (int8 array, float32 scale per index of `axis`), symmetric: w ~ q * scale."""
    other = tuple(i for i in range(w.ndim) if i != axis)
    scale = np.maximum(np.abs(w).max(axis=other), 1e-8).astype(np.float32) / 127
    shape = [1] * w.ndim
    shape[axis] = -1
    return np.clip(np.rint(w / scale.reshape(shape)), -127, 127).astype(np.int8), scale


class Graph:
    """Builds one graph; every method returns the name of its output."""

    def __init__(self, name, opset=17):
        self.name, self.opset = name, opset
        self.nodes, self.tensors, self.ins, self.outs, self.count = [], {}, [], [], 0

    def input(self, name, dtype, shape):
        self.ins.append(_value(11, name, dtype, shape))
        return name

    def output(self, value, name, dtype, shape):
        self.nodes.append(_bytes(1, _bytes(1, value) + _bytes(2, name) + _bytes(3, f"{name}_out") + _bytes(4, "Identity")))
        self.outs.append(_value(12, name, dtype, shape))

    def constant(self, array, name=None):
        a = np.ascontiguousarray(array)
        if not isinstance(array, np.ndarray) or array.ndim == 0:
            a = a.reshape(np.shape(array))
        if a.dtype == np.float64:
            a = a.astype(np.float32)
        if name is None:
            name = f"const_{len(self.tensors)}"
        assert name not in self.tensors, name
        dims = b"".join(_int(1, d) for d in a.shape)
        self.tensors[name] = _bytes(5, dims + _int(2, DTYPE[a.dtype]) + _bytes(8, name) + _bytes(9, a.tobytes()))
        return name

    def op(self, kind, *inputs, **attributes):
        self.count += 1
        out = f"{kind}_{self.count}"
        inputs = [i if isinstance(i, str) else self.constant(i) for i in inputs]
        self.nodes.append(_bytes(1, b"".join(_bytes(1, i) for i in inputs) + _bytes(2, out) + _bytes(3, out) + _bytes(4, kind)
                                 + b"".join(_attribute(k, v) for k, v in attributes.items())))
        return out

    def weight(self, name, w, axis):
        """int8 weight with one scale per index of `axis`, dequantised in the graph."""
        q, scale = quantise(w, axis)
        return self.op("DequantizeLinear", self.constant(q, name), self.constant(scale, name + ".scale"), axis=axis)

    def linear(self, x, name, w, b):  # w [out, in] as in torch
        y = self.op("MatMul", x, self.weight(name + ".weight", np.ascontiguousarray(w.T), 1))
        return y if b is None else self.op("Add", y, self.constant(b.astype(np.float32), name + ".bias"))

    def embedding(self, ids, name, table):
        """Rows of an int8 table, scaled after the look-up: the whole table is never made float."""
        q, scale = quantise(table, 0)
        rows = self.op("Cast", self.op("Gather", self.constant(q, name), ids, axis=0), to=FLOAT)
        return self.op("Mul", rows, self.op("Gather", self.constant(scale.reshape(-1, 1), name + ".scale"), ids, axis=0))

    def layer_norm(self, x, name, w, b, eps):
        return self.op("LayerNormalization", x, self.constant(w.astype(np.float32), name + ".weight"),
                       self.constant(b.astype(np.float32), name + ".bias"), axis=-1, epsilon=float(eps))

    def gelu(self, x):
        one = self.op("Add", self.op("Erf", self.op("Div", x, np.array(2**0.5, np.float32))), np.array(1, np.float32))
        return self.op("Mul", self.op("Mul", x, one), np.array(0.5, np.float32))

    def attention(self, q, k, v, mask, heads, head_dim):
        """Multi-head attention of projected q, k, v [B, L, D]; q already carries 1/sqrt(head_dim); mask is added to the scores."""
        split = np.array([0, 0, heads, head_dim], np.int64)
        q, v = (self.op("Transpose", self.op("Reshape", t, split), perm=[0, 2, 1, 3]) for t in (q, v))
        k = self.op("Transpose", self.op("Reshape", k, split), perm=[0, 2, 3, 1])
        p = self.op("Softmax", self.op("Add", self.op("MatMul", q, k), mask), axis=-1)
        y = self.op("Transpose", self.op("MatMul", p, v), perm=[0, 2, 1, 3])
        return self.op("Reshape", y, np.array([0, 0, heads * head_dim], np.int64))

    def save(self, path, producer="stylus-web"):
        graph = b"".join(self.nodes) + _bytes(2, self.name) + b"".join(self.tensors.values()) + b"".join(self.ins) + b"".join(self.outs)
        model = _int(1, 8) + _bytes(2, producer) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _int(2, self.opset))
        with open(path, "wb") as f:
            f.write(model)
        return len(model)
