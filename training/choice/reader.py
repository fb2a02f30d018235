"""The reader: a BERT cross-encoder over prompt and adapter card (Nogueira & Cho 2019, arXiv 1901.04085), with two heads.

`wanted` [B]: logit that the person who typed the prompt wants the adapter, from the [CLS] token through a tanh pooler.
`spans` [B, L]: for each token, the logit that the adapter serves it; only the prompt's tokens count.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from .quantise import fake_quantise_rows, fake_quantise_weight

WIDTH, HEADS, INNER, POSITIONS = 384, 12, 1536, 192


class Dense(nn.Linear):
    """A linear layer that computes as the quantised file will, when `quantised` is set on the class."""

    quantised = False

    def forward(self, x):
        if not Dense.quantised:
            return super().forward(x)
        return F.linear(fake_quantise_rows(x), fake_quantise_weight(self.weight), self.bias)


class Layer(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.query, self.key, self.value, self.attention_output = (Dense(WIDTH, WIDTH) for _ in range(4))
        self.attention_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.intermediate, self.output = Dense(WIDTH, INNER), Dense(INNER, WIDTH)
        self.output_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):  # x [B, L, 384], mask [B, 1, 1, L], true = attend
        b, l, _ = x.shape
        heads = lambda y: y.view(b, l, HEADS, WIDTH // HEADS).transpose(1, 2)
        q, k, v = heads(self.query(x)), heads(self.key(x)), heads(self.value(x))
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            y = (q @ k.transpose(2, 3) / math.sqrt(WIDTH // HEADS)).masked_fill(~mask, -1e9).softmax(-1) @ v
        x = self.attention_norm(x + self.dropout(self.attention_output(y.transpose(1, 2).reshape(b, l, WIDTH))))
        return self.output_norm(x + self.dropout(self.output(F.gelu(self.intermediate(x)))))


class Reader(nn.Module):
    def __init__(self, layers, vocabulary, dropout=0.1):
        super().__init__()
        self.words, self.positions, self.types = nn.Embedding(vocabulary, WIDTH), nn.Embedding(POSITIONS, WIDTH), nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))
        self.pooler, self.wanted, self.spans = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 1), nn.Linear(WIDTH, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids, types, hidden=False):  # [B, L] int64; id 0 is padding -> [B], [B, L] (and [B, L, 384])
        words = F.embedding(ids, fake_quantise_weight(self.words.weight)) if Dense.quantised else self.words(ids)
        x = self.dropout(self.norm(words + self.positions.weight[: ids.shape[1]] + self.types(types)))
        mask = (ids != 0)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        pooled = self.dropout(torch.tanh(self.pooler(x[:, 0])))
        heads = self.wanted(pooled)[:, 0], self.spans(x)[:, :, 0]
        return (*heads, x) if hidden else heads


def from_bert(weights, layers, rows):
    """A reader from a BERT cross-encoder of the same width. `weights`: numpy arrays under transformers' names. `layers`: which of its layers.
    `rows`: which rows of its vocabulary."""
    reader = Reader(len(layers), len(rows))
    tensor = lambda name: torch.tensor(weights[name]).float()
    copy = lambda module, name: (module.weight.data.copy_(tensor(f"{name}.weight")), module.bias.data.copy_(tensor(f"{name}.bias")))
    reader.words.weight.data.copy_(tensor("embeddings.word_embeddings.weight")[rows])
    reader.positions.weight.data.copy_(tensor("embeddings.position_embeddings.weight")[:POSITIONS])
    reader.types.weight.data.copy_(tensor("embeddings.token_type_embeddings.weight"))
    copy(reader.norm, "embeddings.LayerNorm")
    for layer, index in zip(reader.layers, layers):
        at = f"encoder.layer.{index}."
        for module, name in ((layer.query, "attention.self.query"), (layer.key, "attention.self.key"), (layer.value, "attention.self.value"),
                             (layer.attention_output, "attention.output.dense"), (layer.attention_norm, "attention.output.LayerNorm"),
                             (layer.intermediate, "intermediate.dense"), (layer.output, "output.dense"), (layer.output_norm, "output.LayerNorm")):
            copy(module, at + name)
    copy(reader.pooler, "pooler.dense")
    copy(reader.wanted, "classifier")
    return reader


def cut_layers(reader, keep, vocabulary):
    """A reader with only some layers of another, sharing nothing with it."""
    small = Reader(len(keep), vocabulary)
    state = reader.state_dict()
    mine = {name: value for name, value in state.items() if not name.startswith("layers.")}
    for new, old in enumerate(keep):
        mine.update({name.replace(f"layers.{old}.", f"layers.{new}.", 1): value for name, value in state.items() if name.startswith(f"layers.{old}.")})
    small.load_state_dict({name: value.clone() for name, value in mine.items()})
    return small
