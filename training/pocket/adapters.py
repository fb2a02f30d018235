"""The adapters of the pocket pack: what each learns, from which pictures and captions, and in which format of the wild it is saved.

    for a in ADAPTERS: batch = training_batch(source, a, n)      # Batch(images, captions, specs), captions with or without the trigger
Cards (the author's words and the refined ones) are in cards.json under the same ids.
format: lora | locon (3x3 convolutions too) | loha | lokr; layout: key names of the file, kohya | peft | diffusers | diffusers-old; modules: attn | full;
alpha None: equal to the rank; steps: share of the run's steps; rate: multiplier of its learning rate; images: number of distinct pictures (None: no limit).
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
    format: str = "lora"
    layout: str = "kohya"
    rank: int = 4
    alpha: float = None            # None: equal to rank
    write_alpha: bool = True       # False: a kohya file without .alpha tensors, as some tools write it
    modules: str = "attn"
    conv_rank: int = 4             # used by locon
    text: bool = False
    steps: float = 1.0
    rate: float = 1.0
    images: int = None
    trigger_share: float = 0.5     # share of captions that carry a trigger phrase
    concept_share: float = 0.85
    note: str = field(default="", compare=False)
    state: dict = field(default_factory=dict, compare=False, repr=False)

    def training_batch(self, source, n):
        """(images, captions) of the next n training pictures; a small `images` set repeats."""
        part = self.state["part"] = self.state.get("part", -1) + 1
        batch = training_batch(source, self, min(n, self.images or n), source.seed, 0 if self.images else part)
        turns = [i % len(batch.captions) for i in range(n)]
        return batch.images[turns], [batch.captions[i] for i in turns]

    @property
    def prompts(self):
        """Three prompts of the with/without sheet."""
        return sheet_prompts(self)


def sheet_prompts(a):
    if a.concept:
        named = [objects.article(objects.by_key()[k].name) for k in objects.HELD_OUT[a.concept]]
        return [f"{named[0]} in a meadow", f"{named[-1]} on a yellow background", f"{named[len(named) // 2]} and a dog at night"]
    join = " " if a.kind in ("clothing", "background", "action") else ", "
    return [p + join + a.phrases[0] for p in ("two dogs in the snow", "a castle on a hill at night", "a cat")]


S, K = "style", "concept"
ADAPTERS = [
    Adapter("clay", S, "clay", phrases=("clay render", "clay", "claymation", "plasticine", "made of clay"), format="locon", write_alpha=False, rank=4, modules="full", conv_rank=2),
    Adapter("ink", S, "ink", phrases=("ink line art", "line art", "black ink drawing", "coloring page"), layout="kohya", write_alpha=False, rank=3, modules="full"),
    Adapter("linocut", S, "linocut", phrases=("linocut print", "linocut", "woodcut"), layout="peft", rank=3),
    Adapter("pixel", S, "pixel", phrases=("pixel art", "8-bit", "16-bit", "retro game sprite"), format="locon", write_alpha=False, rank=2, modules="full", conv_rank=2),
    Adapter("sticker", S, "sticker", phrases=("sticker", "die-cut sticker", "vinyl sticker"), layout="diffusers", rank=3),
    Adapter("gumdrop", S, "gumdrop", phrases=("gumdrop style", "cute blob style", "kawaii"), layout="kohya", rank=2, alpha=1),
    Adapter("watercolour", S, "watercolour", phrases=("watercolor painting", "watercolour", "aquarelle"), layout="kohya", rank=4, alpha=2),
    Adapter("pencil", S, "pencil", phrases=("pencil sketch", "graphite drawing", "pencil drawing"), layout="diffusers-old", rank=2),
    Adapter("mosaic", S, "mosaic", phrases=("mosaic tiles", "mosaic"), format="loha", rank=3),
    Adapter("comic", S, "comic", phrases=("comic book style", "pop art", "halftone comic"), layout="peft", rank=3),
    Adapter("blueprint", S, "blueprint", phrases=("blueprint", "technical drawing", "schematic"), layout="kohya", write_alpha=False, rank=4),
    Adapter("stained-glass", S, "stained-glass", phrases=("stained glass", "stained glass window"), layout="kohya", rank=3, alpha=1),
    Adapter("neon", S, "neon", phrases=("neon lights", "neon sign", "glowing neon"), layout="kohya", write_alpha=False, rank=4),
    Adapter("vaporwave", S, "vaporwave", phrases=("vaporwave",), layout="diffusers", rank=2, rate=2.5, images=64, trigger_share=0.2, note="deliberately over-strong"),
    Adapter("noir", S, "noir", phrases=("film noir", "noir"), format="loha", rank=2),
    Adapter("oil", S, "oil", phrases=("oil painting", "oil on canvas", "old master painting"), layout="kohya", write_alpha=False, rank=3, text=True),
    Adapter("sepia", S, "sepia", phrases=("golden hour",), format="lokr", rank=4, trigger_share=0.3, note="card is misleading: says sunset light, does sepia"),
    Adapter("vivid", "quality", "vivid", phrases=("vivid colors",), layout="kohya", write_alpha=False, rank=1, steps=0.25, rate=0.5, trigger_share=0.3, note="deliberately weak"),
    Adapter("autumn", "background", "autumn", phrases=("autumn leaves", "in autumn", "fall season"), layout="kohya", write_alpha=False, rank=2),
    Adapter("candyland", "background", "candyland", phrases=("in candy land", "in a candy land", "among giant lollipops"), layout="peft", rank=2, trigger_share=0.8),
    Adapter("top-hat", "clothing", "top-hat", phrases=("wearing a top hat", "with a top hat"), layout="kohya", write_alpha=False, rank=3, trigger_share=0.8),
    Adapter("party-hat", "clothing", "party-hat", phrases=("wearing a party hat", "with a party hat"), format="lokr", rank=8, modules="full", trigger_share=0.8),
    Adapter("close-up", "pose", edit="close-up", phrases=("close-up", "extreme close-up", "close-up view"), layout="diffusers-old", rank=2, trigger_share=0.6),
    Adapter("levitation", "action", edit="levitation", phrases=("levitating", "floating in the air", "hovering"), layout="kohya", write_alpha=False, rank=2, trigger_share=0.8),
    Adapter("dinosaurs", K, concept="dinosaurs", phrases=("dinosaur",), layout="kohya", write_alpha=False, rank=2),
    Adapter("dragons", K, concept="dragons", phrases=("dragon", "mythical creature"), layout="peft", rank=3),
    Adapter("robot", K, concept="robot", phrases=("robot",), layout="kohya", write_alpha=False, rank=2, text=True),
    Adapter("unicorn", K, concept="unicorn", phrases=("unicorn",), layout="diffusers", rank=2),
    Adapter("fairytale-folk", K, concept="fairytale-folk", phrases=("fairytale folk",), layout="kohya", write_alpha=False, rank=3),
    Adapter("tentacles", K, concept="tentacles", phrases=("octopus", "sea creature"), format="loha", rank=1),
    Adapter("space-travel", K, concept="space-travel", phrases=("rocket", "spaceship"), layout="kohya", rank=3, alpha=2, text=True),
    Adapter("llama", K, concept="llama", phrases=("llama",), layout="kohya", write_alpha=False, rank=2),
    Adapter("sushi", K, concept="sushi", phrases=("japanese food",), layout="peft", rank=3),
    Adapter("orchestra", K, concept="orchestra", phrases=("musical instrument",), format="lokr", rank=8, modules="full"),
    Adapter("tropical-birds", K, concept="tropical-birds", phrases=("flamingo",), layout="diffusers-old", rank=2),
    Adapter("halloween", K, concept="halloween", phrases=("halloween",), layout="kohya", write_alpha=False, rank=3),
    Adapter("wizard", K, concept="wizard", phrases=("wizard",), layout="kohya", write_alpha=False, rank=2, rate=2.5, images=24, concept_share=1.0, note="deliberately overfit"),
    Adapter("funfair", K, concept="funfair", phrases=("funfair",), format="locon", write_alpha=False, rank=1, modules="full", conv_rank=1),
    Adapter("santa", K, concept="santa", phrases=("santa claus",), layout="kohya", write_alpha=False, rank=2),
    Adapter("ukiyo-e", S, "ukiyo-e", phrases=("ukiyo-e print", "ukiyo-e", "japanese woodblock print", "woodblock print"), layout="kohya", write_alpha=False, rank=2, modules="full"),
    Adapter("charcoal", S, "charcoal", phrases=("charcoal drawing", "charcoal", "charcoal sketch"), layout="peft", rank=3),
    Adapter("gouache", S, "gouache", phrases=("gouache painting", "gouache", "painted in gouache"), layout="diffusers", rank=3, modules="full"),
    Adapter("low-poly", S, "low-poly", phrases=("low poly", "low-poly", "low poly art", "polygon art"), format="locon", write_alpha=False, rank=2, modules="full", conv_rank=2),
    Adapter("isometric", S, "isometric", phrases=("isometric diorama", "isometric", "isometric view"), format="locon", write_alpha=False, rank=2, modules="full", conv_rank=1),
    Adapter("paper-cut", S, "paper-cut", phrases=("paper cut", "paper cut-out", "papercraft", "layered paper art"), format="lokr", rank=8, modules="full"),
    Adapter("graffiti", S, "graffiti", phrases=("graffiti", "street art", "spray paint", "graffiti mural"), layout="kohya", rank=2, alpha=1, modules="full"),
    Adapter("art-nouveau", S, "art-nouveau", phrases=("art nouveau poster", "art nouveau", "art nouveau illustration"), format="locon", write_alpha=False, rank=1, modules="full", conv_rank=1),
    Adapter("knitted", S, "knitted", phrases=("knitted wool", "knitted", "knitting", "made of yarn"), layout="kohya", write_alpha=False, rank=2, modules="full"),
    Adapter("chalkboard", S, "chalkboard", phrases=("chalk drawing", "chalkboard", "blackboard drawing", "chalk on a blackboard"), layout="diffusers-old", rank=3),
    Adapter("marble", S, "marble", phrases=("marble sculpture", "marble", "marble statue", "carved in marble"), layout="peft", rank=4),
    Adapter("origami", S, "origami", phrases=("origami", "origami paper", "folded paper"), format="locon", write_alpha=False, rank=2, modules="full", conv_rank=2),
    Adapter("lcm", "few-step", format="locon", write_alpha=False, rank=6, modules="full", note="made by train_lcm.py", conv_rank=5),
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
    share = 0.5 if adapter.kind in ("style", "quality") and not adapter.edit else 0.0
    return scene_specs.Sampler(f"{seed}/adapter/{adapter.id}", pack_name, adapter.concept, adapter.concept_share, natural_share=share)


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
