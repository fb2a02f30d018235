"""Trains all adapters of the pocket pack at once on the frozen base, writes their files and with/without sheets.

    PYTHONPATH=training python -m pocket.train_adapters --minutes 3.5 --batch 16      (--batch: samples a step for each adapter)
--part 1/3, 2/3 and 3/3 train a third of the adapters each, on three GPUs at once; --init FOLDER starts from the files there.
Needs vae.pt and base.pt in the run folder; writes adapters/*.safetensors (float16, key names of the wild) and sheets/adapters-*.jpg.
"""
import copy
import gc
import json
import math
import multiprocessing
import os
import time

import torch
from torch import nn

from pocket import common, configs, data, diffusion, lora, safetensors_io, sheets
from pocket.models.clip import CLIPTextModel
from pocket.models.unet import UNet2DConditionModel
from pocket.train_base import Objective, draw_prompts, load_base, load_vae


class GroupAdam:
    """Adam over parameters stacked by adapter, with one learning rate for each adapter."""

    def __init__(self, layers, count, betas=(0.9, 0.99), eps=1e-8):
        self.parameters, self.owners = [], []
        for layer in layers.values():
            for name, parameter in layer.named_parameters():
                if not name.startswith("base."):
                    self.parameters.append(parameter)
                    self.owners.append(torch.tensor(layer.group_of(name), device=parameter.device))
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]
        self.betas, self.eps, self.steps = betas, eps, 0

    @torch.no_grad()
    def step(self, rates):
        """rates: float tensor [G]."""
        self.steps += 1
        b1, b2 = self.betas
        gradients = [p.grad for p in self.parameters]
        torch._foreach_mul_(self.first, b1)
        torch._foreach_add_(self.first, gradients, alpha=1 - b1)
        torch._foreach_mul_(self.second, b2)
        torch._foreach_addcmul_(self.second, gradients, gradients, 1 - b2)
        root = torch._foreach_sqrt(self.second)
        torch._foreach_mul_(root, 1 / math.sqrt(1 - b2 ** self.steps))
        torch._foreach_add_(root, self.eps)
        update = torch._foreach_div(self.first, root)
        for p, u, owner in zip(self.parameters, update, self.owners):
            p.sub_(u * (rates[owner] / (1 - b1 ** self.steps)).view(-1, *[1] * (p.dim() - 1)))
        for p in self.parameters:
            p.grad = None


@torch.no_grad()
def fill_base(run, *owners):
    """Waits for the finished base and copies its EMA weights into parameters that are already wrapped and compiled."""
    run.wait("base.done")
    state = run.load("base.pt")
    for own in owners:
        for part, parameters in own.items():
            for name, parameter in parameters.items():
                parameter.copy_(state[part][name])


def first_deltas(run, layers, adapters, folder):
    """Loads the files of a folder into the groups they belong to; groups without a file, or with one that does not fit, stay fresh."""
    loaded = 0
    for g, adapter in enumerate(adapters):
        path = os.path.join(folder, adapter.name + ".safetensors")
        if not os.path.exists(path):
            run.log(event="fresh", adapter=adapter.name, why="no file")
            continue
        try:
            lora.load(layers, adapters, g, safetensors_io.load_file(path)[0])
            loaded += 1
        except ValueError as error:
            run.log(event="fresh", adapter=adapter.name, why=str(error))
    run.log(event="init", loaded=loaded, of=len(adapters))


def rehearsal_definitions():
    """A handful of adapters of all kinds and layouts for --stub."""
    plans = [("clay", "lora", "kohya", {}), ("ink", "locon", "kohya", dict(conv_rank=2)), ("clay-peft", "lora", "peft", dict(text=True)),
             ("ink-old", "lora", "diffusers-old", dict(modules="attn")), ("clay-new", "lora", "diffusers", dict(modules="attn", text=True)),
             ("ink-loha", "loha", "kohya", {}), ("clay-lokr", "lokr", "kohya", {})]
    out = []
    for name, kind, layout, more in plans:
        style = name.split("-")[0]
        out.append((lora.Adapter(name, kind=kind, rank=4, alpha=2, layout=layout, **more),
                    lambda source, n, style=style: (lambda b: (b.images, [f"{c}, {style}" for c in b.captions]))(source.sample(n, style=style)),
                    [f"a red disc on blue, {style}", f"a green square on white, {style}"]))
    return out


def describe(d):
    """pocket.adapters.Adapter -> lora.Adapter. A small alpha / rank slows learning down, so it gets a higher rate."""
    scale = (d.alpha or d.rank) / d.rank
    return lora.Adapter(d.id, kind=d.format, rank=d.rank, alpha=d.alpha if d.write_alpha else False, layout=d.layout, modules=d.modules,
                        text=d.text, conv_rank=d.conv_rank, rate=d.rate / scale ** 0.5, steps=min(1.0, d.steps))


def definitions(run):
    """[(lora.Adapter, source of images or None, prompts, number of distinct images or None)], ordered as lora.attach needs."""
    if run.args.stub:
        found = [(*entry, None) for entry in rehearsal_definitions()]
    else:
        from pocket import adapters
        found = [(describe(d), None, d.prompts, d.images) for d in adapters.TRAINED]
    return sorted(found, key=lambda entry: lora.ORDER[entry[0].kind])


def _pairs(job):
    """Worker: n packed specs and captions of one adapter."""
    from pocket import adapters, scenes
    name, seed, part, n = job
    adapter = adapters.BY_ID[name]
    sampler = adapters.sampler(adapter, f"{seed}/{part}")
    pairs = [adapters.example(adapter, sampler) for _ in range(n)]
    return name, scenes.pack([p[0] for p in pairs]), [p[1] for p in pairs]


def sprite_packs(found):
    """The packs that the looks of these adapters draw with, the base's own first."""
    from pocket import adapters, styles
    own = {styles.LOOKS[adapters.BY_ID[entry[0].name].look].sprites for entry in found}
    return ["fluent-flat", *sorted(own - {None, "fluent-flat"})]


def image_chunks(run, found, count, chunk=256):
    """(group, first index, images, captions) chunks of all adapters' training sets."""
    source = data.open_scenes(run, seed=run.args.seed * 31 + 5, style_packs=None if run.args.stub else sprite_packs(found))
    wanted = [min(count, entry[3] or count) for entry in found]
    if run.args.stub:
        for g, entry in enumerate(found):
            yield g, 0, *entry[1](source, wanted[g])
        return
    from pocket import adapters
    group = {entry[0].name: g for g, entry in enumerate(found)}
    jobs = [(entry[0].name, run.args.seed, start // chunk, min(chunk, wanted[g] - start))
            for g, entry in enumerate(found) for start in range(0, wanted[g], chunk)]
    workers = min(14, (os.cpu_count() or 2) - 2) if run.cuda else 0
    pool = multiprocessing.get_context("spawn").Pool(workers) if workers > 0 else None
    for job, (name, packed, captions) in zip(jobs, pool.imap(_pairs, jobs) if pool else map(_pairs, jobs)):
        yield group[name], job[2] * chunk, source.render_packed(packed, adapters.BY_ID[name].look), captions
    if pool:
        pool.terminate()


def kohya_metadata(adapter, *, images, steps, card=None):
    """ss_* metadata as kohya's sd-scripts writes it."""
    module = {"loha": "lycoris.kohya", "lokr": "lycoris.kohya", "locon": "lycoris.kohya"}.get(adapter.kind, "networks.lora")
    arguments = {"loha": {"algo": "loha"}, "lokr": {"algo": "lokr", "factor": "8"}, "locon": {"algo": "lora", "conv_dim": str(adapter.conv_rank)}}
    return {
        "ss_network_module": module, "ss_network_dim": str(adapter.rank), "ss_network_alpha": str(float(adapter.alpha)),
        "ss_network_args": json.dumps(arguments.get(adapter.kind, {})), "ss_base_model_version": "sd_v1", "ss_sd_model_name": "pocket.safetensors",
        "ss_output_name": adapter.name, "ss_num_train_images": str(images), "ss_steps": str(steps), "ss_mixed_precision": "bf16",
        "ss_resolution": "(256, 256)", "ss_v2": "False", "ss_tag_frequency": json.dumps(card or {}), "format": "pt",
    }


@torch.no_grad()
def encode_sets(run, found, vae, tokenizer, count, chunk=256):
    """Latents f16 [G, N, 4, 32, 32], ids i16 [G, N, 77] of every adapter's own images, and how many each has, i64 [G]."""
    begin = time.time()
    latents = torch.zeros(len(found), count, 4, 32, 32, dtype=torch.float16, device=run.device)
    ids = torch.zeros(len(found), count, 77, dtype=torch.int16, device=run.device)
    sizes = torch.zeros(len(found), dtype=torch.int64)
    examples = {}
    for g, start, images, captions in image_chunks(run, found, count, chunk=chunk if run.cuda else 8):
        with run.autocast():
            mean = torch.cat([vae.encode(part.contiguous(memory_format=torch.channels_last))[0].float() for part in images.split(256)])
        latents[g, start:start + len(images)] = (mean * vae.config["scaling_factor"]).half()
        ids[g, start:start + len(images)] = tokenizer(captions).to(torch.int16).to(run.device)
        sizes[g] += len(images)
        examples.setdefault(g, (images[:3].cpu(), captions[:3]))
    run.synchronize()
    run.log(event="latents", adapters=len(found), most=sizes.max().item(), total=sizes.sum().item(), seconds=time.time() - begin)
    return latents, ids, sizes.to(run.device), examples


def with_and_without(run, found, examples, *, steps, folder):
    """One row per adapter: three training pictures, three prompts without, the same with the adapter as read back from its file."""
    unet, text = load_base(run)
    vae, tokenizer = load_vae(run), data.Tokenizer(run)
    rows, labels, page = [], [], 1
    for g, (adapter, _, prompts, _) in enumerate(found):
        prompts = list(prompts)[:3]
        tensors, _ = safetensors_io.load_file(os.path.join(folder, adapter.name + ".safetensors"))
        deltas = lora.merged_deltas(tensors, unet, text)
        before = draw_prompts(run, unet, text, vae, tokenizer, prompts, steps=steps)
        lora.apply_deltas(unet, text, deltas)
        after = draw_prompts(run, unet, text, vae, tokenizer, prompts, steps=steps)
        lora.apply_deltas(unet, text, deltas, -1.0)
        run.log(event="effect", adapter=adapter.name, mean_change=(after - before).abs().mean().item(), modules=len(deltas))
        shown = [examples[g][0][i % len(examples[g][0])] for i in range(3)]
        rows += [*shown, *before.cpu(), *after.cpu()]
        labels += [f"{adapter.name}: training"] * 3 + prompts + [f"+ {adapter.name}"] * len(prompts)
        if len(rows) >= 9 * 10 or g == len(found) - 1:
            name = f"{run.args.only or run.args.part.replace('/', 'of')}-{page}"
            sheets.save_sheet(run.path(f"sheets/adapters-{name}.jpg"), rows, columns=3 + 2 * len(prompts), labels=labels)
            rows, labels, page = [], [], page + 1


def main():
    p = common.parser(__doc__, minutes=3.5, batch=16, lr=1.5e-3)
    p.add_argument("--images", type=int, default=1536, help="training images of each adapter")
    p.add_argument("--chunk", type=int, default=256, help="images drawn at once; other numbers draw other images")
    p.add_argument("--only", default="", help="comma-separated adapter names")
    p.add_argument("--init", default="", help="folder of adapters' files to start from")
    p.add_argument("--part", default="1/1", help="I/N: every N-th adapter from the I-th on")
    p.add_argument("--sheet-steps", type=int, default=20)
    args = p.parse_args()
    if args.tiny:
        args.batch, args.images, args.max_steps, args.sheet_steps = 1, 4, args.max_steps or 3, 2
    run = common.Run(args, "adapters")
    part, parts = map(int, args.part.split("/"))
    found = [f for f in definitions(run) if not args.only or f[0].name in args.only.split(",")][part - 1::parts]
    adapters = [f[0] for f in found]
    if args.wait:
        run.wait("vae.pt")
    vae, tokenizer = load_vae(run), data.Tokenizer(run)
    latents, ids, sizes, examples = encode_sets(run, found, vae, tokenizer, 32 if args.smoke else args.images, args.chunk)
    run.gather()
    unet, text = load_base(run, random=args.wait)
    own = {"ema_unet": dict(unet.named_parameters()), "ema_text": dict(text.named_parameters())}
    model = Objective(unet, text).to(run.device)
    layers = lora.attach(unet, text, adapters)
    for layer in layers.values():
        layer.to(run.device)
    if args.init:
        first_deltas(run, layers, adapters, args.init)
    if args.tiny:
        check_load(run, layers, adapters)
    optimizer = GroupAdam(layers, len(adapters))
    run.log(event="adapters", count=len(adapters), layers=len(layers), parameters=sum(x.numel() for x in optimizer.parameters))
    count = args.batch * len(adapters)
    noise = torch.randn(count, 4, 32, 32, device=run.device)
    noise = noise.contiguous(memory_format=torch.channels_last) if run.cuda else noise
    shapes = (noise, torch.zeros(count, 77, dtype=torch.long, device=run.device), noise, torch.zeros(count, dtype=torch.long, device=run.device))
    backward = run.graphed(lambda *inputs: model(*inputs) * len(adapters), shapes, optimizer.parameters)
    if args.wait:
        fill_base(run, own)
    limit = args.max_steps or (20 if args.smoke else 0)
    box, step, mark = common.TimeBox(run, args.minutes * 60), 0, time.time()
    groups = torch.arange(len(adapters), device=run.device)[:, None]
    share = torch.tensor([min(1.0, a.steps) for a in adapters])
    peak = torch.tensor([args.lr * a.rate for a in adapters])
    empty = tokenizer([""]).to(run.device)
    while box.fraction < 1 and not (limit and step >= limit):
        pick = (torch.rand(len(adapters), args.batch, device=run.device) * sizes[:, None]).long()
        z, tokens = latents[groups, pick].flatten(0, 1).float(), ids[groups, pick].flatten(0, 1).long()
        tokens = torch.where(torch.rand(len(tokens), 1, device=run.device) < 0.05, empty, tokens)
        if run.cuda:
            z = z.contiguous(memory_format=torch.channels_last)
        t = torch.randint(0, diffusion.STEPS, (len(z),), device=run.device)
        loss = backward(z, tokens, torch.randn_like(z), t) / len(adapters)
        box.step([])
        progress = (box.fraction / share).clamp(max=1)
        rates = peak * (0.5 + 0.5 * torch.cos(math.pi * progress)) * min(1.0, (step + 1) / 50)
        optimizer.step(rates.to(run.device))
        step += 1
        if step % (5 if limit else 100) == 0:
            run.synchronize()
            run.log(step=step, used=box.fraction, loss=loss.item(), ms_per_step=1000 * (time.time() - mark) / (5 if limit else 100))
            mark = time.time()
    run.synchronize()
    if args.smoke:
        run.log(event="smoke", ms_per_step=1000 * (time.time() - box.begin) / max(1, step - box.WARM),
                memory_gb=torch.cuda.max_memory_allocated() / 2 ** 30 if run.cuda else 0.0)
        return
    del backward, loss, optimizer
    if run.cuda:  # of the graph: another stage may start beside the sheets
        gc.collect()
        torch.cuda.empty_cache()
    folder = run.path("adapters")
    os.makedirs(folder, exist_ok=True)
    total = 0
    for g, adapter in enumerate(adapters):
        tensors = lora.export(layers, adapters, g)
        finite = all(torch.isfinite(v).all() for v in tensors.values())
        path = os.path.join(folder, adapter.name + ".safetensors")
        metadata = kohya_metadata(adapter, images=args.images, steps=step) if adapter.layout == "kohya" else {"format": "pt"}
        safetensors_io.save_file(tensors, path, metadata)
        total += os.path.getsize(path)
        run.log(event="file", adapter=adapter.name, kind=adapter.kind, layout=adapter.layout, tensors=len(tensors), kb=os.path.getsize(path) / 1024, finite=finite)
    run.log(event="files", count=len(adapters), megabytes=total / 1e6, steps=step)
    open(run.path(f"adapters-{part}of{parts}.done"), "w").close()
    if args.tiny:
        check_export(run, layers, adapters, folder)
    if args.sheet_steps:
        with_and_without(run, found, examples, steps=args.sheet_steps, folder=folder)


@torch.no_grad()
def check_load(run, layers, adapters):
    """Rehearsal check: files loaded into freshly attached layers export the same deltas, up to float16 rounding."""
    unet, text = UNet2DConditionModel(configs.UNET), CLIPTextModel(configs.TEXT)
    fresh = lora.attach(copy.deepcopy(unet), copy.deepcopy(text), adapters)
    for g, adapter in enumerate(adapters):
        tensors = lora.export(layers, adapters, g)
        lora.load(fresh, adapters, g, tensors)
        before, after = (lora.merged_deltas(x, unet, text) for x in (tensors, lora.export(fresh, adapters, g)))
        assert before.keys() == after.keys(), adapter.name
        error = max((after[k] - before[k]).abs().max().item() for k in before)
        most = max(v.abs().max().item() for v in before.values())
        run.log(event="loaded again", adapter=adapter.name, modules=len(before), error=error, most=most)
        assert error <= 2e-3 * most, adapter.name


@torch.no_grad()
def check_export(run, layers, adapters, folder):
    """Rehearsal check: the grouped forward equals the base plus the deltas read back from the files."""
    unet, text = load_base(run)
    grouped_unet, grouped_text = copy.deepcopy(unet), copy.deepcopy(text)
    fresh = lora.attach(grouped_unet, grouped_text, adapters)
    for path, layer in fresh.items():
        layer.load_state_dict(layers[path].state_dict())
        for name, parameter in layer.named_parameters():
            if not name.startswith("base."):
                parameter.copy_((parameter + torch.randn_like(parameter) * 0.05 * (parameter != 0)).half().float())
    x, t = torch.randn(len(adapters), 4, 32, 32, device=run.device), torch.full((len(adapters),), 500, device=run.device)
    tokens = torch.randint(0, 4000, (len(adapters), 77), device=run.device)
    both = grouped_unet(x, t, grouped_text(tokens))
    for g, adapter in enumerate(adapters):
        deltas = lora.merged_deltas(lora.export(fresh, adapters, g), unet, text)
        lora.apply_deltas(unet, text, deltas)
        alone = unet(x[g:g + 1], t[g:g + 1], text(tokens[g:g + 1]))
        lora.apply_deltas(unet, text, deltas, -1.0)
        without = unet(x[g:g + 1], t[g:g + 1], text(tokens[g:g + 1]))
        error, effect = (alone - both[g]).abs().max().item(), (alone - without).abs().max().item()
        run.log(event="round trip", adapter=adapter.name, error=error, effect=effect)
        assert error < 2e-3 * max(1.0, alone.abs().max().item()), adapter.name


if __name__ == "__main__":
    main()
