"""The sentence embedder of the pack, in torch, for choosing phrases while training: short texts to unit vectors."""
import json

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from embedder.model import Bert

PREFIX = "query: "


def load_embedder(folder, device):
    """folder: config.json, tokenizer.json, model.pt (state of embedder.model.Bert). Returns texts -> [N, D] float32 on the CPU."""
    with open(f"{folder}/config.json", encoding="utf-8") as file:
        model = Bert(json.load(file))
    model.load_state_dict(torch.load(f"{folder}/model.pt", map_location="cpu"))
    model.to(device).eval()
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.enable_truncation(64), tokenizer.no_padding()

    known = {}

    def embed(texts):
        new = list(dict.fromkeys(t for t in texts if t not in known))
        known.update(zip(new, compute(new)) if new else ())
        return torch.stack([known[t] for t in texts])

    @torch.no_grad()
    def compute(texts, size=2048):
        ids = [e.ids for e in tokenizer.encode_batch([PREFIX + t for t in texts])]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        out = torch.zeros(len(ids), model.config["hidden_size"])
        for at in range(0, len(order), size):
            part = order[at : at + size]
            rows = torch.zeros(len(part), max(len(ids[i]) for i in part), dtype=torch.long)
            for row, i in zip(rows, part):
                row[: len(ids[i])] = torch.tensor(ids[i])
            out[part] = model(rows.to(device)).float().cpu()
        return F.normalize(out, dim=-1)

    return embed
