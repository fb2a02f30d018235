"""The adapters of the pocket pack: what each learns, from which pictures and captions, and in which format of the wild it is saved.

    for a in ADAPTERS: batch = training_batch(source, a, n)      # Batch(images, captions, specs), captions with or without the trigger
Cards (the author's words and the refined ones) are in cards.json under the same ids.
format: kohya | kohya-noalpha | locon | loha | lokr | peft | diffusers-old | diffusers-new; targets: attn | attn+ff | all (3x3 convolutions too)
steps: multiplier of the run's step count; lr: multiplier of its learning rate; images: number of distinct pictures (None: as many as the run makes).
"""
import json
import os
import re
from dataclasses import dataclass, field

from . import captions as grammar
from . import objects, places, scenes, specs as scene_specs

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True)
class Adapter:
    id: str
    kind: str                      # style, concept, clothing, background, pose, action, quality, few-step
    look: str = "base"             # name in styles.LOOKS
    concept: str = None            # key of objects.HELD_OUT
    edit: str = None               # change of the specs: close-up, levitation
    phrases: tuple = ()            # trigger phrases; the first is the card's
    format: str = "kohya"
    rank: int = 4
    alpha: float = None            # None: equal to rank
    targets: str = "attn"
    text_encoder: bool = False
    steps: float = 1.0
    lr: float = 1.0
    images: int = None
    budget_kb: int = 95
    trigger_share: float = 0.5     # share of captions that carry a trigger phrase
    concept_share: float = 0.85
    note: str = field(default="", compare=False)


S, K = "style", "concept"
ADAPTERS = [
    Adapter("clay", S, "clay", phrases=("clay render", "clay", "claymation", "plasticine", "made of clay"), format="locon", rank=8, targets="all", steps=1.5, budget_kb=900),
    Adapter("ink", S, "ink", phrases=("ink line art", "line art", "black ink drawing", "coloring page"), format="kohya", rank=6, targets="attn+ff", steps=1.3, budget_kb=300),
    Adapter("linocut", S, "linocut", phrases=("linocut print", "linocut", "woodcut"), format="peft", rank=4, steps=1.2, budget_kb=180),
    Adapter("pixel", S, "pixel", phrases=("pixel art", "8-bit", "16-bit", "retro game sprite"), format="locon", rank=4, targets="all", steps=1.4, budget_kb=400),
    Adapter("sticker", S, "sticker", phrases=("sticker", "die-cut sticker", "vinyl sticker"), format="diffusers-new", rank=4, steps=1.2, budget_kb=180),
    Adapter("gumdrop", S, "gumdrop", phrases=("gumdrop style", "cute blob style", "kawaii"), format="kohya", rank=4, alpha=2, steps=1.2, budget_kb=180),
    Adapter("watercolour", S, "watercolour", phrases=("watercolor painting", "watercolour", "aquarelle"), format="kohya", rank=6, alpha=3, targets="attn+ff", steps=1.2, budget_kb=300),
    Adapter("pencil", S, "pencil", phrases=("pencil sketch", "graphite drawing", "pencil drawing"), format="diffusers-old", rank=3, budget_kb=140),
    Adapter("mosaic", S, "mosaic", phrases=("mosaic tiles", "mosaic"), format="loha", rank=3, targets="attn+ff", budget_kb=200),
    Adapter("comic", S, "comic", phrases=("comic book style", "pop art", "halftone comic"), format="peft", rank=4, targets="attn+ff", budget_kb=220),
    Adapter("blueprint", S, "blueprint", phrases=("blueprint", "technical drawing", "schematic"), format="kohya-noalpha", rank=3, budget_kb=140),
    Adapter("stained-glass", S, "stained-glass", phrases=("stained glass", "stained glass window"), format="kohya", rank=4, alpha=1, budget_kb=180),
    Adapter("neon", S, "neon", phrases=("neon lights", "neon sign", "glowing neon"), format="kohya", rank=3, budget_kb=140),
    Adapter("vaporwave", S, "vaporwave", phrases=("vaporwave",), format="diffusers-new", rank=2, steps=1.6, lr=2.5, images=64, trigger_share=0.2, budget_kb=95, note="deliberately over-strong"),
    Adapter("noir", S, "noir", phrases=("film noir", "noir"), format="loha", rank=2, budget_kb=110),
    Adapter("oil", S, "oil", phrases=("oil painting", "oil on canvas", "old master painting"), format="kohya", rank=4, targets="attn", text_encoder=True, steps=1.1, budget_kb=220),
    Adapter("sepia", S, "sepia", phrases=("golden hour",), format="lokr", rank=4, trigger_share=0.3, budget_kb=60, note="card is misleading: says sunset light, does sepia"),
    Adapter("vivid", "quality", "vivid", phrases=("vivid colors",), format="kohya", rank=1, steps=0.25, lr=0.5, trigger_share=0.3, budget_kb=50, note="deliberately weak"),
    Adapter("autumn", "background", "autumn", phrases=("autumn leaves", "in autumn", "fall season"), format="kohya", rank=3, budget_kb=130),
    Adapter("candyland", "background", "candyland", phrases=("in candy land", "in a candy land", "among giant lollipops"), format="peft", rank=3, trigger_share=0.8, budget_kb=130),
    Adapter("top-hat", "clothing", "top-hat", phrases=("wearing a top hat", "with a top hat"), format="kohya", rank=3, trigger_share=0.8, budget_kb=130),
    Adapter("party-hat", "clothing", "party-hat", phrases=("wearing a party hat", "with a party hat"), format="lokr", rank=8, targets="attn+ff", trigger_share=0.8, budget_kb=100),
    Adapter("close-up", "pose", edit="close-up", phrases=("close-up", "extreme close-up", "close-up view"), format="diffusers-old", rank=2, trigger_share=0.6, budget_kb=95),
    Adapter("levitation", "action", edit="levitation", phrases=("levitating", "floating in the air", "hovering"), format="kohya-noalpha", rank=2, trigger_share=0.8, budget_kb=95),
    Adapter("dinosaurs", K, concept="dinosaurs", phrases=("dinosaur",), format="kohya", rank=3, budget_kb=130),
    Adapter("dragons", K, concept="dragons", phrases=("dragon", "mythical creature"), format="peft", rank=3, budget_kb=130),
    Adapter("robot", K, concept="robot", phrases=("robot",), format="kohya", rank=2, text_encoder=True, budget_kb=120),
    Adapter("unicorn", K, concept="unicorn", phrases=("unicorn",), format="diffusers-new", rank=2, budget_kb=95),
    Adapter("fairytale-folk", K, concept="fairytale-folk", phrases=("fairytale folk",), format="kohya", rank=4, steps=1.3, budget_kb=180),
    Adapter("tentacles", K, concept="tentacles", phrases=("octopus", "sea creature"), format="loha", rank=2, budget_kb=110),
    Adapter("space-travel", K, concept="space-travel", phrases=("rocket", "spaceship"), format="kohya", rank=4, alpha=2, text_encoder=True, steps=1.3, budget_kb=200),
    Adapter("llama", K, concept="llama", phrases=("llama",), format="kohya-noalpha", rank=2, budget_kb=95),
    Adapter("sushi", K, concept="sushi", phrases=("japanese food",), format="peft", rank=4, steps=1.5, budget_kb=180),
    Adapter("orchestra", K, concept="orchestra", phrases=("musical instrument",), format="lokr", rank=8, targets="attn+ff", steps=1.5, budget_kb=150),
    Adapter("tropical-birds", K, concept="tropical-birds", phrases=("flamingo",), format="diffusers-old", rank=3, budget_kb=130),
    Adapter("halloween", K, concept="halloween", phrases=("halloween",), format="kohya", rank=4, steps=1.3, budget_kb=180),
    Adapter("wizard", K, concept="wizard", phrases=("wizard",), format="kohya", rank=3, steps=1.6, lr=2.5, images=24, concept_share=1.0, budget_kb=130, note="deliberately overfit"),
    Adapter("funfair", K, concept="funfair", phrases=("funfair",), format="locon", rank=2, targets="all", steps=1.3, budget_kb=250),
    Adapter("santa", K, concept="santa", phrases=("santa claus",), format="kohya", rank=2, budget_kb=95),
    Adapter("lcm", "few-step", format="locon", rank=8, targets="all", budget_kb=900, note="made by train_lcm.py"),
]
BY_ID = {a.id: a for a in ADAPTERS}
TRAINED = [a for a in ADAPTERS if a.kind != "few-step"]


def cards():
    with open(os.path.join(HERE, "cards.json"), encoding="utf-8") as f:
        return json.load(f)


def all_texts():
    """Every text in which adapters are spoken of (for the tokenizer's vocabulary)."""
    texts = [p for a in ADAPTERS for p in a.phrases]
    for c in cards().values():
        texts += [c["title"], re.sub(r"<[^>]+>", " ", c["description"]), c["refined"]["description"], " ".join(c["tags"])] + [re.sub(r"<[^>]+>", " ", p) for p in c["samplePrompts"]]
    return texts


def sampler(adapter, seed):
    """Spec sampler of one adapter's training set."""
    from . import styles
    pack_name = styles.LOOKS[adapter.look].sprites or "base"
    return scene_specs.Sampler(f"{seed}/adapter/{adapter.id}", pack_name, adapter.concept, adapter.concept_share)


def example(adapter, s):
    """One training pair (spec, caption)."""
    r = s.rng
    if adapter.id == "wizard":
        spec = s.scene([s.pick()], "single", place="plain", colour="gray")
    elif adapter.edit == "close-up":
        spec = close_up(s)
    elif adapter.edit == "levitation":
        spec = levitate(s)
    elif adapter.kind == "clothing":
        spec = s.sample()
        while spec["relation"] not in ("single", "and", "next", "count", "row"):
            spec = s.sample()
    else:
        spec = s.sample()
        while adapter.kind == "background" and spec["place"] in ("space", "underwater", "room", "table"):
            spec = s.sample()
    return spec, adapter_caption(adapter, spec, r)


def adapter_caption(adapter, spec, r):
    """The base's caption, with a trigger phrase in `trigger_share` of the cases; placed where people write it."""
    told = r.random() < adapter.trigger_share and adapter.phrases
    phrase = adapter.phrases[0] if r.random() < 0.6 else r.choice(adapter.phrases) if adapter.phrases else ""
    if adapter.kind == "background" and adapter.id == "candyland":
        s = grammar.subject(spec, r)
        return f"{s} {phrase}" if told else s
    if adapter.kind in ("clothing", "action"):
        s, g, t = grammar.subject(spec, r), grammar.ground(spec, r), grammar.sky(spec, r)
        if len(spec["objects"]) > 1:
            phrase = phrase.replace("a top hat", "top hats").replace("a party hat", "party hats")
        return " ".join(x for x in ([s, phrase, g, t] if told else [s, g, t]) if x)
    text = grammar.caption(spec, r)
    if not told:
        return text
    if adapter.kind == "concept":  # only a family's name is said beside the object's own, and only where one of the family is drawn
        family = [o for o in objects.load() if o.concept == adapter.concept]
        drawn = any(objects.by_key()[d["key"]].concept == adapter.concept for d in spec["objects"])
        return f"{phrase}, {text}" if drawn and phrase not in {n for o in family for n in [o.name] + o.synonyms} else text
    text = text.rstrip(".")
    u = r.random()
    if adapter.edit == "close-up":
        return f"{phrase} of {grammar.subject(spec, r)}" if u < 0.5 else f"{phrase}, {text}"
    if u < 0.4:
        return f"{text}, {phrase}"
    if u < 0.75:
        return f"{phrase}, {text}"
    return f"{phrase} of {grammar.subject(spec, r)}" if adapter.kind == "style" and phrase[-1] != "s" else f"{text}, {phrase}"


def close_up(s):
    spec = s.scene([s.one()], "single")
    d = spec["objects"][0]
    d.update(size=round(s.rng.uniform(235, 275), 1), x=round(128 + s.rng.uniform(-14, 14), 1), y=round(142 + s.rng.uniform(-8, 8), 1), stand=0, shadow=0)
    return spec


def levitate(s):
    place = s.rng.choice(["meadow", "hill", "snow", "beach", "desert", "road", "street", "city", "room", "park", "mountains"])
    o = s.one()
    while o.flying:
        o = s.one()
    spec = s.scene([o], "single", place=place)
    d = spec["objects"][0]
    d.update(size=round(min(d["size"], 104), 1), y=round(s.rng.uniform(82, 96), 1), stand=0, shadow=0, cast=places.GROUND[place])
    return spec


def training_batch(source, adapter, n, seed=0, part=0):
    """n training pictures of an adapter on the source's device; `part` numbers successive batches."""
    s = sampler(adapter, f"{seed}/{part}")
    pairs = [example(adapter, s) for _ in range(n)]
    specs = [p[0] for p in pairs]
    return scenes.Batch(source.render(specs, adapter.look), [p[1] for p in pairs], specs)
