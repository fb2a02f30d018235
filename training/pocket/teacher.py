"""all-MiniLM-L6-v2 (Apache-2.0) as a teacher of meaning: texts -> unit vectors [N, 384].

    python -m pocket.teacher --weights model.safetensors --out minilm.npz        # int8 rows and their scales, a quarter of the size
"""
import argparse
import contextlib

import numpy as np
import torch

from embedder.model import Bert

CONFIG = dict(vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536, max_position_embeddings=512, type_vocab_size=2)


def teacher_weights(path):
    """Weights under transformers' names: .safetensors, or .npz with int8 rows and their scales (`NAME.scale`)."""
    if path.endswith(".safetensors"):
        from safetensors.numpy import load_file
        return load_file(path)
    arrays = dict(np.load(path))
    return {name: value * arrays[f"{name}.scale"][:, None] if f"{name}.scale" in arrays else value for name, value in arrays.items() if not name.endswith(".scale")}


class Teacher:
    def __init__(self, weights, tokenizer, device="cpu"):
        from tokenizers import Tokenizer
        self.device, self.session = device, None
        self.tokenizer = Tokenizer.from_file(tokenizer)
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(64)
        if weights.endswith(".onnx"):  # fastest on a CPU
            import onnxruntime
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            self.session = onnxruntime.InferenceSession(weights, options)
            return
        self.model = Bert(CONFIG).to(device).eval().requires_grad_(False)
        found = self.model.load_state_dict({k: torch.tensor(np.asarray(v, np.float32)) for k, v in teacher_weights(weights).items()}, strict=False)
        assert not found.missing_keys, found

    @torch.no_grad()
    def __call__(self, texts, size=2048):
        """Unit vectors [N, 384], float32, on the device."""
        ids = [e.ids for e in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        out = torch.zeros(len(ids), 384, device=self.device)
        size = 64 if self.session else size
        for at in range(0, len(order), size):
            rows = order[at:at + size]
            part = torch.zeros(len(rows), max(len(ids[i]) for i in rows), dtype=torch.long)
            for k, i in enumerate(rows):
                part[k, :len(ids[i])] = torch.tensor(ids[i])
            if self.session:
                keep = (part != 0).long()
                feed = {"input_ids": part, "attention_mask": keep, "token_type_ids": keep * 0}
                hidden = torch.from_numpy(self.session.run(None, {i.name: feed[i.name].numpy() for i in self.session.get_inputs()})[0])
                vectors = (hidden * keep[..., None]).sum(1) / keep.sum(1, keepdim=True)
                out[torch.tensor(rows)] = torch.nn.functional.normalize(vectors, dim=-1)
                continue
            with torch.autocast("cuda", dtype=torch.bfloat16) if str(self.device).startswith("cuda") else contextlib.nullcontext():
                vectors = self.model(part.to(self.device))
            out[torch.tensor(rows, device=self.device)] = torch.nn.functional.normalize(vectors.float(), dim=-1)
        return out


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--weights", required=True)
    p.add_argument("--out", required=True)
    args = p.parse_args()
    arrays = {}
    for name, value in teacher_weights(args.weights).items():
        value = np.asarray(value)
        if value.dtype.kind != "f":
            continue
        if value.ndim == 2:
            scale = np.abs(value).max(1) / 127 + 1e-12
            arrays[name] = np.round(value / scale[:, None]).astype(np.int8)
            arrays[name + ".scale"] = scale.astype(np.float32)
        else:
            arrays[name] = value.astype(np.float32)
    np.savez_compressed(args.out, **arrays)
