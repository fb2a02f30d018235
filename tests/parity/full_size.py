"""Reference outputs of Stable Diffusion 1.5's networks at full size, block by block, for compare-full-size.ts.

    PYTHONPATH=training:<diffusers>/src python tests/parity/full_size.py --out references.safetensors
    python tests/parity/full_size.py --size mini --models plain --device cpu --out tests/parity/goldens/full-size-mini.safetensors

Sizes and configs are those of full-size.json. Weights are not stored: both sides make them from the tensors' names (`noise`, as in
reference.py, rounded to float16 as checkpoints are). The reference is computed in float64; torch's own float32 and float16 are
compared with it, so that a browser's errors stand beside those of torch.
Models: "diffusers" (with transformers), or "plain", the plain-torch models of training/pocket, for machines without them.
File: for each network and block `<network>/<output>`, at most 8,192 values, evenly spaced; metadata "outputs" with each whole
output's norm and torch's errors, "versions".
"""
import argparse
import json
import math
import os
import platform
import sys
import time

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../training")]

import check_against_diffusers as theirs  # noqa: E402
from pocket import safetensors_io  # noqa: E402

SAMPLES = 8192


def fnv1a(name):
    seed = 2166136261
    for byte in name.encode():
        seed = ((seed ^ byte) * 16777619) & 0xFFFFFFFF
    return seed


def noise(name, shape, device):
    """reference.py's values, float32, computed with torch so that a billion of them take a second on a GPU."""
    count, mask = math.prod(shape), 0xFFFFFFFF
    x = (torch.arange(count, dtype=torch.int64, device=device) + fnv1a(name)) & mask
    x ^= x >> 16
    x = (x * 0x7FEB352D) & mask
    x ^= x >> 15
    x = (x * 0x846CA68B) & mask  # int64 wraps, its lower half is right
    x ^= x >> 16
    u = (x >> 8).double() / 2**23 - 1
    if name.endswith(".bias"):
        u = 0.1 * u
    elif "embedding.weight" in name:
        u = u / 2
    elif name.endswith(".weight") and len(shape) == 1:
        u = 1 + 0.2 * u
    elif name.endswith(".weight"):
        u = u * math.sqrt(3 / math.prod(shape[1:]))
    else:
        u = u * math.sqrt(3)
    return u.float().reshape(shape)


def sampled(x):
    """At most SAMPLES values: number floor(i * count / n) of the flattened tensor, for i below n."""
    x = x.detach().reshape(-1)
    n = min(SAMPLES, x.numel())
    at = torch.arange(n, dtype=torch.int64, device=x.device) * x.numel() // n
    return x[at].double().cpu()


def relative(a, b):
    return ((a - b).norm() / b.norm()).item()


class Case:
    """One network with its inputs, and its outputs and taps as {name: tensor}."""

    def __init__(self, case, models, device):
        self.case, self.device = case, device
        self.weight = lambda name, shape: noise(name, shape, device).half()
        config, plain = case["config"], models == "plain"
        self.embeddings = None
        with torch.device(device) if hasattr(torch.device(device), "__enter__") else torch.no_grad():  # torch 2 makes it there
            self.model = getattr(self, case["network"].split("_")[0])(config, plain)
        self.model.to(device)
        self.taps = {}
        for name in self.tap_names():
            self.model.get_submodule(name).register_forward_hook(self.hook(name))

    def hook(self, name):
        def keep(_module, _inputs, output):
            self.taps[name] = output[0] if isinstance(output, tuple) else output
        return keep

    def unet(self, config, plain):
        if plain:
            from pocket.models.unet import UNet2DConditionModel as Model
            return theirs.fill(Model(config), self.weight)
        from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel as Model
        return theirs.fill(Model(**config), self.weight)

    def vae(self, config, plain):
        if plain:
            from pocket.models.vae import AutoencoderKL as Model
            return theirs.fill(Model(config), self.weight)
        from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL as Model
        return theirs.fill(Model(**config), self.weight)

    def text(self, config, plain):
        batch, tokens, width = self.case["batch"], self.case["tokens"], config["hidden_size"]
        # The graph is given embeddings, so the token table holds just those.
        self.embeddings = noise("token_embeddings", (batch, tokens, width), self.device)
        config = dict(config, vocab_size=batch * tokens)
        table = self.embeddings.reshape(-1, width)
        source = lambda name, shape: table if name.endswith("token_embedding.weight") else self.weight(name, shape)
        if plain:
            from pocket.models.clip import CLIPTextModel as Model
            return theirs.fill(Model(config), source)
        from transformers import CLIPTextConfig, CLIPTextModel as Model
        settings = CLIPTextConfig(**dict(config, bos_token_id=0, eos_token_id=2, pad_token_id=1))
        settings._attn_implementation = "eager"
        return theirs.fill(Model(settings), source)

    def tap_names(self):
        config = self.case["config"]
        if self.case["network"] == "text_encoder":
            names = [name for name, _ in self.model.named_modules()]
            return [name for name in names if name.rpartition(".")[0].endswith("encoder.layers")]
        levels = range(len(config["block_out_channels"]))
        if self.case["network"] == "unet":
            return ["conv_in", *(f"down_blocks.{i}" for i in levels), "mid_block", *(f"up_blocks.{i}" for i in levels)]
        part, side = ("decoder", "up") if self.case["network"] == "vae_decoder" else ("encoder", "down")
        return [f"{part}.{name}" for name in ("conv_in", "mid_block", *(f"{side}_blocks.{i}" for i in levels))]

    @torch.no_grad()
    def run(self, dtype):
        case, config, batch = self.case, self.case["config"], self.case["batch"]
        model = self.model.to(dtype)
        given = lambda name, shape: noise(name, shape, self.device).to(dtype)
        self.taps.clear()
        if case["network"] == "text_encoder":
            model(torch.arange(batch * case["tokens"], device=self.device).reshape(batch, case["tokens"]))
            norm = next(m for name, m in model.named_modules() if name.endswith("final_layer_norm"))
            states = list(self.taps.values())
            return {f"clip_skip_{len(states) - i}": norm(state) for i, state in enumerate(states)}
        height, width = case["height"], case["width"]
        if case["network"] == "unet":
            out = model(given("sample", (batch, config["in_channels"], height, width)),
                        torch.full((batch,), float(case["timestep"]), device=self.device),
                        given("encoder_hidden_states", (batch, case["tokens"], config["cross_attention_dim"])))
            return {**self.taps, "out_sample": out if torch.is_tensor(out) else out[0]}
        if case["network"] == "vae_decoder":
            out = model.decode(given("latent_sample", (batch, config["latent_channels"], height, width)))
            return {**self.taps, "sample": out if torch.is_tensor(out) else out[0]}
        scale = 2 ** (len(config["block_out_channels"]) - 1)
        out = model.encode(given("sample", (batch, config["in_channels"], height * scale, width * scale)))
        if not isinstance(out, tuple):
            out = (out[0].mean, out[0].logvar)
        return {**self.taps, "moments": torch.cat(out, dim=1)}


def versions(models):
    packages = [torch]
    if models == "diffusers":
        import diffusers
        import transformers
        packages += [diffusers, transformers]
    return {"python": platform.python_version(), **{package.__name__: str(package.__version__) for package in packages}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=["full", "mini"], default="full")
    parser.add_argument("--models", choices=["diffusers", "plain"], default="diffusers")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--networks", nargs="*", help="only these, for machines that are too slow for the others")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    with open(os.path.join(HERE, "full-size.json")) as file:
        cases = json.load(file)[options.size]
    tensors, outputs = {}, {}
    for network in options.networks or cases:
        case = cases[network]
        start = time.time()
        one = Case(case, options.models, options.device)
        truth = {}
        for output, value in one.run(torch.float64).items():
            truth[output] = sampled(value)
            outputs[f"{network}/{output}"] = {"count": value.numel(), "norm": value.double().norm().item()}
            tensors[f"{network}/{output}"] = truth[output].float()
        kinds = {"torch_f32": torch.float32}
        if options.device != "cpu":  # torch has no float16 convolutions on the CPU
            kinds["torch_f16"] = torch.float16
        for kind, dtype in kinds.items():
            for output, value in one.run(dtype).items():
                outputs[f"{network}/{output}"][kind] = relative(sampled(value), truth[output])
        print(f"{network}: {time.time() - start:.1f} s", flush=True)
        for output in truth:
            errors = " ".join(f"{kind} {outputs[f'{network}/{output}'][kind]:.1e}" for kind in kinds)
            print(f"  {output:24} rms {truth[output].square().mean().sqrt():.3f}  {errors}", flush=True)
        del one
        if options.device != "cpu":
            torch.cuda.empty_cache()
    device = options.device if options.device == "cpu" else torch.cuda.get_device_name()
    made_by = f"tests/parity/full_size.py --size {options.size} --models {options.models}"
    safetensors_io.save_file(tensors, options.out, {"outputs": json.dumps(outputs), "versions": json.dumps(versions(options.models)),
                                                    "device": device, "made_by": made_by, "size": options.size})
    print(f"{options.out}: {os.path.getsize(options.out) / 2**20:.1f} MiB", flush=True)


if __name__ == "__main__":
    main()
