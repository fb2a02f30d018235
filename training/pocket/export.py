"""Writes the pocket pack from a run folder: diffusers layout, float16 safetensors, adapters, tokenizer; and carries run folders.

    python -m pocket.export pack --run RUN --out public/packs/pocket     # model_index.json, text_encoder/, unet/, vae/, tokenizer/, scheduler/, adapters/
    python -m pocket.export split --run RUN --out DIR                    # exported weights, logs and sheets as tar parts below 15 MiB
    python -m pocket.export join --parts DIR --out RUN                   # the parts back into a folder
    python -m pocket.export reopen --pack public/packs/pocket --out RUN  # a shipped pack as a run folder, to train more adapters for it
"""
import argparse
import glob
import io
import json
import os
import shutil
import tarfile

import torch

from pocket import configs, safetensors_io

PART_BYTES = 15 * 2 ** 20


def half(state):
    """Float16 copies; fails on a weight that float16 cannot hold."""
    out = {k: v.detach().cpu().to(torch.float16) for k, v in state.items()}
    for name, value in out.items():
        if not torch.isfinite(value).all():
            raise SystemExit(f"export: {name} has values that float16 cannot hold; train with a lower rate or rescale")
    return out


def write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(value, indent=2) + "\n")


def pack(run, out):
    """RUN/{vae,base}.pt and RUN/adapters -> a diffusers pipeline folder. Missing stages are skipped and named."""
    load = lambda name: torch.load(os.path.join(run, name), map_location="cpu")
    made = []
    write_json(os.path.join(out, "model_index.json"), configs.MODEL_INDEX)
    write_json(os.path.join(out, "scheduler/scheduler_config.json"), configs.SCHEDULER)
    if os.path.exists(os.path.join(run, "vae.pt")):
        state = load("vae.pt")
        write_json(os.path.join(out, "vae/config.json"), state["config"])
        safetensors_io.save_weights(half(state["ema"]), os.path.join(out, "vae"), "diffusion_pytorch_model", {"format": "pt"})
        made.append("vae")
    if os.path.exists(os.path.join(run, "base.pt")):
        state = load("base.pt")
        write_json(os.path.join(out, "unet/config.json"), configs.UNET)
        safetensors_io.save_weights(half(state["ema_unet"]), os.path.join(out, "unet"), "diffusion_pytorch_model", {"format": "pt"})
        write_json(os.path.join(out, "text_encoder/config.json"), configs.TEXT)
        safetensors_io.save_weights(half(state["ema_text"]), os.path.join(out, "text_encoder"), "model", {"format": "pt"})
        made += ["unet", "text_encoder"]
    tokenizer = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer")
    if os.path.isdir(tokenizer):
        os.makedirs(os.path.join(out, "tokenizer"), exist_ok=True)
        for name in ("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"):
            shutil.copyfile(os.path.join(tokenizer, name), os.path.join(out, "tokenizer", name))
        made.append("tokenizer")
    files = sorted(glob.glob(os.path.join(run, "adapters", "*.safetensors")))
    os.makedirs(os.path.join(out, "adapters"), exist_ok=True)
    for path in files:
        shutil.copyfile(path, os.path.join(out, "adapters", os.path.basename(path)))
    print("exported", ", ".join(made), f"and {len(files)} adapters to {out}")


def split(run, out):
    """pack/, logs and sheets of a run folder as DIR/pocket-00.part …, each below 15 MiB."""
    pack(run, os.path.join(run, "pack"))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in ["pack", "sheets", *sorted(os.path.basename(p) for p in glob.glob(os.path.join(run, "*.jsonl")) + glob.glob(os.path.join(run, "*.log")))]:
            if os.path.exists(os.path.join(run, name)):
                tar.add(os.path.join(run, name), name)
    data = buffer.getvalue()
    os.makedirs(out, exist_ok=True)
    for i, start in enumerate(range(0, len(data), PART_BYTES)):
        with open(os.path.join(out, f"pocket-{i:02d}.part"), "wb") as file:
            file.write(data[start:start + PART_BYTES])
    print(f"{len(data) / 2 ** 20:.1f} MiB in {i + 1} parts")


def join(parts, out):
    names = sorted(glob.glob(os.path.join(parts, "pocket-*.part")))
    if not names:
        raise SystemExit(f"join: no pocket-*.part in {parts}")
    data = b"".join(open(name, "rb").read() for name in names)
    os.makedirs(out, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        tar.extractall(out)
    print(f"joined {len(names)} parts into {out}")


def reopen(pack, out):
    """A pack's weights as the {vae,base}.pt that later stages read (float32 of what ships, 8 bits too, so adapters fit it)."""
    read = lambda folder, stem="diffusion_pytorch_model": {k: v.float() for k, v in safetensors_io.load_weights(os.path.join(pack, folder), stem).items()}
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(pack, "vae/config.json"), encoding="utf-8") as file:
        config = json.load(file)
    torch.save(dict(config=config, ema=read("vae")), os.path.join(out, "vae.pt"))
    torch.save(dict(ema_unet=read("unet"), ema_text=read("text_encoder", "model")),
               os.path.join(out, "base.pt"))
    print(f"reopened {pack} in {out}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("command", choices=["pack", "split", "join", "reopen"])
    p.add_argument("--run", default="/tmp/pocket-run")
    p.add_argument("--parts", default=".")
    p.add_argument("--pack", default="public/packs/pocket")
    p.add_argument("--out", required=True)
    args = p.parse_args()
    {"pack": lambda: pack(args.run, args.out), "split": lambda: split(args.run, args.out), "join": lambda: join(args.parts, args.out),
     "reopen": lambda: reopen(args.pack, args.out)}[args.command]()


if __name__ == "__main__":
    main()
