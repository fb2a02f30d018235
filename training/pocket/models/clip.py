"""CLIP's text transformer in plain torch, with the parameter names, shapes and config.json of transformers' CLIPTextModel.

Reference: transformers src/transformers/models/clip/modeling_clip.py; check_against_diffusers.py asserts equality.
"""
import torch
import torch.nn.functional as F
from torch import nn

from pocket.models.unet import attend


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


class SelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x):
        split = lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        out = attend(split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x)), causal=True)
        return self.out_proj(out.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    def __init__(self, width, hidden, act):
        super().__init__()
        self.act = quick_gelu if act == "quick_gelu" else F.gelu
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class EncoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, eps = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        self.self_attn = SelfAttention(width, config["num_attention_heads"])
        self.layer_norm1 = nn.LayerNorm(width, eps=eps)
        self.mlp = MLP(width, config["intermediate_size"], config.get("hidden_act", "quick_gelu"))
        self.layer_norm2 = nn.LayerNorm(width, eps=eps)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.token_embedding = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.position_embedding = nn.Embedding(config["max_position_embeddings"], config["hidden_size"])

    def forward(self, ids):
        return self.token_embedding(ids) + self.position_embedding.weight[: ids.shape[1]]


class TextTransformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config["num_hidden_layers"])])
        self.final_layer_norm = nn.LayerNorm(config["hidden_size"], eps=config.get("layer_norm_eps", 1e-5))


class CLIPTextModel(nn.Module):
    """Token ids [B, T] -> hidden states [B, T, hidden_size]; the mask is causal alone, as in Stable Diffusion."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.text_model = TextTransformer(config)
        for name, parameter in self.named_parameters():
            if "embedding" in name:
                nn.init.normal_(parameter, std=0.02)

    def hidden_states(self, ids):
        """The embedding output and each layer's output, before the final norm: num_hidden_layers + 1 tensors."""
        x = self.text_model.embeddings(ids)
        states = [x]
        for layer in self.text_model.encoder.layers:
            x = layer(x)
            states.append(x)
        return states

    def forward(self, ids):
        return self.text_model.final_layer_norm(self.hidden_states(ids)[-1])
