"""Words that no picture has, and the picture that is nearest: writes words.json {object name: [[word, weight], …]}.

    STYLUS_DATA=… python -m pocket.words --teacher minilm.npz --teacher-tokenizer tokenizer.json
WordNet nouns for things: kinds of an object (hyponyms, up to three steps) that the teacher finds alike, and others that it finds very alike.
Frequent words weigh more; frequencies are those of WordNet's glosses and of the prompts at hand.
"""
import argparse
import csv
import gzip
import json
import os
import re
from collections import Counter, defaultdict

import torch

from . import objects
from .teacher import Teacher

HERE = os.path.dirname(os.path.abspath(__file__))
THINGS = {"noun.animal", "noun.artifact", "noun.food", "noun.plant", "noun.object", "noun.person", "noun.body", "noun.phenomenon", "noun.possession", "noun.substance"}
LEXFILES = {"animal": {"noun.animal", "noun.person", "noun.food"}, "bird": {"noun.animal"}, "sea animal": {"noun.animal", "noun.food"}, "insect": {"noun.animal"}, "person": {"noun.person", "noun.animal"},
            "fruit": {"noun.food", "noun.plant"}, "vegetable": {"noun.food", "noun.plant"}, "food": {"noun.food"}, "drink": {"noun.food", "noun.artifact"}, "flower": {"noun.plant"}, "plant": {"noun.plant"},
            "landform": {"noun.object"}, "sky": {"noun.object", "noun.phenomenon", "noun.artifact"}, "body": {"noun.body"}, "face": {"noun.person", "noun.animal"}}
RUDE = re.compile(r"gun|rifle|pistol|weapon|whore|slut|nazi|rape|sex|porn|penis|vagina|breast|genital|slave|bitch|bastard|corpse|prostitut|faggot|negro|nigger|drug|cocaine|heroin|whisk|vodka|beer|wine|liquor|liqueur|rum$|brandy|mosque|church|temple|synagogue|jesus|christ|god$|lesbian|homosexual|oriental|gypsy|cripple|moron|idiot|tramp|harlot|terroris|suicide|murder|torture|missile|bomb|torpedo|firearm|ammunition|warhead|chairman|president|patient|squaw|savage|heathen|infidel|colored|mulatto|eunuch|harem|geisha|priest|bishop|nun$|rabbi|imam")


# The teacher found them near, or WordNet has a sense that is; people mean something else by them.
MISLEADING = set("catsup toy heel pawl pupa harrier clams sugar drive electric machine hybrid gum lawyer nightingale donna mistress divorcee feminist standby mankind humanity mate lord feeder mammal mammalian dragonfly civilian armor armour chinchilla watchman potter adept cellophane harpoon broth brodiaea kingbird"
                 " butcherbird flat snowfall snowmobile sawtooth seesaw track parallax rubber sluice slat slops japan fold drawing watercolor image picture mural monochrome illumination framing canvas canvass rain rainfall precipitation drink channel mini puff blower puffin oarlock wire shuttlecock buck stud wreck shipment carrier shipping rook analyst saloon cruiser auto guerrilla warship destroyer battleship shades trunks lab puzzle projector thumb boxers vamp fellow participant individual".split())


def frequencies(data):
    counts = Counter()
    with gzip.open(f"{data}/text/open_english_wordnet.jsonl.gz", "rt", encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            for text in [row["definition"]] + row["examples"]:
                counts.update(set(re.findall(r"[a-z]+", str(text).lower())))
    with open(f"{data}/prompts/coco_captions.csv", encoding="utf-8") as f:
        for row in csv.reader(f):
            counts.update(re.findall(r"[a-z]+", max(row, key=len).lower()))
    with open(f"{data}/prompts/PartiPrompts.tsv", encoding="utf-8") as f:
        for line in f:
            counts.update(w for w in re.findall(r"[a-z]+", line.split("\t")[0].lower()) for _ in range(4))
    return counts


def listed(file):
    """words_own.txt or words_not.txt: {object name: words}."""
    out = {}
    with open(os.path.join(HERE, file), encoding="utf-8") as f:
        for line in f:
            if "=" in line and not line.startswith("#"):
                name, rest = line.split(" = ")
                out[name] = [w.strip() for w in rest.split(",")]
    return out


def synsets(data):
    with gzip.open(f"{data}/text/open_english_wordnet.jsonl.gz", "rt", encoding="utf-8") as f:
        return {r["id"]: r for r in map(json.loads, f) if r["lexfile"] in THINGS}


def build(data, teacher):
    counts, graph = frequencies(data), synsets(data)
    names = {}
    for o in objects.load():
        if o.weight > 0 and o.category not in ("shape", "sign", "face"):
            for word in [o.name] + o.synonyms:
                names.setdefault(word, o)
    known = set(names) | {objects.plural(n) for n in names}
    targets = sorted(names)
    candidates = {}
    for s in graph.values():
        for member in s["members"]:
            word = member.replace("_", " ")
            if word in known or not re.fullmatch(r"[a-z]{3,}", word) or RUDE.search(word) or word in MISLEADING:
                continue
            if 2 <= counts[word] < 400:  # rarer words nobody types; commoner ones mean too much else
                candidates.setdefault(word, []).append(s)
    words = sorted(candidates)
    print(len(targets), "known words,", len(words), "candidates", flush=True)
    known_vectors, vectors = teacher(targets), teacher(words)
    place = {t: i for i, t in enumerate(targets)}
    found = defaultdict(dict)
    for at in range(0, len(words), 2000):
        alike = (vectors[at:at + 2000] @ known_vectors.T).cpu()
        for k, word in enumerate(words[at:at + 2000]):
            best = None
            for s in candidates[word]:
                level, seen = [s["id"]], 0
                while level and seen < 4:
                    for i in level:
                        for member in graph[i]["members"] if i in graph else []:
                            t = member.replace("_", " ")
                            if t in place and t != word:
                                score = alike[k, place[t]].item() + 0.2 - 0.04 * seen
                                if score > 0.54 and (best is None or score > best[0]):
                                    best = (score, t)
                    level = [h for i in level if i in graph for h in graph[i]["hypernym"]]
                    seen += 1
            if best is None:
                value, i = alike[k].max(0)
                o = names[targets[i]]
                kinds = {s["lexfile"] for s in candidates[word]}
                if value > 0.6 and kinds & LEXFILES.get(o.category, {"noun.artifact"}):
                    best = (value.item(), targets[i])
            if best:
                found[names[best[1]].name][word] = round(min(best[0], 0.9) ** 2 * (1 + counts[word]) ** 0.4, 2)
    for name, rows in listed("words_not.txt").items():
        for word in rows:
            found.get(name, {}).pop(word, None)
    for name, rows in listed("words_own.txt").items():
        for word in rows:
            found[name][word] = 4.0
    out = {}
    for name in sorted(found):
        if found[name]:
            out[name] = sorted(found[name].items(), key=lambda r: -r[1])[:70]
    return out


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--teacher", required=True)
    p.add_argument("--teacher-tokenizer", required=True)
    args = p.parse_args()
    made = build(os.environ["STYLUS_DATA"], Teacher(args.teacher, args.teacher_tokenizer, "cuda" if torch.cuda.is_available() else "cpu"))
    with open(os.path.join(HERE, "words.json"), "w", encoding="utf-8") as f:
        f.write("{\n" + ",\n".join(json.dumps(k) + ": " + json.dumps(v) for k, v in made.items()) + "\n}\n")
    print(len(made), "objects,", sum(len(v) for v in made.values()), "words")
