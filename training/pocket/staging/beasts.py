"""Animals as they are, not upright: what they wear, eat, carry, and where they sleep."""
from . import anchors
from .stage import ANY, GREEN, HOME, act
from .resting import HATS
from .together import QUADS, sized, whole

MORSELS = ["apple", "carrot", "banana", "fish", "bone", "leaf", "cheese", "bread", "ice cream cone", "donut", "cookie", "strawberry", "pizza", "hamburger", "watermelon", "corn", "sushi", "spaghetti", "cupcake", "mushroom", "grapes", "meat on a bone", "sandwich", "birthday cake", "pumpkin", "sunflower", "rose", "hot dog"]


def beast(s, kind, high=(104, 136), bottom=None, x=None):
    """An animal with such an anchor, drawn alone."""
    o = s.anchored(kind, tuple(BEASTS))
    d = s.item(o, 128 + s.r.uniform(-14, 14) if x is None else x, s.r.uniform(*high), width=156, bottom=s.floor + 4 if bottom is None else bottom, facing=s.r.choice([-1, 1]), shadow=1)
    s.layers.append(d)
    return d


BEASTS = {"horse", "donkey", "zebra", "deer", "cow", "pig", "sheep", "goat", "camel", "llama", "alpaca", "giraffe", "elephant", "mammoth", "rhinoceros", "hippopotamus", "tiger", "leopard", "dog", "cat", "black cat", "rabbit", "turtle", "snail", "whale", "swan", "duck", "goose", "chick", "unicorn", "t-rex", "brontosaurus",
          "red dragon", "dragon", "penguin", "owl", "squirrel", "hedgehog", "mouse", "kangaroo", "seal", "walrus", "dodo", "parrot", "flamingo", "black bird", "bird", "caterpillar", "fish", "robot", "teddy bear", "snowman", "ghost", "gorilla", "badger", "bear", "lion", "shark", "dolphin", "bison", "ox"}


@act(7, *ANY)
def hat_on_beast(s):
    d = beast(s, "hat")
    o = s.obj(d)
    ax, ay, w = anchors.of(o)["hat"][0]
    x, y = s.spot(d, "hat")
    hat = s.thing(HATS)
    h = s.item(hat, x, 80, width=max(w * d["size"] * 1.05, 30), y=y)
    half = s.c.shapes["half"][hat.index][1] * h["size"]
    h["y"] = round(y - half + .25 * half, 1)
    h["mirror"] = d["mirror"]
    s.layers.append(h)
    return s.done(["{0} wearing {1}", "{0} wearing {1}", "{0} with {1}", "{0} in {1}", "{0} with {1} on its head"])


@act(3, "beach", "plain", "plain", "street", "city", "desert", "snow", "room")
def glasses_on_beast(s):
    d = beast(s, "eyes", (120, 146))
    w = anchors.of(s.obj(d))["eyes"][0][2]
    x, y = s.spot(d, "eyes")
    s.layers.append(s.item(s.thing(["sunglasses", "sunglasses", "glasses"]), x, 60, width=w * d["size"] * 1.1, y=y))
    return s.done(["{0} wearing {n1}", "{0} with {n1}", "{0} in {n1}", "a cool {n0} with {n1}"])


@act(9, *GREEN, *HOME, "beach", "snow", "jungle", "plain", "desert", "street")
def beast_eating(s):
    r = s.r
    d = beast(s, "mouth")
    x, y = s.spot(d, "mouth")
    side = s.facing(d)
    low = r.random() < .35
    o = s.thing(MORSELS)
    m = s.item(o, x + side * 16, 38, width=50, **({"bottom": s.floor + 8} if low else {"y": y + 6}), shadow=int(low))
    s.layers.append(m)
    if low:
        return s.done(["{0} eating {1}", "{0} about to eat {1}", "{0} sniffing at {1}", "{0} in front of {1}", "{0} looking at {1}"])
    return s.done(["{0} eating {1}", "{0} eating {1}", "{0} eating {n1}", "hungry {n0} eating {1}", "{0} nibbling {1}"])


@act(6, *ANY)
def beast_carrying(s):
    r = s.r
    hand = r.random() < .4
    d = beast(s, "hand" if hand else "mouth")
    x, y = s.spot(d, "hand" if hand else "mouth")
    side = s.facing(d)
    o = s.thing(["rose", "bouquet", "balloon", "letter", "envelope", "gift", "key", "basket", "umbrella", "heart", "fish", "flag", "book", "star", "ball of yarn", "soccer ball", "lantern", "lollipop", "guitar", "candle", "ice cream cone", "teddy bear", "map", "cup of coffee", "magic wand", "sunflower", "camera", "crown", "bone", "newspaper"])
    up = o.name in ("balloon", "umbrella", "flag")
    s.layers.append(s.item(o, x + (side * 10 if not hand else 0), 54 if up else 42, width=62, y=y - (22 if up else -4)))
    return s.done(["{0} holding {1}", "{0} carrying {1}", "{0} with {1}", "{0} holding {1} in its mouth" if not hand else "{0} holding {1}"])


@act(6, "room", "room", "meadow", "forest", "beach", "plain", "snow", "park", "farm", "library", "kitchen")
def beast_sleeping(s):
    """Lying flat, with zzz; on the ground, on a sofa, on a cushion."""
    r = s.r
    o = whole(s, ["dog", "cat", "black cat", "tiger", "leopard", "pig", "bear", "rabbit", "hedgehog", "turtle", "sleeping cat", "elephant", "hippopotamus", "walrus", "seal", "squirrel", "mouse", "sheep", "cow", "badger", "dachshund", "duck", "crocodile", "otter"])
    flat = .74 if o.name not in ("turtle", "sleeping cat", "walrus", "seal", "hedgehog", "otter") else 1.0
    bed = r.choice(["", "", "sofa", "rug", "pillow", "sofa"]) if s.place in ("room", "plain", "library", "kitchen") else ""
    y, wide = s.floor + 6, 140
    if bed:
        b = s.put(s.thing([bed]), 128, 96 if bed == "sofa" else 54, width=190, bottom=s.floor + 10, named=False)
        b["mirror"] = 0
        y, wide = (s.spot(b, "seat")[1] + 6 if bed == "sofa" else b["y"] + 4), 108
        s.name(b)
    d = s.item(o, 128 + r.uniform(-10, 10), 96 if not bed else 74, width=wide, bottom=y, shadow=int(not bed), wide=1.08, tall=flat, facing=r.choice([-1, 1]))
    s.layers.append(d)
    if r.random() < .7:
        s.layers.append(s.item(s.c.named_zzz(), d["x"] + s.facing(d) * 40, 34, y=d["y"] - 54, named=False))
    verb = r.choice(["sleeping", "sleeping", "sleeping", "napping", "lying", "asleep", "taking a nap", "resting", "curled up"])
    who = "{1}" if bed else "{0}"
    return s.done([who + " " + verb + (" on {0}" if bed else ""), who + " sleeping" + (" on {0}" if bed else "")], sky="night" if r.random() < .3 else None, weather="none")


@act(6, *GREEN, "beach", "snow", "room", "street", "plain", "desert")
def beasts_meet(s):
    """Two animals face to face."""
    a, b = whole(s, QUADS), whole(s, QUADS)
    ha, hb = sized(s, a, 52, 118), sized(s, b, 52, 118)
    s.put(a, 76, ha, width=112, bottom=s.floor + 4, facing=1)
    s.put(b, 182, hb, width=108, bottom=s.floor + 4, facing=-1)
    if a.name == b.name:
        return s.done(["two {p0} looking at each other", "two {p0}", "two {p0} meeting", "two {p0} face to face"])
    core = ["{0} and {1}", "{0} looking at {1}", "{0} meeting {1}", "{0} and {1} looking at each other", "{0} next to {1}", "{0} with {1}", "{0} playing with {1}"]
    if ha > 1.5 * hb:
        core += ["a big {n0} and a small {n1}", "a tiny {n1} in front of a big {n0}", "a little {n1} and a large {n0}"]
    return s.done(core)


@act(4, *GREEN, "room", "street", "beach", "farm", "snow", "jungle")
def rider_beast(s):
    """A small animal on a large one's back."""
    r = s.r
    big = s.anchored("seat", ("horse", "cow", "pig", "elephant", "turtle", "camel", "rhinoceros", "hippopotamus", "dog", "sheep", "tiger", "giraffe", "donkey", "bison", "t-rex", "brontosaurus", "whale", "snail", "snail", "turtle", "llama"))
    if big.name == "whale":
        s.at("sea")
    d = s.item(big, 128, r.uniform(104, 128), width=168, bottom=s.floor + (26 if s.place == "sea" else 4), shadow=int(s.place != "sea"), facing=r.choice([-1, 1]))
    s.layers.append(d)
    x, y = s.spot(d, "seat")
    o = whole(s, ["cat", "mouse", "chick", "duck", "owl", "parrot", "penguin", "rabbit", "hedgehog", "black cat", "squirrel", "snail", "black bird", "bird", "dog", "turtle", "goose", "crab", "teddy bear", "backpack", "house", "gift", "castle", "flower", "tree", "suitcase", "basket"], big.name)
    s.layers.append(s.item(o, x, 46, width=58, bottom=y + 5, facing=s.facing(d)))
    if o.category not in ("animal", "bird", "toy", "sea animal"):
        return s.done(["{1} on the back of {0}", "{0} carrying {1} on its back", "{0} with {1} on its back", "{0} carrying {1}"])
    return s.done(["{1} on the back of {0}", "{1} riding {0}", "{1} sitting on {0}", "{0} carrying {1} on its back", "{1} on {0}", "{0} with {1} on its back"])


HOMES = {"igloo": ["snow", "ice"], "barn": ["farm"], "haystack": ["farm", "wheat"], "treehouse": ["forest", "jungle"], "windmill": ["farm", "meadow"], "cactus": ["desert", "canyon"], "snowman": ["snow"], "lighthouse": ["beach", "harbor"], "fireplace": ["room"], "piano": ["room"], "sofa": ["room"], "campfire": ["forest", "beach"], "beehive": ["garden", "meadow"]}


@act(4, *GREEN, "street", "beach", "snow", "plain")
def in_front_of_home(s):
    """A dog by its house, a hen by the barn …"""
    r = s.r
    o = s.thing(["doghouse", "barn", "igloo", "treehouse", "beehive", "tent", "house", "castle", "haystack", "well", "fountain", "windmill", "cactus", "snowman", "campfire", "lighthouse", "fireplace", "piano", "sofa", "mailbox"])
    homes = HOMES.get(o.name)
    if homes:
        s.at(r.choice(homes))
    side = r.choice([-1, 1])
    s.put(o, 128 - side * 42, 130, width=130, bottom=s.floor)
    a = whole(s, QUADS)
    s.put(a, 128 + side * 54, sized(s, a, 52, 96), width=98, bottom=s.floor + 12, facing=-side)
    return s.done(["{1} next to {0}", "{1} in front of {0}", "{1} near {0}", "{1} and {0}", "{1} beside {0}", "{1} guarding {0}"])
