"""Weights of a smaller model in a larger one that computes the same: more layers a block (UNet), more layers and tokens (text encoder).

New residual blocks and attentions start as identities (their last weights are zero), so that training goes on where it was.
"""
import re

import torch


def unet(state, model, *, layers_before=1):
    """State of a UNet with `layers_before` layers a block -> state for `model`, whose config has as many or one more."""
    layers = model.config["layers_per_block"]
    if layers == layers_before:
        return state
    assert (layers_before, layers) == (1, 2)
    out = {k: v.clone() for k, v in model.state_dict().items()}
    moved = {}
    for name, value in state.items():
        up = re.match(r"(up_blocks\.\d+\.(?:resnets|attentions)\.)1(\..*)", name)  # the one before last stays last: 0, new, 2
        moved[f"{up[1]}2{up[2]}" if up else name] = value
    for name in out:
        if name in moved:
            out[name] = moved[name].clone()
        elif re.search(r"(resnets\.1\.conv2|attentions\.1\.proj_out)\.(weight|bias)$", name):
            out[name].zero_()
        elif re.match(r"up_blocks\.\d+\.resnets\.1\.conv_shortcut", name):
            out[name].zero_()
            if name.endswith("weight"):
                width = out[name].shape[0]
                out[name][:, :width, 0, 0] = torch.eye(width)
    missing = set(moved) - set(out)
    assert not missing, missing
    return out


def text(state, model, pieces=None):
    """State of a text encoder with fewer layers and tokens -> state for `model`; pieces[new id] = ids of the smaller vocabulary."""
    out = {k: v.clone() for k, v in model.state_dict().items()}
    for name in out:
        if name == "text_model.embeddings.token_embedding.weight":
            known = state[name]
            out[name][: len(known)] = known
            for token, ids in (pieces or {}).items():
                if token >= len(known):
                    out[name][token] = known[ids].mean(0)
        elif name in state:
            out[name] = state[name].clone()
        elif re.search(r"(out_proj|fc2)\.(weight|bias)$", name):
            out[name].zero_()
    return out
