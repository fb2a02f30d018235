"""Trains the pocket VAE on all styles: L1 + gradient + multi-scale SSIM, KL, half-size consistency, a late patch discriminator.

    PYTHONPATH=training python -m pocket.train_vae --minutes 4.5          (torchrun for several GPUs)
Writes vae.pt {config, model, ema, scaling_factor, psnr}, sheets/vae.jpg and log-vae.jsonl into the run folder.
The half-size term (decode(pool(z)) = pool(x), after Skorokhodov et al. 2025, arXiv 2502.14831) keeps latents smooth, which a small UNet needs.
"""
import os
import time

import torch
import torch.nn.functional as F
from torch import nn

from pocket import common, configs, data, sheets
from pocket.models.vae import AutoencoderKL


def gradient_loss(a, b):
    """Mean absolute difference of horizontal and vertical first differences."""
    dx = (a[..., 1:] - a[..., :-1]) - (b[..., 1:] - b[..., :-1])
    dy = (a[..., 1:, :] - a[..., :-1, :]) - (b[..., 1:, :] - b[..., :-1, :])
    return dx.abs().mean() + dy.abs().mean()


def ssim(a, b, window=7):
    """Mean SSIM (Wang et al. 2004) with a box window; inputs in [-1, 1]."""
    pool = lambda x: F.avg_pool2d(x, window, stride=2)
    ma, mb = pool(a), pool(b)
    va, vb, cov = pool(a * a) - ma * ma, pool(b * b) - mb * mb, pool(a * b) - ma * mb
    c1, c2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2
    return (((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va.clamp(min=0) + vb.clamp(min=0) + c2))).mean()


class Discriminator(nn.Module):
    """PatchGAN of four layers; returns the logits map and the features for feature matching."""

    def __init__(self, width=32):
        super().__init__()
        widths = [3, width, width * 2, width * 4]
        self.layers = nn.ModuleList([nn.Sequential(
            nn.Conv2d(i, o, 4, stride=2, padding=1), nn.GroupNorm(8, o) if n else nn.Identity(), nn.LeakyReLU(0.2))
            for n, (i, o) in enumerate(zip(widths, widths[1:]))])
        self.head = nn.Conv2d(widths[-1], 1, 3, padding=1)

    def forward(self, x):
        features = []
        for layer in self.layers:
            x = layer(x)
            features.append(x)
        return self.head(x), features


class Objective(nn.Module):
    """(images, noise) -> reconstruction, reconstruction loss, KL."""

    def __init__(self, vae, noise_level=0.05):
        super().__init__()
        self.vae, self.noise_level = vae, noise_level

    def forward(self, x, noise):
        mean, log_variance = self.vae.encode(x)
        mean, log_variance = mean.float(), log_variance.float()
        std = (0.5 * log_variance).exp() + self.noise_level * mean.detach().std()
        z = mean + std * noise
        y = self.vae.decode(z).float()
        few = max(1, len(x) // 4)
        small = self.vae.decode(F.avg_pool2d(z[:few], 2)).float()
        small_x = F.avg_pool2d(x[:few], 2)
        loss = F.l1_loss(y, x) + 0.5 * gradient_loss(y, x)
        half_y, half_x = F.avg_pool2d(y, 2), F.avg_pool2d(x, 2)
        loss = loss + 0.1 * (1 - ssim(y, x)) + 0.1 * (1 - ssim(half_y, half_x)) + 0.1 * (1 - ssim(F.avg_pool2d(half_y, 2), F.avg_pool2d(half_x, 2)))
        loss = loss + 0.25 * (F.l1_loss(small, small_x) + 0.5 * gradient_loss(small, small_x))
        kl = 0.5 * (mean ** 2 + log_variance.exp() - 1 - log_variance).mean()
        return y, loss, kl


def psnr(a, b):
    """PSNR in dB per image, peak 2 (range [-1, 1])."""
    return 10 * torch.log10(4 / ((a.clamp(-1, 1) - b) ** 2).mean((1, 2, 3)).clamp(min=1e-8))


@torch.no_grad()
def evaluate(run, vae, source, styles, *, count, sheet=None):
    """PSNR per style on fresh scenes, latent statistics of the base style; one original | reconstruction pair per style."""
    rows, pairs, labels, latents = {}, [], [], []
    for style in styles:
        x = source.sample(count, split="train", style=style).images
        with run.autocast():
            mean, _ = vae.encode(x)
            y = vae.decode(mean)
        rows[style] = psnr(y.float(), x).mean().item()
        if style == "base":
            latents = mean.float()
        for i in range(min(4 if style == "base" else 2, count)):
            pairs += [x[i].cpu(), y[i].float().cpu()]
            labels += [style, f"{psnr(y[i:i+1].float(), x[i:i+1]).item():.1f} dB"]
    if sheet and run.rank == 0:
        sheets.save_sheet(sheet, pairs, columns=8, labels=labels)
    return rows, latents.std().item(), latents.mean((0, 2, 3)).tolist()


def warm_up(run, objective, batch):
    """One pass on noise: compiles while another process prepares the sprites."""
    x = torch.randn(batch, 3, 256, 256, device=run.device)
    x = x.contiguous(memory_format=torch.channels_last) if run.cuda else x
    with run.autocast():
        _, loss, kl = objective(x, torch.randn(batch, 4, 32, 32, device=run.device))
        loss = loss + kl
    loss.backward()
    run.synchronize()
    run.log(event="compiled ahead")


def main():
    p = common.parser(__doc__, minutes=4.5, batch=48, lr=6e-4)
    p.add_argument("--kl", type=float, default=1e-3, help="weight of the mean KL per latent value")
    p.add_argument("--gan", type=float, default=0.03, help="weight of the adversarial term, 0 for none")
    p.add_argument("--gan-from", type=float, default=0.6, help="fraction of the time box at which the discriminator starts to count")
    p.add_argument("--pool", type=int, default=12288)
    p.add_argument("--init", default="", help="run folder whose vae.pt gives the first weights (pocket.export reopen makes one of a pack)")
    p.add_argument("--no-sheet", dest="sheet", action="store_false", help="only measure the base style")
    args = p.parse_args()
    if args.tiny:
        args.batch, args.pool, args.max_steps = 2, 16, args.max_steps or 4
    run = common.Run(args, "vae")
    vae = AutoencoderKL(configs.VAE).to(run.device)
    if args.init:
        vae.load_state_dict(torch.load(os.path.join(args.init, "vae.pt"), map_location=run.device)["ema"])
    if run.cuda:
        vae = vae.to(memory_format=torch.channels_last)
    objective = run.compiled(Objective(vae))
    warm_up(run, objective, args.batch)
    for parameter in vae.parameters():
        parameter.grad = None
    styles = data.style_names(run)
    source = data.open_scenes(run, seed=args.seed * 100 + run.rank)
    if args.smoke:
        args.pool = min(args.pool, 1024)
    pool = data.ImagePool(run, source, styles, size=args.pool, seed=f"vae{args.seed}-{run.rank}")
    common.broadcast(run, vae)
    critic = Discriminator().to(run.device)
    common.broadcast(run, critic)
    optimizer = common.adamw(run, vae.parameters(), lr=args.lr, decay=1e-4)
    critic_optimizer = common.adamw(run, critic.parameters(), lr=args.lr * 0.5, betas=(0.5, 0.9), decay=0)
    ema = common.Ema(vae, 0.999)
    parameters, critic_parameters = list(vae.parameters()), list(critic.parameters())
    box = common.TimeBox(run, args.minutes * 60)
    critic_box = common.TimeBox(run, args.minutes * 60)
    limit = args.max_steps or (20 if args.smoke else 0)
    step, mark = 0, time.time()
    while box.fraction < 1 and not (limit and step >= limit):
        rate = common.learning_rate(box.fraction, peak=args.lr, step=step)
        common.set_rate(optimizer, rate)
        common.set_rate(critic_optimizer, rate * 0.5)
        x = pool.batch(args.batch)
        if run.cuda:
            x = x.contiguous(memory_format=torch.channels_last)
        z_noise = torch.randn(args.batch, 4, 32, 32, device=run.device)
        adversarial = args.gan > 0 and (box.fraction > args.gan_from - 0.05 or (args.smoke and step > 10) or (args.tiny and step > 2))
        with run.autocast():
            y, reconstruction, kl = objective(x, z_noise)
            loss = reconstruction + args.kl * kl
            if adversarial:
                critic.requires_grad_(False)
                fake, fake_features = critic(y)
                with torch.no_grad():
                    _, real_features = critic(x)
                match = sum(F.l1_loss(a.float(), b.float()) for a, b in zip(fake_features, real_features)) / len(fake_features)
                ramp = min(1.0, max(0.0, (box.fraction - args.gan_from) / 0.05))
                loss = loss + args.gan * ramp * (-fake.float().mean() + 2 * match)
                critic.requires_grad_(True)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        box.step(parameters)
        norm = nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        ema.update()
        if adversarial:
            with run.autocast():
                real, _ = critic(x)
                fake, _ = critic(y.detach())
                critic_loss = F.relu(1 - real.float()).mean() + F.relu(1 + fake.float()).mean()
            critic_optimizer.zero_grad(set_to_none=True)
            critic_loss.backward()
            critic_box.step(critic_parameters)
            critic_optimizer.step()
        step += 1
        if step % 16 == 0:
            pool.renew()
        if step == box.WARM:
            mark = time.time()
        if step % (5 if limit else 200) == 0:
            seconds = time.time() - mark
            every = 5 if limit else 200
            mark = time.time()
            run.log(step=step, used=box.fraction, loss=reconstruction.item(), kl=kl.item(), rate=rate, norm=norm.item(),
                    critic=critic_loss.item() if adversarial else 0.0, images_per_second=every * args.batch * run.world / seconds)
            if not torch.isfinite(loss):
                run.log(event="loss is not finite: weights go back to their average")
                ema.copy_to(vae)
                optimizer.state.clear()
    run.synchronize()
    pool.close()
    if args.smoke:
        run.log(event="smoke", ms_per_step=1000 * (time.time() - box.begin) / max(1, step - box.WARM),
                memory_gb=torch.cuda.max_memory_allocated() / 2 ** 30 if run.cuda else 0.0)
        return
    raw = {k: v.detach().cpu() for k, v in vae.state_dict().items()}
    ema.copy_to(vae).eval()
    held = data.open_scenes(run, seed=987654321)
    tiny = 2 if args.tiny else 48
    rows, std, mean = evaluate(run, vae, held, styles[:1], count=tiny)
    config = dict(configs.VAE, scaling_factor=round(1 / std, 5))
    run.save("vae.pt", dict(config=config, model=raw, ema={k: v.cpu() for k, v in vae.state_dict().items()}, psnr=rows, steps=step))
    run.log(event="evaluation", psnr={k: round(v, 2) for k, v in rows.items()}, latent_std=std, latent_mean=mean, steps=step)
    if run.rank == 0 and args.sheet:
        rows, _, _ = evaluate(run, vae, held, styles, count=tiny, sheet=run.path("sheets/vae.jpg"))
        run.log(event="all styles", psnr={k: round(v, 2) for k, v in rows.items()})


if __name__ == "__main__":
    main()
