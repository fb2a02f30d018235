"""What figures wear: colours and cuts of clothes, and the words for them.

Details are strokes on the torso: ("dot", x, y, radius, colour) or ("bar", x0, y0, x1, y1, half width, colour), x in half widths of the torso from its
middle, y from hip (0) to shoulder (1).
"""
from dataclasses import dataclass

COLOURS = {"red": "#e5383b", "orange": "#fb8b24", "yellow": "#ffd43b", "green": "#37a85c", "blue": "#2f80ed", "purple": "#8d65c5", "pink": "#ff87c3", "brown": "#8a5a3c",
           "black": "#2b2b33", "white": "#f6f6f6", "gray": "#9aa3ad"}


@dataclass(frozen=True)
class Outfit:
    top: str                      # colour of the torso
    sleeve: str = ""              # "" as the top; "skin": bare arms
    legs: str = "#3a4a7a"         # "skin": bare legs
    shoes: str = "#3b2a33"
    skirt: float = 0.0            # length of a skirt or coat below the hip, in heights of the figure
    skirt_colour: str = ""        # "" as the top
    cape: str = ""
    details: tuple = ()
    words: tuple = ()             # phrases after "in" or "wearing"; none of what goes without saying


def buttons(colour, x=0.0):
    return tuple(("dot", x, y, .085, colour) for y in (.2, .45, .7))


def stripes(colour):
    return tuple(("bar", -.86, y, .86, y, .09, colour) for y in (.2, .5, .8))


WHITE, DARK, GOLD = "#f2f2f2", "#2b2b33", "#ffc83d"
SUIT = (("bar", 0, .45, 0, 1.0, .3, WHITE), ("bar", 0, .4, 0, .98, .1, "#c4314b"))
PROFESSIONS = {
    "astronaut": Outfit("#e6e6e6", legs="#e6e6e6", shoes="#9b9b9b", details=(("bar", -.45, .3, .45, .3, .2, "#9b9b9b"), ("dot", -.35, .72, .12, "#5092ff"), ("dot", .1, .72, .12, "#f92f60"))),
    "chef": Outfit("#f4f4f4", legs="#4b4b55", details=buttons("#b4acbc", -.3) + buttons("#b4acbc", .3) + (("bar", -.4, .98, .4, .98, .12, "#f92f60"),)),
    "farmer": Outfit("#00a651", legs="#0074ba", shoes="#6d4534", details=(("bar", 0, 0, 0, .62, .62, "#0074ba"), ("bar", -.5, .5, -.5, 1, .13, "#0074ba"), ("bar", .5, .5, .5, 1, .13, "#0074ba"), ("bar", -.25, .35, .25, .35, .12, "#5092ff"))),
    "firefighter": Outfit("#ca0b4a", legs="#ca0b4a", shoes="#26262e", details=(("bar", -.9, .3, .9, .3, .13, "#ffd43b"),)),
    "police officer": Outfit("#00a6ed", legs="#26408b", shoes="#26262e", details=(("bar", 0, .4, 0, .98, .11, "#26408b"), ("dot", .5, .66, .13, GOLD), ("bar", -.95, .04, .95, .04, .07, DARK))),
    "pilot": Outfit("#433b6b", legs="#433b6b", details=SUIT[:1] + (("bar", 0, .4, 0, .98, .1, DARK), ("bar", .4, .7, .75, .7, .06, GOLD))),
    "doctor": Outfit("#f4f4f4", legs="#5b8fb9", skirt=.10, details=(("bar", 0, .5, 0, 1, .22, "#ff822d"), ("bar", -.35, .5, -.35, 1, .06, "#636d8c"), ("bar", .35, .6, .35, 1, .06, "#636d8c"), ("dot", .35, .55, .1, "#00a6ed"))),
    "scientist": Outfit("#f4f4f4", legs="#4b4b55", skirt=.10, details=(("bar", 0, .1, 0, 1, .1, "#d8d8e0"), ("bar", .3, .62, .65, .62, .1, "#d8d8e0"), ("bar", 0, .7, 0, 1, .2, "#ff822d"))),
    "painter": Outfit("#f0ead8", legs="#533566", skirt=.06, details=(("dot", -.4, .3, .13, "#f92f60"), ("dot", .3, .5, .13, "#00a6ed"), ("dot", .45, .15, .1, "#ffd43b"), ("bar", -.4, .98, .4, .98, .12, "#f92f60"))),
    "detective": Outfit("#433b6b", legs="#2b2b33", skirt=.11, details=(("bar", -.3, .55, -.3, 1, .14, "#8d65c5"), ("bar", .3, .55, .3, 1, .14, "#8d65c5"), ("bar", -.95, .12, .95, .12, .07, "#2b2b33"))),
    "royal guard": Outfit("#f8312f", legs="#26262e", details=buttons(GOLD) + (("bar", -.95, .05, .95, .05, .08, WHITE),)),
    "construction worker": Outfit("#ff822d", sleeve="#5092ff", legs="#26408b", shoes="#6d4534", details=(("bar", -.5, 0, -.5, 1, .12, "#fff478"), ("bar", .5, 0, .5, 1, .12, "#fff478"))),
    "prince": Outfit("#0084ce", legs=WHITE, shoes="#6d4534", cape="#f8312f", details=buttons(GOLD) + (("bar", -.85, .95, .85, .95, .14, GOLD),)),
    "princess": Outfit("#8d65c5", sleeve="skin", legs="skin", skirt=.24, details=(("bar", -.5, .95, .5, .95, .09, WHITE),)),
    "king": Outfit("#f55c22", legs="#6d4534", skirt=.16, cape="#d3312f", details=(("bar", -.9, .95, .9, .95, .16, WHITE), ("bar", 0, 0, 0, .9, .12, GOLD))),
    "wizard": Outfit("#0084ce", legs="#0074ba", skirt=.22, shoes="#533566", details=(("bar", -.95, .1, .95, .1, .1, GOLD),)),
    "ninja": Outfit("#321b41", legs="#321b41", details=(("bar", -.95, .08, .95, .08, .1, "#8d65c5"),)),
    "superhero": Outfit("#0084ce", legs="#0084ce", shoes="#f8312f", cape="#f8312f", details=(("dot", 0, .6, .3, GOLD), ("bar", -.95, .04, .95, .04, .12, GOLD))),
    "superheroine": Outfit("#0084ce", sleeve="skin", legs="#0084ce", shoes="#f8312f", cape="#f8312f", details=(("dot", 0, .6, .3, GOLD), ("bar", -.95, .04, .95, .04, .12, GOLD))),
    "vampire": Outfit("#321b41", legs="#26262e", cape="#d3312f", details=(("bar", 0, .3, 0, 1, .3, WHITE), ("dot", 0, .9, .14, "#d3312f"))),
    "elf": Outfit("#44911b", legs="#6d4534", skirt=.06, details=(("bar", -.95, .1, .95, .1, .1, "#6d4534"),)),
    "singer": Outfit("#8d65c5", legs="#321b41", details=(("bar", 0, .3, 0, 1, .3, "#ff822d"),)),
    "student": Outfit("#26262e", legs="#4b4b55", skirt=.16, details=(("bar", 0, .5, 0, 1, .16, WHITE),)),
    "businessman": Outfit("#433b6b", legs="#433b6b", details=SUIT, words=("suit", "suit and tie")),
    "businesswoman": Outfit("#433b6b", legs="skin", skirt=.09, details=SUIT[:1], words=("suit",)),
    "mechanic": Outfit("#f4f4f4", legs="#0074ba", details=(("bar", 0, 0, 0, .65, .65, "#0074ba"), ("bar", -.5, .5, -.5, 1, .13, "#0074ba"), ("bar", .5, .5, .5, 1, .13, "#0074ba"))),
    "woman with a headscarf": Outfit("#8d65c5", legs="#533566", skirt=.20),
    "bride": Outfit("#ffffff", sleeve="skin", legs="skin", skirt=.27, words=("wedding dress", "white dress")),
    "groom": Outfit("#26262e", legs="#26262e", details=(("bar", 0, .3, 0, 1, .3, WHITE), ("bar", -.2, .94, .2, .94, .1, "#26262e"))),
    "zombie": Outfit("#4b6a72", sleeve="skin", legs="#533566", details=(("bar", -.5, .2, .1, .2, .06, "#3a525a"),)),
    "clown": Outfit("#ffd43b", legs="#00a6ed", shoes="#f8312f", details=(("dot", 0, .25, .14, "#f8312f"), ("dot", 0, .65, .14, "#00a6ed"), ("bar", -.7, .97, .7, .97, .16, WHITE))),
    "knight": Outfit("#9aa3ad", legs="#7d8792", shoes="#5f6873", details=(("bar", 0, 0, 0, 1, .42, "#0074ba"), ("bar", 0, .2, 0, .85, .1, GOLD), ("bar", -.28, .6, .28, .6, .1, GOLD))),
    "pirate": Outfit("#ca0b4a", legs="#321b41", details=(("bar", 0, 0, 0, 1, .36, WHITE), ("bar", -.36, .3, .36, .3, .08, "#0084ce"), ("bar", -.36, .6, .36, .6, .08, "#0084ce"), ("bar", -.98, .04, .98, .04, .1, "#6d4534"))),
    "witch": Outfit("#533566", legs="#321b41", skirt=.24, details=(("bar", -.95, .08, .95, .08, .08, "#ff822d"),)),
    "cowboy": Outfit("#f8312f", legs="#0074ba", shoes="#6d4534", details=(("bar", -.72, 0, -.72, 1, .26, "#8a5a3c"), ("bar", .72, 0, .72, 1, .26, "#8a5a3c"), ("bar", -.95, .02, .95, .02, .08, "#6d4534"))),
    "scarecrow": Outfit("#f8312f", legs="#6d4534", details=(("bar", -.3, .25, .1, .25, .2, "#00a6ed"),)),
    "robot": Outfit("#9b9b9b", legs="#636363", shoes="#4b4b55", details=(("bar", -.45, .55, .45, .55, .32, "#d3d3d3"), ("dot", -.22, .55, .14, "#f8312f"), ("dot", .22, .55, .14, "#00d26a"))),
    "santa claus": Outfit("#d3312f", legs="#d3312f", shoes="#26262e", skirt=.05, details=(("bar", 0, 0, 0, 1, .14, WHITE), ("bar", -.98, .12, .98, .12, .1, "#26262e"))),
    "skeleton": Outfit("#f4f4f4", legs="#f4f4f4", shoes="#e0e0e0", details=(("bar", -.7, .75, .7, .75, .07, "#4b4b55"), ("bar", -.65, .5, .65, .5, .07, "#4b4b55"), ("bar", -.5, .25, .5, .25, .07, "#4b4b55"))),
}
# What anyone may be dressed as: (clothes, hat or None, words). Of people these are names of their own, of animals they follow: "a panda astronaut".
_APRON = (("bar", 0, 0, 0, .7, .7, WHITE), ("bar", -.4, .6, -.4, 1, .1, WHITE), ("bar", .4, .6, .4, 1, .1, WHITE))
JOBS = {
    "postman": (Outfit("#26408b", legs="#26408b", details=buttons(GOLD) + (("bar", -.7, .9, .6, .1, .09, "#6d4534"),)), "cap", ("postman", "mail carrier", "mailman", "postal worker")),
    "waiter": (Outfit(WHITE, legs=DARK, details=(("bar", -.7, 0, -.7, 1, .28, DARK), ("bar", .7, 0, .7, 1, .28, DARK), ("bar", -.2, .93, .2, .93, .1, DARK))), None, ("waiter", "barista", "bartender")),
    "nurse": (Outfit("#8fd3e8", legs="#8fd3e8", shoes=WHITE, details=(("bar", 0, .5, 0, .8, .09, "#f8312f"), ("bar", -.18, .65, .18, .65, .09, "#f8312f"))), None, ("nurse", "medic")),
    "sailor": (Outfit(WHITE, legs="#26408b", details=(("bar", -.5, .9, .5, .9, .16, "#26408b"), ("bar", 0, .5, 0, .9, .1, "#26408b"))), None, ("sailor", "seaman")),
    "teacher": (Outfit("#8a5a3c", legs="#4b4b55", details=SUIT[:1] + (("bar", 0, .4, 0, .98, .1, "#37a85c"),)), None, ("teacher", "professor")),
    "soccer player": (Outfit("#f8312f", sleeve="", legs="skin", shoes=DARK, skirt=.05, skirt_colour=WHITE, details=(("bar", 0, .3, 0, .75, .12, WHITE),)), None, ("soccer player", "football player", "goalkeeper", "footballer")),
    "ballerina": (Outfit("#ff87c3", sleeve="skin", legs="skin", shoes="#ff87c3", skirt=.07), None, ("ballerina", "ballet dancer")),
    "baker": (Outfit("#c98d58", legs="#4b4b55", details=_APRON), "chef's hat", ("baker", "pastry chef")),
    "fisherman": (Outfit("#ffd43b", legs="#26408b", shoes="#37a85c", skirt=.08, details=buttons("#c9952f")), None, ("fisherman", "angler")),
    "gardener": (Outfit("#37a85c", legs="#6d4534", shoes="#ffd43b", details=_APRON), "straw hat", ("gardener", "florist")),
    "explorer": (Outfit("#c9a06a", legs="#8a6b4a", shoes="#6d4534", details=buttons("#8a6b4a")), "fedora", ("explorer", "adventurer", "archaeologist", "hiker")),
    "karate fighter": (Outfit(WHITE, legs=WHITE, shoes="#e0b892", details=(("bar", -.98, .05, .98, .05, .1, DARK), ("bar", -.3, .3, .3, 1, .05, "#c9c9c9"))), None, ("karate fighter", "judo fighter", "martial artist")),
    "thief": (Outfit(WHITE, legs=DARK, details=stripes(DARK)), None, ("thief", "robber", "burglar", "mime")),
    "magician": (Outfit(DARK, legs=DARK, cape="#8d65c5", details=(("bar", 0, .3, 0, 1, .28, WHITE), ("bar", -.2, .94, .2, .94, .1, "#f8312f"))), "top hat", ("magician", "illusionist")),
    "train driver": (Outfit("#8fb5e0", legs="#2f5fa8", details=PROFESSIONS["mechanic"].details), "cap", ("train driver", "engineer", "station master", "conductor")),
    "queen": (Outfit("#c4314b", legs="skin", skirt=.26, cape="#8d65c5", details=(("bar", -.8, .95, .8, .95, .14, WHITE), ("bar", 0, 0, 0, .9, .1, GOLD))), "crown", ("queen", "empress")),
    "chef": (PROFESSIONS["chef"], "chef's hat", ("chef", "cook")), "pirate": (PROFESSIONS["pirate"], "pirate hat", ("pirate", "pirate captain", "captain")), "witch": (PROFESSIONS["witch"], "witch hat", ("witch", "wizard", "sorcerer")), "cowboy": (PROFESSIONS["cowboy"], "cowboy hat", ("cowboy", "sheriff")),
    "doctor": (PROFESSIONS["doctor"], None, ("doctor", "dentist", "scientist")), "detective": (PROFESSIONS["detective"], "fedora", ("detective", "spy")), "superhero": (PROFESSIONS["superhero"], None, ("superhero", "hero")), "king": (PROFESSIONS["king"], "crown", ("king", "emperor", "prince")),
    "astronaut": (PROFESSIONS["astronaut"], "bubble", ("astronaut", "astronaut", "spaceman")), "farmer": (PROFESSIONS["farmer"], "straw hat", ("farmer",)), "police officer": (PROFESSIONS["police officer"], "cap", ("police officer", "policeman")), "firefighter": (PROFESSIONS["firefighter"], "rescue helmet", ("firefighter", "fireman")),
    "businessman": (PROFESSIONS["businessman"], None, ("businessman", "office worker", "boss", "lawyer")), "student": (PROFESSIONS["student"], "graduation cap", ("student", "graduate")), "santa claus": (PROFESSIONS["santa claus"], "santa hat", ("santa claus", "santa")), "mechanic": (PROFESSIONS["mechanic"], "cap", ("mechanic", "plumber", "builder")),
}
OF_PEOPLE = ("postman", "waiter", "nurse", "sailor", "teacher", "soccer player", "ballerina", "baker", "fisherman", "gardener", "explorer", "karate fighter", "thief", "magician", "train driver", "queen")
FORMAL = [Outfit("#433b6b", legs="#433b6b", details=SUIT, words=("suit", "suit and tie", "business suit")), Outfit(DARK, legs=DARK, details=(("bar", 0, .3, 0, 1, .3, WHITE), ("bar", -.2, .94, .2, .94, .1, "#f8312f")), words=("tuxedo", "black suit", "suit")),
          Outfit("#c98d58", legs="#4b4b55", details=_APRON, words=("white apron", "apron")), Outfit("#ffd43b", legs="#3a4a7a", skirt=.10, details=buttons("#c9952f"), words=("yellow raincoat", "raincoat", "yellow coat")),
          Outfit(WHITE, legs="#4b4b55", details=(("bar", -.62, 0, -.62, 1, .34, "#e5383b"), ("bar", .62, 0, .62, 1, .34, "#e5383b")), words=("red vest", "red waistcoat")), Outfit("#ff87c3", sleeve="skin", legs="skin", skirt=.07, words=("pink tutu", "tutu", "pink skirt")),
          Outfit("#e6e6e6", legs="#3a4a7a", details=(("bar", -.95, .35, .95, .35, .14, "#ffd43b"), ("bar", -.4, 0, -.4, 1, .3, "#ff822d"), ("bar", .4, 0, .4, 1, .3, "#ff822d")), words=("orange vest", "orange safety vest"))]
TROUSERS = ["#3a4a7a", "#4b4b55", "#533566", "#6d4534", "#26408b", "#2b2b33", "#7a8aa0"]


def casual(rng, grown, dress):
    """Everyday clothes: (Outfit). `dress`: may be a dress or skirt; `grown`: not a child's shorts."""
    word = rng.choice(["red", "red", "blue", "blue", "green", "yellow", "yellow", "purple", "pink", "orange", "white", "black", "brown", "gray"])
    c, legs = COLOURS[word], rng.choice([t for t in TROUSERS if t != COLOURS[word]])
    u = rng.random()
    if dress and u < 0.45:
        return Outfit(c, sleeve="skin" if rng.random() < 0.5 else "", legs="skin", skirt=rng.choice([.12, .16, .22]), words=(f"{word} dress",))
    if u < 0.60:
        return Outfit(c, sleeve="skin" if rng.random() < 0.3 else "", legs=legs, words=(f"{word} shirt", f"{word} shirt", f"{word} t-shirt"))
    if u < 0.70:
        return Outfit(c, legs=legs, details=stripes(WHITE if word != "white" else "#2f80ed"), words=("striped shirt", f"striped {word} shirt" if word != "white" else "striped shirt"))
    if u < 0.80:
        return Outfit(c, legs=legs, details=(("bar", 0, 0, 0, 1, .07, WHITE if word != "white" else "#9aa3ad"),), words=(f"{word} jacket", f"{word} jacket", f"{word} coat"))
    if u < 0.88:
        return Outfit(c, legs=legs, skirt=.10, details=buttons(WHITE if word != "white" else "#9aa3ad"), words=(f"{word} coat", f"{word} coat", f"{word} raincoat"))
    if u < 0.94 and word != "white":
        return Outfit(WHITE, legs=c, details=(("bar", 0, 0, 0, .62, .6, c), ("bar", -.5, .5, -.5, 1, .13, c), ("bar", .5, .5, .5, 1, .13, c)), words=(f"{word} overalls", f"{word} dungarees"))
    return Outfit(c, legs=legs, words=(f"{word} sweater", f"{word} pullover", f"{word} hoodie"))
