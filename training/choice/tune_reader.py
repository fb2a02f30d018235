"""Trains a pack's reader on with prompts that came later, on a CPU: half an hour on two cores.

    PYTHONPATH=training python3 -m choice.tune_reader --start public/packs/pocket/reader --embedder FOLDER --run RUN --new pack:569,hub:940,u,w
Of each new prompt the pairs that the reader does not yet read rightly count, and a tenth of the others; so that nothing is forgotten, so do those of
`--rehearse` prompts of the other catalogues. Writes RUN/small.pt, RUN/log.jsonl and RUN/scores.json.
"""
import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch

from . import train_reader
from .choose import measure
from .data import DEVELOPMENT, HERE, Catalogue, batch, card_text, pair, trained_folders, varied_card_text
from .embed import load_embedder
from .reader import Dense, Reader
from .reopen import reopen
from .select_phrases import select, texts_of
from .train_reader import CATALOGUES, SELECTED, TWIN, encode_with, hard_loss, optimiser, score, update

NEAREST = 6  # unwanted cards of a prompt that are read
SURE = 0.05  # a pair read so closely teaches nothing
KEPT = 0.1  # share of such pairs
MEMORY = 0.2  # share of the reader's own answer in its target
BATCH = 32


def open_catalogue(name, prompts, embed):
    catalogue = CATALOGUES[name] = Catalogue(HERE / "catalogues" / name)
    catalogue.prompts = prompts(catalogue.prompts)
    SELECTED[name] = select(catalogue, [p["prompt"] for p in catalogue.prompts], embed, "cpu")


def pairs_of(name, p, rng):
    """(name, prompt, card, spans, y): all that is wanted, one that would do as well, the nearest that are not."""
    catalogue, prompt = CATALOGUES[name], CATALOGUES[name].prompts[p]
    wanted = {}
    for pick in prompt["picks"]:
        wanted.setdefault(pick["id"], []).append(pick["span"])
    twins = [i for i in prompt.get("ok", []) if i not in wanted]
    for i, spans in wanted.items():
        yield name, p, catalogue.index[i], tuple(spans), 1.0
    if len(wanted) == 1 and twins:
        yield name, p, catalogue.index[rng.choice(twins)], tuple(*wanted.values()), TWIN
    neutral = {*wanted, *prompt.get("ok", [])}
    nearest = [int(c) for c in np.argsort(-SELECTED[name][2][p]) if catalogue.cards[c]["id"] not in neutral]
    for c in nearest[:NEAREST]:
        yield name, p, c, (), 0.0


def encoded(item, rng=None):
    name, p, c, spans, _ = item
    near, wrong, _ = SELECTED[name]
    card = CATALOGUES[name].cards[c]
    texts = texts_of(card, near[p, c], wrong[p, c])
    text = varied_card_text(card, *texts, rng) if rng else card_text(card, *texts)
    return pair(train_reader.ENCODE, CATALOGUES[name].prompts[p]["prompt"], text, spans)


@torch.no_grad()
def answers(model, items):
    """P(wanted) of each pair."""
    model.eval()
    made = [encoded(item) for item in items]
    order = sorted(range(len(made)), key=lambda i: len(made[i][0]))
    out = np.zeros(len(made), np.float32)
    for at in range(0, len(order), 64):
        part = order[at : at + 64]
        ids, types, *_ = (torch.from_numpy(a).long() for a in batch([made[i] for i in part]))
        out[part] = model(ids, types)[0].sigmoid().numpy()
    model.train()
    return out


def report(model, log, label, names):
    """Figures of the development prompts over twelve candidates, by threshold."""
    result = {}
    for name, scores in score(model, names, most=12, size=128).items():
        result[name] = {f"{tau}": measure(CATALOGUES[name], scores, train_reader.ENCODE, tau) for tau in (0.4, 0.5, 0.6, 0.7, 0.8)}
        for tau in (0.5, 0.6, 0.7):
            log(at=label, catalogue=name, tau=tau, **{k: result[name][f"{tau}"][k] for k in ("precision", "recall", "picks", "traps", "none")})
    model.train()
    return result


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--start", required=True), ap.add_argument("--embedder", required=True), ap.add_argument("--run", required=True)
    ap.add_argument("--new", required=True, help="catalogues; with :N their prompts from the N-th on")
    ap.add_argument("--rehearse", type=int, default=1200), ap.add_argument("--epochs", type=int, default=2), ap.add_argument("--lr", type=float, default=3e-5)
    a = ap.parse_args()
    run, began, rng = Path(a.run), time.time(), random.Random(4)
    run.mkdir(parents=True, exist_ok=True)
    file = open(run / "log.jsonl", "a", encoding="utf-8")

    def log(**row):
        row["seconds"] = round(time.time() - began)
        file.write(json.dumps(row) + "\n"), file.flush()
        print(json.dumps(row), flush=True)

    torch.manual_seed(4)
    train_reader.ENCODE = encode_with(f"{a.start}/tokenizer.json")
    embed = load_embedder(a.embedder, "cpu")
    new = dict((name, int(first or 0)) for name, _, first in (each.partition(":") for each in a.new.split(",")))
    others = [folder.name for folder in trained_folders()]
    olds = [name for name in others if new.get(name) != 0]
    for name in others:
        first = new.get(name)
        few = lambda old: rng.sample(old, min(len(old), a.rehearse // len(olds)))
        open_catalogue(name, lambda all: all[first:] + few(all[:first]) if first is not None else few(all), embed)
    for name in DEVELOPMENT:
        open_catalogue(name, lambda all: all, embed)

    Dense.quantised = True
    state = reopen(a.start)
    model = Reader(1 + max(int(n.split(".")[1]) for n in state if n.startswith("layers.")), len(state["words.weight"]))
    model.load_state_dict(state)
    items = [item for name in others for p in range(len(CATALOGUES[name].prompts)) for item in pairs_of(name, p, rng)]
    log(event="start", new=new, rehearsed=olds, prompts=sum(len(CATALOGUES[n].prompts) for n in others), pairs=len(items), args=vars(a))
    scores = dict(before=report(model, log, "before", DEVELOPMENT))
    before = answers(model, items)
    kept = [(item, p) for item, p in zip(items, before) if abs(item[4] - p) > SURE or rng.random() < KEPT]
    log(event="pairs", kept=len(kept), wrong=int(sum(abs(item[4] - p) > 0.5 for item, p in zip(items, before))))

    opt, steps, step = optimiser(model, a.lr, 3 * a.lr), a.epochs * -(-len(kept) // BATCH), 0
    for epoch in range(a.epochs):
        rng.shuffle(kept)
        total = 0.0
        for at in range(0, len(kept), BATCH):
            part = kept[at : at + BATCH]
            ids, types, span_y, weights = (torch.from_numpy(x) for x in batch([encoded(item, rng) for item, _ in part]))
            y = torch.tensor([(1 - MEMORY) * item[4] + MEMORY * float(p) for item, p in part])
            wanted, spans = model(ids.long(), types.long())
            # Spans are taught where an adapter is wanted alone.
            loss = hard_loss(wanted, spans, y, span_y, weights * torch.tensor([float(item[4] > 0) for item, _ in part])[:, None])
            update(model, opt, loss, step / steps, 0.05)
            total, step = total + loss.item(), step + 1
            if step % 20 == 0:
                log(step=step, of=steps, loss=round(loss.item(), 4))
        log(epoch=epoch, loss=round(total * BATCH / len(kept), 4))
        torch.save(model.state_dict(), run / "small.pt")
        scores[f"epoch {epoch}"] = report(model, log, f"epoch {epoch}", DEVELOPMENT)
        (run / "scores.json").write_text(json.dumps(scores, indent=1))


if __name__ == "__main__":
    main()
