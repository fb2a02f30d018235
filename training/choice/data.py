"""Catalogues of adapter cards with search phrases and labelled prompts, and the text in which a reader sees a card.

A catalogue is a folder: `catalogue.json` (cards), `phrases.json` (per card: phrases, notMeant; may be missing), `prompts.jsonl` (prompt, picks with
spans, ok, kind). More prompts for the cards of `pack` are in `pack-dev` and `pack-test`. How they were written: BRIEF.md and PHRASES.md beside them.
"""
import html
import json
import re
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
HELD_OUT = ("p", "q", "r", "pack-test", "hub-test")  # never trained on, nor looked at while rules and thresholds were made
DEVELOPMENT = ("v", "pack-dev", "hub-dev")  # never trained on either: thresholds are fitted to them
PROMPT_TOKENS, CARD_TOKENS = 96, 80
PHRASES, NOT_MEANT = 8, 2  # of a card that a reader sees
STOP = set("a an the of in on at by for with and or to from is are was be this that it its as into over under near i me my we you your he she his her".split())


def folders(*without):
    """Of the catalogues and sets of prompts, but for those of these names."""
    return [folder for folder in sorted((HERE / "catalogues").iterdir()) if folder.is_dir() and folder.name not in without]


def trained_folders():
    return folders(*HELD_OUT, *DEVELOPMENT)


class Catalogue:
    def __init__(self, folder):
        folder = Path(folder)
        self.name = folder.name
        cards = folder.with_name(folder.name.split("-")[0])
        read = lambda name: ((folder if name == "prompts.jsonl" else cards) / name).read_text(encoding="utf-8")
        phrases = json.loads(read("phrases.json")) if (cards / "phrases.json").exists() else {}
        self.cards = [clean_card(card, phrases.get(card["id"], {})) for card in json.loads(read("catalogue.json"))]
        self.index = {card["id"]: i for i, card in enumerate(self.cards)}
        self.prompts = [json.loads(line) for line in read("prompts.jsonl").splitlines() if line.strip()]
        share = lambda tag: sum(tag in card["tags"] for card in self.cards) / len(self.cards)
        for card in self.cards:  # what every tenth card has says nothing
            card["tags"] = [tag for tag in card["tags"] if share(tag) < 0.1]


def clean_card(card, phrases):
    text = html.unescape(re.sub(r"<[^>]*>", " ", card.get("description") or ""))
    return dict(
        id=card["id"], title=card["title"], category=card.get("category") or "", tags=[tag.lower() for tag in card.get("tags") or []],
        triggers=list(card.get("triggers") or []), description=re.sub(r"\s+", " ", text).strip(),
        phrases=list(phrases.get("phrases") or []), notMeant=list(phrases.get("notMeant") or []))


def card_text(card, phrases, not_meant):
    """The card as the reader sees it; src/compose/reader/card-text.ts writes the same."""
    return " . ".join([card["title"], card["category"], ", ".join(card["triggers"][:3]), ", ".join(phrases[:PHRASES]),
                       "not: " + ", ".join(not_meant[:NOT_MEANT]), ", ".join(card["tags"][:5]), card["description"]])


def varied_card_text(card, phrases, not_meant, rng):
    """The same card as other authors and refiners would have left it: parts missing, another order, or no phrases at all."""
    phrases, not_meant, card = list(phrases), list(not_meant), dict(card)
    if rng.random() < 0.25:
        phrases = phrases[: rng.choice([0, 0, 0, 2])]
    elif rng.random() < 0.3:
        phrases.pop(rng.randrange(len(phrases))) if phrases else None
    if rng.random() < 0.5:
        rng.shuffle(phrases)
    if rng.random() < 0.3:
        not_meant = []
    card["tags"] = rng.sample(card["tags"], len(card["tags"]) if rng.random() < 0.8 else len(card["tags"]) // 2)
    for field, rate in (("description", 0.2), ("triggers", 0.1), ("category", 0.2)):
        if rng.random() < rate:
            card[field] = [] if field == "triggers" else ""
    return card_text(card, phrases, not_meant)


def query_texts(prompt, longest=4, most=96):
    """The prompt and its spans of one to four words that neither begin nor end with a stop word, lower case, each once.
    As in src/retrieval: what is compared with search phrases."""
    words = re.findall(r"[^\W_]+(?:['’.-][^\W_]+)*", prompt.lower())[:64]
    spans = [" ".join(words[i:j]) for n in range(1, longest + 1) for i in range(len(words) - n + 1) for j in [i + n]
             if words[i] not in STOP and words[j - 1] not in STOP]
    return list(dict.fromkeys([prompt.lower()[:200], *spans]))[:most]


class Encoder:
    """Token ids and offsets of texts, remembered."""

    def __init__(self, tokenizer):
        self.tokenizer, self.known = tokenizer, {}

    def __call__(self, text, most):
        if (text, most) not in self.known:
            e = self.tokenizer.encode(text, add_special_tokens=False)
            self.known[text, most] = (e.ids[:most], e.offsets[:most])
        return self.known[text, most]


def pair(encode, prompt, text, spans=()):
    """[CLS] prompt [SEP] card [SEP] -> ids, types, span targets, span weights (1 for the prompt's tokens)."""
    a, offsets = encode(prompt, PROMPT_TOKENS)
    b = encode.tokenizer.encode(text, add_special_tokens=False).ids[:CARD_TOKENS]
    ids = [encode.cls, *a, encode.sep, *b, encode.sep]
    target = [0.0] * len(ids)
    for span in spans:
        start = prompt.find(span)
        for k, (s, e) in enumerate(offsets):
            if s < start + len(span) and e > start:
                target[k + 1] = 1.0
    return ids, [0] * (len(a) + 2) + [1] * (len(b) + 1), target, [0.0] + [1.0] * len(a) + [0.0] * (len(b) + 2)


def batch(pairs):
    length = -8 * (-max(len(p[0]) for p in pairs) // 8)
    out = [np.zeros((len(pairs), length), dtype) for dtype in (np.int32, np.int8, np.float32, np.float32)]
    for row, values in enumerate(pairs):
        for array, value in zip(out, values):
            array[row, : len(value)] = value
    return out
