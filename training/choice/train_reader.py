"""Trains the reader: a large one from an ms-marco cross-encoder, then a small quantised one from the large one (distillation).

    PYTHONPATH=training python3 -m choice.train_reader --run RUN --init MSMARCO.npz --tokenizer vocab.json --wordnet wn.jsonl.gz --embedder FOLDER
Writes RUN/large.pt, RUN/small.pt (float32 state of the readers), RUN/log.jsonl, RUN/scores.json (held-out catalogues, by kind of prompt).
Every schedule counts steps. Catalogues named in data.HELD_OUT are only measured.
"""
import argparse
import gzip
import json
import multiprocessing
import os
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F

from . import data
from .choose import choose, measure
from .data import HELD_OUT, HERE, Catalogue, Encoder, batch, card_text, folders, pair, trained_folders, varied_card_text
from .embed import load_embedder
from .reader import Dense, Reader, cut_layers, from_bert
from .select_phrases import select, texts_of

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
TWIN = 0.75  # target of an adapter that would do in place of the wanted one
CATALOGUES, SELECTED, HARD, WORDNET, CAPTIONS, ENCODE = {}, {}, {}, [], [], None


def encode_with(path):
    tokenizer = Tokenizer.from_file(path)
    tokenizer.no_truncation(), tokenizer.no_padding()
    encode = Encoder(tokenizer)
    encode.cls, encode.sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    return encode


# ── Batches, made by worker processes ──────────────────────────────────────────────────────────────────────────────────
def labelled(name, p, rng):
    """Pairs of one labelled prompt: all that is wanted, one that would do as well, four hard cards that are not, two random ones."""
    catalogue, prompt = CATALOGUES[name], CATALOGUES[name].prompts[p]
    near, wrong, _ = SELECTED[name]
    wanted = {}
    for pick in prompt["picks"]:
        wanted.setdefault(pick["id"], []).append(pick["span"])
    neutral = set(wanted) | set(prompt.get("ok", []))
    hard = [c for c in np.argsort(-HARD[name][p])[:14] if catalogue.cards[c]["id"] not in neutral]
    rest = [c for c in range(len(catalogue.cards)) if catalogue.cards[c]["id"] not in neutral and c not in hard]
    chosen = [(catalogue.index[i], spans, 1.0) for i, spans in wanted.items()]
    twins = [i for i in prompt.get("ok", []) if i not in wanted]
    if len(wanted) == 1 and twins:  # of several wanted ones nobody says which a twin stands for
        chosen.append((catalogue.index[rng.choice(twins)], *wanted.values(), TWIN))
    chosen += [(c, (), 0.0) for c in rng.sample(hard, min(4, len(hard))) + rng.sample(rest, min(2, len(rest)))]
    for c, spans, y in chosen:
        # A reader sees the nearest phrases; now and then the next ones, as another embedder would have it.
        phrases, denied = texts_of(catalogue.cards[c], near[p, c], wrong[p, c])
        if rng.random() < 0.3:
            phrases = sorted(rng.sample(phrases, min(len(phrases), data.PHRASES)), key=phrases.index)
        text = varied_card_text(catalogue.cards[c], phrases, denied, rng)
        yield pair(ENCODE, prompt["prompt"], text, spans), y


def of_wordnet(item):
    card, span = item["card"], item["span"]
    return pair(ENCODE, item["prompt"], card_text(card, card["phrases"], card["notMeant"]), (span,) if span else ()), float(bool(span))


def unlabelled(rng):
    """A prompt of anywhere beside cards of another catalogue, nearest first: the large reader says what is wanted."""
    name = rng.choice([n for n in CATALOGUES if n.startswith("caption:")])
    catalogue = CATALOGUES[name]
    near, wrong, score = SELECTED[name]
    p = rng.randrange(len(catalogue.prompts))
    order = np.argsort(-score[p])
    for c in [*rng.sample(list(order[:8]), 3), rng.choice(order[8:])]:
        text = varied_card_text(catalogue.cards[c], *texts_of(catalogue.cards[c], near[p, c], wrong[p, c]), rng)
        yield pair(ENCODE, catalogue.prompts[p], text), -1.0


def make_batch(job):
    seed, prompts, wordnet, free = job
    rng = random.Random(seed)
    pairs = [made for name, p in prompts for made in labelled(name, p, rng)]
    pairs += [of_wordnet(WORDNET[i]) for i in wordnet]
    for _ in range(free):
        pairs += unlabelled(rng)
    rng.shuffle(pairs)
    return [*batch([made for made, _ in pairs]), np.array([y for _, y in pairs], np.float32)]


def batches(jobs):
    """On the device, in order, prepared ahead by a pool that was forked with the newest HARD scores."""
    with multiprocessing.get_context("fork").Pool(max(1, min(14, (os.cpu_count() or 2) - 1))) as pool:
        for arrays in pool.imap(make_batch, jobs, chunksize=2):
            ids, types, spans, weights, wanted = (torch.from_numpy(a).to(DEVICE, non_blocking=True) for a in arrays)
            yield ids.long(), types.long(), spans, weights, wanted


# ── Training ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def autocast():
    return torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=DEVICE == "cuda")


def optimiser(model, lr, head_lr):
    heads = [p for name, p in model.named_parameters() if name.startswith(("wanted", "spans", "pooler"))]
    body = [p for name, p in model.named_parameters() if not name.startswith(("wanted", "spans", "pooler"))]
    return torch.optim.AdamW([dict(params=body, lr=lr, base=lr), dict(params=heads, lr=head_lr, base=head_lr)], weight_decay=0.01, betas=(0.9, 0.98))


def update(model, optimiser, loss, share, warm):
    """One step at `share` (0 … 1) of a linear schedule with `warm` share of warm-up."""
    for group in optimiser.param_groups:
        group["lr"] = group["base"] * min(1, share / warm) * max(0.02, 1 - share)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()


def hard_loss(wanted, spans, y, span_y, weights):
    known = (y >= 0).float()
    on = (y > 0).float()[:, None] * weights
    a = (F.binary_cross_entropy_with_logits(wanted.float(), y.clamp(min=0), reduction="none") * known).sum() / known.sum().clamp(min=1)
    b = (F.binary_cross_entropy_with_logits(spans.float(), span_y, reduction="none") * on).sum() / on.sum().clamp(min=1)
    return a + 0.5 * b


def scoring_pairs(job):
    name, p, cards = job
    catalogue = CATALOGUES[name]
    near, wrong, _ = SELECTED[name]
    texts = (card_text(catalogue.cards[c], *texts_of(catalogue.cards[c], near[p, c], wrong[p, c])) for c in cards)
    return [(p, c, pair(ENCODE, catalogue.prompts[p]["prompt"], text)) for c, text in zip(cards, texts)]


def score(model, names, most=24, size=1024):
    """P(wanted) and P(serves) per token for the `most` nearest cards of each prompt: {name: [{card: (p, spans)} of each prompt]}."""
    model.eval()
    jobs = [(name, p, [int(c) for c in np.argsort(-SELECTED[name][2][p])[:most]]) for name in names for p in range(len(CATALOGUES[name].prompts))]
    with multiprocessing.get_context("fork").Pool(max(1, min(14, (os.cpu_count() or 2) - 1))) as pool:
        made = pool.map(scoring_pairs, jobs, chunksize=32)
    flat = [(name, *row) for (name, _, _), rows in zip(jobs, made) for row in rows]
    flat.sort(key=lambda item: len(item[3][0]))
    out = {name: [{} for _ in CATALOGUES[name].prompts] for name in names}
    for i in range(0, len(flat), size):
        part = flat[i : i + size]
        ids, types, _, weights = (torch.from_numpy(a).to(DEVICE) for a in batch([row[3] for row in part]))
        with torch.no_grad(), autocast():
            wanted, spans = model(ids.long(), types.long())
        spans = spans.float().sigmoid().cpu().numpy()
        for row, ((name, p, c, made), value) in enumerate(zip(part, wanted.float().sigmoid().tolist())):
            out[name][p][c] = (value, spans[row, 1 : 1 + int(sum(made[3]))])
    return out


def mine(model, names):
    """The model's own mistakes become the hard cards of the next epoch."""
    for name, scores in score(model, names).items():
        for p, of_prompt in enumerate(scores):
            for c, (value, _) in of_prompt.items():
                HARD[name][p, c] = 1 + value


def report(model, log, label, names):
    result = {}
    for name, scores in score(model, names).items():
        result[name] = {f"{tau}": measure(CATALOGUES[name], scores, ENCODE, tau) for tau in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)}
        for most in (6, 8, 12, 16):  # what fewer candidates cost
            order = np.argsort(-SELECTED[name][2], 1)[:, :most]
            few = [{c: value for c, value in of_prompt.items() if c in near} for of_prompt, near in zip(scores, order)]
            result[name][f"0.5, {most} candidates"] = measure(CATALOGUES[name], few, ENCODE, 0.5)
        best = result[name]["0.7"]
        log(at=label, catalogue=name, **{k: best[k] for k in ("precision", "recall", "picks", "traps", "none")},
            at5={k: result[name]["0.5"][k] for k in ("precision", "recall", "traps", "none")},
            few={key[5:]: [result[name][key][k] for k in ("precision", "recall")] for key in result[name] if "," in key})
    model.train()
    return result


def train_large(model, names, measured, log, epochs, wordnet_steps):
    began, rng = time.time(), random.Random(1)
    opt, model = optimiser(model, 5e-5, 3e-4), model.train()
    order = rng.sample(range(len(WORDNET)), len(WORDNET))
    jobs = [(i, [], order[i * 256 % len(order) :][:256], 0) for i in range(wordnet_steps)]
    for i, (ids, types, span_y, weights, y) in enumerate(batches(jobs)):
        with autocast():
            wanted, spans = model(ids, types)
        loss = hard_loss(wanted, spans, y, span_y, weights)
        update(model, opt, loss, i / wordnet_steps, 0.1)
        if i % 100 == 0:
            log(stage="wordnet", step=i, of=wordnet_steps, loss=round(loss.item(), 4), seconds=round(time.time() - began))
    mine(model, names)
    prompts = [(name, p) for name in names for p in range(len(CATALOGUES[name].prompts))]
    per = 32
    steps, step, opt = epochs * -(-len(prompts) // per), 0, optimiser(model, 4e-5, 1e-4)
    for epoch in range(epochs):
        rng.shuffle(prompts)
        jobs = [(epoch << 20 | b, prompts[b * per : (b + 1) * per], rng.sample(range(len(WORDNET)), 64), 0) for b in range(-(-len(prompts) // per))]
        total = 0.0
        for ids, types, span_y, weights, y in batches(jobs):
            with autocast():
                wanted, spans = model(ids, types)
            loss = hard_loss(wanted, spans, y, span_y, weights)
            update(model, opt, loss, step / steps, 0.05)
            total, step = total + loss.detach(), step + 1
        log(stage="large", epoch=epoch, loss=round(float(total) / len(jobs), 4), seconds=round(time.time() - began))
        if epoch < epochs - 1:
            mine(model, names)
        if epoch == epochs - 1:
            report(model, log, f"large epoch {epoch}", measured)


def train_small(small, large, names, measured, log, run, steps, quantise_from):
    """Distillation: the large reader's logits on labelled, WordNet and unlabelled pairs, its last hidden state, and the labels."""
    began, rng = time.time(), random.Random(2)
    opt = optimiser(small.train(), 2e-4, 4e-4)
    large.eval()
    prompts = [(name, p) for name in names for p in range(len(CATALOGUES[name].prompts))]
    done, rounds = 0, 5
    for round_ in range(rounds):
        jobs = [(round_ << 24 | i, rng.sample(prompts, 24), rng.sample(range(len(WORDNET)), 96), 32) for i in range(steps // rounds)]
        total = 0.0
        for ids, types, span_y, weights, y in batches(jobs):
            Dense.quantised = False
            with torch.no_grad(), autocast():
                t_wanted, t_spans, t_hidden = large(ids, types, hidden=True)
            Dense.quantised = done >= quantise_from * steps
            with autocast():
                wanted, spans, hidden = small(ids, types, hidden=True)
            p = t_wanted.float().sigmoid()
            on = weights * p[:, None]
            soft = F.binary_cross_entropy_with_logits(wanted.float(), p)
            soft = soft + 0.5 * (F.binary_cross_entropy_with_logits(spans.float(), t_spans.float().sigmoid(), reduction="none") * on).sum() / on.sum().clamp(min=1)
            real = (ids != 0).float()[..., None]
            far = ((hidden.float() - t_hidden.float()) ** 2 * real).sum() / real.sum() / hidden.shape[-1]
            loss = soft + 0.5 * far + 0.3 * hard_loss(wanted, spans, y, span_y, weights)
            update(small, opt, loss, done / steps, 0.05)
            total, done = total + loss.detach(), done + 1
            if done % 200 == 0:
                log(stage="small", step=done, of=steps, loss=round(loss.item(), 4), soft=round(soft.item(), 4), hidden=round(far.item(), 4), seconds=round(time.time() - began))
        torch.save(small.state_dict(), run / "small.pt")
        if round_ < rounds - 1:
            mine(small, names)
            if round_ >= 2:
                report(small, log, f"small round {round_}", measured)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--run", required=True), ap.add_argument("--init", required=True), ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--wordnet", required=True), ap.add_argument("--embedder", required=True)
    ap.add_argument("--epochs", type=int, default=8), ap.add_argument("--wordnet-steps", type=int, default=700)
    ap.add_argument("--small-steps", type=int, default=3000, help="0: ends with the large one"), ap.add_argument("--quantise-from", type=float, default=0.4)
    ap.add_argument("--layers", default="0,2,4,7,9,11"), ap.add_argument("--limit", type=int, help="prompts of a catalogue, for a rehearsal")
    ap.add_argument("--only", help="catalogues, for a rehearsal")
    ap.add_argument("--large", help="a finished large reader to distil from")
    a = ap.parse_args()
    global ENCODE
    run = Path(a.run)
    run.mkdir(parents=True, exist_ok=True)
    file, began = open(run / "log.jsonl", "a", encoding="utf-8"), time.time()

    def log(**row):
        file.write(json.dumps(row) + "\n"), file.flush()
        print(json.dumps(row), flush=True)

    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = True
    ENCODE = encode_with(a.tokenizer)
    embed = load_embedder(a.embedder, DEVICE)
    with gzip.open(a.wordnet, "rt", encoding="utf-8") as lines:
        WORDNET.extend(json.loads(line) for line in lines)
    for folder in folders():
        if not a.only or folder.name in a.only.split(","):
            catalogue = CATALOGUES[folder.name] = Catalogue(folder)
            if a.limit:
                catalogue.prompts = catalogue.prompts[: a.limit]
            SELECTED[folder.name] = select(catalogue, [p["prompt"] for p in catalogue.prompts], embed, DEVICE)
            HARD[folder.name] = SELECTED[folder.name][2].copy()
            if folder.name in HELD_OUT and "-" not in folder.name:  # the same without a refiner's words
                bare = CATALOGUES[f"{folder.name}-bare-test"] = Catalogue(folder)
                bare.prompts = catalogue.prompts
                for card in bare.cards:
                    card["phrases"], card["notMeant"] = [], []
                SELECTED[f"{folder.name}-bare-test"] = select(bare, [p["prompt"] for p in bare.prompts], embed, DEVICE)
    names = [folder.name for folder in trained_folders() if folder.name in CATALOGUES]
    measured = [n for n in CATALOGUES if n not in names] or names[:1]
    # Unlabelled: captions and the other catalogues' prompts beside each training catalogue's cards.
    rng = random.Random(3)
    everything = [p["prompt"] for n in names for p in CATALOGUES[n].prompts] + [w["prompt"] for w in rng.sample(WORDNET, 6000 if not a.limit else 50)]
    for n in names:
        other = Catalogue(HERE / "catalogues" / n)
        other.prompts = rng.sample(everything, min(len(everything), 700 if not a.limit else a.limit))
        SELECTED[f"caption:{n}"] = select(other, other.prompts, embed, DEVICE)
        CATALOGUES[f"caption:{n}"] = other
    log(event="start", training=names, measured=measured, prompts=sum(len(CATALOGUES[n].prompts) for n in names), seconds=round(time.time() - began), device=DEVICE, args=vars(a))

    weights = dict(np.load(a.init))
    rows = np.load(a.tokenizer.removesuffix(".json") + ".rows.npy")
    large = from_bert(weights, range(12), rows).to(DEVICE)
    if a.large:
        large.load_state_dict(torch.load(a.large, map_location=DEVICE))
    else:
        train_large(large, names, measured, log, a.epochs, a.wordnet_steps)
        torch.save({k: v.half() for k, v in large.state_dict().items()}, run / "large.pt")
    scores = dict(large=report(large, log, "large", measured))
    if a.small_steps == 0:
        return
    mine(large, names)
    keep = [int(x) for x in a.layers.split(",")]
    small = cut_layers(large, keep, len(rows)).to(DEVICE)
    train_small(small, large, names, measured, log, run, a.small_steps, a.quantise_from)
    Dense.quantised = True
    scores["small"] = report(small, log, "small, four bits", measured)
    torch.save(small.state_dict(), run / "small.pt")
    (run / "scores.json").write_text(json.dumps(scores, indent=1))
    log(event="end", seconds=round(time.time() - began))


if __name__ == "__main__":
    main()
