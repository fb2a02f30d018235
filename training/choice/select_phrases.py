"""Which of a card's phrases lie nearest to a prompt: late interaction of the prompt's spans with each phrase (Khattab & Zaharia 2020)."""
import numpy as np
import torch

from .data import NOT_MEANT, query_texts

KEEP = 12  # more than a reader sees, so that training can vary


def select(catalogue, prompts, embed, device):
    """embed: texts -> unit vectors [N, D]. Returns near [P, C, 12] int16 (indices into a card's phrases, nearest first, -1 = none),
    wrong [P, C, 2] int16 (of its notMeant), score [P, C] float32 (best similarity of phrases, title and triggers)."""
    cards = catalogue.cards
    width = max(max((len(c["phrases"]) for c in cards), default=0), 1)
    deny = max(max((len(c["notMeant"]) for c in cards), default=0), 1)
    names = 4
    table = embed([t.lower() for c in cards for t in c["phrases"]] + [t.lower() for c in cards for t in c["notMeant"]]
                  + [t.lower() for c in cards for t in [c["title"], *c["triggers"][: names - 1]]]).to(device)
    at, slots = 0, []
    for field, n in (("phrases", width), ("notMeant", deny), (None, names)):
        slot = np.full((len(cards), n), -1, np.int64)
        for i, c in enumerate(cards):
            k = len(c[field]) if field else len([c["title"], *c["triggers"][: names - 1]])
            slot[i, :k] = range(at, at + k)
            at += k
        slots.append(torch.from_numpy(slot).to(device))
    near = np.zeros((len(prompts), len(cards), KEEP), np.int16)
    wrong = np.zeros((len(prompts), len(cards), NOT_MEANT), np.int16)
    score = np.zeros((len(prompts), len(cards)), np.float32)
    texts = [query_texts(p) for p in prompts]
    unique = list(dict.fromkeys(t for ts in texts for t in ts))
    vectors, row = embed(unique).to(device), {t: i for i, t in enumerate(unique)}
    for p, ts in enumerate(texts):
        best = (table @ vectors[[row[t] for t in ts]].T).amax(1)  # [table]
        best = torch.cat([best, best.new_full((1,), -2.0)])
        values = [best[slot] for slot in slots]
        top, order = values[0].topk(min(KEEP, width), 1)
        near[p, :, : order.shape[1]] = torch.where(top > -2, order, -1).cpu().numpy()
        near[p, :, order.shape[1] :] = -1
        top, order = values[1].topk(min(NOT_MEANT, deny), 1)
        wrong[p, :, : order.shape[1]] = torch.where(top > -2, order, -1).cpu().numpy()
        wrong[p, :, order.shape[1] :] = -1
        score[p] = torch.maximum(values[0].amax(1), values[2].amax(1)).cpu().numpy()
    return near, wrong, score


def texts_of(card, near, wrong):
    return [card["phrases"][i] for i in near if i >= 0], [card["notMeant"][i] for i in wrong if i >= 0]
