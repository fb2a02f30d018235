"""Chooses the embedder's vocabulary and writes tokenizer.json and tokenizer_config.json.

Whole words by weighted frequency (lexicon and emoji words always), then sub-word pieces learned on the rest.
    STYLUS_DATA=… PYTHONPATH=training python3 -m embedder.build_vocab
"""
import argparse
from collections import Counter
from pathlib import Path

from .corpus import captions, emojis, lexicon, plain, prompts, wordnet
from .wordpiece import SPECIALS, WordPiece, learn_pieces, split_words, write_tokenizer

OUT = Path(__file__).parents[2] / "public/packs/pocket/embedder"
CARD_WORDS = """lora lycoris locon card query style adapter trigger word words weight strength model base sd stable diffusion checkpoint
    recommended works best use prompt tag tags trained images version epoch rank concept character pose action background
    clothing building vehicle animal effect adds makes gives turns look render image picture aesthetic inspired""".split()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--size", type=int, default=11264)
    ap.add_argument("--pieces", type=int, default=2300)
    ap.add_argument("--max-length", type=int, default=128)
    a = ap.parse_args()

    must, count = Counter(), Counter()
    for w in CARD_WORDS:
        must[w] += 1
    for e in lexicon():
        for p in [e["id"]] + e["train"] + e["held"]:
            must.update(split_words(p))
    for name, words, _ in emojis():
        for p in [name] + words:
            count.update({w: 12 for w in split_words(p)})
    for text in captions():
        count.update({w: 3 for w in split_words(text)})
    for text in prompts():
        count.update({w: 2 for w in split_words(text)})
    physical = ("noun.artifact", "noun.animal", "noun.food", "noun.plant", "noun.object", "noun.body", "noun.person", "noun.shape",
                "noun.substance", "noun.phenomenon", "adj.all")
    lemma = Counter()
    for s in wordnet().values():
        count.update(split_words(s["definition"]))
        for text in s["examples"]:
            count.update(split_words(text))
        for m in s["members"]:
            lemma.update({w: 3 if s["lexfile"] in physical else 1 for w in split_words(plain(m))})
    count.update(lemma)

    chars = sorted({c for w in count for c in w if c.isascii()})
    base = SPECIALS + chars + ["##" + c for c in chars if c.isalnum()]
    room = a.size - len(base) - a.pieces
    ok = lambda w: len(w) > 1 and w.isascii() and w.isalnum()
    forced = sorted(w for w in must if ok(w))
    ranked = [w for w, c in sorted(count.items(), key=lambda kv: (-kv[1], kv[0])) if ok(w) and w not in must and not w.isdigit()]
    words = forced + ranked[: room - len(forced)]
    have = set(words)
    rest = {w: c for w, c in count.items() if ok(w) and w not in have and len(w) < 25}
    pieces = [p for p in learn_pieces(rest, a.pieces + 1500) if p not in have]
    vocab = base + words
    for p in pieces:
        if len(vocab) >= a.size:
            break
        vocab.append(p)
    assert len(vocab) == a.size == len(set(vocab)), (len(vocab), len(set(vocab)))
    OUT.mkdir(parents=True, exist_ok=True)
    write_tokenizer(OUT, vocab, a.max_length)
    tok = WordPiece(vocab)
    total = sum(count.values())
    print(f"{len(forced)} forced words, rarest whole word {words[-1]!r} x{count[words[-1]]}; "
          f"{sum(c * len(tok.word(w)) for w, c in count.items()) / total:.3f} pieces a word; "
          f"lemmas {sum(len(tok.word(w)) for w in lemma) / len(lemma):.2f} pieces")
    for w in "plasticine claymation embroidered lighthouse axolotl triceratops steampunk okapi hologram".split():
        print(w, [vocab[i] for i in tok.word(w)])


if __name__ == "__main__":
    main()
