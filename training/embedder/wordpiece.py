"""Lower-cased WordPiece tokenizer of the sentence embedder (BERT scheme: Devlin et al. 2018; Schuster & Nakajima 2012).

`encode` gives the ids that HF tokenizers and transformers.js give for the tokenizer.json written by `write_tokenizer`:
BertNormalizer (clean text, lower case, accents stripped) -> BertPreTokenizer -> greedy longest match.
Text outside Latin script (CJK and the like) becomes [UNK].
"""
import json
import unicodedata

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNK, CLS, SEP, MASK = range(5)
MAX_WORD_CHARS = 60  # longer words become [UNK]; guards against pathological input


def _is_punctuation(ch):
    o = ord(ch)
    if 33 <= o <= 47 or 58 <= o <= 64 or 91 <= o <= 96 or 123 <= o <= 126:
        return True
    return unicodedata.category(ch).startswith("P")


def _is_cjk(o):
    return (0x4E00 <= o <= 0x9FFF or 0x3400 <= o <= 0x4DBF or 0x20000 <= o <= 0x2A6DF or 0x2A700 <= o <= 0x2B81F
            or 0x2B820 <= o <= 0x2CEAF or 0xF900 <= o <= 0xFAFF or 0x2F800 <= o <= 0x2FA1F)


def split_words(text):
    """Normalised words and punctuation marks of a text, in order."""
    if not text.isascii():
        out = []
        for ch in text:
            o = ord(ch)
            if o == 0 or o == 0xFFFD or (unicodedata.category(ch) in ("Cc", "Cf", "Co", "Cs") and ch not in "\t\n\r"):
                continue
            out.append(f" {ch} " if _is_cjk(o) else ch)
        text = "".join(out)
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    words, cur = [], []
    for ch in text.lower():
        if ch.isspace():
            if cur:
                words.append("".join(cur))
                cur = []
        elif ch.isalnum() and ch.isascii():
            cur.append(ch)
        elif _is_punctuation(ch):
            if cur:
                words.append("".join(cur))
                cur = []
            words.append(ch)
        elif ch.isprintable():
            cur.append(ch)
    if cur:
        words.append("".join(cur))
    return words


class WordPiece:
    def __init__(self, vocab):
        self.vocab = vocab  # list of tokens
        self.ids = {t: i for i, t in enumerate(vocab)}
        self.cache = {}

    @staticmethod
    def load(path):
        model = json.load(open(path, encoding="utf-8"))["model"]["vocab"]
        return WordPiece([t for t, _ in sorted(model.items(), key=lambda kv: kv[1])])

    def word(self, word):
        hit = self.cache.get(word)
        if hit is not None:
            return hit
        out, start, n = [], 0, len(word)
        if n > MAX_WORD_CHARS:
            out = [UNK]
        while start < n and n <= MAX_WORD_CHARS:
            end = n
            while end > start:
                piece = word[start:end] if start == 0 else "##" + word[start:end]
                i = self.ids.get(piece)
                if i is not None:
                    break
                end -= 1
            if end == start:
                out = [UNK]
                break
            out.append(i)
            start = end
        if len(self.cache) < 400_000:
            self.cache[word] = out
        return out

    def pieces(self, text):
        """Ids without [CLS]/[SEP]."""
        out = []
        for w in split_words(text):
            out += self.word(w)
        return out

    def encode(self, text, max_length):
        """[CLS] ids… [SEP], cut to max_length."""
        return [CLS] + self.pieces(text)[: max_length - 2] + [SEP]


def learn_pieces(word_counts, n_merges):
    """Byte-pair merges over words -> sub-word pieces ('ab' at the start of a word, '##ab' inside). Deterministic."""
    words = [([w[0]] + ["##" + c for c in w[1:]], c) for w, c in sorted(word_counts.items()) if len(w) > 1]
    counts, where = {}, {}
    for i, (syms, c) in enumerate(words):
        for p in zip(syms, syms[1:]):
            counts[p] = counts.get(p, 0) + c
            where.setdefault(p, set()).add(i)
    merged = []
    for _ in range(n_merges):
        if not counts:
            break
        pair = max(counts, key=lambda p: (counts[p], p))
        a, b = pair
        new = a + b[2:]
        merged.append(new)
        for i in where.pop(pair, ()):
            syms, c = words[i]
            for p in zip(syms, syms[1:]):
                if p in counts:
                    counts[p] -= c
                    if counts[p] <= 0:
                        del counts[p]
            out, j = [], 0
            while j < len(syms):
                if j + 1 < len(syms) and syms[j] == a and syms[j + 1] == b:
                    out.append(new)
                    j += 2
                else:
                    out.append(syms[j])
                    j += 1
            words[i] = (out, c)
            for p in zip(out, out[1:]):
                counts[p] = counts.get(p, 0) + c
                where.setdefault(p, set()).add(i)
        counts.pop(pair, None)
    return merged


def write_tokenizer(folder, vocab, max_length):
    """tokenizer.json (HF tokenizers format) and tokenizer_config.json."""
    special = [dict(id=i, content=t, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
               for i, t in enumerate(SPECIALS)]
    cls, sep = {"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing", "single": [cls, {"Sequence": {"id": "A", "type_id": 0}}, sep],
                           "pair": [cls, {"Sequence": {"id": "A", "type_id": 0}}, sep, {"Sequence": {"id": "B", "type_id": 1}},
                                    {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
                           "special_tokens": {t: {"id": t, "ids": [i], "tokens": [t]} for t, i in (("[CLS]", CLS), ("[SEP]", SEP))}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": MAX_WORD_CHARS, "vocab": {t: i for i, t in enumerate(vocab)}},
    }
    config = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": max_length, "cls_token": "[CLS]",
              "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]",
              "strip_accents": None, "tokenize_chinese_chars": True, "clean_up_tokenization_spaces": True}
    with open(f"{folder}/tokenizer.json", "w", encoding="utf-8") as f:
        json.dump(tokenizer, f, ensure_ascii=False, separators=(",", ":"))
    with open(f"{folder}/tokenizer_config.json", "w", encoding="utf-8") as f:
        json.dump(config, f, indent=1)
