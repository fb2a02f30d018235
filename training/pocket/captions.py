"""Captions: a grammar of many voices over scene specs. Style-neutral: a base caption never names an adapter's style.

`caption(spec, rng, split)` returns one lower-case English caption; split "eval" uses wordings that training never sees.
"""
import json
import os
import re
from bisect import bisect
from functools import lru_cache
from itertools import accumulate

from . import objects, places

NUMBERS = {2: ["two", "two", "two", "a pair of", "2"], 3: ["three", "three", "three", "3"], 4: ["four", "four", "four", "4"]}
PLACE = {  # phrases after the subject; keyword nouns
    "meadow": (["in a meadow", "in a green meadow", "on the grass", "in a field", "in a grassy field", "on a green field"], ["meadow", "grass", "green field"]),
    "hill": (["on a hill", "on a hill", "on top of a hill", "on a green hill", "on a grassy hill"], ["hill", "green hill"]),
    "snow": (["in the snow", "in the snow", "in a snowy field", "in a snowy landscape", "on the snow", "in winter"], ["snow", "winter", "snowy landscape"]),
    "beach": (["on the beach", "on a beach", "at the beach", "on a sandy beach", "by the sea"], ["beach", "sandy beach"]),
    "sea": (["in the sea", "on the sea", "on the water", "in the ocean", "on the ocean", "floating on the water"], ["sea", "ocean", "water"]),
    "desert": (["in the desert", "in a desert", "on sand dunes", "in a sandy desert"], ["desert", "sand dunes"]),
    "mountains": (["in the mountains", "in front of mountains", "with mountains in the background", "in front of snowy mountains"], ["mountains", "mountain landscape"]),
    "forest": (["in a forest", "in the forest", "in the woods", "in a pine forest", "among the trees"], ["forest", "woods", "trees"]),
    "road": (["on a road", "on the road", "on a country road", "on the street in the countryside"], ["road", "country road"]),
    "street": (["on a street", "in the street", "on a city street", "on a street with houses"], ["street", "city street"]),
    "city": (["in a city", "in the city", "in front of a city skyline", "with skyscrapers in the background", "downtown"], ["city", "city skyline", "skyscrapers"]),
    "room": (["in a room", "in a living room", "in the room", "indoors", "on the floor of a room", "at home"], ["room", "indoors", "living room"]),
    "table": (["on a table", "on the table", "on a wooden table", "on a kitchen table"], ["table", "wooden table"]),
    "space": (["in space", "in outer space", "floating in space", "among the stars"], ["space", "outer space"]),
    "underwater": (["underwater", "under water", "under the sea", "at the bottom of the sea"], ["underwater", "under the sea"]),
    "park": (["in a park", "in the park", "in a garden", "in a flower garden", "among flowers in a park"], ["park", "garden", "flowers"]),
    "moon": (["on the moon", "on the moon", "on the surface of the moon", "on the lunar surface", "on an alien planet"], ["moon", "lunar surface", "moon landscape"]),
    "cliff": (["on a cliff", "on a cliff", "on a cliff by the sea", "on a rocky cliff", "on a cliff above the ocean", "on the edge of a cliff"], ["cliff", "sea cliff", "rocky coast"]),
    "lake": (["on a lake", "in a lake", "at a lake", "by the lake", "on a river", "in a pond"], ["lake", "river", "pond"]),
    "jungle": (["in the jungle", "in a jungle", "in the rainforest", "in a tropical forest"], ["jungle", "rainforest", "tropical"]),
    "farm": (["on a farm", "on a farm", "on the farm", "in the countryside", "in a field behind a fence", "in a corn field"], ["farm", "countryside", "farmland"]),
    "kitchen": (["in a kitchen", "in the kitchen", "in a cozy kitchen"], ["kitchen", "cozy kitchen"]),
    "bedroom": (["in a bedroom", "in the bedroom", "in a child's bedroom", "next to a bed"], ["bedroom", "child's bedroom"]),
    "library": (["in a library", "in the library", "in front of bookshelves", "in an old library", "among books"], ["library", "bookshelves"]),
    "cave": (["in a cave", "in a dark cave", "inside a cave", "in a cavern"], ["cave", "dark cave", "cavern"]),
    "clouds": (["in the clouds", "above the clouds", "in the sky", "on a cloud", "high in the sky"], ["clouds", "sky", "above the clouds"]),
    "volcano": (["in front of a volcano", "near a volcano", "with a volcano in the background", "beside an erupting volcano"], ["volcano", "lava", "erupting volcano"]),
    "ice": (["on the ice", "in the arctic", "at the north pole", "in antarctica", "among icebergs", "on a frozen sea"], ["ice", "arctic", "icebergs"]),
    "stage": (["on a stage", "on stage", "in a theater", "in the spotlight", "at a concert"], ["stage", "theater", "spotlight"]),
    "playground": (["at a playground", "on the playground", "in a playground"], ["playground"]),
    "classroom": (["in a classroom", "in a classroom", "at school", "in the classroom", "in front of a blackboard"], ["classroom", "school"]),
    "castle": (["in a castle", "inside a castle", "in a castle hall", "in the throne room", "in a stone hall", "in a palace"], ["castle hall", "throne room", "castle interior"]),
    "bathroom": (["in a bathroom", "in the bathroom", "in the bathroom"], ["bathroom"]),
    "office": (["in an office", "in the office", "at work", "at the office"], ["office", "office interior"]),
    "museum": (["in a museum", "in an art gallery", "at the museum", "in a gallery", "in front of paintings"], ["museum", "art gallery"]),
    "cafe": (["in a cafe", "at a cafe", "in a restaurant", "in a coffee shop", "in a bar", "at a restaurant"], ["cafe", "restaurant", "coffee shop"]),
    "shop": (["in a shop", "in a supermarket", "in a store", "at the supermarket", "in front of shelves"], ["shop", "supermarket", "store"]),
    "garden": (["in a garden", "in the garden", "in a flower garden", "in the backyard", "behind the house"], ["garden", "flower garden", "backyard"]),
    "wheat": (["in a wheat field", "in a cornfield", "in a golden field", "in a field of wheat"], ["wheat field", "cornfield", "golden field"]),
    "swamp": (["in a swamp", "in the swamp", "in the marsh", "by a swamp"], ["swamp", "marsh"]),
    "harbor": (["at the harbor", "in a harbor", "on a pier", "at the docks", "on a wooden pier", "in a port"], ["harbor", "pier", "port", "docks"]),
    "river": (["by a river", "at the river", "beside a river", "next to a stream", "by a stream"], ["river", "stream", "riverbank"]),
    "rooftop": (["on a rooftop", "on the roof", "on a roof above the city", "on the rooftops"], ["rooftop", "roof"]),
    "pitch": (["on a soccer field", "on a football field", "in a stadium", "on a sports field", "on the pitch"], ["soccer field", "stadium", "football field"]),
    "pool": (["at the pool", "by the swimming pool", "in a swimming pool", "at a swimming pool"], ["swimming pool", "pool"]),
    "mars": (["on mars", "on mars", "on the red planet", "on a red planet", "on a strange planet"], ["mars", "red planet"]),
    "canyon": (["in a canyon", "in the canyon", "in a rocky desert", "in the wild west"], ["canyon", "rocky desert"]),
    "station": (["at a train station", "on a platform", "at the station", "at a railway station"], ["train station", "platform", "railway station"]),
    "spaceship": (["in a spaceship", "inside a spaceship", "on a spaceship", "in a space station"], ["spaceship interior", "space station"]),
    "village": (["in a village", "in a small town", "in front of a village", "with houses in the background"], ["village", "small town", "houses"]),
    "wall": (["in front of a brick wall", "by a wall", "against a wall", "on the sidewalk"], ["brick wall", "wall"]),
    "balcony": (["on a balcony", "on the balcony", "on a terrace"], ["balcony", "terrace"]),
    "valley": (["in a valley", "in a green valley", "near a waterfall", "in front of a waterfall", "with a waterfall in the background"], ["valley", "waterfall", "green valley"]),
}
SKY = {
    "day": (["on a sunny day", "under a blue sky", "on a clear day", "in daylight", "during the day", "in summer", "in the sunshine"], ["sunny", "blue sky", "daytime"]),
    "night": (["at night", "at night", "at night", "under a starry sky", "under the stars", "in the moonlight", "on a starry night", "at midnight", "under the moon"], ["night", "night", "starry sky", "nighttime", "moonlight"]),
    "sunset": (["at sunset", "at sunset", "at sunset", "at dusk", "in the evening", "during sunset", "at sunrise", "at dawn", "in the golden hour", "with the sun setting"], ["sunset", "evening", "dusk", "golden hour"]),
    "overcast": (["on a cloudy day", "under a gray sky", "on an overcast day"], ["cloudy", "gray sky", "overcast"]),
}
WEATHER = {
    "rain": (["in the rain", "in the rain", "on a rainy day", "while it rains"], ["rain", "rainy day"]),
    "snowfall": (["while it snows", "with snow falling", "in falling snow", "as snow falls"], ["snowfall", "falling snow"]),
    "rainbow": (["under a rainbow", "with a rainbow in the sky", "with a rainbow"], ["rainbow"]),
    "storm": (["in a storm", "in a storm", "during a storm", "in a thunderstorm", "with lightning in the sky", "in stormy weather"], ["storm", "thunderstorm", "lightning"]),
    "aurora": (["under the northern lights", "with northern lights in the sky", "under the aurora", "with an aurora"], ["northern lights", "aurora"]),
    "fireworks": (["with fireworks in the sky", "under fireworks", "with fireworks", "on new year's eve"], ["fireworks"]),
    "fog": (["in the fog", "in the mist", "on a foggy day", "in thick fog"], ["fog", "mist", "foggy"]),
}
OPENERS = ["", "", "", "", "", "", "", "", "an illustration of ", "a picture of ", "a drawing of ", "an image of ", "there is ", "a scene with ", "a view of ", "here is "]
EVAL_OPENERS = ["we can see ", "imagine ", "look at ", "show me ", "a scene showing "]
BASE_STYLE = ["flat illustration", "vector art", "simple illustration", "clean vector illustration", "flat design", "flat colors"]
COLOUR_WORDS = {"red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray"}
CUTE = {"animal", "bird", "sea animal", "insect", "person", "face", "toy"}
BIG, SMALL = 143, 113


@lru_cache(maxsize=1)
def near_words():
    """Object name -> (words without a picture of their own that mean nearly the same or a kind of it, cumulative weights). See words.py."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "words.json")
    with open(path, encoding="utf-8") as f:
        return {name: ([w for w, _ in rows], list(accumulate(k for _, k in rows))) for name, rows in json.load(f).items()}


def noun(obj, rng):
    u = rng.random()
    if u < 0.22 and obj.synonyms:
        return rng.choice(obj.synonyms)
    if 0.78 < u and obj.name in near_words():
        words, sums = near_words()[obj.name]
        return words[bisect(sums, rng.random() * sums[-1])]
    return obj.name


def adjective(item, obj, spec, rng):
    """Size words only where they are true; "cute" is noise."""
    words = []
    if spec["relation"] == "single":
        if item["size"] > BIG and rng.random() < 0.25:
            words.append(rng.choice(["big", "large"]))
        elif item["size"] < SMALL and rng.random() < 0.25:
            words.append(rng.choice(["small", "little", "tiny"]))
    if not words and obj.category in CUTE and rng.random() < 0.07:
        words.append(rng.choice(["cute", "cute", "lovely", "happy"]))
    return words


def coloured(item, obj, name, rng):
    """Adds the colour word; an object's own colour is named now and then so that the word means the same."""
    word = item["colour"]
    told = obj.recolour and objects.by_name()[obj.name].source == obj.source  # of a drawing beside an emoji of the same name it may be another
    if word is None and told and "colours" not in item and rng.random() < 0.3:
        word = obj.recolour
    first, _, rest = name.partition(" ")
    if word and rest and first != word and first in COLOUR_WORDS:  # "red barn" of a pink one
        name = rest
    return f"{word} {name}" if word and not name.startswith(word) else name


def single(item, obj, spec, rng):
    words = adjective(item, obj, spec, rng) + [coloured(item, obj, noun(obj, rng), rng)]
    text = " ".join(words)
    if len(words) > 1 and obj.name in ("sun", "crescent moon"):
        text = words[-1]
    phrase = objects.article(text)
    if phrase.startswith("a ") and rng.random() < 0.04:
        phrase = rng.choice(["one ", "the ", "the "]) + text
    return phrase


def many(n, item, obj, rng):
    return rng.choice(NUMBERS[n]) + " " + objects.plural(coloured(item, obj, noun(obj, rng), rng))


def subject(spec, rng):
    if "core" in spec:
        return fill(rng.choice(spec["core"]), slots(spec, rng)) or ground(spec, rng, True)
    items = spec["objects"]
    objs = [objects.by_key()[i["key"]] for i in items]
    rel = spec["relation"]
    if rel in ("count", "row"):
        n = len(items)
        if rel == "row":
            return rng.choice(["a row of three ", "three ", "a line of three "]) + objects.plural(coloured(items[0], objs[0], noun(objs[0], rng), rng)) + rng.choice(["", "", " in a row", " side by side"])
        return many(n, items[0], objs[0], rng)
    if rel == "single":
        return single(items[0], objs[0], spec, rng)
    names = [single(i, o, spec, rng) for i, o in zip(items, objs)]
    if rel == "list":
        return f"{names[0]}, {names[1]} and {names[2]}" if rng.random() < 0.7 else f"{names[0]}, {names[1]}, and {names[2]}"
    if rel in ("on", "front"):  # drawn back to front: [b, a] for on, front
        b, a = names
        if rel == "on":
            return a + rng.choice([" on ", " on ", " on top of ", " sitting on "]) + b
        return rng.choice([f"{a} in front of {b}", f"{a} in front of {b}", f"{b} behind {a}"])
    a, b = names
    left = [" to the left of ", " left of ", " on the left of "]
    right = [" to the right of ", " right of ", " on the right of "]
    forms = {
        "and": lambda: rng.choice([f"{a} and {b}", f"{a} and {b}", f"{a} with {b}", f"{b} and {a}"]),
        "next": lambda: rng.choice([f"{a} next to {b}", f"{a} beside {b}", f"{b} next to {a}", f"{a} and {b} side by side"]),
        "left": lambda: rng.choice([a + rng.choice(left) + b, a + rng.choice(left) + b, b + rng.choice(right) + a, f"{a} on the left and {b} on the right"]),
        "right": lambda: rng.choice([a + rng.choice(right) + b, a + rng.choice(right) + b, b + rng.choice(left) + a, f"{b} on the left and {a} on the right"]),
        "above": lambda: rng.choice([f"{a} above {b}", f"{a} above {b}", f"{a} over {b}", f"{b} below {a}"]),
        "below": lambda: rng.choice([f"{a} below {b}", f"{a} below {b}", f"{a} under {b}", f"{b} above {a}"]),
    }
    return forms[rel]()


# What a caption may leave out: a prompt that names no place then gets one of these. Places that are a surprise, and dark or grey grounds, are named.
USUAL = {"meadow", "park", "garden", "beach", "street", "forest", "village", "valley", "river", "room", "kitchen", "bedroom", "sea", "underwater", "clouds", "snow", "farm", "castle", "stage"}
USUAL_COLOURS = {"light blue", "light green", "beige", "pink", "lavender", "yellow"}


def ground(spec, rng, keyword=False):
    """Phrase or keyword for the place, "" where it goes without saying."""
    place, c, c2 = spec["place"], spec["colour"], spec["colour2"]
    if place == "plain":
        if rng.random() < (0.7 if c in USUAL_COLOURS else 0.15):
            return ""
        if keyword:
            return f"{c} background"
        return rng.choice([f"on {objects.article(c)} background", f"on {objects.article(c)} background", f"with {objects.article(c)} background", f"in front of {objects.article(c)} background", f"on {c}"])
    if place in places.PATTERN:
        word = {"dots": rng.choice(["polka dot", "dotted", "polka dots"]), "stripes": rng.choice(["striped", "stripes"]), "checks": rng.choice(["checkered", "checked"])}[place]
        word = {"polka dots": "polka dot", "stripes": "striped"}.get(word, word)
        colours = rng.choice([f"{c} and {c2} ", f"{c} and {c2} ", f"{c2} and {c} ", f"{c} ", ""])
        text = f"{colours}{word} background"
        return text if keyword else rng.choice(["on ", "with ", "in front of "]) + objects.article(text)
    phrases, nouns = PLACE[place]
    return rng.choice(nouns) if keyword else rng.choice(phrases)


def sky(spec, rng, keyword=False):
    indoors = spec["place"] in places.INDOOR
    if spec["place"] not in places.OUTDOOR and spec["place"] != "clouds" and not (indoors and spec["sky"] == "night"):
        return ""
    chance = {"day": 0.12, "night": 0.93, "sunset": 0.93, "overcast": 0.85}[spec["sky"]]
    if spec["weather"] != "none" and spec["sky"] in ("overcast", "day"):
        chance = 0.0
    if rng.random() > chance:
        return ""
    phrases, nouns = SKY[spec["sky"]]
    if indoors:
        phrases, nouns = ["at night"], ["night"]
    return rng.choice(nouns if keyword else phrases)


def weather(spec, rng, keyword=False):
    if spec["weather"] == "none":
        return ""
    return rng.choice(WEATHER[spec["weather"]][keyword])


def keywords(spec, rng):
    items = spec["objects"]
    objs = [objects.by_key()[i["key"]] for i in items]
    if spec["relation"] in ("count", "row"):
        words = [many(len(items), items[0], objs[0], rng)]
    else:
        words = [coloured(i, o, noun(o, rng), rng) for i, o in zip(items, objs)]
        if rng.random() < 0.3 and spec["relation"] != "single":
            words = [subject(spec, rng)]
    words += [w for w in (ground(spec, rng, True), sky(spec, rng, True), weather(spec, rng, True)) if w]
    if rng.random() < 0.15:
        words.append(rng.choice(BASE_STYLE))
    return ", ".join(words)


LIVELY = {"animal", "bird", "person", "toy", "sea animal", "insect", "face"}
MOODS = ["cute", "cute", "cute", "happy", "little", "friendly", "funny", "lovely", "adorable", "beautiful", "old", "young", "fluffy", "magical", "brave", "tired", "curious", "chubby", "majestic", "cartoon"]
TRAITS = ["cute", "cute", "little", "friendly", "funny", "adorable", "young", "cheerful", "brave", "cartoon"]  # of figures, whose faces show what they feel
FEELINGS = {"happy": ["happy", "smiling", "cheerful"], "sad": ["sad", "unhappy", "gloomy", "sad little"], "angry": ["angry", "grumpy", "mad", "furious"], "surprised": ["surprised", "amazed", "astonished", "shocked"],
            "asleep": ["sleeping", "sleepy", "tired"], "laughing": ["laughing", "happy", "joyful"], "crying": ["crying", "sad", "weeping"]}
LOOKS = ["beautiful", "old", "wooden", "colorful", "shiny", "big", "small", "lovely", "tiny", "pretty", "little", "magical", "simple"]
PLAIN_OPENERS = ["", "", "", "", "", "", "", "", "", "", "a picture of ", "an image of ", "an illustration of ", "a drawing of ", "draw ", "please draw ", "i want ", "a cartoon of ", "a cartoon picture of ", "illustration of ", "cute illustration of ",
                 "a scene with ", "generate ", "make me a picture of ", "can you draw ", "show me ", "a children's book illustration of ", "there is ", "imagine "]
BOORU = ["no humans", "solo", "simple background", "outdoors", "indoors", "full body", "masterpiece", "best quality", "cartoon", "looking at viewer", "scenery", "standing", "flat color"]


def clothes(words):
    """With its article, if it takes one."""
    return words if words.endswith(("overalls", "dungarees")) else objects.article(words)


def slots(spec, rng):
    """{0}, {n0}, {p0} … of a natural spec; one choice of words for each object."""
    out = {}
    for i, item in enumerate(spec["objects"]):
        obj = objects.by_key()[item["key"]]
        plain = rng.choice(item["called"]) if "called" in item else noun(obj, rng)
        out[f"q{i}"] = objects.plural(plain)
        name = coloured(item, obj, plain, rng)
        mood, worn = "", ""
        if item.get("mood"):
            mood = rng.choice(FEELINGS[item["mood"]]) + " " if rng.random() < 0.75 else ""
        elif rng.random() < (0.10 if "mood" in item else 0.16):
            mood = rng.choice((TRAITS if "mood" in item else MOODS) if obj.category in LIVELY else LOOKS) + " "
        if "mascot" in item:
            if not mood and rng.random() < 0.5:
                mood = rng.choice(["smiling", "happy", "cute", "little", "cartoon", "funny"]) + " "
            if rng.random() < 0.25:
                worn = rng.choice([" with a face", " with arms and legs", " with a smiling face" if not item.get("mood") else " with a face", " with eyes"])
        elif item.get("wears") and rng.random() < 0.3:
            worn = rng.choice([" in ", " in ", " wearing "]) + clothes(rng.choice(item["wears"]))
        if "job" in item:
            name, job = f"{name} {item['job']}", rng.choice(["", "", " dressed as ", " as "])
            out[f"p{i}"] = objects.plural(name)
            if job:
                name = name.removesuffix(" " + item["job"]) + job + objects.article(item["job"])
        out[f"n{i}"] = name
        out.setdefault(f"p{i}", objects.plural(name))
        phrase = objects.article(mood + name)
        out[str(i)] = (phrase if rng.random() > 0.05 or phrase.startswith("the ") else "the " + mood + name if rng.random() < 0.5 else mood + name) + worn
    return out


def fill(template, words):
    text = template
    for key, value in words.items():
        text = text.replace("{" + key + "}", value)
    return text


SENTENCE = re.compile(r"^(\{\d\}(?: and \{\d\})?) (\w+ing)\b")
ARTICLES = re.compile(r"\b(?:a|an|the) (?=\w)")


def natural(spec, rng):
    """One caption of a natural spec, in one of many voices."""
    words = slots(spec, rng)
    template = rng.choice(spec["core"])
    sentence = rng.random() < 0.10
    if sentence:
        template = SENTENCE.sub(lambda m: m[1] + (" are " if " and " in m[1] else rng.choice([" is ", " is ", " who is "])) + m[2], template)
    core = fill(template, words)
    g, t, w = ground(spec, rng), sky(spec, rng), weather(spec, rng)
    if core and g and spec["place"] in USUAL and rng.random() < 0.3:  # a place that goes without saying
        g = ""
    tail = [x for x in (g, t, w) if x]
    u = rng.random()
    if not core:
        nouns = [x for x in (ground(spec, rng, True), t if rng.random() < 0.7 else sky(spec, rng, True), w) if x]
        if u < 0.6:
            return (rng.choice(PLAIN_OPENERS) + objects.article(nouns[0]) + " " + " ".join(x for x in (t, w) if x)).strip() if nouns else "an empty scene"
        return ", ".join(nouns) or "an empty scene"
    if u < 0.09:  # tags
        names = [words[f"n{i}"] for i in range(len(spec["objects"])) if i < 3]
        same = len(set(d["key"] for d in spec["objects"])) == 1 and len(spec["objects"]) > 1
        tags = [core] if same or rng.random() < 0.4 else names
        tags += [x for x in (ground(spec, rng, True), sky(spec, rng, True), weather(spec, rng, True)) if x]
        if rng.random() < 0.5:
            tags += rng.sample(BOORU, rng.choice([1, 2, 3]))
        if rng.random() < 0.3:
            rng.shuffle(tags)
        return ", ".join(tags)
    if u < 0.16 and tail:
        rng.shuffle(tail)
        return f"{' '.join(tail)}, {core}"
    if u > 0.91:  # typed in haste
        text = ARTICLES.sub("", " ".join([core] + tail[: rng.choice([0, 1, 2] if spec["place"] in USUAL else [1, 2])]))
        return text if rng.random() < 0.6 else text.replace(" with ", ", ").replace(" on ", ", ", 1)
    if u > 0.885 and core.startswith(("a ", "an ")) and any(d.get("wears") is not None for d in spec["objects"][:1]):
        core = rng.choice(["my ", "the ", "our "]) + core.split(" ", 1)[1]
    if u < 0.26:  # long
        text = rng.choice(["a scene showing ", "this picture shows ", "a cheerful illustration of ", "in this image there is ", "a detailed drawing of ", ""]) + core
        if g:
            text += " " + g
        extra = []
        if t:
            extra.append(rng.choice([f"it is {t}", f"the scene takes place {t}", t]))
        if w:
            extra.append(rng.choice([f"everything is {w}", w]))
        if rng.random() < 0.4:
            extra.append(rng.choice(["the colors are bright and friendly", "simple shapes and flat colors", "the mood is calm", "it looks like a picture book", "clean lines and soft colors", "the mood is cheerful"]))
        return text + "".join(rng.choice([". ", ", "]) + x for x in extra) + ("." if rng.random() < 0.4 else "")
    if rng.random() < 0.12:
        rng.shuffle(tail)
    text = " ".join([core] + tail) if rng.random() < 0.75 else ", ".join([f"{core} {tail[0]}"] + tail[1:]) if tail else core
    opener = "" if sentence else rng.choice(PLAIN_OPENERS)
    if opener and not core.startswith(("two ", "three ", "four ", "five ", "2", "3", "4", "5")):
        text = opener + text
    if rng.random() < 0.08:
        text += ", " + rng.choice(BASE_STYLE)
    return text + ("." if rng.random() < 0.04 else "")


def caption(spec, rng, split="train"):
    """One caption for a spec."""
    if "core" in spec:
        return " ".join(natural(spec, rng).lower().split())
    if split != "eval" and rng.random() < 0.13:
        return keywords(spec, rng)
    s, g, t, w = subject(spec, rng), ground(spec, rng), sky(spec, rng), weather(spec, rng)
    if split == "eval":
        opener = rng.choice(EVAL_OPENERS) if rng.random() < 0.4 else ""
        tail = " ".join(x for x in (g, t, w) if x)
        return (opener + (f"{tail} stands {s}" if tail and not opener and rng.random() < 0.2 and spec["relation"] == "single" and g.startswith(("in ", "on ")) and spec["place"] in places.OUTDOOR else f"{s} {tail}")).strip()
    u = rng.random()
    tail = [x for x in (g, t, w) if x]
    if u < 0.10 and tail:
        head = " ".join(tail)
        text = f"{head}, {s}" if rng.random() < 0.6 else f"{head} there is {s}"
    elif u < 0.2 and spec["relation"] == "single" and spec["place"] in places.OUTDOOR and g.startswith(("in ", "on ", "at ")) and not s.startswith(("the sun", "sun")):
        o = objects.by_key()[spec["objects"][0]["key"]]
        verb = rng.choice(["standing", "sitting", "resting"]) if o.category in ("animal", "bird", "person", "insect") else "standing" if o.category in ("building", "vehicle", "plant") else ""
        text = " ".join(x for x in [s, verb] + tail if x)
    elif len(tail) > 1 and rng.random() < 0.35:
        text = f"{s} {tail[0]}, " + ", ".join(tail[1:])
    else:
        text = " ".join([s] + tail)
    if u >= 0.2:
        opener = rng.choice(OPENERS)
        if not (opener == "there is " and s.startswith(("two", "three", "four", "2", "3", "4"))):
            text = opener + text
        else:
            text = "there are " + text
    v = rng.random()
    if v < 0.10:
        text += ", " + rng.choice(BASE_STYLE)
    elif v < 0.13:
        text = rng.choice(BASE_STYLE) + " of " + text if not text.startswith(("there", "here", "in ", "on ", "at ", "an ill", "a pic", "a draw", "an im", "a scene", "a view")) else text
    elif v < 0.16:
        text += "."
    return text.lower()


# What people add to prompts without meaning any object; the base must read past it, or it paints something at random for it.
MODIFIERS = [
    "masterpiece", "best quality", "highly detailed", "intricate details", "sharp focus", "4k", "8k", "hd wallpaper", "trending on artstation",
    "award winning", "cinematic", "dramatic lighting", "soft lighting", "studio lighting", "volumetric light", "photorealistic", "photo",
    "3d render", "concept art", "digital painting", "anime style", "cartoon", "children's book illustration", "poster", "wallpaper", "minimalist",
    "beautiful", "stunning", "professional", "high resolution", "depth of field", "wide angle", "isometric", "paper cut", "embroidery", "low poly",
    "crayon drawing", "gouache", "charcoal drawing", "engraving", "graffiti", "retro", "vintage", "surreal", "dreamy", "moody", "colorful",
]


def with_modifier(text, phrases, rng):
    """A caption with one of `phrases`, where people write them."""
    phrase, u = rng.choice(phrases), rng.random()
    if u < 0.6:
        return f"{text.rstrip('.')}, {phrase}"
    return f"{phrase}, {text}" if u < 0.85 or not text.startswith(("a ", "an ", "two ", "three ", "four ")) else f"{phrase} of {text}"
