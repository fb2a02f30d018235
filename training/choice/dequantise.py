"""Float weights of a BERT that was published as dynamically quantised int8 ONNX, under transformers' names.

    PYTHONPATH=training python3 -m choice.dequantise MODEL.onnx OUT.npz
w = (q - zero point) · scale. A matrix has lost its name in such a file: it bears that of the bias that is added to its product.
"""
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def float_weights(path):
    graph = onnx.load(path).graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    users = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)

    def bias_after(node):
        queue, seen = [node], 0
        while queue and seen < 30:
            node, seen = queue.pop(0), seen + 1
            for name in node.output:
                for user in users.get(name, []):
                    biases = [i for i in user.input if user.op_type == "Add" and i in values and i.endswith(".bias")]
                    if biases:
                        return biases[0]
                    queue.append(user)
        raise ValueError(f"{path}: no bias after {node.name}")

    found = {name: value for name, value in values.items() if value.dtype == np.float32 and ("LayerNorm" in name or name.endswith(".bias"))}
    dequantised = lambda q, zero, scale: (q.astype(np.float32) - np.float32(zero)) * scale
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in values:
            quantised = node.input[1]
            scale = values[quantised.replace("_quantized", "_scale")]
            zero = values[node.input[3]].astype(np.float32) if len(node.input) > 3 else 0
            found[bias_after(node).replace(".bias", ".weight")] = ((values[quantised].astype(np.float32) - zero) * scale).T
        if node.op_type == "DequantizeLinear" and node.input[0] in values:
            found[node.input[0].replace("_quantized", "")] = dequantised(*(values[node.input[i]] for i in (0, 2, 1)))
        if node.op_type == "Gather" and node.input[0] in values and values[node.input[0]].ndim == 2:
            name = node.input[0].replace("_quantized", "")
            parts = [values.get(name + suffix) for suffix in ("_zero_point", "_scale")]
            found[name] = values[node.input[0]] if parts[0] is None else dequantised(values[node.input[0]], *parts)
    return {name.removeprefix("bert.").removeprefix("model.").removeprefix("0.auto_model."): value for name, value in found.items()}


if __name__ == "__main__":
    np.savez(sys.argv[2], **{name: value.astype(np.float16) for name, value in float_weights(sys.argv[1]).items()})
