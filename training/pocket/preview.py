"""Fits preview.json: the affine map from latents (as the UNet has them) to RGB in [-1, 1] that shows a picture while it is sampled.

    STYLUS_DATA=… PYTHONPATH=training python -m pocket.preview --pack public/packs/pocket
Least squares over fresh base scenes between latents and images reduced eightfold.
"""
import argparse
import json
import os

import torch
import torch.nn.functional as F

from pocket.sample import load_pack
from pocket.scenes import SceneSource
from pocket.sprites import Sprites


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--pack", required=True)
    p.add_argument("--scenes", type=int, default=64)
    args = p.parse_args()
    _, _, vae, _ = load_pack(args.pack)
    images = SceneSource("cpu", Sprites.load(styles=["fluent-flat"]), 2024).sample(args.scenes).images
    z = torch.cat([vae.encode(part)[0] for part in images.split(8)]) * vae.config["scaling_factor"]
    rows = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])
    rgb = F.avg_pool2d(images, 8).permute(0, 2, 3, 1).reshape(-1, 3)
    design = torch.cat([rows, torch.ones(len(rows), 1)], dim=1).double()
    found = torch.linalg.lstsq(design, rgb.double()).solution
    error = (design @ found - rgb).pow(2).mean().sqrt().item()
    rounded = [[round(v, 4) for v in row] for row in found.tolist()]
    with open(os.path.join(args.pack, "preview.json"), "w", encoding="utf-8") as file:
        file.write(json.dumps({"factors": rounded[:-1], "bias": rounded[-1]}) + "\n")
    print(f"root mean square error {error:.3f} of a range of 2")


if __name__ == "__main__":
    main()
