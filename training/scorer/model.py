"""The scorer: a small CLIP (Radford et al. 2021) for the pocket pack's own pictures.

Image tower: residual conv net (He et al. 2015) on 128x128, averaged to 256 features, projected to 128. Text tower: pre-norm
transformer over the pocket tokenizer's ids, mean over the tokens up to the first end token, projected to 128. Unit vectors.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

CONFIG = {"image_size": 256, "embedding_size": 128, "feature_size": 256, "stem": 32, "widths": [32, 64, 128, 256], "blocks": [1, 2, 3, 1],
          "vocab_size": 12288, "context_length": 77, "end_token": 4095, "text_width": 128, "text_layers": 4, "text_heads": 4}


class Unit(nn.Module):
    """conv 3x3 + batch norm"""

    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(c_out, momentum=0.02)

    def forward(self, x):
        return self.norm(self.conv(x))

    def folded(self):
        """(weight, bias) of the equal plain convolution."""
        k = self.norm.weight / (self.norm.running_var + self.norm.eps).sqrt()
        return self.conv.weight * k[:, None, None, None], self.norm.bias - self.norm.running_mean * k


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a, self.b = Unit(c, c), Unit(c, c)
        nn.init.zeros_(self.b.norm.weight)

    def forward(self, x):
        return F.relu(x + self.b(F.relu(self.a(x))))


class ImageTower(nn.Module):
    def __init__(self, c):
        super().__init__()
        stages, last = [], c["stem"]
        self.stem = Unit(3, last, 2)
        for i, (w, n) in enumerate(zip(c["widths"], c["blocks"])):
            layers = [] if i == 0 and w == last else [Unit(last, w, 2)]
            stages.append(nn.ModuleList(layers + [Block(w) for _ in range(n)]))
            last = w
        self.stages = nn.ModuleList(stages)
        self.projection = nn.Linear(last, c["embedding_size"], bias=False)

    def features(self, x):  # [B, 3, 128, 128] in [-1, 1] -> [B, 256]
        x = F.relu(self.stem(x))
        for stage in self.stages:
            for layer in stage:
                x = layer(x) if isinstance(layer, Block) else F.relu(layer(x))
        return x.mean((2, 3))

    def forward(self, x):
        return F.normalize(self.projection(self.features(x)).float(), dim=-1)


class TextLayer(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.query, self.key, self.value, self.out = (nn.Linear(d, d) for _ in range(4))
        self.fc1, self.fc2 = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x, mask):
        b, l, d = x.shape
        y = self.norm1(x)
        q, k, v = (f(y).view(b, l, self.heads, -1).transpose(1, 2) for f in (self.query, self.key, self.value))
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            y = (q @ k.transpose(-1, -2) / math.sqrt(d // self.heads)).masked_fill(~mask, -1e9).softmax(-1) @ v
        x = x + self.out(y.transpose(1, 2).reshape(b, l, d))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class TextTower(nn.Module):
    def __init__(self, c):
        super().__init__()
        d = c["text_width"]
        self.end = c["end_token"]
        self.token = nn.Embedding(c["vocab_size"], d)
        self.position = nn.Parameter(torch.randn(c["context_length"], d) * 0.01)
        nn.init.normal_(self.token.weight, std=0.02)
        self.layers = nn.ModuleList(TextLayer(d, c["text_heads"]) for _ in range(c["text_layers"]))
        self.norm = nn.LayerNorm(d)
        self.projection = nn.Linear(d, c["embedding_size"], bias=False)

    def forward(self, ids):  # [B, L] -> [B, 128]
        end = (ids == self.end).long()
        keep = end.cumsum(1) - end == 0  # up to and with the first end token
        x = self.token(ids) + self.position[: ids.shape[1]]
        for layer in self.layers:
            x = layer(x, keep[:, None, None, :])
        keep = keep[..., None].to(x.dtype)
        x = (self.norm(x) * keep).sum(1) / keep.sum(1)
        return F.normalize(self.projection(x).float(), dim=-1)


class Scorer(nn.Module):
    def __init__(self, config=None):
        super().__init__()
        self.config = dict(CONFIG, **(config or {}))
        self.image, self.text = ImageTower(self.config), TextTower(self.config)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))


def shrink(images):
    """[B, 3, 256, 256] -> [B, 3, 128, 128], the mean of each 2x2."""
    return F.avg_pool2d(images, 2) if images.shape[-1] == 256 else images
