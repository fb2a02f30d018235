"""Trains the sentence embedder from scratch with in-batch contrastive loss (InfoNCE, temperature 0.05).

Worker processes draw fresh pairs all the time; the trainer takes random runs of neighbouring pairs from the newest ones.
    STYLUS_DATA=… PYTHONPATH=training python3 -m embedder.train --steps 3793 --out out/embedder
Writes model.f16.safetensors, config.json, log.jsonl and (with --export) the transformers.js folder. Resumes from --out.
"""
import argparse
import itertools
import json
import math
import multiprocessing
import os
import random
import time
from pathlib import Path

import torch
from torch.nn import functional as F

from . import heldout, pairs
from .model import Bert, encode
from .tensors import save_safetensors
from .wordpiece import WordPiece

PACK = Path(__file__).parents[2] / "public/packs/pocket/embedder"
CARDS = Path(__file__).parents[1] / "pocket/cards.json"
TOKENIZER = None


def _shard(job):
    seed, n, long = job
    return long, pairs.make_shard(seed, n, TOKENIZER, long=long)


def contrastive_loss(q, d, concept, concepts, query_hash, temperature):
    """Symmetric InfoNCE of unit vectors q, d [B, D]; pairs that share a concept or a query are no negatives."""
    logits = q @ d.T / temperature  # [B, B]
    same = query_hash[:, None] == query_hash[None, :]
    same |= concept[:, None] == concept[None, :]
    for k in range(concepts.shape[1]):
        same |= concepts[:, k, None] == concept[None, :]
    same.fill_diagonal_(False)
    logits = logits.masked_fill(same, float("-inf"))
    target = torch.arange(len(q), device=q.device)
    return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target))


def main():
    global TOKENIZER
    ap = argparse.ArgumentParser()
    ap.add_argument("--minutes", type=float, default=11, help="time box of the training loop; the schedule ends with it")
    ap.add_argument("--steps", type=int, default=0, help="length of the schedule in steps instead of minutes, equal on every machine")
    ap.add_argument("--batch", type=int, default=4096)
    ap.add_argument("--lr", type=float, default=1e-3)
    ap.add_argument("--warmup", type=int, default=800)
    ap.add_argument("--temperature", type=float, default=0.05)
    ap.add_argument("--shard", type=int, default=16384)
    ap.add_argument("--keep", type=int, default=300, help="newest shards kept on the device")
    ap.add_argument("--workers", type=int, default=max(1, min(8, (os.cpu_count() or 2) - 2)))
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--eval-seconds", type=float, default=90)
    ap.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    ap.add_argument("--out", default="out/embedder")
    ap.add_argument("--layers", type=int, default=5, help="fewer for a rehearsal")
    ap.add_argument("--width", type=int, default=256)
    ap.add_argument("--no-compile", action="store_true")
    ap.add_argument("--export", action="store_true", help="also write the transformers.js folder into the pack")
    a = ap.parse_args()
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    TOKENIZER = WordPiece.load(PACK / "tokenizer.json")
    pairs.world()  # before the fork: the workers share it
    start_all = time.time()
    checkpoint = out / "state.pt"
    state = torch.load(checkpoint, map_location="cpu") if checkpoint.exists() else None
    first_seed = a.seed * 1_000_000 + (state["shards"] if state else 0)
    pool = multiprocessing.get_context("fork").Pool(a.workers)
    jobs = ((first_seed + i, a.shard, i % 4 == 3) for i in itertools.count())
    pending = [pool.apply_async(_shard, (next(jobs),)) for _ in range(a.workers * 2)]

    torch.manual_seed(a.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    device = torch.device(a.device)
    model = Bert(dict(vocab_size=len(TOKENIZER.vocab), num_hidden_layers=a.layers, hidden_size=a.width, intermediate_size=4 * a.width)).to(device)
    ema = Bert(model.config).to(device)
    decay, plain = [], []
    for p in model.parameters():
        (decay if p.ndim > 1 else plain).append(p)
    opt = torch.optim.AdamW([dict(params=decay, weight_decay=0.02), dict(params=plain, weight_decay=0.0)], lr=a.lr, betas=(0.9, 0.98), eps=1e-6)
    step, elapsed, shards_seen = 0, 0.0, 0
    if state:
        model.load_state_dict(state["model"]), ema.load_state_dict(state["ema"]), opt.load_state_dict(state["opt"])
        step, elapsed, shards_seen = state["step"], state["elapsed"], state["shards"]
    else:
        ema.load_state_dict(model.state_dict())
    params, ema_params = list(model.parameters()), list(ema.parameters())

    forward = model
    bf16 = device.type == "cuda"
    if device.type == "cuda" and not a.no_compile:
        try:
            forward = torch.compile(model, dynamic=False)
            for l in (32, 48, 96):
                with torch.autocast("cuda", torch.bfloat16):
                    forward(torch.ones(a.batch, l, dtype=torch.long, device=device)).sum().backward()
            opt.zero_grad(set_to_none=True)
        except Exception as e:  # noqa: BLE001 - any compiler failure falls back to eager
            print("torch.compile failed, eager:", repr(e)[:300], flush=True)
            forward = model
            opt.zero_grad(set_to_none=True)

    log = open(out / "log.jsonl", "a", encoding="utf-8")

    def record(**row):
        log.write(json.dumps(row) + "\n")
        log.flush()
        print(json.dumps(row), flush=True)

    def collect(block):
        nonlocal shards_seen
        for i, p in enumerate(pending):
            if p.ready() or (block and not shards):
                long, arrays = p.get()
                import numpy as np
                shards.append((long, [torch.from_numpy(x.astype(np.int16 if x.dtype == np.uint16 else x.dtype)).to(device) for x in arrays]))
                shards_seen += 1
                pending[i] = pool.apply_async(_shard, (next(jobs),))
        del shards[: max(0, len(shards) - a.keep)]

    shards, rng = [], random.Random(a.seed + step)
    record(event="start", params=sum(p.numel() for p in params), device=str(device), torch=torch.__version__, args=vars(a), resumed_at=step)
    began, last_log, last_eval, seen = time.time() - elapsed, time.time(), time.time(), 0
    loss_sum = None
    while True:
        elapsed = time.time() - began
        progress = step / a.steps if a.steps else elapsed / (a.minutes * 60)
        if progress >= 1:
            break
        if step % 4 == 0 or not shards:
            collect(block=True)
        lr = a.lr * min(1, (step + 1) / a.warmup) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for g in opt.param_groups:
            g["lr"] = lr
        _, (q, d, concept, concepts, query_hash) = rng.choice(shards)
        n = len(q)
        at = rng.randrange(max(1, n - a.batch + 1))
        cut = slice(at, at + a.batch)
        model.train()
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            vq, vd = forward(q[cut].long()), forward(d[cut].long())
        loss = contrastive_loss(vq, vd, concept[cut], concepts[cut], query_hash[cut], a.temperature)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        step += 1
        seen += len(vq)
        with torch.no_grad():
            rate = min(0.999, (step + 1) / (step + 10))
            torch._foreach_mul_(ema_params, rate)
            torch._foreach_add_(ema_params, [p.detach() for p in params], alpha=1 - rate)
        loss_sum = loss.detach() if loss_sum is None else 0.98 * loss_sum + 0.02 * loss.detach()
        if time.time() - last_log > 10:
            record(step=step, minutes=round(elapsed / 60, 2), loss=round(float(loss_sum), 4), lr=round(lr, 6),
                   pairs_per_s=round(seen / (time.time() - last_log)), shards=shards_seen,
                   gpu_gib=round(torch.cuda.max_memory_allocated() / 2**30, 1) if bf16 else 0)
            last_log, seen = time.time(), 0
        if time.time() - last_eval > a.eval_seconds:
            e = heldout.evaluate(lambda t: encode(ema, TOKENIZER, t).numpy())
            record(step=step, strict=e["strict"]["embedder"], prompts=e["prompts"]["embedder"], sanity=e["sanity"]["passed"])
            torch.save(dict(model=model.state_dict(), ema=ema.state_dict(), opt=opt.state_dict(), step=step, elapsed=time.time() - began,
                            shards=shards_seen), checkpoint)
            last_eval = time.time()
    pool.terminate()
    torch.save(dict(model=model.state_dict(), ema=ema.state_dict(), opt=opt.state_dict(), step=step, elapsed=elapsed, shards=shards_seen), checkpoint)
    save_safetensors(out / "model.f16.safetensors", {k: v.detach().float().cpu().half() for k, v in ema.state_dict().items()})
    ema.save_config(out / "config.json")
    e = heldout.evaluate(lambda t: encode(ema, TOKENIZER, t).numpy(), baselines=True, cards_json=CARDS if CARDS.exists() else None)
    (out / "evaluation.json").write_text(json.dumps(e, indent=1) + "\n", encoding="utf-8")
    record(event="end", step=step, pairs=step * a.batch, wall_s=round(time.time() - start_all, 1), **e)
    if a.export:
        from .export import export
        export(out)


if __name__ == "__main__":
    main()
