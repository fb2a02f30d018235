"""What torch takes for the same work on the same card: diffusers' UNet of Stable Diffusion 1.5 and VAE decoder, random weights.

    PYTHONPATH=<diffusers>/src python tests/bench/torch_reference.py [--size mini] [--json FILE]

Eager, replayed as a CUDA graph (channels-last), and compiled by torch.compile (then replayed as a graph, too);
batch 1 and 2, float16 and float32 (TF32 off). Medians of events, after warming up. Configs: tests/parity/full-size.json.
"""
import argparse
import json
import os
import platform
import statistics
import time

import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def milliseconds(work, device, repeats):
    """Median time of work()."""
    times = []
    for _ in range(repeats):
        if device == "cpu":
            start = time.perf_counter()
            work()
            times.append((time.perf_counter() - start) * 1000)
        else:
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            work()
            end.record()
            end.synchronize()
            times.append(begin.elapsed_time(end))
    return statistics.median(times)


def captured(work):
    """The same work as a CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay


def unet_work(case, model, dtype, device, batch):
    config = case["config"]
    sample = torch.randn(batch, config["in_channels"], case["height"], case["width"], device=device, dtype=dtype)
    context = torch.randn(batch, case["tokens"], config["cross_attention_dim"], device=device, dtype=dtype)
    timestep = torch.full((batch,), float(case["timestep"]), device=device)
    sample = sample.contiguous(memory_format=torch.channels_last)
    return lambda run=model: run(sample, timestep, context)


def networks(cases, models):
    if models == "plain":
        import sys
        sys.path.insert(0, os.path.join(HERE, "../../training"))
        from pocket.models.unet import UNet2DConditionModel
        from pocket.models.vae import AutoencoderKL
        return lambda: UNet2DConditionModel(cases["unet"]["config"]), lambda: AutoencoderKL(cases["vae_decoder"]["config"])
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    return lambda: UNet2DConditionModel(**cases["unet"]["config"]), lambda: AutoencoderKL(**cases["vae_decoder"]["config"])


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=["full", "mini"], default="full")
    parser.add_argument("--models", choices=["diffusers", "plain"], default="diffusers", help="plain: training/pocket's, needs torch only")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--compile-mode", default="default", help="max-autotune-no-cudagraphs may be faster and takes minutes")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out: it takes a minute")
    parser.add_argument("--json")
    options = parser.parse_args()
    device, repeats = options.device, options.repeats
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    with open(os.path.join(HERE, "../parity/full-size.json")) as file:
        cases = json.load(file)[options.size]
    name = "cpu" if device == "cpu" else torch.cuda.get_device_name()
    print(f"{name}; torch {torch.__version__}, Python {platform.python_version()}, {options.models} models, {options.size} size", flush=True)
    rows = []

    def report(what, value):
        rows.append({"what": what, "milliseconds": value})
        print(f"{what:60} {value:10.2f} ms", flush=True)

    make_unet, make_vae = networks(cases, options.models)
    types = [torch.float32] if device == "cpu" else [torch.float16, torch.float32]
    for dtype in types:
        kind = {torch.float16: "f16", torch.float32: "f32"}[dtype]
        model = make_unet().to(device, dtype).eval().to(memory_format=torch.channels_last)
        for batch in (1, 2):
            work = unet_work(cases["unet"], model, dtype, device, batch)
            for _ in range(5):
                work()
            report(f"UNet, batch {batch}, {kind}, eager", milliseconds(work, device, repeats))
            if device != "cpu":
                report(f"UNet, batch {batch}, {kind}, CUDA graph", milliseconds(captured(work), device, repeats))
        if dtype == torch.float16 and not options.no_compile:
            start = time.time()
            compiled = torch.compile(model, mode=options.compile_mode, dynamic=False)
            work = unet_work(cases["unet"], model, dtype, device, 2)
            compiled_work = lambda: work(compiled)
            compiled_work()
            report("UNet, batch 2, f16, torch.compile: compiling", (time.time() - start) * 1000)
            report("UNet, batch 2, f16, torch.compile, CUDA graph", milliseconds(captured(compiled_work), device, repeats))
        del model
        vae = make_vae().to(device, dtype).eval().to(memory_format=torch.channels_last)
        case = cases["vae_decoder"]
        latent = torch.randn(1, case["config"]["latent_channels"], case["height"], case["width"], device=device, dtype=dtype)
        decode = lambda: vae.decode(latent)
        decode()
        report(f"VAE decoder, {kind}, eager", milliseconds(decode, device, repeats))
        del vae
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"device": name, "torch": str(torch.__version__), "size": options.size, "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
