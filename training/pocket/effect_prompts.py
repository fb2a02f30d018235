"""Writes effect_prompts.json: six prompts for each adapter, with which its effect is measured (the same prompt and seed with and without it).

    PYTHONPATH=training python3 -m pocket.effect_prompts
Styles, clothing, backgrounds, poses and actions: six subjects with the adapter's first trigger phrase. Concepts: their own objects in six places.
Rows: {adapter id: [prompt, …]}.
"""
import json
import os

from . import adapters, objects

SUBJECTS = ["a dog in the snow", "a castle on a hill at night", "a red car on a road", "a cat", "two apples on a table", "a tree in a meadow"]
WEARERS = ["a dog", "a cat in the snow", "a frog in a meadow", "a bear at night", "a penguin on a beach", "a pig"]
GROUNDED = ["a dog", "a cat", "a frog", "a house", "a car", "a tree"]
PLACES = ["in a meadow", "on a yellow background", "in the snow", "at night", "next to a tree", "on a beach"]


def prompts(a):
    if a.concept:
        names = [objects.article(objects.by_key()[key].name) for key in objects.HELD_OUT[a.concept]]
        return [f"{names[i % len(names)]} {place}" for i, place in enumerate(PLACES)]
    if a.kind in ("clothing", "action"):
        return [f"{subject.split(' ')[0]} {subject.split(' ')[1]} {a.phrases[0]} {' '.join(subject.split(' ')[2:])}".strip() for subject in WEARERS]
    if a.edit == "close-up":
        return [f"{a.phrases[0]} of {subject}" for subject in GROUNDED]
    if a.id == "candyland":
        return [f"{subject} {a.phrases[0]}" for subject in GROUNDED]
    return [f"{subject}, {a.phrases[0]}" for subject in SUBJECTS]


if __name__ == "__main__":
    made = {a.id: prompts(a) for a in adapters.TRAINED}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "effect_prompts.json")
    with open(path, "w", encoding="utf-8") as f:
        f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in made.items()) + "\n}\n")
    print(f"{sum(map(len, made.values()))} prompts of {len(made)} adapters")
