"""Runs the miniature cases of reference.py through diffusers and transformers themselves, and writes goldens/diffusers.safetensors.

    PYTHONPATH=training:<diffusers>/src python tests/parity/make_goldens.py
Same cases, weights and inputs (see `noise` in reference.py) and the same file layout as goldens/miniature.safetensors, so the same
TypeScript test reads either. It fails when diffusers differs from reference.py by more than 2e-5 of the output's largest value.
Metadata: cases (configs), versions of the packages.
"""
import json
import os
import platform
import sys

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../training")]

import check_against_diffusers as theirs  # noqa: E402
import reference  # noqa: E402
from pocket import safetensors_io  # noqa: E402

OUT = os.path.join(HERE, "goldens", "diffusers.safetensors")
TOLERANCE = 2e-5


def weights(name, shape):
    return reference.noise(name, shape).float()


def text_encoder(config, embeddings):
    """All normed hidden states, last layer first [layers, B, T, C]; the token table is set to the given embeddings."""
    batch, tokens, width = embeddings.shape
    table = embeddings.reshape(-1, width)
    source = lambda name, shape: table if name.endswith("token_embedding.weight") else weights(name, shape)
    run = theirs.their_text(dict(config, vocab_size=batch * tokens, bos_token_id=0, eos_token_id=2, pad_token_id=1), source)
    last, states, norm = run(torch.arange(batch * tokens).reshape(batch, tokens))
    normed = [norm(s) for s in states[1:]]
    assert (normed[-1] - last).abs().max() < 1e-5
    return torch.stack(normed[::-1])


@torch.no_grad()
def run(case):
    config, batch = case["config"], case["batch"]
    if case["network"] == "text_encoder":
        return text_encoder(config, weights("token_embeddings", (batch, case["tokens"], config["hidden_size"])))
    height, width = case["height"], case["width"]
    if case["network"] == "unet":
        model = theirs.their_unet(config, weights)
        return model(weights("sample", (batch, config["in_channels"], height, width)), torch.full((batch,), float(case["timestep"])),
                     weights("encoder_hidden_states", (batch, case["tokens"], config["cross_attention_dim"])))
    encode, decode = theirs.their_vae(config, weights)
    if case["network"] == "vae_decoder":
        return decode(weights("latent_sample", (batch, config["latent_channels"], height, width)))
    scale = 2 ** (len(config["block_out_channels"]) - 1)
    return torch.cat(encode(weights("sample", (batch, 3, height * scale, width * scale))), dim=1)


def main():
    import diffusers
    import transformers
    versions = dict(diffusers=diffusers.__version__, transformers=transformers.__version__, torch=torch.__version__, python=platform.python_version())
    tensors, worst = {}, 0.0
    for name, case in reference.CASES.items():
        tensors[name] = run(case).float()
        with torch.no_grad():
            ours = reference.run(case)
        difference = ((tensors[name] - ours).abs().max() / ours.abs().max()).item()
        worst = max(worst, difference)
        print(f"{name:20} {str(list(ours.shape)):22} relative difference from reference.py {difference:.1e}")
    safetensors_io.save_file(tensors, OUT, {"cases": json.dumps(reference.CASES), "made_by": "tests/parity/make_goldens.py", "versions": json.dumps(versions)})
    print(f"{OUT}: {os.path.getsize(OUT) / 1024:.0f} KiB, {versions}")
    sys.exit(0 if worst <= TOLERANCE else f"diffusers and reference.py differ by {worst:.1e}")


if __name__ == "__main__":
    main()
