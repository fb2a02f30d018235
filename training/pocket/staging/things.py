"""Things: with faces and limbs, in several colours, in sets, on top of each other, small animals on plants."""

from ..objects import article, plural
from ..strokes import bar, dot, limb
from . import poses
from .beasts import whole
from .stage import ANY, GREEN, HOME, act

COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"]
WORDS = {2: ["two", "two", "2"], 3: ["three", "three", "3"], 4: ["four", "four", "4"], 5: ["five", "five", "5"]}
POSES = [(poses.STAND, [""], 4), (poses.WAVE, ["waving", "saying hello"], 2), (poses.DANCE_2, ["dancing"], 2), (poses.CHEER, ["cheering", "jumping for joy"], 2), (poses.WALK, ["walking", "going for a walk"], 1.5), (poses.RUN, ["running", "running away"], 1.5), (poses.GROUND, ["sitting"], 1)]


@act(10, *ANY, "plain", "plain", "kitchen", "clouds")
def alive(s):
    r = s.r
    pose, verbs, _ = r.choices(POSES, [p[2] for p in POSES])[0]
    who = s.mascot()
    f = s.figure(who, 128 + r.uniform(-14, 14), r.uniform(126, 160), pose)
    kind, held, worn = r.choice(["", "", "", "hat", "glasses", "boots", "hold"]), [], []
    if kind == "hat":
        worn = [s.hat(f, s.thing(["top hat", "crown", "party hat", "paper hat", "witch hat", "cowboy hat", "santa hat", "pirate hat", "chef's hat", "nightcap", "straw hat"]))]
    elif kind == "glasses":
        worn = [s.glasses(f, s.thing(["sunglasses", "glasses"]))]
    elif kind == "hold":
        held = [s.hold(s.thing(["umbrella", "balloon", "rose", "heart", "flag", "ice cream cone", "guitar", "book", "lollipop", "microphone", "cup of coffee", "magic wand", "gift", "sunflower"]), f.hand(1), 44, grip=(0, .3))]
    s.show(f, held=held, worn=worn)
    if kind == "hat":
        return s.done(["{0} wearing {1}", "{0} with {1}", "{0} in {1}"])
    if kind == "glasses":
        return s.done(["{0} wearing {n1}", "{0} with {n1}", "a cool {n0} wearing {n1}"])
    if kind == "hold":
        return s.done(["{0} holding {1}", "{0} with {1}"])
    if kind == "boots":
        word = {"#f8312f": "red", "#2f80ed": "blue", "#6d4534": "brown", "#ffd43b": "yellow", "#37a85c": "green"}[who.outfit.shoes]
        return s.done(["{0} wearing " + word + " boots", "{0} wearing boots", "{0} in " + word + " shoes", "{0} wearing hiking boots" if word == "brown" else "{0} wearing rubber boots"])
    return s.done([("{0} " + r.choice(verbs)).strip(), "{0}"])


@act(5, *ANY, "plain", "plain", "kitchen")
def alive_together(s):
    r = s.r
    n = r.choice([2, 2, 3])
    whos = [s.mascot()]
    while len(whos) < n:
        w = s.mascot()
        if w.head.name not in [x.head.name for x in whos]:
            whos.append(w)
    same = r.random() < .3
    verb = r.choice(["holding hands", "holding hands", "holding hands", "dancing", "hugging", "standing together", "in love", "waving"])
    inner = (.24, -.10) if verb in ("holding hands", "hugging", "in love") else (.22, .08)
    gap = {2: 84, 3: 74}[n]
    for k, w in enumerate(whos):
        w = whos[0] if same else w
        hands = ((-inner[0], inner[1]), inner) if 0 < k < n - 1 else ((-.15, -.1), inner)
        f = s.figure(w, 128 + (k - (n - 1) / 2) * gap, 118, poses.STAND.with_hands(*hands, (-1, -1)), facing=1 if k < n - 1 else -1, named=k == 0 or not same, mood=w.mood if w.mood in ("", "happy", "laughing") else "")
        s.show(f)
    if verb == "in love" and n == 2:
        s.layers.append(s.item(s.thing(["red heart"]), 128, 34, y=s.floor - 128, named=False))
    if same:
        return s.done([WORDS[n][0] + " {p0} " + verb, WORDS[n][0] + " {p0} with faces", WORDS[n][0] + " smiling {p0}", WORDS[n][0] + " {p0} with arms and legs " + verb])
    names = "{0} and {1}" if n == 2 else "{0}, {1} and {2}"
    return s.done([names + " " + verb, names + " " + verb, names + " with faces", names + " as friends"])


@act(4, "clouds", "meadow", "city", "sea", "mountains", "plain", "garden", "village")
def sky_face(s):
    """Sun, moon or cloud with a face in the sky."""
    r = s.r
    who = s.mascot(["cloud", "cloud", "rain cloud", "sun", "full moon", "star", "cloud"])
    f = s.figure(who, 128 + r.uniform(-30, 30), 150, poses.HALF, y=150, shadow=False, mood=r.choice(["", "", "sad", "sad", "crying", "angry", "asleep", "laughing"]))
    f.move(0, 84 - f.centre[1])
    worn = [s.hat(f, s.thing(["nightcap", "top hat", "crown", "party hat"]))] if r.random() < .25 else []
    s.show(f, worn=worn, arms=False)
    s.strokes(f.moods())
    if "cloud" in who.head.name and f.mood == "crying":
        s.strokes([limb((f.centre[0] + 16 * k, f.centre[1] + 46 + 9 * (k % 2)), (f.centre[0] + 16 * k, f.centre[1] + 58 + 9 * (k % 2)), 2.4, "#5cc3f5") for k in range(-3, 4)])
    if worn:
        return s.done(["{0} wearing {1}", "{0} with {1}"], weather="none")
    return s.done(["{0} in the sky", "{0}", "{0} with a face", "{0} with a sad face" if f.mood in ("sad", "crying") else "{0} with a face in the sky"], weather="none")


def paintable(s):
    pool = [o for rows in s.c.named.values() for o in rows if o.recolour and o.weight > .3]
    return s.r.choice(pool)


@act(9, "plain", "plain", "plain", "table", "room", "park", "meadow", "beach", "street", "hill", "snow")
def many_colours(s):
    """Of one kind, each in a colour of its own; one between two others."""
    r = s.r
    o = paintable(s)
    if r.random() < .3:
        o = s.thing(["hot air balloon", "sailboat", "balloon", "car", "umbrella", "cupcake"])
        if not o.recolour:
            o = paintable(s)
    if o.name == "hot air balloon":
        s.at(r.choice(["hill", "mountains", "clouds", "meadow"]))
    if o.category == "boat":
        s.at(r.choice(["sea", "lake"]))
    between = r.random() < .35
    n = 3 if between else r.choices([2, 3, 4, 5], [5, 5, 3, 2])[0]
    words = r.sample(COLOURS, n)
    if between:
        words = [words[0], words[1], words[0]]
    wide = min(212 / n - 6, 92)
    sky = o.name == "hot air balloon"
    for k, word in enumerate(words):
        x = 128 + (k - (n - 1) / 2) * (wide + 8)
        up = {"y": 84 + 22 * (k % 2)} if sky else {"y": 132} if s.place == "plain" else {"bottom": s.floor + (16 if o.category == "boat" else 3)}
        d = s.item(o, x, wide, width=wide, named=k == 0, shadow=int(s.place in ("plain", "table", "room", "park", "meadow", "beach", "street", "snow", "hill") and not sky), **up)
        d["mirror"], d["colour"], d["keep"] = 0, word, True
        s.layers.append(d)
    name = o.name
    s.objects[0]["colour"] = words[0]
    one = [article(w + " " + name) for w in words]
    if between:
        two, it = plural(words[0] + " " + name), words[1]
        return s.done([f"one {it} {name} between two {two}", f"{article(it + ' ' + name)} between two {two}", f"two {two} with {article(it + ' ' + name)} in the middle", f"two {two} and one {it} {name}"], alone=True)
    rest = ", ".join(words[:-1]) + " and " + words[-1]
    w = WORDS[n][0]
    core = [", ".join(one[:-1]) + " and " + one[-1], w + " {q0}, " + rest, w + " " + plural(name) + ": " + rest, w + " " + plural(name) + " in different colors", w + " colorful " + plural(name), w + " " + rest + " " + plural(name)]
    if n == 2:
        core += [one[0] + " next to " + one[1], one[0] + " and " + one[1], one[0] + " on the left and " + one[1] + " on the right"]
    return s.done(core, sky="day" if sky else None, alone=True)


@act(6, "plain", "plain", "plain", "table", "plain")
def a_set(s):
    """Three to six different things."""
    r = s.r
    theme = r.choice(THEMES) if r.random() < .6 else None
    n = r.choice([3, 3, 4, 4, 5])
    pool = r.sample(theme, min(n, len(theme))) if theme else None
    things = []
    while len(things) < n:
        o = s.thing([pool[len(things)]]) if pool and len(things) < len(pool) else s.c.draw(s.c.things)
        if o.name not in [t.name for t in things]:
            things.append(o)
        elif pool:
            pool = None
    if s.place == "table":
        size = 212 / n - 8
        spots = [(128 + (k - (n - 1) / 2) * (size + 8), None) for k in range(n)]
    else:
        size = {3: 76, 4: 84, 5: 68}[n]
        spots = {3: [(46 + 82 * k, 130) for k in range(3)], 4: [(80, 80), (176, 80), (80, 182), (176, 182)], 5: [(48, 84), (128, 84), (208, 84), (86, 178), (170, 178)]}[n]
    for o, (x, y) in zip(things, spots):
        d = s.item(o, x, size, width=size, shadow=1, **({"y": y} if y else {"bottom": s.floor + 2}))
        s.layers.append(d)
    names = ["{%d}" % k for k in range(n)]
    bare = ["{n%d}" % k for k in range(n)]
    return s.done([", ".join(names[:-1]) + " and " + names[-1], ", ".join(names), ", ".join(bare), ", ".join(bare), "a set of " + ", ".join(bare), ", ".join(bare[:-1]) + " and " + bare[-1]], alone=True)


THEMES = [["tomato", "garlic", "onion", "carrot", "egg", "mushroom", "cheese", "bread", "pepper", "eggplant", "broccoli", "potato"], ["apple", "banana", "pear", "orange", "lemon", "strawberry", "grapes", "cherries", "pineapple", "watermelon", "peach", "kiwi"], ["compass", "hiking boot", "lantern", "map", "backpack", "tent", "campfire", "bottle", "flashlight"],
          ["jack-o-lantern", "witch hat", "black cat", "ghost", "bat", "spider", "candy", "full moon", "skull"], ["rocket", "planet with rings", "star", "alien", "flying saucer", "astronaut", "earth", "comet", "telescope"], ["hammer", "screwdriver", "wrench", "saw", "nut and bolt", "toolbox", "ruler"], ["guitar", "violin", "trumpet", "drum", "piano", "saxophone", "flute"],
          ["pencil", "paintbrush", "paint palette", "crayon", "scissors", "ruler", "book", "pen"], ["cup of coffee", "croissant", "donut", "teapot", "cookie", "slice of cake", "muffin"], ["gift", "christmas tree", "santa hat", "bell", "snowman", "star", "candle"], ["heart", "rose", "love letter", "ring", "bouquet", "chocolate bar", "teddy bear"],
          ["sunflower", "tulip", "rose", "daisy", "hibiscus", "cherry blossom", "lotus"], ["crab", "starfish", "seashell", "fish", "octopus", "dolphin", "turtle"], ["car", "bus", "train", "airplane", "bicycle", "ship", "tractor", "rocket"], ["dog", "cat", "rabbit", "mouse", "hamster", "parrot", "goldfish", "turtle"], ["lion", "elephant", "giraffe", "zebra", "monkey", "tiger", "hippopotamus"],
          ["pizza", "hamburger", "french fries", "hot dog", "taco", "soda cup", "ice cream cone"], ["t-shirt", "jeans", "dress", "sneaker", "cap", "socks", "scarf", "coat"], ["soccer ball", "basketball", "baseball", "tennis racket", "football", "volleyball", "trophy"], ["crown", "castle", "shield", "dragon", "knight", "treasure chest", "king"]]


@act(7, *HOME, "garden", "forest", "park", "plain", "plain", "cafe", "library")
def several_on_top(s):
    """Things in a row on something."""
    r = s.r
    base = s.thing(["table", "log", "sofa", "rock", "bench", "piano", "books", "suitcase", "box", "bed", "haystack", "round table"])
    d = s.put(base, 128, {"sofa": 96, "bench": 92, "bed": 96, "piano": 110, "table": 92, "round table": 88}.get(base.name, 76), width=206, bottom=s.floor + 8, named=False)
    d["mirror"] = 0
    top = s.spot(d, "top")[2] if s.has(base, "top") and base.name not in ("sofa",) else s.spot(d, "seat")[1] if s.has(base, "seat") else d["y"] - s.c.shapes["half"][base.index][1] * d["size"]
    wide = 2 * s.c.shapes["half"][base.index][0] * d["size"] * (.8 if base.name not in ("log", "rock", "haystack") else .6)
    n = r.choice([1, 2, 2, 3, 3, 4]) if wide > 90 else r.choice([1, 2])
    same = r.random() < .6
    first = s.thing(TOPPINGS)
    for k in range(n):
        o = first if same or k == 0 else s.thing(TOPPINGS)
        size = min(wide / n - 3, 58 if n > 1 else 76)
        s.layers.append(s.item(o, d["x"] + (k - (n - 1) / 2) * wide / n, size, width=size, bottom=top + 5, named=k == 0 or not same))
    s.name(d)
    b = len(s.objects) - 1
    if n == 1:
        return s.done(["{0} on {1}", "{0} on {1}", "{0} on top of {1}", "{1} with {0} on it", "{0} lying on {1}", "{0} standing on {1}"])
    if same:
        return s.done([r.choice(WORDS[n]) + " {p0} on {%d}" % b, r.choice(WORDS[n]) + " {p0} on top of {%d}" % b, "{%d} with " % b + WORDS[n][0] + " {p0} on it"])
    names = ["{%d}" % k for k in range(n)]
    return s.done([", ".join(names[:-1]) + " and " + names[-1] + " on {%d}" % b, "{%d} with " % b + ", ".join(names[:-1]) + " and " + names[-1]])


TOPPINGS = ["apple", "cup", "cup of coffee", "book", "candle", "mushroom", "cat", "bird", "owl", "chick", "teddy bear", "birthday cake", "pumpkin", "vase", "clock", "alarm clock", "bread", "cheese", "egg", "goldfish", "gift", "hat", "key", "crown", "pizza", "donut", "cupcake", "laptop", "lamp", "cactus", "potted plant", "kettle", "teapot", "bowl of soup", "rose",
            "frog", "mouse", "snail", "rabbit", "duck", "robot", "chess board", "globe", "watermelon", "pineapple", "glass of milk", "telephone", "camera", "trophy", "toy blocks", "fish tank", "birdcage", "squirrel", "penguin", "black bird", "sandwich", "fish", "banana", "lemon", "ice cream cone", "basket"]


@act(6, *GREEN, "garden", "plain", "park")
def on_plant(s):
    """A small animal on a large flower, leaf or mushroom; a bird on a branch."""
    r = s.r
    if r.random() < .45:
        y = r.uniform(118, 150)
        side = r.choice([-1, 1])
        start = 128 - side * 140
        s.strokes([limb((start, y + 16), (128 + side * 84, y - 6), 8, "#8b5a3c", 3.5), limb((128 + side * 20, y + 2), (128 + side * 64, y + 34), 3.5, "#8b5a3c", 2)] + [limb((128 + side * (40 + 22 * k), y - 10 - 4 * k), (128 + side * (52 + 22 * k), y - 22 - 4 * k), 5.5, "#37a85c", 2) for k in (0, 1)] + [limb((128 + side * 64, y + 34), (128 + side * 80, y + 44), 5.5, "#37a85c", 2)])
        n = r.choice([1, 1, 1, 2, 3])
        o = whole(s, ["owl", "bird", "parrot", "black bird", "squirrel", "dove", "cat", "chick", "robin", "monkey", "snake", "eagle", "turkey", "penguin", "red dragon", "flamingo", "snail", "bat"])
        for k in range(n):
            s.layers.append(s.item(o, 128 + (k - (n - 1) / 2) * 62 - side * 8, 66 if n == 1 else 48, width=76, bottom=y + 2 - side * 0, facing=-1, named=k == 0))
        return s.done(["{0} on a branch", "{0} sitting on a branch", "{0} in a tree", "{0} perched on a branch"] if n == 1 else [WORDS[n][0] + " {p0} on a branch", WORDS[n][0] + " {p0} sitting on a branch"])
    plant = s.thing(["sunflower", "rose", "tulip", "daisy", "mushroom", "green leaf", "hibiscus", "lily pad", "cactus", "lotus", "hyacinth"])
    d = s.put(plant, 128, r.uniform(126, 150), width=160, bottom=s.floor + 6)
    o = whole(s, ["bee", "butterfly", "ladybug", "snail", "caterpillar", "frog", "mouse", "grasshopper", "spider", "chick", "bird", "beetle"])
    half = s.c.shapes["half"][plant.index]
    s.layers.append(s.item(o, 128 + r.uniform(-16, 16), 46, width=52, bottom=d["y"] - half[1] * d["size"] * .45, facing=r.choice([-1, 1])))
    return s.done(["{1} on {0}", "{1} on {0}", "{1} sitting on {0}", "{0} with {1} on it", "{1} resting on {0}"])


@act(5, "sea", "lake", "sea", "hill", "meadow", "desert", "mountains", "snow", "city", "forest", "beach")
def big_moon(s):
    """Something before a huge moon or sun."""
    r = s.r
    sea = s.place in ("sea", "lake")
    night = r.random() < .7
    x = 128 + r.uniform(-20, 20)
    tint = r.choice(["#fdf0b8", "#fdf0b8", "#ffb347", "#f4f1e4"]) if night else "#ffe08a"
    y = 104 if sea else 96
    s.strokes([dot((x, y), 66, tint)] + ([dot((x - 22, y - 18), 12, "#efdf9f"), dot((x + 24, y + 10), 9, "#efdf9f"), dot((x - 8, y + 30), 7, "#efdf9f")] if tint == "#fdf0b8" else []))
    if sea:
        o = s.thing(["sailing ship", "pirate ship", "sailboat", "whale", "viking ship", "lighthouse", "fishing boat", "swan", "dolphin"])
        s.layers.append(s.item(o, 128 + r.uniform(-16, 16), 118, width=140, bottom=s.floor + 10))
    elif r.random() < .5:
        s.show(s.figure(s.anyone(), 128 + r.uniform(-16, 16), 112, r.choice([poses.STAND, poses.GROUND, poses.CHEER, poses.DANCE])))
    else:
        o = s.thing(["wolf", "cat", "owl", "deer", "castle", "tree", "bare tree", "horse", "windmill", "house", "tent", "cactus", "bat", "elephant", "rabbit", "dragon", "unicorn", "lighthouse", "camel", "tower"])
        s.put(o, 128 + r.uniform(-14, 14), 104, width=130)
    word = r.choice(["a huge full moon", "a big full moon", "the full moon", "a giant moon"]) if night else r.choice(["a huge sun", "a big setting sun", "the setting sun"])
    if tint == "#ffb347":
        word = r.choice(["a big orange moon", "a huge orange moon"])
    return s.done(["{0} under " + word, "{0} in front of " + word, "{0} and " + word], sky="night" if night else "sunset", weather="none")


@act(5, "sea", "sea", "lake")
def two_at_sea(s):
    r = s.r
    boats = ["sailboat", "sailing ship", "pirate ship", "viking ship", "tugboat", "fishing boat", "container ship", "paddle steamer", "canal boat", "cruise ship", "submarine", "rowing boat", "paper boat", "motorboat", "speedboat"]
    swimmers = ["whale", "dolphin", "shark", "swan", "duck", "sea monster", "octopus", "turtle", "seal", "iceberg", "rubber duck"]
    a, b = s.thing(boats), s.thing(boats if r.random() < .55 else swimmers)
    for o, x in ((a, 70), (b, 188)):
        s.layers.append(s.item(o, x, 92 if o.category == "boat" else 76, width=112, bottom=s.floor + (16 if o.category == "boat" else 22)))
    if a.name == b.name:
        return s.done(["two {p0} on the water", "two {p0} racing", "two {p0}"])
    core = ["{0} and {1}", "{0} next to {1}", "{0} beside {1}", "{0} on the left and {1} on the right"]
    if b.category == "boat":
        core += ["{0} racing {1}", "{0} sailing next to {1}"]
        if r.random() < .4:
            s.layers.insert(0, {"strokes": [limb((112, s.floor - 12), (146, s.floor - 14), 1.5, "#6d4534")]})
            core = ["{0} pulling {1}", "{0} towing {1}", "{1} pulled by {0}"]
    else:
        core += ["{0} meeting {1}", "{1} swimming next to {0}"]
    return s.done(core)


@act(5, "lake", "river", "valley", "park", "forest", "swamp")
def crossing(s):
    """A vehicle or animals on a bridge."""
    o = s.anchored("top", ("stone bridge",))
    d = s.item(o, 128, 112, width=246, bottom=s.floor + 20, named=False)
    x0, x1, y = s.spot(d, "top")
    v = s.thing(["steam train", "train", "car", "bus", "truck", "bicycle", "tractor", "tram car", "carriage", "elephant", "horse", "dog", "cow", "cat", "motorcycle", "fire truck", "taxi"])
    s.layers.append(s.item(v, 128, 84 if v.category == "vehicle" else 74, width=120, bottom=y + 12))
    s.layers.append(s.name(d))
    return s.done(["{0} on {1}", "{0} crossing {1}", "{0} driving over {1}" if v.category == "vehicle" else "{0} walking over {1}", "{0} going over {1}", "{0} on {1} over a river"])


@act(3, "meadow", "farm", "city", "desert", "wheat", "street", "forest")
def beam(s):
    """A flying saucer lifts something in its beam."""
    r = s.r
    s.strokes([bar((128, 84), (128, s.floor + 4), 20, "#c8f7d0", 62, .1)])
    s.layers[0]["strokes"] = [bar((128, 84), (128, s.floor + 4), 20, r.choice(["#e6f7a8", "#c8f7e0", "#fff3b0"]), 58, .1)]
    saucer = s.item(s.thing(["flying saucer"]), 128, 96, width=130, y=66)
    saucer["angle"] = 0.0
    if r.random() < .6:
        s.layers.append(s.item(whole(s, ["cow", "cow", "cow", "pig", "sheep", "cat", "dog", "horse", "elephant", "chicken"]), 128, 62, width=80, y=152, angle=r.uniform(-16, 16), facing=r.choice([-1, 1])))
    else:
        s.show(s.figure(s.anyone(.7), 128, 92, poses.CHEER, y=200, shadow=False, mood="surprised"))
    s.layers.append(saucer)
    return s.done(["{0} stealing {1}", "{0} abducting {1}", "{0} lifting {1} into the air", "{1} beamed up by {0}", "{0} above {1}"], sky=r.choice(["night", "night", None]), weather="none")


@act(3, "kitchen", "room", "cafe", "plain", "plain")
def pouring(s):
    side = s.r.choice([-1, 1])
    cup = s.put(s.thing(["cup", "teacup", "bowl", "cup of coffee", "bucket"]), 128 + side * 34, 60, width=74)
    pot = s.item(s.thing(["teapot", "kettle", "watering can", "purple teapot", "milk carton", "bottle"]), 128 - side * 44, 80, width=92, y=s.floor - 102, angle=34.0 * side)
    pot["mirror"] = int(side > 0) if pot["name"] in ("watering can",) else int(side < 0)
    top = cup["y"] - 26
    x = cup["x"] - side * 6
    s.strokes([limb((x - side * 12, s.floor - 92), (x, top), 3, "#b5733c" if "tea" in pot["name"] or pot["name"] == "kettle" else "#bfe3f5")])
    s.layers.append(pot)
    return s.done(["{1} pouring into {0}", "{1} and {0}", "pouring from {1} into {0}", "{1} filling {0}", "{1} pouring tea into {0}" if "tea" in pot["name"] else "{1} above {0}"])


@act(4, "farm", "road", "snow", "meadow", "street", "wheat", "beach")
def towing(s):
    """A vehicle or animal pulls a cart with a load."""
    r, side = s.r, s.r.choice([-1, 1])
    o = s.thing(["tractor", "tractor", "tractor", "horse", "donkey", "truck", "car", "bicycle", "elephant", "snail", "turtle", "steam train", "dog"])
    load = s.thing(["carrot", "pumpkin", "gift", "haystack", "christmas tree", "watermelon", "log", "barrel", "box", "cake", "strawberry", "sunflower", "rock", "fish", "apple", "egg", "heart", "banana", "corn", "treasure chest"])
    d = s.put(o, 128 + side * 54, 92, width=112, bottom=s.floor + 4, facing=side)
    x = 128 - side * 62
    s.layers.append(s.item(load, x, 62, width=84, bottom=s.floor - 22))
    s.strokes([limb((d["x"] - side * .4 * d["size"], s.floor - 16), (x + side * 36, s.floor - 16), 2, "#6d4534"), bar((x, s.floor - 28), (x, s.floor - 12), 40, "#8b5a3c", corner=.15)] + [dot((x + k * 26, s.floor - 6), 11, "#3b2a33") for k in (-1, 1)] + [dot((x + k * 26, s.floor - 6), 4.5, "#d3d3d3") for k in (-1, 1)])
    giant = r.choice(["a giant ", "a huge ", "an enormous "]) if load.name in ("carrot", "pumpkin", "watermelon", "strawberry", "apple", "egg", "fish", "banana", "corn", "sunflower") else ""
    what = giant + "{n1}" if giant else "{1}"
    return s.done(["{0} pulling " + what, "{0} pulling " + what + " on a cart", "{0} pulling a cart with " + what, what + " pulled by {0}"])


@act(4, "beach", "garden", "farm", "desert", "park", "snow")
def digging(s):
    r, side = s.r, s.r.choice([-1, 1])
    x = 128 + side * 44
    s.strokes([bar((x - 26, s.floor + 8), (x + 26, s.floor + 8), 9, "#4b3a2c", corner=1), bar((x + side * 44, s.floor + 2), (x + side * 44, s.floor - 20), 26, "#8b6b4a" if s.place != "snow" else "#e4f1fb", 8, .8)])
    if r.random() < .25:
        s.put(s.anchored("window", ("digger",)), 128 - side * 38, 108, width=116, bottom=s.floor + 4)["mirror"] = int(side < 0)
        return s.done(["{0} digging a hole", "{0} digging", "{0} digging a big hole in the ground"])
    if r.random() < .3:
        s.put(whole(s, ["dog", "rabbit", "badger", "mouse", "hedgehog", "cat"]), 128 - side * 24, 74, facing=side)
        return s.done(["{0} digging a hole", "{0} digging in the ground", "{0} next to a hole"])
    f = s.figure(s.anyone(), 128 - side * 26, 128, poses.REACH_BOTH.with_hands((.18, -.16), (.24, -.14)), facing=side)
    hx, hy = f.hand(1)
    tool = s.hold(s.thing(["shovel"]), (hx + side * 4, hy + 16), 78, angle=-16.0 * side, named=False)
    s.show(f, held=[tool])
    return s.done(["{0} digging a hole", "{0} digging with a shovel", "{0} digging in the ground", "{0} digging for treasure" if s.place == "beach" else "{0} digging a big hole"])
