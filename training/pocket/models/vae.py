"""AutoencoderKL in plain torch, with the parameter names, shapes and config.json of diffusers.

encode gives the posterior's mean and log-variance, decode takes unscaled latents.
Reference: diffusers src/diffusers/models/autoencoders/{autoencoder_kl,vae}.py; check_against_diffusers.py asserts equality.
"""
import torch
import torch.nn.functional as F
from torch import nn

from pocket.models.unet import Downsample2D, ResnetBlock2D, Upsample2D, attend

EPS = 1e-6


class SpatialAttention(nn.Module):
    def __init__(self, width, groups):
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, width, eps=EPS)
        self.to_q = nn.Linear(width, width)
        self.to_k = nn.Linear(width, width)
        self.to_v = nn.Linear(width, width)
        self.to_out = nn.ModuleList([nn.Linear(width, width), nn.Identity()])

    def forward(self, x):
        h = self.group_norm(x).flatten(2).transpose(1, 2)  # [B, H*W, C]
        q, k, v = (layer(h)[:, None] for layer in (self.to_q, self.to_k, self.to_v))  # one head
        h = self.to_out[0](attend(q, k, v)[:, 0])
        return x + h.transpose(1, 2).unflatten(-1, x.shape[-2:])


class MidBlock(nn.Module):
    def __init__(self, width, groups):
        super().__init__()
        self.attentions = nn.ModuleList([SpatialAttention(width, groups)])
        self.resnets = nn.ModuleList([ResnetBlock2D(width, width, temb=None, groups=groups, eps=EPS) for _ in range(2)])

    def forward(self, x):
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class EncoderBlock(nn.Module):
    def __init__(self, inputs, outputs, *, layers, down, groups):
        super().__init__()
        self.resnets = nn.ModuleList([
            ResnetBlock2D(inputs if i == 0 else outputs, outputs, temb=None, groups=groups, eps=EPS) for i in range(layers)])
        if down:
            self.downsamplers = nn.ModuleList([Downsample2D(outputs, padding=0)])

    def forward(self, x):
        for resnet in self.resnets:
            x = resnet(x)
        return self.downsamplers[0](x) if hasattr(self, "downsamplers") else x


class DecoderBlock(nn.Module):
    def __init__(self, inputs, outputs, *, layers, up, groups):
        super().__init__()
        self.resnets = nn.ModuleList([
            ResnetBlock2D(inputs if i == 0 else outputs, outputs, temb=None, groups=groups, eps=EPS) for i in range(layers)])
        if up:
            self.upsamplers = nn.ModuleList([Upsample2D(outputs)])

    def forward(self, x):
        for resnet in self.resnets:
            x = resnet(x)
        return self.upsamplers[0](x) if hasattr(self, "upsamplers") else x


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        widths, groups, layers = config["block_out_channels"], config["norm_num_groups"], config["layers_per_block"]
        self.conv_in = nn.Conv2d(config["in_channels"], widths[0], 3, padding=1)
        self.down_blocks = nn.ModuleList([
            EncoderBlock(widths[max(i - 1, 0)], widths[i], layers=layers, down=i < len(widths) - 1, groups=groups)
            for i in range(len(widths))])
        self.mid_block = MidBlock(widths[-1], groups)
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], eps=EPS)
        self.conv_out = nn.Conv2d(widths[-1], 2 * config["latent_channels"], 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(self.mid_block(x))))


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        widths, groups = config["block_out_channels"][::-1], config["norm_num_groups"]
        self.conv_in = nn.Conv2d(config["latent_channels"], widths[0], 3, padding=1)
        self.mid_block = MidBlock(widths[0], groups)
        self.up_blocks = nn.ModuleList([
            DecoderBlock(widths[max(i - 1, 0)], widths[i], layers=config["layers_per_block"] + 1, up=i < len(widths) - 1,
                         groups=groups) for i in range(len(widths))])
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], eps=EPS)
        self.conv_out = nn.Conv2d(widths[-1], config["out_channels"], 3, padding=1)

    def forward(self, z):
        x = self.mid_block(self.conv_in(z))
        for block in self.up_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class AutoencoderKL(nn.Module):
    """Images [B, 3, H, W] in [-1, 1] <-> latents [B, latent_channels, H/8, W/8] (multiply by scaling_factor for the UNet)."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        channels = config["latent_channels"]
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.quant_conv = nn.Conv2d(2 * channels, 2 * channels, 1)
        self.post_quant_conv = nn.Conv2d(channels, channels, 1)

    def encode(self, images):
        """Mean and log-variance of the posterior, each [B, latent_channels, H/8, W/8]."""
        mean, log_variance = self.quant_conv(self.encoder(images)).chunk(2, dim=1)
        return mean, log_variance.clamp(-30.0, 20.0)

    def decode(self, latents):
        return self.decoder(self.post_quant_conv(latents))
