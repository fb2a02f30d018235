"""A miniature reader with random weights and what PyTorch computes with it: the golden of reader.test.ts.

    PYTHONPATH=training python3 tests/parity/make_reader_golden.py TOKENIZER.json
TOKENIZER.json is the reader's; the miniature keeps the tokens of the texts below and single characters. Writes goldens/reader/.
"""
import hashlib
import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer

from choice import reader

reader.WIDTH, reader.HEADS, reader.INNER = 64, 4, 128
from choice import export_reader  # noqa: E402  (takes its sizes from reader)
from choice.data import batch, pair, Encoder  # noqa: E402

OUT = Path(__file__).parent / "goldens" / "reader"
PROMPTS = ["a clay fox in the snow, Aardman style", "Crème brûlée at night", "silver watch on a table, 8-bit"]
CARDS = ["Clay Render . style . clay render . plasticine, aardman, claymation . not: clay tennis court . stop motion . Soft clay look.",
         "Pixel Art . style . pixel art . 8-bit, nes . not: pixel phone . sprite . Pixels."]
# For the tokenizer alone: accents, CJK, controls, joined emoji, ligatures, words that are cut or unknown, a word over 100 letters.
TEXTS = [*PROMPTS, *CARDS, "ukiyo-e", "  two\tdogs\n\nand a CAT  ", "naïve café Ångström ÉCLAIR", "東京 tower 塔", "zero\u200bwidth \u0000nul\ufffd",
         "👩‍🎨 paints ✨", "ﬁne İstanbul ß", "(fog:1.3), [a|b] {c} <lora:x:1>", "don't “quote” — dash…", "x" * 101 + " y", "한국어 글", "e\u0301clair \U0001d400"]


def main():
    whole = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    full = Tokenizer.from_str(json.dumps(whole))
    used = {t for text in TEXTS for t in full.encode(text, add_special_tokens=False).tokens}
    vocabulary = [t for t in whole["model"]["vocab"] if t in used or (len(t.removeprefix("##")) == 1 and t.isascii()) or t[:1] == "[" and t[-1:] == "]"]
    vocabulary = [t for t in vocabulary if t not in ("plast", "##ici")]  # so that some words are cut otherwise
    vocabulary += [f"[unused{i}]" for i in range(-len(vocabulary) % 32)]
    whole["model"]["vocab"] = {t: i for i, t in enumerate(vocabulary)}
    whole["added_tokens"] = [dict(t, id=vocabulary.index(t["content"])) for t in whole["added_tokens"]]
    tokenizer = Tokenizer.from_str(json.dumps(whole))
    encode = Encoder(tokenizer)
    encode.cls, encode.sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")

    torch.manual_seed(7)
    small = reader.Reader(2, len(vocabulary), dropout=0).eval()
    for name, value in small.state_dict().items():  # larger than PyTorch's start, so that errors show
        value.copy_(torch.randn_like(value) * (0.12 if value.dim() > 1 else 0.1) + (1.0 if name.endswith("norm.weight") else 0.0))
    export_reader.export(small, OUT, unpacked=True)
    unpacked = (OUT / "weights.int8").read_bytes()
    (OUT / "weights.int8").unlink()

    pairs = [pair(encode, prompt, card) for prompt in PROMPTS for card in CARDS]
    ids, types, _, _ = (torch.tensor(a.tolist()) for a in batch(pairs))
    reader.Dense.quantised = True
    with torch.no_grad():
        wanted, spans = small(ids.long(), types.long())
    texts = []
    for text in TEXTS:
        e = tokenizer.encode(text, add_special_tokens=False)
        units = [0]
        for c in text:  # code points to UTF-16 units
            units.append(units[-1] + len(c.encode("utf-16-le")) // 2)
        texts.append(dict(text=text, ids=e.ids, offsets=[[units[s], units[t]] for s, t in e.offsets]))
    (OUT / "tokenizer.json").write_text(json.dumps(whole, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    numbers = lambda t: [round(v, 6) for v in t.flatten().tolist()]
    (OUT / "golden.json").write_text(json.dumps(dict(
        prompts=PROMPTS, cards=CARDS, length=ids.shape[1], ids=ids.flatten().tolist(), types=types.flatten().tolist(), wanted=numbers(wanted), spans=numbers(spans),
        unpacked=dict(sizeBytes=len(unpacked), sha256=hashlib.sha256(unpacked).hexdigest()), texts=texts), ensure_ascii=False), encoding="utf-8")


main()
