"""Two or more: who does what to whom, and groups."""

from ..objects import article, plural
from ..strokes import bar, dot, limb
from . import anchors, poses
from .stage import ANY, GREEN, HOME, MILD, OUT, act

PETS = ["dog", "dog", "dog", "poodle", "cat", "black cat", "rabbit", "duck", "pig", "goat", "sheep", "turtle", "hedgehog", "goose", "llama", "penguin", "t-rex", "pony", "beagle", "dachshund", "elephant", "tiger", "chicken"]
QUADS = ["dog", "dog", "cat", "black cat", "rabbit", "horse", "cow", "pig", "sheep", "goat", "donkey", "deer", "elephant", "giraffe", "tiger", "turtle", "hedgehog", "squirrel", "duck", "goose", "rooster", "penguin", "owl", "llama", "mouse", "snail", "camel", "zebra", "hippopotamus", "t-rex", "unicorn", "dragon", "fox", "crab",
         "swan", "kangaroo", "leopard", "bee", "butterfly", "parrot", "chick"]


def pair(s, share=.58):
    a = s.anyone(share)
    return a, s.other(a, lambda: s.anyone(share))


def whole(s, names, *not_named):
    """An animal as it is, from the side."""
    for _ in range(30):
        o = s.thing(names)
        if not o.pose and o.name not in not_named:
            return o
    return s.anchored("seat", ("dog",))


def sized(s, o, low=46, high=108):
    """Height in pixels beside a figure of 120: true sizes, drawn together."""
    return max(low, min(high, 108 * (anchors.true_height(o) / 1.5) ** .55))


@act(8, "park", "street", "meadow", "beach", "road", "forest", "snow", "city", "plain")
def walking_a_pet(s):
    side = s.r.choice([-1, 1])
    o = whole(s, PETS)
    f = s.figure(s.anyone(.7), 128 - side * 46, 128, poses.WALK.with_hands((.12, -.2), (.22, -.13)), facing=side)
    d = s.item(o, 128 + side * 50, sized(s, o, 52, 96), width=100, bottom=s.floor + 4, facing=side, shadow=1)
    x, y = f.hand(1)
    s.layers.append(d)
    neck = (d["x"] + side * .16 * d["size"], d["y"] - .02 * d["size"])
    s.show(f, held=[{"strokes": [limb((x, y), neck, 1.4, "#d3312f")]}])
    return s.done(["{0} walking {1}", "{0} walking {1} on a leash", "{0} taking {1} for a walk", "{0} with {1} on a leash", "{0} going for a walk with {1}"])


@act(9, *GREEN, "beach", "street", "snow", "plain", "room", "desert", "park", "road")
def chase(s):
    r, side = s.r, s.r.choice([-1, 1])

    def runner(x, kind, high):
        if kind == "figure":
            f = s.figure(s.anyone(.75), x, high, poses.RUN, facing=side)
            s.show(f)
        else:
            o = whole(s, QUADS)
            s.layers.append(s.item(o, x, min(sized(s, o, 56), high * .9), width=98, bottom=s.floor + 2 - (r.uniform(0, 8)), facing=side, shadow=1, angle=-5.0 * side))
    kinds = r.choice([("figure", "figure"), ("animal", "figure"), ("figure", "animal"), ("animal", "figure"), ("figure", "animal"), ("animal", "animal")])
    runner(128 - side * 54, kinds[0], 112)
    runner(128 + side * 52, kinds[1], 108)
    if s.objects[0]["name"] == s.objects[1]["name"]:
        return s.done(["two {p0} running", "two {p0} racing", "two {p0} running a race"])
    return s.done(["{0} chasing {1}", "{0} chasing {1}", "{0} running after {1}", "{1} running away from {0}", "{1} chased by {0}"])


GIFTS = ["rose", "bouquet", "gift", "heart", "apple", "carrot", "balloon", "fish", "letter", "envelope", "ice cream cone", "birthday cake", "cupcake", "teddy bear", "sunflower", "book", "cookie", "star", "key", "cheese", "banana", "trophy", "crown", "bone", "pizza", "flower"]


@act(8, *ANY)
def giving(s):
    r, side = s.r, s.r.choice([-1, 1])
    a, b = pair(s)
    f = s.figure(a, 128 - side * 56, 122, poses.REACH, facing=side)
    o = s.thing(GIFTS)
    whom = r.random() < .6
    if whom:
        g = s.figure(b, 128 + side * 58, 118, poses.REACH if r.random() < .5 else poses.STAND, facing=-side)
        s.show(g)
    else:
        q = whole(s, QUADS, a.head.name)
        s.layers.append(s.item(q, 128 + side * 54, sized(s, q, 60, 112), width=104, bottom=s.floor + 4, facing=-side, shadow=1))
    x, y = f.hand(1)
    s.show(f, held=[s.hold(o, (x + side * 5, y - 3), 36)])
    if whom and r.random() < .12:
        f.mood, g.mood = "angry", "surprised"
        return s.done(["{0} stealing {2} from {1}", "{0} taking {2} away from {1}", "{0} stealing {2} from a surprised {n1}"])
    if s.objects[0]["name"] == s.objects[1]["name"]:
        return s.done(["{0} giving {2} to another {n0}", "{0} giving another {n0} {2}", "two {p0} with {2}"])
    return s.done(["{0} giving {2} to {1}", "{0} giving {2} to {1}", "{0} giving {1} {2}", "{0} handing {2} to {1}", "{0} offering {2} to {1}", "{1} getting {2} from {0}"])


@act(7, *GREEN, "park", "farm", "lake", "snow", "beach", "street", "ice")
def feeding(s):
    r, side = s.r, s.r.choice([-1, 1])
    if s.place == "lake":
        s.at("park")
    n = r.choice([1, 1, 2, 3, 4, 5])
    o = whole(s, ["duck", "duck", "chicken", "goose", "rabbit", "horse", "goat", "sheep", "cow", "pig", "penguin", "squirrel", "deer", "cat", "dog", "elephant", "giraffe", "fish", "swan", "dove", "owl", "llama", "hedgehog", "chick"])
    f = s.figure(s.anyone(.8), 128 - side * 66, 122, r.choice([poses.REACH, poses.REACH, poses.CROUCH]), facing=side)
    high = sized(s, o, 50, 104) if n == 1 else 46
    for k in range(n):
        s.layers.append(s.item(o, 128 + side * ((46 if n == 1 else 4 if n > 3 else 14) + (42 if n < 4 else 30) * k), high if n < 4 else 34, width=110 if n == 1 else 46 if n < 4 else 34, bottom=s.floor + 6 + 5 * (k % 2), facing=-side, shadow=1, named=k == 0))
    x, y = f.hand(1)
    s.show(f)
    s.strokes([dot((x + side * (5 + 6 * k), y + 9 * k), 2.6, "#e8b45a") for k in range(4)])
    if n == 1:
        return s.done(["{0} feeding {1}", "{0} feeding {1}", "{0} feeding the {n1}", "{0} giving food to {1}"])
    w = {2: "two", 3: "three", 4: "four", 5: "five"}[n]
    return s.done(["{0} feeding " + w + " {p1}", "{0} feeding {p1}", "{0} feeding the {p1}"])


@act(8, *ANY)
def holding_hands(s):
    r = s.r
    a, b = pair(s)
    same = r.random() < .3
    b = a if same else b
    verb = r.choice(["holding hands", "holding hands", "holding hands", "dancing together", "dancing", "walking together", "hugging", "high-fiving", "shaking hands", "talking", "arguing", "saying hello to each other", "in love", "standing next to each other", "looking at each other"])
    gap = {"hugging": 28, "dancing": 40, "dancing together": 40, "in love": 34}.get(verb, 44)
    inner = {"holding hands": (.27, -.20), "hugging": (.28, -.06), "high-fiving": (.3, .10), "shaking hands": (.29, -.12), "talking": (.2, -.02), "arguing": (.3, .0), "dancing": (.28, .06), "dancing together": (.28, .06), "in love": (.26, -.2), "saying hello to each other": (.28, .12)}.get(verb, (.19, -.23))
    base = poses.WALK if verb == "walking together" else poses.DANCE_2 if verb.startswith("dancing") else poses.STAND
    moods = {"arguing": "angry"}.get(verb)
    tall = r.uniform(116, 130)
    for w, side in ((a, 1), (b, -1)):
        pose = base.with_hands(near=inner, elbows=(-1, -1 if inner[1] > 0 else 1))
        f = s.figure(w, 128 - side * gap, tall * (r.uniform(.9, 1.04) if side < 0 else 1), pose, facing=side, mood=moods, named=not (same and side < 0))
        s.show(f)
    if verb == "in love":
        s.layers.append(s.item(s.thing(["red heart", "heart"]), 128, 40, y=s.floor - tall - 18, named=False))
    if same:
        return s.done(["two {p0} " + verb, "two {p0} " + verb, "a couple of {p0} " + verb, "a pair of {p0} " + verb])
    core = ["{0} and {1} " + verb, "{0} and {1} " + verb, "{1} and {0} " + verb, "{0} " + {"holding hands": "holding hands with", "hugging": "hugging", "dancing": "dancing with", "dancing together": "dancing with", "talking": "talking to", "arguing": "arguing with", "shaking hands": "shaking hands with", "walking together": "walking with",
            "in love": "in love with", "high-fiving": "high-fiving", "saying hello to each other": "greeting", "standing next to each other": "next to", "looking at each other": "looking at"}[verb] + " {1}"]
    return s.done(core)


@act(7, *GREEN, *HOME, "beach", "plain", "snow", "street")
def carrying_a_pet(s):
    """In the arms, on the shoulder, on the head, on the back."""
    r = s.r
    where = r.choice(["arms", "arms", "shoulder", "head", "back"])
    f = s.figure(s.anyone(.75), 128 + r.uniform(-12, 12), 140, poses.HOLD_BOTH.with_hands((-.1, -.14), (.1, -.14)) if where == "arms" else poses.STAND if where != "back" else poses.WALK)
    if where == "back":
        g = s.figure(s.other(s.last, s.kid if r.random() < .5 else s.animal), f.x - f.facing * 20, 92, poses.RIDE.with_hands((.16, .0), (.2, -.02)), y=f.at(-.1, .36)[1], facing=f.facing, shadow=False)
        s.show(g)
        s.show(f)
        return s.done(["{0} carrying {1} on the back", "{0} giving {1} a piggyback ride", "{1} on the back of {0}"])
    o = whole(s, {"arms": ["cat", "dog", "rabbit", "chicken", "duck", "pig", "hedgehog", "penguin", "owl", "black cat", "turtle", "teddy bear", "goose", "squirrel", "sheep"], "shoulder": ["parrot", "parrot", "owl", "black bird", "cat", "squirrel", "mouse", "dove", "red dragon", "chick"],
                  "head": ["chick", "duck", "cat", "mouse", "owl", "black bird", "snail", "turtle", "bird", "penguin", "crab"]}[where], f.head.name)
    if where == "arms":
        a, b = f.hand(0), f.hand(1)
        s.show(f, held=[s.hold(o, ((a[0] + b[0]) / 2, a[1] - 6), 50, width=66)])
        return s.done(["{0} holding {1}", "{0} hugging {1}", "{0} carrying {1}", "{0} with {1} in the arms", "{0} cuddling {1}", "{0} holding {1} in the arms"])
    if where == "shoulder":
        x, y = f.shoulder(1)
        s.show(f)
        s.layers.append(s.item(o, x + f.facing * 20, 42, width=50, bottom=y + 4, facing=f.facing))
        return s.done(["{0} with {1} on the shoulder", "{1} on the shoulder of {0}", "{1} sitting on {0}'s shoulder", "{0} with {1} on one shoulder"])
    s.show(f)
    top = f.centre[1] - s.c.shapes["half"][f.head.index][1] * f.size
    s.layers.append(s.item(o, f.centre[0], 40, width=52, bottom=top + 7))
    return s.done(["{0} with {1} on the head", "{1} on the head of {0}", "{1} sitting on {0}'s head"])


@act(7, *HOME, "cafe", "cafe", "garden", "park", "meadow", "plain", "castle")
def table_for_two(s):
    """At one table: tea, chess, dinner, cards."""
    r = s.r
    what = r.choice(["tea", "chess", "dinner", "cake", "drinks"])
    table = s.anchored("top", ("round table", "table"))
    t = s.c.item(table, 128, s.c.sized(table, 84, 150), bottom=s.floor + 10, mirror=0)
    top = s.spot(t, "top")[2]
    a, b = pair(s, .5)
    third = r.random() < .25
    fs = [s.figure(w, 128 + x, 116, poses.HALF.with_hands((.14, -.2), (.2, -.18), (1, 1)), y=top + 22, facing=-1 if x > 0 else 1, shadow=False) for w, x in ((a, -66), (b, 66))]
    if third:
        fs.append(s.figure(s.other(b), 128, 112, poses.HALF, y=top + 12, shadow=False))
    for f in reversed(fs):
        s.show(f, arms=f is not fs[-1] if third else True)
    for x in (-66, 66):
        s.strokes([bar((128 + x, top + 30), (128 + x, top + 34), 20, "#8b5a3c"), limb((128 + x - 14, top + 34), (128 + x - 16, s.floor + 6), 3.2, "#6d4534"), limb((128 + x + 14, top + 34), (128 + x + 16, s.floor + 6), 3.2, "#6d4534")])
    s.layers.append(t)
    o = {"tea": ["teapot"], "chess": ["chess board"], "dinner": ["pizza", "spaghetti", "salad", "bowl of soup"], "cake": ["birthday cake"], "drinks": ["cup of coffee"]}[what]
    s.layers.append(s.item(s.thing(o), 128, 42, width=64, bottom=top + 7, named=False))
    if what == "tea":
        s.layers += [s.item(s.thing(["teacup"]), 128 + k * 34, 24, bottom=top + 8, named=False) for k in (-1, 1)]
    names = "{0}, {1} and {2}" if third else "{0} and {1}"
    words = {"tea": ["having a tea party", "drinking tea", "having tea", "at a tea party"], "chess": ["playing chess", "playing a game of chess"], "dinner": ["having dinner", "eating dinner together", "having lunch", "at the dinner table"], "cake": ["celebrating a birthday", "with a birthday cake", "at a birthday party"], "drinks": ["drinking coffee", "having coffee", "in a cafe"]}[what]
    core = [names + " " + w for w in words]
    if what == "chess" and not third:
        core += ["{0} playing chess against {1}", "{0} playing chess with {1}"]
    if a.head.name == b.head.name and not third:
        core = ["two {p0} " + w for w in words]
    return s.done(core)


@act(4, "meadow", "park", "beach", "forest", "lake")
def picnic(s):
    if s.place == "lake":
        s.at("park")
    s.put(s.thing(["picnic blanket"]), 128, 44, width=190, bottom=s.floor + 20, shadow=0, named=False)
    a, b = pair(s)
    for w, x in ((a, -58), (b, 58)):
        s.show(s.figure(w, 128 + x, 112, poses.GROUND, y=s.floor + 6, facing=-1 if x > 0 else 1))
    s.layers.append(s.item(s.thing(["basket", "picnic basket", "watermelon", "pizza", "bread", "sandwich"]), 128, 44, width=52, bottom=s.floor + 14, named=False))
    if a.head.name == b.head.name:
        return s.done(["two {p0} having a picnic"])
    return s.done(["{0} and {1} having a picnic", "{0} and {1} having a picnic", "{0} having a picnic with {1}", "{0} and {1} sitting on a picnic blanket"])


@act(4, *MILD, "snow")
def sharing_umbrella(s):
    r = s.r
    a, b = pair(s)
    f = s.figure(a, 104, 116, poses.RAISE.with_hands(near=(.24, .0), elbows=(-1, 1)), facing=1)
    g = s.figure(b, 160, 106, r.choice([poses.STAND, poses.WALK]), facing=1)
    s.show(g)
    x, y = f.hand(1)
    s.show(f, held=[s.hold(s.thing(["umbrella"]), (132, y - 30), 128, grip=(0, .28), width=150)])
    return s.done(["{0} and {1} sharing {2}", "{0} and {1} under {2}", "{0} and {1} under one umbrella", "{0} holding {2} over {1}"], weather=r.choice(["rain", "rain", "rain", None]))


@act(6, "stage", "plain", "meadow", "street", "snow", "beach", "park", "room", "moon")
def against(s):
    """A match: fights, races, tug of war, tennis, ball games."""
    r = s.r
    a, b = pair(s, .62)
    kind = r.choice(["box", "tug", "tennis", "ball", "race", "snowball"])
    if kind == "snowball":
        s.at("snow")
    pose = {"box": poses.Pose(hands=((.12, -.06), (.27, -.02)), elbows=(1, 1), side=True, lean=.03), "tug": poses.REACH_BOTH.with_hands((.2, -.12), (.27, -.12)), "tennis": poses.RAISE, "ball": poses.CATCH, "race": poses.RUN, "snowball": poses.THROW}[kind]
    gap = {"box": 44, "tug": 74, "race": 52}.get(kind, 74)
    fs = []
    for w, side in ((a, 1), (b, -1)):
        f = s.figure(w, 128 - side * gap, 116, pose, facing=side if kind != "race" else 1)
        fs.append(f)
        held = []
        if kind == "tennis":
            held = [s.hold(s.thing(["tennis racket"]), f.hand(1), 50, grip=(0, .40), named=False)]
        s.show(f, held=held)
        if kind == "box":
            s.strokes([dot(f.hand(i), f.tall * .075, ("#f8312f", "#00a6ed")[side < 0]) for i in (0, 1)])
    if kind == "tug":
        y = fs[0].hand(1)[1]
        s.layers.insert(len(s.layers) - 1, {"strokes": [limb((fs[0].hand(0)[0] - 10, y), (fs[1].hand(0)[0] + 10, y), 2.6, "#c9a06a"), limb((128, y), (128, y + 12), 3, "#f8312f")]})
    if kind == "tennis":
        s.strokes([bar((128, s.floor - 30), (128, s.floor + 2), 2, "#4b4b55"), bar((126, s.floor - 22), (130, s.floor - 22), 8, "#f4f4f4"), dot((144, 84), 7, "#d7f03c")])
    if kind in ("ball", "snowball"):
        s.layers.append(s.item(s.thing(["soccer ball", "basketball", "volleyball"] if kind == "ball" else ["snowball"]), 132, 32 if kind == "ball" else 22, y=86, named=False))
    word = {"box": ("boxing", "{0} boxing against {1}"), "tug": ("playing tug of war", "{0} pulling a rope against {1}"), "tennis": ("playing tennis", "{0} playing tennis against {1}"), "ball": ("playing ball", "{0} throwing a ball to {1}"), "race": ("running a race", "{1} running a race against {0}"), "snowball": ("having a snowball fight", "{0} throwing a snowball at {1}")}[kind]
    core = ["{0} and {1} " + word[0], word[1], "{0} fighting {1}" if kind == "box" else "{0} and {1} " + word[0], "{0} fighting with {1}" if kind == "box" else "{0} " + word[0] + " with {1}"]
    if a.head.name == b.head.name:
        core = ["two {p0} " + word[0]]
    return s.done(core)


@act(4, "room", "plain", "stage", "street")
def caring(s):
    """Doctors, barbers, painters with a model."""
    r = s.r
    kind = r.choice(["doctor", "barber", "photo", "portrait"])
    a = s.who("doctor", "doctor", "scientist", "dog", "cat", "giraffe") if kind == "doctor" else s.anyone()
    b = s.other(a)
    f = s.figure(a, 82, 128, poses.REACH if kind != "photo" else poses.EYES, facing=1)
    if kind == "portrait":
        g = s.figure(b, 204, 104, poses.STAND, facing=-1)
        s.show(g)
        s.put(s.thing(["easel"]), 142, 96, width=74, bottom=s.floor + 6, named=False)
        s.show(f, held=[s.hold(s.thing(["paintbrush"]), (f.hand(1)[0] + 4, f.hand(1)[1] - 6), 32, named=False)])
        return s.done(["{0} painting {1}", "{0} painting a picture of {1}", "{0} painting a portrait of {1}"])
    chair = kind in ("doctor", "barber")
    if chair:
        d = s.put(s.anchored("seat", ("chair", "armchair")), 176, 92, bottom=s.floor + 4, named=False)
        d["mirror"] = 0
    g = s.figure(b, 176, 108, poses.SIT if chair else poses.STAND, y=s.spot(d, "seat")[1] if chair else None, facing=-1, small=False, shadow=not chair)
    s.show(g)
    tool = {"doctor": ["stethoscope", "bandage", "pill"], "barber": ["scissors", "hair comb"], "photo": ["camera"]}[kind]
    x, y = f.hand(1) if kind != "photo" else (f.eyes[0] + 8, f.eyes[1] + 4)
    s.show(f, held=[s.hold(s.thing(tool), (x + 6, y - 4), 34, named=False)])
    return s.done({"doctor": ["{0} examining {1}", "{0} treating {1}", "{0} helping {1}", "{1} at the doctor", "{1} at the dentist", "{0} taking care of {1}"], "barber": ["{0} cutting the hair of {1}", "{1} getting a haircut from {0}", "{1} getting a haircut"], "photo": ["{0} taking a picture of {1}", "{0} photographing {1}", "{0} taking a photo of {1}"]}[kind])


@act(3, *GREEN, "street", "park")
def rescue(s):
    o = s.thing(["tree", "apple tree"])
    s.put(o, 168, 184, width=170, bottom=s.floor, named=False)
    a = s.who("firefighter", "firefighter", "firefighter", "police officer", "superhero", "boy", "man", "woman", "robot")
    top, x = s.floor - 116, 104
    s.strokes([limb((x - 16, s.floor + 4), (x + 8, top), 2.8, "#8d9aa8"), limb((x + 14, s.floor + 4), (x + 34, top), 2.8, "#8d9aa8")] + [limb((x - 15 + 2.6 * k, s.floor - 8 - 13 * k), (x + 15 + 2.2 * k, s.floor - 8 - 13 * k), 2.2, "#6f7b88") for k in range(8)])
    f = s.figure(a, x + 6, 100, poses.CLIMB.with_hands(near=(.3, .1)), y=s.floor - 44, facing=1, shadow=False)
    pet = whole(s, ["cat", "cat", "black cat", "owl", "squirrel"])
    s.show(f)
    s.layers.append(s.item(pet, 172, 44, width=52, bottom=s.floor - 112))
    return s.done(["{0} rescuing {1} from a tree", "{0} rescuing {1}", "{0} on a ladder rescuing {1} from a tree", "{0} saving {1}", "{1} in a tree and {0} on a ladder"])


@act(4, *OUT, "room")
def scared(s):
    r, side = s.r, s.r.choice([-1, 1])
    f = s.figure(s.anyone(.7), 128 + side * 46, 116, r.choice([poses.RUN, poses.CHEER]), facing=side, mood="surprised")
    o = whole(s, ["mouse", "spider", "dog", "t-rex", "snake", "bee", "crab", "tiger", "ghost", "goose", "snail", "cat", "rooster"]) if r.random() < .8 else s.thing(["ghost"])
    s.layers.append(s.item(o, 128 - side * 58, sized(s, o, 48, 116), width=104, bottom=s.floor + 4, facing=side, shadow=1))
    s.show(f)
    return s.done(["{0} afraid of {1}", "{0} scared of {1}", "{0} frightened by {1}", "{1} scaring {0}", "{0} running away from {1}"])


@act(6, "snow", "meadow", "street", "road", "park", "beach", "farm")
def pulled(s):
    """One pulls or pushes a cart with the other."""
    r, side = s.r, s.r.choice([-1, 1])
    sled = s.place == "snow" or r.random() < .3
    a, b = pair(s)
    use_animal = r.random() < .4
    if use_animal:
        o = whole(s, ["dog", "horse", "donkey", "goat", "elephant", "turtle", "deer", "cow", "bear", "tiger", "snail", "unicorn"])
        lead = s.item(o, 128 + side * 58, sized(s, o, 60, 100), width=100, bottom=s.floor + 4, facing=side, shadow=1)
        at = (lead["x"] - side * .2 * lead["size"], lead["y"])
    else:
        f = s.figure(a, 128 + side * 62, 116, poses.PULL, facing=side)
        at = f.hand(0)
    x = 128 - side * 46
    if sled:
        cart = s.item(s.anchored("seat", ("sled",)), x, 62, width=92, bottom=s.floor + 6, facing=side, shadow=1)
        sx, sy = s.spot(cart, "seat")
    else:
        sx, sy = x, s.floor - 26
    g = s.figure(b, sx, 96, poses.RIDE if sled else poses.HALF, y=sy + (4 if sled else 10), facing=side, shadow=False)
    s.strokes([limb(at, (x + side * 30, s.floor - 12), 1.7, "#6d4534")])
    if sled:
        s.layers.append(cart)
        s.show(g)
    else:
        s.show(g)
        s.strokes([bar((x, s.floor - 32), (x, s.floor - 6), 38, "#d3312f", 34, .2)] + [dot((x + k * 24, s.floor - 4), 10, "#3b2a33") for k in (-1, 1)] + [dot((x + k * 24, s.floor - 4), 4, "#d3d3d3") for k in (-1, 1)])
    if use_animal:
        s.layers.append(lead)
    else:
        s.show(f)
    i = "{2}" if sled else "{1}"
    where = " on {1}" if sled else " in a wagon"
    return s.done(["{0} pulling " + i + where, "{0} pulling " + i + where, i + where + " pulled by {0}"])


# --- groups
@act(9, *ANY)
def group(s):
    """Two to five of a kind doing one thing."""
    r = s.r
    n = r.choices([2, 3, 4, 5], [4, 5, 3, 3])[0]
    pose, verbs = r.choice([(poses.STAND, ["", "", "standing in a row", "standing together"]), (poses.STAND, [""]), (poses.DANCE_2, ["dancing"]), (poses.CHEER, ["cheering", "celebrating"]), (poses.WAVE, ["waving"]), (poses.RUN, ["running", "running a race"]), (poses.GROUND, ["sitting", "sitting on the ground", "sitting together"]), (poses.WALK, ["walking", "marching in a line"]), (poses.LEAP, ["jumping"])])
    who = s.anyone(.6)
    tall = {2: 128, 3: 112, 4: 96, 5: 84}[n]
    gap = min(208 / n, tall * .62)
    side = r.choice([-1, 1])
    several = len(s.c.heads.get(who.head.name, ())) > 1
    held = s.thing(["cup of coffee", "balloon", "umbrella", "rose", "flag", "book", "ice cream cone", "candle", "guitar", "gift", "pizza", "lantern", "trophy", "star", "fish", "carrot", "phone", "lollipop"]) if pose is poses.STAND and r.random() < .4 else None
    if held:
        pose = poses.RAISE if held.name in ("balloon", "umbrella", "flag") else poses.HOLD
    for k in range(n):
        w = who if not several else who._replace(head=r.choice(s.heads(who.head.name)), outfit=who.outfit if who.called else s.who(who.head.name).outfit)
        f = s.figure(w, 128 + (k - (n - 1) / 2) * gap, tall * r.uniform(.96, 1.04), pose, y=s.floor + r.uniform(-3, 7) - (r.uniform(14, 26) if pose is poses.LEAP else 0), facing=side, mood="", named=k == 0, small=False)
        if pose is poses.LEAP:
            f.item["cast"] = s.floor + 2
        items = [s.hold(held, f.hand(1), f.tall * (.42 if pose is poses.RAISE else .30), grip=(0, .42 if pose is poses.RAISE else .1), named=k == 0)] if held else []
        s.show(f, held=items)
    s.objects[0]["wears"], s.objects[0]["mood"] = (), ""
    if held:
        verbs = ["holding {p1}", "with {p1}", "holding {p1}"]
    word = {2: ["two", "two", "2"], 3: ["three", "three", "3"], 4: ["four", "four", "4"], 5: ["five", "five", "5"]}[n]
    return s.done([(r.choice(word) + " {p0} " + v).strip() for v in verbs for _ in (0, 1)] + (["a group of " + word[0] + " {p0} " + v for v in verbs] if n > 2 else []))


@act(5, *ANY)
def mixed(s):
    """Three different ones side by side."""
    r = s.r
    a, b = pair(s, .5)
    c = s.other(b, lambda: s.anyone(.5))
    pose, verb = r.choice([(poses.STAND, ""), (poses.STAND, ""), (poses.DANCE_2, "dancing"), (poses.WAVE, "waving"), (poses.CHEER, "celebrating"), (poses.GROUND, "sitting together")])
    for k, w in enumerate((a, b, c)):
        s.show(s.figure(w, 56 + 72 * k, 116, pose))
    return s.done(["{0}, {1} and {2} " + verb, "{0}, {1} and {2} " + verb, "{0}, {1}, and {2} " + verb, "{0} with {1} and {2}"] if not verb else ["{0}, {1} and {2} " + verb, "{0}, {1}, and {2} " + verb])


@act(6, *ANY)
def beside(s):
    """A figure and a thing or animal of the right size; left and right are said."""
    r, side = s.r, s.r.choice([-1, 1])
    o = s.c.draw(s.c.things) if r.random() < .5 else whole(s, QUADS)
    tall = 122
    high = max(40, min(150, tall * (anchors.true_height(o) / 1.6) ** .5))
    f = s.figure(s.anyone(.7), 128 - side * 48, tall, r.choice([poses.STAND, poses.STAND, poses.POINT, poses.WAVE, poses.THINK, poses.KNEEL]), facing=side)
    s.put(o, 128 + side * 54, high, width=112, bottom=s.floor + r.choice([-2, 6]))
    s.show(f)
    a, b = ("left", "right") if side > 0 else ("right", "left")
    return s.done(["{0} next to {1}", "{0} beside {1}", "{0} and {1}", "{0} with {1}", f"{{0}} to the {a} of {{1}}", f"{{0}} on the {a} and {{1}} on the {b}", "{0} looking at {1}", "{0} standing by {1}"] + (["{0} pointing at {1}"] * 2 if f.pose is poses.POINT else []))


@act(6, "street", "road", "room", "park", "meadow", "plain", "castle", "harbor", "station", "garden", "beach")
def at_work_on(s):
    """Mending, fighting, decorating, painting something large."""
    r, side = s.r, s.r.choice([-1, 1])
    kind = r.choice(["fix", "fix", "fight", "decorate", "egg", "wash", "study"])
    what, tool, words = {"fix": (["car", "motorcycle", "bicycle", "robot", "steam train", "rocket", "tractor", "television", "piano", "clock", "computer", "airplane", "house", "refrigerator", "boat", "sled"], ["wrench", "hammer", "screwdriver"], ["fixing {1}", "repairing {1}", "working on {1}", "fixing {1} with a tool"]),
                         "fight": (["broccoli", "cactus", "dragon", "t-rex", "octopus", "robot", "snowman", "spider", "carrot", "red dragon", "crab", "lobster", "pumpkin", "ghost", "tomato"], ["shield", "umbrella", "broom", "carrot", "frying pan", "magic wand"], ["fighting {1}", "fighting against {1}", "fighting a giant {n1}", "battling {1}"]),
                         "decorate": (["christmas tree", "snowman", "birthday cake", "house", "cupcake"], ["star", "bell", "paintbrush", "candle"], ["decorating {1}", "decorating {1}"]), "egg": (["egg", "house", "fence", "heart", "car", "boat", "box"], ["paintbrush"], ["painting {1}", "painting {1} with a brush", "painting {1}"]),
                         "wash": (["car", "elephant", "dog", "window", "bus", "horse", "pig"], ["sponge", "bucket", "watering can"], ["washing {1}", "cleaning {1}"]), "study": (["globe", "microscope", "fossil", "map", "flower", "crystal ball", "butterfly", "moai", "skeleton", "telescope"], ["magnifying glass"], ["looking at {1} with a magnifying glass", "studying {1}", "examining {1}"])}[kind]
    o = s.thing(what)
    f = s.figure(s.anyone(.7), 128 - side * 58, 124, poses.REACH if kind != "fight" else r.choice([poses.RAISE, poses.THROW, poses.REACH]), facing=side)
    s.put(o, 128 + side * 44, r.uniform(96, 126), width=124, bottom=s.floor + 2, facing=-side if o.category == "animal" and not o.pose else 0)
    x, y = f.hand(1)
    s.show(f, held=[s.hold(s.thing(tool), (x + side * 4, y - 4), 36, named=False)])
    return s.done(["{0} " + w for w in words])


@act(4, "park", "meadow", "playground", "pitch", "pitch", "beach", "street")
def kick_about(s):
    """Two or three play football; a keeper dives."""
    r = s.r
    if r.random() < .3:
        s.at("pitch")
        s.put(s.thing(["goal"]), 128, 128, width=220, bottom=s.floor, named=False)["mirror"] = 0
        f = s.figure(s.anyone(.7), 96, 118, poses.DIVE, y=s.floor - 40, facing=1, shadow=False)
        f.pose = poses.DIVE
        f.move(0, s.floor - 58 - f.centre[1])
        s.show(f)
        s.layers.append(s.item(s.thing(["soccer ball"]), f.hand(1)[0] + 22, 32, y=f.hand(1)[1] + 2))
        return s.done(["{0} diving to catch {1}", "{0} catching {1} in front of the goal", "{0} as a goalkeeper", "goalkeeper {n0} diving for {1}"])
    n = r.choice([2, 3])
    who = s.anyone(.75)
    same = r.random() < .55
    for k in range(n):
        w = who if same or k == 0 else s.other(who)
        f = s.figure(w, (64, 196, 128)[k], 108 if k < 2 else 92, (poses.KICK, poses.RUN, poses.CHEER)[k], facing=(1, -1, 1)[k], y=s.floor + (0 if k < 2 else -16), named=k == 0 or not same)
        s.show(f)
    s.layers.append(s.item(s.thing(["soccer ball", "ball", "beach ball"]), 136, 30, y=s.floor - 12))
    b = "{%d}" % (len(s.objects) - 1)
    names = {2: "two {p0}", 3: "three {p0}"}[n] if same else "{0} and {1}" if n == 2 else "{0}, {1} and {2}"
    return s.done([names + " playing with " + b, names + " playing soccer" if "soccer" in s.objects[-1]["name"] else names + " playing ball", names + " playing football" if "soccer" in s.objects[-1]["name"] else names + " playing with " + b])


@act(4, "office", "office", "castle", "cafe", "classroom", "room", "library")
def meeting(s):
    """Three to five behind a long table."""
    r = s.r
    top = s.floor - 58
    n = r.choice([3, 3, 4, 5])
    who, same = s.anyone(.5), r.random() < .7
    tall = {3: 118, 4: 100, 5: 90}[n]
    for k in range(n):
        w = who if same or k == 0 else s.other(who)
        f = s.figure(w, 128 + (k - (n - 1) / 2) * 208 / n, tall, poses.HALF, y=top + tall * .16, named=k == 0 or not same and k < 3, small=False, shadow=False)
        s.show(f, arms=False)
    wood = r.choice(["#a56953", "#8b5a3c", "#c98d58", "#6d4534"])
    s.strokes([bar((128, top), (128, top + 12), 122, wood, corner=.1), bar((128, top + 12), (128, s.floor + 16), 116, "#6d4534" if wood != "#6d4534" else "#543428", corner=.05)])
    o = s.thing(["cup of coffee", "laptop", "books", "birthday cake", "teapot", "pizza", "cup", "chess board", "globe"])
    for k in range(2 if o.name.startswith("cup") else 1):
        s.layers.append(s.item(o, 128 + (k - .25) * 70, 36, width=52, bottom=top + 6, named=False))
    w = {3: "three", 4: "four", 5: "five"}[n]
    if same:
        return s.done([w + " {p0} in a meeting", "a meeting of " + w + " {p0}", w + " {p0} at a long table", w + " {p0} sitting at a table with " + ("cups of coffee" if "cup of coffee" == o.name else "a " + o.name), "{p0} in a meeting", "{p0} at a table"])
    return s.done(["{0}, {1} and {2} in a meeting" if n == 3 else "{0}, {1} and others in a meeting", "{0}, {1} and {2} at a long table"])


@act(4, "street", "meadow", "garden", "snow", "beach", "village", "park")
def family_hand_in_hand(s):
    r = s.r
    if r.random() < .5:
        s.put(s.thing(["house", "cottage", "castle", "tent", "car", "tree"]), 128, 150, width=180, bottom=s.floor - 10, named=True)
    person = r.random() < .65
    a = s.adult() if person else s.animal()
    b = s.other(a, s.adult) if person else a
    kid = s.kid() if person else a
    n = r.choice([1, 2])
    row = [(a, 122), *[(kid, 82)] * n, (b, 118)]
    at = len(s.objects)
    for k, (w, tall) in enumerate(row):
        last = k == len(row) - 1
        hands = ((-.24, -.18), (.24, -.18)) if 0 < k and not last else ((-.19, -.23), (.25, -.2)) if k == 0 else ((-.25, -.2), (.19, -.23))
        f = s.figure(w, 128 + (k - (len(row) - 1) / 2) * 56, tall, poses.STAND.with_hands(*hands), y=s.floor + 10, facing=1, small=False, mood="", named=person and (k in (0, 1) or last))
        s.show(f)
    before = " in front of {0}" if at else ""
    if not person:
        name = a.head.name
        return s.done(["a family of " + plural(name) + " holding hands" + before, "a family of " + plural(name) + before, article(name) + " family" + before])
    kids = "{%d}" % (at + 1) if n == 1 else "two {p%d}" % (at + 1)
    names = "{%d}, {%d} and %s" % (at, at + 2, kids)
    return s.done([names + " holding hands" + before, "a family of " + ("three" if n == 1 else "four") + " holding hands" + before, "a happy family" + before, names + before, "a family: " + names])
