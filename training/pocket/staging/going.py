"""Riding, driving, sailing, flying and swimming."""

from ..strokes import bar, dot, limb
from . import anchors, poses
from .stage import OUT, act

WILD = {"horse": 7, "unicorn": 3, "elephant": 3, "camel": 3, "two-humped camel": .7, "donkey": 1.5, "zebra": 1, "cow": 1.5, "pig": 1.5, "giraffe": 1, "turtle": 1.6, "snail": 2, "llama": 1.2, "alpaca": 1, "deer": 1, "rhinoceros": 1, "hippopotamus": 1, "tiger": 1, "leopard": .4, "dog": 1.2,
        "cat": 1, "black cat": .5, "rabbit": 1.2, "sheep": 1, "goat": 1, "ram": .4, "bison": .6, "ox": .8, "mammoth": .8, "t-rex": 1.4, "brontosaurus": 1.4, "red dragon": 1.4, "sauropod": .6, "pegasus": 1.2, "bear": .8, "lion": .8, "swan": .8, "duck": 1, "goose": .7, "caterpillar": .7, "badger": .3, "carousel horse": .8}
SEA = {"whale": 2, "dolphin": 2, "shark": 1.5, "swan": 1, "turtle": 1, "duck": .7, "fish": .8, "seal": .5}
FAST = ["riding", "riding", "riding", "riding on", "on", "sitting on", "on the back of"]


def mount(s, o, height, width, bottom, shadow=1):
    d = s.item(o, 128 + s.r.uniform(-8, 8), height, width=width, bottom=bottom, facing=s.r.choice([-1, 1]), shadow=shadow)
    s.layers.append(d)
    return d


@act(17, *OUT, "meadow", "desert", "beach", "beach", "forest", "moon", "snow", "plain")
def ride(s):
    r = s.r
    if s.place == "hill":
        s.at("meadow")
    if r.random() < .12:
        s.at("sea")
    table = SEA if s.place == "sea" else WILD
    name = r.choices(list(table), list(table.values()))[0]
    o = s.anchored("seat", (name,))
    sea = s.place == "sea"
    tall = r.uniform(104, 134)
    d = mount(s, o, tall, 172, s.floor + (26 if sea else 4), 0 if sea else 1)
    x, y = s.spot(d, "seat")
    small = anchors.true_height(o)
    high = r.uniform(84, 104) if y > 92 else r.uniform(74, 90)
    if y - .74 * high < 8:
        move = 8 - (y - .74 * high)
        d["y"], y = round(d["y"] + min(move, 26), 1), y + min(move, 26)
    who = s.anyone(.66)
    while who.head.name == o.name:
        who = s.anyone(.66)
    f = s.figure(who, x, high, poses.RIDE, y=y, facing=s.facing(d), small=False)
    s.show(f)
    verb = r.choice(FAST)
    giant = r.choice(["giant ", "huge ", "big ", "enormous "]) if small < 1.0 and r.random() < .7 else ""
    core = ["{1} " + verb + " {0}"] if not giant else ["{1} " + verb + " a " + giant + "{n0}"]
    return s.done(core + (["{1} riding a wave on {0}"] if sea and not giant and r.random() < .2 else []))


@act(9, "road", "street", "city", "park", "meadow", "beach", "forest", "mountains", "snow", "desert", "plain", "farm")
def cycle(s):
    """Bicycles, motorcycles, scooters."""
    o = s.thing(["bicycle", "bicycle", "bicycle", "motorcycle", "scooter", "kick scooter"])
    d = mount(s, o, 100 if o.name != "kick scooter" else 104, 140, s.floor + 4)
    side = s.facing(d)
    x, y = s.spot(d, "seat")
    bx, by = s.spot(d, "bars")
    who = s.anyone(.55)
    if o.name == "kick scooter":
        f = s.figure(who, x, 118, poses.REACH_BOTH.with_hands((.16, .0), (.22, .02)), y=y, facing=side, shadow=False)
    else:
        f = s.figure(who, x, 112, poses.PEDAL if o.name == "bicycle" else poses.RIDE, y=y + 2, facing=side, small=False)
        reach = [((bx - f.at(0, f.chest[1])[0]) * side / f.tall - f.chest[0], (f.at(0, f.chest[1])[1] - by) / f.tall)] * 2
        f.pose = f.pose.with_hands(*reach)
    s.show(f)
    core = {"bicycle": ["{1} riding {0}", "{1} riding {0}", "{1} on {0}", "{1} cycling", "{1} riding a bike"], "kick scooter": ["{1} riding {0}", "{1} on {0}", "{1} riding a scooter"]}.get(o.name, ["{1} riding {0}", "{1} on {0}", "{1} driving {0}"])
    return s.done(core)


@act(4, "street", "park", "road", "city", "playground", "plain")
def skateboard(s):
    d = s.put(s.anchored("seat", ("skateboard",)), 128, 40, width=112, bottom=s.floor + 6)
    y = s.spot(d, "seat")[1]
    jump = s.r.random() < .3
    if jump:
        d["y"], y = d["y"] - 26, y - 26
        d["cast"], d["shadow"] = s.floor + 6, 1
    f = s.figure(s.anyone(.55), 128, 124, s.r.choice([poses.GLIDE, poses.CHEER, poses.DANCE_2]), y=y + 2, shadow=False)
    s.show(f)
    return s.done(["{1} on {0}", "{1} riding {0}", "{1} skateboarding", "{1} doing a trick on {0}" if jump else "{1} skating on {0}"])


@act(4, "sea", "sea", "beach")
def surf(s):
    s.at("sea")
    o = s.thing(["surfboard"])
    d = s.item(o, 128, 130, y=s.floor - 10, angle=78.0)
    s.strokes([limb((58, s.floor + 16), (150, s.floor - 4), 22, "#6cc4ee", 5), limb((60, s.floor + 6), (152, s.floor - 14), 4, "#e9f8ff", 2)] if s.r.random() < .5 else [])
    s.layers.append(d)
    f = s.figure(s.anyone(.55), 128, 124, s.r.choice([poses.GLIDE, poses.CHEER]), y=s.floor - 12, shadow=False)
    s.show(f)
    return s.done(["{1} surfing", "{1} surfing", "{1} on {0}", "{1} riding a wave", "{1} surfing on a wave"])


WHEELS = ["car", "car", "car", "car", "taxi", "truck", "bus", "fire truck", "suv", "pickup truck", "tractor", "tractor", "ambulance", "garbage truck", "digger", "steam train", "steam train", "race car"]


def fit(s, d, i, who, pose=poses.HALF, grow=1.0):
    """Someone in a window, cut off at its lower edge."""
    x0, y0, x1, y1 = s.spot(d, "window", i)
    high = (y1 - y0) * 1.62 * grow
    f = s.figure(who, (x0 + x1) / 2, high, pose, y=y1 + high * .17, facing=s.facing(d), small=False, shadow=False)
    at = len(s.layers)
    s.show(f, arms=False)
    for layer in s.layers[at:]:
        layer["cut"] = round(y1, 1)
    return f


@act(12, "road", "road", "street", "street", "city", "desert", "farm", "beach", "moon", "snow", "mountains", "meadow", "forest")
def drive(s):
    r = s.r
    name = r.choice(WHEELS)
    o = s.anchored("window" if name != "race car" else "rim", (name,))
    d = s.item(o, 128, 132, width=186, bottom=s.floor + 10, shadow=1, facing=r.choice([-1, 1]), named=False)
    who = s.anyone(.5)
    if name == "race car":
        x0, x1, y = s.spot(d, "rim")
        f = s.figure(who, (x0 + x1) / 2, 96, poses.STEER, y=y + 14, facing=s.facing(d), small=False)
        s.show(f)
        s.layers.append(s.name(d))
    else:
        s.layers.append(d)
        fit(s, d, 0, who, grow=1.15)
        s.name(d)
    verbs = ["driving", "driving", "driving", "in", "sitting in", "at the wheel of"]
    return s.done(["{0} " + r.choice(verbs) + " {1}", "{0} driving {1}"] + (["{0} driving a car"] if name == "car" else []))


@act(4, "road", "street", "city", "plain", "forest", "beach")
def passengers(s):
    """Faces in the windows of a bus."""
    o = s.anchored("window", ("bus", "tram car"))
    d = s.item(o, 128, 132, width=206, bottom=s.floor + 10, shadow=1, facing=-1, named=False)
    s.layers.append(d)
    draw = s.r.choice([s.kid, s.kid, s.animal, s.person])
    who = draw()
    same = s.r.random() < .6
    for i in range(3):
        at = len(s.objects)
        fit(s, d, i, who if same else draw(), grow=.9)
        if i and same:
            del s.objects[at:]
    s.name(d)
    if same:
        return s.done(["three {p0} in {1}", "three {p0} riding {1}", "{p0} looking out of the windows of {1}", "{1} full of {p0}"])
    return s.done(["{0}, {1} and {2} in {3}", "{0}, {1} and {2} riding {3}", "{3} with {0}, {1} and {2} in it"])


@act(7, "sea", "sea", "lake", "lake")
def boat(s):
    r = s.r
    o = s.anchored("rim", tuple(r.choice([("rowing boat",), ("rowing boat",), ("canoe",), ("sailboat",), ("paper boat",), ("speedboat",), ("pirate ship",), ("viking ship",), ("tugboat",), ("fishing boat",)])))
    big = o.name in ("pirate ship", "viking ship", "tugboat", "fishing boat", "sailboat")
    d = s.item(o, 128, 150 if big else 78, width=180 if big else 168, bottom=s.floor + (22 if o.name in ("canoe", "sailboat", "speedboat") else 10), named=False)
    d["mirror"] = 0
    x0, x1, y = s.spot(d, "rim")
    n = 1 if big or o.name in ("paper boat", "speedboat") or r.random() < .55 else 2
    who, people = s.anyone(.55), []
    rowing = o.name in ("rowing boat", "canoe") and r.random() < .6
    for k in range(n):
        w = who if k == 0 else s.other(who)
        high = 74 if big else 108 if n == 1 else 98
        x = (x0 + x1) / 2 + (0 if n == 1 else (k - .5) * (x1 - x0) * .5)
        f = s.figure(w, x, high, poses.STEER.with_hands((.2, -.12), (.26, -.1)) if rowing else poses.HALF, y=y + high * .10, facing=1, shadow=False)
        oar = [{"strokes": [limb((f.hand(1)[0] - 16, f.hand(1)[1] - 12), (f.hand(1)[0] + 34, y + 44), 2.2, "#8b5a3c"), limb((f.hand(1)[0] + 30, y + 38), (f.hand(1)[0] + 40, y + 54), 5, "#8b5a3c")]}] if rowing and k == n - 1 else []
        s.show(f)
        people.append((f, oar))
    s.layers.append(d)
    for f, oar in people:
        s.layers += oar
    s.name(d)
    if n == 2:
        return s.done(["{0} and {1} in {2}", "{0} and {1} rowing {2}" if rowing else "{0} and {1} on {2}", "{0} and {1} in {2} on the water"])
    storm = r.random() < .12
    return s.done(["{0} in {1}", "{0} rowing {1}" if rowing else "{0} sailing in {1}", "{0} rowing a boat" if rowing else "{0} on {1}", "{0} in {1} on the water", "{0} steering {1}" if big else "{0} in a boat"], weather="storm" if storm else None)


@act(5, "clouds", "city", "mountains", "space", "moon", "sea", "meadow", "desert", "forest")
def pilot(s):
    """Helicopters, saucers, rockets, balloons, planes."""
    r = s.r
    kind = r.choice(["helicopter", "flying saucer", "balloon", "balloon", "plane"])
    if s.place in ("space", "moon"):
        kind = "flying saucer"
    who = s.anyone(.5)
    if kind == "balloon":
        b = s.thing(["hot air balloon"])
        d = s.item(b, 128, 190, y=84, cut=1, named=False)
        d["cut"] = round(d["y"] + .30 * d["size"], 1)
        y = d["y"] + .36 * d["size"]
        s.layers.append(d)
        s.strokes([limb((128 + 30 * k, d["cut"] - 6), (128 + 22 * k, y + 34), 1.4, "#8b5a3c") for k in (-1, 1)])
        f = s.figure(who, 128, 78, r.choice([poses.HALF, poses.WAVE]), y=y + 40, shadow=False)
        s.show(f)
        s.strokes([bar((128, y + 34), (128, y + 62), 27, "#a56953", 23, .15), bar((102, y + 36), (154, y + 36), 3.5, "#8b5a3c"), limb((108, y + 50), (148, y + 50), 1.5, "#8b5a3c")])
        s.name(d)
        return s.done(["{0} in {1}", "{0} flying in {1}", "{0} riding in {1}", "{0} in {1} in the sky"])
    if kind == "plane":
        o = s.thing(["airplane", "paper plane", "rocket", "rug", "broom"])
        if o.name == "broom":
            return witch(s, who)
        d = s.put(o, 128, 96 if o.name != "rug" else 40, width=168, y=146 if o.name != "rug" else 156, shadow=0, named=False)
        up = o.name == "rug"
        f = s.figure(who, 128, 96, poses.CROSSED if up else poses.RIDE, y=d["y"] - (2 if up else 16), facing=1, shadow=False)
        s.show(f)
        s.name(d)
        return s.done(["{0} flying on a magic carpet", "{0} on a flying carpet"] if up else ["{0} riding {1}", "{0} flying on {1}", "{0} on {1}"])
    o = s.anchored("window", (kind,))
    d = s.put(o, 128, 130, width=176, y=124, shadow=0, named=False)
    fit(s, d, 0, who, grow=1.1)
    s.name(d)
    return s.done(["{0} flying {1}", "{0} in {1}", "{0} piloting {1}"])


def witch(s, who=None):
    who = who if who and s.r.random() < .4 else s.who("witch")
    d = s.c.item(s.named_sprite("1f9f9"), 128, 150, y=150, angle=40.0, mirror=0)
    s.layers.append(d)
    f = s.figure(who, 128, 108, poses.RIDE, y=146, facing=1, shadow=False)
    s.show(f)
    if s.r.random() < .35:
        pet = s.item(s.thing(["black cat", "owl"]), 84, 44, bottom=150)
        s.layers.append(pet)
    more = [" and {1}"] if len(s.objects) > 1 else [""]
    return s.done(["{0}" + more[0] + " flying on a broom", "{0}" + more[0] + " riding a broom", "{0} on a broomstick" if more == [""] else "{0} and {1} on a broomstick"], sky=s.r.choice(["night", "night", None]))


@act(3, "clouds", "city", "mountains", "forest", "meadow", "sea", "hill")
def broom(s):
    return witch(s)


@act(5, "city", "clouds", "mountains", "sea", "space", "street", "desert", "forest", "meadow")
def fly(s):
    """Heroes, and others with wings."""
    r = s.r
    wings = r.random() < .5
    if wings:
        f = s.figure(s.anyone(.4), 128, 120, r.choice([poses.LEAP, poses.CHEER, poses.STAND]), y=176, shadow=False)
        o = s.thing(["butterfly wings", "white wings"])
        x, y = f.at(0, f.chest[1] - .06)
        s.show(f, behind=[s.item(o, x, 112, width=128, y=y)])
        return s.done(["{0} with {n1}", "{0} with {n1} flying", "{0} flying with {n1}"])
    who = s.who("superhero", "superhero", "superheroine", "astronaut", "dog", "cat", "boy", "girl", "rabbit", "robot", "pig", "elephant")
    if who.head.name not in ("superhero", "superheroine", "astronaut", "robot"):
        who = who._replace(outfit=who.outfit.__class__(who.outfit.top, legs=who.outfit.legs, sleeve=who.outfit.sleeve, cape="#f8312f", words=("red cape", "superhero cape")))
    f = s.figure(who, 128, 134, poses.FLY, y=136, shadow=False)
    f.move(-f.facing * 26, 0)
    s.show(f)
    over = {"city": " over the city", "sea": " over the sea", "mountains": " over the mountains", "forest": " over the forest"}.get(s.place, "")
    return s.done(["{0} flying", "{0} flying" + over, "{0} flying through the air", "{0} flying like a superhero" if "hero" not in who.head.name else "{0} flying through the sky"])


@act(5, "sea", "lake", "underwater", "underwater", "pool", "pool")
def swim(s):
    r = s.r
    if s.place == "underwater":
        f = s.figure(s.anyone(.6), 128, 128, poses.FLY, y=140, shadow=False)
        f.move(-f.facing * 26, 0)
        mask = s.glasses(f, s.thing(["goggles", "goggles"]), named=False) if f.head.head["kind"] != "face" and r.random() < .6 else None
        s.strokes([dot((60 + 40 * k + r.uniform(-9, 9), 60 + r.uniform(-20, 30)), r.uniform(3, 7), "#c8f2fb") for k in range(4)])
        s.show(f, worn=[mask] if mask else [])
        friend = r.random() < .45
        if friend:
            s.layers.append(s.item(s.thing(["fish", "tropical fish", "turtle", "dolphin", "octopus", "crab", "jellyfish", "whale", "shark", "seahorse", "goldfish"]), 128 + 66 * r.choice([-1, 1]), 56, y=r.uniform(172, 196)))
            return s.done(["{0} swimming with {1}", "{0} diving with {1}", "{0} and {1} swimming"])
        return s.done(["{0} swimming", "{0} diving", "{0} scuba diving", "{0} snorkeling"])
    f = s.figure(s.anyone(.6), 128, 132, poses.SWIM, y=s.floor + (26 if s.place != "pool" else 46), shadow=False)
    ring = r.random() < .3
    at = len(s.layers)
    s.show(f)
    if s.place == "pool":  # no water is painted before those who are in it
        for layer in s.layers[at:]:
            layer["cut"] = s.floor + 20
        s.strokes([limb((f.x - 42, s.floor + 21), (f.x + 42, s.floor + 21), 2.2, "#b6ecf8")])
    if ring:
        y = s.floor - 2 + (20 if s.place == "pool" else 0)
        s.strokes([bar((86, y + 4), (170, y + 4), 12, "#f8312f", corner=1)] + [bar((86 + 28 * k, y + 4), (98 + 28 * k, y + 4), 12, "#f4f4f4", corner=.1) for k in (0, 1, 2)])
        return s.done(["{0} swimming with a swim ring", "{0} floating in a swim ring", "{0} in a swim ring"])
    return s.done(["{0} swimming", "{0} swimming in the water", "{0} taking a swim"])


@act(3, "park", "playground", "meadow", "plain", "forest")
def swing(s):
    s.put(s.thing(["swing"]), 128, 164, width=170, bottom=s.floor + 4, named=False)
    d = s.layers[-1]
    x, y = s.spot(d, "seat")
    f = s.figure(s.anyone(.6), x, 96, poses.SIT.with_hands((-.14, .02), (.14, .02), (1, -1)), y=y - 2, small=False, shadow=False)
    s.show(f)
    return s.done(["{0} on a swing", "{0} swinging", "{0} sitting on a swing", "{0} playing on a swing"])


@act(2.5, "park", "playground", "meadow", "plain")
def seesaw(s):
    s.put(s.thing(["seesaw"]), 128, 96, width=184, bottom=s.floor + 4, named=False)
    d = s.layers[-1]
    d["mirror"] = 0
    who = s.anyone()
    other = s.other(who) if s.r.random() < .7 else who
    k = d["size"]
    for w, fx, fy in ((who, -.34, .02), (other, .34, -.10)):
        f = s.figure(w, d["x"] + fx * k, 84, poses.SIT, y=d["y"] + fy * k, facing=1 if fx < 0 else -1, shadow=False)
        s.show(f)
    if other.head.name == who.head.name:
        return s.done(["two {p0} on a seesaw", "two {p0} playing on a seesaw"])
    return s.done(["{0} and {1} on a seesaw", "{0} and {1} playing on a seesaw", "{1} and {0} on a seesaw"])


@act(3, "snow", "snow", "mountains")
def sledding(s):
    o = s.anchored("seat", ("sled",))
    d = s.put(o, 128, 70, width=120, bottom=s.floor + 4, facing=s.r.choice([-1, 1]))
    x, y = s.spot(d, "seat")
    f = s.figure(s.anyone(.6), x, 104, poses.RIDE.with_hands((.2, .02), (.24, .0)), y=y + 6, facing=s.facing(d), shadow=False)
    s.show(f)
    return s.done(["{1} on {0}", "{1} riding {0}", "{1} sledding", "{1} sledding down the hill"])


@act(3, "city", "street", "meadow", "sea", "farm", "mountains", "plain")
def parachute(s):
    r = s.r
    colours = r.sample(["#f8312f", "#00a6ed", "#ffd43b", "#00d26a", "#8d65c5", "#ff822d"], 3)
    top = 66
    canopy = [bar((128 + 22 * k, top - 26 + 4 * abs(k)), (128 + 30 * k, top + 14 - 2 * abs(k)), 12, colours[(k + 6) % 3], 13, .5) for k in (-2, 2, -1, 1, 0)]
    s.strokes([limb((128 + 28 * k, top + 14), (128 + 8 * k, 124), 1.1, "#5b5b66") for k in (-2, -1, 1, 2)])
    s.strokes(canopy)
    f = s.figure(s.anyone(), 128, 100, poses.CHEER, y=196, shadow=False)
    s.show(f)
    return s.done(["{0} with a parachute", "{0} parachuting", "{0} floating down on a parachute", "{0} hanging from a parachute"], weather="none")
