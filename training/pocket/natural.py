"""Scenes as people ask for them: someone who does something somewhere. Specs as in specs.py, with `core`: wordings of who does what.

    Composer(rng).sample() -> spec; captions.caption(spec, rng) words it. In a wording {0} is the first drawn object with its article, {n0} its noun alone,
    {p0} its plural. Positions come from the base's silhouettes (sprites.shapes): a rider sits on a back, a hat on a head, a thing stands on a table.
"""
from bisect import bisect
from itertools import accumulate

from . import objects, places, sprites
from .staging import anchors

FULL_ANIMALS = ["dog", "cat", "black cat", "poodle", "tiger", "leopard", "donkey", "horse", "zebra", "deer", "bison", "ox", "cow", "pig", "sheep", "ram", "goat", "camel", "llama", "alpaca", "giraffe", "elephant", "mammoth",
                "rhinoceros", "hippopotamus", "mouse", "rabbit", "squirrel", "beaver", "hedgehog", "otter", "skunk", "kangaroo", "badger", "turtle", "unicorn", "pegasus", "dragon", "red dragon", "t-rex", "brontosaurus",
                "stegosaurus", "lion", "bear", "gorilla", "crocodile", "monkey", "frog", "beagle", "dachshund"]
MOUNTS = ["horse"] * 6 + ["elephant", "elephant", "camel", "camel", "donkey", "zebra", "cow", "pig", "giraffe", "unicorn", "unicorn", "pegasus", "turtle", "llama", "alpaca", "deer", "rhinoceros", "dragon", "red dragon", "brontosaurus",
                          "t-rex", "tiger", "lion", "bear", "whale", "dolphin", "shark", "swan", "ox", "mammoth", "hippopotamus", "crocodile", "snail", "dog", "goat", "kangaroo"]
WHEELS = ["bicycle"] * 4 + ["motorcycle"] * 3 + ["scooter", "scooter", "tractor", "rocket", "sled", "rocking horse", "broom", "wheelchair"]
BOARDS = ["skateboard", "skateboard", "surfboard", "kick scooter", "raft", "lily pad", "rug"]
SEATS = {"sofa": .60, "armchair": .70, "chair": .47, "bed": .52, "bench": .60, "rock": .16, "log": .14, "swing": .70, "throne": .66, "hammock": .48, "pillow": .4, "rug": .5, "table": .1, "wooden chair": .5, "suitcase": .06, "box": .1,
         "mushroom": .1, "gift": .08, "books": .06, "couch and lamp": .62, "stone bridge": .12, "lily pad": .45, "iceberg": .1}
BEDS = {"sofa": .62, "bed": .50, "rug": .5, "pillow": .42, "hammock": .5, "armchair": .72, "bench": .62, "sofa ": .62, "rock": .16, "table": .1, "books": .06, "box": .1}
HELD = ["rose", "sunflower", "tulip", "bouquet", "lollipop", "balloon", "umbrella", "guitar", "book", "open book", "ice cream cone", "candle", "flag", "camera", "cup", "cup of coffee", "pizza", "fish", "gift", "heart", "star", "lantern", "red lantern",
        "teddy bear", "magic wand", "key", "phone", "microphone", "apple", "banana", "carrot", "magnifying glass", "trophy", "basket", "hammer", "paintbrush", "pumpkin", "donut", "cupcake", "hamburger", "watermelon", "crystal ball", "broom", "kite",
        "soccer ball", "basketball", "pencil", "envelope", "map", "suitcase", "backpack", "shield", "fishing rod", "birthday cake", "egg", "crown", "snowflake", "flashlight", "cherries", "strawberry", "crab", "chicken", "mushroom"]
FLOATS = {"balloon", "umbrella", "flag", "kite", "hot air balloon", "red lantern", "blue balloon", "bunch of balloons"}
HATS = ["top hat", "crown", "crown", "sun hat", "cap", "graduation cap", "cowboy hat", "sombrero", "fedora", "green helmet", "rescue helmet", "baseball cap", "purple top hat"]
GLASSES = ["sunglasses", "sunglasses", "glasses", "goggles"]
SMALL_FOOD = ["pizza", "hamburger", "sushi", "sushi", "apple", "banana", "carrot", "fish", "ice cream cone", "donut", "cookie", "cupcake", "cheese", "watermelon", "hot dog", "taco", "strawberry", "bread", "croissant", "noodle soup", "rice ball", "chocolate bar",
              "candy", "lollipop", "salad", "egg", "pancakes", "french fries", "sandwich", "pretzel", "bowl of rice", "spaghetti", "corn", "grapes", "pear", "orange", "broccoli", "honey pot", "popcorn", "slice of cake", "birthday cake", "pie", "meat on a bone", "burrito", "leaf", "bone"]
TABLE_THINGS = ["cup", "cup of coffee", "teapot", "vase", "book", "books", "apple", "banana", "candle", "pizza", "birthday cake", "bottle", "bowl", "laptop", "lamp", "plate with fork and knife", "bread", "cheese", "pumpkin", "potted plant", "bouquet", "clock", "alarm clock",
                "hamburger", "egg", "watermelon", "donut", "fish", "crystal ball", "typewriter", "globe", "glass of milk", "sushi", "cupcake", "basket", "teddy bear", "gift", "microscope", "goldfish", "jar", "pineapple", "lemon", "grapes", "ice cream cone", "snow globe", "radio", "telephone", "cat", "cactus", "hat", "top hat", "key", "camera", "spaghetti", "noodle soup"]
INSTRUMENTS = ["guitar", "guitar", "violin", "drum", "trumpet", "saxophone", "accordion", "banjo", "flute", "harp", "cello", "piano", "electric guitar", "maracas", "microphone"]
CARS = ["car", "race car", "taxi", "bus", "truck", "pickup truck", "van", "tractor", "police car", "fire truck", "jeep", "suv"]
CONTAINERS = {"box": .55, "basket": .5, "bucket": .5, "cup": .45, "bathtub": .45, "bowl": .5, "cardboard box": .55, "shopping cart": .5, "canoe": .45, "cauldron": .4, "well": .45, "suitcase": .5, "gift": .5, "backpack": .45, "bathtub ": .45, "paper boat": .5, "raft": .75}
TREES = ["tree", "tree", "palm tree", "apple tree", "cherry tree", "pine tree", "umbrella", "mushroom", "autumn tree", "bare tree"]
FLYERS = ["dragon", "red dragon", "bird", "eagle", "airplane", "helicopter", "hot air balloon", "hot air balloon", "airship", "dove", "superhero", "butterfly", "bee", "owl", "rocket", "flying saucer", "pegasus", "kite", "bat", "seagull", "parrot", "paper plane", "fairy", "pterodactyl",
          "phoenix", "witch", "duck", "small airplane", "balloon", "elephant", "pig", "whale", "penguin", "cat"]
BOATS = ["pirate ship", "pirate ship", "pirate ship", "sailing ship", "sailboat", "viking ship", "submarine", "paper boat", "raft", "cruise ship", "ship", "canoe", "speedboat", "sailing boat", "man rowing a boat"]
SWIMMERS = ["whale", "dolphin", "shark", "fish", "tropical fish", "octopus", "turtle", "seal", "mermaid", "jellyfish", "squid", "crab", "seahorse", "goldfish", "submarine", "penguin", "sea monster", "pufferfish", "lobster", "merman", "swimmer", "duck", "frog"]
LANDMARKS = ["lighthouse"] * 5 + ["castle", "castle", "castle", "house", "cottage", "windmill", "barn", "tower", "treehouse", "igloo", "pyramid", "skyscraper", "tent", "japanese castle", "bridge", "stone bridge", "volcano", "snowy mountain", "waterfall", "tree", "apple tree", "cherry tree",
             "ferris wheel", "circus tent", "statue of liberty", "red tower", "fountain", "school", "hut", "factory", "campfire", "street lamp", "well", "pine tree", "palm tree", "fairytale castle", "snowman", "scarecrow", "cactus", "iceberg", "sandcastle", "steam train", "tractor", "rocket", "robot", "hot air balloon"]
HOME = {"lighthouse": ["cliff", "cliff", "cliff", "sea", "beach", "hill"], "castle": ["hill", "hill", "mountains", "clouds", "forest", "cliff"], "cottage": ["forest", "meadow", "mountains", "snow", "lake"], "house": ["hill", "street", "forest", "lake", "mountains", "snow"],
        "windmill": ["farm", "meadow", "hill"], "barn": ["farm", "farm", "meadow"], "igloo": ["ice", "snow"], "pyramid": ["desert"], "skyscraper": ["city"], "treehouse": ["jungle", "forest"], "iceberg": ["sea", "ice"], "sandcastle": ["beach"], "palm tree": ["beach", "desert"],
        "waterfall": ["jungle", "forest", "mountains"], "volcano": ["jungle", "sea"], "rocket": ["moon", "space", "desert"], "snowman": ["snow"], "cactus": ["desert"], "scarecrow": ["farm"], "tractor": ["farm"], "campfire": ["forest", "mountains", "beach", "cave"], "bridge": ["lake", "park", "forest"],
        "stone bridge": ["lake", "park"], "statue of liberty": ["city", "sea"], "tower": ["hill", "cliff", "forest"], "hot air balloon": ["clouds", "mountains", "meadow"], "steam train": ["mountains", "desert", "meadow", "snow"], "robot": ["city", "stage", "moon", "kitchen"]}
OUTSIDE = ["meadow", "hill", "snow", "beach", "desert", "mountains", "forest", "road", "street", "city", "park", "moon", "cliff", "jungle", "farm", "volcano", "ice", "playground", "cave", "plain", "plain"]
INSIDE = ["room", "room", "bedroom", "kitchen", "library", "plain"]
ACTOR_WEIGHT = {"person": 1.0, "animal": 1.4, "bird": 0.5, "toy": 0.8}


class Composer:
    """Draws specs of natural scenes; seeded by its rng."""

    def __init__(self, rng):
        self.rng, self.shapes = rng, sprites.shapes()
        self.named = {}
        for o in objects.load():
            if o.concept is None and "fluent-flat" in o.styles and (o.weight > 0 or o.pose) and not o.head:
                for word in [o.name] + (o.synonyms if o.drawn else []):
                    self.named.setdefault(word, []).append(o)
        self.heads, self.anchored = {}, {}
        for o in objects.load():
            if o.head:
                self.heads.setdefault(o.name, []).append(o)
            elif o.concept is None:
                for kind in anchors.of(o):
                    self.anchored.setdefault(kind, []).append(o)
        self.by_key = objects.by_key()
        self.posed = [o for o in objects.load() if o.pose == "stand"]
        full = [o for name in FULL_ANIMALS for o in self.named.get(name, []) if not o.pose]
        walkers = [o for o in objects.load() if o.drawn and not o.pose and o.category == "person" and o.weight > 0]
        birds = [o for name in ("penguin", "owl", "duck", "chicken", "rooster", "chick", "flamingo", "swan", "parrot", "goose") for o in self.named.get(name, [])]
        toys = [o for name in ("robot", "teddy bear", "snowman", "scarecrow", "knight", "pirate", "witch", "cowboy", "ghost", "alien") for o in self.named.get(name, [])]
        weigh = lambda pool, share: [(o, share * max(o.weight, 0.05)) for o in pool]  # noqa: E731
        self.actors = self.table(weigh(self.posed, 1.0) + weigh(full, 1.0) + weigh(birds, 0.5) + weigh(toys, 1.3))
        self.upright = self.table(weigh(self.posed, 1.0) + weigh(toys, 0.9))
        self.walkers = self.table(weigh(walkers, 1.0))
        everything = [o for o in objects.load() if o.weight > 0 and o.concept is None and o.category not in ("shape", "sign", "body", "face")]
        self.things = self.table(weigh(everything, 1.0))
        self.kinds = self.table([(f, w) for f, w in (
            (self.ride, 10), (self.board, 2), (self.seat, 9), (self.sleep, 8), (self.hold, 8), (self.wear, 6), (self.glasses, 2), (self.eat, 9), (self.play, 5), (self.read, 3), (self.drive, 4), (self.inside, 5), (self.under, 5),
            (self.behind, 5), (self.table_top, 7), (self.fly, 7), (self.sail, 7), (self.swim, 4), (self.jump, 3), (self.chase, 4), (self.pair, 6), (self.landmark, 13), (self.walk, 8), (self.somewhere, 14), (self.empty, 4),
            (self.count, 9), (self.sizes, 3), (self.watch, 4), (self.coloured, 5))])

    @staticmethod
    def table(pairs):
        return [x for x, _ in pairs], list(accumulate(w for _, w in pairs))

    def draw(self, table):
        return table[0][bisect(table[1], self.rng.random() * table[1][-1])]

    def get(self, names):
        """An object by one of the names (those that exist)."""
        r = self.rng
        for _ in range(30):
            found = self.named.get(r.choice(names))
            if found:
                return r.choices(found, [max(o.weight, 0.02) + (0.3 if o.pose == "stand" else 0) for o in found])[0] if len(found) > 1 else found[0]
        return self.draw(self.things)

    def actor(self, pose=None, upright=False):
        o = self.draw(self.upright if upright else self.actors)
        return self.by_key.get(o.key[:-5] + pose, o) if pose and o.pose else o

    # --- placing
    def box(self, d):
        half = self.shapes["half"][self.by_key[d["key"]].index]
        return d["x"], d["y"], half[0] * d["size"] * d.get("wide", 1), half[1] * d["size"] * d.get("tall", 1)

    def point(self, d, name):
        p = self.shapes[name][self.by_key[d["key"]].index]
        return d["x"] + p[0] * d["size"] * d.get("wide", 1) * (-1 if d["mirror"] else 1), d["y"] + p[1] * d["size"] * d.get("tall", 1)

    def item(self, o, x, size, *, y=None, bottom=None, mirror=None, angle=0.0, shadow=1, wide=1.0, tall=1.0):
        half = self.shapes["half"][o.index]
        centre = y if y is not None else bottom - half[1] * size * tall
        mirror = int(self.rng.random() < 0.5) if mirror is None else mirror
        if o.category in ("sign", "device", "object"):
            mirror = 0
        return {"key": o.key, "name": o.name, "x": round(float(x), 1), "y": round(float(centre), 1), "size": round(float(size), 1), "angle": angle, "mirror": mirror, "stand": 0, "shadow": int(shadow),
                "colour": None, "wide": wide, "tall": tall}

    def sized(self, o, height, width=None):
        """Size at which the object's box is as high (or at most as wide) as wanted."""
        half = self.shapes["half"][o.index]
        size = height / (2 * half[1])
        return min(size, width / (2 * half[0])) if width else size

    def spec(self, place, items, core, *, sky=None, weather=None, keep=()):
        r = self.rng
        s = {"place": place, "relation": "natural", "p": [round(r.random(), 4) for _ in range(8)], "colour": None, "colour2": None, "objects": items, "core": core}
        outdoor = place in places.OUTDOOR or place == "clouds"
        s["sky"] = sky or (r.choices(places.SKIES, [46, 24, 21, 9])[0] if outdoor else r.choices(["day", "night"], [80, 20])[0] if place in ("room", "bedroom", "kitchen", "library") else "day")
        if weather is None:
            weather = "none"
            if outdoor and r.random() < 0.2:
                weather = "snowfall" if place in ("snow", "ice") else r.choice(["rain", "rain", "rainbow", "storm", "fog", "snowfall"])
        if weather in ("rain", "storm") and s["sky"] in ("day", "sunset"):
            s["sky"] = "overcast"
        if weather == "rainbow":
            s["sky"] = "day"
        s["weather"] = weather
        if place == "plain":
            names = list(places.COLOURS)
            c = r.choice(names + ["white"] * 5)
            if any(self.by_key[d["key"]].pale for d in items) and c in places.PALE:
                c = r.choice(["blue", "teal", "purple", "green", "dark blue", "orange"])
            s["colour"] = c
        for i, d in enumerate(items):
            o = self.by_key[d["key"]]
            if o.recolour and i not in keep and not d.get("keep") and r.random() < 0.35:
                d["colour"] = r.choice(["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"])
        return s

    def ground(self, place):
        return 205 if place == "plain" else places.GROUND[place]

    def where(self, choices=None):
        return self.rng.choice(choices or OUTSIDE)

    # --- who does what
    def ride(self):
        r = self.rng
        animal = r.random() < 0.68
        mount = self.get(MOUNTS if animal else WHEELS)
        rider = self.actor("ride")
        while rider.name == mount.name:
            rider = self.actor("ride")
        place = "sea" if mount.name in ("whale", "dolphin", "shark", "swan") else self.where(["space", "moon", "clouds", "city"] if mount.name in ("rocket", "broom") else OUTSIDE + ["road", "street"])
        if place in ("hill", "cliff"):  # too little room above
            place = "meadow"
        floor = self.ground(place)
        size = r.uniform(118, 150)
        m = self.item(mount, 128 + r.uniform(-12, 12), self.sized(mount, size, 165), bottom=floor + (18 if place == "sea" else 2), shadow=place != "sea")
        h = r.uniform(0.62, 0.8) * size if rider.pose else r.uniform(0.45, 0.58) * size
        size_r = self.sized(rider, h, 90)
        tall = 2 * self.shapes["half"][rider.index][1] * size_r
        x, y = self.point(m, "back")
        if not animal:
            x, y = m["x"] + (0.06 * size if m["mirror"] == 0 else -0.06 * size), self.box(m)[1] - self.box(m)[3] * 0.45
        bottom = y + (0.22 * tall if rider.pose else 5)
        if bottom - tall < 6:
            move = 6 - (bottom - tall)
            bottom += move
            m["y"] += round(move, 1)
        rr = self.item(rider, x, size_r, bottom=bottom, mirror=m["mirror"], shadow=0)
        verb = r.choice(["riding", "riding", "riding", "riding on", "sitting on", "on the back of" if animal else "on", "on"])
        return self.spec(place, [m, rr], ["{1} " + verb + " {0}"])

    def board(self):
        r = self.rng
        board, rider = self.get(BOARDS), self.actor()
        place = "sea" if board.name in ("surfboard", "raft") else "lake" if board.name == "lily pad" else "clouds" if board.name == "rug" else self.where(["street", "park", "road", "playground", "beach", "plain"])
        b = self.item(board, 128 + r.uniform(-10, 10), self.sized(board, 90, 130) if board.name != "surfboard" else 110, bottom=self.ground(place) + 8, angle=78.0 if board.name == "surfboard" else 0.0, shadow=place not in ("sea", "lake", "clouds"))
        top = b["y"] - (10 if board.name == "surfboard" else self.box(b)[3] * 0.55)
        a = self.item(rider, b["x"], self.sized(rider, r.uniform(88, 112), 110), bottom=top + 4, shadow=0)
        words = {"surfboard": ["{1} surfing", "{1} on {0}", "{1} riding a wave on {0}"], "rug": ["{1} on a flying carpet", "{1} riding a magic carpet"]}
        return self.spec(place, [b, a], words.get(board.name, ["{1} on {0}", "{1} riding {0}", "{1} standing on {0}"]))

    def seat(self):
        r = self.rng
        name = r.choice(list(SEATS) + ["sofa"] * 5 + ["chair", "chair", "armchair", "bench", "bed"])
        seat, a = self.get([name]), self.actor("sit")
        indoor = name in ("sofa", "armchair", "chair", "bed", "throne", "pillow", "rug", "couch and lamp", "wooden chair")
        place = self.where(INSIDE if indoor and r.random() < 0.85 else ["lake", "ice"] if name in ("lily pad", "iceberg") else OUTSIDE)
        s = self.item(seat, 128 + r.uniform(-10, 10), self.sized(seat, r.uniform(88, 112), 170), bottom=self.ground(place) + 6, shadow=place != "lake")
        x, y, _, hy = self.box(s)
        line = y - hy + 2 * hy * SEATS.get(name, 0.5)
        h = r.uniform(74, 96)
        b = self.item(a, x + r.uniform(-14, 14), self.sized(a, h, 90), bottom=line + (4 if a.pose != "sit" else 8), shadow=0, tall=1.0 if a.pose else r.choice([1.0, 0.9]))
        verb = r.choice(["sitting on", "sitting on", "sitting on", "on", "sitting in" if name in ("armchair", "chair") else "resting on", "relaxing on"])
        return self.spec(place, [s, b], ["{1} " + verb + " {0}"])

    def sleep(self):
        r = self.rng
        a = self.actor("lie")
        for _ in range(20):
            if a.category == "animal" or a.pose == "lie":
                break
            a = self.actor("lie")
        flat = 1.0 if a.pose == "lie" else 0.62
        items, words = [], r.choice(["sleeping", "sleeping", "sleeping", "lying", "napping", "asleep", "curled up", "resting", "taking a nap"])
        if r.random() < 0.7:
            name = r.choice(list(BEDS) + ["sofa"] * 5 + ["bed"] * 3).strip()
            bed = self.get([name])
            place = self.where(INSIDE + ["bedroom"])
            s = self.item(bed, 128 + r.uniform(-8, 8), self.sized(bed, r.uniform(84, 108), 185), bottom=self.ground(place) + 6)
            x, y, hx, hy = self.box(s)
            items.append(s)
            b = self.item(a, x + r.uniform(-8, 8), min(self.sized(a, 74, 2 * hx * 0.82) , 96), bottom=y - hy + 2 * hy * BEDS.get(name, 0.5) + 6, shadow=0, wide=1.1 if a.pose != "lie" else 1.0, tall=flat)
            core = ["{1} " + words + " on {0}"]
        else:
            place = self.where(["meadow", "forest", "park", "room", "bedroom", "beach", "farm", "plain", "jungle", "snow", "hill", "moon"])
            b = self.item(a, 128 + r.uniform(-16, 16), self.sized(a, 110, 140), bottom=self.ground(place) + 6, wide=1.1 if a.pose != "lie" else 1.0, tall=flat)
            core = ["{0} " + words]
        items.append(b)
        if words in ("sleeping", "napping", "asleep", "taking a nap") and r.random() < 0.6:
            z = self.named_zzz()
            x, y, hx, hy = self.box(b)
            items.append(self.item(z, x + (hx * 0.5 + 8) * r.choice([-1, 1]), 34, y=y - hy - 16, mirror=0, shadow=0))
        return self.spec(place, items, core, sky="night" if r.random() < 0.25 else None, weather="none")

    def named_zzz(self):
        return self.by_key["d-zzz"]

    def hold(self):
        r = self.rng
        a, thing = self.actor(upright=r.random() < 0.75), self.get(HELD)
        place = self.where(OUTSIDE + INSIDE)
        b = self.item(a, 128 + r.uniform(-20, 20), self.sized(a, r.uniform(118, 148), 150), bottom=self.ground(place) + 4)
        x, y, hx, hy = self.box(b)
        side = -1 if not a.pose and not b["mirror"] else 1 if not a.pose else r.choice([-1, 1])
        size = r.uniform(44, 62)
        up = thing.name in FLOATS
        t = self.item(thing, x + side * (hx * (0.85 if a.pose else 0.9) + (6 if up else 2)), size * (1.35 if up else 1), y=y + (-0.35 * hy - 12 if up else 0.22 * hy), shadow=0)
        return self.spec(place, [b, t], ["{0} " + r.choice(["holding", "holding", "holding", "with", "carrying", "holding up"]) + " {1}"])

    def hat_on(self, b, hat):
        a = self.by_key[b["key"]]
        x, y = self.point(b, "head")
        _, _, hx, hy = self.box(b)
        if a.pose or a.name in ("robot", "teddy bear", "knight", "pirate", "snowman", "penguin", "owl"):
            x, width = b["x"], 2 * hx * 0.62 if a.pose == "stand" or a.pose == "sit" else 2 * hx * 0.5
        else:
            width = max(2 * hx * 0.34, 30)
        size = self.sized(hat, width * 0.9, width)
        half = self.shapes["half"][hat.index][1] * size
        return self.item(hat, x, size, y=y - half + 0.22 * 2 * half + 2, shadow=0, mirror=b["mirror"])

    def wear(self):
        r = self.rng
        a, hat = self.actor(upright=r.random() < 0.4), self.get(HATS)
        place = self.where(OUTSIDE + INSIDE)
        b = self.item(a, 128 + r.uniform(-18, 18), self.sized(a, r.uniform(112, 140), 150), bottom=self.ground(place) + 6)
        return self.spec(place, [b, self.hat_on(b, hat)], ["{0} " + r.choice(["wearing", "wearing", "wearing", "with", "in"]) + " {1}"])

    def glasses(self):
        r = self.rng
        a = self.get(["boy", "girl", "man", "woman", "fox", "lion", "bear", "panda", "frog", "cat", "dog", "rabbit", "koala", "pig", "monkey", "hamster"])
        for o in self.named.get(a.name, []):
            if o.pose == "stand":
                a = o
        glasses = self.get(GLASSES)
        place = self.where(["beach", "plain", "plain", "street", "park", "city", "room", "desert"])
        b = self.item(a, 128 + r.uniform(-14, 14), self.sized(a, r.uniform(120, 145), 150), bottom=self.ground(place) + 6)
        x, y, hx, hy = self.box(b)
        up = y - hy + 2 * hy * (0.30 if a.pose else 0.45)
        g = self.item(glasses, x, 2 * hx * (0.52 if a.pose else 0.7), y=up, shadow=0, mirror=0)
        return self.spec(place, [b, g], ["{0} wearing {n1}", "{0} with {n1}", "{0} in {n1}", "a cool {n0} wearing {n1}"])

    def eat(self):
        r = self.rng
        a, food = self.actor(upright=r.random() < 0.5), self.get(SMALL_FOOD)
        place = self.where(INSIDE + ["kitchen", "park", "meadow", "forest", "beach", "street", "jungle", "farm"])
        b = self.item(a, 128 + r.uniform(-16, 16), self.sized(a, r.uniform(112, 140), 150), bottom=self.ground(place) + 4)
        x, y, hx, hy = self.box(b)
        if a.pose or a.name in ("dragon", "robot", "teddy bear", "penguin", "owl"):
            f = self.item(food, x + r.uniform(-6, 6), r.uniform(42, 54), y=y + 0.32 * hy, shadow=0)
        else:
            side = 1 if b["mirror"] else -1
            f = self.item(food, x + side * (hx + 8), r.uniform(40, 54), bottom=self.ground(place) + 8 - r.choice([0, 0.7 * hy]), shadow=1)
        core = ["{0} eating {1}", "{0} eating {1}", "{0} eating {n1}", "{0} having {1} for lunch", "{0} enjoying {1}", "hungry {n0} eating {1}"]
        return self.spec(place, [b, f], core)

    def play(self):
        r = self.rng
        a, tool = self.actor(upright=r.random() < 0.7), self.get(INSTRUMENTS + ["soccer ball", "basketball", "ball of yarn", "volleyball"])
        place = self.where(["stage", "stage", "room", "park", "street", "plain", "forest", "beach", "meadow", "moon"])
        b = self.item(a, 128 + r.uniform(-16, 16), self.sized(a, r.uniform(116, 142), 150), bottom=self.ground(place) + 2)
        x, y, hx, hy = self.box(b)
        if tool.name in ("piano", "drum", "harp", "cello") or "ball" in tool.name:
            small = 48 if "ball" in tool.name else r.uniform(70, 92)
            t = self.item(tool, x + (hx + small * 0.32) * r.choice([-1, 1]), small, bottom=self.ground(place) + 10)
        else:
            t = self.item(tool, x + r.uniform(-4, 4), r.uniform(52, 68), y=y + 0.28 * hy, shadow=0)
        core = ["{0} playing with {1}", "{0} playing {n1}"] if "ball" in tool.name else ["{0} playing the {n1}", "{0} playing {1}", "{0} playing {n1}", "{0} playing music on {1}"]
        if tool.name == "microphone":
            core = ["{0} singing", "{0} singing into {1}", "{0} giving a concert"]
        return self.spec(place, [b, t], core)

    def read(self):
        r = self.rng
        a, book = self.actor("sit", upright=True), self.get(["open book", "open book", "book", "newspaper"])
        place = self.where(["library", "library", "room", "bedroom", "park", "forest", "plain", "meadow", "beach"])
        b = self.item(a, 128 + r.uniform(-18, 18), self.sized(a, r.uniform(116, 140), 150), bottom=self.ground(place) + 4)
        x, y, hx, hy = self.box(b)
        return self.spec(place, [b, self.item(book, x, r.uniform(48, 60), y=y + 0.36 * hy, shadow=0)], ["{0} reading {1}", "{0} reading {1}", "{0} with {1}", "{0} studying {1}"])

    def drive(self):
        r = self.rng
        a, car = self.actor("ride"), self.get(CARS + ["canoe", "sailboat", "raft", "flying saucer", "small airplane", "helicopter"])
        air = car.category == "aircraft"
        place = "sea" if car.category == "boat" else self.where(["clouds", "city", "mountains", "space", "moon"]) if air else self.where(["road", "road", "street", "city", "desert", "farm", "beach", "moon"])
        c = self.item(car, 128 + r.uniform(-10, 10), self.sized(car, 104, 158), **({"y": 140} if air else {"bottom": self.ground(place) + (14 if place == "sea" else 6)}), shadow=place != "sea" and not air)
        x, y, hx, hy = self.box(c)
        h = r.uniform(62, 78)
        b = self.item(a, x + r.uniform(-0.12, 0.2) * hx, self.sized(a, h, 70), bottom=y - hy + 0.36 * h + 6, shadow=0)
        verb = "sailing" if car.category == "boat" else "flying" if air else "driving"
        return self.spec(place, [b, c], ["{0} " + verb + " {1}", "{0} " + r.choice([verb, "in", "inside"]) + " {1}"])

    def inside(self):
        r = self.rng
        name = r.choice(list(CONTAINERS)).strip()
        holder = self.get([name])
        a = self.actor() if r.random() < 0.75 else self.get(TABLE_THINGS)
        place = "sea" if name in ("canoe", "paper boat", "raft") else self.where(INSIDE + ["park", "street", "meadow", "beach"])
        c = self.item(holder, 128 + r.uniform(-12, 12), self.sized(holder, r.uniform(80, 100), 140), bottom=self.ground(place) + (16 if place == "sea" else 6), shadow=place != "sea")
        x, y, hx, hy = self.box(c)
        h = r.uniform(70, 88)
        b = self.item(a, x + r.uniform(-4, 4), self.sized(a, h, 1.7 * hx), bottom=y - hy + h * CONTAINERS.get(name, 0.5), shadow=0)
        return self.spec(place, [b, c], ["{0} " + r.choice(["in", "in", "inside", "sitting in", "hiding in", "peeking out of"]) + " {1}"])

    def under(self):
        r = self.rng
        a, tree = self.actor(r.choice([None, "sit", "lie"])), self.get(TREES)
        place = self.where(["meadow", "park", "hill", "farm", "forest", "beach", "desert", "plain", "jungle", "snow"])
        floor = self.ground(place)
        t = self.item(tree, 128 + r.uniform(-20, 20), self.sized(tree, min(r.uniform(150, 178), floor - 8), 190), bottom=floor + 2)
        b = self.item(a, t["x"] + r.uniform(-26, 26), self.sized(a, r.uniform(64, 84), 90), bottom=floor + 12)
        return self.spec(place, [t, b], ["{1} " + r.choice(["under", "under", "beneath", "sitting under", "standing under", "in the shade of", "below"]) + " {0}"])

    def behind(self):
        r = self.rng
        a, big = self.actor(), self.get(LANDMARKS + ["tree", "car", "house", "fence", "rock", "bush", "sofa", "barrel", "bench", "bus"])
        place = self.where()
        floor = self.ground(place)
        side = r.choice([-1, 1]) * r.uniform(14, 40)
        front = r.random() < 0.6
        g = self.item(big, 128 - side * 0.5, self.sized(big, r.uniform(110, 150), 170), bottom=floor - (6 if front else -8))
        b = self.item(a, 128 + side, self.sized(a, r.uniform(76, 96), 100), bottom=floor + (14 if front else -6))
        if front:
            return self.spec(place, [g, b], ["{1} in front of {0}", "{1} standing in front of {0}", "{1} near {0}", "{1} by {0}", "{0} behind {1}"])
        b["x"] = round(128 + side * 2.2, 1)
        return self.spec(place, [b, g], ["{0} behind {1}", "{0} hiding behind {1}", "{0} peeking from behind {1}", "{1} in front of {0}"])

    def table_top(self):
        r = self.rng
        table = self.get(["table", "table", "round table", "desk", "wooden table", "bench", "table"])
        place = self.where(["room", "kitchen", "plain", "library", "bedroom", "park"])
        n = r.choice([1, 1, 2, 2, 3])
        t = self.item(table, 128, self.sized(table, r.uniform(84, 100), 205), bottom=self.ground(place) + 8)
        x, y, hx, hy = self.box(t)
        things = []
        for i in range(n):
            o = self.get(TABLE_THINGS)
            size = self.sized(o, r.uniform(56, 76) if n == 1 else r.uniform(44, 58), 2 * hx * 0.8 / n)
            things.append(self.item(o, x + (i - (n - 1) / 2) * 2 * hx * 0.8 / n, size, bottom=y - hy + (8 if table.name == "round table" else 4), shadow=0))
        words = ["{1} on {0}", "{1} on {0}", "{1} standing on {0}", "{0} with {1} on it"] if n == 1 else ["{1} and {2} on {0}", "{0} with {1} and {2}", "{1} next to {2} on {0}"] if n == 2 else ["{1}, {2} and {3} on {0}", "{0} with {1}, {2} and {3} on it"]
        return self.spec(place, [t] + things, words)

    def fly(self):
        r = self.rng
        a = self.get(FLYERS)
        place = self.where(["city", "mountains", "sea", "meadow", "forest", "clouds", "clouds", "desert", "beach", "snow", "hill", "volcano", "farm", "lake", "jungle", "space", "moon"])
        items, core = [], ["{0} flying", "{0} flying"]
        if r.random() < 0.3 and place not in ("clouds", "space", "sea", "lake"):
            g = self.get(["castle", "house", "tree", "lighthouse", "skyscraper", "barn", "windmill", "volcano", "cottage", "ship", "pyramid"])
            items.append(self.item(g, 128 + r.uniform(-40, 40), self.sized(g, r.uniform(84, 104), 130), bottom=self.ground(place) + 4))
            core = ["{1} flying over {0}", "{1} above {0}", "{1} flying above {0}"]
        items.append(self.item(a, 128 + r.uniform(-40, 40), self.sized(a, r.uniform(70, 112), 120), y=r.uniform(62, 92) if items else r.uniform(70, 120), shadow=0, angle=round(r.uniform(-10, 10), 1)))
        if len(items) == 1:
            over = {"city": "the city", "mountains": "the mountains", "sea": "the sea", "forest": "the forest", "desert": "the desert", "clouds": "the clouds"}.get(place)
            if over:
                core.append("{0} flying over " + over if place != "clouds" else "{0} flying above the clouds")
            core += ["{0} in the sky", "{0} in the air"] if place != "space" else ["{0} in space"]
        return self.spec(place, items, core)

    def sail(self):
        r = self.rng
        boat = self.get(BOATS)
        place = r.choice(["sea", "sea", "sea", "sea", "lake"])
        b = self.item(boat, 128 + r.uniform(-22, 22), self.sized(boat, r.uniform(110, 146), 180), bottom=places.GROUND[place] + 10, shadow=0, angle=round(r.uniform(-7, 7), 1))
        storm = r.random() < 0.3
        return self.spec(place, [b], ["{0}", "{0} sailing", "{0} at sea" if place == "sea" else "{0} on a lake", "{0} on the waves", "{0} floating"], weather="storm" if storm else None, sky=r.choice(["overcast", "night"]) if storm else None)

    def swim(self):
        r = self.rng
        a = self.get(SWIMMERS)
        place = r.choice(["underwater", "underwater", "underwater", "sea", "lake"])
        if place == "underwater":
            b = self.item(a, 128 + r.uniform(-30, 30), self.sized(a, r.uniform(84, 130), 150), y=r.uniform(100, 140), shadow=0)
        else:
            b = self.item(a, 128 + r.uniform(-20, 20), self.sized(a, r.uniform(80, 110), 140), bottom=places.GROUND[place] + 26, shadow=0)
        return self.spec(place, [b], ["{0} swimming", "{0}", "{0} swimming"])

    def jump(self):
        r = self.rng
        a, over = self.actor(), self.get(["fence", "log", "rock", "bush", "campfire", "bench", "mushroom", "cactus", "pumpkin"])
        place = self.where(["meadow", "park", "farm", "road", "beach", "forest", "snow", "desert", "plain"])
        floor = self.ground(place)
        alone = r.random() < 0.3
        items = [] if alone else [self.item(over, 128, self.sized(over, 52, 120), bottom=floor + 6)]
        b = self.item(a, 128 + r.uniform(-10, 10), self.sized(a, r.uniform(82, 104), 120), bottom=floor - r.uniform(48, 66), shadow=0, angle=round(r.uniform(-14, 14), 1))
        b["cast"] = floor + 4
        items.append(b)
        return self.spec(place, items, ["{0} jumping", "{0} jumping in the air", "{0} leaping"] if alone else ["{1} jumping over {0}", "{1} leaping over {0}"])

    def chase(self):
        r = self.rng
        a, b = self.actor(), self.actor()
        while b.name == a.name:
            b = self.actor()
        place = self.where(["meadow", "park", "street", "forest", "beach", "farm", "desert", "snow", "road", "jungle"])
        m, floor = int(r.random() < 0.5), self.ground(place)
        way = 1 if m else -1
        s = [r.uniform(78, 98), r.uniform(66, 90)]
        first = self.item(a, 128 - way * 50, self.sized(a, s[0], 100), bottom=floor + 4, mirror=m, angle=-4.0)
        second = self.item(b, 128 + way * 50, self.sized(b, s[1], 96), bottom=floor + 4, mirror=m, angle=-4.0)
        return self.spec(place, [first, second], ["{0} chasing {1}", "{0} chasing {1}", "{0} running after {1}", "{0} following {1}", "{1} running away from {0}"])

    def pair(self):
        r = self.rng
        same = r.random() < 0.35
        a = self.actor()
        b = a if same else self.actor()
        place = self.where(OUTSIDE + INSIDE)
        floor = self.ground(place)
        s = r.uniform(88, 112)
        items = [self.item(a, 128 - 40, self.sized(a, s, 92), bottom=floor + 4, mirror=1), self.item(b, 128 + 40, self.sized(b, s * r.uniform(0.85, 1.05), 92), bottom=floor + 4, mirror=0)]
        heart = r.random() < 0.25
        verbs = ["in love", "kissing", "hugging"] if heart else ["dancing together", "talking", "playing together", "holding hands", "standing together", "having a picnic", "meeting", "next to each other", "hugging", "fighting", "racing", "arguing", "having tea", "looking at each other"]
        if heart:
            items.append(self.item(self.get(["heart", "sparkling heart", "red heart"]), 128, 40, y=self.box(items[0])[1] - self.box(items[0])[3] - 18, shadow=0, mirror=0))
        verb = r.choice(verbs)
        core = ["two {p0} " + verb, "two {p0} " + verb, "a couple of {p0} " + verb] if a.name == b.name else ["{0} and {1} " + verb, "{0} and {1} " + verb, "{0} and {1}", "{1} and {0} " + verb, "{0} with {1}", "{0} next to {1}"]
        if verb in ("fighting", "meeting", "hugging", "racing") and a.name != b.name:
            core += ["{0} " + verb + " {1}", "{0} " + verb + " with {1}" if verb in ("fighting", "racing") else "{1} " + verb + " {0}"]
        if verb == "next to each other" and a.name != b.name:
            core = ["{0} beside {1}", "{0} next to {1}", "{0} by the side of {1}"]
        return self.spec(place, items, core)

    def landmark(self):
        r = self.rng
        o = self.get(LANDMARKS)
        place = self.where(HOME[o.name]) if o.name in HOME and r.random() < 0.85 else self.where(["meadow", "hill", "snow", "beach", "desert", "mountains", "forest", "city", "park", "cliff", "farm", "lake", "jungle", "moon", "plain"])
        floor = self.ground(place)
        water = place in ("sea", "lake")
        size = r.uniform(104, 150)
        if place in ("cliff", "hill"):
            size = min(size, 136)
        b = self.item(o, 128 + r.uniform(-26, 26), self.sized(o, min(size, floor - 8), 165), bottom=floor + (12 if water else 3), shadow=not water, mirror=0)
        if place == "cliff":  # the land is on the left for p[0] < 0.5
            left = r.random() < 0.5
            b["x"] = round(84 + r.uniform(-18, 14) if left else 172 + r.uniform(-14, 18), 1)
        items, core = [b], ["{0}", "{0}", "{0} standing"]
        if r.random() < 0.25 and place not in ("cliff", "hill") and not water:
            a = self.actor()
            items.append(self.item(a, 128 + r.choice([-1, 1]) * r.uniform(56, 78), self.sized(a, r.uniform(52, 68), 70), bottom=floor + 12))
            core = ["{0} and {1}", "{1} in front of {0}", "{1} near {0}", "{1} outside {0}", "{1} visiting {0}", "{1} next to {0}"]
        s = self.spec(place, items, core)
        if place == "cliff":
            s["p"][0] = round(r.uniform(0, 0.49) if left else r.uniform(0.51, 1), 4)
        return s

    def walk(self):
        r = self.rng
        o = self.draw(self.walkers)
        place = "sea" if o.name in ("surfer", "swimmer", "man rowing a boat", "mermaid", "merman") else "snow" if o.name in ("skier", "snowboarder") else self.where(OUTSIDE + INSIDE)
        b = self.item(o, 128 + r.uniform(-26, 26), self.sized(o, r.uniform(108, 146), 160), bottom=self.ground(place) + (14 if place == "sea" else 4), shadow=place != "sea")
        return self.spec(place, [b], ["{0}"])

    def somewhere(self):
        r = self.rng
        o = self.actor() if r.random() < 0.6 else self.draw(self.things)
        place = self.where(OUTSIDE + INSIDE) if o.category in ("person", "animal", "toy") else self.where(OUTSIDE + INSIDE + ["plain"] * 6)
        if o.flying or o.category == "aircraft":
            place = r.choice(["clouds", "city", "plain", "mountains", "plain"])
        if o.category in ("boat", "sea animal"):
            place = r.choice(["sea", "plain", "underwater", "lake"])
        h = r.uniform(96, 152)
        if place in ("plain", "clouds", "space", "underwater"):
            b = self.item(o, 128 + r.uniform(-14, 14), self.sized(o, h, 170), y=130 + r.uniform(-8, 8), shadow=place == "plain")
        else:
            b = self.item(o, 128 + r.uniform(-26, 26), self.sized(o, min(h, self.ground(place) - 8), 165), bottom=self.ground(place) + (14 if place in ("sea", "lake") else 4), shadow=place not in ("sea", "lake"))
        verbs = ["{0}", "{0}", "{0} standing", "{0} walking", "{0} sitting", "{0} waiting", "{0} exploring", "{0} looking happy", "{0} running"] if o.category in ("person", "animal") else ["{0}"]
        return self.spec(place, [b], verbs)

    def empty(self):
        place = self.where([p for p in places.PLACES if p not in places.PATTERN and p not in ("plain", "stage", "table")])
        return self.spec(place, [], [""])

    def count(self):
        r = self.rng
        n = r.choices([2, 3, 4, 5], [5, 6, 4, 4])[0]
        o = self.actor() if r.random() < 0.45 else self.draw(self.things)
        place = self.where(OUTSIDE + INSIDE + ["plain"] * 8)
        if o.category in ("boat", "sea animal"):
            place = self.where(["sea", "underwater", "plain"])
        plain = place in ("plain", "underwater", "clouds", "space")
        items = []
        grid = plain and n >= 4 and r.random() < 0.6
        s = {2: 84, 3: 68, 4: 70 if grid else 56, 5: 66 if grid else 45}[n] * r.uniform(0.92, 1.06)
        for i in range(n):
            if grid:
                row = i if n == 4 else i
                x, y = (128 + (row % 2 - 0.5) * 92, 84 + 92 * (row // 2)) if n == 4 else ((44 + 84 * i, 84) if i < 3 else (86 + 84 * (i - 3), 176))
                items.append(self.item(o, x, self.sized(o, s, s), y=y, mirror=0, shadow=place == "plain"))
            elif plain:
                items.append(self.item(o, 128 + (i - (n - 1) / 2) * (s + 6), self.sized(o, s, s), y=130 + r.uniform(-5, 5), mirror=0, shadow=place == "plain"))
            else:
                items.append(self.item(o, 128 + (i - (n - 1) / 2) * (s + 5), self.sized(o, s, s), bottom=self.ground(place) + r.uniform(-3, 8) + (12 if place == "sea" else 0), mirror=0, shadow=place != "sea"))
        word = {2: ["two", "two", "2", "a pair of"], 3: ["three", "three", "3"], 4: ["four", "four", "4"], 5: ["five", "five", "5"]}[n]
        spec = self.spec(place, items, [w + " {p0}" for w in word] + (["a group of " + word[0] + " {p0}"] if n > 2 else []), keep=range(n))
        if o.recolour and r.random() < 0.5:
            colour = r.choice(["red", "yellow", "green", "blue", "purple", "pink", "black", "white"])
            for d in items:
                d["colour"] = colour
        return spec

    def sizes(self):
        r = self.rng
        a, b = self.actor(), self.actor()
        while b.name == a.name:
            b = self.actor()
        place = self.where()
        floor = self.ground(place)
        items = [self.item(a, 88, self.sized(a, r.uniform(124, 146), 120), bottom=floor + 4), self.item(b, 196, self.sized(b, r.uniform(44, 58), 66), bottom=floor + 8)]
        big, small = r.choice(["big", "giant", "huge", "large", "tall"]), r.choice(["small", "tiny", "little"])
        return self.spec(place, items, ["a " + big + " {n0} and a " + small + " {n1}", "a " + small + " {n1} next to a " + big + " {n0}", "a " + small + " {n1} looking up at a " + big + " {n0}"])

    def watch(self):
        r = self.rng
        a = self.actor(r.choice([None, "sit"]))
        place = self.where(["hill", "hill", "beach", "meadow", "snow", "desert", "cliff", "mountains", "city", "lake"])
        if place in ("cliff", "lake"):
            place = "hill"
        b = self.item(a, 128 + r.uniform(-20, 20), self.sized(a, r.uniform(70, 100), 110), bottom=self.ground(place) + 4)
        sky = r.choice(["night", "night", "sunset"])
        what = r.choice(["the moon", "the stars", "the night sky", "the starry sky"]) if sky == "night" else "the sunset"
        return self.spec(place, [b], ["{0} " + r.choice(["watching", "looking at", "staring at", "gazing at"]) + " " + what], sky=sky, weather="none")

    def coloured(self):
        r = self.rng
        pool = [o for o in self.named.values() for o in o if o.recolour and o.weight > 0.3]
        a = r.choice(pool)
        b = r.choice(pool) if r.random() < 0.45 else None
        place = self.where(["plain"] * 5 + ["table", "room", "street", "meadow", "park", "beach", "snow"])
        items = []
        for i, o in enumerate([a] + ([b] if b else [])):
            h = 118 if not b else 88
            x = 128 + (0 if not b else (2 * i - 1) * 50)
            d = self.item(o, x, self.sized(o, h, 150 if not b else 92), **({"y": 130} if place == "plain" else {"bottom": self.ground(place) + 4}))
            items.append(d)
        spec = self.spec(place, items, ["{0}"] if not b else ["{0} and {1}", "{0} next to {1}", "{1} and {0}"], keep=range(len(items)))
        words = r.sample(["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"], 2)
        for d, word in zip(items, words):
            d["colour"] = word
        return spec

    def sample(self):
        for _ in range(20):
            spec = self.draw(self.kinds)()
            if len(spec["objects"]) <= 6:
                return spec
        return spec
