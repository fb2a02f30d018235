"""Float weights of a pack's embedder, for programs in torch: config.json, tokenizer.json and model.pt.

    PYTHONPATH=training python3 -m embedder.reopen public/packs/pocket/embedder OUT
w = int8 · scale, one scale a row of the embeddings and one an output of the products, whose matrices the file holds as [in, out].
"""
import shutil
import sys
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper


def reopen(folder, out):
    graph = onnx.load(str(folder / "onnx/model_quantized.onnx")).graph
    values = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
    state = {}
    for name, value in values.items():
        if not name.startswith(("embeddings.", "encoder.")) or name.endswith(".scale"):
            continue
        scale = values.get(f"{name}.scale")
        if scale is None:
            state[name] = value.float()
        elif name.startswith("embeddings."):
            state[name] = value.float() * scale.reshape(-1, 1)
        else:
            state[name] = (value.float() * scale).T.contiguous()
    # The file's position embeddings have the one token type's in them.
    state["embeddings.token_type_embeddings.weight"] = torch.zeros(1, state["embeddings.LayerNorm.weight"].numel())
    out.mkdir(parents=True, exist_ok=True)
    torch.save(state, out / "model.pt")
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(folder / name, out / name)


if __name__ == "__main__":
    reopen(Path(sys.argv[1]), Path(sys.argv[2]))
