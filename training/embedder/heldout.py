"""Held-out retrieval test of the embedder: paraphrases never trained on -> the card that serves them.

Cards: one per lexicon entry, made of training phrases by a fixed seed. Queries: the held-out phrases, bare and inside a
prompt. The strict set keeps the queries none of whose content words stands in any card, where word matching cannot help.
Baselines: BM25 (k1 1.2, b 0.75), TF-IDF over words, and averaged hashed word vectors with character n-grams (fastText-like, untrained).
"""
import math
import random
import zlib
from collections import Counter

import numpy as np

from . import pairs
from .wordpiece import split_words

SUFFIXES = ("ings", "ing", "ies", "es", "ed", "s", "y", "e")
FILLER = ["{}", "{} please", "something like {}", "I would like {}"]  # words no card uses


def stem(word):
    for s in SUFFIXES:
        if word.endswith(s) and len(word) - len(s) >= 3:
            return word[: -len(s)]
    return word


def content(text):
    return [stem(w) for w in split_words(text) if w.isalnum() and w not in pairs.STOP]


def build():
    """{cards: [text], ids: [lexicon id], strict: [(query, card index)], prompts: [(query, card index)]}"""
    w, r = pairs.world(), random.Random(20240429)
    cards, ids = [], []
    for i, e in enumerate(w.lexicon):
        c = ""
        while len(content(c)) < 4:
            c = pairs.lexicon_card(w, r, i)
        cards.append(c)
        ids.append(e["id"])
    used = {t for c in cards for t in content(c)}
    strict, prompts = [], []
    for i, e in enumerate(w.lexicon):
        for p in e["held"]:
            words = content(p)
            if words and not used & set(words):
                strict.append((r.choice(FILLER).format(p), i))
            subject = r.choice(["a fox", "two cats on a table", "an apple and a cup", "a boat at sea", "a small house", "a girl", "a robot", "a bird in a tree"])
            prompts.append((f"{subject}, {p}" if e["category"] not in pairs.SUBJECT else f"{r.choice(['a', 'one', 'cute'])} {p}", i))
    return dict(cards=cards, ids=ids, strict=strict, prompts=prompts)


def recalls(scores, targets):
    """recall@1/5/10 and mean reciprocal rank of score rows [Q, N]; ties count half the tied places."""
    out = Counter()
    for row, t in zip(scores, targets):
        rank = 1 + (row > row[t]).sum() + ((row == row[t]).sum() - 1) / 2
        for k in (1, 5, 10):
            out[f"r@{k}"] += rank <= k
        out["mrr"] += 1 / rank
    return {k: round(float(v) / len(targets), 4) for k, v in out.items()}


def bm25(docs, queries, k1=1.2, b=0.75):
    d = [Counter(content(x)) for x in docs]
    df = Counter(t for c in d for t in c)
    mean = sum(sum(c.values()) for c in d) / len(d)
    out = np.zeros((len(queries), len(docs)))
    for i, q in enumerate(queries):
        for t in content(q):
            if t in df:
                idf = math.log(1 + (len(d) - df[t] + 0.5) / (df[t] + 0.5))
                for j, c in enumerate(d):
                    if t in c:
                        out[i, j] += idf * c[t] * (k1 + 1) / (c[t] + k1 * (1 - b + b * sum(c.values()) / mean))
    return out


def _unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)


def tfidf(docs, queries):
    terms = sorted({t for x in docs for t in content(x)})
    at = {t: i for i, t in enumerate(terms)}
    df = Counter(t for x in docs for t in set(content(x)))

    def rows(texts):
        m = np.zeros((len(texts), len(terms)))
        for i, x in enumerate(texts):
            for t in content(x):
                if t in at:
                    m[i, at[t]] += math.log(len(docs) / df[t])
        return _unit(m)
    return rows(queries) @ rows(docs).T


def hashed(docs, queries, dim=256):
    df = Counter(t for x in docs for t in set(content(x)))

    def vector(word):
        grams = [f"<{word}>"] + [f"<{word}>"[i : i + n] for n in (3, 4, 5) for i in range(len(word) + 3 - n)]
        return np.mean([np.random.RandomState(zlib.crc32(g.encode())).randn(dim) for g in grams], axis=0)
    cache = {}

    def rows(texts):
        m = np.zeros((len(texts), dim))
        for i, x in enumerate(texts):
            for t in content(x):
                if t not in cache:
                    cache[t] = vector(t) * math.log(1 + len(docs) / (1 + df[t]))
                m[i] += cache[t]
        return _unit(m)
    return rows(queries) @ rows(docs).T


# (query, closer, farther): cosine of the first two must be higher
SANITY = [("puppy", "dog", "car"), ("plasticine figure", "clay render", "ink line art"), ("kitten", "cat", "dog"), ("automobile", "car", "bird"),
          ("8-bit game", "pixel art", "watercolour"), ("daguerreotype", "sepia old photo", "neon sign"), ("crocheted doll", "knitted toy", "glass figurine"),
          ("schooner", "boat", "airplane"), ("snowstorm", "falling snow", "sunny beach"), ("sorcerer", "wizard", "pirate"),
          ("needlework", "embroidery", "pixel art"), ("technical drawing", "blueprint", "oil painting"), ("paper folding", "origami", "mosaic"),
          ("nocturnal", "at night", "sunrise"), ("spectacles", "wearing glasses", "party hat"), ("metropolis", "city", "meadow"),
          ("steed", "horse", "fish"), ("extraterrestrial", "alien", "fairy"), ("gelato", "ice cream", "pizza"), ("citadel", "castle", "bicycle")]


def evaluate(encode_texts, *, baselines=False, cards_json=None):
    """Numbers of an encoder (texts -> unit vectors [N, D])."""
    t = build()
    docs = encode_texts([pairs.CARD + c for c in t["cards"]])
    out = {"cards": len(t["cards"])}
    for name in ("strict", "prompts"):
        queries, targets = [q for q, _ in t[name]], [i for _, i in t[name]]
        scores = np.asarray(encode_texts([pairs.QUERY + q for q in queries])) @ np.asarray(docs).T
        out[name] = dict(queries=len(queries), embedder=recalls(scores, targets))
        if baselines:
            for label, f in (("bm25", bm25), ("tfidf", tfidf), ("hashed", hashed)):
                out[name][label] = recalls(f(t["cards"], queries), targets)
    ok, bad = 0, []
    for q, near, far in SANITY:
        a, b, c = np.asarray(encode_texts([pairs.QUERY + q, pairs.CARD + near, pairs.CARD + far]))
        ok += a @ b > a @ c
        if not a @ b > a @ c:
            bad.append(f"{q}: {near} {a @ b:.2f} < {far} {a @ c:.2f}")
    out["sanity"] = dict(passed=int(ok), total=len(SANITY), failed=bad)
    if cards_json:
        out["pack"] = pack(encode_texts, cards_json, baselines)
    return out


def pack(encode_texts, path, baselines=False):
    """Held-out phrases of the lexicon entries that a pack's cards serve (matched by id or tag) -> the pack's cards."""
    import json
    with open(path, encoding="utf-8") as f:
        cards = json.load(f)
    texts, keys = [], []
    for key, c in cards.items():
        texts.append(". ".join(x for x in (c["title"], c["refined"]["description"], ", ".join(c["tags"])) if x))
        keys.append({key, c["title"].lower(), *(x.lower() for x in c["tags"]), *(x.lower() for x in c["triggerWords"])})
    w = pairs.world()
    queries, targets = [], []
    for e in w.lexicon:
        names = {e["id"], e["id"].replace("-", " "), *e["train"][:3]}
        hits = [i for i, k in enumerate(keys) if names & k]
        if len(hits) == 1:
            for p in e["held"] + e["train"]:
                if not set(content(p)) & set(content(texts[hits[0]])):
                    queries.append(p)
                    targets.append(hits[0])
    if not queries:
        return dict(cards=len(texts), queries=0)
    scores = np.asarray(encode_texts([pairs.QUERY + q for q in queries])) @ np.asarray(encode_texts([pairs.CARD + x for x in texts])).T
    out = dict(cards=len(texts), queries=len(queries), embedder=recalls(scores, targets))
    if baselines:
        out["bm25"] = recalls(bm25(texts, queries), targets)
        out["hashed"] = recalls(hashed(texts, queries), targets)
    return out
