"""Prompt–card pairs for breadth, made from WordNet and captions: what hand-written data is too small to teach.

A noun of a caption (or of a short frame) is replaced by a thing of WordNet. Wanted: a card of that thing or of one of its kinds a few steps up
("velociraptor" wants a dinosaur card). Not wanted: its siblings, other nouns of the caption with another sense, and cards whose name only modifies
another thing ("neon tetra" does not want neon).
    STYLUS_DATA=… PYTHONPATH=training python3 -m choice.wordnet_pairs OUT.jsonl.gz [--pairs 180000]
"""
import argparse
import csv
import functools
import gzip
import json
import os
import random
import re

THINGS = {"noun.animal": "creature", "noun.artifact": "object", "noun.food": "object", "noun.plant": "object", "noun.person": "character",
          "noun.object": "background", "noun.location": "background", "noun.phenomenon": "lighting", "noun.body": "concept", "noun.substance": "material"}
FRAMES = ["a {}", "{}", "a photo of a {}", "a {} in the rain", "a {} at night", "an old {}", "painting of a {}", "{}, masterpiece, best quality",
          "a tiny {} on a table", "a {} and a dog", "two {}s", "a {} by the sea", "portrait with a {}", "a girl with a {}", "(({})), detailed",
          "a {} in a field, watercolor", "I would like a {}", "close up of a {}", "a red {}", "my grandmother and her {}", "({}:1.2), 1girl, solo"]
CHATTER = ["Works best at 0.7.", "Thanks for the likes!", "trained on 60 images", "<p>update v2</p>", "My first LoRA :)", "", "", "", "", ""]
SHARED_TAGS = ["anime", "photorealistic", "style", "concept", "girl", "objects", "cute", "woman", "fantasy", "background"]


class WordNet:
    def __init__(self, data):
        with gzip.open(f"{data}/text/open_english_wordnet.jsonl.gz", "rt", encoding="utf-8") as file:
            synsets = (json.loads(line) for line in file)
            self.synsets = {s["id"]: s for s in synsets if s["id"].endswith("-n")}
        self.senses, self.children, self.compounds = {}, {}, {}
        for i, s in self.synsets.items():
            for name in self.names(i):
                self.senses.setdefault(name.lower(), []).append(i)
                if " " in name:
                    self.compounds.setdefault(name.split()[0].lower(), []).append(name)
            for parent in self.parents(i):
                self.children.setdefault(parent, []).append(i)
        self.things = [i for i in self.synsets if self.is_thing(i) and not any(c.isdigit() for c in self.names(i)[0])]
        self.size = functools.lru_cache(None)(self.count_below)

    def names(self, i):
        return [m.replace("_", " ") for m in self.synsets[i]["members"]]

    def parents(self, i):
        return [p for p in self.synsets[i].get("hypernym", []) if p in self.synsets]

    def is_thing(self, i):
        return self.synsets[i]["lexfile"] in THINGS

    def above(self, i, most=20):
        out, queue = [], [i]
        while queue and len(out) < most:
            for p in self.parents(queue.pop(0)):
                if p not in out:
                    out.append(p)
                    queue.append(p)
        return out

    def count_below(self, i):
        seen, queue = set(), [i]
        while queue and len(seen) < 800:
            x = queue.pop()
            if x not in seen:
                seen.add(x)
                queue += self.children.get(x, [])
        return len(seen)

    def kinds(self, i, count, rng):
        out, seen, queue = [], set(), list(self.children.get(i, []))
        while queue and len(out) < 40:
            x = queue.pop(rng.randrange(len(queue)))
            if x not in seen:
                seen.add(x)
                out.append(rng.choice(self.names(x)))
                queue += self.children.get(x, [])
        return rng.sample(out, min(count, len(out)))


class Maker:
    def __init__(self, data, rng):
        self.net, self.rng = WordNet(data), rng
        with open(f"{data}/prompts/coco_captions.csv", encoding="utf-8") as file:
            captions = [max(row, key=len).strip().rstrip(".") for row in csv.reader(file) if row]
        self.captions = []
        for caption in captions:
            nouns = [w for w in re.findall(r"[a-z]{3,}", caption.lower()) if self.meant(w)]
            if 15 < len(caption) < 110 and nouns:
                self.captions.append((caption, nouns))

    def meant(self, word):
        """Senses of a word that names things only."""
        for form in (word, word.removesuffix("s")):
            senses = self.net.senses.get(form, [])
            if senses and all(self.net.is_thing(i) for i in senses):
                return senses
        return []

    def prompt(self, word):
        if self.rng.random() < 0.5:
            return self.rng.choice(FRAMES).format(word)
        caption, nouns = self.rng.choice(self.captions)
        return re.sub(rf"\b{self.rng.choice(nouns)}\b", word, caption, count=1, flags=re.I)

    def card(self, i, hit=None, trap=None):
        """A card of the synset i. `hit`: a phrase that a search may have found; `trap`: one that it should have ruled out."""
        net, rng, s = self.net, self.rng, self.net.synsets[i]
        title = rng.choice(net.names(i))
        if rng.random() < 0.4:
            title += rng.choice([" style", " LoRA", " concept", " v1", " v2.0", " [SD1.5]"])
        tags = net.names(i) + [net.names(p)[0] for p in net.parents(i)] + net.kinds(i, rng.choice([0, 0, 1, 3]), rng)
        if rng.random() < 0.4:
            tags += rng.sample(SHARED_TAGS, 2)
        phrases, count = [], rng.choice([0, 2, 4, 6, 8])
        if count:
            phrases = net.names(i) + net.kinds(i, count, rng)
            if hit and rng.random() < 0.6:
                phrases = [hit.lower()] + phrases[:7]
        denied = list(net.compounds.get(net.names(i)[0].split()[0].lower(), []))
        denied = rng.sample(denied, min(2, len(denied))) if rng.random() < 0.4 else []
        if trap and rng.random() < 0.4:
            denied = [trap] + denied
        return dict(title=title.title() if rng.random() < 0.5 else title, category=THINGS.get(s["lexfile"], "concept") if rng.random() < 0.6 else "",
                    tags=rng.sample(tags, min(len(tags), rng.randint(0, 7))), triggers=net.names(i)[:1] if rng.random() < 0.4 else [],
                    description=f"{rng.choice(CHATTER)} {s['definition'] if rng.random() < 0.75 else ''}".strip(),
                    phrases=rng.sample(phrases, min(8, len(phrases))), notMeant=denied[:2])

    def of_a_thing(self):
        net, rng = self.net, self.rng
        i = rng.choice(net.things)
        word = rng.choice(net.names(i))
        prompt = self.prompt(word)
        if len(net.senses[word.lower()]) > 3 or word not in prompt:
            return
        kinds = [a for a in net.above(i) if net.is_thing(a) and net.size(a) < 400][:4]
        wanted = rng.choice([i, i, *kinds])
        yield prompt, self.card(wanted, hit=word), word
        related = set(net.above(i)) | {i}
        siblings = [k for p in net.parents(i)[:1] for k in net.children[p] if k not in related and wanted not in [k, *net.above(k)]]
        if siblings:
            yield prompt, self.card(rng.choice(siblings)), None
        other = rng.choice(net.things)
        if other not in related:
            yield prompt, self.card(other), None

    def of_a_compound(self):
        net, rng = self.net, self.rng
        first = rng.choice(list(net.compounds))
        name = rng.choice(net.compounds[first])
        i = net.senses[name.lower()][0]
        others = [j for j in net.senses.get(first, []) if j != i and j not in net.above(i)]
        prompt = self.prompt(name)
        if not others or not net.is_thing(i) or name not in prompt:
            return
        yield prompt, self.card(rng.choice(others), trap=name), None
        if rng.random() < 0.4:
            yield prompt, self.card(rng.choice([i, *[a for a in net.above(i)[:2] if net.is_thing(a) and net.size(a) < 400]]), hit=name), name

    def of_a_caption(self):
        net, rng = self.net, self.rng
        caption, nouns = rng.choice(self.captions)
        noun = rng.choice(nouns)
        i = self.meant(noun)[0]
        span = re.search(rf"\b{noun}\b", caption, re.I)
        yield caption, self.card(rng.choice([i, *[a for a in net.above(i)[:2] if net.is_thing(a) and net.size(a) < 200]]), hit=noun), span.group()
        below = net.kinds(i, 1, rng)
        if below and rng.random() < 0.5:  # narrower than what was asked for
            yield caption, self.card(net.senses[below[0].lower()][0]), None


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("out"), ap.add_argument("--pairs", type=int, default=180_000), ap.add_argument("--seed", type=int, default=5)
    a = ap.parse_args()
    rng = random.Random(a.seed)
    maker, count = Maker(os.environ["STYLUS_DATA"], rng), 0
    with gzip.open(a.out, "wt", encoding="utf-8") as file:
        while count < a.pairs:
            make = rng.choices([maker.of_a_thing, maker.of_a_compound, maker.of_a_caption], [6, 3, 1])[0]
            for prompt, card, span in make():
                file.write(json.dumps(dict(prompt=prompt, card=card, span=span), ensure_ascii=False) + "\n")
                count += 1
    print(count, "pairs")


if __name__ == "__main__":
    main()
