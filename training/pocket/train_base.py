"""Trains the pocket UNet and text encoder together on latents of base scenes.

    PYTHONPATH=training python -m pocket.train_base --minutes 11          (torchrun for several GPUs)
Needs vae.pt in the run folder; writes base.pt {unet, text, ema_*, optimizer, elapsed}, sheets/base-*.jpg and log-base.jsonl.
Epsilon prediction, scaled_linear betas, min-SNR-gamma 5 (Hang et al. 2023, arXiv 2303.09556), 10 % empty captions, EMA.
A second start with the same run folder resumes (weights, optimizer, used time). Latents of several hundred thousand scenes stay
in device memory and are renewed by fresh scenes for a fixed share of the time.
"""
import os
import time

import torch
from torch import nn

from pocket import adapters, captions, common, configs, data, diffusion, grow, meaning, sheets
from pocket.bpe import Tokenizer
from pocket.models.clip import CLIPTextModel
from pocket.models.unet import UNet2DConditionModel
from pocket.models.vae import AutoencoderKL


class LatentPool:
    """Latents f16 [N, 4, 32, 32] and token ids i16 [N, W, 77] of base scenes on the device, W wordings of each.

    Some of the captions carry words that the picture does not follow: quality words and names of styles that are left to adapters. The
    base learns to read past them. A chunk costs much the same to draw whatever its size: thousands of small kernels.
    """

    def __init__(self, run, source, vae, tokenizer, *, size, seed, chunk=2048, natural_share=0.75, wordings=3):
        self.run, self.source, self.vae, self.tokenizer = run, source, vae, tokenizer
        self.size, self.chunk, self.filled, self.cursor, self.wordings = size, min(chunk, size), 0, 0, wordings
        modifiers = captions.MODIFIERS + [p for a in adapters.TRAINED if a.kind in ("style", "quality") for p in a.phrases]
        self.stream = data.scene_stream(run, source, chunk=self.chunk, seed=seed, natural_share=natural_share, wordings=wordings, modified=modifiers,
                                        workers=max(1, (os.cpu_count() or 4) // run.world - 3))
        self.latents = torch.empty(size, 4, 32, 32, dtype=torch.float16, device=run.device)
        self.ids = torch.empty(size, wordings, 77, dtype=torch.int16, device=run.device)
        self.scale = vae.config["scaling_factor"]

    @torch.no_grad()
    def add(self):
        """Encodes one chunk of fresh scenes over the oldest entries."""
        render, texts = next(self.stream)
        parts = []
        with self.run.autocast():
            for images in render("base").split(512):
                mean, log_variance = self.vae.encode(images.contiguous(memory_format=torch.channels_last))
                parts.append(mean.float() + (0.5 * log_variance.float()).exp() * torch.randn_like(mean.float()))
        latents = torch.cat(parts) * self.scale
        if self.cursor + self.chunk > self.size:
            self.cursor = 0
        end = self.cursor + self.chunk
        self.latents[self.cursor:end] = latents.half()
        ids = self.tokenizer(texts) if isinstance(texts, list) else torch.from_numpy(texts)
        self.ids[self.cursor:end] = ids.to(torch.int16).view(self.chunk, self.wordings, 77).to(self.run.device)
        self.cursor = end
        self.filled = max(self.filled, end)

    def fill(self, seconds):
        begin = time.time()
        while self.filled < self.size and self.cursor + self.chunk <= self.size and time.time() - begin < seconds:
            self.add()
        self.run.synchronize()
        self.run.log(event="latents", count=self.filled, seconds=time.time() - begin)

    def save(self, path, most=300_000):
        keep = min(self.filled, most)
        torch.save(dict(latents=self.latents[:keep].cpu(), ids=self.ids[:keep].cpu()), path + ".part")
        os.replace(path + ".part", path)

    def open(self, path):
        """What an earlier part of the same training left."""
        state = torch.load(path, map_location="cpu")
        self.filled = min(len(state["latents"]), self.size)
        self.latents[:self.filled] = state["latents"][:self.filled].to(self.run.device)
        self.ids[:self.filled] = state["ids"][:self.filled].to(self.run.device)
        self.cursor = self.filled
        self.run.log(event="latents reopened", count=self.filled)

    def close(self):
        """Ends the worker processes."""
        self.stream.close()

    def batch(self, n):
        index = torch.randint(0, self.filled, (n,), device=self.run.device)
        wording = torch.randint(0, self.wordings, (n,), device=self.run.device)
        return self.latents[index].float(), self.ids[index, wording].long()


class Objective(nn.Module):
    """(latents, ids, noise, timesteps[, a batch of meaning]) -> min-SNR weighted epsilon loss, mean over the batch, plus `weigh` times the loss of meaning."""

    def __init__(self, unet, text, heads=None, *, weigh=0.0, gamma=5.0):
        super().__init__()
        self.unet, self.text, self.heads, self.weigh, self.gamma = unet, text, heads, weigh, gamma
        self.register_buffer("abar", diffusion.alphas_cumprod())

    def forward(self, latents, ids, noise, t, more=None, *meaning):
        abar = self.abar[t]
        noisy = abar.sqrt()[:, None, None, None] * latents + (1 - abar).sqrt()[:, None, None, None] * noise
        states = self.text(ids if more is None else torch.cat([ids, more]))
        eps = self.unet(noisy, t, states[:len(ids)]).float()
        snr = abar / (1 - abar)
        weight = snr.clamp(max=self.gamma) / snr
        loss = (weight * ((eps - noise) ** 2).mean((1, 2, 3))).mean()
        return loss if more is None else loss + self.weigh * self.heads(states[len(ids):], *meaning)[0]

    @torch.no_grad()
    def measures(self, latents, ids, noise, t, more=None, *meaning):
        """The parts of the loss: pictures, distance of sentences, distance of words (1 - cosine)."""
        if more is None:
            return dict(picture=self.forward(latents, ids, noise, t).item())
        _, sentence, word = self.heads(self.text(more), *meaning)
        return dict(picture=self.forward(latents, ids, noise, t).item(), sentence=sentence.item(), word=word.item())


def load_vae(run):
    state = run.load("vae.pt")
    vae = AutoencoderKL(state["config"]).to(run.device)
    vae.load_state_dict(state["ema"])
    vae.eval().requires_grad_(False)
    return vae.to(memory_format=torch.channels_last)


def load_base(run, *, random=False):
    """The trained UNet and text encoder (EMA weights), evaluation mode, no gradients; `random` leaves them untrained."""
    unet, text = UNet2DConditionModel(configs.UNET).to(run.device), CLIPTextModel(configs.TEXT).to(run.device)
    if not random:
        state = run.load("base.pt")
        unet.load_state_dict(state["ema_unet"])
        text.load_state_dict(state["ema_text"])
    for module in (unet, text):
        module.eval().requires_grad_(False)
    return (unet.to(memory_format=torch.channels_last) if run.cuda else unet), text


@torch.no_grad()
def draw_prompts(run, unet, text, vae, tokenizer, prompts, *, steps=20, guidance=4.5, method="dpm++", seed=7):
    """Images [B, 3, 256, 256] of prompts, with one noise seed for all calls."""
    with run.autocast():
        context = text(tokenizer(prompts).to(run.device)).float()
        empty = text(tokenizer([""]).to(run.device)).float()
        z = diffusion.sample(unet, context, empty, steps=steps, guidance=guidance, method=method, seed=seed)
        return torch.cat([vae.decode(part / vae.config["scaling_factor"]).float() for part in z.split(64)])


def first_weights(run, unet, text, folder):
    """Weights of a run folder's base.pt (pocket.export reopen makes one of a pack) in models that may be larger."""
    state = torch.load(os.path.join(folder, "base.pt"), map_location="cpu")
    unet.load_state_dict(grow.unet(state["ema_unet"], unet, layers_before=1 if not any(".resnets.2." in k for k in state["ema_unet"]) else 2))
    known = len(state["ema_text"]["text_model.embeddings.token_embedding.weight"])
    pieces = {}
    if known < configs.TEXT["vocab_size"] and not run.args.stub:
        whole = Tokenizer.load()
        first = Tokenizer({t: i for t, i in whole.vocab.items() if i < known}, sorted(whole.ranks, key=whole.ranks.get)[:known - 514])
        for token, i in whole.vocab.items():
            if i >= known:
                pieces[i] = first.merge(whole.parts(token))
    text.load_state_dict(grow.text(state["ema_text"], text, pieces))


def main():
    p = common.parser(__doc__, minutes=11, batch=512, lr=1e-3)
    p.add_argument("--encode-seconds", type=float, default=60, help="time to fill the pool of latents")
    p.add_argument("--pool", type=int, default=500_000)
    p.add_argument("--renew", type=float, default=0.12, help="share of the time spent on fresh scenes while training")
    p.add_argument("--natural", type=float, default=0.75, help="share of scenes from natural.py")
    p.add_argument("--sheet-minutes", type=float, default=2.5)
    p.add_argument("--random-latents", action="store_true", help="noise instead of latents: warms the compiler's cache before vae.pt exists")
    p.add_argument("--ema", type=float, default=0.999)
    p.add_argument("--init", default="", help="run folder whose base.pt gives the first weights (pocket.export reopen makes one of a pack); may be a smaller model")
    p.add_argument("--teacher", default="", help="minilm.npz of pocket.teacher; with --teacher-tokenizer and --meaning: the text encoder learns meaning beside")
    p.add_argument("--teacher-tokenizer", default="")
    p.add_argument("--meaning", default="", help="texts.npz of pocket.meaning")
    p.add_argument("--meaning-weight", type=float, default=0.02)
    p.add_argument("--meaning-batch", type=int, default=256)
    p.add_argument("--stop-minutes", type=float, default=0, help="leave after so many minutes of the box with a checkpoint (0: at its end); a later start goes on")
    p.add_argument("--deadline", type=float, default=0, help="the same by the clock: seconds since 1970")
    p.add_argument("--fit", action="store_true", help="the schedule ends at the deadline, whatever --minutes says: for the last part")
    p.add_argument("--used-minutes", type=float, default=0, help="with --init and no checkpoint: minutes of the box that are over already")
    args = p.parse_args()
    if args.tiny:
        args.batch, args.pool, args.max_steps, args.encode_seconds, args.meaning_batch = 2, 16, args.max_steps or 6, 5, 4
    run = common.Run(args, "base")
    unet, text = UNet2DConditionModel(configs.UNET).to(run.device), CLIPTextModel(configs.TEXT).to(run.device)
    heads = meaning.Heads(configs.TEXT["hidden_size"]).to(run.device) if args.meaning else None
    for module in (unet.conv_out, *(m.conv2 for m in unet.modules() if hasattr(m, "conv2"))):
        nn.init.zeros_(module.weight)
        nn.init.zeros_(module.bias)
    if args.init:
        first_weights(run, unet, text, args.init)
    if run.cuda:
        unet = unet.to(memory_format=torch.channels_last)
    model = Objective(unet, text, heads, weigh=args.meaning_weight).to(run.device)
    parameters = list(model.parameters())
    optimizer = common.adamw(run, parameters, lr=args.lr)
    box, step = common.TimeBox(run, args.minutes * 60, used=args.used_minutes * 60), 0
    ema = common.Ema(nn.ModuleDict(dict(unet=unet, text=text)), args.ema)
    if os.path.exists(run.path("base.pt")) and not args.smoke:
        state = run.load("base.pt")
        unet.load_state_dict(state["unet"])
        text.load_state_dict(state["text"])
        if heads and state.get("heads"):
            heads.load_state_dict(state["heads"])
        optimizer.load_state_dict(state["optimizer"])
        ema.values = {**{"unet." + k: v for k, v in state["ema_unet"].items()}, **{"text." + k: v for k, v in state["ema_text"].items()}}
        step, ema.steps = state["step"], state["step"]
        box = common.TimeBox(run, args.minutes * 60, used=state["elapsed"])
        run.log(event="resumed", step=step, elapsed=state["elapsed"])
    common.broadcast(run, model)
    if args.wait:
        run.wait("vae.pt")
    bank = None
    if args.random_latents:
        pool = None
        if args.meaning:
            bank = meaning.Noise(run)
    else:
        vae, tokenizer = load_vae(run), data.Tokenizer(run)
        pool = LatentPool(run, data.open_scenes(run, seed=args.seed, style_packs=["fluent-flat"]), vae, tokenizer, size=args.pool,
                          chunk=2048 if run.cuda else 8, seed=f"base{args.seed}-{run.rank}-{step}", natural_share=args.natural)
        empty = tokenizer([""]).to(run.device)
        if args.meaning:
            from pocket.teacher import Teacher
            bank = meaning.Bank(run, Teacher(args.teacher, args.teacher_tokenizer, run.device), args.meaning, most=200 if args.tiny else None)

    def draw():
        """Inputs of one step."""
        if pool and pool.filled:
            latents, ids = pool.batch(args.batch)
            drop = torch.rand(args.batch, 1, device=run.device) < 0.1
            ids = torch.where(drop, empty, ids)
        else:
            latents, ids = torch.randn(args.batch, 4, 32, 32, device=run.device), torch.randint(0, 4096, (args.batch, 77), device=run.device)
        if run.cuda:
            latents = latents.contiguous(memory_format=torch.channels_last)
        t = torch.randint(0, diffusion.STEPS, (args.batch,), device=run.device)
        return latents, ids, torch.randn_like(latents), t, *(bank.batch(args.meaning_batch) if bank else ())

    if pool:
        if os.path.exists(run.path("pool.pt")) and not args.smoke:
            pool.open(run.path("pool.pt"))
        pool.fill(15 if args.smoke else min(args.encode_seconds, 10) if pool.filled else args.encode_seconds)
    advance = run.graphed(run.compiled(model), draw(), parameters)
    limit = args.max_steps or (20 if args.smoke else 0)
    limit += step if limit else 0
    box.begin = mark = time.time()
    if args.fit and args.deadline:
        box.seconds = box.used + max(args.deadline - time.time(), 10)
        box.fraction = box.used / box.seconds
        run.log(event="fitted", minutes=box.seconds / 60, used=box.fraction)
    first, sheet_due, renewed, count = step, args.sheet_minutes * 60, 0.0, 0

    def checkpoint():
        values = {k: v.detach().cpu() for k, v in ema.values.items()}
        run.save("base.pt", dict(
            unet=unet.state_dict(), text=text.state_dict(), heads=heads.state_dict() if heads else None, optimizer=optimizer.state_dict(), step=step,
            elapsed=box.elapsed(), ema_unet={k[5:]: v for k, v in values.items() if k.startswith("unet.")},
            ema_text={k[5:]: v for k, v in values.items() if k.startswith("text.")}))

    def contact_sheet(name):
        if run.rank == 0 and not args.smoke and args.sheet_minutes > 0:
            drawn, reader = UNet2DConditionModel(configs.UNET).to(run.device), CLIPTextModel(configs.TEXT).to(run.device)
            drawn.load_state_dict({k[5:]: v for k, v in ema.values.items() if k.startswith("unet.")})
            reader.load_state_dict({k[5:]: v for k, v in ema.values.items() if k.startswith("text.")})
            for kind, prompts in (("natural", data.NATURAL_PROMPTS), ("eval", data.EVAL_PROMPTS)):
                prompts = prompts[:2 if args.tiny else None]
                images = draw_prompts(run, drawn, reader, vae, tokenizer, prompts, steps=2 if args.tiny else 20)
                sheets.save_sheet(run.path(f"sheets/{name}-{kind}.jpg"), images, columns=6, labels=prompts, tile=200 if kind == "natural" else 128)

    stopped = False
    while box.fraction < 1 and not (limit and step >= limit):
        if args.stop_minutes and box.elapsed() > args.stop_minutes * 60 or args.deadline and not args.fit and time.time() > args.deadline:
            stopped = True
            break
        rate = common.learning_rate(box.fraction, peak=args.lr, step=step, warmup=300)
        common.set_rate(optimizer, rate)
        inputs = draw()
        loss = advance(*inputs)
        box.step(parameters)
        norm = nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        ema.update()
        step += 1
        count += 1
        if step - first == box.WARM:
            mark, count = time.time(), 0
        every = 5 if limit else 100
        if step % every == 0:
            run.synchronize()
            seconds = max(time.time() - mark, 1e-6)
            if pool and args.renew and box.steps > box.WARM:  # fresh scenes for a fixed share of the time
                begin = time.time()
                while renewed < args.renew * (box.elapsed() - box.used):
                    pool.add()
                    run.synchronize()
                    renewed, begin = renewed + time.time() - begin, time.time()
            parts = {}
            if step % (every * 5) == 0:
                with run.autocast():
                    parts = model.measures(*inputs)
            run.log(step=step, used=box.fraction, loss=loss.item(), norm=norm.item(), rate=rate, scenes=pool.filled if pool else 0, **parts,
                    ms_per_step=1000 * seconds / max(count, 1), samples_per_second=count * args.batch * run.world / seconds)
            if not torch.isfinite(loss):
                run.log(event="loss is not finite: weights go back to their average")
                ema.copy_to(ema.module)
                optimizer.state.clear()
            mark, count = time.time(), 0
        if pool and not limit and sheet_due and box.elapsed() - box.used > sheet_due:
            sheet_due += args.sheet_minutes * 60
            contact_sheet(f"base-{step:06d}")
            checkpoint()
            mark, count = time.time(), 0
    run.synchronize()
    if args.smoke:
        if pool:
            pool.close()
        run.log(event="smoke", ms_per_step=1000 * (time.time() - box.begin) / max(1, step - first - box.WARM),
                memory_gb=torch.cuda.max_memory_allocated() / 2 ** 30 if run.cuda else 0.0)
        return
    checkpoint()
    contact_sheet("base-part" if stopped else "base-final")
    if run.rank == 0 and not stopped:
        open(run.path("base.done"), "w").close()  # base.pt alone may be a checkpoint on the way
    run.log(event="stopped" if stopped else "done", steps=step, minutes=box.elapsed() / 60)
    if pool:
        if stopped and run.rank == 0:
            pool.save(run.path("pool.pt"))
        pool.close()


if __name__ == "__main__":
    main()
