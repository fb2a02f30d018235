"""Float weights of a pack's reader, for more training.

    PYTHONPATH=training python3 -m choice.reopen public/packs/pocket/reader OUT.pt
A reader of random weights is written as the pack's was: where its values stand in its file, the pack's stand in the pack's.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from .export_reader import graph_of
from .quantise import GROUP, quantise_weight
from .reader import Reader


def unpacked(data):
    pairs = np.frombuffer(data, np.uint8)
    return np.stack([pairs & 15, pairs >> 4], 1).reshape(-1)


def reopen(folder):
    folder = Path(folder)
    theirs = onnx.load(str(folder / "reader.onnx"), load_external_data=False).graph.initializer
    packed = (folder / "reader.q4").read_bytes()
    stored = [t for t in theirs if t.data_location == onnx.TensorProto.EXTERNAL]
    levels, at = {}, 0
    for tensor in stored:
        rows, width = tensor.dims
        whole, groups = rows * width // 2, rows * width // GROUP // 2
        q = torch.from_numpy(unpacked(packed[at : at + whole]).astype(np.float32) - 8)
        r = torch.from_numpy(unpacked(packed[at + whole : at + whole + groups]).astype(np.float32))
        levels[tensor.name] = (q.reshape(rows, -1, GROUP) * r.reshape(rows, -1, 1)).reshape(rows, width)
        at += whole + groups
    assert at == len(packed), (at, len(packed))

    layers = sum(name.endswith(".query") for name in levels)
    probe = Reader(layers, levels["words"].shape[0])
    for parameter in probe.parameters():  # no two alike
        torch.nn.init.normal_(parameter, std=0.1)
    mine = graph_of(probe)[0].graph.initializer
    assert [t.dims for t in mine] == [t.dims for t in theirs], "the file's graph is another"
    plain = [(i, numpy_helper.to_array(t)) for i, t in enumerate(mine) if t.data_location != onnx.TensorProto.EXTERNAL]

    def place(value):
        found = [i for i, other in plain if other.size == value.size and np.array_equal(other.reshape(value.shape), value)]
        assert len(found) == 1, found
        return numpy_helper.to_array(theirs[found[0]])

    state = {}
    for name, value in probe.state_dict().items():
        kept = name.removesuffix(".weight")
        if kept in levels:
            scales = place(quantise_weight(value)[2].numpy())
            state[name] = levels[kept] * torch.from_numpy(scales.copy()).reshape(-1, 1)
        else:
            turned = name == "pooler.weight"  # the file has it as [in, out]
            found = place(value.numpy().T if turned else value.numpy())
            state[name] = torch.from_numpy((found.T if turned else found).copy()).reshape(value.shape)
    return state


if __name__ == "__main__":
    torch.save(reopen(sys.argv[1]), sys.argv[2])
