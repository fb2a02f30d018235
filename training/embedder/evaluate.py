"""Evaluates an exported or trained embedder: held-out paraphrases against BM25 and bags of words, and the pack's own cards.

    STYLUS_DATA=… PYTHONPATH=training python3 -m embedder.evaluate out/embedder > evaluation.json
"""
import json
import sys
from pathlib import Path

from . import heldout
from .export import PACK, load
from .model import encode
from .wordpiece import WordPiece

CARDS = Path(__file__).parents[1] / "pocket/cards.json"


def main():
    _, _, model = load(sys.argv[1])
    tokenizer = WordPiece.load(PACK / "tokenizer.json")
    numbers = heldout.evaluate(lambda t: encode(model, tokenizer, t).numpy(), baselines=True, cards_json=CARDS if CARDS.exists() else None)
    print(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    main()
