"""Trains the scorer contrastively on freshly drawn scenes and evaluates it.

    STYLUS_DATA=… PYTHONPATH=training python3 -m scorer.train --steps 1281 --out out/scorer --export
The pool of pictures (uint8, 128x128, device memory) keeps growing, then renewing, while the model trains. Resumes from --out.
Writes model.f16.safetensors, config.json, log.jsonl, evaluation.json.
"""
import argparse
import copy
import itertools
import json
import math
import multiprocessing
import os
import time
from pathlib import Path

import torch
from torch.nn import functional as F

from embedder.tensors import save_safetensors
from pocket.scenes import SceneSource
from pocket.sprites import Sprites

from . import evaluate, scenes
from .model import Scorer, shrink


def to_bytes(images):
    return ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def augment(x):
    """Shift, tone, blur and noise, each for some pictures: generated images are softer than drawn ones. [B, 3, 128, 128]"""
    b, device = len(x), x.device
    pick = lambda p: (torch.rand(b, 1, 1, 1, device=device) < p).to(x.dtype)
    theta = torch.eye(2, 3, device=device).repeat(b, 1, 1)
    theta[:, :, 2] = (torch.rand(b, 2, device=device) - 0.5) * 0.08
    theta[:, :, :2] *= 1 + (torch.rand(b, 1, 1, device=device) - 0.5) * 0.08
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), padding_mode="border", align_corners=False)
    soft = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2.0, mode="bilinear", align_corners=False)
    k = pick(0.35) * torch.rand(b, 1, 1, 1, device=device)
    x = x + (soft - x) * k
    x = x + pick(0.3) * 0.06 * torch.randn_like(x)
    coarse = F.interpolate(torch.randn(b, 3, 16, 16, device=device), size=x.shape[-2:], mode="bilinear", align_corners=False)
    x = x + pick(0.3) * 0.08 * coarse
    return (x * (1 + pick(0.3) * (torch.rand(b, 1, 1, 1, device=device) - 0.5) * 0.2)).clamp(-1, 1)


def contrastive_loss(image, text, scale, caption):
    """Symmetric InfoNCE of unit vectors [B, 128]; equal captions are no negatives of each other."""
    logits = scale * image @ text.T
    same = caption[:, None] == caption[None, :]
    same.fill_diagonal_(False)
    logits = logits.masked_fill(same, float("-inf"))
    target = torch.arange(len(image), device=image.device)
    return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target))


class Pool:
    """Pictures, ids and caption hashes on the device; chunks come from worker processes."""

    def __init__(self, a, device):
        self.a, self.device = a, device
        self.source = SceneSource(device, Sprites.load(device=device), a.seed)
        self.images = torch.empty(a.pool, 3, 128, 128, dtype=torch.uint8, device=device)
        self.ids = torch.empty(a.pool, 77, dtype=torch.int16, device=device)
        self.caption = torch.empty(a.pool, dtype=torch.int64, device=device)
        self.count, self.drawn = 0, 0
        self.jobs = ((a.seed, i, a.chunk) for i in itertools.count())
        self.workers = multiprocessing.get_context("spawn").Pool(a.workers) if a.workers else None
        self.pending = [self.workers.apply_async(scenes.job, (next(self.jobs),)) for _ in range(a.workers * 3)]

    def add(self, wait=True):
        """Takes one finished chunk; False when none is ready and wait is false."""
        if self.workers:
            ready = [i for i, p in enumerate(self.pending) if p.ready()]
            if not ready and not wait:
                return False
            i = ready[0] if ready else 0
            look, packed, ids, caption = self.pending[i].get()
            self.pending[i] = self.workers.apply_async(scenes.job, (next(self.jobs),))
        else:
            look, packed, ids, caption = scenes.job(next(self.jobs))
        n = len(ids)
        start = self.drawn % (self.a.pool - self.a.pool % self.a.chunk)
        for i in range(0, n, 128):
            part = {k: v[i : i + 128] for k, v in packed.items()}
            self.images[start + i : start + min(i + 128, n)] = to_bytes(shrink(self.source.render_packed(part, look)))
        self.ids[start : start + n] = torch.from_numpy(ids).to(self.device)
        self.caption[start : start + n] = torch.from_numpy(caption).to(self.device)
        self.drawn += n
        self.count = max(self.count, start + n)
        return True

    def batch(self, n):
        i = torch.randint(0, self.count, (n,), device=self.device)
        return self.images[i].float() / 127.5 - 1, self.ids[i].long(), self.caption[i]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--minutes", type=float, default=7, help="time box of the training loop; the schedule ends with it")
    ap.add_argument("--steps", type=int, default=0, help="length of the schedule in steps instead of minutes, equal on every machine")
    ap.add_argument("--batch", type=int, default=1024)
    ap.add_argument("--lr", type=float, default=1e-3)
    ap.add_argument("--pool", type=int, default=300_000)
    ap.add_argument("--first", type=int, default=40_000, help="pictures in the pool before training starts")
    ap.add_argument("--chunk", type=int, default=512)
    ap.add_argument("--draw-every", type=int, default=4, help="steps between new chunks of pictures")
    ap.add_argument("--workers", type=int, default=max(0, min(8, (os.cpu_count() or 2) - 2)))
    ap.add_argument("--seed", type=int, default=424242)
    ap.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    ap.add_argument("--out", default="out/scorer")
    ap.add_argument("--no-compile", action="store_true")
    ap.add_argument("--eval-blocks", type=int, default=20)
    ap.add_argument("--export", action="store_true", help="also write the ONNX models into the pack")
    a = ap.parse_args()
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(a.seed)
    device = torch.device(a.device)
    cuda = device.type == "cuda"
    if cuda:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.benchmark = True
    log = open(out / "log.jsonl", "a", encoding="utf-8")

    def record(**row):
        log.write(json.dumps(row) + "\n")
        log.flush()
        print(json.dumps(row), flush=True)

    start_all = time.time()
    model = Scorer().to(device).to(memory_format=torch.channels_last)
    ema = copy.deepcopy(model).eval()
    decay = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    opt = torch.optim.AdamW([dict(params=decay, weight_decay=0.05), dict(params=plain, weight_decay=0.0)], lr=a.lr, betas=(0.9, 0.98), eps=1e-6)
    step, elapsed = 0, 0.0
    checkpoint = out / "state.pt"
    if checkpoint.exists():
        s = torch.load(checkpoint, map_location=device)
        model.load_state_dict(s["model"]), ema.load_state_dict(s["ema"]), opt.load_state_dict(s["opt"])
        step, elapsed = s["step"], s["elapsed"]
        a.seed += step
    record(event="start", params=sum(p.numel() for p in model.parameters()), device=str(device), torch=torch.__version__, args=vars(a), resumed_at=step)
    pool = Pool(a, device)
    begin = time.time()
    while pool.count < min(a.first, a.pool // a.chunk * a.chunk):
        pool.add()
    if cuda:
        torch.cuda.synchronize()
    record(event="pool", images=pool.count, seconds=round(time.time() - begin, 1))

    image, text = model.image, model.text
    if cuda and not a.no_compile:
        try:
            image, text = torch.compile(model.image, dynamic=False), torch.compile(model.text, dynamic=False)
            x, ids, _ = pool.batch(a.batch)
            with torch.autocast("cuda", torch.bfloat16):
                (image(x.contiguous(memory_format=torch.channels_last)).sum() + text(ids).sum()).backward()
        except Exception as e:  # noqa: BLE001 - any compiler failure falls back to eager
            record(event="torch.compile failed, eager", error=repr(e)[:300])
            image, text = model.image, model.text
        opt.zero_grad(set_to_none=True)
    params, shadow = list(model.parameters()), list(ema.parameters())
    save = lambda: torch.save(dict(model=model.state_dict(), ema=ema.state_dict(), opt=opt.state_dict(), step=step, elapsed=time.time() - began), checkpoint)
    began, last, seen, drawn, mean_loss, saved = time.time() - elapsed, time.time(), 0, pool.drawn, None, time.time()
    while True:
        elapsed = time.time() - began
        progress = step / a.steps if a.steps else elapsed / (a.minutes * 60)
        if progress >= 1:
            break
        if step % a.draw_every == 0:
            pool.add(wait=not pool.workers)
        lr = a.lr * min(1, (step + 1) / 300) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
        for g in opt.param_groups:
            g["lr"] = lr
        x, ids, caption = pool.batch(a.batch)
        x = augment(x).contiguous(memory_format=torch.channels_last)
        model.train()
        with torch.autocast(device.type, torch.bfloat16, enabled=cuda):
            vi, vt = image(x), text(ids)
        loss = contrastive_loss(vi, vt, model.logit_scale.exp().clamp(max=100), caption)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        step += 1
        seen += a.batch
        with torch.no_grad():
            rate = min(0.999, (step + 1) / (step + 10))
            torch._foreach_mul_(shadow, rate)
            torch._foreach_add_(shadow, [p.detach() for p in params], alpha=1 - rate)
            for b, c in zip(ema.buffers(), model.buffers()):
                b.copy_(c)
        mean_loss = loss.detach() if mean_loss is None else 0.98 * mean_loss + 0.02 * loss.detach()
        if time.time() - last > 10:
            took = time.time() - last
            record(step=step, minutes=round(elapsed / 60, 2), loss=round(float(mean_loss), 4), lr=round(lr, 6), scale=round(float(model.logit_scale.exp()), 1),
                   samples_per_s=round(seen / took), drawn_per_s=round((pool.drawn - drawn) / took), pool=pool.count,
                   gpu_gib=round(torch.cuda.max_memory_allocated() / 2**30, 1) if cuda else 0)
            last, seen, drawn = time.time(), 0, pool.drawn
        if time.time() - saved > 120:
            save()
            saved = time.time()
    save()
    if pool.workers:
        pool.workers.terminate()
    with torch.no_grad():  # batch-norm statistics that belong to the averaged weights
        ema.train()
        for _ in range(min(200, step)):
            ema.image(augment(pool.batch(min(a.batch, 512))[0]))
    model = ema.eval()
    save_safetensors(out / "model.f16.safetensors", {k: v.detach().float().cpu().half() for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")})
    (out / "config.json").write_text(json.dumps(dict(model.config, logit_scale=round(float(model.logit_scale.exp()), 4)), indent=1) + "\n", encoding="utf-8")
    numbers = evaluate.evaluate(model, pool.source, blocks=a.eval_blocks)
    (out / "evaluation.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    record(event="end", step=step, pictures_drawn=pool.drawn, samples=step * a.batch, wall_s=round(time.time() - start_all, 1), **numbers)
    if a.export:
        from .export import export
        export(out)


if __name__ == "__main__":
    main()
