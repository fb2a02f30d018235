"""Reads the open text the embedder learns from (folder in STYLUS_DATA) and the paraphrase lexicon beside this file.

Open English WordNet (CC BY 4.0), COCO captions (CC BY 4.0), PartiPrompts (Apache-2.0), T2I-CompBench (MIT),
emoji names and keywords (Unicode / MIT).
"""
import csv
import functools
import gzip
import json
import os
import re
from pathlib import Path

HERE = Path(__file__).parent


def data_root():
    root = os.environ.get("STYLUS_DATA")
    if not root or not Path(root).is_dir():
        raise SystemExit("STYLUS_DATA must name the data folder (text/, prompts/, emoji/meta/).")
    return Path(root)


@functools.lru_cache(None)
def wordnet():
    """{synset id: {id, lexfile, members, definition, examples, hypernym}}"""
    with gzip.open(data_root() / "text/open_english_wordnet.jsonl.gz", "rt", encoding="utf-8") as f:
        return {r["id"]: r for r in map(json.loads, f)}


@functools.lru_cache(None)
def captions():
    with open(data_root() / "prompts/coco_captions.csv", newline="", encoding="utf-8") as f:
        return [r["prompt"].strip() for r in csv.DictReader(f) if r["prompt"].strip()]


@functools.lru_cache(None)
def prompts():
    root = data_root() / "prompts"
    with open(root / "PartiPrompts.tsv", newline="", encoding="utf-8") as f:
        out = [r["Prompt"].strip() for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)]
    for name in ("color", "complex", "numeracy", "spatial"):
        out += [line.split("\t")[0].strip() for line in open(root / f"{name}_train.txt", encoding="utf-8")]
    return [p for p in out if p]


@functools.lru_cache(None)
def emojis():
    """[(name, [keywords], group)] without flags."""
    out = []
    for line in open(data_root() / "emoji/meta/index.jsonl", encoding="utf-8"):
        r = json.loads(line)
        if r["group"] != "flags":
            words = [k for k in r["keywords"] if k.isascii() and k != r["name"]]
            out.append((r["name"], words, r["group"]))
    return out


@functools.lru_cache(None)
def lexicon():
    """[{id, category, train: [phrases], held: [phrases]}]"""
    out = []
    for line in open(HERE / "lexicon.txt", encoding="utf-8"):
        line = line.strip()
        if line and not line.startswith("#"):
            key, category, train, held = (x.strip() for x in line.split("|"))
            out.append(dict(id=key, category=category, train=[p.strip() for p in train.split(",")],
                            held=[p.strip() for p in held.split(",")]))
    return out


def plain(lemma):
    return re.sub(r"\s*\(.*?\)", "", lemma.replace("_", " ")).strip()
