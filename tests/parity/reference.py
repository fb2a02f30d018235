"""Reference outputs of miniature networks, computed in float64 with plain torch operations.

Written after the module definitions of diffusers and transformers, and sharing no code with src/. Run with any torch:
    python3 tests/parity/reference.py
It rewrites tests/parity/goldens/miniature.safetensors: one output tensor per case, metadata "cases" with the configs.

Weights and inputs are not stored. Both sides make them from the tensor's name (see `noise`), so a golden cannot hide a
wrong layout: element i of tensor `name` is u = hash32(fnv1a(name) + i) mapped to [-1, 1), and then
    *.bias                        0.1 u
    1-D *.weight (norms)          1 + 0.2 u
    embeddings                    u / 2
    other *.weight                u sqrt(3 / fan_in)
    inputs                        u sqrt(3)
"""
import json
import math
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "goldens", "miniature.safetensors")


def uniform(name, count):
    seed = 2166136261
    for byte in name.encode():
        seed = ((seed ^ byte) * 16777619) & 0xFFFFFFFF
    x = (np.arange(count, dtype=np.uint64) + seed) & 0xFFFFFFFF
    mask = np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x7FEB352D)) & mask
    x ^= x >> np.uint64(15)
    x = (x * np.uint64(0x846CA68B)) & mask
    x ^= x >> np.uint64(16)
    return (x >> np.uint64(8)).astype(np.float64) / 2**23 - 1


def noise(name, shape):
    u = uniform(name, int(np.prod(shape)))
    if name.endswith(".bias"):
        v = 0.1 * u
    elif "embedding.weight" in name:
        v = u / 2
    elif name.endswith(".weight") and len(shape) == 1:
        v = 1 + 0.2 * u
    elif name.endswith(".weight"):
        v = u * math.sqrt(3 / np.prod(shape[1:]))
    else:
        v = u * math.sqrt(3)
    return torch.from_numpy(v.astype(np.float32).astype(np.float64)).reshape(shape)


def linear(x, name, out, bias=True, conv=False):
    shape = (out, x.shape[-1], 1, 1) if conv else (out, x.shape[-1])
    return F.linear(x, noise(name + ".weight", shape).flatten(1), noise(name + ".bias", (out,)) if bias else None)


def conv(x, name, out, kernel=3, **options):
    return F.conv2d(x, noise(name + ".weight", (out, x.shape[1], kernel, kernel)), noise(name + ".bias", (out,)), **options)


def group_norm(x, name, groups, eps):
    c = x.shape[1]
    return F.group_norm(x, groups, noise(name + ".weight", (c,)), noise(name + ".bias", (c,)), eps)


def layer_norm(x, name, eps=1e-5):
    c = x.shape[-1]
    return F.layer_norm(x, (c,), noise(name + ".weight", (c,)), noise(name + ".bias", (c,)), eps)


def attend(q, k, v, heads, mask=0.0):
    split = lambda t: t.reshape(t.shape[0], t.shape[1], heads, -1).transpose(1, 2)
    q, k, v = split(q), split(k), split(v)
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask
    return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)


def text_encoder(c, embeddings):
    """All normed hidden states, last layer first."""
    tokens, width = embeddings.shape[1:]
    x = embeddings + noise("text_model.embeddings.position_embedding.weight", (c["max_position_embeddings"], width))[:tokens]
    mask = torch.full((tokens, tokens), -math.inf, dtype=x.dtype).triu(1)
    states = []
    for i in range(c["num_hidden_layers"]):
        p = f"text_model.encoder.layers.{i}"
        h = layer_norm(x, p + ".layer_norm1", c["layer_norm_eps"])
        q, k, v = (linear(h, f"{p}.self_attn.{n}_proj", width) for n in "qkv")
        x = x + linear(attend(q, k, v, c["num_attention_heads"], mask), p + ".self_attn.out_proj", width)
        h = linear(layer_norm(x, p + ".layer_norm2", c["layer_norm_eps"]), p + ".mlp.fc1", c["intermediate_size"])
        h = h * torch.sigmoid(1.702 * h) if c["hidden_act"] == "quick_gelu" else F.gelu(h)
        x = x + linear(h, p + ".mlp.fc2", width)
        states.append(layer_norm(x, "text_model.final_layer_norm", c["layer_norm_eps"]))
    return states[::-1]


def resnet(x, p, out, groups, eps, temb=None):
    h = conv(F.silu(group_norm(x, p + ".norm1", groups, eps)), p + ".conv1", out, padding=1)
    if temb is not None:
        h = h + linear(F.silu(temb), p + ".time_emb_proj", out)[:, :, None, None]
    h = conv(F.silu(group_norm(h, p + ".norm2", groups, eps)), p + ".conv2", out, padding=1)
    return h + (conv(x, p + ".conv_shortcut", out, kernel=1) if x.shape[1] != out else x)


def transformer(x, context, p, heads, groups, is_linear):
    b, c, height, width = x.shape
    h = group_norm(x, p + ".norm", groups, 1e-6).flatten(2).transpose(1, 2)
    h = linear(h, p + ".proj_in", c, conv=not is_linear)
    q = p + ".transformer_blocks.0"
    for norm, name, source in (("norm1", "attn1", None), ("norm2", "attn2", context)):
        n = layer_norm(h, f"{q}.{norm}")
        s = n if source is None else source
        o = attend(linear(n, f"{q}.{name}.to_q", c, False), linear(s, f"{q}.{name}.to_k", c, False),
                   linear(s, f"{q}.{name}.to_v", c, False), heads)
        h = h + linear(o, f"{q}.{name}.to_out.0", c)
    value, gate = linear(layer_norm(h, q + ".norm3"), q + ".ff.net.0.proj", 8 * c).chunk(2, -1)
    h = h + linear(value * F.gelu(gate), q + ".ff.net.2", c)
    h = linear(h, p + ".proj_out", c, conv=not is_linear)
    return h.transpose(1, 2).reshape(b, c, height, width) + x


def unet(c, sample, timestep, context):
    widths, layers, groups, eps = c["block_out_channels"], c["layers_per_block"], c["norm_num_groups"], c["norm_eps"]
    heads = c["attention_head_dim"] if isinstance(c["attention_head_dim"], list) else [c["attention_head_dim"]] * len(widths)
    half = widths[0] // 2
    angles = timestep * torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float64) / (half - c["freq_shift"]))
    parts = [torch.sin(angles), torch.cos(angles)]
    temb = torch.cat(parts[::-1] if c["flip_sin_to_cos"] else parts)[None].expand(sample.shape[0], -1)
    temb = linear(F.silu(linear(temb, "time_embedding.linear_1", 4 * widths[0])), "time_embedding.linear_2", 4 * widths[0])
    attention = lambda x, p, level: transformer(x, context, p, heads[level], groups, c["use_linear_projection"])
    block = lambda x, p, out: resnet(x, p, out, groups, eps, temb)

    x = conv(sample, "conv_in", widths[0], padding=1)
    skips = [x]
    for i, out in enumerate(widths):
        for j in range(layers):
            x = block(x, f"down_blocks.{i}.resnets.{j}", out)
            if c["down_block_types"][i].startswith("Cross"):
                x = attention(x, f"down_blocks.{i}.attentions.{j}", i)
            skips.append(x)
        if i < len(widths) - 1:
            x = conv(x, f"down_blocks.{i}.downsamplers.0.conv", out, stride=2, padding=1)
            skips.append(x)
    x = block(x, "mid_block.resnets.0", widths[-1])
    x = attention(x, "mid_block.attentions.0", len(widths) - 1)
    x = block(x, "mid_block.resnets.1", widths[-1])
    for i, out in enumerate(widths[::-1]):
        for j in range(layers + 1):
            x = block(torch.cat([x, skips.pop()], 1), f"up_blocks.{i}.resnets.{j}", out)
            if c["up_block_types"][i].startswith("Cross"):
                x = attention(x, f"up_blocks.{i}.attentions.{j}", len(widths) - 1 - i)
        if i < len(widths) - 1:
            x = F.interpolate(x, size=skips[-1].shape[2:], mode="nearest")
            x = conv(x, f"up_blocks.{i}.upsamplers.0.conv", out, padding=1)
    return conv(F.silu(group_norm(x, "conv_norm_out", groups, eps)), "conv_out", c["out_channels"], padding=1)


def vae_middle(x, p, groups):
    x = resnet(x, p + ".resnets.0", x.shape[1], groups, 1e-6)
    a, c = p + ".attentions.0", x.shape[1]
    h = group_norm(x, a + ".group_norm", groups, 1e-6).flatten(2).transpose(1, 2)
    o = attend(*(linear(h, f"{a}.{n}", c) for n in ("to_q", "to_k", "to_v")), 1)
    x = x + linear(o, a + ".to_out.0", c).transpose(1, 2).reshape(x.shape)
    return resnet(x, p + ".resnets.1", c, groups, 1e-6)


def vae_decoder(c, z):
    groups, widths = c["norm_num_groups"], c["block_out_channels"][::-1]
    if c.get("use_post_quant_conv", True):
        z = conv(z, "post_quant_conv", c["latent_channels"], kernel=1)
    x = vae_middle(conv(z, "decoder.conv_in", widths[0], padding=1), "decoder.mid_block", groups)
    for i, out in enumerate(widths):
        for j in range(c["layers_per_block"] + 1):
            x = resnet(x, f"decoder.up_blocks.{i}.resnets.{j}", out, groups, 1e-6)
        if i < len(widths) - 1:
            x = conv(F.interpolate(x, scale_factor=2, mode="nearest"), f"decoder.up_blocks.{i}.upsamplers.0.conv", out, padding=1)
    return conv(F.silu(group_norm(x, "decoder.conv_norm_out", groups, 1e-6)), "decoder.conv_out", c["out_channels"], padding=1)


def vae_encoder(c, x):
    groups, widths = c["norm_num_groups"], c["block_out_channels"]
    x = conv(x, "encoder.conv_in", widths[0], padding=1)
    for i, out in enumerate(widths):
        for j in range(c["layers_per_block"]):
            x = resnet(x, f"encoder.down_blocks.{i}.resnets.{j}", out, groups, 1e-6)
        if i < len(widths) - 1:
            x = conv(F.pad(x, (0, 1, 0, 1)), f"encoder.down_blocks.{i}.downsamplers.0.conv", out, stride=2)
    x = vae_middle(x, "encoder.mid_block", groups)
    x = conv(F.silu(group_norm(x, "encoder.conv_norm_out", groups, 1e-6)), "encoder.conv_out", 2 * c["latent_channels"], padding=1)
    return conv(x, "quant_conv", 2 * c["latent_channels"], kernel=1) if c.get("use_quant_conv", True) else x


def text_config(**changes):
    return dict(vocab_size=100, hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
                max_position_embeddings=77, layer_norm_eps=1e-5, hidden_act="quick_gelu", **changes)


UNET = dict(in_channels=4, out_channels=4, block_out_channels=[32, 64, 64, 64], layers_per_block=1, cross_attention_dim=24,
            attention_head_dim=4, norm_num_groups=8, norm_eps=1e-5, use_linear_projection=False, flip_sin_to_cos=True, freq_shift=0,
            down_block_types=["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"], up_block_types=["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3)
VAE = dict(in_channels=3, out_channels=3, latent_channels=4, block_out_channels=[16, 16, 32, 32], layers_per_block=1,
           norm_num_groups=8, down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4)

CASES = {
    "text": dict(network="text_encoder", config=text_config(), batch=2, tokens=77),
    "text_gelu": dict(network="text_encoder", config={**text_config(), "hidden_act": "gelu", "num_attention_heads": 2, "layer_norm_eps": 1e-3}, batch=1, tokens=12),
    "unet": dict(network="unet", config=UNET, batch=2, height=16, width=16, tokens=77, timestep=617),
    "unet_inpaint": dict(network="unet", batch=1, height=9, width=14, tokens=5, timestep=21,
                         config={**UNET, "in_channels": 9, "block_out_channels": [24, 32, 64], "layers_per_block": 2, "attention_head_dim": [2, 4, 8],
                                 "norm_eps": 1e-4, "use_linear_projection": True, "flip_sin_to_cos": False, "freq_shift": 1,
                                 "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
                                 "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"]}),
    "vae_decoder": dict(network="vae_decoder", config=VAE, batch=1, height=8, width=6),
    "vae_decoder_plain": dict(network="vae_decoder", batch=2, height=4, width=4,
                              config={**VAE, "block_out_channels": [16, 192], "norm_num_groups": 4, "use_post_quant_conv": False,
                                      "use_quant_conv": False, "down_block_types": ["DownEncoderBlock2D"] * 2, "up_block_types": ["UpDecoderBlock2D"] * 2}),
    "vae_encoder": dict(network="vae_encoder", config=VAE, batch=1, height=4, width=6),
}


def run(case):
    c, b = case["config"], case["batch"]
    if case["network"] == "text_encoder":
        return torch.stack(text_encoder(c, noise("token_embeddings", (b, case["tokens"], c["hidden_size"]))))
    h, w = case["height"], case["width"]
    if case["network"] == "unet":
        return unet(c, noise("sample", (b, c["in_channels"], h, w)), float(case["timestep"]),
                    noise("encoder_hidden_states", (b, case["tokens"], c["cross_attention_dim"])))
    if case["network"] == "vae_decoder":
        return vae_decoder(c, noise("latent_sample", (b, c["latent_channels"], h, w)))
    scale = 2 ** (len(c["block_out_channels"]) - 1)
    return vae_encoder(c, noise("sample", (b, 3, h * scale, w * scale)))


def main():
    header, body = {"__metadata__": {"cases": json.dumps(CASES), "made_by": "tests/parity/reference.py"}}, b""
    with torch.no_grad():
        for name, case in CASES.items():
            y = run(case)
            data = y.numpy().astype("<f4").tobytes()
            header[name] = {"dtype": "F32", "shape": list(y.shape), "data_offsets": [len(body), len(body) + len(data)]}
            body += data
            print(f"{name:18} {str(list(y.shape)):20} std {y.std():.4f}")
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    os.makedirs(os.path.dirname(OUT), exist_ok=True)
    with open(OUT, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


if __name__ == "__main__":
    main()
