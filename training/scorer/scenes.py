"""Pictures and captions for the scorer: base scenes, every adapter's look or held-out concept; captions usually name it.

Specs and captions are drawn in worker processes; the trainer renders them on its device, one look a chunk.
"""
import dataclasses
import functools
import random
import zlib

import numpy as np

from embedder import corpus
from pocket import adapters, bpe, captions, scenes, specs, styles

# Further wordings of a look: entries of the embedder's lexicon.
WORDINGS = {"clay": "clay", "ink": "ink-line-art", "linocut": "linocut", "pixel": "pixel-art", "sticker": "sticker", "watercolour": "watercolour",
            "pencil": "pencil-sketch", "mosaic": "mosaic", "comic": "comic-halftone", "blueprint": "blueprint", "stained-glass": "stained-glass",
            "neon": "neon", "vaporwave": "vaporwave", "noir": "film-noir", "oil": "oil-painting", "pastel": "pastel-colours", "sepia": "sepia", "vivid": "vivid"}
# What the pictures are, where an adapter's own words say something else (misleading cards).
OWN_PHRASES = {"sepia": ("sepia", "sepia tone", "old photograph"), "pastel": ("pastel colours", "soft pastel colors"), "gumdrop": ("gumdrop style", "cute blob style")}
BASE_PHRASES = ("flat illustration", "vector art", "simple illustration", "flat design")


@functools.lru_cache(None)
def tokenizer():
    return bpe.Tokenizer.load()


@functools.lru_cache(None)
def lexicon():
    return {e["id"]: e["train"] for e in corpus.lexicon()}


@functools.lru_cache(None)
def sources():
    """[adapter or None for the base], looks without an adapter included."""
    out = [None] + [dataclasses.replace(a, trigger_share=0.85, images=None) for a in adapters.TRAINED]
    covered = {a.look for a in adapters.TRAINED}
    for look in styles.STYLES:
        if look != "base" and look not in covered:
            out.append(adapters.Adapter(look, "style", look, phrases=OWN_PHRASES.get(look, (look.replace("-", " "),)), trigger_share=0.85))
    return [a if a is None or a.id not in OWN_PHRASES else dataclasses.replace(a, phrases=OWN_PHRASES[a.id]) for a in out]


def schedule(turn):
    """Source of the turn-th chunk: every third the base, the rest in rotation, whole-picture looks twice as often as concepts."""
    rest = [a for a in sources() if a is not None]
    ring = [a for a in rest if a.kind == "style"] * 2 + [a for a in rest if a.kind != "style"]
    ring = random.Random(5).sample(ring, len(ring))
    return None if turn % 3 == 0 else ring[(turn - turn // 3 - 1) % len(ring)]


def named(a, r):
    """The adapter with its phrases, or with other words for the same look."""
    if a.look in WORDINGS and r.random() < 0.35:
        return dataclasses.replace(a, phrases=tuple(r.sample(lexicon()[WORDINGS[a.look]], 2)))
    return a


def draw(source, seed, n, split="train", told=None):
    """(specs, captions) of n pictures; told=True: the look or concept is always named."""
    if source is None:
        s = specs.Sampler(f"scorer/{seed}", "base", natural_share=0.5)
        out = []
        for _ in range(n):
            spec = s.sample(split)
            text = captions.caption(spec, s.rng, split=split)
            if s.rng.random() < 0.15:
                text = f"{text}, {s.rng.choice(BASE_PHRASES)}"
            out.append((spec, text))
    else:
        if told:
            source = dataclasses.replace(source, trigger_share=1.0)
        s = adapters.sampler(source, f"scorer/{seed}")
        out = [adapters.example(named(source, s.rng), s) for _ in range(n)]
    return [x for x, _ in out], [t for _, t in out]


def tokens(texts):
    return np.array([tokenizer().encode(t, pad=True) for t in texts], np.int16)


def job(args):
    """(look, packed specs, ids int16 [n, 77], caption hashes int64 [n]) of one chunk; runs in a worker."""
    seed, turn, n = args
    source = schedule(turn)
    drawn, texts = draw(source, f"{seed}/{turn}", n)
    return ("base" if source is None else source.look), scenes.pack(drawn), tokens(texts), np.array([zlib.crc32(t.lower().encode()) for t in texts], np.int64)
