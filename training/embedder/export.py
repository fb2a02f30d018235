"""Writes the embedder as a transformers.js folder: config, tokenizer and an int8 ONNX model.

    STYLUS_DATA=… PYTHONPATH=training python3 -m embedder.export out/embedder
Also writes reference.json (texts, ids and vectors of the torch model) beside the weights, for check.ts.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch

from . import heldout, pairs
from .model import Bert, encode
from .onnx_writer import FLOAT, INT64, Graph
from .tensors import load_safetensors
from .wordpiece import WordPiece

HERE = Path(__file__).parent
PACK = Path(__file__).parents[2] / "public/packs/pocket/embedder"
MAX_TOKENS = 96  # the longest text seen in training
TEXTS = ["", "a", "query: a fox in the snow, claymation", "Café déjà-vu — naïve “quotes” & 8-bit!!", "card: Title\nTwo lines\ttabs. tags: a, b",
         "狐 in the 雪 🦊 snow", "supercalifragilisticexpialidocious", "it's a cat's whiskers (masterpiece:1.2), [x], <lora:clay:0.8>",
         "x" * 80, "O'Neil’s ½ pizza №5 €10 ™ straße", "LINE ART, Ink_drawing; 16-bit 3d-render", "a\u200bb zero width \u00adsoft", "́ combining first"]


def bert_graph(t, c):
    """BertModel as ONNX: input_ids, attention_mask int64 [batch, sequence] -> last_hidden_state [batch, sequence, hidden]."""
    t = {k: np.asarray(v, np.float32) for k, v in t.items()}
    d, heads, eps = c["hidden_size"], c["num_attention_heads"], c["layer_norm_eps"]
    g = Graph("bert")
    ids = g.input("input_ids", INT64, ["batch", "sequence"])
    keep = g.input("attention_mask", INT64, ["batch", "sequence"])
    length = g.op("Gather", g.op("Shape", ids), np.array([1], np.int64), axis=0)
    e = "embeddings."
    positions = t[e + "position_embeddings.weight"] + t[e + "token_type_embeddings.weight"][:1]
    positions = g.op("Slice", g.weight(e + "position_embeddings.weight", positions, 0), np.array([0], np.int64), length, np.array([0], np.int64))
    x = g.op("Add", g.embedding(ids, e + "word_embeddings.weight", t[e + "word_embeddings.weight"]), positions)
    x = g.layer_norm(x, e + "LayerNorm", t[e + "LayerNorm.weight"], t[e + "LayerNorm.bias"], eps)
    mask = g.op("Sub", np.array(1, np.float32), g.op("Cast", keep, to=FLOAT))
    mask = g.op("Unsqueeze", g.op("Mul", mask, np.array(-1e4, np.float32)), np.array([1, 2], np.int64))
    for i in range(c["num_hidden_layers"]):
        p = f"encoder.layer.{i}."
        dense = lambda y, name, k=1.0: g.linear(y, p + name, t[p + name + ".weight"] * k, t[p + name + ".bias"] * k)
        norm = lambda y, name: g.layer_norm(y, p + name, t[p + name + ".weight"], t[p + name + ".bias"], eps)
        y = g.attention(dense(x, "attention.self.query", 1 / math.sqrt(d // heads)), dense(x, "attention.self.key"),
                        dense(x, "attention.self.value"), mask, heads, d // heads)
        x = norm(g.op("Add", dense(y, "attention.output.dense"), x), "attention.output.LayerNorm")
        y = dense(g.gelu(dense(x, "intermediate.dense")), "output.dense")
        x = norm(g.op("Add", y, x), "output.LayerNorm")
    g.output(x, "last_hidden_state", FLOAT, ["batch", "sequence", d])
    return g


def load(folder):
    config = json.load(open(Path(folder) / "config.json", encoding="utf-8"))
    tensors = load_safetensors(Path(folder) / "model.f16.safetensors")
    model = Bert(config).eval()
    model.load_state_dict({k: torch.from_numpy(np.asarray(v, np.float32)) for k, v in tensors.items()})
    return config, tensors, model


def model_card(folder, model):
    numbers = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    (HERE / "evaluation.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    rows = []
    for part, title in (("strict", "strict"), ("prompts", "inside a prompt"), ("pack", "the pack's own cards")):
        n = numbers.get(part, {})
        for name, label in (("embedder", "**this embedder**"), ("bm25", "BM25"), ("tfidf", "TF-IDF"), ("hashed", "averaged hashed word vectors")):
            if name in n:
                rows.append(f"| {title} ({n['queries']} queries): {label} | " + " | ".join(f"{n[name][k]:.3f}" for k in ("r@1", "r@5", "r@10", "mrr")) + " |")
    return (HERE / "card.md").read_text(encoding="utf-8").format(
        params=f"{sum(p.numel() for p in model.parameters()):,}", cards=numbers["cards"], table="\n".join(rows),
        sanity=f"{numbers['sanity']['passed']} of {numbers['sanity']['total']}")


def export(folder):
    folder = Path(folder)
    config, tensors, model = load(folder)
    (PACK / "onnx").mkdir(parents=True, exist_ok=True)
    (PACK / "1_Pooling").mkdir(exist_ok=True)
    size = bert_graph(tensors, config).save(PACK / "onnx/model_quantized.onnx")
    config = dict(config, _name_or_path="stylus-pocket-embedder")
    write = lambda path, value: (PACK / path).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    write("config.json", config)
    write("1_Pooling/config.json", {"word_embedding_dimension": config["hidden_size"], "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
                                    "pooling_mode_max_tokens": False, "include_prompt": True})
    write("config_sentence_transformers.json", {"prompts": {"query": pairs.QUERY, "card": pairs.CARD, "document": pairs.CARD},
                                                "default_prompt_name": None, "similarity_fn_name": "cosine"})
    tokenizer_config = json.loads((PACK / "tokenizer_config.json").read_text(encoding="utf-8"))
    write("tokenizer_config.json", dict(tokenizer_config, model_max_length=MAX_TOKENS))
    tokenizer = WordPiece.load(PACK / "tokenizer.json")
    test = heldout.build()
    texts = TEXTS + [pairs.QUERY + q for q, _ in test["strict"][:60]] + [pairs.CARD + c for c in test["cards"][:60]]
    vectors = np.concatenate([encode(model, tokenizer, [x]).numpy() for x in texts])
    reference = dict(queries=[len(TEXTS), len(TEXTS) + 60], texts=texts, ids=[tokenizer.encode(x, MAX_TOKENS) for x in texts],
                     vectors=np.round(vectors, 6).tolist())
    (folder / "reference.json").write_text(json.dumps(reference), encoding="utf-8")
    (PACK / "README.md").write_text(model_card(folder, model), encoding="utf-8")
    total = sum(f.stat().st_size for f in PACK.rglob("*") if f.is_file())
    print(f"model_quantized.onnx {size} bytes, folder {total} bytes")
    assert total <= 7_500_000, "the embedder must stay under 7.5 MB"


if __name__ == "__main__":
    export(sys.argv[1])
