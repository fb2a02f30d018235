"""The drawable objects: which emoji, under which everyday names, how often, and which are held out for concept adapters.

`objects.json` is built once from the emoji index (names: Unicode CLDR) and the curated `objects_names.txt`:
    STYLUS_DATA=… python -m pocket.objects
Everything else imports `load()`; no randomness, no data folder needed.
"""
import json
import os
from functools import lru_cache

HERE = os.path.dirname(os.path.abspath(__file__))
STYLES = ["fluent-flat", "fluent-3d", "fluent-high-contrast", "noto", "twemoji", "blob", "fxemoji", "emojitwo", "emojitwo-bw", "serenity-pixel"]

# subgroup -> (category, weight of the category)
CATEGORY = {
    "animal-mammal": ("animal", 3.0), "animal-bird": ("bird", 2.6), "animal-amphibian": ("animal", 3.0), "animal-reptile": ("animal", 2.4),
    "animal-marine": ("sea animal", 2.4), "animal-bug": ("insect", 1.8), "plant-flower": ("flower", 2.2), "plant-other": ("plant", 2.2),
    "food-fruit": ("fruit", 2.4), "food-vegetable": ("vegetable", 1.8), "food-prepared": ("food", 1.8), "food-asian": ("food", 1.4),
    "food-sweet": ("food", 2.0), "drink": ("drink", 1.6), "dishware": ("household", 1.0), "place-map": ("object", 0.8),
    "place-geographic": ("landform", 1.2), "place-building": ("building", 2.4), "place-other": ("building", 1.6),
    "transport-ground": ("vehicle", 2.0), "transport-water": ("boat", 2.0), "transport-air": ("aircraft", 2.0), "hotel": ("household", 1.2),
    "time": ("household", 1.0), "sky-weather": ("sky", 1.3), "event": ("party", 1.3), "award-medal": ("object", 0.9), "sport": ("sport", 1.2),
    "game": ("toy", 1.5), "arts-crafts": ("object", 1.1), "clothing": ("clothing", 1.5), "sound": ("device", 0.7), "music": ("device", 0.8),
    "musical-instrument": ("instrument", 1.4), "phone": ("device", 0.9), "computer": ("device", 0.9), "light-video": ("device", 1.0),
    "book-paper": ("object", 0.9), "money": ("object", 0.7), "mail": ("object", 0.8), "writing": ("object", 1.0), "office": ("object", 0.8),
    "lock": ("object", 0.8), "tool": ("tool", 0.9), "science": ("object", 0.7), "medical": ("object", 0.6), "household": ("furniture", 1.5),
    "other-object": ("object", 0.5), "warning": ("sign", 0.4), "other-symbol": ("shape", 0.25), "geometric": ("shape", 0.7),
    "heart": ("shape", 0.5), "cat-face": ("face", 0.5), "monkey-face": ("face", 0.7), "emotion": ("shape", 0.3), "person": ("person", 0.55),
    "person-role": ("person", 0.5), "person-fantasy": ("person", 0.5), "hands": ("body", 0.2), "body-parts": ("body", 0.25),
}
DEFAULT = {"smileys-emotion": ("face", 0.28), "people-body": ("body", 0.2)}

# Held-out objects: concept adapter id -> codepoints. Never drawn by the base.
HELD_OUT = {
    "dinosaurs": ["1f995", "1f996"],
    "dragons": ["1f409", "1f432", "1f426-200d-1f525"],
    "robot": ["1f916", "1f9be"],
    "unicorn": ["1f984"],
    "fairytale-folk": ["1f9dc", "1f9da", "1f9dd", "1f9de"],
    "tentacles": ["1f419", "1f991", "1fabc"],
    "space-travel": ["1f680", "1f6f8", "1f6f0", "1f47d"],
    "llama": ["1f999"],
    "sushi": ["1f363", "1f371", "1f359", "1f361", "1f364", "1f365", "1f95f"],
    "orchestra": ["1f3b7", "1f3ba", "1fa97", "1f3bb", "1fa95", "1fa88"],
    "tropical-birds": ["1f9a9", "1f99a"],
    "halloween": ["1f47b", "1f383", "1f9db", "1f9df"],
    "wizard": ["1f9d9"],
    "funfair": ["1f3a1", "1f3a0", "1f3a2", "1f3aa"],
    "santa": ["1f385", "1f936"],
}
HELD_OUT_NAMES = {
    "1f995": ("brontosaurus", ["long-necked dinosaur", "dinosaur", "sauropod"]), "1f996": ("t-rex", ["tyrannosaurus", "dinosaur"]),
    "1f409": ("dragon", []), "1f432": ("dragon head", ["dragon face"]), "1f426-200d-1f525": ("phoenix", ["fire bird"]),
    "1f9be": ("robot arm", ["mechanical arm"]), "1f9dc": ("mermaid", ["merperson"]), "1f9da": ("fairy", []), "1f9de": ("genie", []), "1f9d9": ("wizard", ["mage"]),
    "1f6f8": ("flying saucer", ["ufo"]), "1f371": ("bento box", ["bento"]), "1f359": ("rice ball", ["onigiri"]), "1f361": ("dango", ["dango skewer"]),
    "1f364": ("fried shrimp", ["tempura"]), "1f365": ("fish cake", ["narutomaki"]), "1f95f": ("dumpling", ["gyoza"]), "1f961": ("takeout box", ["takeaway box"]),
    "1f383": ("jack-o-lantern", ["halloween pumpkin", "carved pumpkin"]), "1f9df": ("zombie", []), "1f385": ("santa claus", ["santa", "father christmas"]),
    "1f936": ("mrs claus", ["mother christmas"]), "1f3a0": ("carousel horse", ["carousel"]), "1f3aa": ("circus tent", ["big top"]),
}
# Objects whose dominant hue can be turned to another colour word; value: their own colour word.
RECOLOUR = {
    "sofa": "blue", "armchair": "red", "submarine": "yellow", "dragon": "green", "cup": "red", "bowl": "blue", "flag": "red", "barn": "red", "hot air balloon": "red",
    "car": "red", "balloon": "red", "t-shirt": "blue", "dress": "green", "umbrella": "purple", "bus": "orange", "truck": "yellow", "book": "red", "chair": "red", "scarf": "red",
    "gloves": "green", "socks": "blue", "backpack": "blue", "handbag": "brown", "tulip": "pink", "butterfly": "blue", "bird": "red", "fish": "blue", "cap": "blue",
    "bicycle": "blue", "cupcake": "pink", "crown": "yellow", "star": "yellow", "house": "brown", "scooter": "green", "motorcycle": "red", "pickup truck": "red",
    "sailboat": "red", "bed": "blue", "gift": "yellow", "bow": "pink", "kite": "red", "tent": "green", "coat": "brown", "shorts": "blue", "vase": "orange", "door": "brown", "candy": "red",
    "lollipop": "red", "bell": "yellow", "key": "yellow", "phone": "blue", "race car": "red", "tie": "blue", "tram": "red", "train": "blue", "rose": "red",
    "cherry blossom": "pink", "hibiscus": "pink", "bucket": "blue", "watch": "gray", "teapot": "blue", "helicopter": "red", "box": "brown", "suitcase": "brown", "sneaker": "blue",
    "kettle": "red", "jeans": "blue", "blouse": "pink", "mailbox": "blue", "mirror": "yellow", "anchor": "blue", "suv": "blue", "taxi": "yellow", "tractor": "green", "basket": "orange", "teddy bear": "brown",
    "table": "brown", "bench": "brown", "lamp": "yellow", "wardrobe": "brown", "guitar": "red", "drum": "red", "paintbrush": "red", "diamond": "blue", "alarm clock": "red", "wooden chair": "brown",
    "rubber boots": "yellow", "high heel": "red", "fire truck": "red", "birthday cake": "pink", "ball of yarn": "blue", "rowing boat": "brown", "desk": "brown", "cowboy hat": "brown", "bottle": "green",
    "fence": "white", "paper plane": "white", "alien": "green",
}
RECOLOUR_SELDOM = {  # the same for what has nearly always its own
    "elephant": "gray", "pig": "pink", "bear": "brown", "cat": "orange", "dog": "brown", "fox": "orange", "horse": "brown", "frog": "green", "monkey": "brown", "turtle": "green", "snake": "green",
    "octopus": "red", "whale": "blue", "dolphin": "blue", "crab": "red", "owl": "brown", "chick": "yellow", "t-rex": "green", "brontosaurus": "green", "crocodile": "green", "lizard": "green", "spider": "purple",
    "koala": "gray", "gorilla": "gray", "squirrel": "orange", "shark": "gray", "hamster": "orange", "wolf": "gray", "camel": "brown", "caterpillar": "green", "snail": "brown", "kangaroo": "brown",
    "mammoth": "brown", "rhinoceros": "gray", "parrot": "pink", "flamingo": "pink", "apple": "red", "pear": "green", "strawberry": "red", "mushroom": "red", "pumpkin": "orange", "carrot": "orange",
    "tree": "green", "bush": "green", "cactus": "green", "seal": "gray", "ladybug": "red", "rock": "gray", "log": "brown", "cookie": "brown",
}
FLYING = {"airplane", "small airplane", "airplane taking off", "airplane landing", "helicopter", "sun", "sun with a face", "cloud", "rain cloud", "snow cloud", "storm cloud", "thunder cloud",
          "crescent moon", "full moon", "half moon", "new moon", "star", "glowing star", "shooting star", "planet with rings", "balloon", "kite", "dove", "eagle", "bat", "butterfly", "bee",
          "rainbow", "parachute", "sun behind a cloud", "sun behind a rain cloud", "moon with a face", "full moon with a face", "snowflake", "comet", "lightning bolt", "red lantern"}
SUPPORT = {"car", "truck", "house", "box", "couch and lamp", "bed", "chair", "rock", "log", "book", "books", "elephant", "turtle", "cow", "horse", "skateboard", "pickup truck", "bus", "van",
           "tram", "suitcase", "drum", "basket", "cheese", "pancakes", "birthday cake", "camel", "hippopotamus", "rhinoceros", "computer", "television", "gift", "castle", "brick", "bread", "whale", "pig"}
PLURAL = {"sheep": "sheep", "mouse": "mice", "goose": "geese", "fish": "fish", "tropical fish": "tropical fish", "deer": "deer", "bison": "bison", "moose": "moose", "ox": "oxen", "wolf": "wolves",
          "leaf": "leaves", "shrimp": "shrimp", "bread": "loaves of bread", "cheese": "pieces of cheese", "cactus": "cacti", "hippopotamus": "hippos", "octopus": "octopuses", "squid": "squid",
          "loaf of bread": "loaves of bread", "cherries": "bunches of cherries", "grapes": "bunches of grapes", "man": "men", "woman": "women", "child": "children", "tooth": "teeth", "foot": "feet",
          "policeman": "policemen", "sushi": "sushi", "tempura": "tempura", "calf": "calves", "bamboo": "bamboo", "corn": "corn cobs", "broccoli": "broccoli", "lettuce": "lettuces", "garlic": "garlic",
          "bacon": "bacon", "popcorn": "popcorn", "pizza": "pizzas", "die": "dice", "potato": "potatoes", "tomato": "tomatoes", "mango": "mangoes", "cup of coffee": "cups of coffee", "cup of tea": "cups of tea",
          "glass of milk": "glasses of milk", "slice of cake": "slices of cake", "bowl of rice": "bowls of rice", "ball of yarn": "balls of yarn", "house with a garden": "houses with a garden",
          "bottle": "bottles", "knife": "knives", "buffalo": "buffalo", "scarf": "scarves", "elf": "elves", "santa claus": "santas", "mrs claus": "mrs clauses", "fairy": "fairies", "flamingo": "flamingos"}
UNCOUNTED = {"bread", "cheese", "broccoli", "garlic", "popcorn", "bacon", "corn", "lettuce", "sushi", "butter", "salt", "spaghetti", "soap", "meat", "rice", "milk", "coffee", "tea", "honey", "chocolate",
             "wheat", "bamboo", "salad", "curry", "stew", "toilet paper", "coral", "fire", "paella", "grain", "sand", "money", "lightning", "luggage", "pasta", "fondue", "yarn", "cutlery", "tempura", "boom"}
PLURAL_FORM = {"hugging people", "friends hugging", "people hugging each other", "newlyweds", "bride and groom", "mountains", "balloons", "bananas", "tulips", "yellow flowers", "daisies", "sunflowers", "pink tulips", "pancakes", "drums", "running shoes", "trainers", "sneakers", "fried eggs", "tomatoes", "chili peppers", "radishes", "plums", "geraniums in a pot", "candied apples", "toffee apples", "cherries", "grapes", "jeans", "socks", "gloves", "shorts", "glasses", "sunglasses", "goggles", "headphones", "scissors", "french fries", "fries", "peanuts", "beans", "books", "houses",
               "pants", "trousers", "skis", "maracas", "autumn leaves", "fallen leaves", "paw prints", "music notes", "chopsticks", "pancakes", "bubbles", "soap bubbles", "shopping bags", "bowling pins",
               "nesting dolls", "theater masks", "traffic lights", "city buildings", "scales", "ballet shoes", "herbs", "fork and knife", "chips", "bricks", "train tracks", "tickets", "eyes", "roasted nuts",
               "theatre masks", "russian dolls", "leafy greens", "clapping hands", "folded hands", "chains", "sparkles", "musical notes", "blueberries", "piano keys", "two hearts"}


def article(noun):
    """Noun phrase in the singular with its article; plural forms and mass nouns take none."""
    if noun.startswith("pair of"):
        return "a " + noun
    tails = [noun] + [noun.split(" ", k)[k] for k in (1, 2) if noun.count(" ") >= k]  # "large shopping bags", "small brown bread"
    if any(t in PLURAL_FORM or t in UNCOUNTED for t in tails) and noun not in ("stick of butter", "cup of coffee", "cup of tea", "glass of milk", "bowl of rice", "ball of yarn", "jar of honey"):
        return noun
    if noun.startswith(("statue of", "mount fuji", "santa", "mrs claus", "father christmas", "mother christmas")):
        return noun
    if noun in ("sun", "crescent moon", "moon", "full moon", "saturn", "statue of liberty"):
        return ("a " if noun == "crescent moon" else "the ") + noun
    special = noun.startswith(("uni", "usa", "one", "euro", "ufo", "ukulele"))
    return ("an " if noun[0] in "aeiou" and not special else "a ") + noun


def plural(noun):
    if noun in PLURAL_FORM:
        return noun
    if noun in PLURAL:
        return PLURAL[noun]
    for joint in (" of ", " with ", " on ", " in ", " behind ", " covering ", " and "):
        if joint in noun:
            head, tail = noun.split(joint, 1)
            return plural(head) + joint + tail
    first, last = noun.rsplit(" ", 1) if " " in noun else ("", noun)
    pre = first + " " if first else ""
    if last in PLURAL:
        return pre + PLURAL[last]
    if last.endswith("man") and last not in ("human", "talisman", "shaman"):
        return pre + last[:-3] + "men"
    if last.endswith("hero"):
        return pre + last + "es"
    if last.endswith(("s", "x", "ch", "sh", "z")):
        return pre + last + "es"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return pre + last[:-1] + "ies"
    return pre + last + "s"


def _names():
    table = {}
    for line in open(os.path.join(HERE, "objects_names.txt"), encoding="utf-8"):
        if "=" not in line or line.startswith("#"):
            continue
        emoji_name, rest = line.split(" = " if " = " in line else " =", 1)
        parts = [p.strip() for p in rest.split("|")]
        table[emoji_name.strip()] = (parts[0], [s.strip() for s in parts[1].split(",") if s.strip()], float(parts[2]))
    return table


def build(data_dir):
    """Writes objects.json. Names are unique over the base; a synonym equal to another object's name is dropped."""
    table, held = _names(), {cp: k for k, cps in HELD_OUT.items() for cp in cps}
    rows = [json.loads(x) for x in open(os.path.join(data_dir, "emoji/meta/index.jsonl"), encoding="utf-8")]
    objects, taken = [], set()
    for r in rows:
        if "fluent-flat" not in r["styles"] or r["group"] in ("flags", "component"):
            continue
        name, synonyms, weight = table.get(r["name"], (r["name"], [], 1.0))
        cp = r["codepoint"]
        if cp in held:
            name, synonyms = HELD_OUT_NAMES.get(cp, (r["name"], []))
        elif weight == 0 or not name:
            continue
        name = name.replace("’", "'").lower()
        if name in taken:
            continue
        taken.add(name)
        category, base = CATEGORY.get(r["subgroup"]) or DEFAULT.get(r["group"], ("object", 0.3))
        objects.append({"key": cp, "name": name, "synonyms": synonyms, "category": category, "weight": round(base * weight, 3), "concept": held.get(cp),
                        "pale": min(r["rgb"]["fluent-flat"]) > 185, "styles": [s for s in STYLES if s in r["styles"]]})
    for o in objects:
        o["synonyms"] = [s for s in o["synonyms"] if s not in taken or s == o["name"]]
    with open(os.path.join(HERE, "objects.json"), "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(o, ensure_ascii=False) for o in objects) + "\n]\n")
    return objects


class Obj:
    """One object: key, name, synonyms, category, weight, concept (None for the base), styles (set)."""
    __slots__ = ("key", "name", "synonyms", "category", "weight", "concept", "styles", "index", "recolour", "flying", "support", "pale", "pose", "source", "head")

    def __init__(self, index, d):
        self.index = index
        for k in ("key", "name", "synonyms", "category", "weight", "concept", "pale"):
            setattr(self, k, d[k])
        self.styles = set(d["styles"])
        self.pose, self.source, self.head = d.get("pose", ""), d["source"], d.get("head")
        self.recolour = RECOLOUR.get(self.name) or RECOLOUR_SELDOM.get(self.name)
        self.flying = self.name in FLYING
        self.support = self.name in SUPPORT

    @property
    def recolour_share(self):
        """How often it has another colour, beside what is coloured often."""
        return 0.25 if self.name in RECOLOUR_SELDOM else 1.0

    @property
    def drawn(self):
        """Not an emoji as a pack has it."""
        return self.source != "emoji"


@lru_cache(maxsize=1)
def load():
    """All objects in file order (the order of the sprite cache)."""
    rows = []
    for source, name in (("emoji", "objects.json"), ("drawings", "drawings.json"), ("parts", "parts.json")):  # in this order: places in the sprite cache and in seeded draws stay
        with open(os.path.join(HERE, name), encoding="utf-8") as f:
            rows += [{**d, "source": source} for d in json.load(f)]
    return [Obj(i, d) for i, d in enumerate(rows)]


@lru_cache(maxsize=1)
def by_key():
    return {o.key: o for o in load()}


@lru_cache(maxsize=1)
def by_name():
    return {o.name: o for o in reversed(load())}  # of several pictures of one name, the emoji


if __name__ == "__main__":
    made = build(os.environ["STYLUS_DATA"])
    base = [o for o in made if not o["concept"]]
    print(len(base), "base objects,", len(made) - len(base), "held out")
