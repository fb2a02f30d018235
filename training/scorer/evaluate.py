"""Tests of the scorer on scenes of its evaluation split (own seed, held-out object pairs and wordings).

caption of 100: pictures of the base and of all looks and concepts; share whose own caption scores highest among 100.
style: pictures of every whole-picture look against one averaged text vector per look ("PHRASE, OBJECT"); chance is 1 / looks.
"""
import torch

from . import scenes
from .model import shrink


@torch.no_grad()
def image_vectors(model, images):
    device = next(model.parameters()).device
    return torch.cat([model.image(shrink(x.to(device))).float().cpu() for x in images.split(64)])


@torch.no_grad()
def text_vectors(model, texts):
    device = next(model.parameters()).device
    ids = torch.from_numpy(scenes.tokens(texts)).long()
    return torch.cat([model.text(x.to(device)).float().cpu() for x in ids.split(256)])


def render(source, specs, look):
    return torch.cat([source.render(specs[i : i + 64], look).cpu() for i in range(0, len(specs), 64)])


def caption_ranking(model, source, blocks, mixed):
    top1 = top5 = total = 0
    chosen = scenes.sources() if mixed else [None]
    for block in range(blocks):
        images, texts = [], []
        per = -(-100 // len(chosen))
        turn = block * 7 % len(chosen)  # when 100 is no multiple, other sources are cut off in each block
        for k, s in enumerate(chosen[turn:] + chosen[:turn]):
            # candidates are distinct captions; duplicates would make the right one ambiguous
            drawn, captions = scenes.draw(s, f"evaluation/{mixed}/{block}/{k}", per + 20, split="eval", told=True)
            keep = []
            for i, c in enumerate(captions):
                if c not in texts and len(keep) < per:
                    keep.append(i)
                    texts.append(c)
            images.append(render(source, [drawn[i] for i in keep], "base" if s is None else s.look))
        images = torch.cat(images)[:100]
        scores = image_vectors(model, images) @ text_vectors(model, texts[:100]).T
        order = scores.argsort(1, descending=True)
        right = torch.arange(len(scores))[:, None]
        top1 += (order[:, :1] == right).sum().item()
        top5 += (order[:, :5] == right).sum().item()
        total += len(scores)
    return dict(pictures=total, candidates=100, top1=round(top1 / total, 4), top5=round(top5 / total, 4))


def style_recognition(model, source, per_style):
    looks = [s for s in scenes.sources() if s is None or s.kind == "style"]
    subjects = ["a cat", "a house", "an apple", "a car", "two dogs", "a tree on a hill", "a boat on the sea", "a flower"]
    centres = []
    for s in looks:
        phrases = scenes.BASE_PHRASES if s is None else s.phrases
        v = text_vectors(model, [f"{x}, {p}" for x in subjects for p in phrases]).mean(0)
        centres.append(v / v.norm())
    centres, out = torch.stack(centres), {}
    for k, s in enumerate(looks):
        drawn, _ = scenes.draw(s, f"evaluation/style/{k}", per_style, split="eval")
        v = image_vectors(model, render(source, drawn, "base" if s is None else s.look))
        out["base" if s is None else s.id] = round(((v @ centres.T).argmax(1) == k).float().mean().item(), 4)
    return dict(looks=len(looks), per_look=per_style, accuracy=round(sum(out.values()) / len(out), 4), by_look=out)


def evaluate(model, source, blocks=20):
    return dict(base_captions=caption_ranking(model, source, blocks, mixed=False), all_captions=caption_ranking(model, source, blocks, mixed=True),
                styles=style_recognition(model, source, max(2, blocks * 2)))
