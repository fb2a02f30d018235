"""Opens the trainers' sources: scenes (emoji scenes, or shapes with --stub), the tokenizer, and pools of images and latents."""
import os
import time

import torch

from pocket import shapes

EVAL_PROMPTS = [
    "two dogs in the snow", "a castle on a hill at night", "a red car next to a tree", "three apples on a table",
    "a cat", "a fox in a forest", "an elephant on a beach", "a sailboat on the sea at sunset", "a house in the mountains",
    "a pizza on a table", "a penguin in the snow", "a yellow butterfly above a flower", "a dog left of a cat",
    "a blue car on a road", "two cats and a pizza", "a rabbit in a meadow", "an owl at night", "a tree on a hill",
    "a whale in the sea", "a cactus in the desert", "a guitar on a green background", "a bus in a city", "three ducks", "a panda",
]


def open_scenes(run, *, seed, style_packs=None):
    """A scene source on the run's device; style_packs limits the sprite packs that are loaded."""
    if run.args.stub:
        return shapes.ShapeSource(run.device, seed=seed)
    from pocket.scenes import SceneSource
    from pocket.sprites import Sprites
    if not hasattr(run, "sprites"):
        run.sprites = Sprites.load(device=run.device, **({"styles": style_packs} if style_packs else {}))
    return SceneSource(run.device, run.sprites, seed)


def style_names(run):
    """All styles the VAE must draw, base first."""
    if run.args.stub:
        return shapes.STYLES
    from pocket.styles import STYLES
    names = list(STYLES)
    return ["base"] + [n for n in names if n != "base"]


# What people type; half of them are the ones on which the first pack failed.
NATURAL_PROMPTS = [
    "a cat sleeping on a sofa", "an astronaut riding a horse on the moon, oil painting", "a pirate ship in a storm", "a lighthouse on a cliff at sunset", "a cute dragon eating sushi", "a wizard with a long white beard",
    "a fox reading a book in the forest", "two penguins holding hands on the ice", "a red bicycle in front of a yellow house", "an alpaca wearing sunglasses on the beach", "a knight fighting a dragon in front of a castle", "a submarine under the sea with colorful fish",
    "a cozy cabin in the snow at night", "a robot watering flowers in a garden", "three kittens in a basket", "a hot air balloon over the mountains at sunrise", "a girl with a red umbrella in the rain", "a hedgehog sitting under a big mushroom",
    "a galleon on a stormy ocean", "feline napping on the couch", "a polar bear playing the guitar on stage", "a spaceship landing on a strange planet", "a dog driving a blue car through the city", "a birthday cake and a teddy bear on a table",
]


class Tokenizer:
    """captions -> int64 [B, 77]; with --stub a word-hash tokenizer of the same shape."""

    def __init__(self, run):
        self.bpe = None
        if not run.args.stub:
            from pocket.bpe import Tokenizer as Bpe
            self.bpe = Bpe.load()

    def row(self, caption):
        if self.bpe:
            return self.bpe.encode(caption, pad=True)
        ids = [4094] + [sum(ord(c) * 31 ** i for i, c in enumerate(w)) % 4000 for w in caption.lower().split()][:75]
        return ids + [4095] * (77 - len(ids))

    def __call__(self, captions):
        return torch.tensor([self.row(c) for c in captions], dtype=torch.int64)


def scene_stream(run, source, *, chunk, seed, workers=None, natural_share=0.0, wordings=1, modified=None):
    """Endless (render, captions) of base specs; render(style) draws the chunk. Specs come from worker processes on a GPU machine."""
    if run.args.stub:
        while True:
            batch = source.sample(chunk)
            yield (lambda style="base", specs=batch.specs: source.render(specs, style=style)), [c for c in batch.captions for _ in range(wordings)]
    from pocket.scenes import spec_batches
    count = max(1, (os.cpu_count() or 4) // max(2, run.world) - 2) if workers is None else workers  # by default half the cores: another stage may run beside
    for packed, captions, _ in spec_batches(chunk, workers=min(count, 14) if run.cuda else 0, seed=seed, natural_share=natural_share, wordings=wordings, modified=modified):
        yield (lambda style="base", packed=packed: source.render_packed(packed, style)), captions


class ImagePool:
    """uint8 images of all styles in device memory, filled once and renewed a chunk at a time; base_share of them in the base style."""

    def __init__(self, run, source, styles, *, size, seed, chunk=256, base_share=0.3):
        self.run, self.styles, self.size, self.chunk, self.base_share = run, styles, size, min(chunk, size), base_share
        self.stream = scene_stream(run, source, chunk=self.chunk, seed=seed)
        self.images = torch.empty(size, 3, 256, 256, dtype=torch.uint8, device=run.device)
        self.turn = 0
        begin = time.time()
        for start in range(0, size - self.chunk + 1, self.chunk):
            self.images[start:start + self.chunk] = self.render()
        self.filled = size // self.chunk * self.chunk
        run.synchronize()
        run.log(event="image pool", images=self.filled, seconds=time.time() - begin)

    def render(self):
        """One chunk: a few styles on the same scenes, base_share of chunks in the base style."""
        render, _ = next(self.stream)
        self.turn += 1
        others = self.styles[1:]
        base = not others or (self.turn * self.base_share) % 1 < self.base_share
        images = render("base" if base else others[self.turn % len(others)])
        return ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)

    def batch(self, n):
        index = torch.randint(0, self.filled, (n,), device=self.run.device)
        return self.images[index].float() / 127.5 - 1

    def close(self):
        """Ends the worker processes."""
        self.stream.close()

    def renew(self):
        slots = torch.randperm(self.filled, device=self.run.device)[:self.chunk]
        self.images[slots] = self.render()
