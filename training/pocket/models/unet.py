"""UNet2DConditionModel in plain torch, with the parameter names, shapes and config.json of diffusers.

Covers Stable Diffusion 1.x: (CrossAttn)Down/UpBlock2D, UNetMidBlock2DCrossAttn, 1x1-convolution or linear
projections, and SD 1.x's reading of `attention_head_dim` as the number of heads.
Reference: diffusers src/diffusers/models/unets/unet_2d_condition.py; check_against_diffusers.py asserts equality.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn


def attend(query, key, value, causal=False):
    """Scaled dot-product attention on [B, heads, tokens, dim]; falls back to plain products on torch 1.x."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(query, key, value, is_causal=causal)
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
    if causal:
        count = query.shape[-2]
        mask = torch.full((count, count), float("-inf"), device=query.device, dtype=scores.dtype).triu(1)
        scores = scores + mask
    return scores.softmax(dim=-1) @ value


def timestep_embedding(timesteps, width):
    """Sinusoidal embedding [B] -> [B, width]; cosines first (flip_sin_to_cos), freq_shift 0."""
    half = width // 2
    exponent = -math.log(10000.0) * torch.arange(half, dtype=torch.float32, device=timesteps.device) / half
    angles = timesteps.float()[:, None] * exponent.exp()[None]
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class TimestepEmbedding(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.linear_1 = nn.Linear(width, hidden)
        self.linear_2 = nn.Linear(hidden, hidden)

    def forward(self, x):
        return self.linear_2(F.silu(self.linear_1(x)))


class ResnetBlock2D(nn.Module):
    def __init__(self, inputs, outputs, *, temb, groups, eps):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs, eps=eps)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        if temb:
            self.time_emb_proj = nn.Linear(temb, outputs)
        self.norm2 = nn.GroupNorm(groups, outputs, eps=eps)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        if inputs != outputs:
            self.conv_shortcut = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, temb=None):
        h = self.conv1(F.silu(self.norm1(x)))
        if temb is not None:
            h = h + self.time_emb_proj(F.silu(temb))[:, :, None, None]
        h = self.conv2(F.silu(self.norm2(h)))
        return (self.conv_shortcut(x) if hasattr(self, "conv_shortcut") else x) + h


class Attention(nn.Module):
    def __init__(self, width, *, heads, context=None):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context or width, width, bias=False)
        self.to_v = nn.Linear(context or width, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width), nn.Identity()])

    def forward(self, x, context=None):
        context = x if context is None else context
        split = lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2)  # [B, heads, T, dim]
        out = attend(split(self.to_q(x)), split(self.to_k(context)), split(self.to_v(context)))
        return self.to_out[0](out.transpose(1, 2).flatten(2))


class GEGLU(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.proj = nn.Linear(inputs, outputs * 2)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.ModuleList([GEGLU(width, width * 4), nn.Identity(), nn.Linear(width * 4, width)])

    def forward(self, x):
        return self.net[2](self.net[0](x))


class BasicTransformerBlock(nn.Module):
    def __init__(self, width, *, heads, context):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = Attention(width, heads=heads)
        self.norm2 = nn.LayerNorm(width)
        self.attn2 = Attention(width, heads=heads, context=context)
        self.norm3 = nn.LayerNorm(width)
        self.ff = FeedForward(width)

    def forward(self, x, context):
        x = x + self.attn1(self.norm1(x))
        x = x + self.attn2(self.norm2(x), context)
        return x + self.ff(self.norm3(x))


class Transformer2DModel(nn.Module):
    def __init__(self, width, *, heads, context, groups, linear):
        super().__init__()
        self.linear = linear
        project = (lambda: nn.Linear(width, width)) if linear else (lambda: nn.Conv2d(width, width, 1))
        self.norm = nn.GroupNorm(groups, width, eps=1e-6)
        self.proj_in = project()
        self.transformer_blocks = nn.ModuleList([BasicTransformerBlock(width, heads=heads, context=context)])
        self.proj_out = project()

    def forward(self, x, context):
        size = x.shape[-2:]
        h = self.norm(x)
        if not self.linear:
            h = self.proj_in(h)
        h = h.flatten(2).transpose(1, 2)  # [B, H*W, C]
        if self.linear:
            h = self.proj_in(h)
        for block in self.transformer_blocks:
            h = block(h, context)
        if self.linear:
            h = self.proj_out(h)
        h = h.transpose(1, 2).unflatten(-1, size)
        if not self.linear:
            h = self.proj_out(h)
        return h + x


class Downsample2D(nn.Module):
    def __init__(self, width, padding=1):
        super().__init__()
        self.padding = padding
        self.conv = nn.Conv2d(width, width, 3, stride=2, padding=padding)

    def forward(self, x):
        return self.conv(x if self.padding else F.pad(x, (0, 1, 0, 1)))


class Upsample2D(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class DownBlock(nn.Module):
    def __init__(self, inputs, outputs, *, layers, down, attention, temb, groups, eps):
        super().__init__()
        self.resnets = nn.ModuleList([
            ResnetBlock2D(inputs if i == 0 else outputs, outputs, temb=temb, groups=groups, eps=eps) for i in range(layers)])
        if attention:
            self.attentions = nn.ModuleList([Transformer2DModel(outputs, **attention) for _ in range(layers)])
        if down:
            self.downsamplers = nn.ModuleList([Downsample2D(outputs)])

    def forward(self, x, temb, context):
        skips = []
        for i, resnet in enumerate(self.resnets):
            x = resnet(x, temb)
            if hasattr(self, "attentions"):
                x = self.attentions[i](x, context)
            skips.append(x)
        if hasattr(self, "downsamplers"):
            x = self.downsamplers[0](x)
            skips.append(x)
        return x, skips


class UpBlock(nn.Module):
    def __init__(self, inputs, outputs, previous, *, layers, up, attention, temb, groups, eps):
        super().__init__()
        resnets = []
        for i in range(layers):
            skip = inputs if i == layers - 1 else outputs
            main = previous if i == 0 else outputs
            resnets.append(ResnetBlock2D(main + skip, outputs, temb=temb, groups=groups, eps=eps))
        self.resnets = nn.ModuleList(resnets)
        if attention:
            self.attentions = nn.ModuleList([Transformer2DModel(outputs, **attention) for _ in range(layers)])
        if up:
            self.upsamplers = nn.ModuleList([Upsample2D(outputs)])

    def forward(self, x, skips, temb, context):
        for i, resnet in enumerate(self.resnets):
            x = resnet(torch.cat([x, skips.pop()], dim=1), temb)
            if hasattr(self, "attentions"):
                x = self.attentions[i](x, context)
        return self.upsamplers[0](x) if hasattr(self, "upsamplers") else x


class MidBlock(nn.Module):
    def __init__(self, width, *, attention, temb, groups, eps):
        super().__init__()
        self.attentions = nn.ModuleList([Transformer2DModel(width, **attention)])
        self.resnets = nn.ModuleList([ResnetBlock2D(width, width, temb=temb, groups=groups, eps=eps) for _ in range(2)])

    def forward(self, x, temb, context):
        x = self.resnets[0](x, temb)
        return self.resnets[1](self.attentions[0](x, context), temb)


class UNet2DConditionModel(nn.Module):
    """epsilon(sample [B, in_channels, H, W], timestep [B], context [B, T, cross_attention_dim]) -> [B, out_channels, H, W]."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        widths = config["block_out_channels"]
        count = len(widths)
        layers = config["layers_per_block"]
        groups = config["norm_num_groups"]
        eps = config.get("norm_eps", 1e-5)
        temb = widths[0] * 4
        heads = config["attention_head_dim"]
        heads = list(heads) if isinstance(heads, (list, tuple)) else [heads] * count
        attention = lambda level: dict(heads=heads[level], context=config["cross_attention_dim"], groups=groups,
                                       linear=config.get("use_linear_projection", False))
        common = dict(temb=temb, groups=groups, eps=eps)
        self.conv_in = nn.Conv2d(config["in_channels"], widths[0], 3, padding=1)
        self.time_embedding = TimestepEmbedding(widths[0], temb)
        self.down_blocks = nn.ModuleList([
            DownBlock(widths[max(i - 1, 0)], widths[i], layers=layers, down=i < count - 1,
                      attention=attention(i) if kind.startswith("CrossAttn") else None, **common)
            for i, kind in enumerate(config["down_block_types"])])
        self.mid_block = MidBlock(widths[-1], attention=attention(count - 1), **common)
        reverse = widths[::-1]
        self.up_blocks = nn.ModuleList([
            UpBlock(reverse[min(i + 1, count - 1)], reverse[i], reverse[max(i - 1, 0)], layers=layers + 1, up=i < count - 1,
                    attention=attention(count - 1 - i) if kind.startswith("CrossAttn") else None, **common)
            for i, kind in enumerate(config["up_block_types"])])
        self.conv_norm_out = nn.GroupNorm(groups, widths[0], eps=eps)
        self.conv_out = nn.Conv2d(widths[0], config["out_channels"], 3, padding=1)

    def forward(self, sample, timestep, context):
        temb = self.time_embedding(timestep_embedding(timestep, self.config["block_out_channels"][0]).to(sample.dtype))
        x = self.conv_in(sample)
        skips = [x]
        for block in self.down_blocks:
            x, more = block(x, temb, context)
            skips += more
        x = self.mid_block(x, temb, context)
        for block in self.up_blocks:
            own = skips[-len(block.resnets):]
            skips = skips[:-len(block.resnets)]
            x = block(x, own, temb, context)
        return self.conv_out(F.silu(self.conv_norm_out(x)))
