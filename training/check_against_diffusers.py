"""Asserts that the plain-torch models equal diffusers' and transformers' on the same random weights (max abs difference 1e-5).

    PYTHONPATH=training:<diffusers>/src python training/check_against_diffusers.py
Needs diffusers' sources and transformers; runs in float32 on the CPU in seconds. Exit status 1 on a difference or a missing weight.
"""
import sys

import torch

from pocket import configs
from pocket.models.clip import CLIPTextModel
from pocket.models.unet import UNet2DConditionModel
from pocket.models.vae import AutoencoderKL

TOLERANCE = 1e-5


def public(config):
    """Without diffusers' private entries such as _class_name."""
    return {k: v for k, v in config.items() if not k.startswith("_")}


def fill(model, source):
    """Loads weights into a model: source is {name: tensor} or a function (name, shape) -> tensor. Every weight must be met, on both sides."""
    names = {k: v for k, v in model.state_dict().items() if "position_ids" not in k}
    if type(model).__name__ == "CLIPTextModel":  # newer transformers drop the prefix that checkpoints carry
        canonical = {k: k if k.startswith("text_model.") else "text_model." + k for k in names}
    else:
        canonical = {k: k for k in names}
    state = {k: source[canonical[k]] if isinstance(source, dict) else source(canonical[k], tuple(v.shape)).to(v.dtype) for k, v in names.items()}
    assert not isinstance(source, dict) or len(source) == len(state), f"weights that the reference does not have: {sorted(set(source) - set(canonical.values()))[:5]}"
    result = model.load_state_dict(state, strict=False)
    assert not [k for k in (*result.missing_keys, *result.unexpected_keys) if "position_ids" not in k], result
    return model.eval()


def their_unet(config, source):
    """run(sample, timestep, context) of diffusers' UNet with these weights."""
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel as Theirs
    model = fill(Theirs(**public(config)), source)
    return lambda x, t, context: model(x, t, encoder_hidden_states=context, return_dict=False)[0]


def their_vae(config, source):
    """encode(images) -> (mean, log-variance) and decode(latents) of diffusers' autoencoder with these weights."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL as Theirs
    model = fill(Theirs(**public(config)), source)

    def encode(images):
        posterior = model.encode(images, return_dict=False)[0]
        return posterior.mean, posterior.logvar
    return encode, lambda latents: model.decode(latents, return_dict=False)[0]


def their_text(config, source):
    """run(ids) -> (last_hidden_state, [embeddings and each layer's output before the final norm], final norm) of transformers' CLIPTextModel."""
    from transformers import CLIPTextConfig
    from transformers import CLIPTextModel as Theirs
    ignored = ("architectures", "model_type", "torch_dtype", "transformers_version", "dropout", "initializer_factor")
    settings = CLIPTextConfig(**{k: v for k, v in config.items() if k not in ignored})
    settings._attn_implementation = "eager"
    model = fill(Theirs(settings), source)
    caught = []
    for module in model.modules():
        if type(module).__name__ in ("CLIPEncoderLayer", "CLIPTextEmbeddings"):
            module.register_forward_hook(lambda m, i, o: caught.append(o[0] if isinstance(o, tuple) else o))
    norm = next(m for k, m in model.named_modules() if k.endswith("final_layer_norm"))

    def run(ids):
        caught.clear()
        last = model(input_ids=ids).last_hidden_state
        return last, list(caught), norm
    return run


def compare(name, ours, theirs):
    difference = (ours - theirs).abs().max().item()
    print(f"{name}: max abs difference {difference:.2e} of max {theirs.abs().max().item():.3g}, shape {tuple(theirs.shape)}")
    return difference <= TOLERANCE * max(1.0, theirs.abs().max().item())


@torch.no_grad()
def main():
    torch.manual_seed(0)
    good = []
    small = dict(configs.UNET, block_out_channels=[32, 64, 64, 64], norm_num_groups=32, cross_attention_dim=48)
    for name, config in (("unet", configs.UNET), ("unet 9 channels, 2 layers", dict(small, in_channels=9, layers_per_block=2)),
                         ("unet linear projection", dict(small, use_linear_projection=True, attention_head_dim=[2, 4, 4, 4]))):
        model = UNet2DConditionModel(config).eval()
        run = their_unet(config, model.state_dict())
        x, t = torch.randn(2, config["in_channels"], 16, 24), torch.tensor([3, 801])
        context = torch.randn(2, 77, config["cross_attention_dim"])
        good.append(compare(name, model(x, t, context), run(x, t, context)))
    for name, config in (("vae", configs.VAE), ("vae 2 layers", dict(configs.VAE, layers_per_block=2))):
        model = AutoencoderKL(config).eval()
        encode, decode = their_vae(config, model.state_dict())
        images, latents = torch.randn(1, 3, 64, 48), torch.randn(1, 4, 8, 6)
        good += [compare(name + " encode", a, b) for a, b in zip(model.encode(images), encode(images))]
        good.append(compare(name + " decode", model.decode(latents), decode(latents)))
    for name, config in (("text", configs.TEXT), ("text gelu", dict(configs.TEXT, hidden_act="gelu"))):
        model = CLIPTextModel(config).eval()
        run = their_text(config, model.state_dict())
        ids = torch.randint(0, 4000, (2, 77))
        last, states, _ = run(ids)
        good.append(compare(name, model(ids), last))
        mine = model.hidden_states(ids)
        good += [compare(f"{name} state {i}", mine[i], states[i]) for i in range(len(mine))] + [len(mine) == len(states)]
    print("all equal" if all(good) else "DIFFERENT")
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
