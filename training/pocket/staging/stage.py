"""A scene in the making: who and what stands where, from the back to the front, and the words for it.

    s = Stage(composer, ["beach", "park"])
    f = s.figure(s.anyone(), 110, 130, poses.WAVE)
    s.show(f, held=[s.hold(s.thing(["balloon"]), f.hand(1), 50)])
    spec = s.done(["{0} with {1}", "{0} holding {1}"])
Things and figures are named in the order in which they come: {0} is the first. See natural.py for the wordings.
"""
from collections import namedtuple

from .. import objects
from ..strokes import arc
from . import anchors, poses
from .figures import BARE, Figure, Mascot
from .outfits import FORMAL, JOBS, OF_PEOPLE, PROFESSIONS, Outfit, casual

Who = namedtuple("Who", "head outfit mood called job hat colour", defaults=((), "", None, ""))
Thing = namedtuple("Thing", "key name category index half head")  # an object as a head
FEMALE = ("woman", "girl", "princess", "bride", "child")
KIDS = {"boy": 4, "girl": 4, "child": 1, "baby": .5}
ADULTS = {"man": 3, "woman": 3, "old man": 1.6, "old woman": 1.6, "bearded man": .7, "bald man": .5, "man with red hair": .3, "woman with red hair": .5, "man with curly hair": .3, "woman with curly hair": .4, "man with white hair": .2,
          "woman with white hair": .2, "blond man": .4, "blonde woman": .5, "man with a turban": .3, "woman with a headscarf": .4}
ROLES = {"astronaut": 3, "chef": 1.6, "farmer": 1.2, "firefighter": 1.3, "police officer": 1.3, "pilot": .8, "doctor": 1.3, "scientist": 1, "painter": .8, "detective": 1, "royal guard": .5, "construction worker": .9, "prince": .9, "princess": 2,
         "king": 1.5, "wizard": 3, "ninja": 1.4, "superhero": 1.4, "superheroine": .7, "vampire": 1, "elf": 1, "singer": .6, "student": .7, "businessman": 1, "businesswoman": .8, "mechanic": .8, "bride": .4, "groom": .4, "zombie": .9, "clown": 1.2,
         "skeleton": 1.2, "santa claus": 1.6, "knight": 2.2, "pirate": 2.4, "witch": 1.8, "cowboy": 1.4, "robot": 4, "alien": 2, "scarecrow": .6, "snowman": .8, "teddy bear": 1.2}
ANIMALS = {"fox": 3, "wolf": 1.3, "raccoon": 1.4, "lion": 1.8, "tiger": 1.3, "bear": 2.6, "polar bear": 1.6, "panda": 2.4, "koala": 1.4, "frog": 2.2, "hamster": 1.2, "cat": 3.4, "dog": 3.4, "rabbit": 2.8, "mouse": 2, "pig": 1.6, "cow": 1.4, "monkey": 1.8,
           "moose": .6, "horse": .9, "chicken": 1.3, "dragon": 2.4, "penguin": 2, "owl": 1.6, "elephant": 1.8, "giraffe": 1.3, "hedgehog": 2, "crocodile": 1.2, "dinosaur": 2, "duck": 1.5, "squirrel": 1.4, "sheep": 1.2, "goat": 1, "deer": 1, "zebra": .8,
           "walrus": .9, "leopard": .8, "ghost": 1.3, "shark": .9, "bee": .8, "robin": 1, "octopus": 1, "seal": .7, "camel": .7, "snail": .9, "kangaroo": .9, "sloth": 1.2, "turtle": 1, "hippopotamus": 1, "rhinoceros": .7, "unicorn": 1.3, "donkey": .8, "llama": 1, "parrot": .8, "beaver": .8}
SMALL = {"baby": .8, "mouse": .86, "hamster": .86, "hedgehog": .9, "boy": .92, "girl": .92, "child": .9}


PAINTED = {"cat", "dog", "bear", "rabbit", "elephant", "pig", "frog", "dragon", "dinosaur", "mouse", "hamster", "fox", "octopus", "robin", "unicorn", "horse", "owl", "duck", "crocodile", "turtle", "hippopotamus", "rhinoceros", "koala", "polar bear", "wolf", "seal", "shark"}
MASCOTS = ["banana", "pizza", "slice of pizza", "donut", "cookie", "cupcake", "ice cream cone", "strawberry", "apple", "pear", "orange", "lemon", "avocado", "tomato", "carrot", "broccoli", "potato", "eggplant", "pumpkin", "watermelon", "pineapple", "egg", "bread", "cheese", "hamburger", "sushi", "rice ball", "pancakes", "taco",
           "mushroom", "cactus", "sunflower", "tree", "cloud", "cloud", "cloud", "rain cloud", "sun", "star", "star", "heart", "earth", "cup", "cup of coffee", "teapot", "book", "alarm clock", "pillow", "balloon", "house", "gift", "light bulb", "glass of milk", "milk carton", "candy", "popcorn", "french fries", "peach", "mango", "corn",
           "onion", "garlic", "rock", "tooth", "bell", "snowflake", "muffin", "birthday cake", "bucket", "fire", "water drop", "planet with rings", "full moon", "leaf", "cherry blossom", "daisy", "pine tree", "soccer ball", "ball", "television", "backpack", "kettle", "car", "toilet paper", "soap", "moai", "brain", "flower"]
NO_HAT = {"santa claus", "unicorn", "deer", "moose", "snowman", "scarecrow", "goat", "robot", "clown", "elephant"}
BACKDROPS = {"meadow": ["tree", "house", "windmill", "castle", "apple tree", "cow", "barn", "hot air balloon", "rainbow"], "hill": ["tree"], "snow": ["snowman", "igloo", "pine tree", "cottage", "christmas tree"], "beach": ["palm tree", "lighthouse", "sandcastle", "sailboat", "beach umbrella"],
             "desert": ["cactus", "pyramid", "camel", "rock"], "mountains": ["cottage", "tent", "pine tree", "castle"], "forest": ["tree", "mushroom", "tent", "campfire", "treehouse", "log"], "road": ["car", "bus", "tree", "house"], "street": ["car", "street lamp", "bus", "house", "bicycle", "taxi", "shop", "bench"],
             "city": ["car", "street lamp", "skyscraper", "bus", "fountain"], "park": ["bench", "tree", "fountain", "street lamp", "bicycle"], "moon": ["rocket", "flying saucer", "flag", "planet earth"], "farm": ["barn", "tractor", "cow", "scarecrow", "haystack", "windmill"], "ice": ["igloo", "penguin", "iceberg"],
             "playground": ["playground slide", "tree"], "garden": ["fountain", "tree", "doghouse", "bush"], "wheat": ["scarecrow", "windmill", "tractor", "barn"], "river": ["tree", "bridge", "house", "rock"], "valley": ["tree", "castle", "house", "tent"], "harbor": ["lighthouse", "sailboat", "fishing boat", "harbor crane"],
             "mars": ["rocket", "rover", "flying saucer"], "canyon": ["cactus", "horse"], "station": ["steam train", "bench", "suitcase"], "room": ["sofa", "lamp", "bookshelf", "piano", "potted plant", "christmas tree", "fireplace", "clock", "television"], "bedroom": ["lamp", "teddy bear"], "kitchen": ["refrigerator", "stove", "table"],
             "library": ["globe", "lamp"], "castle": ["throne", "treasure chest"], "office": ["desk", "computer", "potted plant"], "museum": ["vase", "moai"], "classroom": ["globe", "desk"], "stage": ["piano", "microphone"], "cafe": ["table"], "plain": ["tree", "house", "car", "cat", "dog", "balloon", "bicycle", "sofa", "piano", "star", "cactus"]}


class Stage:
    def __init__(self, composer, choices):
        self.c, self.r = composer, composer.rng
        self.place = self.r.choice(choices)
        self.floor = composer.ground(self.place)
        self.layers, self.objects, self.lights = [], [], []

    def at(self, place):
        """Moves the scene to a place."""
        self.place, self.floor = place, self.c.ground(place)

    # --- who and what
    def heads(self, name):
        return self.c.heads[name]

    def who(self, *names):
        """One of the figures of these names, dressed."""
        self.last = self.dressed(*names)
        return self.last

    def dressed(self, *names):
        r = self.r
        head = r.choice(self.heads(r.choice(names)))
        mood = r.choices(["", "happy", "sad", "angry", "surprised"], [84, 7, 4, 3, 2])[0]
        if head.name in PROFESSIONS:
            return Who(head, PROFESSIONS[head.name], mood)
        person, u = head.category == "person", r.random()
        if person and head.name not in KIDS and u < .14:
            outfit, hat, called = JOBS[r.choice(OF_PEOPLE)]
            return Who(head, outfit, mood, called=called, hat=hat)
        if person:
            return Who(head, casual(r, head.name not in KIDS, any(w in head.name for w in FEMALE)), mood)
        if u < .10:
            outfit, hat, called = JOBS[r.choice(list(JOBS))]
            return Who(head, outfit, mood, job=r.choice(called), hat=hat)
        if u < .17 and head.name in PAINTED:
            return Who(head, BARE, mood, colour=r.choice(["red", "orange", "yellow", "green", "blue", "blue", "purple", "purple", "pink", "pink", "brown", "black", "white"]))
        return Who(head, r.choice(FORMAL) if u < .27 else casual(r, True, False) if u < .46 else BARE, mood)

    def thing_head(self, o):
        """An object as a head: eyes and mouth in its middle."""
        hx, hy = self.c.shapes["half"][o.index]
        k = min(hx, hy * 1.2)
        return Thing(o.key, o.name, "mascot", o.index, (hx, hy), {"kind": "thing", "chin": (0, hy), "eye": (.34 * k, -.04), "mouth": .12 * hy / .5 + .03, "brow": -hy * .94, "width": 2 * hx * .8, "skin": "#ffffff", "side": False})

    def mascot(self, names=None):
        """A thing that is alive."""
        o = self.thing(names or MASCOTS)
        red = self.r.random() < .08
        self.last = Who(self.thing_head(o), Outfit("skin", legs="skin", shoes=self.r.choice(["#f8312f", "#2f80ed", "#6d4534", "#ffd43b", "#37a85c"]), cape="#f8312f" if red else "", words=("red cape",) if red else ()),
                        self.r.choices(["", "happy", "sad", "angry", "surprised", "crying", "asleep", "laughing"], [52, 12, 10, 6, 5, 5, 4, 6])[0])
        return self.last

    def weighed(self, table):
        return self.who(self.r.choices(list(table), list(table.values()))[0])

    def kid(self):
        return self.weighed(KIDS)

    def adult(self):
        return self.weighed(ADULTS)

    def person(self):
        u = self.r.random()
        return self.kid() if u < .31 else self.adult() if u < .62 else self.weighed(ROLES)

    def animal(self):
        return self.weighed(ANIMALS)

    def anyone(self, share=.58):
        u = self.r.random()
        return self.mascot() if u < .05 else self.person() if u < .05 + .95 * share else self.animal()

    def other(self, who, draw=None):
        """Someone else."""
        for _ in range(30):
            w = (draw or self.anyone)()
            if w.head.name != who.head.name:
                return w
        return w

    def thing(self, names):
        return self.c.get(names)

    def anchored(self, kind, names=None):
        """A thing that has such an anchor."""
        pool = [o for o in self.c.anchored[kind] if names is None or o.name in names]
        return self.r.choices(pool, [max(o.weight, .1) for o in pool])[0]

    # --- on the stage
    def name(self, d):
        self.objects.append(d)
        return d

    def item(self, o, x, height, *, bottom=None, y=None, width=None, facing=0, angle=0.0, shadow=0, cut=0, cast=0, named=True, wide=1.0, tall=1.0):
        """A sprite, not yet drawn; facing: 1 to the right, -1 to the left, for what looks to a side."""
        d = self.c.item(o, x, self.c.sized(o, height, width), y=y, bottom=bottom, angle=angle, shadow=shadow, wide=wide, tall=tall)
        if facing:
            d["mirror"] = int((facing > 0) != bool(anchors.of(o).get("right")))
        for key, value in (("cut", cut), ("cast", cast)):
            if value:
                d[key] = round(value, 1)
        return self.name(d) if named else d

    def put(self, o, x, height, *, bottom=None, shadow=1, y=None, **how):
        """Draws a sprite, by default on the ground."""
        d = self.item(o, x, height, bottom=self.floor if bottom is None and y is None else bottom, y=y, shadow=shadow if self.place not in ("sea", "lake", "underwater", "space", "clouds") else 0, **how)
        self.layers.append(d)
        return d

    def hold(self, o, at, height, *, grip=(0, 0), width=None, angle=0.0, named=True, facing=0):
        """A sprite whose point `grip` (units of its longest side from its centre) lies at a pixel."""
        d = self.item(o, at[0], height, y=at[1], width=width or height * 1.5, angle=angle, named=named, facing=facing)
        d["x"] = round(d["x"] - grip[0] * d["size"] * (-1 if d["mirror"] else 1), 1)
        d["y"] = round(d["y"] - grip[1] * d["size"], 1)
        return d

    def strokes(self, rows):
        self.layers.append({"strokes": list(rows)})

    def figure(self, who, x, tall, pose=poses.STAND, *, y=None, facing=0, named=True, mood=None, small=True, shadow=True):
        """A figure, named but not yet drawn."""
        facing = facing or self.r.choice([-1, 1])
        mood = who.mood if mood is None else mood
        tall *= SMALL.get(who.head.name, 1) if small else 1
        kind = Mascot if who.head.head["kind"] == "thing" else Figure
        f = kind(who.head, x, self.floor if y is None else y, tall, pose, who.outfit, facing=facing, mood=mood if mood != "happy" else "", colour=who.colour)
        f.hat = who.hat
        d = f.item = f.sprite()
        d.update(wears=who.outfit.words, mood=mood, keep=True)
        if kind is Mascot:
            d["mascot"] = True
        for key, value in (("called", who.called), ("job", who.job)):
            if value:
                d[key] = value
        if shadow and pose.feet is not None and pose.hip > 0 and self.place not in ("sea", "lake", "underwater", "space", "clouds"):
            d["cast"] = round((self.floor if y is None else y) + 1, 1)
        if named:
            self.objects.append(d)
        return f

    def show(self, f, held=(), worn=(), behind=(), arms=True):
        if f.hat == "bubble":
            x, y = f.centre
            worn = [*worn, {"strokes": arc((x, y), f.size * .60, f.size * .58, 0, 360, 1.6, "#d9ecf5", 20)}]
        elif f.hat:
            worn = [*worn, self.hat(f, self.thing([f.hat]), named=False)]
        elif not worn and f.head.head["kind"] != "hat" and f.head.name not in NO_HAT and f.pose.turn == 0 and self.r.random() < .07:  # a hat beside the point
            o = self.thing(["top hat", "crown", "cap", "cowboy hat", "witch hat", "chef's hat", "pirate hat", "santa hat", "straw hat", "sun hat"]) if self.r.random() < .7 else None
            worn = [self.hat(f, o, named=False) if o else self.glasses(f, self.thing(["sunglasses", "glasses"]), named=False)]
            f.item["wears"] = (worn[0]["name"],) * 3 + tuple(f.item["wears"])
        layers = f.layers(held, worn, behind, arms)
        for layer in layers:
            if layer.get("key") == f.head.key and "strokes" in layer:
                layer.update({k: f.item[k] for k in ("cast",) if k in f.item})
        self.layers += layers

    def named_sprite(self, key):
        return objects.by_key()[key]

    def hat(self, f, o, named=True):
        """A hat on a figure's head."""
        wide = f.face * (1.18 if f.head.head["kind"] == "human" else .98)
        x, y = f.brow
        d = self.item(o, x, wide, width=wide, y=y, angle=round(f.angle, 1), named=named)
        half = self.c.shapes["half"][o.index][1] * d["size"]
        d["y"] = round(y - half + .16 * half, 1)
        return d

    def glasses(self, f, o, named=True):
        x, y = f.eyes
        return self.item(o, x, f.face, width=f.face * (.98 if f.head.head["kind"] == "human" else .9), y=y + .02 * f.face, angle=round(f.angle, 1), named=named)

    # --- points of sprites
    def obj(self, d):
        return objects.by_key()[d["key"]]

    def spot(self, d, kind, i=0):
        """An anchor of a drawn sprite in pixels; of a window both corners."""
        p = anchors.of(self.obj(d))[kind][i]
        flip = -1 if d["mirror"] else 1
        px = lambda ax, ay: (d["x"] + ax * d["size"] * flip * d.get("wide", 1), d["y"] + ay * d["size"] * d.get("tall", 1))  # noqa: E731
        if kind == "window":
            (xa, ya), (xb, yb) = px(p[0], p[1]), px(p[2], p[3])
            return min(xa, xb), ya, max(xa, xb), yb
        if kind in ("top", "rim"):
            (xa, y), (xb, _) = px(p[0], p[2]), px(p[1], p[2])
            return min(xa, xb), max(xa, xb), y
        return px(p[0], p[1])

    def has(self, o, kind):
        return kind in anchors.of(o)

    def facing(self, d):
        """Where a side view looks."""
        right = bool(anchors.of(self.obj(d)).get("right"))
        return 1 if bool(d["mirror"]) != right else -1

    # --- the end
    def light(self, x, y, radius, strength=.5):
        self.lights.append((round(x, 1), round(y, 1), radius, strength))

    def backdrop(self, core):
        """Now and then something large further back at the free side, and wordings that say so."""
        r = self.r
        names = BACKDROPS.get(self.place)
        if not names or len(self.objects) > 2 or self.objects and "cut" in self.objects[0] or r.random() > .3:
            return core
        o = self.thing(names)
        if any(o.name == d["name"] for d in self.objects):
            return core
        middle = sum(d["x"] for d in self.objects) / max(len(self.objects), 1)
        x = r.uniform(196, 222) if middle < 124 else r.uniform(34, 60) if middle > 132 else r.choice([46, 210])
        k = len(self.objects)
        d = self.item(o, x, r.uniform(84, 116), width=104, bottom=self.floor - r.uniform(4, 12), shadow=1)
        self.layers.insert(0, d)
        place = [" next to {%d}", " near {%d}", " in front of {%d}", " with {%d} in the background", ", {%d} in the background", " beside {%d}", " and {%d}"]
        return core + [c + r.choice(place) % k for c in core for _ in (0, 1)]

    def done(self, core, *, sky=None, weather=None, alone=False):
        """The spec; alone: nothing is added in the background."""
        core = core if alone else self.backdrop(core)
        spec = self.c.spec(self.place, self.objects, core, sky=sky, weather=weather)
        spec["layers"] = self.layers
        if self.lights and (spec["sky"] in ("night", "overcast") or self.place == "cave"):
            spec["lights"] = self.lights
        return spec


ACTS = []


def act(weight, *choices):
    """Registers a scene: a function of a Stage that returns a spec; its places."""
    def register(f):
        ACTS.append((f, weight, choices))
        return f
    return register


OUT = ("meadow", "hill", "snow", "beach", "desert", "mountains", "forest", "road", "street", "city", "park", "moon", "jungle", "farm", "ice", "playground", "volcano", "garden", "wheat", "river", "valley", "harbor", "rooftop", "canyon", "station", "mars", "swamp", "village", "wall", "balcony")
MILD = ("meadow", "park", "street", "beach", "farm", "forest", "city", "playground", "hill", "garden", "river", "valley", "harbor", "station", "village", "wall", "balcony")
IN = ("room", "room", "bedroom", "kitchen", "library", "classroom", "castle", "office", "museum", "cafe", "shop", "bathroom", "spaceship")
ANY = OUT + IN + ("plain", "plain", "plain", "stage", "pitch")
GREEN = ("meadow", "park", "farm", "forest", "hill", "garden", "river", "valley")
HOME = ("room", "kitchen", "bedroom", "room", "cafe")
