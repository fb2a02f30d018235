"""Meaning for the text encoder: a bank of texts with the teacher's vectors, and the loss that draws the encoder's states to them.

The last state of a text (at its end token) has to give the teacher's vector of the text; the state at the last token of a word or known phrase
has to give the teacher's vector of that word alone. Two linear maps, thrown away after training, stand between. So that words that no picture
had lie beside those that had one.

    STYLUS_DATA=… python -m pocket.meaning --out texts.npz
"""
import argparse
import csv
import gzip
import json
import os
import random
import re
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from pocket import captions, objects, specs
from pocket.bpe import Tokenizer, words
from pocket.words import frequencies

MARKS = 6  # marked words of a text


def texts(data, rng, grammar=60_000):
    """Whole texts: prompts and captions at hand, our own captions, glosses of things, words and short phrases."""
    out = set()
    with open(f"{data}/prompts/coco_captions.csv", encoding="utf-8") as f:
        out.update(max(row, key=len).lower().strip()[:140] for row in csv.reader(f) if row)
    for name in ("PartiPrompts.tsv", "color_train.txt", "complex_train.txt", "spatial_train.txt", "numeracy_train.txt"):
        with open(f"{data}/prompts/{name}", encoding="utf-8") as f:
            out.update(line.split("\t")[0].lower().strip()[:160] for line in f)
    sampler = specs.Sampler("meaning", natural_share=0.75)
    for _ in range(grammar):
        out.add(captions.caption(sampler.sample(), sampler.rng))
    known = vocabulary(data)
    frames = ["a {}", "a {}", "a {} on a hill", "a picture of a {}", "a cute {}", "a {} in the forest", "a {} at night", "two {}s", "{}", "the {}", "a {} in a room", "a cat and a {}", "a {} on the beach", "a boy with a {}", "a red {}"]
    for word in known:
        for frame in rng.sample(frames, 3):
            out.add(frame.format(word))
    with gzip.open(f"{data}/text/open_english_wordnet.jsonl.gz", "rt", encoding="utf-8") as f:
        for row in map(json.loads, f):
            if row["lexfile"] in ("noun.animal", "noun.artifact", "noun.food", "noun.plant", "noun.object", "noun.person", "noun.phenomenon"):
                if any(m.replace("_", " ") in known for m in row["members"]):
                    out.add(str(row["definition"]).lower()[:140])
            if row["lexfile"].startswith("verb.") and len(row["definition"]) < 60:
                out.add(str(row["definition"]).lower())
    out.discard("")
    return sorted(out)


def vocabulary(data):
    """Words and two-word names that get a vector of their own: names of objects, words near them, and frequent words of glosses and captions."""
    found = set()
    for o in objects.load():
        found.update([o.name, *o.synonyms])
    for rows, _ in captions.near_words().values():
        found.update(rows)
    for phrases, nouns in [*captions.PLACE.values(), *captions.SKY.values(), *captions.WEATHER.values()]:
        found.update(nouns)
    counts = frequencies(data)
    stop = set("the a an of in on at by to and or with for from is are was be been being it its his her their this that these those as into over has have had not no but so up out off than then there here which who whose when where while very more most some any each other".split())
    found.update(w for w, n in counts.items() if n >= 12 and len(w) > 2 and w not in stop)
    return {w for w in found if re.fullmatch(r"[a-z]+( [a-z]+){0,2}", w)}


def prepare(data, out, grammar):
    """Texts, names, token ids and marks, as one .npz that a GPU machine reads in seconds."""
    rng, tokenizer = random.Random(3), Tokenizer.load()
    all_texts = texts(data, rng, grammar)
    rng.shuffle(all_texts)
    names = sorted(vocabulary(data))
    place = {w: i for i, w in enumerate(names)}
    rows, ends, marks, marked = [], [], [], []
    for text in all_texts:
        row, spots, pieces, k = [tokenizer.start], [], words(text), 0
        while k < len(pieces):
            for length in (3, 2, 1):
                phrase = " ".join(pieces[k:k + length])
                if k + length <= len(pieces) and (phrase in place or length == 1):
                    break
            for word in pieces[k:k + length]:
                row += tokenizer.word(word)
            if phrase in place and len(row) <= 76:
                spots.append((len(row) - 1, place[phrase]))
            k += length
        row = row[:76] + [tokenizer.end]
        ends.append(len(row) - 1)
        rows.append(row + [tokenizer.end] * (77 - len(row)))
        spots = rng.sample(spots, min(MARKS, len(spots)))
        marks.append([s for s, _ in spots] + [-1] * (MARKS - len(spots)))
        marked.append([w for _, w in spots] + [0] * (MARKS - len(spots)))
    np.savez_compressed(out, texts=np.frombuffer("\n".join(all_texts).encode(), np.uint8), names=np.frombuffer("\n".join(names).encode(), np.uint8),
                        ids=np.array(rows, np.int16), ends=np.array(ends, np.int8), marks=np.array(marks, np.int8), words=np.array(marked, np.int32))
    print(len(all_texts), "texts,", len(names), "words, mean length", sum(ends) / len(ends))


class Bank:
    """What prepare() wrote, with the teacher's vectors, on the device."""

    def __init__(self, run, teacher, path, most=None):
        begin = time.time()
        with np.load(path) as z:
            all_texts, names = (bytes(z[k]).decode().split("\n") for k in ("texts", "names"))
            table = {k: z[k] for k in ("ids", "ends", "marks", "words")}
        keep = len(all_texts) if most is None else most
        self.run = run
        self.vectors = (teacher(names) if most is None else torch.randn(len(names), 384)).half().to(run.device)
        self.sentence = teacher(all_texts[:keep]).half()
        self.ids = torch.from_numpy(table["ids"][:keep]).to(run.device)
        self.ends, self.marks, self.words = (torch.from_numpy(table[k][:keep].astype(np.int64)).to(run.device) for k in ("ends", "marks", "words"))
        run.log(event="meaning", texts=keep, words=len(names), seconds=time.time() - begin)

    def batch(self, n):
        """(ids, ends, sentence, marks, vectors of the marked words [n, MARKS, 384])."""
        i = torch.randint(0, len(self.ids), (n,), device=self.run.device)
        return self.ids[i].long(), self.ends[i], self.sentence[i].float(), self.marks[i], self.vectors[self.words[i]].float()


class Noise:
    """Batches of a bank's shapes, to compile with."""

    def __init__(self, run):
        self.run = run

    def batch(self, n):
        unit = lambda *shape: F.normalize(torch.randn(*shape, 384, device=self.run.device), dim=-1)  # noqa: E731
        whole = lambda top, *shape: torch.randint(0, top, shape, device=self.run.device)  # noqa: E731
        return whole(4096, n, 77), whole(77, n), unit(n), whole(77, n, MARKS), unit(n, MARKS)


class Heads(nn.Module):
    """Linear maps from states to the teacher's space, and the loss."""

    def __init__(self, width, dims=384):
        super().__init__()
        self.sentence, self.word = nn.Linear(width, dims), nn.Linear(width, dims)

    def forward(self, states, ends, sentence, marks, vectors):
        whole = F.normalize(self.sentence(states[torch.arange(len(states), device=states.device), ends]).float(), dim=-1)
        own = torch.gather(states, 1, marks.clamp(min=0)[:, :, None].expand(-1, -1, states.shape[-1]))
        word = F.normalize(self.word(own).float(), dim=-1)
        there = (marks >= 0).float()
        cosine = (1 - (whole * sentence).sum(-1)).mean()
        each = ((1 - (word * vectors).sum(-1)) * there).sum() / there.sum().clamp(min=1)
        mine, theirs = whole @ whole.T / 0.07, sentence @ sentence.T / 0.07
        eye = torch.eye(len(whole), device=whole.device) * 1e4
        alike = F.kl_div((mine - eye).log_softmax(1), (theirs - eye).softmax(1), reduction="batchmean")
        return cosine + 1.5 * each + 0.2 * alike, cosine, each


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True)
    p.add_argument("--grammar", type=int, default=60_000)
    args = p.parse_args()
    prepare(os.environ["STYLUS_DATA"], args.out, args.grammar)
