"""Grouped adapters: many LoRA-type adapters trained at once on one frozen base, and their files in the formats of the wild.

A batch holds G groups of b samples, [G * b, ...]; group g sees base + adapter g. Kinds: low-rank linear (and 1x1 convolution),
LoCon (3x3 down, 1x1 up), LoHa (Hadamard product of two low-rank products), LoKr (Kronecker product). Groups are ordered
low-rank kinds first, then LoHa, then LoKr. References: arXiv 2106.09685 (LoRA), 2309.14859 (LyCORIS: LoCon, LoHa, LoKr).
"""
import math

import torch
import torch.nn.functional as F
from torch import nn


class Adapter:
    """What one adapter is: kind lora | locon | loha | lokr; alpha None means alpha = rank, False writes no alpha keys (scale 1);
    modules: attn | full (feed-forward and projections too); text: the text encoder's attention too; layout: see low_rank_names."""

    def __init__(self, name, *, kind="lora", rank=8, alpha=None, modules="full", text=False, layout="kohya", conv_rank=4, rate=1.0, steps=1.0):
        self.name, self.kind, self.rank, self.modules, self.text, self.layout = name, kind, rank, modules, text, layout
        self.alpha = alpha or rank
        self.has_alpha = layout == "kohya" and alpha is not False
        self.conv_rank = conv_rank if kind == "locon" else 0
        self.rate, self.steps = rate, steps

    @property
    def scale(self):
        return self.alpha / self.rank if self.has_alpha else 1.0


ORDER = {"lora": 0, "locon": 0, "loha": 1, "lokr": 2}


def module_family(path, module):
    """'attn', 'ff', 'proj', 'conv', 'text' or None for a module of the UNet ('unet.' prefix) or text encoder ('text.' prefix)."""
    if path.startswith("text."):
        return "text" if isinstance(module, nn.Linear) and "self_attn" in path else ("text_mlp" if isinstance(module, nn.Linear) else None)
    if ".attentions." in path:
        if isinstance(module, nn.Linear):
            return "attn" if ".attn1." in path or ".attn2." in path else "ff"
        return "proj" if isinstance(module, nn.Conv2d) else None
    if isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3) and ".resnets." in path:
        return "conv"
    return None


def targets(adapter, family):
    """Whether the adapter changes modules of this family."""
    if family == "text":
        return adapter.text
    if family == "text_mlp" or family is None:
        return False
    if family == "conv":
        return adapter.conv_rank > 0
    return family == "attn" if adapter.modules == "attn" else True


def kron_shape(out, inputs, factor=8):
    """LoKr's split of out x in into (o1 x i1) (x) (o2 x i2), o1 and i1 the largest divisors <= factor."""
    divide = lambda n: max(d for d in range(1, factor + 1) if n % d == 0)
    o1, i1 = divide(out), divide(inputs)
    return o1, i1, out // o1, inputs // i1


class GroupedLayer(nn.Module):
    """A frozen Linear or Conv2d plus one delta per group; parameters are stacked over groups."""

    def __init__(self, base, adapters, family):
        super().__init__()
        self.base, self.groups = base, len(adapters)
        base.requires_grad_(False)
        weight = base.weight
        out, inputs = weight.shape[:2]
        self.spatial = weight.dim() == 4
        self.kernel = weight.shape[-1] if self.spatial else 1
        self.kinds = {kind: [g for g, a in enumerate(adapters) if ORDER[a.kind] == order] for order, kind in enumerate(("low", "loha", "lokr"))}
        make = lambda *shape: nn.Parameter(torch.zeros(*shape, device=weight.device))
        wanted = [targets(a, family) for a in adapters]
        conv = self.kernel > 1
        ranks = [(a.conv_rank if conv else a.rank) if want else 0 for a, want in zip(adapters, wanted)]
        low = self.kinds["low"]
        self.conv_groups = [g for g in low if wanted[g]] if conv else []
        low = self.conv_groups if conv else low
        self.low = low if any(wanted[g] for g in low) else []
        if self.low:
            rank = max(ranks[g] for g in self.low)
            self.rank = rank
            self.down = make(len(self.low), rank, inputs, *((self.kernel, self.kernel) if conv else ()))
            self.up = make(len(self.low), out, rank)
            for i, g in enumerate(self.low):
                nn.init.kaiming_uniform_(self.down.data[i, :ranks[g]], a=math.sqrt(5)) if ranks[g] else None
        self.loha = self.kinds["loha"] if not conv and any(wanted[g] for g in self.kinds["loha"]) else []
        if self.loha:
            rank = max(ranks[g] for g in self.loha)
            self.w1_a, self.w1_b = make(len(self.loha), out, rank), make(len(self.loha), rank, inputs)
            self.w2_a, self.w2_b = make(len(self.loha), out, rank), make(len(self.loha), rank, inputs)
            for i, g in enumerate(self.loha):
                r = ranks[g]
                self.w1_a.data[i, :, :r].normal_(std=0.1)
                self.w1_b.data[i, :r].normal_(std=1.0 / math.sqrt(r) if r else 1)
                self.w2_b.data[i, :r].normal_(std=1.0 / math.sqrt(r) if r else 1)
        self.lokr = self.kinds["lokr"] if not conv and any(wanted[g] for g in self.kinds["lokr"]) else []
        if self.lokr:
            o1, i1, o2, i2 = kron_shape(out, inputs)
            rank = max(ranks[g] for g in self.lokr)
            self.k1 = make(len(self.lokr), o1, i1)
            self.k2_a, self.k2_b = make(len(self.lokr), o2, rank), make(len(self.lokr), rank, i2)
            for i, g in enumerate(self.lokr):
                if wanted[g]:
                    nn.init.kaiming_uniform_(self.k1.data[i], a=math.sqrt(5))
                    nn.init.kaiming_uniform_(self.k2_b.data[i, :ranks[g]], a=math.sqrt(5))
        self.ranks, self.wanted = ranks, wanted
        for name, groups in (("low", self.low), ("loha", self.loha), ("lokr", self.lokr)):  # indexing by a list cannot be captured in a CUDA graph
            scale = torch.tensor([adapters[g].scale for g in groups], device=weight.device).view(-1, 1, 1)
            self.register_buffer(f"{name}_scale", scale, persistent=False)

    def group_of(self, name):
        """Group indices along the first axis of parameter `name`."""
        return self.low if name in ("down", "up") else self.loha if name.startswith("w") else self.lokr

    def full_deltas(self):
        """Materialised LoHa and LoKr deltas: list of (groups, [K, out, in])."""
        parts = []
        if self.loha:
            parts.append((self.loha, (self.w1_a @ self.w1_b) * (self.w2_a @ self.w2_b) * self.loha_scale))
        if self.lokr:
            second = self.k2_a @ self.k2_b
            delta = torch.einsum("kab,kcd->kacbd", self.k1, second).flatten(3).flatten(1, 2)
            parts.append((self.lokr, delta * self.lokr_scale))
        return parts

    def forward(self, x):
        y = self.base(x)
        if not (self.low or self.loha or self.lokr):
            return y
        count = len(x) // self.groups
        if self.kernel > 1:
            return self.add_conv(x, y, count)
        flat = x.flatten(2).transpose(1, 2) if self.spatial else x  # [G*b, T, in]
        flat = flat.reshape(self.groups, -1, flat.shape[-1])
        pieces, at = [], 0
        for groups, apply in self.parts():
            begin, end = groups[0], groups[-1] + 1
            if begin > at:
                pieces.append(flat.new_zeros(begin - at, flat.shape[1], self.base.weight.shape[0]))
            pieces.append(apply(flat[begin:end]))
            at = end
        if at < self.groups:
            pieces.append(pieces[-1].new_zeros(self.groups - at, flat.shape[1], self.base.weight.shape[0]))
        delta = torch.cat([p.to(y.dtype) for p in pieces])
        if self.spatial:
            delta = delta.reshape(len(x), -1, delta.shape[-1]).transpose(1, 2).unflatten(-1, x.shape[-2:])
            return y + delta
        return y + delta.reshape(y.shape)

    def parts(self):
        out = []
        if self.low:
            scaled = self.up * self.low_scale
            out.append((self.low, lambda t: torch.bmm(torch.bmm(t, self.down.transpose(1, 2)), scaled.transpose(1, 2))))
        for groups, delta in self.full_deltas():
            out.append((groups, lambda t, delta=delta: torch.bmm(t, delta.transpose(1, 2))))
        return out

    def add_conv(self, x, y, count):
        """All groups' down convolutions as one dense convolution, then each group keeps its own channels."""
        begin, end = self.low[0], self.low[-1] + 1
        own = x.unflatten(0, (self.groups, count))
        own = own[begin:end] if len(self.low) == end - begin else torch.stack([own[g] for g in self.low])
        kept = len(self.low)
        h = F.conv2d(own.flatten(0, 1), self.down.flatten(0, 1), stride=self.base.stride, padding=self.base.padding)
        h = h.unflatten(1, (kept, self.rank)).unflatten(0, (kept, count))  # [K, b, K, r, H, W]
        h = torch.stack([h[i, :, i] for i in range(kept)])  # [K, b, r, H, W]
        size = h.shape[-2:]
        h = h.permute(0, 1, 3, 4, 2).flatten(1, 3)  # [K, b*H*W, r]
        up = self.up * self.low_scale
        delta = torch.bmm(h, up.to(h.dtype).transpose(1, 2)).unflatten(1, (count, *size)).permute(0, 1, 4, 2, 3)
        whole = list(y.unflatten(0, (self.groups, count)).unbind(0))
        for i, g in enumerate(self.low):
            whole[g] = whole[g] + delta[i].to(y.dtype)
        return torch.stack(whole).flatten(0, 1)


def attach(unet, text, adapters):
    """Replaces every targeted layer in place; returns {path: GroupedLayer} with 'unet.' and 'text.' paths. Adapters must be in ORDER."""
    assert [ORDER[a.kind] for a in adapters] == sorted(ORDER[a.kind] for a in adapters), "low-rank kinds first, then LoHa, then LoKr"
    layers = {}
    for prefix, model in (("unet.", unet), ("text.", text)):
        for path, module in list(model.named_modules()):
            family = module_family(prefix + path, module)
            if not any(targets(a, family) for a in adapters):
                continue
            parent_path, _, leaf = path.rpartition(".")
            parent = model.get_submodule(parent_path)
            grouped = GroupedLayer(module, adapters, family)
            if isinstance(parent, nn.ModuleList):
                parent[int(leaf)] = grouped
            else:
                setattr(parent, leaf, grouped)
            layers[prefix + path] = grouped
    return layers


def low_rank_names(path, layout):
    """Keys (down, up, alpha or None) of a low-rank module at 'unet.…' or 'text.…' in a layout of the wild."""
    in_text = path.startswith("text.")
    inner = path.partition(".")[2]
    if layout == "kohya":
        stem = ("lora_te_" if in_text else "lora_unet_") + inner.replace(".", "_")
        return f"{stem}.lora_down.weight", f"{stem}.lora_up.weight", f"{stem}.alpha"
    whole = ("text_encoder." if in_text else "unet.") + inner
    if layout == "peft":
        return f"base_model.model.{whole}.lora_A.weight", f"base_model.model.{whole}.lora_B.weight", None
    if layout == "diffusers" or in_text:
        kind = "lora_linear_layer" if in_text else "lora"
        return f"{whole}.{kind}.down.weight", f"{whole}.{kind}.up.weight", None
    if layout == "diffusers-old":
        attention, _, leaf = whole.rpartition(".attn")
        number, _, projection = leaf.partition(".")
        projection = projection.replace("to_out.0", "to_out")
        stem = f"{attention}.attn{number}.processor.{projection}_lora"
        return f"{stem}.down.weight", f"{stem}.up.weight", None
    raise ValueError(f"unknown layout {layout}")


def export(layers, adapters, index):
    """The tensors of adapter `index` under the key names of its layout, float16."""
    adapter, tensors = adapters[index], {}
    for path, layer in layers.items():
        rank = layer.ranks[index]
        if not rank:
            continue
        stem = ("lora_te_" if path.startswith("text.") else "lora_unet_") + path.partition(".")[2].replace(".", "_")
        alpha = torch.tensor(float(adapter.scale * rank))
        if index in layer.low:
            i = layer.low.index(index)
            down, up, alpha_name = low_rank_names(path, adapter.layout)
            d, u = layer.down.data[i, :rank], layer.up.data[i, :, :rank]
            if layer.spatial:
                d = d if d.dim() == 4 else d[:, :, None, None]
                u = u[:, :, None, None]
            tensors[down], tensors[up] = d, u
            if alpha_name and adapter.has_alpha:
                tensors[alpha_name] = alpha
        elif index in layer.loha:
            i = layer.loha.index(index)
            for ours, theirs in (("w1_a", "hada_w1_a"), ("w1_b", "hada_w1_b"), ("w2_a", "hada_w2_a"), ("w2_b", "hada_w2_b")):
                value = getattr(layer, ours).data[i]
                tensors[f"{stem}.{theirs}"] = value[:, :rank] if ours.endswith("_a") else value[:rank]
            tensors[f"{stem}.alpha"] = alpha
        elif index in layer.lokr:
            i = layer.lokr.index(index)
            tensors[f"{stem}.lokr_w1"] = layer.k1.data[i]
            tensors[f"{stem}.lokr_w2_a"], tensors[f"{stem}.lokr_w2_b"] = layer.k2_a.data[i, :, :rank], layer.k2_b.data[i, :rank]
            tensors[f"{stem}.alpha"] = alpha
    return {k: v.detach().cpu().to(torch.float16).contiguous() for k, v in tensors.items()}


def module_keys(path, layer, adapter, index):
    """Keys of one module in an adapter's file: [(parameter, key, 'up' | 'down' | 'whole')], the key of its alpha or None."""
    stem = ("lora_te_" if path.startswith("text.") else "lora_unet_") + path.partition(".")[2].replace(".", "_")
    if index in layer.low:
        down, up, alpha = low_rank_names(path, adapter.layout)
        return [("up", up, "up"), ("down", down, "down")], alpha
    if index in layer.loha:
        return [(ours, f"{stem}.hada_{ours}", "up" if ours.endswith("_a") else "down") for ours in ("w1_a", "w1_b", "w2_a", "w2_b")], f"{stem}.alpha"
    return [("k1", f"{stem}.lokr_w1", "whole"), ("k2_a", f"{stem}.lokr_w2_a", "up"), ("k2_b", f"{stem}.lokr_w2_b", "down")], f"{stem}.alpha"


@torch.no_grad()
def load(layers, adapters, index, tensors):
    """The inverse of `export`: copies a file's tensors into group `index`, in place; returns how many modules the file has.

    Modules that the file lacks stay as they are. Ranks that the file lacks, or that are zero in both factors, add nothing but can learn: zeros in
    the factor at the output, the fresh numbers in the one at the input. ValueError, and nothing changed, where the file does not fit the adapter.
    """
    adapter, plan, left, modules = adapters[index], [], set(tensors), 0
    for path, layer in layers.items():
        rank = layer.ranks[index]
        if not rank:
            continue
        keys, alpha = module_keys(path, layer, adapter, index)
        if not any(key in tensors for _, key, _ in keys):
            continue
        modules += 1
        factors = {"up": [], "down": []}
        for ours, key, role in keys:
            if key not in tensors:
                raise ValueError(f"{adapter.name}: {key} is missing")
            left.discard(key)
            target = getattr(layer, ours).data[layer.group_of(ours).index(index)]
            value = tensors[key].to(target.device, torch.float32)
            if role == "whole":
                if value.shape != target.shape:
                    raise ValueError(f"{adapter.name}: {key} has shape {list(value.shape)}, not {list(target.shape)}")
                plan.append((target, value))
                continue
            mine = target[:, :rank] if role == "up" else target[:rank]
            value = value.flatten(1) if role == "up" else value.reshape(len(value), *([-1] if mine.dim() == 2 else value.shape[1:]))
            axis = 1 if role == "up" else 0
            if value.dim() != mine.dim() or value.shape[axis] > rank or value.shape[:axis] + value.shape[axis + 1:] != mine.shape[:axis] + mine.shape[axis + 1:]:
                raise ValueError(f"{adapter.name}: {key} has shape {list(tensors[key].shape)}, which does not fit {list(mine.shape)}")
            factors[role].append((mine, value))
        scale = 1.0 / adapter.scale
        if alpha in tensors:
            left.discard(alpha)
            scale *= tensors[alpha].item() / factors["down"][0][1].shape[0]
        for pair, ((up, up_value), (down, down_value)) in enumerate(zip(factors["up"], factors["down"])):
            known = len(down_value)
            if up_value.shape[1] != known:
                raise ValueError(f"{adapter.name}: factors of {path} have ranks {up_value.shape[1]} and {known}")
            alive = (up_value != 0).any(0) | (down_value.flatten(1) != 0).any(1)
            whole_up = torch.zeros_like(up)
            whole_up[:, :known] = up_value * (scale if pair == 0 else 1.0)
            whole_down = down.clone()
            whole_down[:known][alive] = down_value[alive]
            plan += [(up, whole_up), (down, whole_down)]
    if left or not plan:
        raise ValueError(f"{adapter.name}: {sorted(left)[0] if left else 'no key'} is of no module of a {adapter.kind} with the keys of {adapter.layout}")
    for target, value in plan:
        target.copy_(value)
    return modules


def merged_deltas(tensors, unet, text):
    """Reads a file's tensors back, independently of `export`: {('unet' | 'text', parameter name): delta of the weight's shape}."""
    names = {}
    for prefix, model, whole, kind in (("lora_unet_", unet, "unet.", "unet"), ("lora_te_", text, "text_encoder.", "text")):
        for path, module in model.named_modules():
            if isinstance(module, (nn.Linear, nn.Conv2d)):
                entry = (kind, path + ".weight", module.weight)
                names[prefix + path.replace(".", "_")] = entry
                names["base_model.model." + whole + path] = entry
                names[whole + path] = entry
                names[whole + path.replace(".to_out.0", ".to_out").replace(".to_", ".processor.to_") + "_lora"] = entry
    stems = {}
    suffixes = (".lora_down.weight", ".lora_up.weight", ".alpha", ".lora_A.weight", ".lora_B.weight", ".lora.down.weight", ".lora.up.weight",
                ".lora_linear_layer.down.weight", ".lora_linear_layer.up.weight", ".down.weight", ".up.weight",
                ".hada_w1_a", ".hada_w1_b", ".hada_w2_a", ".hada_w2_b", ".lokr_w1", ".lokr_w2_a", ".lokr_w2_b")
    for key, value in tensors.items():
        suffix = next(s for s in suffixes if key.endswith(s) and key[: -len(s)] in names)
        role = {".alpha": "alpha"}.get(suffix) or ("down" if "down" in suffix or "lora_A" in suffix else "up" if "up" in suffix or "lora_B" in suffix
                                                   else suffix[1:])
        stems.setdefault(key[: -len(suffix)], {})[role] = value.float()
    out = {}
    for stem, part in stems.items():
        kind, name, weight = names[stem]
        if "down" in part:
            rank = part["down"].shape[0]
            delta = (part["up"].flatten(1) @ part["down"].flatten(1)).view(weight.shape)
        elif "hada_w1_a" in part:
            rank = part["hada_w1_b"].shape[0]
            delta = ((part["hada_w1_a"] @ part["hada_w1_b"]) * (part["hada_w2_a"] @ part["hada_w2_b"])).view(weight.shape)
        else:
            rank = part["lokr_w2_b"].shape[0]
            delta = torch.kron(part["lokr_w1"], part["lokr_w2_a"] @ part["lokr_w2_b"]).view(weight.shape)
        out[kind, name] = delta * (part["alpha"].item() / rank if "alpha" in part else 1.0)
    return out


def apply_deltas(unet, text, deltas, strength=1.0):
    """Adds strength x delta to the weights in place; call with -strength to undo."""
    with torch.no_grad():
        parameters = {("unet", k): v for k, v in unet.named_parameters()}
        parameters.update({("text", k): v for k, v in text.named_parameters()})
        for key, delta in deltas.items():
            parameters[key] += strength * delta.to(parameters[key].device)
