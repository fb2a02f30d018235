"""Cuts BERT's vocabulary to the tokens that prompts and cards use.

    PYTHONPATH=training python3 -m choice.vocabulary TOKENIZER.json OUT.json [--size 20000]
Counts the tokens of WordNet's lemmas and glosses, captions, prompts, and the catalogues; keeps the special tokens, single characters and the
commonest of the rest. What is cut falls back to word pieces, as in WordPiece. Writes OUT.json (a tokenizer) and OUT.rows.npy (the kept rows).
"""
import argparse
import collections
import csv
import gzip
import json
import os

import numpy as np
from tokenizers import Tokenizer

from .data import trained_folders


def corpus(data):
    with gzip.open(f"{data}/text/open_english_wordnet.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            synset = json.loads(line)
            yield from (m.replace("_", " ") for m in synset["members"])
            yield synset["definition"]
    with open(f"{data}/prompts/coco_captions.csv", encoding="utf-8") as file:
        yield from (max(row, key=len) for row in csv.reader(file) if row)
    with open(f"{data}/prompts/PartiPrompts.tsv", encoding="utf-8") as file:
        yield from (line.split("\t")[0] for line in file)
    for folder in trained_folders():
        for name, weight in (("phrases.json", 3), ("catalogue.json", 3), ("prompts.jsonl", 3)):
            if (folder / name).exists():
                yield from [(folder / name).read_text(encoding="utf-8")] * weight


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("tokenizer"), ap.add_argument("out"), ap.add_argument("--size", type=int, default=20000)
    a = ap.parse_args()
    tokenizer = Tokenizer.from_file(a.tokenizer)
    tokenizer.no_truncation(), tokenizer.no_padding()
    count = collections.Counter()
    for text in corpus(os.environ["STYLUS_DATA"]):
        count.update(tokenizer.encode(text, add_special_tokens=False).ids)
    whole = json.loads(tokenizer.to_str())
    tokens = sorted(whole["model"]["vocab"], key=whole["model"]["vocab"].get)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    single = [t for t in tokens if len(t.removeprefix("##")) == 1 and t.removeprefix("##") < "\u0250"]
    kept = dict.fromkeys(special + single)
    for i, _ in count.most_common():
        if len(kept) < a.size:
            kept.setdefault(tokens[i])
    rows = np.array([whole["model"]["vocab"][t] for t in kept], np.int32)
    whole["model"]["vocab"] = {t: i for i, t in enumerate(kept)}
    whole["added_tokens"] = [dict(t, id=whole["model"]["vocab"][t["content"]]) for t in whole["added_tokens"]]
    whole["truncation"] = whole["padding"] = None
    whole["post_processor"] = None  # the pair is put together by hand
    with open(a.out, "w", encoding="utf-8") as file:
        json.dump(whole, file, ensure_ascii=False, separators=(",", ":"))
    np.save(a.out.removesuffix(".json") + ".rows.npy", rows)
    print(len(kept), "tokens of", len(tokens), "cover", round(sum(count[r] for r in rows) / sum(count.values()), 5))


if __name__ == "__main__":
    main()
