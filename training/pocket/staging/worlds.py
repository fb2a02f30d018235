"""Scenes that everyone knows: a knight before a castle, a pirate with a treasure, camping, parties; and looking at the sky."""

from ..strokes import bar, dot, limb
from . import poses
from .beasts import whole
from .stage import act
from .together import pair

# who; what stands beside (height in pixels); where; what they do (words, pose)
TALES = [
    (["knight"], ["castle", "fairytale castle", "tower"], 150, ["meadow", "mountains", "valley"], ["in front of {1}", "guarding {1}", "near {1}"]), (["knight", "prince"], ["dragon", "red dragon"], 118, ["castle", "mountains", "canyon", "meadow"], ["fighting {1}", "fighting {1}", "and {1}", "facing {1}", "battling {1}"]),
    (["princess"], ["castle", "dragon", "unicorn", "pegasus", "swan"], 124, ["meadow", "castle", "park", "valley"], ["and {1}", "with {1}", "next to {1}"]), (["pirate"], ["treasure chest", "pirate ship", "parrot", "palm tree"], 92, ["beach", "beach", "harbor"], ["with {1}", "finding {1}", "next to {1}", "and {1}"]),
    (["astronaut"], ["rocket", "flag", "rover", "flying saucer", "planet earth"], 116, ["moon", "moon", "mars"], ["next to {1}", "with {1}", "exploring near {1}", "and {1}"]), (["alien"], ["flying saucer", "rocket", "cow", "cat"], 104, ["mars", "moon", "meadow", "wheat"], ["with {1}", "next to {1}", "and {1}"]),
    (["wizard", "witch"], ["cauldron", "books", "crystal ball", "owl", "black cat", "dragon"], 84, ["castle", "library", "forest", "cave"], ["with {1}", "next to {1}", "and {1}"]), (["cowboy"], ["horse", "cactus", "cow", "campfire"], 108, ["canyon", "desert", "farm"], ["with {1}", "next to {1}", "and {1}"]),
    (["farmer"], ["tractor", "cow", "pig", "barn", "chicken", "sheep", "haystack", "scarecrow"], 108, ["farm", "wheat", "farm"], ["with {1}", "next to {1}", "in front of {1}"]), (["firefighter"], ["fire truck", "fire", "fire extinguisher"], 110, ["street", "city"], ["with {1}", "in front of {1}", "next to {1}"]),
    (["police officer"], ["police car", "traffic light"], 100, ["street", "city", "road"], ["with {1}", "in front of {1}", "next to {1}"]), (["chef"], ["stove", "birthday cake", "pizza", "cooking pot", "table"], 84, ["kitchen", "cafe"], ["with {1}", "next to {1}", "in the kitchen with {1}"]),
    (["scientist"], ["microscope", "robot", "telescope", "test tube", "rocket", "globe"], 84, ["office", "library", "plain", "classroom"], ["with {1}", "next to {1}", "and {1}", "studying {1}"]), (["santa claus", "elf"], ["christmas tree", "sled", "gift", "fireplace", "deer", "cottage"], 116, ["snow", "room", "snow"], ["with {1}", "next to {1}", "in front of {1}"]),
    (["skeleton", "zombie", "vampire", "witch", "scarecrow"], ["jack-o-lantern", "gravestone", "castle", "black cat", "ghost", "bat", "bare tree"], 90, ["swamp", "forest", "castle", "meadow", "wheat"], ["with {1}", "next to {1}", "and {1}"]), (["robot"], ["car", "computer", "flower", "dog", "rocket", "sunflower", "teddy bear", "butterfly"], 90, ["city", "office", "spaceship", "garden", "mars"], ["with {1}", "looking at {1}", "next to {1}", "and {1}"]),
    (["king"], ["throne", "castle", "crown", "lion", "horse"], 118, ["castle", "meadow"], ["with {1}", "next to {1}", "in front of {1}"]), (["painter"], ["easel", "paint palette"], 108, ["museum", "garden", "room"], ["with {1}", "in front of {1}"]), (["mechanic", "construction worker"], ["car", "motorcycle", "digger", "bicycle", "truck", "construction site", "robot"], 104, ["street", "road", "city"], ["fixing {1}", "repairing {1}", "with {1}", "next to {1}"]),
    (["detective"], ["street lamp", "footprints", "magnifying glass", "door"], 118, ["street", "museum", "office"], ["next to {1}", "with {1}"]), (["doctor"], ["hospital", "ambulance", "bed", "stethoscope"], 108, ["street", "plain", "room"], ["in front of {1}", "next to {1}", "with {1}"]), (["teacher", "student"], ["blackboard", "books", "globe", "school"], 108, ["classroom", "library"], ["with {1}", "next to {1}"]),
    (["bride"], ["groom", "bouquet", "wedding cake"], 108, ["garden", "meadow", "beach", "castle"], ["with {1}", "and {1}"]), (["clown"], ["circus tent", "balloon", "elephant", "bicycle", "lion"], 118, ["meadow", "stage", "park"], ["with {1}", "in front of {1}", "and {1}"]), (["mermaid"], ["rock"], 60, ["sea"], ["on {1}"]), (["elf", "fairy"], ["mushroom", "treehouse", "bow", "deer"], 112, ["forest", "forest"], ["next to {1}", "with {1}"]),
    (["boy", "girl"], ["dog", "robot", "snowman", "dinosaur", "treehouse", "bicycle", "tent", "teddy bear", "dragon", "monster", "elephant", "rocket", "school"], 104, ["park", "meadow", "street", "playground", "forest"], ["with {1}", "and {1}", "next to {1}", "playing with {1}", "looking at {1}"]),
    (["old woman", "old man"], ["armchair", "cat", "dog", "clock", "fireplace", "bench", "rose", "cottage", "apple tree"], 104, ["room", "garden", "park"], ["with {1}", "next to {1}", "and {1}"]), (["monkey"], ["banana", "palm tree", "barrel"], 96, ["jungle"], ["with {1}", "next to {1}"]), (["penguin", "polar bear"], ["igloo", "fish", "iceberg", "snowman"], 104, ["ice", "snow"], ["next to {1}", "with {1}", "in front of {1}"]),
    (["bear"], ["honey pot", "beehive", "tent", "tree"], 92, ["forest", "river"], ["with {1}", "next to {1}", "looking at {1}"]), (["rabbit"], ["carrot", "egg", "basket", "mushroom"], 72, ["garden", "meadow"], ["with {1}", "next to {1}", "and {1}"]), (["mouse"], ["cheese", "cheese", "piano", "book", "cat", "mouse trap"], 84, ["room", "kitchen"], ["with {1}", "next to {1}", "in front of {1}", "looking at {1}"]), (["cat"], ["ball of yarn", "fish tank", "goldfish", "piano", "computer", "sofa", "birdcage", "television"], 80, ["room", "office"], ["with {1}", "looking at {1}", "next to {1}", "playing with {1}"]),
    (["fox", "hedgehog", "squirrel", "owl"], ["mushroom", "pine tree", "book", "lantern", "pumpkin", "log", "tent", "autumn tree", "cup of coffee"], 96, ["forest", "river"], ["next to {1}", "with {1}", "and {1}"]),
]


@act(26, "meadow")
def tale(s):
    r = s.r
    who, what, high, where, verbs = r.choice(TALES)
    who = [w for w in who if w in s.c.heads] or ["girl"]
    s.at(r.choice(where))
    o, side = s.thing(what), r.choice([-1, 1])
    fight = verbs[0].startswith("fighting")
    verb = r.choice(verbs)
    pose = poses.REACH if "fix" in verb or "repair" in verb else r.choice([poses.RAISE, poses.POINT, poses.THROW]) if fight else r.choice([poses.STAND, poses.STAND, poses.WAVE, poses.POINT, poses.THINK])
    f = s.figure(s.who(r.choice(who)), 128 - side * 52, r.uniform(116, 132), pose, facing=side)
    s.put(o, 128 + side * 50, min(high, s.floor - 20) * r.uniform(.92, 1.06), width=128, bottom=s.floor + r.choice([-4, 4]), facing=-side if o.category in ("animal", "bird") else 0)
    s.show(f)
    if o.name in ("campfire", "street lamp", "lantern", "fireplace", "jack-o-lantern", "fire"):
        s.light(s.objects[1]["x"], s.objects[1]["y"], 120, .55)
    return s.done(["{0} " + verb, "{0} " + verb] + ["{0} and {1}"])


@act(5, "forest", "mountains", "river", "beach", "snow", "desert", "valley", "cave")
def campfire(s):
    r = s.r
    tent = r.random() < .5
    if tent:
        s.put(s.thing(["tent"]), 200, 104, width=110, bottom=s.floor - 4)
    s.put(s.thing(["campfire"]), 132, 62, bottom=s.floor + 12)
    s.light(132, s.floor - 16, 150, .6)
    a, b = pair(s)
    two = r.random() < .5
    f = s.figure(a, 62, 112, poses.GROUND.with_hands((.1, -.16), (.2, -.12), (1, 1)), facing=1)
    s.show(f, held=[{"strokes": [limb(f.hand(1), (122, s.floor - 30), 1.5, "#8b5a3c"), dot((122, s.floor - 30), 5, "#f6f6f6")]}] if r.random() < .5 else [])
    if two:
        s.show(s.figure(b, 202, 112, poses.GROUND, facing=-1))
    i = len(s.objects) - (2 if two else 1)
    names = f"{{{i}}} and {{{i + 1}}}" if two and a.head.name != b.head.name else "two {p%d}" % i if two else f"{{{i}}}"
    fire_i = 1 if tent else 0
    core = [names + " sitting around {%d}" % fire_i, names + " by {%d}" % fire_i, names + " camping", names + " at {%d}" % fire_i, names + " warming up at {%d}" % fire_i]
    if tent:
        core += [names + " camping with {0} and {1}", names + " in front of {0} with {1}"]
    return s.done(core, sky=r.choice(["night", "night", "night", "sunset", None]), weather="none")


@act(6, "hill", "beach", "meadow", "snow", "city", "rooftop", "lake", "desert", "mountains", "harbor", "valley")
def gazing(s):
    """Looking at the sky."""
    r = s.r
    if s.place == "lake":
        s.at("hill")
    what = r.choice(["stars", "moon", "sunset", "aurora", "fireworks", "rainbow", "storm", "snow"])
    who = s.anyone()
    n = 1 if r.random() < .65 else 2
    for k in range(n):
        f = s.figure(who, 128 + (k - (n - 1) / 2) * 66 + r.uniform(-8, 8), 110, r.choice([poses.STAND, poses.GROUND, poses.POINT, poses.CHEER]), named=k == 0)
        s.show(f)
    sky = {"sunset": "sunset", "rainbow": "day", "storm": "overcast", "snow": None}.get(what, "night")
    weather = {"aurora": "aurora", "fireworks": "fireworks", "rainbow": "rainbow", "storm": "storm", "snow": "snowfall"}.get(what, "none")
    words = {"stars": ["the stars", "the night sky", "the starry sky"], "moon": ["the moon"], "sunset": ["the sunset"], "aurora": ["the northern lights", "the aurora"], "fireworks": ["the fireworks", "fireworks"], "rainbow": ["a rainbow", "the rainbow"], "storm": ["the storm", "the lightning"], "snow": ["the falling snow"]}[what]
    verb = r.choice(["watching", "watching", "looking at", "looking up at", "gazing at", "under"])
    core = [("{0} " if n == 1 else "two {p0} ") + verb + " " + r.choice(words)]
    spec = s.done(core, sky=sky, weather=weather)
    return spec


@act(5, "room", "garden", "park", "room", "plain", "cafe")
def party(s):
    """Hats, balloons and a cake."""
    r = s.r
    table = s.anchored("top", ("table",))
    t = s.c.item(table, 128, s.c.sized(table, 70, 190), bottom=s.floor + 14, mirror=0)
    x0, x1, top = s.spot(t, "top")
    for k, x in enumerate((34, 222)):
        o = s.thing(["bunch of balloons", "balloon", "blue balloon", "yellow balloon", "green balloon"])
        s.layers.append(s.item(o, x, 66, y=64 + 18 * k, named=False))
    n = r.choice([1, 2, 3, 3])
    who = s.anyone(.6)
    same = r.random() < .5
    for k in range(n):
        w = who if k == 0 or same else s.other(who)
        f = s.figure(w, 128 + (k - (n - 1) / 2) * 64, 116, poses.CHEER if r.random() < .4 else poses.HALF, y=top + 18, mood=r.choice(["", "laughing"]), named=k == 0 or not same)
        hat = [s.hat(f, s.thing(["paper hat"]), named=False)] if f.head.head["kind"] != "hat" and f.head.name != "robot" else []
        s.show(f, worn=hat)
    s.layers.append(t)
    cake = s.item(s.thing(["birthday cake", "birthday cake", "pink cake"]), 128, 50, bottom=top + 8, named=False)
    s.layers.append(cake)
    names = "{0}" if n == 1 else {2: "two {p0}", 3: "three {p0}"}[n] if same else " and ".join(["{0}, {1}", "{2}"]) if n == 3 else "{0} and {1}"
    return s.done([names + " at a birthday party", names + " celebrating a birthday", names + " having a party", names + " with a birthday cake and balloons", names + " wearing party hats at a birthday party"])


@act(4, "room", "museum", "plain", "library", "street")
def in_a_bottle(s):
    """Inside a glass jar."""
    r = s.r
    x, y, w, h = 128, s.floor - 78, 56, 74
    glass = "#cfeaf6"
    s.strokes([bar((x, y - h), (x, y + h), w, glass, corner=.3), bar((x, y + h - 14), (x, y + h - 4), w - 6, "#a8d2a0" if r.random() < .5 else "#e9d9a8", corner=.5)])
    small = r.random() < .5
    if small:
        o = s.thing(["house", "castle", "sailing ship", "tree", "fish", "goldfish", "snowman", "butterfly", "star", "heart", "lighthouse", "mushroom", "cactus", "pirate ship", "rose", "frog", "moon", "cottage", "planet", "bouquet", "tulip", "tree", "cookie", "candy"])
        s.layers.append(s.item(o, x, 92, width=92, bottom=y + h - 8))
    else:
        s.show(s.figure(s.anyone(.4), x, 104, r.choice([poses.STAND, poses.GROUND, poses.WAVE]), y=y + h - 10, shadow=False))
    s.strokes([limb((x - w + 10, y - h + 22), (x - w + 10, y + 20), 3.2, "#ffffff"), bar((x, y - h - 12), (x, y - h + 4), w - 10, "#a56953", corner=.2), limb((x - w + 3, y - h + 12), (x - w + 3, y + h - 14), 1.4, "#8fbfd6"), limb((x + w - 3, y - h + 12), (x + w - 3, y + h - 14), 1.4, "#8fbfd6")])
    return s.done(["{0} in a glass jar", "{0} inside a jar", "{0} in a jar", "a tiny {n0} in a glass jar", "{0} inside a glass bottle"], weather="none")


@act(4, "plain", "museum", "room", "castle")
def framed(s):
    """A painting of someone in a golden frame."""
    r = s.r
    x, y, w, h = 128, 118, 66, 78
    ground = r.choice(["#6b5a45", "#3f5a63", "#7d3b44", "#4b5f96", "#6f7a4a", "#2f3a2f"])
    s.strokes([bar((x, y - h - 14), (x, y + h + 14), w + 14, "#c9952f", corner=.04), bar((x, y - h - 6), (x, y + h + 6), w + 6, "#ffc83d", corner=.03), bar((x, y - h), (x, y + h), w, ground, corner=.01)])
    f = s.figure(s.anyone(.5), x, 190, poses.HALF, y=y + h + 30, shadow=False, small=False)
    worn = [s.hat(f, s.thing(["crown", "top hat", "crown", "fedora"]))] if f.head.head["kind"] != "hat" and r.random() < .5 else []
    at = len(s.layers)
    s.show(f, worn=worn, arms=False)
    for layer in s.layers[at:]:
        layer["cut"] = y + h
    tail = " wearing {1}" if worn else ""
    return s.done(["a portrait of {0}" + tail + " in a golden frame", "a painting of {0}" + tail, "a framed portrait of {0}" + tail, "{0}" + tail + " in a picture frame"], weather="none")


@act(5, "meadow", "beach", "snow", "city", "forest", "desert", "park", "mountains")
def giant(s):
    """Huge beside tiny."""
    r, side = s.r, s.r.choice([-1, 1])
    if r.random() < .5:
        o = s.thing(["teapot", "cup", "pumpkin", "strawberry", "snail", "cat", "rabbit", "mushroom", "book", "ice cream cone", "donut", "apple", "flower", "sunflower", "octopus", "duck", "rubber duck", "cactus", "pizza", "hamburger", "pencil", "snowman", "hedgehog", "chick", "frog", "robot", "teddy bear", "pineapple"])
        s.put(o, 128 + side * 30, 158, width=150, bottom=s.floor + 2)
        f = s.figure(s.anyone(), 128 - side * 76, 70, r.choice([poses.STAND, poses.WAVE, poses.CHEER, poses.POINT]), y=s.floor + 10, facing=side)
        s.show(f)
        big = r.choice(["giant", "huge", "enormous", "gigantic", "very big"])
        return s.done([f"{{1}} next to a {big} {{n0}}", f"a {big} {{n0}} and a small {{n1}}", f"{{1}} looking up at a {big} {{n0}}", f"a tiny {{n1}} in front of a {big} {{n0}}", f"a {big} {{n0}} towering over {{1}}"])
    a, b = pair(s)
    f = s.figure(a, 128 + side * 34, 184, r.choice([poses.STAND, poses.WAVE, poses.POINT]), facing=-side, small=False)
    s.show(f)
    g = s.figure(b, 128 - side * 72, 72, r.choice([poses.STAND, poses.WAVE, poses.CHEER]), y=s.floor + 8, facing=side, small=False)
    s.show(g)
    big, small = r.choice(["giant", "huge", "big", "tall"]), r.choice(["tiny", "small", "little"])
    if a.head.name == b.head.name:
        return s.done([f"a {big} {{n0}} and a {small} {{n0}}"])
    return s.done([f"a {big} {{n0}} and a {small} {{n1}}", f"a {small} {{n1}} next to a {big} {{n0}}", f"a {small} {{n1}} looking up at a {big} {{n0}}", f"a {big} {{n0}} towering over a {small} {{n1}}"])


@act(4, "space", "space", "clouds", "underwater")
def floating(s):
    """Without ground."""
    r = s.r
    who = s.who("astronaut", "astronaut", "astronaut", "cat", "dog", "robot", "alien", "penguin", "pig", "rabbit", "girl", "boy", "elephant")
    f = s.figure(who, 128 + r.uniform(-12, 12), 128, r.choice([poses.LEAP, poses.CHEER, poses.DANCE]), y=196, shadow=False)
    s.show(f)
    if r.random() < .45:
        o = s.thing({"space": ["planet with rings", "star", "rocket", "satellite", "earth", "flying saucer", "comet", "donut", "moon"], "clouds": ["balloon", "bird", "star", "hot air balloon", "kite", "crescent moon"], "underwater": ["fish", "turtle", "jellyfish", "whale", "octopus"]}[s.place])
        s.layers.append(s.item(o, 128 + r.choice([-1, 1]) * 78, 56, y=r.uniform(60, 200)))
        return s.done(["{0} floating next to {1}", "{0} and {1}", "{0} with {1}", "{0} floating with {1}"])
    return s.done({"space": ["{0} floating", "{0} floating in space", "{0} drifting among the stars"], "clouds": ["{0} floating", "{0} floating in the sky", "{0} jumping on the clouds"], "underwater": ["{0} floating", "{0} underwater"]}[s.place])


@act(4, "meadow", "farm", "street", "forest", "beach", "snow", "room", "garden", "river")
def family(s):
    """A grown animal and its young; parents and children."""
    r, side = s.r, s.r.choice([-1, 1])
    n = r.choice([1, 2, 3, 4])
    word = {1: "its baby", 2: "two babies", 3: "three babies", 4: "four babies"}[n]
    if r.random() < .5:
        o = whole(s, ["duck", "duck", "cat", "dog", "pig", "sheep", "goose", "elephant", "horse", "cow", "penguin", "bear", "hedgehog", "rabbit", "giraffe", "owl", "swan", "turtle", "tiger"])
        s.put(o, 128 - side * 58, 98, width=96, bottom=s.floor + 2, facing=side)
        for k in range(n):
            s.put(o, 128 + side * (4 + 34 * k), 38, width=42, bottom=s.floor + 6, facing=-side if r.random() < .5 else side, named=False)
        return s.done(["{0} with " + word, "{0} and " + word, "a mother {n0} with " + word.replace("its baby", "her baby"), "a family of {p0}"] + (["a mother {n0} followed by " + {2: "two", 3: "three", 4: "four"}[n] + " little {p0}"] if n > 1 else []))
    a = s.adult() if r.random() < .6 else s.animal()
    person = a.head.category == "person"
    for k in range(1 if not person or r.random() < .4 else 2):
        w = a if k == 0 else s.other(a, s.adult)
        s.show(s.figure(w, 60 + 56 * k, 128, poses.STAND, small=False))
    at = len(s.objects)
    kid = s.kid() if person else a
    for k in range(min(n, 2)):
        s.show(s.figure(kid, (176 if at == 2 else 140) + 46 * k, 84, poses.STAND, named=k == 0 and person, small=False))
    if not person:
        return s.done(["{0} and " + ("its baby" if n == 1 else "two babies"), "{0} with " + ("a child" if n == 1 else "two children"), "a family of {p0}"])
    kids = "{%d}" % at if n == 1 else "two {p%d}" % at
    return s.done(["{0}, {1} and " + kids, "a family: {0}, {1} and " + kids, "{0} and {1} with " + kids] if at == 2 else ["{0} with " + kids, "{0} and " + kids])


@act(4, "room", "room", "snow", "street", "castle", "village")
def christmas(s):
    r = s.r
    s.put(s.thing(["christmas tree"]), 176, 164, width=130, bottom=s.floor - 2)
    gifts = s.thing(["gift"])
    n = r.choice([1, 2, 3])
    for k in range(n):
        s.layers.append(s.item(gifts, 150 + 34 * k, 34, bottom=s.floor + 10, named=k == 0))
    if r.random() < .5:
        s.show(s.figure(s.who("santa claus", "boy", "girl", "cat", "dog", "bear", "elf", "old man", "child", "mouse", "penguin"), 74, 122, r.choice([poses.STAND, poses.REACH, poses.CHEER, poses.GROUND]), facing=1))
    else:
        s.put(whole(s, ["cat", "dog", "black cat", "rabbit", "deer", "penguin", "mouse"]), 74, 70, width=98, bottom=s.floor + 8, facing=1)
    return s.done(["{0} with {1} and {2}" if n == 1 else "{0} with {p1} and {2}", "{2} next to {0}", "{2} in front of {0} with {p1} underneath", "{2} and {0}", "{2} celebrating christmas"])


@act(4, "village", "city", "hill", "meadow", "sea", "mountains", "park", "beach", "valley", "clouds")
def many_in_the_sky(s):
    """Two to five of a kind up in the air."""
    r = s.r
    n = r.choice([2, 3, 3, 4, 5])
    o = s.thing(["hot air balloon", "hot air balloon", "balloon", "balloon", "bird", "kite", "butterfly", "bee", "airplane", "star", "seagull", "dove", "bat", "cloud", "flying saucer", "helicopter", "red lantern", "snowflake", "airship", "heart", "parrot"])
    size = {2: 88, 3: 70, 4: 58, 5: 52}[n]
    for k in range(n):
        d = s.item(o, 128 + (k - (n - 1) / 2) * (212 / n), size * r.uniform(.9, 1.06), width=size, y=max(size / 2 + 6, 50 + (k % 2) * 36 + r.uniform(-8, 8)), named=k == 0)
        if o.recolour:
            d["colour"] = r.choice(["red", "yellow", "green", "blue", "purple", "orange", "pink"])
            d["keep"] = True
        s.layers.append(d)
    s.objects[0] = {**s.objects[0], "colour": None, "colours": True}
    over = {"village": " over a small town", "city": " over the city", "hill": " over green hills", "meadow": " over the fields", "sea": " over the sea", "mountains": " over the mountains", "beach": " over the beach", "valley": " over the valley"}.get(s.place, "")
    w = {2: ["two"], 3: ["three", "3"], 4: ["four", "4"], 5: ["five", "5"]}[n]
    core = [r.choice(w) + " {p0} in the sky", r.choice(w) + " {p0} flying", r.choice(w) + " {p0} floating" + over, r.choice(w) + " {p0}" + over]
    if o.recolour:
        core += [w[0] + " colorful {p0}" + over, w[0] + " {p0} in different colors"]
    return s.done(core)


@act(4, "hill", "hill", "meadow", "cliff", "mountains", "desert", "snow", "farm")
def far_away(s):
    """Something small in a wide land; rows of flowers before a landmark."""
    r = s.r
    if s.place == "cliff":
        s.at("hill")
    if s.place in ("meadow", "farm") and r.random() < .7:
        o, flower = s.thing(["windmill", "house", "cottage", "castle", "barn", "tree", "lighthouse"]), s.thing(["tulip", "tulip", "sunflower", "rose", "daisy", "pumpkin", "mushroom", "hibiscus"])
        s.put(o, 128 + r.uniform(-40, 40), 124, width=130, bottom=s.floor - 22)
        n = r.choice([5, 6, 7])
        for k in range(n):
            s.layers.append(s.item(flower, 20 + 216 * k / (n - 1), 46, width=40, bottom=s.floor + 24 + 6 * (k % 2), named=k == 0))
        return s.done(["{0} and {p1}", "{0} with {p1}", "{0} behind {p1}", "{p1} in front of {0}", "a field of {p1} and {0}"])
    o = s.thing(["house", "cottage", "tree", "castle", "lighthouse", "tent", "windmill", "sheep", "cow", "camel", "flag", "car", "cactus", "hut", "snowman", "pine tree"])
    s.put(o, 128 + r.uniform(-24, 24), 46, width=56, bottom=s.floor + 1)
    small = r.choice(["tiny", "small", "little", "very small"])
    where = " on a big hill" if s.place == "hill" else " far away"
    return s.done([f"a {small} {{n0}}" + where, f"a {small} {{n0}}" + where, f"one {small} {{n0}}", "a lonely {n0}" + where])
