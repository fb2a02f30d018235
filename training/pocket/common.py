"""What every trainer shares: run folder, log, time box, moving average, several GPUs, compilation with a fallback.

A run folder holds checkpoints (*.pt), log-*.jsonl and sheets/; all trainers take --run, --minutes, --seed, --smoke, --tiny.
"""
import argparse
import json
import math
import os
import platform
import sys
import time

import torch


def parser(description, **defaults):
    p = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--run", default="/tmp/pocket-run", help="folder of checkpoints, logs and sheets")
    p.add_argument("--minutes", type=float, default=5.0, help="time box of the training loop; the schedule ends with it")
    p.add_argument("--batch", type=int, default=64, help="samples a step on each device")
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--stub", action="store_true", help="coloured shapes instead of the emoji scenes")
    p.add_argument("--tiny", action="store_true", help="rehearsal: a few small steps on a CPU")
    p.add_argument("--smoke", action="store_true", help="20 steps at the real size, print ms a step, save nothing")
    p.add_argument("--wait", action="store_true", help="start early: compile on noise, then wait for the stage before")
    p.add_argument("--wait-for", default="", help="comma-separated files of the run folder: draw the training images at once, load the models when they are there")
    p.add_argument("--no-compile", dest="compile", action="store_false")
    p.add_argument("--max-steps", type=int, default=0, help="stop after this many steps (0: by time alone)")
    p.add_argument("--steps", type=int, default=0, help="length of the schedule in steps instead of minutes, equal on every machine")
    p.set_defaults(**defaults)
    return p


class Run:
    """Device, rank and files of one trainer; with torchrun each process is one rank."""

    def __init__(self, args, stage):
        self.args, self.stage = args, stage
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        self.cuda = torch.cuda.is_available()
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if self.cuda else torch.device("cpu")
        if self.cuda:
            torch.cuda.set_device(self.device)
            torch.backends.cuda.matmul.allow_tf32 = True
            torch.backends.cudnn.allow_tf32 = True
            torch.backends.cudnn.benchmark = True
        if self.world > 1:
            torch.distributed.init_process_group("nccl" if self.cuda else "gloo")
        os.makedirs(os.path.join(args.run, "sheets"), exist_ok=True)
        torch.manual_seed(args.seed * 1000 + self.rank)
        self.file = open(self.path(f"log-{stage}.jsonl"), "a") if self.rank == 0 and not args.smoke else None
        self.log(event="start", args=vars(args), torch=torch.__version__, python=platform.python_version(), world=self.world,
                 device=torch.cuda.get_device_name() if self.cuda else "cpu", command=" ".join(sys.argv))

    def path(self, name):
        return os.path.join(self.args.run, name)

    def log(self, **row):
        if self.rank == 0:
            row["clock"] = round(time.time(), 2)
            print(self.stage, " ".join(f"{k}={v:.5g}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items() if k != "clock"),
                  flush=True)
            if self.file:
                self.file.write(json.dumps(row) + "\n")
                self.file.flush()

    def autocast(self):
        if self.cuda:
            return torch.autocast("cuda", dtype=torch.bfloat16)
        return torch.autocast("cpu", enabled=False)

    def save(self, name, state):
        if self.rank == 0 and not self.args.smoke:
            torch.save(state, self.path(name + ".part"))
            os.replace(self.path(name + ".part"), self.path(name))

    def wait(self, name):
        """Waits until another stage has written a file of the run folder."""
        while not os.path.exists(self.path(name)):
            time.sleep(0.2)

    def gather(self):
        """After drawing: gives the memory of it back, then waits for the files of --wait-for."""
        if self.cuda:
            torch.cuda.empty_cache()
        for name in filter(None, self.args.wait_for.split(",")):
            self.log(event="waiting", file=name)
            self.wait(name)

    def load(self, name):
        return torch.load(self.path(name), map_location=self.device)

    def compiled(self, module):
        """torch.compile where it exists; a failing first call falls back to the module itself."""
        if not (self.args.compile and self.cuda and hasattr(torch, "compile")):
            return module
        fast = torch.compile(module, dynamic=False)
        state = {"call": fast}

        def call(*inputs):
            try:
                return state["call"](*inputs)
            except Exception as error:
                if state["call"] is module or isinstance(error, torch.cuda.OutOfMemoryError):
                    raise
                self.log(event="compile failed, running eagerly", error=repr(error)[:500])
                state["call"] = module
                return module(*inputs)
        return call

    def graphed(self, loss_of, inputs, parameters):
        """loss_of(*inputs) with its backward pass as one CUDA graph: step(*inputs) -> loss, gradients in `parameters`.

        Thousands of small kernels cost more to launch than to run, and compiling as many takes minutes; a graph costs seconds.
        Inputs keep shape and type. Falls back to plain calls on a CPU or when the capture fails.
        """
        def plain(*values):
            for q in parameters:
                q.grad = None
            with self.autocast():
                loss = loss_of(*values)
            loss.backward()
            return loss

        if not (self.cuda and self.args.compile):
            return plain
        try:
            static = [x.clone() for x in inputs]

            def step():
                for q in parameters:
                    q.grad = None
                with torch.autocast("cuda", dtype=torch.bfloat16, cache_enabled=False):  # casts must be part of the graph
                    loss = loss_of(*static)
                loss.backward()
                return loss.detach()

            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(3):
                    step()
            torch.cuda.current_stream().wait_stream(side)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                loss = step()
            gradients = [q.grad for q in parameters]

            def replay(*values):
                for kept, value in zip(static, values):
                    kept.copy_(value)
                graph.replay()
                for q, gradient in zip(parameters, gradients):
                    q.grad = gradient
                return loss

            replay(*inputs)
            torch.cuda.synchronize()
            self.log(event="captured")
            return replay
        except Exception as error:
            self.log(event="capture failed, running eagerly", error=repr(error)[:500])
            torch.cuda.synchronize()
            return plain

    def synchronize(self):
        if self.cuda:
            torch.cuda.synchronize()


class TimeBox:
    """Fraction of the time box (or, with --steps, of the steps) used. The clock starts after WARM steps (compilation does not count).
    With several ranks the fraction travels with the gradients, one step late, so that it is equal on all ranks without a stall."""

    WARM = 3

    def __init__(self, run, seconds, used=0.0):
        self.run, self.seconds, self.used = run, seconds, used
        self.begin, self.steps, self.pending = time.time(), 0, None
        self.fraction = used / seconds

    def elapsed(self):
        return self.used + (time.time() - self.begin if self.steps >= self.WARM else 0.0)

    def step(self, parameters):
        """Averages gradients over the ranks (one flat all-reduce), counts the step and updates `fraction`."""
        self.steps += 1
        if self.steps == self.WARM:
            self.run.synchronize()
            self.run.log(event="warm", seconds=time.time() - self.begin)
            self.begin = time.time()
        now = self.steps / self.run.args.steps if self.run.args.steps else self.elapsed() / self.seconds
        if self.run.world > 1:
            gradients = [p.grad for p in parameters if p.grad is not None]
            flat = torch.cat([g.reshape(-1) for g in gradients] + [torch.tensor([now], device=self.run.device)])
            torch.distributed.all_reduce(flat)
            flat /= self.run.world
            offset, views = 0, []
            for g in gradients:
                views.append(flat[offset:offset + g.numel()].view_as(g))
                offset += g.numel()
            for g, view in zip(gradients, views):
                g.copy_(view)
            now = self.fraction if self.pending is None else self.pending.item()
            self.pending = flat[-1].clone()
        self.fraction = now


def learning_rate(fraction, *, peak, step, warmup=200, floor=0.01):
    """Linear warm-up in steps, then cosine over the time box down to floor x peak."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(max(fraction, 0.0), 1.0)))
    return peak * min(1.0, (step + 1) / warmup) * (floor + (1 - floor) * cosine)


class Ema:
    """Exponential moving average of a module's parameters, with a warm-up of the decay."""

    def __init__(self, module, decay):
        self.decay, self.steps = decay, 0
        self.module = module
        self.values = {k: v.detach().clone().float() for k, v in module.state_dict().items()}

    @torch.no_grad()
    def update(self):
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        state = self.module.state_dict()
        mine = [self.values[k] for k in state]
        theirs = [v.float() for v in state.values()]
        torch._foreach_mul_(mine, decay)
        torch._foreach_add_(mine, theirs, alpha=1 - decay)

    def copy_to(self, module):
        module.load_state_dict({k: v.to(next(module.parameters()).device) for k, v in self.values.items()})
        return module


def broadcast(run, module):
    if run.world > 1:
        for tensor in module.state_dict().values():
            torch.distributed.broadcast(tensor, 0)


def adamw(run, parameters, *, lr, betas=(0.9, 0.99), decay=0.01):
    if run.cuda:
        return torch.optim.AdamW(parameters, lr=lr, betas=betas, weight_decay=decay, fused=True)
    return torch.optim.AdamW(parameters, lr=lr, betas=betas, weight_decay=decay)


def set_rate(optimizer, rate):
    for group in optimizer.param_groups:
        group["lr"] = rate
