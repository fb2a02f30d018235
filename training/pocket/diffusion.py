"""Noise schedule of Stable Diffusion 1.x and the samplers that the contact sheets use.

scaled_linear betas 0.00085-0.012, 1000 steps, epsilon prediction. Samplers: DDIM (Song et al. 2020), DPM-Solver++ 2M
(Lu et al. 2022, arXiv 2211.01095), LCM multistep (Luo et al. 2023, arXiv 2310.04378).
"""
import torch

STEPS = 1000


def alphas_cumprod(device="cpu"):
    betas = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, STEPS, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, dim=0).float().to(device)


def leading_timesteps(steps):
    """SD 1.x's table: steps_offset 1, 'leading' spacing, descending."""
    return [min(i * (STEPS // steps) + 1, STEPS - 1) for i in range(steps)][::-1]


def lcm_timesteps(steps, original=50):
    """LCM's table: every k-th of the 50 training timesteps 19, 39, ... 999, descending."""
    table = [(i + 1) * (STEPS // original) - 1 for i in range(original)][::-1]
    return [table[int(i * original / steps)] for i in range(steps)]


@torch.no_grad()
def sample(predict, context, empty, *, size=32, steps=20, guidance=4.5, method="dpm++", seed=0, autocast=None):
    """Latents [B, 4, size, size] from contexts [B, T, C]; predict(x, t, context) gives epsilon."""
    device = context.device
    count = context.shape[0]
    abar = alphas_cumprod(device)
    generator = torch.Generator().manual_seed(seed)
    draw = lambda: torch.randn(count, 4, size, size, generator=generator).to(device)
    x = draw()
    both = torch.cat([empty.expand(count, -1, -1), context])

    def denoise(x, t):
        if guidance == 1 or method == "lcm":
            eps = predict(x, torch.full((count,), t, device=device), context).float()
        else:
            low, high = predict(torch.cat([x, x]), torch.full((2 * count,), t, device=device), both).float().chunk(2)
            eps = low + guidance * (high - low)
        return (x - (1 - abar[t]).sqrt() * eps) / abar[t].sqrt(), eps

    table = lcm_timesteps(steps) if method == "lcm" else leading_timesteps(steps)
    previous = None
    for i, t in enumerate(table):
        x0, eps = denoise(x, t)
        last = i == len(table) - 1
        if method == "lcm":
            x = x0 if last else abar[table[i + 1]].sqrt() * x0 + (1 - abar[table[i + 1]]).sqrt() * draw()
        elif last:
            x = x0
        elif method == "ddim":
            n = table[i + 1]
            x = abar[n].sqrt() * x0 + (1 - abar[n]).sqrt() * eps
        else:  # DPM-Solver++ 2M in lambda = log(alpha / sigma)
            n = table[i + 1]
            lam = lambda k: (abar[k].sqrt() / (1 - abar[k]).sqrt()).log()
            h = lam(n) - lam(t)
            d = x0
            if previous is not None:
                ratio = (lam(t) - lam(previous[1])) / h
                d = (1 + 1 / (2 * ratio)) * x0 - 1 / (2 * ratio) * previous[0]
            x = ((1 - abar[n]) / (1 - abar[t])).sqrt() * x - abar[n].sqrt() * torch.expm1(-h) * d
            previous = (x0, t)
    return x
