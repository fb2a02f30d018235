"""Stores a float16 pack's weights in 8 bits: int8 numbers and float16 scales beside them, named as in ComfyUI's int8 checkpoints.

    python -m pocket.quantise public/packs/pocket                      # UNet and token table, rewritten; prints the error of every tensor
    python -m pocket.quantise PACK --parts unet,vae --values 16 --out OTHER

`X.weight` [out, in, …] becomes int8, `X.weight_scale` [out, groups, 1 …] what one step of a group is worth, absmax / 127. Biases, norms, what
`KEPT` names and weights that lose more than `MOST_ERROR` stay float16. safetensors_io.load_weights and the app multiply them again.
Why so: docs/decisions/2026-11-29-weights-in-8-bits.md.
"""
import argparse
import os
import re
import shutil

import torch

from pocket import safetensors_io

FILES = {"unet": "diffusion_pytorch_model", "text_encoder": "model", "vae": "diffusion_pytorch_model"}

# Small, and every value passes through them; and the text encoder's layers, whose errors the UNet reads at every step: they move
# things in the picture, where those of the UNet's own weights change its grain.
KEPT = re.compile(r"(^|\.)(conv_in|conv_out|time_embedding|position_embedding|quant_conv|post_quant_conv|text_model\.encoder)\.")

# Of a tensor's norm: shortcuts that are nearly identities have single large values, beside which the others would lose their digits.
MOST_ERROR = 0.01


def quantise(weight, values=32):
    """(int8 [out, in, …], float16 scale [out, groups, 1 …]) of a weight, rounded to nearest; a group has at most `values` values."""
    rows, inputs = weight.shape[:2]
    area = weight[0, 0].numel()
    size = max(n for n in range(1, inputs + 1) if inputs % n == 0 and (n == 1 or n * area <= values))
    parts = weight.double().reshape(rows, inputs // size, -1)
    scale = (parts.abs().amax(-1, keepdim=True) / 127).half()
    scale[scale == 0] = 1  # a group of zeros
    stored = torch.round(parts / scale.double()).clamp(-127, 127).to(torch.int8)
    return stored.reshape(weight.shape), scale.reshape(rows, inputs // size, *[1] * (weight.dim() - 2))


def relative_error(weight, stored, scale):
    return float((safetensors_io.scaled(stored, scale) - weight.float()).norm() / weight.float().norm().clamp_min(1e-30))


def quantise_weights(tensors, values=32, report=print):
    """A copy of {name: tensor} with its weights in 8 bits."""
    out = {}
    for name, weight in tensors.items():
        if weight.dim() < 2 or not name.endswith(".weight") or KEPT.search(name):
            out[name] = weight
            continue
        stored, scale = quantise(weight, values)
        error = relative_error(weight, stored, scale)
        report(f"{error:.5f}  {name} {list(weight.shape)}{' stays float16' if error > MOST_ERROR else ''}")
        if error > MOST_ERROR:
            out[name] = weight
        else:
            out[name], out[name + safetensors_io.SCALE] = stored, scale
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("pack")
    p.add_argument("--parts", default="unet,text_encoder")
    p.add_argument("--values", type=int, default=32, help="at most so many values share a scale (default 32)")
    p.add_argument("--out", help="another folder, which becomes a copy of the pack (default: rewrites the pack)")
    args = p.parse_args()
    out = args.out or args.pack
    if args.out:
        shutil.copytree(args.pack, args.out, dirs_exist_ok=True)
    for part in args.parts.split(","):
        folder, stem = os.path.join(out, part), FILES[part]
        tensors = safetensors_io.load_stored(folder, stem)
        if any(name.endswith(safetensors_io.SCALE) for name in tensors):
            raise SystemExit(f"quantise: {part} is in 8 bits already")
        size = lambda: sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder) if ".safetensors" in f)
        before = size()
        safetensors_io.save_weights(quantise_weights(tensors, args.values), folder, stem, {"format": "pt"})
        print(f"{part}: {before} to {size()} bytes")


if __name__ == "__main__":
    main()
