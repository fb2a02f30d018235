"""Adapter files: what lora.load reads back is what lora.export wrote.

    PYTHONPATH=training python -m unittest discover -s training/tests -t training
"""
import copy
import unittest

import torch

from pocket import configs, lora, trim
from pocket.models.clip import CLIPTextModel
from pocket.models.unet import UNet2DConditionModel

ADAPTERS = [
    lora.Adapter("kohya", rank=3, alpha=1, text=True),
    lora.Adapter("no-alpha", rank=2, alpha=False, modules="attn"),
    lora.Adapter("peft", rank=3, layout="peft", text=True),
    lora.Adapter("diffusers", rank=2, layout="diffusers"),
    lora.Adapter("diffusers-old", rank=2, layout="diffusers-old", modules="attn", text=True),
    lora.Adapter("locon", kind="locon", rank=4, alpha=False, conv_rank=3),
    lora.Adapter("locon-alpha", kind="locon", rank=2, alpha=1, conv_rank=2),
    lora.Adapter("loha", kind="loha", rank=2, alpha=1),
    lora.Adapter("loha-attn", kind="loha", rank=3, modules="attn"),
    lora.Adapter("lokr", kind="lokr", rank=4, alpha=2),
]
BY_NAME = {a.name: g for g, a in enumerate(ADAPTERS)}


class Load(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(0)
        cls.unet, cls.text = UNet2DConditionModel(configs.UNET), CLIPTextModel(configs.TEXT)
        cls.layers = cls.attached()
        with torch.no_grad():
            for layer in cls.layers.values():
                for name in ("up", "w2_a", "k2_a"):
                    if isinstance(getattr(layer, name, None), torch.Tensor):
                        getattr(layer, name).normal_(std=0.1)
        cls.files = {a.name: lora.export(cls.layers, ADAPTERS, g) for g, a in enumerate(ADAPTERS)}

    @classmethod
    def attached(cls, adapters=ADAPTERS):
        return lora.attach(copy.deepcopy(cls.unet), copy.deepcopy(cls.text), adapters)

    def deltas(self, tensors):
        return lora.merged_deltas(tensors, self.unet, self.text)

    def assert_same(self, tensors, others, tolerance):
        first, second = self.deltas(tensors), self.deltas(others)
        self.assertEqual(first.keys(), second.keys())
        for key, value in first.items():
            self.assertGreater(value.abs().max().item(), 0)
            self.assertLessEqual((second[key] - value).abs().max().item(), tolerance * value.abs().max().item(), key)

    def test_every_layout_and_kind_comes_back(self):
        fresh = self.attached()
        for g, adapter in enumerate(ADAPTERS):
            with self.subTest(adapter.name):
                self.assertEqual(lora.load(fresh, ADAPTERS, g, self.files[adapter.name]), len(self.deltas(self.files[adapter.name])))
                again = lora.export(fresh, ADAPTERS, g)
                self.assertEqual(again.keys(), self.files[adapter.name].keys())
                for key, value in again.items():
                    self.assertTrue(torch.allclose(value.float(), self.files[adapter.name][key].float(), rtol=1e-3, atol=1e-7), key)
        # no group has written over another
        for g, adapter in enumerate(ADAPTERS):
            self.assert_same(self.files[adapter.name], lora.export(fresh, ADAPTERS, g), 1e-3)

    def test_lower_ranks_add_nothing_and_can_learn(self):
        for name in ("loha", "lokr", "kohya"):
            small = ADAPTERS[BY_NAME[name]]
            large = lora.Adapter(name, kind=small.kind, rank=small.rank + 2, alpha=4, text=small.text)
            layers = self.attached([large])
            lora.load(layers, [large], 0, self.files[name])
            self.assert_same(self.files[name], lora.export(layers, [large], 0), 2e-3)
            for layer in layers.values():
                if not layer.ranks[0]:
                    continue
                loha = [(layer.w1_a, layer.w1_b), (layer.w2_a, layer.w2_b)] if layer.loha else []
                pairs = loha or [(layer.k2_a, layer.k2_b) if layer.lokr else (layer.up, layer.down)]
                for up, down in pairs:
                    self.assertEqual(up[0, :, small.rank:].abs().max().item(), 0)
                    self.assertTrue((down[0, small.rank:].flatten(1).abs().amax(1) > 0).all())

    def test_a_trimmed_file_comes_back(self):
        g = BY_NAME["locon"]
        layers, small = self.attached(), trim.trim(self.files["locon"], 2)
        lora.load(layers, ADAPTERS, g, small)
        self.assert_same(small, lora.export(layers, ADAPTERS, g), 2e-3)
        for layer in layers.values():
            if layer.kernel == 3:
                self.assertEqual(layer.up[layer.low.index(g), :, 2].abs().max().item(), 0)
                self.assertGreater(layer.down[layer.low.index(g), 2].abs().max().item(), 0)

    def test_dead_ranks_wake(self):
        adapter = lora.Adapter("kohya", rank=3, alpha=1, text=True)
        layers, dead = self.attached([adapter]), dict(self.files["kohya"])
        for key in dead:
            if key.endswith("up.weight"):
                dead[key] = dead[key].clone()
                dead[key][:, 1] = 0
            elif key.endswith("down.weight"):
                dead[key] = dead[key].clone()
                dead[key][1] = 0
        lora.load(layers, [adapter], 0, dead)
        self.assert_same(dead, lora.export(layers, [adapter], 0), 1e-3)
        self.assertTrue(all(layer.down[0, 1].abs().max() > 0 for layer in layers.values() if layer.ranks[0]))

    def test_files_that_do_not_fit_change_nothing(self):
        layers = self.attached()
        before = {path: {k: v.clone() for k, v in layer.state_dict().items()} for path, layer in layers.items()}
        wider = lora.Adapter("kohya", rank=8, alpha=1, text=True)
        for name, tensors in (("kohya", self.files["peft"]), ("loha", self.files["lokr"]), ("no-alpha", lora.export(self.attached([wider]), [wider], 0)),
                              ("peft", dict(list(self.files["peft"].items())[1:]))):
            with self.assertRaises(ValueError):
                lora.load(layers, ADAPTERS, BY_NAME[name], tensors)
        for path, layer in layers.items():
            for key, value in layer.state_dict().items():
                self.assertTrue(torch.equal(value, before[path][key]))

    def test_modules_that_a_file_lacks_stay_fresh(self):
        adapter = lora.Adapter("no-alpha", rank=2, alpha=False, modules="full")
        layers = self.attached([adapter])
        self.assertEqual(lora.load(layers, [adapter], 0, self.files["no-alpha"]), len(self.deltas(self.files["no-alpha"])))
        self.assertLess(len(self.files["no-alpha"]), len(lora.export(layers, [adapter], 0)))


if __name__ == "__main__":
    unittest.main()
