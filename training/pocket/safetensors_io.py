"""A minimal reader and writer of safetensors files, so that the trainers need no package beside torch.

Format: 8 bytes little-endian header size, a JSON header (dtype, shape, data_offsets), then the tensors' bytes.
Reference: https://github.com/huggingface/safetensors#format.
"""
import glob
import json
import os
import struct

import numpy as np
import torch

NAMES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.int32: "I32", torch.int8: "I8", torch.uint8: "U8"}
NUMPY = {"F32": np.float32, "F16": np.float16, "I64": np.int64, "I32": np.int32, "I8": np.int8, "U8": np.uint8}

# Of a weight in 8 bits: `X.weight` times `X.weight_scale` are the values (quantise.py).
SCALE = "_scale"


def save_file(tensors, path, metadata=None):
    """Writes {name: tensor}, largest elements first (so that each is aligned and scales lie together), then by name; metadata is {str: str}."""
    header = {"__metadata__": {k: str(v) for k, v in metadata.items()}} if metadata else {}
    blobs, offset = [], 0
    for name in sorted(tensors, key=lambda name: (-tensors[name].element_size(), name)):
        tensor = tensors[name].detach().cpu().contiguous()
        blob = tensor.numpy().tobytes()
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def load_file(path):
    """Returns ({name: tensor}, metadata)."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + size + o for o in entry["data_offsets"])
        array = np.frombuffer(data[begin:end], dtype=NUMPY[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.copy())
    return tensors, metadata


def save_weights(tensors, folder, stem, metadata=None, shard_bytes=20_000_000):
    """Writes folder/stem.safetensors or, where that would exceed shard_bytes, shards with their index as diffusers names them."""
    os.makedirs(folder, exist_ok=True)
    for old in glob.glob(os.path.join(folder, stem + "*.safetensors*")):
        os.remove(old)
    shards, room = [], 0
    for name in sorted(tensors):
        size = tensors[name].numel() * tensors[name].element_size()
        if not shards or size > room:
            shards.append({})
            room = shard_bytes
        shards[-1][name] = tensors[name]
        room -= size
    if len(shards) == 1:
        return save_file(tensors, os.path.join(folder, stem + ".safetensors"), metadata)
    index = {"metadata": {"total_size": sum(t.numel() * t.element_size() for t in tensors.values())}, "weight_map": {}}
    for i, shard in enumerate(shards):
        file = f"{stem}-{i + 1:05d}-of-{len(shards):05d}.safetensors"
        save_file(shard, os.path.join(folder, file), metadata)
        index["weight_map"].update({name: file for name in shard})
    with open(os.path.join(folder, stem + ".safetensors.index.json"), "w", encoding="utf-8") as out:
        out.write(json.dumps(index, indent=2) + "\n")


def load_stored(folder, stem):
    """All tensors of folder/stem.safetensors or of its shards, as they are stored."""
    files = sorted(glob.glob(os.path.join(folder, stem + "*.safetensors")))
    if not files:
        raise SystemExit(f"no {stem}.safetensors in {folder}")
    return {name: tensor for file in files for name, tensor in load_file(file)[0].items()}


def scaled(stored, scale):
    """float32 values of a weight in 8 bits: scale [out, groups, 1 …], each for in / groups inputs."""
    parts = stored.float().reshape(*scale.shape[:2], -1)
    return (parts * scale.float().reshape(*scale.shape[:2], 1)).reshape(stored.shape)


def load_weights(folder, stem):
    """All tensors of folder/stem.safetensors or of its shards, those in 8 bits as float32 values."""
    tensors = load_stored(folder, stem)
    return {name: scaled(tensor, tensors[name + SCALE]) if name + SCALE in tensors else tensor
            for name, tensor in tensors.items() if not name.endswith(".weight" + SCALE)}
