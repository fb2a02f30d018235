"""Sitting on, lying in, being inside, behind and under."""
from ..strokes import bar, dot, limb
from . import poses
from .stage import ANY, GREEN, IN, OUT, act

SEATS = ["sofa"] * 5 + ["armchair"] * 3 + ["chair"] * 3 + ["bench"] * 3 + ["throne"] * 2 + ["rock", "log", "mushroom", "mushroom", "haystack", "suitcase", "box", "gift", "books", "bed", "iceberg", "deck chair", "deck chair", "cupcake", "birthday cake", "cheese", "jack-o-lantern", "pillow", "turtle", "elephant", "lily pad"]
SEAT_PLACES = {"throne": ("castle", "castle", "plain"), "bench": ("park", "street", "garden", "station", "snow"), "rock": OUT, "log": GREEN, "mushroom": ("forest", "meadow", "forest"), "haystack": ("farm",), "suitcase": ("street", "plain", "road"), "iceberg": ("ice",), "lily pad": ("lake", "swamp"), "elephant": ("jungle", "desert"), "turtle": ("beach", "forest"), "deck chair": ("beach", "garden", "pool")}
VERBS = ["sitting on", "sitting on", "sitting on", "on", "relaxing on", "resting on"]


def seated(s, name, high, x=None, pose=None):
    """A seat and a figure on it, drawn; (seat, figure)."""
    o = s.anchored("seat", (name,))
    d = s.put(o, 128 + s.r.uniform(-8, 8) if x is None else x, {"sofa": 96, "armchair": 116, "chair": 104, "throne": 140, "bench": 92, "bed": 92, "mushroom": 96, "deck chair": 92}.get(name, 78), width=176, bottom=s.floor + 6)
    d["mirror"] = 0
    sx, sy = s.spot(d, "seat")
    f = s.figure(s.anyone(.55), sx + (s.r.uniform(-22, 22) if name in ("sofa", "bench", "bed") else 0), high, pose or poses.SIT, y=sy, small=False, shadow=False)
    return d, f


@act(15, *IN, "room", "room")
def sit(s):
    r = s.r
    name = r.choice(SEATS)
    s.at(r.choice(SEAT_PLACES.get(name, IN)))
    what = r.choice(["", "", "", "book", "pet", "food", "two", "two", "asleep", "lying"])
    if what == "lying" and name in ("sofa", "bench", "bed"):
        return lying(s, name)
    pose = poses.SIT if what not in ("book", "food") else poses.SIT.with_hands((-.1, -.10), (.1, -.10))
    d, f = seated(s, name, r.uniform(104, 124), pose=pose)
    verb = r.choice(VERBS) if name not in ("armchair", "chair", "deck chair") else r.choice(VERBS + ["sitting in", "sitting in"])
    if what == "book":
        s.show(f, held=[s.hold(s.thing(["open book", "newspaper"]), ((f.hand(0)[0] + f.hand(1)[0]) / 2, f.hand(1)[1] - 2), 34)])
        return s.done(["{1} " + verb + " {0} reading {2}", "{1} reading {2} on {0}", "{1} reading on {0}"])
    if what == "food":
        s.show(f, held=[s.hold(s.thing(["popcorn", "pizza", "ice cream cone", "cup of cocoa", "bowl of soup", "apple", "donut", "cookie"]), ((f.hand(0)[0] + f.hand(1)[0]) / 2, f.hand(1)[1]), 32)])
        return s.done(["{1} " + verb + " {0} with {2}", "{1} eating {2} on {0}" if s.objects[-1]["name"] != "cup of cocoa" else "{1} drinking {2} on {0}", "{1} with {2} on {0}"])
    if what == "pet" or what == "two" and name in ("sofa", "bench", "bed", "lily pad", "haystack", "log"):
        side = 1 if f.x < d["x"] else -1
        x = d["x"] + side * .26 * d["size"]
        if what == "pet":
            pet = s.item(s.thing(["cat", "dog", "teddy bear", "rabbit", "owl", "penguin", "duck", "hedgehog", "squirrel", "chicken"]), x, 52, bottom=s.spot(d, "seat")[1] + 8)
            s.show(f)
            s.layers.append(pet)
            return s.done(["{1} and {2} " + verb + " {0}", "{1} with {2} on {0}", "{1} " + verb + " {0} next to {2}"])
        same = r.random() < .35
        f2 = s.figure(s.last if same else s.other(s.last), x, f.tall * r.uniform(.9, 1.05), poses.SIT, y=f.y, small=False, shadow=False)
        s.show(f)
        s.show(f2)
        if same:
            return s.done(["two {p1} " + verb + " {0}", "two {p1} sitting on {0}"])
        return s.done(["{1} and {2} " + verb + " {0}", "{1} and {2} sitting on {0}", "{1} " + verb + " {0} beside {2}"])
    if what == "asleep":
        f.mood = "asleep"
        s.objects[1]["mood"] = ""
        s.show(f)
        return s.done(["{1} asleep on {0}", "{1} sleeping on {0}", "{1} sleeping in {0}" if name in ("armchair", "chair", "deck chair") else "{1} napping on {0}"])
    s.show(f)
    return s.done(["{1} " + verb + " {0}", "{1} sitting on {0}"])


def lying(s, name):
    """Stretched out on a sofa or a bench."""
    o = s.anchored("seat", (name,))
    d = s.put(o, 128, {"sofa": 100, "bench": 96}.get(name, 96), width=196, bottom=s.floor + 6)
    d["mirror"] = 0
    sx, sy = s.spot(d, "seat")
    f = s.figure(s.anyone(.6), 128, 112, poses.LIE, y=sy - 12, facing=s.r.choice([-1, 1]), mood="asleep", small=False, shadow=False)
    f.move(128 - f.facing * 44 - f.centre[0], sy - 16 - f.centre[1])
    s.show(f)
    return s.done(["{1} sleeping on {0}", "{1} lying on {0}", "{1} asleep on {0}", "{1} taking a nap on {0}"])


@act(9, "room", "room", "plain")
def in_bed(s):
    """Under a blanket in a large bed seen from the side."""
    r = s.r
    side = r.choice([-1, 1])
    left, right, top = 34, 222, s.floor - 40
    x = lambda v: v if side > 0 else 256 - v  # noqa: E731
    wood, quilt = r.choice([("#8b5a3c", "#e5383b"), ("#6d4534", "#2f80ed"), ("#a56953", "#37a85c"), ("#533566", "#ff87c3"), ("#8b5a3c", "#8d65c5"), ("#6d4534", "#ffd43b")])
    s.strokes([bar((x(left), top - 44), (x(left), s.floor + 12), 7, wood), bar((x(right), top - 14), (x(right), s.floor + 12), 6, wood), bar((x(left), s.floor - 6), (x(right), s.floor - 6), 13, wood, corner=.1),
               bar((x(left + 6), top + 14), (x(right - 4), top + 14), 14, "#f4f4f4"), limb((x(left + 22), top - 4), (x(left + 54), top - 6), 14, "#ffffff")])
    f = s.figure(s.anyone(.55), x(left + 92), 128, poses.LIE, y=top + 2, facing=side, mood="asleep", small=False, shadow=False)
    f.move(x(left + 40) - f.centre[0], top - 10 - f.centre[1])
    s.layers.append(dict(f.item))
    moods = f.moods()
    if moods:
        s.strokes(moods)
    s.strokes([bar((x(left + 66), top + 10), (x(right - 2), top + 10), 24, quilt, 17, .5), bar((x(left + 66), top - 12), (x(left + 66), top + 32), 7, "#ffffff", corner=.4)])
    if r.random() < .5:
        z = s.c.named_zzz()
        s.layers.append(s.item(z, x(left + 70), 34, y=top - 52, named=False))
    words = r.choice(["sleeping", "sleeping", "asleep", "lying", "napping", "resting", "tucked"])
    return s.done(["{0} " + words + " in a bed", "{0} " + words + " in bed", "{0} in bed", "{0} sleeping under a blanket", "{0} sleeping in bed"], sky=r.choice(["night", "night", "day"]), weather="none")


@act(4, "park", "beach", "meadow", "forest", "jungle", "farm")
def hammock(s):
    if s.r.random() < .4:
        s.strokes([limb((x, 60), (x, s.floor + 4), 7, "#8b5a3c") for x in (40, 216)])
    else:
        tree = s.thing(["palm tree", "tree"] if s.place != "beach" else ["palm tree"])
        for x in (34, 222):
            s.put(tree, x, 168, width=120, bottom=s.floor + 4, named=False)
    y = s.floor - 44
    f = s.figure(s.anyone(.6), 128, 124, poses.LIE, y=y - 10, facing=-1, mood=s.r.choice(["asleep", "asleep", ""]), small=False, shadow=False)
    f.move(92 - f.centre[0], y - 20 - f.centre[1])
    s.show(f)
    c = s.r.choice(["#ffb02e", "#f8312f", "#00a6ed", "#00d26a"])
    s.strokes([limb((48, y - 22), (76, y + 2), 3, c, 12), limb((76, y + 2), (128, y + 12), 13, c), limb((128, y + 12), (180, y + 2), 13, c), limb((180, y + 2), (208, y - 22), 12, c, 3)])
    return s.done(["{0} in a hammock", "{0} lying in a hammock", "{0} sleeping in a hammock" if f.mood == "asleep" else "{0} relaxing in a hammock", "{0} in a hammock between two trees"])


@act(14, "bathroom", "bathroom", *IN, "park", "street", "meadow", "beach", "plain", "plain", "kitchen", "forest")
def inside(s):
    """In a holder whose front edge hides the rest."""
    r = s.r
    names = ["basket", "basket", "picnic basket", "bucket", "cup", "cup", "bathtub", "bathtub", "bathtub", "bowl", "shopping cart", "cauldron", "cardboard box", "cardboard box", "backpack", "stroller", "cradle", "laundry basket", "oil drum", "trash can", "bowl of soup", "bowl of soup", "wheelbarrow", "wheelbarrow"]
    name = r.choice(names)
    o = s.anchored("rim", (name,))
    size = {"bathtub": 128, "cup": 112, "bowl": 96, "basket": 112, "backpack": 118, "cradle": 100}.get(name, 104)
    d = s.item(o, 128 + r.uniform(-8, 8), size, width=160, bottom=s.floor + 8, shadow=1, named=False)
    d["mirror"] = 0
    x0, x1, y = s.spot(d, "rim")
    wide = x1 - x0
    n = r.choices([1, 2, 3], [70, 16, 14])[0] if name not in ("cup", "cauldron", "backpack", "cradle", "stroller") else 1
    full = r.random() < .4
    if full:  # animals as they are
        a = s.thing(["cat", "dog", "rabbit", "hedgehog", "penguin", "owl", "duck", "chick", "mouse", "squirrel", "teddy bear", "whale", "dragon", "elephant", "frog", "turtle", "goose", "pig", "sheep", "black cat", "octopus", "seal", "dolphin", "shark", "pirate ship", "rubber duck", "goldfish", "fish", "snowman", "crab"])
        if a.pose:
            full = False
    who = None if full else s.anyone(.34)
    for k in range(n):
        x = (x0 + x1) / 2 + (k - (n - 1) / 2) * wide / n
        if full:
            s.layers.append(s.item(a, x, r.uniform(66, 78) if n == 1 else 54, width=wide * 1.05 / n, bottom=y + 18, named=k == 0))
        else:
            high = min(110, wide * 1.7) if n == 1 else min(84, wide * 1.5 / n + 30)
            f = s.figure(who, x, high, poses.HALF.with_hands((-.16, -.14), (.16, -.14)), y=y + high * .16, named=k == 0, small=False, shadow=False)
            s.show(f, arms=False)
    s.layers.append(d)
    s.name(d)
    if not full and n == 1:
        s.strokes([dot((f.x + side * f.width(.14), y + 3), f.width(.045), f.limbs_colour()) for side in (-1, 1)])
    if name == "bathtub":
        if r.random() < .3 and n == 1:
            duck = s.thing(["rubber duck"])
            s.layers += [s.item(duck, x0 + wide * t, 26, bottom=y + 4, named=False) for t in (.14, .88)]
            s.strokes([dot((x0 + wide * t, y + 1), 6, "#ffffff") for t in (.3, .7)])
            return s.done(["{0} in {1} with rubber ducks", "{0} taking a bath with rubber ducks", "{0} in a bathtub with rubber ducks"])
        s.strokes([dot((x0 + wide * t, y - 2), 7 + 3 * (k % 2), "#ffffff") for k, t in enumerate((.08, .2, .32, .68, .8, .92))])
        return s.done(["{0} in {1}", "{0} taking a bath", "{0} taking a bath in {1}", "{0} in a bathtub full of bubbles", "{0} having a bubble bath"] if n == 1 else [{2: "two", 3: "three"}[n] + " {p0} in {1}", {2: "two", 3: "three"}[n] + " {p0} taking a bath"])
    if n > 1:
        w = {2: "two", 3: "three"}[n]
        return s.done([w + " {p0} in {1}", w + " {p0} in {1}", w + " little {p0} sitting in {1}", "{1} with " + w + " {p0} in it", w + " {p0} inside {1}"])
    return s.done(["{0} " + r.choice(["in", "in", "inside", "sitting in", "hiding in", "peeking out of"]) + " {1}", "{0} in {1}"])


@act(6, *GREEN, "snow", "park", "street", "beach")
def peek(s):
    """Behind something lower or narrower than oneself."""
    r = s.r
    name = r.choice(["bush", "bush", "fence", "tree", "rock", "snowman", "barrel", "tree", "house", "pumpkin", "mushroom"])
    o = s.thing([name])
    d = s.item(o, 128, {"tree": 176, "house": 120}.get(o.name, 92), width=180 if o.name != "fence" else 200, bottom=s.floor + 6, shadow=1, named=False)
    side = r.choice([-1, 1])
    if o.name in ("tree", "house", "snowman"):
        x, y, high = 128 + side * (26 if o.name == "tree" else 52), s.floor - 2, 112
    else:
        high = 116
        x, y = 128 + r.uniform(-16, 16), d["y"] - s.c.shapes["half"][o.index][1] * d["size"] + high * .30
    f = s.figure(s.anyone(), x, high, poses.HALF if o.name not in ("tree", "house", "snowman") else poses.STAND, y=y, facing=side, shadow=False)
    s.show(f)
    s.layers.append(s.name(d))
    return s.done(["{0} " + r.choice(["behind", "hiding behind", "peeking out from behind", "standing behind", "looking over"]) + " {1}", "{0} hiding behind {1}"] if o.name in ("bush", "fence") else ["{0} behind {1}", "{0} hiding behind {1}", "{0} peeking from behind {1}"])


@act(5, *GREEN, "park", "beach", "desert", "snow")
def under_tree(s):
    r = s.r
    t = s.thing(["tree", "apple tree", "palm tree", "cherry tree", "tree", "pine tree", "mushroom", "umbrella", "beach umbrella"])
    s.put(t, 128, 184, width=196, bottom=s.floor)
    f = s.figure(s.anyone(), 128 + r.choice([-1, 1]) * r.uniform(22, 40), 84, r.choice([poses.STAND, poses.GROUND, poses.GROUND, poses.CROSSED]), y=s.floor + 10)
    s.show(f)
    verb = "sitting under" if f.pose.hip < .1 else "standing under"
    return s.done(["{1} under {0}", "{1} " + verb + " {0}", "{1} beneath {0}", "{1} in the shade of {0}", "{1} resting under {0}" if f.pose.hip < .1 else "{1} below {0}"])


@act(6, "street", "forest", "meadow", "snow", "park", "farm", "hill", "mountains", "city")
def roof(s):
    """On a roof, in front of a door, on a bridge."""
    r = s.r
    kind = r.choice(["roof", "door", "door", "bridge", "tent"])
    if kind == "bridge":
        s.at(r.choice(["lake", "park", "forest"]))
        o = s.anchored("top", ("stone bridge",))
        d = s.item(o, 128, 112, width=236, bottom=s.floor + 18, named=False)
        x0, x1, y = s.spot(d, "top")
        n, who, pose = r.choice([1, 1, 2]), s.anyone(), r.choice([poses.WALK, poses.STAND, poses.WAVE])
        for k in range(n):
            s.show(s.figure(who, 128 + (k - (n - 1) / 2) * 54, 98, pose, y=y + 12, facing=1, shadow=False, named=k == 0))
        s.layers.append(s.name(d))
        if n == 2:
            return s.done(["two {p0} on {1}", "two {p0} crossing {1}", "two {p0} walking over {1}"])
        return s.done(["{0} on {1}", "{0} walking over {1}", "{0} crossing {1}", "{0} standing on {1}"])
    if kind == "roof":
        o = s.anchored("top", ("house", "hut"))
        d = s.put(o, 128, 132, width=150, bottom=s.floor + 4)
        x0, x1, y = s.spot(d, "top")
        f = s.figure(s.anyone(), 128, 84, r.choice([poses.STAND, poses.GROUND, poses.WAVE, poses.DANCE]), y=y + 6, shadow=False)
        s.show(f)
        return s.done(["{1} on the roof of {0}", "{1} on a roof", "{1} standing on {0}" if f.pose.hip > .1 else "{1} sitting on the roof of {0}"])
    o = s.thing(["house", "hut", "igloo", "cottage", "barn", "castle", "school", "shop", "doghouse"] if kind == "door" else ["tent"])
    s.put(o, 112, 148, width=180, bottom=s.floor)
    f = s.figure(s.anyone(), 176, 98, r.choice([poses.STAND, poses.WAVE, poses.WALK, poses.HOLD]), y=s.floor + 14)
    s.show(f)
    return s.done(["{1} in front of {0}", "{1} outside {0}", "{1} next to {0}", "{1} near {0}", "{1} waving in front of {0}" if f.pose is poses.WAVE else "{0} and {1}"])


@act(5, *ANY)
def wearing(s):
    r = s.r
    kind = r.choice(["hat", "hat", "hat", "glasses", "both", "scarf", "cape"])
    who = s.anyone(.36)
    while who.head.head["kind"] == "hat":
        who = s.anyone(.36)
    if kind == "cape":
        c = r.choice([("red", "#f8312f"), ("blue", "#00a6ed"), ("purple", "#8d65c5"), ("green", "#00a651"), ("black", "#2b2b33")])
        who = who._replace(outfit=who.outfit.__class__(who.outfit.top, sleeve=who.outfit.sleeve, legs=who.outfit.legs, skirt=who.outfit.skirt, details=who.outfit.details, cape=c[1]))
        f = s.figure(who, 128, 146, r.choice([poses.STAND, poses.CHEER, poses.POINT]))
        s.show(f)
        return s.done(["{0} wearing a " + c[0] + " cape", "{0} in a " + c[0] + " cape", "{0} with a " + c[0] + " cape"])
    f = s.figure(who, 128 + r.uniform(-14, 14), r.uniform(134, 154), r.choice([poses.STAND, poses.STAND, poses.WAVE, poses.GROUND, poses.WALK, poses.HOLD_BOTH]))
    if kind == "scarf":
        word, c = r.choice([("red", "#f8312f"), ("blue", "#00a6ed"), ("yellow", "#ffd43b"), ("green", "#00a651"), ("pink", "#ff87c3"), ("purple", "#8d65c5")])
        s.show(f)
        x, y = f.neck
        s.strokes([limb((x - f.width(.10), y + f.width(.015)), (x + f.width(.10), y + f.width(.015)), f.width(.042), c), limb((x + f.facing * f.width(.06), y + f.width(.02)), (x + f.facing * f.width(.10), y + f.width(.2)), f.width(.036), c)])
        return s.done(["{0} wearing a " + word + " scarf", "{0} with a " + word + " scarf", "{0} in a " + word + " scarf"])
    worn = []
    if kind in ("hat", "both"):
        worn.append(s.hat(f, s.thing(HATS)))
    if kind in ("glasses", "both"):
        worn.append(s.glasses(f, s.thing(["sunglasses", "sunglasses", "glasses"])))
    s.show(f, worn=worn)
    if kind == "both":
        return s.done(["{0} wearing {1} and {n2}", "{0} with {1} and {n2}", "{0} in {1} and {n2}"])
    n = "{1}" if kind == "hat" else "{n1}"
    return s.done(["{0} wearing " + n, "{0} wearing " + n, "{0} with " + n, "{0} in " + n] + (["a cool {n0} wearing {n1}"] if kind == "glasses" else []))


HATS = ["top hat", "top hat", "crown", "crown", "sun hat", "cap", "cowboy hat", "sombrero", "fedora", "green helmet", "rescue helmet", "baseball cap", "purple top hat", "witch hat", "witch hat", "chef's hat", "chef's hat", "pirate hat", "pirate hat", "santa hat", "santa hat", "straw hat", "nightcap", "paper hat",
        "graduation cap"]
