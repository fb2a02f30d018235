"""BERT encoder (Devlin et al. 2018, post-norm, gelu) with the tensor names of transformers' BertModel, and its mean pooling.

Sentence embedding: mean over all tokens that are not padding, then L2 norm, as transformers.js' feature-extraction pipeline
does with {pooling: 'mean', normalize: true}.
"""
import json
import math

import torch
from torch import nn
from torch.nn import functional as F

from .wordpiece import PAD

CONFIG = {
    "architectures": ["BertModel"], "model_type": "bert", "vocab_size": 11264, "hidden_size": 256, "num_hidden_layers": 5,
    "num_attention_heads": 4, "intermediate_size": 1024, "hidden_act": "gelu", "max_position_embeddings": 128, "type_vocab_size": 1,
    "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.05, "attention_probs_dropout_prob": 0.0, "initializer_range": 0.02,
    "pad_token_id": PAD, "position_embedding_type": "absolute", "torch_dtype": "float32",
}


class Embeddings(nn.Module):
    def __init__(self, c):
        super().__init__()
        d = c["hidden_size"]
        self.word_embeddings = nn.Embedding(c["vocab_size"], d, padding_idx=PAD)
        self.position_embeddings = nn.Embedding(c["max_position_embeddings"], d)
        self.token_type_embeddings = nn.Embedding(c["type_vocab_size"], d)
        self.LayerNorm = nn.LayerNorm(d, eps=c["layer_norm_eps"])
        self.dropout = nn.Dropout(c["hidden_dropout_prob"])

    def forward(self, ids):  # [B, L]
        x = self.word_embeddings(ids) + self.position_embeddings.weight[: ids.shape[1]] + self.token_type_embeddings.weight[0]
        return self.dropout(self.LayerNorm(x))


class SelfAttention(nn.Module):
    def __init__(self, c):
        super().__init__()
        d = c["hidden_size"]
        self.heads = c["num_attention_heads"]
        self.query, self.key, self.value = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)

    def forward(self, x, mask):  # x [B, L, D], mask [B, 1, 1, L] bool, true = attend
        b, l, d = x.shape
        q, k, v = (f(x).view(b, l, self.heads, d // self.heads).transpose(1, 2) for f in (self.query, self.key, self.value))
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            s = q @ k.transpose(-1, -2) / math.sqrt(d // self.heads)
            y = s.masked_fill(~mask, -1e9).softmax(-1) @ v
        return y.transpose(1, 2).reshape(b, l, d)


class Residual(nn.Module):
    """dense + residual + LayerNorm, BERT's "output" blocks."""

    def __init__(self, d_in, c):
        super().__init__()
        self.dense = nn.Linear(d_in, c["hidden_size"])
        self.LayerNorm = nn.LayerNorm(c["hidden_size"], eps=c["layer_norm_eps"])
        self.dropout = nn.Dropout(c["hidden_dropout_prob"])

    def forward(self, y, x):
        return self.LayerNorm(x + self.dropout(self.dense(y)))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.attention = nn.ModuleDict({"self": SelfAttention(c), "output": Residual(c["hidden_size"], c)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(c["hidden_size"], c["intermediate_size"])})
        self.output = Residual(c["intermediate_size"], c)

    def forward(self, x, mask):
        x = self.attention["output"](self.attention["self"](x, mask), x)
        return self.output(F.gelu(self.intermediate["dense"](x)), x)


class Bert(nn.Module):
    def __init__(self, config=None):
        super().__init__()
        self.config = c = dict(CONFIG, **(config or {}))
        self.embeddings = Embeddings(c)
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))})
        for m in self.modules():
            if isinstance(m, (nn.Linear, nn.Embedding)):
                nn.init.normal_(m.weight, std=c["initializer_range"])
            if isinstance(m, nn.Linear):
                nn.init.zeros_(m.bias)

    def hidden(self, ids):  # [B, L] -> [B, L, D]
        mask = (ids != PAD)[:, None, None, :]
        x = self.embeddings(ids)
        for layer in self.encoder["layer"]:
            x = layer(x, mask)
        return x

    def forward(self, ids):  # [B, L] -> unit vectors [B, D], float32
        keep = (ids != PAD)[..., None].float()
        x = (self.hidden(ids).float() * keep).sum(1) / keep.sum(1)
        return F.normalize(x, dim=-1)

    def save_config(self, path):
        with open(path, "w", encoding="utf-8") as f:
            json.dump(self.config, f, indent=1)


def batches(tokenizer, texts, max_length=96, size=256):
    """Padded id tensors of texts, in order."""
    for i in range(0, len(texts), size):
        ids = [tokenizer.encode(t, max_length) for t in texts[i : i + size]]
        out = torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long)
        for row, x in zip(out, ids):
            row[: len(x)] = torch.tensor(x)
        yield out


@torch.no_grad()
def encode(model, tokenizer, texts):
    """Unit vectors [N, D] of texts (prefix included by the caller), on the CPU."""
    model.eval()
    device = next(model.parameters()).device
    return torch.cat([model(ids.to(device)).float().cpu() for ids in batches(tokenizer, texts)])
