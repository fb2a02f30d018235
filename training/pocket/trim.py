"""Makes an adapter file smaller: its 3×3 convolutions keep their largest singular values.

    python -m pocket.trim FILE … --conv-rank 4       rewrites the files
"""
import argparse
import json
import os

import torch

from pocket import safetensors_io

DOWN, UP, ALPHA = ".lora_down.weight", ".lora_up.weight", ".alpha"


def lower(down, up, rank):
    """Best approximation (Eckart, Young 1936) of up·down with `rank` singular values: down [r, in, 3, 3], up [out, r, 1, 1]."""
    q_up, r_up = torch.linalg.qr(up.flatten(1).double())
    q_down, r_down = torch.linalg.qr(down.flatten(1).double().T)
    u, s, vt = torch.linalg.svd(r_up @ r_down.T)
    root = s[:rank].sqrt()
    small_up, small_down = q_up @ u[:, :rank] * root, (q_down @ vt[:rank].T * root).T
    return small_down.reshape(rank, *down.shape[1:]), small_up.reshape(up.shape[0], rank, 1, 1)


def trim(tensors, conv_rank):
    """A copy of kohya's {module.lora_down.weight, .lora_up.weight} with convolutions of at most this rank."""
    out = dict(tensors)
    for name in tensors:
        if not name.endswith(DOWN):
            continue
        module = name[:-len(DOWN)]
        down, up = tensors[name], tensors[module + UP]
        if down.dim() == 4 and down.shape[-1] == 3 and down.shape[0] > conv_rank:
            if module + ALPHA in tensors:
                raise SystemExit(f"trim: {module} has an alpha, which stands for another rank")
            small_down, small_up = lower(down, up, conv_rank)
            out[name], out[module + UP] = small_down.half().contiguous(), small_up.half().contiguous()
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("files", nargs="+")
    p.add_argument("--conv-rank", type=int, required=True)
    args = p.parse_args()
    for path in args.files:
        tensors, metadata = safetensors_io.load_file(path)
        before = os.path.getsize(path)
        if "ss_network_args" in metadata:
            metadata["ss_network_args"] = json.dumps({**json.loads(metadata["ss_network_args"]), "conv_dim": str(args.conv_rank)})
        safetensors_io.save_file(trim(tensors, args.conv_rank), path, metadata)
        print(f"{os.path.basename(path)}: {before} to {os.path.getsize(path)} bytes")


if __name__ == "__main__":
    main()
