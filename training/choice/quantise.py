"""Four-bit weights that are exact in int8.

A weight matrix [out, in] is cut into groups of 32 inputs. A channel has one float scale s, each of its groups an integer multiplier
r in 1 … 15, each weight an integer q in -8 … 7:  w ≈ s · r · q.  r · q fits into int8, so the file holds 4 bits a weight and 4 a group, and
the runtime multiplies int8 matrices with one scale a channel: nothing is lost between the two.
Activations are int8 with one scale a token (symmetric), so that a text's result does not depend on what else is in its batch.
"""
import torch

GROUP = 32


def quantise_weight(w):
    """w [out, in] float -> q [out, in] int8 (-8 … 7), r [out, in/32] int8 (1 … 15), s [out] float."""
    out, width = w.shape
    groups = w.float().reshape(out, width // GROUP, GROUP)
    # The extreme of each group takes the level of its own sign: -8 reaches one further than 7.
    low, high = groups.amin(2), groups.amax(2)
    wanted = torch.maximum(-low / 8, high / 7).clamp(min=1e-8)  # [out, groups]
    s = wanted.amax(1) / 15
    r = (wanted / s[:, None]).round().clamp(1, 15)
    step = (s[:, None] * r)[..., None]
    q = (groups / step).round().clamp(-8, 7)
    return q.reshape(out, width).to(torch.int8), r.to(torch.int8), s


def fake_quantise_weight(w):
    """The weight as the quantised file gives it back; gradients pass as if it were w."""
    with torch.no_grad():
        q, r, s = quantise_weight(w)
        back = (q.float().reshape(*r.shape, GROUP) * r.float()[..., None]).reshape(w.shape) * s[:, None]
    return w + (back.to(w.dtype) - w).detach()


def fake_quantise_rows(x):
    """Activations [..., width] as int8 with one scale a row."""
    with torch.no_grad():
        scale = x.float().abs().amax(-1, keepdim=True).clamp(min=1e-6) / 127
        back = (x.float() / scale).round().clamp(-127, 127) * scale
    return x + (back.to(x.dtype) - x).detach()
