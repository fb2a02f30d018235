"""Scenes: strokes, anchors, figures, acts and their captions.

    STYLUS_DATA=… PYTHONPATH=training python -m unittest discover -s training/tests -t training
Tests that draw sprites skip where STYLUS_DATA is not set.
"""
import copy
import json
import math
import os
import random
import re
import unittest
from collections import Counter

import torch

from pocket import captions, objects, places, strokes, words
from pocket.staging import anchors, figures, outfits, poses

DATA = "STYLUS_DATA" in os.environ
LINE = torch.arange(256, dtype=torch.float32) + 0.5
GRID = (LINE[None, None, :], LINE[None, :, None])


def painted(rows, side=256):
    """Premultiplied layer [4, side, side] of strokes."""
    layer = torch.zeros(1, 4, side, side)
    return strokes.paint(layer, torch.tensor([rows]), torch.tensor([0]), torch.tensor([0]), torch.tensor([len(rows)]), *GRID)[0]


class Strokes(unittest.TestCase):
    def test_a_dot_covers_its_disc_in_its_colour(self):
        for radius in (6, 60):  # painted in a window and whole
            layer = painted([strokes.dot((128, 128), radius, "#ff0000")])
            self.assertAlmostEqual(layer[3].sum().item() / (math.pi * radius ** 2), 1, delta=0.02)
            self.assertEqual(layer[:, 128, 128].tolist(), [1, 0, 0, 1])
            self.assertEqual(layer[3, 128, 128 + radius + 2].item(), 0)

    def test_a_bar_is_square_and_a_limb_round(self):
        bar, limb = painted([strokes.bar((100, 128), (156, 128), 10, "#00ff00", corner=0)]), painted([strokes.limb((100, 128), (156, 128), 10, "#00ff00")])
        self.assertAlmostEqual(bar[3].sum().item(), 56 * 20, delta=2)
        self.assertAlmostEqual(limb[3].sum().item(), 56 * 20 + math.pi * 100, delta=6)

    def test_later_strokes_lie_on_top(self):
        layer = painted([strokes.dot((100, 100), 20, "#ff0000"), strokes.dot((100, 100), 5, "#0000ff")])
        self.assertEqual(layer[:3, 100, 100].tolist(), [0, 0, 1])
        self.assertEqual(layer[:3, 100, 112].tolist(), [1, 0, 0])

    def test_a_joint_keeps_both_lengths(self):
        elbow, hand = strokes.joint((0, 0), (6, 4), 5, 5, 1)
        self.assertAlmostEqual(math.dist((0, 0), elbow), 5, places=6)
        self.assertAlmostEqual(math.dist(elbow, hand), 5, places=6)
        self.assertEqual(hand, (6, 4))
        _, far = strokes.joint((0, 0), (60, 0), 5, 5, 1)
        self.assertAlmostEqual(far[0], 10, delta=0.02)


class Tables(unittest.TestCase):
    def test_anchors_are_of_base_objects_and_lie_in_the_sprite(self):
        by_key = objects.by_key()
        with open(os.path.join(os.path.dirname(anchors.__file__), "anchors.txt"), encoding="utf-8") as f:
            for line in f:
                if line.startswith("#"):
                    continue
                key, name = line.split(":")[0].split(" ", 1)
                self.assertEqual((by_key[key].name, by_key[key].concept), (name, None))
        for key, entry in anchors.table().items():
            for kind, points in entry.items():
                for point in points if kind != "right" else ():
                    place = point[:2] if kind in ("hat", "eyes") else point
                    self.assertTrue(all(-0.5 <= v <= 0.5 for v in place), (key, kind, point))

    def test_points_of_a_head_lie_in_its_picture(self):
        heads = [o for o in objects.load() if o.head]
        self.assertGreater(len(heads), 300)
        for o in heads:
            h = o.head
            for value in (*h["chin"], h["eye"][1], h["mouth"], h["brow"]):
                self.assertLessEqual(abs(value), 0.52, o.key)
            self.assertLess(h["brow"], h["eye"][1], o.key)
            self.assertLess(h["eye"][1], h["mouth"], o.key)
            self.assertRegex(h["skin"], "^#[0-9a-f]{6}$")

    def test_every_place_is_painted_named_and_has_ground(self):
        self.assertEqual(set(places.PAINT), set(places.PLACES))
        named = set(captions.PLACE) | places.PATTERN | {"plain"}
        self.assertEqual(set(places.PLACES) - named, set())
        self.assertEqual(set(places.GROUND), set(places.PLACES))
        self.assertEqual(places.OUTDOOR & places.INDOOR, set())
        self.assertEqual(set(captions.WEATHER) | {"none"}, set(places.WEATHER))

    def test_misleading_words_name_nothing(self):
        near = captions.near_words()
        for name, wrong in words.listed("words_not.txt").items():
            self.assertEqual(set(wrong) & set(near.get(name, ((), ()))[0]), set(), name)

    def test_clothes_are_named(self):
        rng = random.Random(1)
        for _ in range(200):
            outfit = outfits.casual(rng, True, True)
            self.assertTrue(outfit.words)
            self.assertRegex(outfit.top, "^#[0-9a-f]{6}$")


class Figures(unittest.TestCase):
    def head(self, name):
        return next(o for o in objects.load() if o.head and o.name == name)

    def test_the_chin_is_on_the_neck_and_the_hip_where_it_is_put(self):
        for name in ("girl", "astronaut", "fox"):
            for pose in (poses.STAND, poses.RIDE, poses.FLY, poses.LIE):
                f = figures.Figure(self.head(name), 120, 200, 130, pose, facing=-1)
                chin = f.on_head(*f.head.head["chin"])
                self.assertAlmostEqual(math.dist(chin, f.neck), 0, places=4)
                self.assertEqual(f.at(0, pose.hip), (120, 200 - pose.hip * 130))

    def test_hands_are_where_the_pose_says_and_mirror(self):
        right, left = (figures.Figure(self.head("boy"), 128, 200, 100, poses.WAVE, facing=side) for side in (1, -1))
        self.assertAlmostEqual(right.hand(1)[0] - 128, 128 - left.hand(1)[0], places=4)
        self.assertLess(right.hand(1)[1], right.shoulder(1)[1])

    def test_a_mood_is_drawn(self):
        for mood in ("asleep", "sad", "angry", "surprised", "laughing", "crying"):
            self.assertTrue(figures.Figure(self.head("woman"), 128, 200, 130, mood=mood).moods())
        self.assertEqual(figures.Figure(self.head("woman"), 128, 200, 130).moods(), [])


@unittest.skipUnless(DATA, "STYLUS_DATA is not set")
class Acts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        from pocket import natural, scenes
        from pocket.sprites import Sprites
        cls.source = scenes.SceneSource("cpu", Sprites.load(styles=["fluent-flat"]), 1)
        cls.scenes, cls.natural = scenes, natural

    def test_every_act_gives_scenes_that_can_be_drawn_and_worded(self):
        from pocket.staging import all_acts
        composer = self.natural.Composer(random.Random(5))
        for act, weight, choices in all_acts.ACTS:
            self.assertGreater(weight, 0)
            self.assertEqual(set(choices) - set(places.PLACES), set(), act.__name__)
            for _ in range(12):
                spec = act(all_acts.Stage(composer, choices))
                self.assertLessEqual(len(spec["layers"]), self.scenes.MAX_LAYERS, act.__name__)
                for core in spec["core"]:
                    for slot in re.findall(r"\{[npq]?(\d)\}", core):
                        self.assertLess(int(slot), len(spec["objects"]), (act.__name__, core))
                text = captions.caption(spec, composer.rng)
                self.assertNotRegex(text, r"[{}]|  ", act.__name__)
                self.scenes.pack([spec])

    def test_counts_in_captions_are_those_of_the_picture(self):
        from pocket.staging import all_acts, together
        composer = self.natural.Composer(random.Random(6))
        number = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4, "five": 5, "5": 5}
        for _ in range(40):
            spec = together.group(all_acts.Stage(composer, ["plain"]))
            head = spec["objects"][0]["key"]
            same = Counter(composer.by_key[layer["key"]].name for layer in spec["layers"] if "key" in layer)[composer.by_key[head].name]
            for core in spec["core"]:
                said = next(number[w] for w in core.split() if w in number)
                self.assertEqual(said, same, core)

    def test_a_rider_sits_on_the_back(self):
        from pocket.staging import all_acts, going
        composer = self.natural.Composer(random.Random(7))
        for _ in range(40):
            stage = all_acts.Stage(composer, ["meadow"])
            spec = going.ride(stage)
            mount, rider = spec["objects"][:2]
            x, y = stage.spot(mount, "seat")
            self.assertLess(abs(rider["x"] - x), 0.25 * mount["size"])
            self.assertLess(rider["y"], y)

    def test_a_seed_gives_the_same_scenes(self):
        from pocket import specs
        def draw():
            sampler = specs.Sampler("again", natural_share=0.7)
            drawn = [sampler.sample() for _ in range(60)]
            return json.dumps([drawn, [captions.caption(s, sampler.rng) for s in drawn]])
        self.assertEqual(draw(), draw())

    def test_the_camera_keeps_proportions_and_everything_in_the_picture(self):
        from pocket import camera
        composer = self.natural.Composer(random.Random(8))
        nearer = 0
        for _ in range(600):
            spec = composer.draw(composer.kinds)()
            layers = spec.get("layers", spec["objects"])
            if not layers:
                continue
            before, floor = copy.deepcopy(spec), composer.ground(spec["place"])
            box = camera.extent(layers, composer.half)
            camera.closer(spec, composer.rng, composer.half, floor)
            after, old = camera.extent(layers, composer.half), before.get("layers", before["objects"])
            k = (after[2] - after[0]) / (box[2] - box[0])
            nearer += k > 1.05
            for d, was in zip(layers, old):
                if "key" in d:
                    self.assertAlmostEqual(d["size"] / was["size"], k, delta=0.02)
            if k > 1.01:
                self.assertGreaterEqual(min(after[0], after[1]), 0)
                self.assertLessEqual(after[2], 256)
            else:
                self.assertEqual(json.dumps(spec), json.dumps(before))
        self.assertGreater(nearer, 200)

    def test_strokes_are_drawn_over_the_background_and_cut(self):
        spec = {"place": "plain", "sky": "day", "weather": "none", "colour": "white", "colour2": None, "p": [0.5] * 8, "objects": [],
                "layers": [{"strokes": [strokes.dot((128, 128), 40, "#ff0000")], "cut": 128}]}
        image = self.source.render([spec])[0]
        self.assertEqual([round(v, 2) for v in image[:, 110, 128].tolist()], [1, -1, -1])
        self.assertGreater(image[1, 150, 128].item(), 0.8)

    def test_looks_draw_figures(self):
        from pocket.staging import all_acts, doing
        spec = doing.simple(all_acts.Stage(self.natural.Composer(random.Random(8)), ["meadow"]))
        for name in ("gouache", "paper-cut", "graffiti", "neon"):  # these change each layer or the whole picture
            image = self.source.render([spec], name)
            self.assertEqual((tuple(image.shape), bool(torch.isfinite(image).all())), ((1, 3, 256, 256), True), name)


if __name__ == "__main__":
    unittest.main()
