"""Lower-cased byte-level BPE in CLIP's file format (vocab.json, merges.txt, `</w>`), 4096 tokens, and its trainer.

    STYLUS_DATA=… python -m pocket.bpe            # trains from captions, adapter words, WordNet lemmas and COCO captions; deterministic
    Tokenizer.load().encode("a fox", pad=True)    # 77 ids: start, tokens, end, padded with end
Ids: 256 byte symbols, the same 256 with `</w>`, merges in order, then <|startoftext|> = 4094 and <|endoftext|> = 4095.
"""
import csv
import gzip
import json
import os
import re
from collections import Counter, defaultdict
from functools import lru_cache

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer")
SIZE, LENGTH = 4096, 77
START, END = "<|startoftext|>", "<|endoftext|>"
# CLIP's pattern with \p{L} and \p{N} written for Python's re
PATTERN = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+", re.IGNORECASE)


@lru_cache(maxsize=1)
def byte_symbols():
    """Byte -> printable character, the table of GPT-2 and CLIP."""
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    chars, extra = list(keep), 0
    for b in range(256):
        if b not in keep:
            keep.append(b)
            chars.append(256 + extra)
            extra += 1
    return {b: chr(c) for b, c in zip(keep, chars)}


def words(text):
    return PATTERN.findall(re.sub(r"\s+", " ", text.strip()).lower())


def symbols(word):
    table = byte_symbols()
    s = [table[b] for b in word.encode("utf-8")]
    return tuple(s[:-1] + [s[-1] + "</w>"])


def train(counts, merges_wanted):
    """Greedy pair merging over word counts; ties go to the alphabetically first pair."""
    vocab = [[list(symbols(w)), c] for w, c in sorted(counts.items())]
    pairs, where = Counter(), defaultdict(set)
    for i, (s, c) in enumerate(vocab):
        for p in zip(s, s[1:]):
            pairs[p] += c
            where[p].add(i)
    merges = []
    while len(merges) < merges_wanted:
        best = min(pairs.items(), key=lambda kv: (-kv[1], kv[0]))[0]
        merges.append(best)
        joined = best[0] + best[1]
        for i in sorted(where.pop(best)):
            s, c = vocab[i]
            for p in zip(s, s[1:]):
                pairs[p] -= c
                if pairs[p] <= 0:
                    del pairs[p]
            out, k = [], 0
            while k < len(s):
                if k + 1 < len(s) and (s[k], s[k + 1]) == best:
                    out.append(joined)
                    k += 2
                else:
                    out.append(s[k])
                    k += 1
            vocab[i][0] = out
            for p in zip(out, out[1:]):
                pairs[p] += c
                where[p].add(i)
        pairs.pop(best, None)
    return merges


class Tokenizer:
    def __init__(self, vocab, merges):
        self.vocab, self.inverse = vocab, {i: t for t, i in vocab.items()}
        self.ranks = {tuple(m): i for i, m in enumerate(merges)}
        self.start, self.end = vocab[START], vocab[END]
        self.bytes = {c: b for b, c in byte_symbols().items()}
        self.cache = {}

    @classmethod
    def load(cls, folder=HERE):
        with open(os.path.join(folder, "merges.txt"), encoding="utf-8") as f:
            merges = [line.split() for line in f.read().split("\n")[1:] if line.strip()]
        with open(os.path.join(folder, "vocab.json"), encoding="utf-8") as f:
            return cls(json.load(f), merges)

    def word(self, w):
        if w in (START, END):
            return [self.vocab[w]]
        if w not in self.cache:
            s = list(symbols(w))
            while len(s) > 1:
                rank, k = min((self.ranks.get(p, 1 << 30), k) for k, p in enumerate(zip(s, s[1:])))
                if rank == 1 << 30:
                    break
                pair, out, i = (s[k], s[k + 1]), [], 0
                while i < len(s):
                    if i + 1 < len(s) and (s[i], s[i + 1]) == pair:
                        out.append(s[i] + s[i + 1])
                        i += 2
                    else:
                        out.append(s[i])
                        i += 1
                s = out
            self.cache[w] = [self.vocab[t] for t in s]
        return self.cache[w]

    def encode(self, text, pad=False):
        """Token ids; with pad: start + ids (cut) + end, padded with end to 77."""
        ids = [i for w in words(text) for i in self.word(w)]
        if not pad:
            return ids
        row = [self.start] + ids[:LENGTH - 2] + [self.end]
        return row + [self.end] * (LENGTH - len(row))

    def decode(self, ids):
        text = "".join(self.inverse[i] for i in ids if i not in (self.start, self.end))
        parts = [bytearray(self.bytes[c] for c in part).decode("utf-8", errors="replace") for part in text.split("</w>")]
        return " ".join(p for p in parts if p)


def corpus(data_dir, n=30000):
    """Word counts: captions in full, object names and adapter texts often, the rest of English once."""
    from . import adapters, captions, objects, specs
    counts = Counter()
    for split in ("train", "eval"):
        s = specs.Sampler("bpe " + split)
        for _ in range(n if split == "train" else n // 10):
            counts.update(words(captions.caption(s.sample(split), s.rng, split)))
    counts = Counter({w: c * 3 for w, c in counts.items()})
    for o in objects.load():
        for name in [o.name, objects.plural(o.name)] + o.synonyms:
            for w in words(name):
                counts[w] += 150
    for text in adapters.all_texts():
        for w in words(text):
            counts[w] += 25
    with gzip.open(os.path.join(data_dir, "text/open_english_wordnet.jsonl.gz"), "rt", encoding="utf-8") as f:
        for line in f:
            for member in json.loads(line)["members"]:
                for w in words(str(member).replace("_", " ")):
                    if w.isalpha() and w.isascii():
                        counts[w] += 1
    with open(os.path.join(data_dir, "prompts/coco_captions.csv"), encoding="utf-8") as f:
        rows = list(csv.reader(f))
    for row in rows[1:]:
        counts.update(words(max(row, key=len)))
    return counts


def write(merges, folder=HERE):
    """The four tokenizer files of a diffusers pipeline."""
    os.makedirs(folder, exist_ok=True)
    base = [byte_symbols()[b] for b in sorted(byte_symbols(), key=lambda b: ord(byte_symbols()[b]))]
    tokens = base + [c + "</w>" for c in base] + [a + b for a, b in merges] + [START, END]
    assert len(tokens) == len(set(tokens)) == SIZE, len(set(tokens))
    special = {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}
    files = {"vocab.json": json.dumps({t: i for i, t in enumerate(tokens)}, ensure_ascii=False),
             "merges.txt": "#version: 0.2\n" + "\n".join(f"{a} {b}" for a, b in merges) + "\n",
             "special_tokens_map.json": json.dumps(special, indent=2) + "\n",
             "tokenizer_config.json": json.dumps({**special, "add_prefix_space": False, "do_lower_case": True, "errors": "replace", "model_max_length": LENGTH, "tokenizer_class": "CLIPTokenizer"}, indent=2) + "\n"}
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(text)


def selftest():
    """Round trip, determinism of the ids and one token per everyday word."""
    from . import captions, objects, specs
    t = Tokenizer.load()
    assert (t.start, t.end, len(t.vocab)) == (4094, 4095, SIZE)
    s = specs.Sampler("selftest")
    lengths = []
    for _ in range(3000):
        c = captions.caption(s.sample(), s.rng)
        ids = t.encode(c)
        assert t.decode(ids) == " ".join(words(c)), c
        lengths.append(len(ids))
    assert t.decode(t.encode("Crème brûlée, naïve 42!")) == "crème brûlée , naïve 4 2 !"
    row = t.encode("two dogs in the snow", pad=True)
    assert len(row) == LENGTH and row[0] == t.start and row[6:] == [t.end] * 71, row
    split = [o.name for o in objects.load() if len(t.encode(o.name)) > len(words(o.name))]
    print("mean tokens", sum(lengths) / len(lengths), "max", max(lengths), "| names with split words:", len(split), split[:12])


if __name__ == "__main__":
    write(train(corpus(os.environ["STYLUS_DATA"]), SIZE - 514))
    selftest()
