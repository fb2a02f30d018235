"""Scenes as people ask for them: someone who does something somewhere. Specs as in specs.py, with `core`: wordings of who does what.

    Composer(rng).sample() -> spec; captions.caption(spec, rng) words it. In a wording {0} is the first drawn object with its article, {n0} its noun alone,
    {p0} its plural. Positions come from the base's silhouettes (sprites.shapes): a rider sits on a back, a hat on a head, a thing stands on a table.
"""
from bisect import bisect
from functools import partial
from itertools import accumulate

from . import camera, objects, places, sprites
from .staging import all_acts, anchors

FULL_ANIMALS = ["dog", "cat", "black cat", "poodle", "tiger", "leopard", "donkey", "horse", "zebra", "deer", "bison", "ox", "cow", "pig", "sheep", "ram", "goat", "camel", "llama", "alpaca", "giraffe", "elephant", "mammoth",
                "rhinoceros", "hippopotamus", "mouse", "rabbit", "squirrel", "beaver", "hedgehog", "otter", "skunk", "kangaroo", "badger", "turtle", "unicorn", "pegasus", "dragon", "red dragon", "t-rex", "brontosaurus",
                "stegosaurus", "lion", "bear", "gorilla", "crocodile", "monkey", "frog", "beagle", "dachshund"]
TABLE_THINGS = ["cup", "cup of coffee", "teapot", "vase", "book", "books", "apple", "banana", "candle", "pizza", "birthday cake", "bottle", "bowl", "laptop", "lamp", "plate with fork and knife", "bread", "cheese", "pumpkin", "potted plant", "bouquet", "clock", "alarm clock",
                "hamburger", "egg", "watermelon", "donut", "fish", "crystal ball", "typewriter", "globe", "glass of milk", "sushi", "cupcake", "basket", "teddy bear", "gift", "microscope", "goldfish", "jar", "pineapple", "lemon", "grapes", "ice cream cone", "snow globe", "radio", "telephone", "cat", "cactus", "hat", "top hat", "key", "camera", "spaghetti", "noodle soup"]
TREES = ["tree", "tree", "palm tree", "apple tree", "cherry tree", "pine tree", "umbrella", "mushroom", "autumn tree", "bare tree"]
FLYERS = ["dragon", "red dragon", "bird", "eagle", "airplane", "helicopter", "hot air balloon", "hot air balloon", "airship", "dove", "superhero", "butterfly", "bee", "owl", "rocket", "flying saucer", "pegasus", "kite", "bat", "seagull", "parrot", "paper plane", "fairy", "pterodactyl",
          "phoenix", "witch", "duck", "small airplane", "balloon", "elephant", "pig", "whale", "penguin", "cat"]
BOATS = ["pirate ship", "pirate ship", "pirate ship", "sailing ship", "sailboat", "viking ship", "submarine", "paper boat", "raft", "cruise ship", "ship", "canoe", "speedboat", "sailing boat", "man rowing a boat", "tugboat", "tugboat", "fishing boat", "fishing boat", "container ship", "paddle steamer", "canal boat", "rowing boat"]
SWIMMERS = ["whale", "dolphin", "shark", "fish", "tropical fish", "octopus", "turtle", "seal", "mermaid", "jellyfish", "squid", "crab", "seahorse", "goldfish", "submarine", "penguin", "sea monster", "pufferfish", "lobster", "merman", "swimmer", "duck", "frog"]
LANDMARKS = ["lighthouse"] * 5 + ["castle", "castle", "castle", "house", "cottage", "windmill", "barn", "tower", "treehouse", "igloo", "pyramid", "skyscraper", "tent", "japanese castle", "bridge", "stone bridge", "volcano", "snowy mountain", "waterfall", "tree", "apple tree", "cherry tree",
             "ferris wheel", "circus tent", "statue of liberty", "red tower", "fountain", "school", "hut", "factory", "campfire", "street lamp", "well", "pine tree", "palm tree", "fairytale castle", "snowman", "scarecrow", "cactus", "iceberg", "sandcastle", "steam train", "tractor", "rocket", "robot", "hot air balloon", "doghouse", "market stall", "harbor crane", "digger", "garbage truck", "haystack", "bus", "car", "train", "tractor"]
HOME = {"lighthouse": ["cliff", "cliff", "cliff", "sea", "beach", "hill"], "castle": ["hill", "hill", "mountains", "clouds", "forest", "cliff"], "cottage": ["forest", "meadow", "mountains", "snow", "lake"], "house": ["hill", "street", "forest", "lake", "mountains", "snow"],
        "windmill": ["farm", "meadow", "hill"], "barn": ["farm", "farm", "meadow"], "igloo": ["ice", "snow"], "pyramid": ["desert"], "skyscraper": ["city"], "treehouse": ["jungle", "forest"], "iceberg": ["sea", "ice"], "sandcastle": ["beach"], "palm tree": ["beach", "desert"],
        "waterfall": ["jungle", "forest", "mountains"], "volcano": ["jungle", "sea"], "rocket": ["moon", "space", "desert"], "snowman": ["snow"], "cactus": ["desert"], "scarecrow": ["farm"], "tractor": ["farm"], "campfire": ["forest", "mountains", "beach", "cave"], "bridge": ["lake", "park", "forest"],
        "stone bridge": ["lake", "park"], "statue of liberty": ["city", "sea"], "tower": ["hill", "cliff", "forest"], "hot air balloon": ["clouds", "mountains", "meadow"], "steam train": ["mountains", "desert", "meadow", "snow"], "robot": ["city", "stage", "moon", "kitchen"], "harbor crane": ["harbor"], "digger": ["road", "beach", "city"], "garbage truck": ["street", "city"], "haystack": ["farm", "wheat"], "bus": ["street", "city", "road"], "car": ["street", "city", "road"], "train": ["station", "valley"]}
OUTSIDE = ["meadow", "hill", "snow", "beach", "desert", "mountains", "forest", "road", "street", "city", "park", "moon", "cliff", "jungle", "farm", "volcano", "ice", "playground", "cave", "garden", "wheat", "swamp", "harbor", "river", "rooftop", "pitch", "mars", "canyon", "station", "valley", "village", "wall", "balcony", "plain", "plain"]
INSIDE = ["room", "room", "bedroom", "kitchen", "library", "classroom", "castle", "bathroom", "office", "museum", "cafe", "shop", "spaceship", "plain"]
LARGE = {"building", "vehicle", "aircraft", "boat", "landform", "sky"}  # not in rooms
STAGED = 0.64  # share of natural scenes that the acts of staging make


class Composer:
    """Draws specs of natural scenes; seeded by its rng."""

    def __init__(self, rng):
        self.rng, self.shapes = rng, sprites.shapes()
        self.named = {}
        for o in objects.load():
            if o.concept is None and "fluent-flat" in o.styles and o.weight > 0:
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
        sides = self.shapes["half"].tolist()
        self.half = {key: sides[o.index] for key, o in self.by_key.items()}
        full = [o for name in FULL_ANIMALS for o in self.named.get(name, []) if not o.pose]
        walkers = [o for o in objects.load() if o.source == "drawings" and not o.pose and o.category == "person" and o.weight > 0]
        birds = [o for name in ("penguin", "owl", "duck", "chicken", "rooster", "chick", "flamingo", "swan", "parrot", "goose") for o in self.named.get(name, [])]
        toys = [o for name in ("robot", "teddy bear", "snowman", "scarecrow", "knight", "pirate", "witch", "cowboy", "ghost", "alien") for o in self.named.get(name, [])]
        weigh = lambda pool, share: [(o, share * max(o.weight, 0.05)) for o in pool]  # noqa: E731
        self.actors = self.table(weigh(full, 1.0) + weigh(birds, 0.6) + weigh(toys, 0.8))
        self.walkers = self.table(weigh(walkers, 1.0))
        everything = [o for o in objects.load() if o.weight > 0 and o.concept is None and o.category not in ("shape", "sign", "body", "face")]
        self.things = self.table(weigh(everything, 1.0))
        own = ((self.under, 3), (self.behind, 4), (self.table_top, 9), (self.fly, 11), (self.sail, 10), (self.swim, 6), (self.jump, 4), (self.landmark, 20), (self.walk, 12), (self.somewhere, 26), (self.empty, 8), (self.count, 20), (self.sizes, 4), (self.coloured, 12))
        staged = sum(weight for _, weight, _ in all_acts.ACTS)
        share = STAGED / (1 - STAGED) * sum(w for _, w in own) / staged
        self.kinds = self.table(list(own) + [(partial(self.staged, f, choices), weight * share) for f, weight, choices in all_acts.ACTS])

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
                return r.choices(found, [max(o.weight, 0.02) * (0.25 if o.drawn and not found[0].drawn else 1) for o in found])[0] if len(found) > 1 else found[0]  # one look a name is learnt sooner
        return self.draw(self.things)

    def actor(self):
        o = self.draw(self.actors)
        return o

    def staged(self, act, choices):
        """One of the acts of staging."""
        return act(all_acts.Stage(self, choices))

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
        s["sky"] = sky or (r.choices(places.SKIES, [46, 24, 21, 9])[0] if outdoor else r.choices(["day", "night"], [80, 20])[0] if place in places.INDOOR else "day")
        if weather is None:
            weather = "none"
            if outdoor and r.random() < 0.2:
                weather = "snowfall" if place in ("snow", "ice") and r.random() < 0.7 else r.choice(["rain", "rain", "rainbow", "storm", "fog", "snowfall", "night"])
        if weather == "night":
            weather = "aurora" if place in ("snow", "ice", "mountains", "lake", "valley", "forest") else "fireworks" if place in ("city", "street", "harbor", "river", "park", "beach", "rooftop", "meadow", "hill", "sea") else "none"
        if weather in ("aurora", "fireworks"):
            s["sky"] = "night"
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
            if o.recolour and i not in keep and not d.get("keep") and r.random() < 0.35 * o.recolour_share:
                d["colour"] = r.choice(["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"])
        return s

    def ground(self, place):
        return 205 if place == "plain" else places.GROUND[place]

    def where(self, choices=None):
        return self.rng.choice(choices or OUTSIDE)

    # --- who does what
    def named_zzz(self):
        return self.by_key["d-zzz"]

    def under(self):
        r = self.rng
        a, tree = self.actor(), self.get(TREES)
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
        place = self.where(OUTSIDE + INSIDE) if o.category in ("person", "animal", "toy") else self.where(OUTSIDE + (INSIDE if o.category not in LARGE else []) + ["plain"] * 6)
        if o.flying or o.category == "aircraft":
            place = r.choice(["clouds", "city", "plain", "mountains", "plain"])
        if o.category in ("boat", "sea animal"):
            place = r.choice(["sea", "plain", "underwater", "lake"])
        h = r.uniform(96, 152)
        if place in ("plain", "clouds", "space", "underwater"):
            b = self.item(o, 128 + r.uniform(-14, 14), self.sized(o, h, 170), y=130 + r.uniform(-8, 8), shadow=place == "plain")
        else:
            b = self.item(o, 128 + r.uniform(-26, 26), self.sized(o, min(h, self.ground(place) - 8), 165), bottom=self.ground(place) + (14 if place in ("sea", "lake") else 4), shadow=place not in ("sea", "lake"))
        verbs = ["{0}", "{0}", "{0} standing", "{0} walking", "{0} sitting", "{0} waiting", "{0} exploring", "{0} looking happy", "{0} running"] if o.category == "animal" else ["{0}"]
        return self.spec(place, [b], verbs)

    def empty(self):
        place = self.where([p for p in places.PLACES if p not in places.PATTERN and p not in ("plain", "stage", "table")])
        return self.spec(place, [], [""])

    def count(self):
        r = self.rng
        n = r.choices([2, 3, 4, 5], [5, 6, 4, 4])[0]
        o = self.actor() if r.random() < 0.45 else self.draw(self.things)
        place = self.where(OUTSIDE + (INSIDE if o.category not in LARGE else []) + ["plain"] * 8)
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
        if o.recolour and r.random() < 0.5 * o.recolour_share:
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
                break
        return camera.closer(spec, self.rng, self.half, self.ground(spec["place"]))
