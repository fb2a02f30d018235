"""One figure that does something, alone or with a thing."""
import math

from ..strokes import arc, bar, dot, limb, line
from . import poses
from .stage import ANY, GREEN, HOME, IN, MILD, OUT, act

SIMPLE = [
    (poses.WALK, "", ["walking", "taking a walk", "going for a walk", "strolling", "hiking"], 3), (poses.RUN, "", ["running", "running", "jogging", "running fast", "in a hurry", "running away"], 3),
    (poses.LEAP, "", ["jumping", "jumping for joy", "leaping", "jumping in the air", "bouncing"], 2), (poses.DANCE, "", ["dancing", "dancing", "dancing happily"], 2), (poses.DANCE_2, "", ["dancing", "doing a dance", "dancing wildly"], 2),
    (poses.WAVE, "", ["waving", "waving hello", "saying hello", "waving goodbye", "waving at you"], 3), (poses.CHEER, "", ["cheering", "celebrating", "with arms raised", "with both hands in the air", "celebrating a victory"], 2),
    (poses.POINT, "", ["pointing", "pointing at something", "pointing the way"], 1), (poses.THINK, "", ["thinking", "wondering", "thinking hard"], 1), (poses.KNEEL, "", ["kneeling", "kneeling down"], .6),
    (poses.GROUND, "", ["sitting on the ground", "sitting", "sitting down", "taking a break"], 3), (poses.CROSSED, "asleep", ["meditating", "doing yoga", "sitting cross-legged with closed eyes"], 1.2),
    (poses.LIE, "asleep", ["sleeping", "lying down", "asleep", "napping", "sleeping on the ground"], 2), (poses.GROUND, "crying", ["crying", "sitting and crying", "in tears"], 1), (poses.STAND, "crying", ["crying", "in tears", "weeping"], .8),
    (poses.STAND, "laughing", ["laughing", "laughing out loud"], 1), (poses.STAND, "angry", ["looking angry", "shouting", "who is angry", "who is very angry"], .8), (poses.STAND, "sad", ["looking sad", "who feels sad", "who is lonely"], .8),
    (poses.STAND, "surprised", ["looking surprised", "who is amazed", "gasping"], .8), (poses.STAND, "", ["standing", "", "", "waiting", "standing there", "posing"], 4),
]


@act(16, *ANY)
def simple(s):
    """Only a pose."""
    pose, mood, verbs, _ = s.r.choices(SIMPLE, [x[3] for x in SIMPLE])[0]
    high = s.r.uniform(120, 158)
    lie = pose is poses.LIE
    y = s.floor + (2 if not lie else -high * .06) - (s.r.uniform(24, 40) if pose is poses.LEAP else 0)
    f = s.figure(s.anyone(), 128 + s.r.uniform(-24, 24), high, pose, y=y, mood=mood or None)
    if lie:
        f.move(-f.facing * high * .30, 0)
    if pose is poses.LEAP:
        f.item["cast"] = s.floor + 2
    s.show(f)
    verb = s.r.choice(verbs)
    return s.done(["{0} " + verb if verb else "{0}"])


# --- holding
UP = ["balloon", "balloon", "umbrella", "umbrella", "flag", "bunch of balloons", "red lantern", "kite", "blue balloon", "green balloon", "yellow balloon"]
SMALL = ["rose", "sunflower", "tulip", "lollipop", "candle", "star", "magic wand", "key", "phone", "microphone", "apple", "banana", "carrot", "magnifying glass", "hammer", "paintbrush", "pencil", "envelope", "ice cream cone", "cup", "cup of coffee", "donut",
         "cupcake", "egg", "fish", "flashlight", "strawberry", "lemon", "bell", "heart", "wrench", "tennis racket", "watering can", "lantern", "kettle", "broom", "frying pan", "feather", "axe", "maple leaf", "snowball", "cookie", "glass of milk", "bone", "crystal ball",
         "camera", "compass", "mushroom", "hourglass", "teapot", "shovel", "rake", "trumpet", "toothbrush", "scissors", "letter", "coin", "money bag"]
BIG = ["gift", "teddy bear", "pumpkin", "watermelon", "birthday cake", "book", "bouquet", "heart", "basket", "suitcase", "box", "trophy", "fish", "bread", "pizza", "crystal ball", "globe", "alarm clock", "soccer ball", "basketball", "potted plant", "cheese",
       "map", "treasure chest", "crown", "shield", "clock", "cat", "rabbit", "chicken", "duck", "puppy", "baby", "pillow", "laptop", "bucket", "sign", "star", "ball of yarn", "vase", "goldfish", "soup bowl", "bowl of soup", "fish tank", "birdcage", "snow globe", "toy blocks", "laundry basket", "laundry basket", "watering can", "kettle", "rubber duck", "ball", "beach ball", "cup of cocoa"]


@act(9, *ANY)
def holding_up(s):
    f = s.figure(s.anyone(), 122 + s.r.uniform(-14, 14), s.r.uniform(124, 146), poses.RAISE)
    o = s.thing(UP)
    size = s.r.uniform(56, 72) * (1.25 if o.name in ("umbrella", "bunch of balloons") else 1)
    x, y = f.hand(1)
    if o.name == "umbrella":
        held = [s.hold(o, (x, y), size * 1.1, grip=(0, .40))]
    else:
        held = [{"strokes": [limb((x, y), (x, y - 26), 1.1, "#5b5b66")]}] if "balloon" in o.name else []
        held.append(s.hold(o, (x, y - (24 if held else 0)), size, grip=(0 if o.name != "flag" else -.38, .46)))
    s.show(f, held=held)
    verbs = ["holding", "holding", "with", "holding up", "carrying"]
    return s.done(["{0} " + s.r.choice(verbs) + " {1}"] + (["{0} under {1}"] if o.name == "umbrella" else []))


@act(11, *ANY)
def holding(s):
    both = s.r.random() < .5
    f = s.figure(s.anyone(), 128 + s.r.uniform(-18, 18), s.r.uniform(126, 152), poses.HOLD_BOTH if both else s.r.choice([poses.HOLD, poses.HOLD, poses.RAISE]))
    o = s.thing(BIG if both else SMALL)
    if both:
        a, b = f.hand(0), f.hand(1)
        held = [s.hold(o, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2 - 2), f.tall * s.r.uniform(.30, .40), width=f.tall * .5)]
    else:
        long = o.name in ("broom", "shovel", "rake", "axe", "rose", "sunflower", "tulip", "magic wand", "paintbrush", "pencil", "magnifying glass", "hammer", "wrench", "tennis racket", "lollipop", "microphone")
        held = [s.hold(o, f.hand(1), f.tall * s.r.uniform(.30, .38) * (1.5 if o.name in ("broom", "shovel", "rake") else 1), grip=(0, .28 if long else .05))]
    s.show(f, held=held)
    return s.done(["{0} " + s.r.choice(["holding", "holding", "holding", "with", "carrying", "showing"]) + " {1}", "{0} " + s.r.choice(["holding", "with"]) + " {1}"])


@act(3, *MILD, "kitchen", "plain", "road")
def carrying_overhead(s):
    """Something bigger than oneself."""
    f = s.figure(s.anyone(), 128 + s.r.uniform(-10, 10), 112, poses.OVERHEAD if s.r.random() < .6 else poses.WALK.with_hands((-.25, .19), (.25, .19), (1, -1)))
    o = s.thing(["bread", "carrot", "pumpkin", "gift", "box", "fish", "watermelon", "rock", "pizza", "heart", "suitcase", "banana", "strawberry", "donut", "birthday cake", "cheese", "log", "sofa", "pencil", "book", "key", "egg", "star", "globe", "barbell", "canoe", "surfboard"])
    a, b = f.hand(0), f.hand(1)
    flat = o.name in ("surfboard", "canoe", "log", "pencil")
    d = s.hold(o, ((a[0] + b[0]) / 2, min(a[1], b[1]) - 4), 62, width=128, angle=90.0 if o.name in ("surfboard", "pencil") else 0.0)
    half = s.c.shapes["half"][o.index]
    d["y"] = round(min(a[1], b[1]) + 4 - (half[0] if d["angle"] else half[1]) * d["size"], 1)
    s.show(f, held=[d])
    size = "" if flat or o.name in ("barbell", "sofa") else s.r.choice(["giant ", "huge ", "enormous ", "big ", ""])
    return s.done(["{0} carrying a " + size + "{n1}", "{0} lifting a " + size + "{n1}", "{0} holding a " + size + "{n1} over the head"] + (["{0} carrying a {n1} bigger than himself"] if size and size != "big " else []))


# --- eating, drinking, reading
FOOD = ["pizza", "slice of pizza", "hamburger", "sushi", "apple", "apple", "banana", "carrot", "ice cream cone", "ice cream cone", "donut", "cookie", "cupcake", "cheese", "watermelon", "hot dog", "taco", "strawberry", "bread", "croissant", "chocolate bar", "candy", "lollipop",
        "sandwich", "pretzel", "corn", "grapes", "pear", "orange", "popcorn", "slice of cake", "pie", "meat on a bone", "burrito", "fish", "egg", "waffle", "dumpling", "rice ball", "peach", "cherries", "bagel", "muffin", "leaf"]
DISHES = ["plate of spaghetti", "spaghetti", "bowl of soup", "pizza", "pancakes", "birthday cake", "sushi", "noodle soup", "salad", "bowl of rice", "hamburger", "fried egg", "waffle", "french fries", "bowl of ice cream", "curry", "stew", "fish", "pie", "taco", "bento box", "steak", "popcorn", "donut", "cheese"]
DRINKS = ["cup of coffee", "cup of cocoa", "glass of milk", "teacup", "cup", "soda cup", "bubble tea", "juice box", "cup of tea"]


@act(8, *MILD, *HOME, "plain", "plain", "snow", "jungle")
def eating(s):
    f = s.figure(s.anyone(.5), 128 + s.r.uniform(-16, 16), s.r.uniform(128, 152), s.r.choice([poses.MOUTH, poses.MOUTH, poses.HOLD_BOTH.with_hands((-.08, -.04), (.08, -.04))]))
    o, (x, y) = s.thing(FOOD), f.hand(1)
    if f.pose.hands[0][0] < -.1:
        held = [s.hold(o, (x, y + 2), f.tall * .24)]
    else:
        held = [s.hold(o, ((x + f.hand(0)[0]) / 2, y), f.tall * .27)]
    s.show(f, held=held)
    return s.done(["{0} eating {1}", "{0} eating {1}", "{0} eating {n1}", "{0} enjoying {1}", "{0} biting into {1}", "hungry {n0} eating {1}"])


@act(4, *MILD, *HOME, "plain", "snow", "desert", "ice")
def drinking(s):
    f = s.figure(s.anyone(.5), 128 + s.r.uniform(-16, 16), s.r.uniform(128, 152), poses.MOUTH.with_hands(near=(.10, -.02)))
    s.show(f, held=[s.hold(s.thing(DRINKS), f.hand(1), f.tall * .25)])
    return s.done(["{0} drinking {1}", "{0} drinking from {1}", "{0} with {1}", "{0} having {1}", "{0} enjoying {1}"])


@act(7, *HOME, "cafe", "office", "classroom", "plain", "park", "meadow", "garden", "stage", "forest")
def at_table(s):
    """Behind a table with something on it."""
    r, what = s.r, s.r.choices(["dish", "laptop", "cake", "chess", "book", "clock", "globe", "flower", "cook"], [9, 3, 3, 1.2, 1.5, .5, .5, .6, 1.5])[0]
    table = s.anchored("top", ("table", "round table", "desk"))
    t = s.c.item(table, 128, s.c.sized(table, r.uniform(76, 90), 210), bottom=s.floor + 12, mirror=0)
    x0, x1, top = s.spot(t, "top")
    f = s.figure(s.anyone(.52), 128 + r.uniform(-22, 22), r.uniform(132, 150), poses.HALF.with_hands((-.13, -.21), (.13, -.21)), y=top + 20)
    o = s.thing({"dish": DISHES, "laptop": ["laptop", "computer"], "cake": ["birthday cake", "birthday cake", "slice of cake"], "chess": ["chess board"], "book": ["open book", "books", "book"], "clock": ["alarm clock"], "globe": ["globe"], "flower": ["vase", "potted plant", "bouquet"],
                 "cook": ["pumpkin", "fish", "watermelon", "bread", "cheese", "cooking pot"]}[what])
    s.show(f, arms=False)
    s.layers.append(t)
    s.item(o, f.x, r.uniform(44, 56), width=74, bottom=top + 8)
    s.layers.append(s.objects[-1])
    s.strokes([x for i in (0, 1) for x in f.arm_strokes(i)])
    words = {"dish": ["{0} eating {1}", "{0} eating {1} at a table", "{0} having {1} for dinner", "{0} at the table with {1}", "{0} eating {n1} for breakfast"], "laptop": ["{0} working at a computer", "{0} with {1} at a desk", "{0} typing on {1}", "{0} at a desk with {1}"],
             "cake": ["{0} with {1}", "{0} celebrating a birthday with {1}", "{0} eating {1}", "{0} behind a table with {1}"], "chess": ["{0} playing chess", "{0} at {1}", "{0} playing a game of chess"], "book": ["{0} reading {1} at a table", "{0} studying {1}", "{0} doing homework with {1}"]}
    return s.done(words.get(what, ["{0} at a table with {1}", "{0} behind a table with {1} on it", "{0} looking at {1} on a table"]))


@act(6, *IN, "park", "forest", "meadow", "beach", "plain", "library", "library")
def reading(s):
    pose = s.r.choice([poses.STAND, poses.GROUND, poses.CROSSED, poses.GROUND]).with_hands((-.1, -.10), (.1, -.10))
    f = s.figure(s.anyone(), 128 + s.r.uniform(-20, 20), s.r.uniform(128, 156), pose, mood="")
    a, b = f.hand(0), f.hand(1)
    s.show(f, held=[s.hold(s.thing(["open book", "open book", "open book", "book", "newspaper", "map"]), ((a[0] + b[0]) / 2, a[1] - 2), f.tall * .30)])
    sit = " sitting and" if pose.hip < .1 and s.r.random() < .3 else ""
    return s.done(["{0}" + sit + " reading {1}", "{0} reading {1}", "{0} reading", "{0} studying {1}", "{0} lost in {1}"])


# --- music
@act(8, "stage", "stage", "room", "park", "street", "plain", "forest", "beach", "meadow", "moon", "city", "snow")
def music(s):
    r = s.r
    o = s.thing(["guitar", "guitar", "guitar", "acoustic guitar", "electric guitar", "violin", "violin", "trumpet", "trumpet", "saxophone", "accordion", "drum", "drum", "banjo", "flute", "piano", "piano", "maracas", "microphone", "microphone", "harp", "cello", "drum kit", "xylophone", "french horn"])
    x, n = 128 + r.uniform(-12, 12), o.name
    if n in ("drum", "drum kit", "xylophone", "djembe"):
        f = s.figure(s.anyone(), x, 134, poses.STAND.with_hands((-.17, -.12), (.17, -.12)))
        d = s.item(o, x, 66 if n != "drum kit" else 84, width=120, bottom=s.floor + 8, shadow=1)
        top = d["y"] - s.c.shapes["half"][o.index][1] * d["size"] + 6
        sticks = [limb(f.hand(i), (x + (-1, 1)[i] * 8, top), 2.0, "#c98d58") for i in (0, 1)]
        s.show(f, held=[d, {"strokes": sticks}])
    elif n == "piano":
        d = s.item(o, 158, 104, bottom=s.floor + 4, shadow=1)
        d["mirror"] = 0
        f = s.figure(s.anyone(), 74, 132, poses.SIT.with_hands((.24, -.10), (.28, -.10), (1, 1)), y=s.floor - 34, facing=1)
        s.strokes([bar((58, s.floor - 34), (92, s.floor - 34), 5, "#6d4534"), limb((62, s.floor - 30), (62, s.floor + 2), 3, "#6d4534"), limb((88, s.floor - 30), (88, s.floor + 2), 3, "#6d4534")])
        s.layers.append(d)
        s.show(f)
    elif n in ("harp", "cello"):
        f = s.figure(s.anyone(), x - 20, 132, poses.REACH_BOTH, facing=1)
        d = s.item(o, x + 24, 112, width=70, bottom=s.floor + 6, shadow=1)
        s.show(f, held=[d])
    else:
        pose = {"trumpet": poses.MOUTH_BOTH, "saxophone": poses.HOLD_BOTH, "flute": poses.MOUTH_BOTH, "french horn": poses.HOLD_BOTH, "microphone": poses.MOUTH, "accordion": poses.HOLD_BOTH.with_hands((-.17, -.12), (.17, -.12)), "maracas": poses.CHEER, "violin": poses.STRUM}.get(n, poses.STRUM)
        f = s.figure(s.anyone(), x, r.uniform(130, 150), pose)
        a, b = f.hand(0), f.hand(1)
        middle, side = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), f.facing
        if n in ("trumpet", "flute"):
            m = f.mouth
            held = [s.hold(o, (m[0] + side * f.tall * .14, m[1] + 4), f.tall * .28, facing=0)]
        elif n == "microphone":
            held = [s.hold(o, f.hand(1), f.tall * .24, grip=(0, .2))]
        elif n == "maracas":
            held = [s.hold(o, f.hand(1), f.tall * .26), s.hold(o, f.hand(0), f.tall * .26, named=False)]
        else:
            held = [s.hold(o, (middle[0], middle[1] + f.tall * .02), f.tall * (.42 if n not in ("saxophone", "accordion", "french horn") else .34))]
        s.show(f, held=held)
    core = ["{0} playing the {n1}", "{0} playing the {n1}", "{0} playing {1}", "{0} playing {n1}", "{0} making music with {1}"]
    if n == "microphone":
        core = ["{0} singing", "{0} singing into {1}", "{0} giving a concert", "{0} singing a song"]
    return s.done(core)


# --- work and play with tools
@act(3, *MILD, "room", "plain", "mountains", "city", "snow", "jungle")
def photo(s):
    o = s.thing(["camera", "camera with flash", "phone", "telescope", "magnifying glass"])
    f = s.figure(s.anyone(), 126 + s.r.uniform(-16, 16), s.r.uniform(128, 150), poses.EYES if o.name != "phone" else s.r.choice([poses.EAR, poses.HOLD.with_hands(near=(.2, -.02))]))
    x, y = f.hand(1)
    e = f.eyes
    at = (e[0] + f.facing * 8, e[1] + 4) if o.name != "phone" else (x, y - 4)
    s.show(f, held=[s.hold(o, at, f.tall * .25, facing=0)])
    words = {"phone": ["{0} talking on the phone", "{0} looking at {1}", "{0} with {1}"] , "telescope": ["{0} looking through {1}", "{0} with {1}"], "magnifying glass": ["{0} looking through {1}", "{0} with {1}", "{0} searching for clues with {1}"]}
    return s.done(words.get(o.name, ["{0} taking a photo", "{0} taking a picture with {1}", "{0} with {1}", "{0} photographing something"]))


@act(3, "room", "park", "meadow", "museum", "plain", "beach", "garden", "river")
def painting(s):
    s.put(s.thing(["easel"]), 172, 120, width=104, bottom=s.floor + 4, named=False)
    f = s.figure(s.anyone(), 82, s.r.uniform(124, 140), poses.REACH, facing=1)
    x, y = f.hand(1)
    s.show(f, held=[s.hold(s.thing(["paintbrush"]), (x + 8, y - 6), 36, named=False)])
    return s.done(["{0} painting a picture", "{0} painting", "{0} painting on an easel", "{0} with a paintbrush in front of an easel", "{0} making a painting"])


@act(4, "kitchen", "kitchen", "kitchen", "room", "forest", "plain")
def cooking(s):
    r = s.r
    if r.random() < .2:
        d = s.put(s.thing(["cauldron"]), 172, 84, bottom=s.floor + 6)
        f = s.figure(s.who("witch", "wizard", "wizard", "cat", "frog", "owl", "chef", "skeleton"), 92, 132, poses.REACH, facing=1)
        s.show(f, held=[{"strokes": [limb(f.hand(1), (166, d["y"] - 24), 2.4, "#a56953")]}])
        return s.done(["{1} stirring {0}", "{1} brewing a potion in {0}", "{1} stirring a green potion", "{1} making a magic potion", "{1} cooking in {0}"])
    if s.place == "forest" or r.random() < .3:
        base, top = s.thing(["campfire"]) if s.place == "forest" else s.thing(["barbecue"]), None
        d = s.put(base, 166, 62, bottom=s.floor + 8)
        s.light(166, s.floor - 30, 120, .55)
        pan = s.thing(["frying pan", "cooking pot"]) if base.name == "campfire" else s.thing(["fish", "corn"])
        f = s.figure(s.anyone(), 92, 130, poses.REACH, facing=1)
        s.show(f, held=[s.hold(pan, (f.hand(1)[0] + 14, f.hand(1)[1]), 38, facing=1)])
        return s.done(["{1} cooking over {0}", "{1} cooking with {2} over {0}", "{1} making food at {0}", "{1} grilling {2}"] if base.name != "campfire" else ["{1} cooking over {0}", "{1} with {2} over {0}"])
    stove = s.anchored("top", ("stove",))
    d = s.put(stove, 170, 84, bottom=s.floor + 4, named=False)
    top = s.spot(d, "top")[2]
    pan = s.thing(["frying pan", "cooking pot", "cooking pot", "kettle"])
    s.put(pan, 166, 42, bottom=top + 4, shadow=0)
    f = s.figure(s.anyone(), 96, 134, poses.REACH_BOTH.with_hands((.2, -.07), (.28, -.02)), facing=1)
    spoon = [limb(f.hand(1), (162, top - 26), 2.2, "#a56953")] if pan.name == "cooking pot" else []
    s.show(f, held=[{"strokes": spoon}] if spoon else [])
    return s.done(["{1} cooking", "{1} cooking in the kitchen", "{1} with {0} at the stove", "{1} cooking with {0}", "{1} stirring {0}" if spoon else "{1} cooking dinner", "{1} making dinner"])


@act(2, "kitchen", "room", "plain")
def baking(s):
    f = s.figure(s.anyone(), 128, 140, poses.HOLD_BOTH.with_hands((-.16, -.14), (.16, -.14)))
    o = s.thing(["birthday cake", "pie", "bread", "cupcake", "cookie", "pizza", "croissant"])
    s.show(f, held=[s.hold(o, (128, f.hand(1)[1] - 10), 50, width=70)])
    return s.done(["{0} baking {1}", "{0} baking {n1}", "{0} who has baked {1}", "{0} holding a freshly baked {n1}"])


@act(5, *GREEN, "garden", "garden", "park", "balcony", "moon")
def gardening(s):
    r = s.r
    flower = s.thing(["sunflower", "tulip", "rose", "daisy", "carrot", "potted plant", "seedling", "hibiscus", "pumpkin", "mushroom", "corn", "cabbage", "bush"])
    kind = r.choice(["water", "water", "rake", "shovel", "plant"])
    if kind == "water":
        f = s.figure(s.anyone(), 84, 128, poses.REACH.with_hands(near=(.27, -.09)), facing=1)
        x, y = f.hand(1)
        can = s.hold(s.thing(["watering can"]), (x + 14, y + 2), 44, facing=1, named=False)
        for i in range(2 if r.random() < .5 else 1):
            s.put(flower, 186 + 34 * i - 10, 56 + 8 * i, bottom=s.floor + 4, named=i == 0)
        tip = can["x"] + 24
        s.strokes([limb((tip + 3 * k, can["y"] - 6 + 11 * k), (tip + 4 + 3 * k, can["y"] + 2 + 11 * k), 1.8, "#5cc3f5") for k in range(4)])
        s.show(f, held=[can])
        return s.done(["{0} watering {1}", "{0} watering {p1}", "{0} watering the {n1} with a watering can", "{0} in the garden watering {1}"])
    if kind == "plant":
        f = s.figure(s.anyone(), 96, 130, poses.CROUCH, facing=1)
        s.put(flower, 168, 56, bottom=s.floor + 4)
        s.show(f)
        return s.done(["{0} planting {1}", "{0} planting {1} in the ground", "{0} picking {1}", "{0} kneeling next to {1}"])
    f = s.figure(s.anyone(), 104, 132, poses.REACH_BOTH, facing=1)
    tool = s.hold(s.thing([kind]), (f.hand(1)[0] + 4, s.floor - 40), 92, angle=12.0, named=False)
    s.put(flower, 192, 58, bottom=s.floor + 2)
    s.show(f, held=[tool])
    return s.done(["{0} working in the garden", "{0} with a " + kind + " next to {1}", "{0} gardening with a " + kind])


@act(3, *HOME, "street", "park", "farm", "plain", "library")
def sweeping(s):
    o = s.thing({"street": ["broom"], "park": ["lawn mower"], "farm": ["lawn mower", "broom"]}.get(s.place, ["broom", "mop", "vacuum cleaner"]))
    f = s.figure(s.anyone(), 108, 136, poses.REACH_BOTH if o.name not in ("lawn mower",) else poses.PUSH, facing=1)
    x, y = f.hand(1)
    if o.name in ("broom", "mop"):
        held = [s.hold(o, (x + 6, s.floor - 42), 96, angle=0.0)]
    else:
        held = [s.hold(o, (x + 26, s.floor - 22), 62)]
    s.show(f, held=held)
    verb = {"broom": ["sweeping", "sweeping the floor with {1}", "sweeping with {1}", "cleaning with {1}"], "mop": ["mopping the floor", "cleaning the floor with {1}"], "lawn mower": ["mowing the lawn", "pushing {1}", "mowing the grass with {1}"]}.get(o.name, ["cleaning with {1}", "vacuuming"])
    return s.done(["{0} " + v for v in verb] + ["{0} with {1}"])


@act(4, "lake", "sea", "ice", "beach", "harbor", "river")
def fishing(s):
    """From a boat or from the shore."""
    boat = s.place in ("sea", "lake")
    if boat:
        o = s.anchored("rim", ("rowing boat",))
        d = s.item(o, 104, 62, width=150, bottom=s.floor + 8, named=False)
        f = s.figure(s.anyone(), 92, 126, poses.STEER.with_hands((.2, -.06), (.26, -.02)), y=s.spot(d, "rim")[2] + 12, facing=1)
    else:
        f = s.figure(s.anyone(), 84, 132, poses.REACH_BOTH.with_hands((.2, -.08), (.26, -.04)), facing=1)
    x, y = f.hand(1)
    tip = (x + 62, y - 44)
    drop = s.floor + (2 if boat else -6)
    rod = {"strokes": [limb((x - 6, y + 4), tip, 2, "#8b5a3c", 1.2), limb(tip, (tip[0] + 2, drop - 8), .8, "#f4f4f4"), dot((tip[0] + 2, drop - 8), 4, "#f8312f")]}
    if not boat:
        s.strokes([bar((tip[0] - 26, s.floor + 2), (tip[0] + 30, s.floor + 2), 9, "#3a8fc8", corner=1)])
    if boat:
        s.show(f, held=[rod])
        s.layers.append(d)
    else:
        s.show(f, held=[rod])
    return s.done(["{0} fishing", "{0} fishing" + (" from a boat" if boat else " with a fishing rod"), "{0} catching fish", "{0} with a fishing rod"] + (["{0} sitting in a small boat fishing", "{0} in a rowing boat"] if boat else ["{0} ice fishing"] if s.place == "ice" else []))


@act(3, "meadow", "park", "beach", "hill", "farm", "snow", "plain")
def flying_kite(s):
    f = s.figure(s.anyone(), 76, 116, poses.RAISE, facing=1)
    x, y = f.hand(1)
    k = s.item(s.thing(["kite", "kite", "paper plane", "balloon"]), 194, 64, y=62)
    s.strokes([limb((x, y), (k["x"] - 12, k["y"] + 18), 1.0, "#f4f4f4")] if k["name"] != "paper plane" else [])
    s.layers.append(k)
    s.show(f)
    return s.done(["{0} flying {1}", "{0} flying {1}", "{0} with {1} in the sky"] if k["name"] == "kite" else ["{0} throwing {1}", "{0} playing with {1}"] if k["name"] == "paper plane" else ["{0} with {1} on a string", "{0} letting {1} fly"], weather="none")


@act(2, "stage", "park", "street", "plain", "room")
def juggling(s):
    f = s.figure(s.anyone(), 128, 126, poses.CHEER.with_hands((-.25, -.06), (.25, -.06), (-1, 1)))
    colours = s.r.sample(["#f8312f", "#00a6ed", "#ffd43b", "#00d26a", "#8d65c5"], 4)
    s.show(f)
    s.strokes([dot((128 + 66 * math.cos(math.radians(t)), f.hand(1)[1] - 20 - 92 * math.sin(math.radians(t))), 9, c) for t, c in zip((160, 115, 65, 20), colours)])
    return s.done(["{0} juggling", "{0} juggling balls", "{0} juggling four balls", "{0} juggling colorful balls"])


BALLS = ["soccer ball", "soccer ball", "soccer ball", "basketball", "volleyball", "snowball", "american football"]


@act(6, "meadow", "park", "street", "beach", "playground", "snow", "plain", "pitch", "pitch", "pitch")
def ball(s):
    r = s.r
    o = s.thing(BALLS)
    kind = r.choice(["kick", "kick", "throw", "catch", "near"]) if o.name != "snowball" else r.choice(["throw", "near"])
    side = r.choice([-1, 1])
    x = 128 - side * 34
    pose = {"kick": poses.KICK, "throw": poses.THROW, "catch": poses.CATCH, "near": poses.STAND}[kind]
    f = s.figure(s.anyone(), x, r.uniform(122, 142), pose, facing=side)
    hx, hy = f.hand(1)
    at = {"kick": (x + side * 78, s.floor - 20), "throw": (f.at(-.2, f.chest[1] + .2)[0], f.at(0, f.chest[1] + .2)[1]), "catch": (hx + side * 14, hy - 8), "near": (x + side * 60, s.floor - 12)}[kind]
    goal = kind == "kick" and r.random() < .3
    if goal:
        s.put(s.thing(["goal"]), 128 + side * 74, 92, bottom=s.floor + 2, facing=0, named=False)
    s.show(f)
    s.layers.append(s.item(o, at[0], 34, y=at[1]))
    verbs = {"kick": ["{0} kicking {1}", "{0} kicking {1}", "{0} playing soccer" if "soccer" in o.name else "{0} playing with {1}"], "throw": ["{0} throwing {1}"], "catch": ["{0} catching {1}", "{0} playing ball"], "near": ["{0} with {1}", "{0} next to {1}", "{0} playing with {1}"]}[kind]
    return s.done([v + (" into the goal" if goal and v.startswith("{0} kicking") else "") for v in verbs])


@act(5, "park", "plain", "room", "street", "stage", "beach", "playground", "meadow")
def sport(s):
    r = s.r
    kind = r.choice(["weights", "racket", "rope", "hoop", "boxing", "skate", "golf", "bow"])
    x = 128 + r.uniform(-10, 10)
    if kind == "weights":
        f = s.figure(s.anyone(), x, 128, poses.OVERHEAD.with_hands((-.24, .2), (.24, .2)))
        s.show(f, held=[s.hold(s.thing(["barbell"]), (x, f.hand(1)[1]), 40, width=130)])
        return s.done(["{0} lifting {1}", "{0} lifting weights", "strong {n0} lifting {1}", "{0} training with {1}"])
    if kind == "racket":
        f = s.figure(s.anyone(), x - 16, 132, poses.RAISE, facing=1)
        s.show(f, held=[s.hold(s.thing(["tennis racket"]), f.hand(1), 58, grip=(0, .40))])
        s.strokes([dot((x + 74, 96), 8, "#d7f03c")])
        return s.done(["{0} playing tennis", "{0} with {1}", "{0} hitting a ball with {1}"])
    if kind == "rope":
        f = s.figure(s.anyone(), x, 122, poses.LEAP.with_hands((-.24, -.1), (.24, -.1), (-1, 1)), y=s.floor - 14)
        a, b = f.hand(0), f.hand(1)
        low = s.floor + 4
        s.strokes(line([a, (a[0] - 12 * f.facing, (a[1] + low) / 2), ((a[0] + b[0]) / 2, low), (b[0] + 12 * f.facing, (b[1] + low) / 2), b], 1.8, "#f8312f"))
        s.show(f)
        return s.done(["{0} jumping rope", "{0} skipping rope", "{0} with a jump rope"])
    if kind == "hoop":
        f = s.figure(s.anyone(), x, 134, poses.DANCE_2)
        y, colour = f.at(0, f.pose.hip + .04)[1], r.choice(["#f8312f", "#ff87c3", "#00d26a"])
        s.strokes(arc((x, y), 46, 14, 180, 360, 3.2, colour, 8))
        s.show(f)
        s.strokes(arc((x, y), 46, 14, 0, 180, 3.2, colour, 8))
        return s.done(["{0} with a hula hoop", "{0} playing with a hula hoop"])
    if kind == "boxing":
        f = s.figure(s.anyone(), x, 138, poses.Pose(hands=((.1, -.06), (.26, -.02)), elbows=(1, 1), side=True, lean=.03), facing=r.choice([-1, 1]))
        s.show(f)
        s.strokes([dot(f.hand(i), f.tall * .075, "#f8312f") for i in (0, 1)])
        return s.done(["{0} boxing", "{0} with boxing gloves", "{0} wearing red boxing gloves"])
    if kind == "golf":
        f = s.figure(s.anyone(), x - 20, 134, poses.REACH_BOTH.with_hands((.12, -.2), (.16, -.2)), facing=1)
        hx, hy = f.hand(1)
        s.show(f, held=[{"strokes": [limb((hx, hy), (hx + 34, s.floor - 2), 2, "#8d9aa8"), limb((hx + 34, s.floor - 2), (hx + 44, s.floor - 3), 4, "#4b4b55")]}])
        s.strokes([dot((hx + 58, s.floor - 3), 4.5, "#ffffff")])
        return s.done(["{0} playing golf", "{0} playing golf"])
    if kind == "bow":
        f = s.figure(s.anyone(), x, 136, poses.CHEER)
        s.show(f)
        s.layers.append(s.item(s.thing(["trophy", "gold medal"]), *(f.hand(1)[0], 46), y=f.hand(1)[1] - 16))
        return s.done(["{0} winning {1}", "{0} holding up {1}", "{0} celebrating with {1}"])
    f = s.figure(s.anyone(), x, 128, poses.GLIDE, y=s.floor - 8)
    s.show(f)
    s.strokes([bar((t[0] - 9, s.floor - 3), (t[0] + 12, s.floor - 3), 2, "#8d9aa8") for t in (f.at(*f.pose.feet[0]), f.at(*f.pose.feet[1]))])
    s.at("ice")
    return s.done(["{0} ice skating", "{0} skating on the ice", "{0} ice skating on a frozen lake"])


@act(4, "snow", "snow", "mountains", "ice")
def skiing(s):
    r = s.r
    f = s.figure(s.anyone(), 128, 128, poses.GLIDE.with_hands((-.22, -.12), (.25, -.1), (-1, 1)), y=s.floor - 6)
    side = f.facing
    if r.random() < .65:
        low = s.floor
        skis = [limb((100 - 6 * side, low + 4 * k - 4), (168 - 40 * (side < 0) + 6 * side, low + 4 * k - 4), 3, ("#f8312f", "#00a6ed")[k]) for k in (0, 1)]
        poles = {"strokes": [limb(f.hand(i), (f.hand(i)[0] - side * 12, s.floor - 2), 1.6, "#4b4b55") for i in (0, 1)]}
        s.strokes(skis)
        s.show(f, held=[poles])
        return s.done(["{0} skiing", "{0} on skis", "{0} skiing down a mountain", "{0} skiing downhill"])
    s.strokes([limb((88, s.floor - 1), (168, s.floor - 1), 5, "#8d65c5")])
    s.show(f)
    return s.done(["{0} snowboarding", "{0} on a snowboard"])


@act(5, "street", "park", "road", "city", "plain", "shop", "shop", "garden")
def pushing(s):
    o = s.thing(["shopping cart", "shopping cart", "stroller", "wheelbarrow", "lawn mower"])
    side = s.r.choice([-1, 1])
    f = s.figure(s.anyone(), 128 - side * 48, 126, poses.PUSH, facing=side)
    d = s.item(o, 128 + side * 34, 84, width=92, bottom=s.floor + 4, shadow=1)
    d["mirror"] = int((side > 0) == (o.name in ("shopping cart", "stroller", "lawn mower")))
    if o.name in ("shopping cart", "stroller") and s.r.random() < .55:
        load = s.thing(["baby", "teddy bear", "pumpkin", "watermelon", "apple", "cat", "puppy", "gift"]) if o.name == "shopping cart" else s.r.choice(s.heads("baby"))
        x0, x1, y = s.spot(d, "rim")
        s.layers.append(s.item(load, (x0 + x1) / 2, 38, bottom=y + 18))
        s.layers.append(d)
        s.show(f)
        return s.done(["{0} pushing {1}", "{0} pushing {1} with {2} in it", "{0} pushing {2} in {1}"])
    s.layers.append(d)
    s.show(f)
    return s.done(["{0} pushing {1}", "{0} pushing {1}", "{0} with {1}"])


@act(4, "snow", "street", "park", "meadow", "road", "farm", "plain")
def pulling(s):
    o = s.thing(["sled", "suitcase", "wheelbarrow", "box", "gift"]) if s.place != "snow" else s.thing(["sled", "christmas tree", "gift"])
    side = s.r.choice([-1, 1])
    f = s.figure(s.anyone(), 128 + side * 46, 124, poses.PULL, facing=side)
    d = s.item(o, 128 - side * 46, 58, width=86, bottom=s.floor + 4, shadow=1, facing=side)
    load = o.name == "sled" and s.r.random() < .5
    if load:
        s.layers.append(s.item(s.thing(["gift", "teddy bear", "christmas tree", "log", "cat", "penguin"]), d["x"], 50, bottom=d["y"] - 12))
    s.strokes([limb(f.hand(0), (d["x"] + side * 34, d["y"] + 8), 1.6, "#6d4534")])
    s.layers.append(d)
    s.show(f)
    return s.done(["{0} pulling {1}", "{0} pulling {1} on a rope", "{0} dragging {1}"] + (["{0} pulling {1} with {2} on it"] if load else []))


@act(4, *MILD, "snow", "plain")
def climbing(s):
    """A ladder, a tree, a rope."""
    r = s.r
    kind = r.choice(["ladder", "ladder", "tree", "rope"])
    if kind == "ladder":
        against = s.thing(["apple tree", "tree", "house", "treehouse"]) if s.place in MILD else None
        if against:
            s.put(against, 156, 176, width=180, bottom=s.floor)
        low, top, x = s.floor + 4, s.floor - 132, 92
        ladder = [limb((x - 14, low), (x - 4, top), 2.6, "#a56953"), limb((x + 14, low), (x + 20, top), 2.6, "#a56953")] + [limb((x - 13 + .075 * k * 12, low - 10 - 14 * k), (x + 14 + .045 * k * 12, low - 10 - 14 * k), 2, "#8b5a3c") for k in range(9)]
        s.strokes(ladder)
        f = s.figure(s.anyone(), x + 4, 108, poses.CLIMB, y=s.floor - 38, facing=1, shadow=False)
        s.show(f)
        return s.done(["{1} climbing a ladder", "{1} on a ladder next to {0}", "{1} climbing up to {0}"] if against else ["{0} climbing a ladder", "{0} on a ladder"])
    if kind == "tree":
        s.at(r.choice(["park", "meadow", "forest", "farm"]))
        s.put(s.thing(["tree", "apple tree", "palm tree", "cherry tree"]), 128, 190, width=190, bottom=s.floor + 2)
        f = s.figure(s.anyone(), 128, 92, poses.CLIMB, y=s.floor - 18, shadow=False)
        s.show(f)
        return s.done(["{1} climbing {0}", "{1} climbing up {0}", "{1} climbing a tree"])
    f = s.figure(s.anyone(), 128, 120, poses.CLIMB, y=s.floor - 30, shadow=False)
    s.strokes([limb((132, 0), (132, s.floor - 6), 3, "#c9a06a")])
    s.show(f)
    return s.done(["{0} climbing a rope", "{0} hanging on a rope"])


@act(3, *OUT, "room", "stage", "plain", "library", "cave")
def magic(s):
    f = s.figure(s.who("wizard", "witch", "wizard", "elf", "princess", "cat", "owl", "frog", "fox", "girl", "boy"), 112, 140, poses.RAISE, facing=1)
    x, y = f.hand(1)
    glow = s.r.choice(["#ffe066", "#8ce8ff", "#ff9de2", "#b7ff8a"])
    spark = [dot((x + 22 + 30 * math.cos(k * 2.4) * (.5 + k / 9), y - 34 + 30 * math.sin(k * 2.4) * (.5 + k / 9)), 5.5 - .4 * k, glow) for k in range(8)]
    s.show(f, held=[s.hold(s.thing(["magic wand"]), (x + 6, y - 8), 44, named=False), {"strokes": spark}])
    s.light(x + 22, y - 34, 90, .6)
    return s.done(["{0} casting a spell", "{0} doing magic", "{0} with a magic wand", "{0} waving a magic wand"])


@act(3, "room", "room", "park", "garden", "plain")
def knitting(s):
    r = s.r
    d = s.put(s.anchored("seat", ("armchair", "chair", "sofa", "bench")), 128, 112, width=170, bottom=s.floor + 6, named=False)
    d["mirror"] = 0
    x, y = s.spot(d, "seat")
    f = s.figure(s.anyone(.7) if r.random() < .5 else s.who("old woman", "old woman", "woman", "cat", "sheep"), x, 116, poses.SIT.with_hands((-.09, -.10), (.09, -.10)), y=y, shadow=False)
    a, b = f.hand(0), f.hand(1)
    s.show(f, held=[s.hold(s.thing(["knitting"]), ((a[0] + b[0]) / 2, a[1] + 6), 38, named=False)])
    s.layers.append(s.item(s.thing(["ball of yarn"]), 208, 34, bottom=s.floor + 10, named=False))
    return s.done(["{0} knitting", "{0} knitting a scarf", "{0} knitting a red scarf", "{0} sitting and knitting"])


@act(3, "classroom", "classroom", "library", "plain")
def teaching(s):
    r = s.r
    s.put(s.thing(["blackboard"]), 160, 118, bottom=s.floor - 8, named=False)
    f = s.figure(s.anyone(.5), 76, 138, poses.POINT, facing=1)
    s.show(f)
    n = r.choice([0, 2, 3])
    if n:
        kid = s.who(*r.sample(["boy", "girl", "rabbit", "mouse", "chicken", "duck", "cat", "owl", "fox"], 1))
        for k in range(n):
            g = s.figure(kid, 132 + 44 * k, 74, poses.HALF, y=250, named=k == 0, facing=-1, small=False)
            s.show(g, arms=False)
        word = {2: "two", 3: "three"}[n]
        return s.done(["{0} teaching " + word + " {p1}", "{0} in front of a blackboard teaching " + word + " little {p1}", "{0} teaching a class of {p1}"])
    return s.done(["{0} teaching", "{0} in front of a blackboard", "{0} pointing at a blackboard", "{0} as a teacher at the blackboard", "{n0} teacher in front of a blackboard"])


@act(4, "snow", "beach", "room", "ice", "playground")
def building(s):
    o = s.thing({"snow": ["snowman"], "ice": ["igloo", "snowman"], "beach": ["sandcastle"], "playground": ["sandcastle"], "room": ["toy blocks"]}[s.place])
    d = s.put(o, 166, 96 if o.name != "toy blocks" else 66, width=110, bottom=s.floor + 4)
    two, who = o.name != "toy blocks" and s.r.random() < .35, s.anyone()
    d["x"] = 128 if two else d["x"]
    for k in range(2 if two else 1):
        s.show(s.figure(who, 56 + 144 * k if two else 84, 112 if two else 118, s.r.choice([poses.REACH, poses.KNEEL, poses.REACH_BOTH]), facing=1 - 2 * k, named=k == 0))
    if two:
        return s.done(["two {p1} building {0}", "two {p1} making {0}", "two {p1} next to {0}"])
    return s.done(["{1} building {0}", "{1} building {0}", "{1} making {0}", "{1} next to {0}"] if o.name != "toy blocks" else ["{1} playing with {0}", "{1} building with {0}"])


@act(3, *ANY)
def bubbles(s):
    """Soap bubbles, hearts or stars around someone."""
    r = s.r
    f = s.figure(s.anyone(), 128, 132, r.choice([poses.STAND, poses.CHEER, poses.DANCE]))
    kind = r.choice(["bubble", "heart", "star", "note", "butterfly"])
    spots = [(128 + 84 * math.cos(t) + r.uniform(-8, 8), 112 + 62 * math.sin(t) + r.uniform(-8, 8)) for t in (3.5, 4.2, 5.3, 5.9, .2, 2.9)]
    if kind == "bubble":
        s.show(f)
        s.strokes([x for p in spots for x in (dot(p, 11, "#bfe9fb"), dot((p[0] - 3, p[1] - 3), 3.5, "#ffffff"))])
        return s.done(["{0} with soap bubbles", "{0} blowing bubbles", "{0} surrounded by bubbles"])
    o = s.thing({"heart": ["heart", "red heart"], "star": ["star", "glowing star"], "note": ["music note"], "butterfly": ["butterfly"]}[kind])
    s.show(f)
    for i, p in enumerate(spots[:5]):
        s.layers.append(s.item(o, p[0], 30, y=p[1], named=i == 0))
    return s.done(["{0} surrounded by {p1}", "{0} with {p1} all around", "{0} among {p1}"] if kind != "note" else ["{0} listening to music", "{0} with music notes"])


@act(3, "street", "city", "road", "station")
def waiting(s):
    s.put(s.thing(["bus stop"]), 204, 92, bottom=s.floor + 2, named=False)
    n = s.r.choice([1, 1, 2, 3])
    who = s.anyone(.45)
    for k in range(n):
        f = s.figure(who, 142 - 50 * k, 112 if n < 3 else 98, poses.STAND, facing=1, named=k == 0)
        s.show(f)
    if n == 1:
        return s.done(["{0} waiting for the bus", "{0} at the bus stop", "{0} waiting at a bus stop"])
    word = {2: "two", 3: "three"}[n]
    return s.done([word + " {p0} waiting for the bus", word + " {p0} at a bus stop", word + " {p0} waiting at the bus stop"])


@act(3, "street", "park", "city", "plain", "beach", "farm", "harbor")
def selling(s):
    o = s.thing(["market stall"])
    d = s.c.item(o, 128, s.c.sized(o, 168, 190), bottom=s.floor + 8, mirror=0)
    f = s.figure(s.anyone(), 128, 128, poses.HALF.with_hands((-.13, -.19), (.13, -.19)), y=d["y"] + .20 * d["size"])
    s.show(f, arms=False)
    s.layers.append(d)
    what = s.r.choice(["fruit", "vegetables", "apples", "food"])
    return s.done(["{0} selling " + what, "{0} at a market stall", "{0} selling " + what + " at a market stall", "{0} behind a fruit stand"])


@act(7, *ANY, "plain", "plain", "plain")
def portrait(s):
    """Head and shoulders, close by."""
    r = s.r
    if s.place in ("hill", "stage"):
        s.at("meadow")
    f = s.figure(s.anyone(.62), 128 + r.uniform(-12, 12), r.uniform(240, 300), r.choice([poses.HALF, poses.HALF, poses.WAVE, poses.HOLD_BOTH, poses.THINK]), y=0, shadow=False, small=False)
    f.move(0, 222 - f.at(0, f.chest[1])[1] + r.uniform(-26, 10))
    worn = []
    if f.head.head["kind"] != "hat" and r.random() < .35:
        worn = [s.hat(f, s.thing(["crown", "top hat", "cowboy hat", "pirate hat", "witch hat", "santa hat", "chef's hat", "straw hat", "party hat"]))] if r.random() < .5 else [s.glasses(f, s.thing(["sunglasses", "glasses"]))]
    s.show(f, worn=worn)
    if worn:
        n = "{n1}" if "glasses" in s.objects[1]["name"] else "{1}"
        return s.done(["{0} wearing " + n, "a portrait of {0} with " + n, "portrait of {0} wearing " + n, "close-up of {0} with " + n])
    feeling = {"sad": "looking sad", "angry": "looking angry", "surprised": "looking surprised", "happy": "smiling"}.get(s.last.mood, "")
    return s.done(["a portrait of {0}", "portrait of {0}", "the face of {0}", "{0}", "close-up of {0}", "head and shoulders of {0}"] + ["{0} " + feeling] * bool(feeling))


@act(3, "plain", "plain", "street", "room")
def looking_out(s):
    """A window with someone in it."""
    x, y, w, h = 128, 124, 70, 74
    pane = s.r.choice(["#6cd0fa", "#ffe29a", "#26305e"])
    s.strokes([bar((x, y - h - 8), (x, y + h + 8), w + 8, "#f4f4f4", corner=.04), bar((x, y - h), (x, y + h), w, pane, corner=.02)])
    f = s.figure(s.anyone(.5), x + s.r.uniform(-10, 10), 150, s.r.choice([poses.HALF, poses.WAVE, poses.HALF]), y=y + h + 24, shadow=False)
    layers = len(s.layers)
    s.show(f)
    for layer in s.layers[layers:]:
        layer["cut"] = y + h
    s.strokes([bar((x - w - 16, y + h + 5), (x + w + 16, y + h + 5), 8, "#e6e6e6", corner=.2)])
    return s.done(["{0} looking out of a window", "{0} at the window", "{0} in a window", "{0} waving from a window" if f.pose is poses.WAVE else "{0} looking through a window"], weather="none")
