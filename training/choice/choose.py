"""From a reader's scores to a choice: the set of adapters with the largest sum of evidence in which no two claim the same words."""
import collections
import itertools
import math

import numpy as np

from .data import PROMPT_TOKENS

STYLES = 1  # of a prompt
CONSIDERED = 10


def logit(p):
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def choose(cards, scores, tau):
    """scores: {card: (P(wanted), P(serves) per token)}. Returns [(card, set of token indices, P)], best first."""
    found = []
    for card, (p, spans) in sorted(scores.items(), key=lambda item: -item[1][0])[:CONSIDERED]:
        if p >= tau:
            words = {int(i) for i in np.nonzero(spans > 0.5)[0]} or ({int(np.argmax(spans))} if len(spans) else set())
            found.append((card, words, p))
    clash = lambda a, b: len(a[1] & b[1]) > 0.5 * min(len(a[1]), len(b[1]))
    style = lambda a: cards[a[0]]["category"] == "style"
    best, best_value = [], 0.0
    for size in range(1, min(5, len(found)) + 1):
        for chosen in itertools.combinations(found, size):
            if sum(map(style, chosen)) > STYLES or any(clash(a, b) for a, b in itertools.combinations(chosen, 2)):
                continue
            value = sum(logit(p) - logit(tau) + 1e-3 for _, _, p in chosen)
            if value > best_value:
                best, best_value = list(chosen), value
    return sorted(best, key=lambda pick: -pick[2])


def measure(catalogue, scores, encode, tau):
    """Precision and recall of adapters (those in `ok` count neither way), picks a prompt, shares of traps and of prompts that want nothing
    without a wrong pick; and all of it by kind of prompt."""
    rows = []
    for prompt, of_prompt in zip(catalogue.prompts, scores):
        wanted = {pick["id"] for pick in prompt["picks"]}
        fine = wanted | set(prompt.get("ok", []))
        got = {catalogue.cards[c]["id"] for c, _, _ in choose(catalogue.cards, of_prompt, tau)}
        # an acceptable neighbour in place of the wanted one leaves the wanted one missed, and is not wrong
        rows.append((prompt["kind"], len(wanted & got), len(got - fine), len(wanted - got), len(got), not wanted))
    def sums(rows):
        right, wrong, missed = (sum(r[i] for r in rows) for i in (1, 2, 3))
        return dict(precision=round(right / max(1, right + wrong), 3), recall=round(right / max(1, right + missed), 3), right=right, wrong=wrong, missed=missed)
    kinds = collections.defaultdict(list)
    for row in rows:
        kinds[row[0]].append(row)
    clean = lambda rows: round(sum(r[2] == 0 for r in rows) / max(1, len(rows)), 3)
    return dict(sums(rows), picks=round(sum(r[4] for r in rows) / len(rows), 2), traps=clean(kinds["trap"]), none=clean([r for r in rows if r[5]]),
                kinds={kind: dict(sums(of), clean=clean(of), prompts=len(of)) for kind, of in sorted(kinds.items())})
