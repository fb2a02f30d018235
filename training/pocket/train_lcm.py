"""Distils the base into few steps: a latent consistency LoRA (linear and convolution layers), one kohya file.

    PYTHONPATH=training python -m pocket.train_lcm --minutes 3          (one process a GPU, as train_all.sh starts them)
Needs vae.pt and base.pt; writes adapters/lcm.safetensors, sheets/lcm.jpg (4, 6, 8 steps against 20) and sheets/lcm-style.jpg.
LCM-LoRA (Luo et al. 2023, arXiv 2311.05556): fixed guidance, 50 DDIM steps skipped one at a time, boundary condition with
sigma_data 0.5 and timestep scaling 10, pseudo-Huber loss, target = the student itself without gradient.
"""
import copy
import os
import time

import torch
from torch import nn

from pocket import adapters, common, data, diffusion, lora, safetensors_io, sheets
from pocket.train_adapters import fill_base, first_deltas, kohya_metadata
from pocket.train_base import LatentPool, draw_prompts, load_base, load_vae

HUBER = 0.001


def boundary(t, sigma_data=0.5, scaling=10.0):
    """c_skip and c_out of the consistency model at timesteps t [B], each [B, 1, 1, 1]."""
    scaled = t.float() * scaling
    skip = sigma_data ** 2 / (scaled ** 2 + sigma_data ** 2)
    out = scaled / (scaled ** 2 + sigma_data ** 2).sqrt()
    return skip[:, None, None, None], out[:, None, None, None]


class Distillation(nn.Module):
    """(latents, noise, context, empty context, index of the solver step) -> loss."""

    def __init__(self, student, teacher, guidance, solver_steps=50):
        super().__init__()
        self.student, self.teacher, self.guidance, self.stride = student, teacher, guidance, diffusion.STEPS // solver_steps
        self.register_buffer("abar", diffusion.alphas_cumprod())

    def alphas(self, t):
        """alpha and sigma at t [B]; t < 0 stands for the clean end."""
        abar = torch.where(t >= 0, self.abar[t.clamp(min=0)], self.abar[0])
        return abar.sqrt()[:, None, None, None], (1 - abar).sqrt()[:, None, None, None]

    def consistency(self, x, t, context):
        alpha, sigma = self.alphas(t)
        skip, out = boundary(t)
        return skip * x + out * (x - sigma * self.student(x, t, context).float()) / alpha

    def forward(self, latents, noise, context, empty, index):
        t = (index + 1) * self.stride - 1
        before = (t - self.stride).clamp(min=0)
        alpha, sigma = self.alphas(t)
        x = alpha * latents + sigma * noise
        guess = self.consistency(x, t, context)
        with torch.no_grad():
            both = self.teacher(torch.cat([x, x]), torch.cat([t, t]), torch.cat([empty, context])).float()
            low, high = both.chunk(2)
            eps = low + self.guidance * (high - low)
            alpha_before, sigma_before = self.alphas(before)
            previous = alpha_before * (x - sigma * eps) / alpha + sigma_before * eps
            target = self.consistency(previous, before, context)
        return ((guess - target) ** 2 + HUBER ** 2).sqrt().mean() - HUBER


def main():
    p = common.parser(__doc__, minutes=3, batch=256, lr=1e-3)
    p.add_argument("--guidance", type=float, default=4.0, help="teacher's guidance scale (w + 1)")
    p.add_argument("--rank", type=int, default=adapters.BY_ID["lcm"].rank)
    p.add_argument("--conv-rank", type=int, default=adapters.BY_ID["lcm"].conv_rank)
    p.add_argument("--init", default="", help="folder of an lcm.safetensors to start from")
    p.add_argument("--pool", type=int, default=65536)
    p.add_argument("--encode-seconds", type=float, default=15)
    p.add_argument("--with-style", default="clay", help="adapter of the combined sheet")
    p.add_argument("--no-sheet", dest="sheet", action="store_false")
    p.add_argument("--sheets-only", action="store_true", help="draw the sheets of an existing adapters/lcm.safetensors")
    args = p.parse_args()
    if args.tiny:
        args.batch, args.pool, args.max_steps = 2, 8, args.max_steps or 3
    run = common.Run(args, "lcm")
    if args.wait:
        run.wait("vae.pt")
    vae, tokenizer = load_vae(run), data.Tokenizer(run)
    if args.sheets_only:
        draw_sheets(run, args, tokenizer, vae)
        return
    pool = LatentPool(run, data.open_scenes(run, seed=args.seed, style_packs=["fluent-flat"]), vae, tokenizer, size=args.pool, seed=f"lcm{args.seed}-{run.rank}")
    pool.fill(5 if args.smoke else args.encode_seconds)
    pool.close()
    run.gather()
    teacher, text = load_base(run, random=args.wait)
    student = copy.deepcopy(teacher)
    own = ({"ema_unet": dict(teacher.named_parameters()), "ema_text": dict(text.named_parameters())}, {"ema_unet": dict(student.named_parameters())})
    adapter = lora.Adapter("lcm", kind="locon", rank=args.rank, alpha=False, conv_rank=args.conv_rank)
    layers = lora.attach(student, text, [adapter])
    for layer in layers.values():
        layer.to(run.device)
    if args.init:
        first_deltas(run, layers, [adapter], args.init)
    for layer in layers.values():
        common.broadcast(run, layer)
    parameters = [q for layer in layers.values() for name, q in layer.named_parameters() if not name.startswith("base.")]
    run.log(event="adapter", layers=len(layers), parameters=sum(q.numel() for q in parameters))
    optimizer = common.adamw(run, parameters, lr=args.lr, decay=0.0)
    averages = [q.detach().clone() for q in parameters]
    objective = Distillation(student, teacher, args.guidance).to(run.device)
    noise = torch.randn(args.batch, 4, 32, 32, device=run.device)
    noise = noise.contiguous(memory_format=torch.channels_last) if run.cuda else noise
    context = torch.randn(args.batch, 77, text.config["hidden_size"], device=run.device)
    backward = run.graphed(objective, (noise, noise, context, context, torch.zeros(args.batch, dtype=torch.long, device=run.device)), parameters)
    if args.wait:
        fill_base(run, *own)
    limit = args.max_steps or (20 if args.smoke else 0)
    box, step, mark = common.TimeBox(run, args.minutes * 60), 0, time.time()
    with torch.no_grad(), run.autocast():
        empty = text(tokenizer([""]).to(run.device)).float()
    while box.fraction < 1 and not (limit and step >= limit):
        common.set_rate(optimizer, common.learning_rate(box.fraction, peak=args.lr, step=step, warmup=50))
        latents, ids = pool.batch(args.batch)
        if run.cuda:
            latents = latents.contiguous(memory_format=torch.channels_last)
        with torch.no_grad(), run.autocast():
            context = text(ids).float()
        loss = backward(latents, torch.randn_like(latents), context, empty.expand(args.batch, -1, -1).contiguous(),
                        torch.randint(0, 50, (args.batch,), device=run.device))
        box.step(parameters)
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        with torch.no_grad():
            decay = min(0.99, (1 + step) / (10 + step))
            torch._foreach_mul_(averages, decay)
            torch._foreach_add_(averages, [q.detach() for q in parameters], alpha=1 - decay)
        step += 1
        if step % (5 if limit else 100) == 0:
            run.synchronize()
            run.log(step=step, used=box.fraction, loss=loss.item(), ms_per_step=1000 * (time.time() - mark) / (5 if limit else 100))
            mark = time.time()
    run.synchronize()
    if args.smoke:
        run.log(event="smoke", ms_per_step=1000 * (time.time() - box.begin) / max(1, step - box.WARM),
                memory_gb=torch.cuda.max_memory_allocated() / 2 ** 30 if run.cuda else 0.0)
        return
    with torch.no_grad():
        for q, average in zip(parameters, averages):
            q.copy_(average)
    if run.rank > 0:
        return
    folder = run.path("adapters")
    os.makedirs(folder, exist_ok=True)
    tensors = lora.export(layers, [adapter], 0)
    path = os.path.join(folder, "lcm.safetensors")
    safetensors_io.save_file(tensors, path, kohya_metadata(adapter, images=pool.filled, steps=step))
    run.log(event="file", tensors=len(tensors), kb=os.path.getsize(path) / 1024, steps=step,
            finite=all(torch.isfinite(v).all().item() for v in tensors.values()))
    if args.sheet:
        draw_sheets(run, args, tokenizer, vae)


def draw_sheets(run, args, tokenizer, vae):
    """Base with 20 guided steps above the few-step adapter with 4, 6 and 8; then the few-step adapter together with a style."""
    unet, text = load_base(run)
    read = lambda name: lora.merged_deltas(safetensors_io.load_file(run.path(f"adapters/{name}.safetensors"))[0], unet, text)
    prompts = data.NATURAL_PROMPTS[:2 if args.tiny else 8]
    draw = lambda **how: draw_prompts(run, unet, text, vae, tokenizer, prompts, **how).cpu()
    rows, labels = [*draw(steps=2 if args.tiny else 20)], list(prompts)
    few = read("lcm")
    lora.apply_deltas(unet, text, few)
    for steps in (4, 6, 8):
        rows += [*draw(steps=steps, method="lcm")]
        labels += [f"few-step, {steps} steps"] * len(prompts)
    sheets.save_sheet(run.path("sheets/lcm.jpg"), rows, columns=len(prompts), labels=labels)
    if os.path.exists(run.path(f"adapters/{args.with_style}.safetensors")):
        lora.apply_deltas(unet, text, read(args.with_style))
        rows, labels = [], []
        for steps in (4, 8):
            rows += [*draw(steps=steps, method="lcm")]
            labels += [f"{args.with_style}, {steps} steps"] * len(prompts)
        sheets.save_sheet(run.path("sheets/lcm-style.jpg"), rows, columns=len(prompts), labels=labels)


if __name__ == "__main__":
    main()
