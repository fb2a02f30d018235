"""Writes eval_prompts.json: 200 held-out evaluation prompts with the specs of their reference renders.

50 single objects, 50 pairs (object pairs that training never shows), 30 counts and colours, 30 relations, 40 that name a style or a held-out concept;
of those 40, half use words of the adapters' cards and half use words that no card uses. Wordings are the grammar's "eval" ones.
    python -m pocket.eval_prompts
Rows: {id, group, prompt, adapters: [ids that ought to be chosen], words: "card" | "other" | null, look: style of the reference render, specs: [4 scenes]}
"""
import json
import os

from . import captions, objects, places, specs

OTHER_WORDS = {  # ways of asking that the cards do not use
    "clay": ["sculpted from modeling dough", "as a stop-motion puppet"], "ink": ["drawn with a fineliner, uncolored"], "linocut": ["as a block-printed poster"], "pixel": ["in chunky console graphics"],
    "sticker": ["as a peel-off decal"], "gumdrop": ["as an adorable squashy toy"], "watercolour": ["painted with wet washes"], "pencil": ["hand-drawn with a lead crayon"], "mosaic": ["made of tesserae"],
    "comic": ["like a superhero magazine panel"], "blueprint": ["as an engineering plan"], "stained-glass": ["as a church window pane"], "neon": ["as luminous tubes in the dark"], "noir": ["like a 1940s crime movie"],
    "oil": ["on canvas with thick brush strokes"], "autumn": ["with foliage tumbling down in october"], "candyland": ["in a world of sugar and lollies"], "party-hat": ["celebrating its birthday with a paper cone on its head"],
    "top-hat": ["dressed as a dapper gentleman"], "close-up": ["seen from very near, filling the frame"],
}
CONCEPT_OTHER = {"1f996": "a prehistoric lizard king", "1f409": "a fire-breathing serpent", "1f984": "a horned magical horse", "1f9dc": "a sea maiden", "1f419": "an eight-armed sea creature", "1f6f8": "an alien spacecraft",
                 "1f999": "an alpaca", "1f363": "raw fish on rice", "1f3bb": "a fiddle", "1f9a9": "a pink wading bird", "1f47b": "a spooky spirit", "1f3a1": "a big wheel at the fair", "1f385": "saint nicholas"}


def row(group, prompt, scenes, look="base", adapters=(), words=None):
    return {"group": group, "prompt": prompt, "adapters": list(adapters), "words": words, "look": look, "specs": scenes}


def redraw(s, spec, n=4):
    """n scenes that fit the same prompt: same objects, relation, place, sky, weather and colours."""
    objs = [objects.by_key()[d["key"]] for d in spec["objects"]]
    if spec["relation"] in ("on", "front"):
        objs = objs[::-1]
    out = [spec]
    while len(out) < n:
        again = s.scene(objs, spec["relation"], place=spec["place"], sky=spec["sky"], weather=spec["weather"], colour=spec["colour"])
        again["colour2"] = spec["colour2"]
        for a, b in zip(again["objects"], spec["objects"]):
            a["colour"] = b["colour"]
        out.append(again)
    return out


def build(seed="evaluation 1"):
    s = specs.Sampler(seed)
    rows, seen = [], set()

    def take(group, count, wanted):
        while sum(r["group"] == group for r in rows) < count:
            spec = s.sample("eval")
            words = [d["name"] for d in spec["objects"]]
            weights = [objects.by_key()[d["key"]].weight for d in spec["objects"]]
            if not wanted(spec) or tuple(words) in seen or min(weights) < 0.9:
                continue
            seen.add(tuple(words))
            rows.append(row(group, captions.caption(spec, s.rng, "eval"), redraw(s, spec)))

    take("single", 50, lambda x: x["relation"] == "single")
    take("pair", 50, lambda x: x["relation"] == "and")
    take("count or colour", 30, lambda x: x["relation"] in ("count", "row") or x["relation"] == "single" and x["objects"][0]["colour"])
    take("relation", 30, lambda x: x["relation"] in ("left", "right", "above", "below", "on", "front", "next"))
    from . import adapters
    common = [o for o in objects.load() if not o.concept and o.weight >= 2.9 and not o.flying]
    r = s.rng
    outdoors = ["meadow", "hill", "snow", "beach", "forest", "road", "city", "park", "plain"]
    names = list(OTHER_WORDS)
    for k in range(26):
        a = adapters.BY_ID[names[k % len(names)]]
        words = "other" if k < 13 else "card"
        o = r.choice([c for c in common if c.name not in seen])
        seen.add(o.name)
        spec = s.scene([o], "single", place=r.choice(outdoors), sky=r.choice(["day", "day", "night"]), weather="none")
        if a.edit == "close-up":
            spec = adapters.close_up(s)
        phrase = OTHER_WORDS[a.id][0] if words == "other" else a.phrases[0]
        text = captions.caption(spec, r, "eval")
        if a.id in ("candyland", "close-up"):
            text = captions.subject(spec, r)
        rows.append(row("adapter", f"{text} {phrase}" if a.kind in ("clothing", "background") or words == "other" and not phrase.startswith("with") else f"{text}, {phrase}", redraw(s, spec) if not a.edit else [spec], a.look, [a.id], words))
    for k, (key, other) in enumerate(CONCEPT_OTHER.items()):
        o = objects.by_key()[key]
        place = r.choice(objects_places(o))
        spec = s.scene([o], "single", place=place, sky=r.choice(["day", "night"]), weather="none")
        words = "other" if k % 2 else "card"
        if words == "other":
            tail = " ".join(x for x in (captions.ground(spec, r), "at night" if spec["sky"] == "night" and place in places.OUTDOOR else "") if x)
            text = f"{other} {tail}".strip()
        else:
            text = captions.caption(spec, r, "eval")
        rows.append(row("adapter", text, redraw(s, spec), "base", [o.concept], words))
    spec = s.scene([objects.by_key()["1f409"], objects.by_name()["castle"]], "next", place="hill", sky="night", weather="none")
    rows.append(row("adapter", "a watercolor painting of a dragon next to a castle on a hill at night", redraw(s, spec), "watercolour", ["watercolour", "dragons"], "card"))
    for i, x in enumerate(rows):
        x["id"] = f"e{i:03d}"
    return rows


def objects_places(o):
    return {"sea animal": ["underwater", "sea"], "food": ["table"], "aircraft": ["space", "city"], "instrument": ["room", "table"]}.get(o.category, ["meadow", "forest", "beach", "snow", "city"])


if __name__ == "__main__":
    made = build()
    assert len(made) == 200 and len({x["prompt"] for x in made}) == 200, (len(made), len({x["prompt"] for x in made}))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "eval_prompts.json")
    with open(path, "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(x, ensure_ascii=False) for x in made) + "\n]\n")
    print(os.path.getsize(path), [x["prompt"] for x in made[::9]] + [x["prompt"] for x in made[-40:]])
