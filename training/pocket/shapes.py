"""A stand-in for the emoji scenes: coloured rectangles and discs, for rehearsals where STYLUS_DATA is absent.

Same interface as pocket.scenes.SceneSource: sample(n, split, style) and render(specs, style).
"""
import random
from collections import namedtuple

import torch

Batch = namedtuple("Batch", "images captions specs")
COLOURS = {"red": (0.9, 0.2, 0.2), "green": (0.2, 0.75, 0.3), "blue": (0.2, 0.4, 0.9), "yellow": (0.95, 0.85, 0.2), "white": (0.95, 0.95, 0.95)}
STYLES = ["base", "clay", "ink"]


class ShapeSource:
    def __init__(self, device, sprites=None, seed=0):
        self.device, self.random = device, random.Random(seed)

    def sample(self, n, split="train", style="base"):
        names = list(COLOURS)
        specs = [dict(colour=self.random.choice(names), ground=self.random.choice(names), kind=self.random.choice(["disc", "square"]),
                      x=self.random.randint(70, 186), y=self.random.randint(70, 186), size=self.random.randint(40, 65)) for _ in range(n)]
        captions = [f"a {s['colour']} {s['kind']} on {s['ground']}" for s in specs]
        return Batch(self.render(specs, style=style), captions, specs)

    def render(self, specs, style="base"):
        get = lambda key: torch.tensor([s[key] for s in specs], dtype=torch.float32, device=self.device).view(-1, 1, 1, 1)
        colour = lambda key: torch.tensor([COLOURS[s[key]] for s in specs], device=self.device).view(-1, 3, 1, 1)
        axis = torch.arange(256, dtype=torch.float32, device=self.device)
        dx, dy = (axis.view(1, 1, 1, -1) - get("x")).abs(), (axis.view(1, 1, -1, 1) - get("y")).abs()
        disc = torch.tensor([s["kind"] == "disc" for s in specs], device=self.device).view(-1, 1, 1, 1)
        distance = torch.where(disc, (dx ** 2 + dy ** 2).sqrt(), torch.maximum(dx, dy))
        inside = (get("size") - distance).clamp(-0.5, 0.5) + 0.5
        image = colour("ground") * (1 - inside) + colour("colour") * inside
        if style == "ink":
            image = image.mean(1, keepdim=True).expand(-1, 3, -1, -1)
        elif style == "clay":
            image = image * (0.7 + 0.3 * axis.view(1, 1, -1, 1) / 255)
        return image * 2 - 1
