"""Draws prompts from an exported pack with plain torch: the reference for what the app should show.

    python -m pocket.sample --pack public/packs/pocket --out sheet.jpg "two dogs in the snow" "a cat" --adapter clay:0.8 --steps 20
"""
import argparse
import json
import os

import torch

from pocket import diffusion, lora, safetensors_io, sheets
from pocket.bpe import Tokenizer
from pocket.models.clip import CLIPTextModel
from pocket.models.unet import UNet2DConditionModel
from pocket.models.vae import AutoencoderKL


def load_pack(folder, device="cpu"):
    """(unet, text, vae) of a pack folder in float32, and its tokenizer."""
    models = []
    for part, kind, weights in (("unet", UNet2DConditionModel, "diffusion_pytorch_model"), ("text_encoder", CLIPTextModel, "model"),
                                ("vae", AutoencoderKL, "diffusion_pytorch_model")):
        with open(os.path.join(folder, part, "config.json"), encoding="utf-8") as file:
            model = kind(json.load(file))
        tensors = safetensors_io.load_weights(os.path.join(folder, part), weights)
        model.load_state_dict({k: v.float() for k, v in tensors.items()})
        models.append(model.to(device).eval().requires_grad_(False))
    return *models, Tokenizer.load(os.path.join(folder, "tokenizer"))


@torch.no_grad()
def draw(unet, text, vae, tokenizer, prompts, **how):
    """Images [B, 3, 256, 256] in [-1, 1]; `how`: steps, guidance, method (dpm++ | ddim | lcm), seed."""
    device = next(unet.parameters()).device
    ids = lambda captions: torch.tensor([tokenizer.encode(c, pad=True) for c in captions], device=device)
    z = diffusion.sample(unet, text(ids(prompts)), text(ids([""])), **how)
    return vae.decode(z / vae.config["scaling_factor"])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("prompts", nargs="+")
    p.add_argument("--pack", default="public/packs/pocket")
    p.add_argument("--adapter", action="append", default=[], help="name:strength, repeatable")
    p.add_argument("--steps", type=int, default=20)
    p.add_argument("--guidance", type=float, default=4.5)
    p.add_argument("--method", default="dpm++", choices=["dpm++", "ddim", "lcm"])
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--out", default="sheet.jpg")
    args = p.parse_args()
    unet, text, vae, tokenizer = load_pack(args.pack)
    for entry in args.adapter:
        name, _, strength = entry.partition(":")
        tensors, _ = safetensors_io.load_file(os.path.join(args.pack, "adapters", name + ".safetensors"))
        lora.apply_deltas(unet, text, lora.merged_deltas(tensors, unet, text), float(strength or 1))
    images = draw(unet, text, vae, tokenizer, args.prompts, steps=args.steps, guidance=args.guidance, method=args.method, seed=args.seed)
    sheets.save_sheet(args.out, images, columns=min(6, len(args.prompts)), labels=args.prompts, tile=256)


if __name__ == "__main__":
    main()
