"""Where things touch a sprite (anchors.txt) and how large things truly are.

    Anchors.of(obj) -> {"seat": [(x, y)], "window": [(x0, y0, x1, y1), …], "right": True, …}, in units of the sprite's longest side from its centre
"""
import os
from functools import lru_cache

POINTS = {"seat": 2, "mouth": 2, "hand": 2, "bars": 2, "hat": 3, "eyes": 3, "top": 3, "rim": 3, "window": 4}
# Heights in metres as they are pictured; others by category.
TALL = {"mouse": .1, "hamster": .12, "frog": .1, "snail": .06, "bee": .04, "ladybug": .03, "butterfly": .08, "caterpillar": .05, "ant": .02, "spider": .05, "hedgehog": .18, "squirrel": .25, "rabbit": .35, "cat": .4, "black cat": .4,
        "duck": .4, "chicken": .4, "chick": .12, "owl": .45, "penguin": .8, "goose": .8, "dog": .6, "fox": .6, "raccoon": .5, "koala": .6, "monkey": .8, "pig": .8, "sheep": .9, "goat": .9, "wolf": .8, "deer": 1.4, "kangaroo": 1.4, "lion": 1.2,
        "tiger": 1.1, "panda": 1.3, "bear": 1.6, "polar bear": 1.7, "donkey": 1.3, "horse": 1.7, "zebra": 1.5, "cow": 1.5, "ox": 1.6, "camel": 2.2, "moose": 2.0, "rhinoceros": 1.7, "hippopotamus": 1.5, "gorilla": 1.6, "elephant": 3.0, "mammoth": 3.2,
        "giraffe": 4.5, "t-rex": 4.5, "brontosaurus": 7, "dragon": 2.5, "red dragon": 3, "unicorn": 1.8, "pegasus": 1.8, "whale": 5, "shark": 2, "dolphin": 1.3, "octopus": .8, "turtle": .4, "crocodile": .8, "walrus": 1.4, "seal": .9, "swan": .9,
        "bicycle": 1.1, "motorcycle": 1.2, "scooter": 1.1, "car": 1.6, "bus": 3, "truck": 3, "tractor": 2.6, "train": 4, "steam train": 4, "house": 6, "castle": 15, "lighthouse": 15, "windmill": 12, "barn": 7, "skyscraper": 60, "tent": 1.6, "tree": 6,
        "palm tree": 6, "apple tree": 5, "pine tree": 7, "cactus": 2, "mushroom": .12, "sunflower": 1.5, "rose": .3, "tulip": .3, "boy": 1.3, "girl": 1.3, "child": 1.2, "baby": .7, "robot": 1.7, "snowman": 1.6, "teddy bear": .4, "bed": 1.0, "sofa": .9,
        "chair": .9, "table": .8, "piano": 1.3, "refrigerator": 1.8, "stove": 1.0, "fireplace": 1.4, "bench": .9, "bathtub": .7, "street lamp": 4, "fountain": 2.5, "rocket": 20, "hot air balloon": 15, "airplane": 5, "helicopter": 3, "pirate ship": 20,
        "sailboat": 7, "fence": 1.0, "well": 2.2, "campfire": .8, "pumpkin": .4, "watermelon": .3, "soccer ball": .25, "umbrella": 1.0, "guitar": 1.0, "book": .25, "cup": .12, "doghouse": 1, "alien": 1.4, "ghost": 1.5, "igloo": 2.2, "pyramid": 40, "volcano": 200, "snowy mountain": 500}
BY_CATEGORY = {"person": 1.7, "animal": .9, "bird": .4, "sea animal": .5, "insect": .04, "flower": .3, "plant": 1.5, "fruit": .12, "vegetable": .15, "food": .15, "drink": .2, "household": .35, "landform": 50, "building": 8, "vehicle": 2, "boat": 5, "aircraft": 4,
               "sky": 1, "party": .4, "sport": .4, "toy": .3, "clothing": .3, "device": .3, "instrument": .8, "tool": .6, "furniture": 1, "object": .3, "face": .3, "shape": .3, "sign": 1, "body": .3}


def true_height(obj):
    return TALL.get(obj.name) or BY_CATEGORY.get(obj.category, .5)


@lru_cache(maxsize=1)
def table():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "anchors.txt"), encoding="utf-8") as f:
        lines = [text.split(":", 1) for text in f if not text.startswith("#")]
    return {head.split(" ", 1)[0]: entry(head, rest.split()) for head, rest in lines}


def entry(head, words):
    """The anchors of one line; x and y from 0 to 1 become units of the longest side from the centre."""
    out = {}
    while words:
        kind = words.pop(0)
        if kind == "right":
            out["right"] = True
            continue
        v = [float(x) for x in words.pop(0).split(",")]
        if len(v) != POINTS[kind]:
            raise ValueError(f"anchors.txt: {head}: {kind} has {len(v)} numbers, {POINTS[kind]} are wanted")
        if kind in ("hat", "eyes"):
            v = [v[0] - 0.5, v[1] - 0.5, v[2]]  # the last is a width
        else:
            v = [x - 0.5 for x in v]
        out.setdefault(kind, []).append(tuple(v))
    return out


def of(obj):
    return table().get(obj.key, {})
