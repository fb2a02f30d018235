"""Lower-cased byte-level BPE in CLIP's file format (vocab.json, merges.txt, `</w>`), 12,288 tokens, and its trainer.

    STYLUS_DATA=… python -m pocket.bpe            # trains from captions, adapter words, WordNet lemmas and COCO captions; deterministic
    Tokenizer.load().encode("a fox", pad=True)    # 77 ids: start, tokens, end, padded with end
    STYLUS_DATA=… python -m pocket.bpe extend     # adds merges to those that are there; older ids stay
Ids: 256 byte symbols, the same 256 with `</w>`, the first merges in order, <|startoftext|> = 4094, <|endoftext|> = 4095, then the later merges.
"""
import csv
import gzip
import heapq
import json
import os
import re
from collections import Counter, defaultdict
from functools import lru_cache

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer")
SIZE, FIRST, LENGTH = 12288, 4096, 77  # tokens; of them those of the first training, special ones included
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


def train(counts, merges_wanted, known=None):
    """Greedy pair merging over word counts; ties go to the alphabetically first pair. `known`: a tokenizer whose merges come first."""
    split = (lambda w: [known.inverse[i] for i in known.word(w)]) if known else lambda w: list(symbols(w))
    vocab = [[split(w), c] for w, c in sorted(counts.items())]
    pairs, where = Counter(), defaultdict(set)
    for i, (s, c) in enumerate(vocab):
        for p in zip(s, s[1:]):
            pairs[p] += c
            where[p].add(i)
    merges = []
    heap = [(-c, p) for p, c in pairs.items()]
    heapq.heapify(heap)
    while len(merges) < merges_wanted:
        count, best = heapq.heappop(heap)
        if pairs.get(best) != -count:  # counts changed since: the pair stands elsewhere in the heap, or nowhere
            continue
        merges.append(best)
        changed = set()
        joined = best[0] + best[1]
        for i in sorted(where.pop(best)):
            s, c = vocab[i]
            for p in zip(s, s[1:]):
                pairs[p] -= c
                changed.add(p)
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
                changed.add(p)
                where[p].add(i)
        pairs.pop(best, None)
        for p in changed:
            if p in pairs:
                heapq.heappush(heap, (-pairs[p], p))
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

    def parts(self, token):
        """The byte symbols of one token."""
        end = token.endswith("</w>")
        letters = list(token[:-4] if end else token)
        return letters[:-1] + [letters[-1] + "</w>"] if end else letters

    def merge(self, s):
        """Ids of a list of symbols after all merges."""
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
        return [self.vocab[t] for t in s]

    def word(self, w):
        if w in (START, END):
            return [self.vocab[w]]
        if w not in self.cache:
            self.cache[w] = self.merge(list(symbols(w)))
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


def natural_corpus(data_dir):
    """Word counts of what people write: prompts and captions at hand, glosses, names, and words whose nearest picture is known (words.json)."""
    from . import captions, objects
    counts = Counter()
    with gzip.open(os.path.join(data_dir, "text/open_english_wordnet.jsonl.gz"), "rt", encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            for text in [row["definition"]] + row["examples"]:
                counts.update(w for w in words(str(text)) if w.isalpha() and w.isascii())
            for member in row["members"]:
                for w in words(str(member).replace("_", " ")):
                    if w.isalpha() and w.isascii():
                        counts[w] += 1
    with open(os.path.join(data_dir, "prompts/coco_captions.csv"), encoding="utf-8") as f:
        for row in csv.reader(f):
            for w in words(max(row, key=len)):
                counts[w] += 3
    for name in ("PartiPrompts.tsv", "color_train.txt", "complex_train.txt", "spatial_train.txt", "numeracy_train.txt"):
        with open(os.path.join(data_dir, "prompts", name), encoding="utf-8") as f:
            for line in f:
                for w in words(line.split("\t")[0]):
                    counts[w] += 10
    for o in objects.load():
        for name in [o.name, objects.plural(o.name)] + o.synonyms:
            for w in words(name):
                counts[w] += 60
    for rows, _ in captions.near_words().values():
        for word in rows:
            for w in words(word) + words(objects.plural(word)):
                counts[w] += 25
    for phrases, nouns in [*captions.PLACE.values(), *captions.SKY.values(), *captions.WEATHER.values()]:
        for text in phrases + nouns:
            for w in words(text):
                counts[w] += 60
    return counts


def extend(data_dir, folder=HERE):
    """Adds merges up to SIZE tokens; every id of before keeps its meaning, text that had one token a word keeps its ids."""
    old = Tokenizer.load(folder)
    first = sorted(old.ranks, key=old.ranks.get)[:FIRST - 514]
    old = Tokenizer({t: i for t, i in old.vocab.items() if i < FIRST}, first)
    counts = Counter({w: c for w, c in natural_corpus(data_dir).items() if c > 1})
    later = train(counts, SIZE - FIRST, known=old)
    write(first + later, folder)


def write(merges, folder=HERE):
    """The four tokenizer files of a diffusers pipeline."""
    os.makedirs(folder, exist_ok=True)
    base = [byte_symbols()[b] for b in sorted(byte_symbols(), key=lambda b: ord(byte_symbols()[b]))]
    tokens = base + [c + "</w>" for c in base] + [a + b for a, b in merges[:FIRST - 514]] + [START, END] + [a + b for a, b in merges[FIRST - 514:]]
    assert len(tokens) == len(set(tokens)) and len(tokens) in (FIRST, SIZE), len(set(tokens))
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
    assert (t.start, t.end) == (4094, 4095) and len(t.vocab) in (FIRST, SIZE)
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
    import sys
    if sys.argv[1:] == ["extend"]:
        extend(os.environ["STYLUS_DATA"])
    else:
        write(train(corpus(os.environ["STYLUS_DATA"]), FIRST - 514))
    selftest()
