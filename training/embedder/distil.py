"""Teaches the pack's embedder the meaning space of all-MiniLM-L6-v2 (distillation), starting from the embedder trained on WordNet.

    STYLUS_DATA=… PYTHONPATH=training python3 -m embedder.distil --teacher model.safetensors --teacher-tokenizer tokenizer.json --start FOLDER --out OUT --steps 4000
The teacher's 384 dimensions become 256 by principal components; the student's vector has to equal that (cosine), and a batch's similarities have to
equal the teacher's (Kullback–Leibler, as in contrastive distillation). Both prefixes ("query: ", "card: ") learn the same vector.
FOLDER: config.json, tokenizer.json, model.pt. Writes OUT/model.pt, OUT/log.jsonl.
"""
import argparse
import csv
import gzip
import json
import os
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from choice.data import Catalogue, query_texts, trained_folders

from .model import Bert

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def corpus(data, rng):
    """Short texts as they are compared: names, phrases, spans of prompts; and some whole captions, glosses and prompts."""
    texts = set()
    with gzip.open(f"{data}/text/open_english_wordnet.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            synset = json.loads(line)
            texts.update(m.replace("_", " ").lower() for m in synset["members"])
            texts.add(synset["definition"].lower()[:160])
    with open(f"{data}/prompts/coco_captions.csv", encoding="utf-8") as file:
        captions = [max(row, key=len).lower() for row in csv.reader(file) if row]
    with open(f"{data}/prompts/PartiPrompts.tsv", encoding="utf-8") as file:
        captions += [line.split("\t")[0].lower() for line in file]
    for caption in captions:
        spans = query_texts(caption)
        texts.update([spans[0], *rng.sample(spans[1:], min(6, len(spans) - 1))])
    for folder in trained_folders():
        if (folder / "phrases.json").exists():
            catalogue = Catalogue(folder)
            for card in catalogue.cards:
                texts.update(t.lower() for t in [card["title"], *card["triggers"], *card["phrases"], *card["notMeant"]])
                texts.add(card["description"].lower()[:200])
            for prompt in catalogue.prompts:
                texts.update(query_texts(prompt["prompt"]))
    texts.discard("")
    return sorted(texts)


def teacher_weights(path):
    """Weights under transformers' names: .safetensors, or .npz with int8 rows and their scales (`NAME.scale`) for a light parcel."""
    if path.endswith(".safetensors"):
        from safetensors.numpy import load_file
        return load_file(path)
    arrays = dict(np.load(path))
    return {name: value * arrays[f"{name}.scale"][:, None] if f"{name}.scale" in arrays else value for name, value in arrays.items() if not name.endswith(".scale")}


def padded(ids, rows):
    out = torch.zeros(len(rows), max(len(ids[i]) for i in rows), dtype=torch.long)
    for to, i in zip(out, rows):
        to[: len(ids[i])] = torch.from_numpy(ids[i])
    return out.to(DEVICE)


@torch.no_grad()
def encode(model, ids, size=2048):
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    first = model(padded(ids, order[:1])).shape[1]
    out = torch.zeros(len(ids), first)
    for at in range(0, len(order), size):
        rows = order[at : at + size]
        out[rows] = model(padded(ids, rows)).float().cpu()
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--teacher", required=True), ap.add_argument("--teacher-tokenizer", required=True)
    ap.add_argument("--start", required=True), ap.add_argument("--out", required=True)
    ap.add_argument("--steps", type=int, default=4000), ap.add_argument("--batch", type=int, default=3072), ap.add_argument("--lr", type=float, default=5e-4)
    ap.add_argument("--most", type=int, help="texts, for a rehearsal")
    a = ap.parse_args()
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    rng, began, log = random.Random(0), time.time(), open(out / "log.jsonl", "a", encoding="utf-8")

    def say(**row):
        log.write(json.dumps(dict(row, seconds=round(time.time() - began))) + "\n"), log.flush()
        print(json.dumps(dict(row, seconds=round(time.time() - began))), flush=True)

    texts = corpus(os.environ["STYLUS_DATA"], rng)
    rng.shuffle(texts)
    texts = texts[: a.most] if a.most else texts
    weights = teacher_weights(a.teacher)
    teacher = Bert(dict(vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536,
                        max_position_embeddings=512, type_vocab_size=2)).to(DEVICE).eval()
    missing = teacher.load_state_dict({k: torch.tensor(v).float() for k, v in weights.items()}, strict=False)
    assert not missing.missing_keys, missing
    tokens = lambda path, most, prefix="": [np.array(e.ids, np.int64) for e in tokenizer(path, most).encode_batch([prefix + t for t in texts])]

    def tokenizer(path, most):
        t = Tokenizer.from_file(path)
        t.no_padding(), t.enable_truncation(most)
        return t

    wanted = encode(teacher, tokens(a.teacher_tokenizer, 64))  # [N, 384]
    mean = torch.zeros(384)  # cosines have to survive: no centring
    _, _, axes = torch.linalg.svd((wanted - mean)[: 60000].to(DEVICE), full_matrices=False)
    target = F.normalize(wanted.to(DEVICE) @ axes[:256].T, dim=-1)
    sample = torch.randperm(len(texts))[:1000]
    kept = (target[sample] @ target[sample].T - wanted[sample].to(DEVICE) @ wanted[sample].to(DEVICE).T).abs().mean().item()
    say(event="teacher", texts=len(texts), cosine_error_of_256=round(kept, 5))
    del teacher

    start = Path(a.start)
    model = Bert(json.loads((start / "config.json").read_text())).to(DEVICE)
    model.load_state_dict(torch.load(start / "model.pt", map_location=DEVICE))
    ids = {p: tokens(str(start / "tokenizer.json"), 96, p) for p in ("query: ", "card: ")}
    # Texts of similar length share a batch; the order of batches is random.
    by_length = sorted(range(len(texts) - 2000), key=lambda i: (len(ids["query: "][i]) // 3, rng.random()))
    held = list(range(len(texts) - 2000, len(texts))) if len(texts) > 4000 else list(range(len(texts) // 2))
    opt = torch.optim.AdamW(model.parameters(), lr=a.lr, weight_decay=0.01, betas=(0.9, 0.98))
    for step in range(a.steps):
        share = step / a.steps
        for group in opt.param_groups:
            group["lr"] = a.lr * min(1, share * 20) * max(0.01, 1 - share)
        if step % 2000 == 1999:
            by_length.sort(key=lambda i: (len(ids["query: "][i]) // 3, rng.random()))
        at = rng.randrange(max(1, len(by_length) - a.batch))
        rows = by_length[at : at + a.batch]
        model.train()
        with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=DEVICE == "cuda"):
            vectors = model(padded(ids[rng.choice(["query: ", "query: ", "card: "])], rows))
        goal = target[rows]
        cosine = (1 - (vectors * goal).sum(1)).mean()
        mine, theirs = vectors @ vectors.T / 0.07, goal @ goal.T / 0.07
        eye = torch.eye(len(rows), device=DEVICE, dtype=torch.bool)
        kl = F.kl_div(mine.masked_fill(eye, -1e4).log_softmax(1), theirs.masked_fill(eye, -1e4).softmax(1), reduction="batchmean")
        loss = cosine + 0.3 * kl
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        if step % 500 == 0 or step == a.steps - 1:
            model.eval()
            got = encode(model, [ids["query: "][i] for i in held])
            say(step=step, cosine=round(cosine.item(), 4), kl=round(kl.item(), 4), held_out=round((got * target[held].cpu()).sum(1).mean().item(), 4))
    torch.save({k: v.half().cpu() for k, v in model.state_dict().items()}, out / "model.pt")


if __name__ == "__main__":
    main()
