"""Figures: a head of parts.json with a body drawn by code, in any pose, clothes and mood.

    f = Figure(head, x, y, 130, poses.WAVE, outfit)     # stands at (x, y) on the ground, 130 px tall
    layers = f.layers(held=[item])                      # what the renderer draws, back to front; items lie between body and hands
f.hand(i), f.mouth, f.eyes, f.brow, f.lap, f.shoulder(i): pixels where other things touch it.
"""
import math

from ..strokes import bar, dot, joint, limb, line, shade
from . import poses
from .outfits import COLOURS, Outfit

FACE = {"human": .36, "hat": .35, "face": .40}  # width of the face, in heights of the figure
ARM, LEG = .135, .123                             # each of two bones
FUR = {  # body and limbs, where they are not of the face's colour
    "panda": ("#f4f4f4", "#433b6b"), "monkey": ("#6d4534", "#6d4534"), "cow": ("#f4f4f4", "#d8d8e0"), "fox": ("#ff822d", "#6d4534"), "raccoon": ("#9b9b9b", "#636363"), "lion": ("#ffb02e", "#e09a20"), "tiger": ("#ff822d", "#e0661a"),
    "dog": ("#e0b878", "#c99f5c"), "skeleton": ("#f4f4f4", "#e6e6e6"), "alien": ("#86d72f", "#74c020"), "chicken": ("#f6f6f6", "#ffb02e"), "moose": ("#a56953", "#8b5744"), "horse": ("#a56953", "#8b5744"), "frog": ("#00d26a", "#00b85c"),
    "cat": ("#ffb02e", "#f09a1a"), "penguin": ("#533566", "#533566"), "owl": ("#6d4534", "#8a5a3c"), "sheep": ("#f4f0e6", "#7d6b62"), "giraffe": ("#f5b83d", "#d99a2a"), "dragon": ("#00c05f", "#00a651"), "beaver": ("#8a5a3c", "#6d4534"),
    "sloth": ("#9b7a57", "#8a6b4a"), "parrot": ("#e8304f", "#00a6ed"), "snowman": ("#f4f9fd", "#8a5a3c"), "duck": ("#ffd43b", "#ff922b"), "hedgehog": ("#c98a4b", "#a56953"), "turtle": ("#2f8f4e", "#7bc86c"), "pig": ("#ff8687", "#f0696f")}
TAILS = {"fox", "wolf", "raccoon", "lion", "tiger", "cat", "dog", "mouse", "monkey", "horse", "cow"}
BELLIES = {"penguin": "#ffffff", "owl": "#ffdea7", "dragon": "#fcd53f", "turtle": "#f3dfa8", "robot": ""}
LIMBS = "#4b3a44"  # of things
BARE = Outfit("skin", legs="skin")


def fur(head, colour=""):
    """(body, limbs) colours of an animal; colour: a word where it is not its own."""
    if colour:
        return COLOURS[colour], shade(COLOURS[colour], .88)
    skin = head.head["skin"]
    return FUR.get(head.name, (skin, shade(skin, .9)))


class Figure:
    def __init__(self, head, x, y, tall, pose=poses.STAND, outfit=BARE, *, facing=1, mood="", colour=""):
        self.head, self.x, self.y, self.tall, self.pose, self.outfit, self.facing, self.mood, self.colour = head, x, y, tall, pose, outfit, facing, mood, colour
        self.animal = head.head["kind"] == "face" and head.category != "person"
        self.skin = head.head["skin"]
        c, s = math.cos(math.radians(pose.turn)), math.sin(math.radians(pose.turn))
        self.rotation = (c, s)
        self.chest = (pose.lean, pose.hip + poses.CHEST)
        self.place_head()

    # --- coordinates
    def at(self, lx, ly):
        """Heights of the figure -> pixels."""
        c, s = self.rotation
        dx, dy = lx, ly - self.pose.hip
        return self.x + self.facing * (dx * c + dy * s) * self.tall, self.y - (self.pose.hip + dy * c - dx * s) * self.tall

    def width(self, w):
        return w * self.tall

    def place_head(self):
        p = self.head.head
        face = FACE[p["kind"]] * self.tall
        self.size = face / p["width"]
        self.mirror = int(self.facing > 0) if p["side"] else int(self.facing < 0)
        self.angle = self.facing * (self.pose.turn + self.pose.tilt)
        self.neck = self.at(self.chest[0] + self.pose.lean * .25, self.chest[1] + (.0 if p["kind"] != "hat" else .005))
        self.centre = (0.0, 0.0)
        x, y = self.on_head(*p["chin"])
        self.centre = (self.neck[0] - x, self.neck[1] - y)
        self.face = face

    def move(self, dx, dy):
        """By so many pixels; its item follows."""
        self.x, self.y = self.x + dx, self.y + dy
        self.neck, self.centre = ((p[0] + dx, p[1] + dy) for p in (self.neck, self.centre))
        self.item.update(x=round(self.centre[0], 1), y=round(self.centre[1], 1))

    def on_head(self, ax, ay):
        """Units of the head's picture -> pixels."""
        a = math.radians(self.angle)
        dx, dy = ax * self.size * (-1 if self.mirror else 1), ay * self.size
        return self.centre[0] + dx * math.cos(a) - dy * math.sin(a), self.centre[1] + dx * math.sin(a) + dy * math.cos(a)

    @property
    def mouth(self):
        return self.on_head(self.head.head["chin"][0], self.head.head["mouth"])

    @property
    def eyes(self):
        return self.on_head(self.head.head["chin"][0], self.head.head["eye"][1])

    @property
    def brow(self):
        return self.on_head(self.head.head["chin"][0], self.head.head["brow"])

    @property
    def lap(self):
        return self.at(.05, self.pose.hip + .05)

    def shoulder(self, i):
        return self.at(self.chest[0] + (-.1, .1)[i], self.chest[1] - .035)

    def hand(self, i):
        return self.arm(i)[2]

    def arm(self, i):
        """Shoulder, elbow, hand in pixels."""
        s = (self.chest[0] + (-.1, .1)[i], self.chest[1] - .035)
        h = (self.chest[0] + self.pose.hands[i][0], self.chest[1] + self.pose.hands[i][1])
        e, h = joint(s, h, ARM, ARM, self.pose.elbows[i])
        return self.at(*s), self.at(*e), self.at(*h)

    # --- strokes
    def limbs_colour(self):
        return fur(self.head, self.colour)[1] if self.animal else self.skin

    def arm_strokes(self, i):
        s, e, h = self.arm(i)
        bare = self.outfit.sleeve == "skin" or self.outfit.top == "skin"
        sleeve = self.limbs_colour() if bare else shade(self.outfit.sleeve or self.outfit.top, .90 if i else .82)
        skin = self.limbs_colour() if self.animal else self.skin
        w = self.width(.040)
        return [limb(s, e, w, sleeve), limb(e, h, w, sleeve, self.width(.034)), dot(h, self.width(.042), skin if not self.animal else shade(skin, .93))]

    def leg_strokes(self, i):
        foot = self.pose.feet[i] if self.pose.feet else None
        if foot is None:
            return []
        p, o = self.pose, self.outfit
        hip = ((-.052, .052)[i], p.hip)
        colour = self.limbs_colour() if o.legs == "skin" else o.legs
        w = self.width(.050)
        if p.thighs:
            knee = ((-.1, .1)[i], p.hip - .01)
            foot = (foot[0], foot[1])
        else:
            knee, foot = joint(hip, (foot[0], foot[1] + .03), LEG, LEG, p.knees[i])
        knee, toe = self.at(*knee), self.at(*foot)
        tone = colour if i else shade(colour, .88)
        shoe = shade(self.limbs_colour(), .8) if o.legs == "skin" and self.animal else o.shoes
        forward = self.at(foot[0] + (.035 if not p.thighs else 0), foot[1] - .005)
        return [limb(self.at(*hip), knee, w, tone), limb(knee, toe, w, tone, self.width(.042)), limb(toe, forward, self.width(.043), shoe)]

    def torso(self):
        o, p = self.outfit, self.pose
        low, high = self.at(0, p.hip - .03), self.at(*self.chest)
        out = []
        if self.animal and self.head.name in TAILS:
            out += line([self.at(-.06, p.hip), self.at(-.2, p.hip + .03), self.at(-.26, p.hip + .13)], self.width(.032), fur(self.head, self.colour)[0])
        for i in (0, 1):
            out += self.leg_strokes(i)
        colour = fur(self.head, self.colour)[0] if o.top == "skin" else o.top
        if o.skirt and p.feet is not None or o.skirt and p.thighs:
            drop = min(o.skirt, .16) if p.thighs else min(o.skirt, p.hip - .02) if not p.turn else o.skirt
            out.append(bar(self.at(0, p.hip + .10), self.at(0, p.hip - drop), self.width(.09), o.skirt_colour or colour, self.width(.12 + .32 * drop), .15))
        wide = .125 if self.animal else .112
        out.append(bar(low, high, self.width(wide + .012), colour, self.width(wide), .55))
        if self.animal and o.top == "skin":
            belly = BELLIES.get(self.head.name) or shade(colour, 1.22) if max(int(colour[i:i + 2], 16) for i in (1, 3, 5)) < 232 else shade(colour, .9)
            out.append(limb(self.at(self.chest[0] * .6, p.hip + .07), self.at(self.chest[0] * .6, p.hip + .13), self.width(.075), belly))
        for d in o.details:
            out.append(self.detail(d, wide))
        return out

    def detail(self, d, wide):
        def spot(x, y):
            return self.at(x * wide + self.chest[0] * y, self.pose.hip + y * (poses.CHEST - .02))
        if d[0] == "dot":
            return dot(spot(d[1], d[2]), self.width(d[3] * wide), d[4])
        return bar(spot(d[1], d[2]), spot(d[3], d[4]), self.width(d[5] * wide), d[6])

    def cape(self):
        c, p = self.chest, self.pose
        return [bar(self.at(c[0] - .02, c[1] - .01), self.at(-.1, p.hip - .14), self.width(.12), self.outfit.cape, self.width(.2), .2)]

    def moods(self):
        """Brows, eyes, mouth and tears over the face."""
        if not self.mood:
            return []
        p = self.head.head
        (dx, ey), cx, u, out = p["eye"], p["chin"][0], self.face, []
        person = p["kind"] != "face"
        spot = lambda x, y: self.on_head(cx + x, y)  # noqa: E731
        unit = p["width"]
        dark, r = "#3b2a33", .030 * u
        eyes, my = [(-dx, ey), (dx, ey)], p["mouth"]
        if self.mood in ("asleep", "laughing"):
            for x, y in eyes:
                out.append(dot(spot(x, y), .115 * u if person else .085 * u, self.skin if person else self.near_eye()))
                bend = -1 if self.mood == "laughing" else 1
                out += line([spot(x - .075 * unit, y), spot(x, y + .035 * unit * bend), spot(x + .075 * unit, y)], .02 * u, dark)
        if person and self.mood in ("sad", "angry", "surprised", "laughing", "crying", "asleep"):
            for k in (-1, 0, 1):
                out.append(dot(spot(.055 * unit * k, my), .078 * u, self.skin))
            if self.mood in ("sad", "crying"):
                out += line([spot(-.09 * unit, my + .03 * unit), spot(-.045 * unit, my - .01 * unit), spot(.045 * unit, my - .01 * unit), spot(.09 * unit, my + .03 * unit)], .022 * u, "#9c1c3f")
            elif self.mood == "angry":
                out += line([spot(-.09 * unit, my), spot(.09 * unit, my)], .024 * u, "#9c1c3f")
            elif self.mood == "surprised":
                out.append(limb(spot(0, my - .015 * unit), spot(0, my + .025 * unit), .055 * u, "#7a1733"))
            elif self.mood == "laughing":
                out.append(limb(spot(-.06 * unit, my), spot(.06 * unit, my), .06 * u, "#7a1733"))
                out.append(limb(spot(-.03 * unit, my + .028 * unit), spot(.03 * unit, my + .028 * unit), .027 * u, "#f9697e"))
            else:
                out.append(dot(spot(0, my), .03 * u, "#9c1c3f"))
        if self.mood in ("sad", "angry", "crying"):
            slope = -.04 if self.mood == "angry" else .04
            top = ey - (.125 if person else .15) * unit
            for side in (-1, 1):
                out += line([spot(side * (dx - .07 * unit), top - slope * unit), spot(side * (dx + .07 * unit), top + slope * unit)], r, dark)
        if self.mood == "crying":
            for side in (-1, 1):
                out.append(limb(spot(side * dx, ey + .13 * unit), spot(side * (dx + .02 * unit), ey + .27 * unit), .032 * u, "#3fb4f5", .05 * u))
        return out

    def near_eye(self):
        if self.colour:
            return COLOURS[self.colour]
        return {"panda": "#6a5a9e", "raccoon": "#4b4b55", "frog": "#00d26a", "lion": "#ffb02e", "koala": "#9b9b9b", "alien": "#86d72f", "skeleton": "#f4f4f4"}.get(self.head.name, self.skin)

    # --- what is drawn
    def sprite(self):
        return {"key": self.head.key, "name": self.head.name, "x": round(self.centre[0], 1), "y": round(self.centre[1], 1), "size": round(self.size, 1), "angle": round(self.angle, 1), "mirror": self.mirror,
                "stand": 0, "shadow": 0, "colour": self.colour or None}

    def layers(self, held=(), worn=(), behind=(), arms=True):
        """Back to front: behind, body and head, worn (on the head), held, hands."""
        side = self.pose.side
        main = (self.cape() if self.outfit.cape else []) + (self.arm_strokes(0) if side and arms else []) + self.torso()
        front = self.moods() + ([s for i in ((1,) if side else (0, 1)) for s in self.arm_strokes(i)] if arms else [])
        out = [*behind, {**self.sprite(), "strokes": main}, *worn, *held]
        if front:
            out.append({"strokes": front})
        return out


class Mascot(Figure):
    """A thing with a face, arms and legs. `head`: what Stage.thing_head makes of an object."""

    def place_head(self):
        hx, hy = self.head.half
        self.size = min(.62 / (2 * hy), .66 / (2 * hx)) * self.tall
        self.mirror, self.angle = 0, self.facing * (self.pose.turn + self.pose.tilt)
        up = hy * self.size / self.tall
        self.chest = (self.pose.lean, self.pose.hip + up)
        self.out = hx * self.size / self.tall * .86  # half width at the arms
        self.neck = self.at(self.pose.lean, self.pose.hip + 2 * up)
        self.centre = self.at(self.pose.lean, self.pose.hip - .02 + up)
        self.face = 2 * hx * self.size * .8

    def arm(self, i):
        side = (-1, 1)[i]
        hx, hy = self.pose.hands[i]
        s, h = (self.chest[0] + side * self.out, self.chest[1]), (self.chest[0] + hx + (self.out - .1) * (1 if hx > 0 else -1), self.chest[1] + hy)
        e, h = joint(s, h, ARM * .9, ARM * .9, self.pose.elbows[i])
        return self.at(*s), self.at(*e), self.at(*h)

    def arm_strokes(self, i):
        s, e, h = self.arm(i)
        w = self.width(.024)
        return [limb(s, e, w, LIMBS), limb(e, h, w, LIMBS), dot(h, self.width(.040), "#ffffff")]

    def leg_strokes(self, i):
        foot = self.pose.feet[i] if self.pose.feet else None
        if foot is None:
            return []
        hip = self.at((-.07, .07)[i], self.pose.hip + .03)
        toe = self.at(foot[0] * 1.1, foot[1] + .02)
        return [limb(hip, toe, self.width(.026), LIMBS), limb(toe, self.at(foot[0] * 1.1 + .035, foot[1] + .015), self.width(.042), self.outfit.shoes)]

    def torso(self):
        return [s for i in (0, 1) for s in self.leg_strokes(i)]

    def cape(self):
        return [bar(self.at(self.chest[0], self.chest[1] + .1), self.at(-.12, self.pose.hip - .1), self.width(self.out * .9), self.outfit.cape, self.width(self.out * 1.2), .2)]

    def moods(self):
        """A whole face: eyes, mouth, cheeks."""
        p, u, out = self.head.head, self.face, []
        dx, ey = p["eye"]
        at = lambda x, y: self.on_head(x, y)  # noqa: E731
        r = max(.085 * u, 2.6)
        for side in (-1, 1):
            if self.mood in ("asleep", "laughing"):
                bend = 1 if self.mood == "asleep" else -1
                a, b, c = at(side * dx - .05, ey), at(side * dx, ey + .03 * bend), at(side * dx + .05, ey)
                out += line([a, b, c], max(.022 * u, 1.4), "#2b2b33")
            else:
                out += [dot(at(side * dx, ey), r, "#ffffff"), dot(at(side * dx + .006 * self.facing, ey + .008), r * .62, "#2b2b33")]
            if self.mood in ("angry", "sad", "crying"):
                slope = -.03 if self.mood == "angry" else .03
                out += line([at(side * (dx - .05), ey - .10 - slope), at(side * (dx + .05), ey - .10 + slope)], max(.024 * u, 1.5), "#2b2b33")
            if self.mood == "crying":
                out.append(limb(at(side * dx, ey + .10), at(side * dx, ey + .19), .035 * u, "#3fb4f5", .055 * u))
            if self.mood in ("", "laughing"):
                out.append(dot(at(side * (dx + .09), ey + .10), .055 * u, "#ff9ec0"))
        w, m = max(.026 * u, 1.5), p["mouth"]
        if self.mood in ("sad", "crying", "angry"):
            out += line([at(-.07, m + .035), at(-.03, m), at(.03, m), at(.07, m + .035)], w, "#2b2b33")
        elif self.mood == "surprised":
            out.append(dot(at(0, m), .06 * u, "#7a1733"))
        elif self.mood == "laughing":
            out.append(limb(at(-.05, m), at(.05, m), .055 * u, "#7a1733"))
        elif self.mood == "asleep":
            out.append(dot(at(0, m), .03 * u, "#2b2b33"))
        else:
            out += line([at(-.08, m - .02), at(-.035, m + .025), at(.035, m + .025), at(.08, m - .02)], w, "#2b2b33")
        return out
