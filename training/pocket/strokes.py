"""Strokes: tapered bars with round or square ends, in one colour. Limbs, clothes, ropes and blankets are made of them.

A stroke is the row (x0, y0, x1, y1, w0, w1, round, r, g, b): its axis in pixels, its half widths at both ends, the share of the half width by which
its corners are rounded (1: a capsule whose ends are half circles), and its colour in [0, 1].
"""
import math

import torch

FIELDS = 10


def rgb(colour):
    """"#rrggbb" or (r, g, b) of 0 to 255 -> floats in [0, 1]."""
    if isinstance(colour, str):
        return tuple(int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(v / 255 for v in colour)


def shade(colour, k):
    """Darker (k < 1) or lighter; "#rrggbb"."""
    return "#" + "".join(f"{max(0, min(255, round(255 * v * k))):02x}" for v in rgb(colour))


def bar(a, b, w0, colour, w1=None, corner=0.3):
    """From a to b, square ended."""
    return (a[0], a[1], b[0], b[1], w0, w0 if w1 is None else w1, corner, *rgb(colour))


def limb(a, b, w0, colour, w1=None):
    """A capsule whose end circles are centred on a and b."""
    w1 = w0 if w1 is None else w1
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy)
    ux, uy = (dx / length, dy / length) if length > 1e-6 else (1.0, 0.0)
    return (a[0] - ux * w0, a[1] - uy * w0, b[0] + ux * w1, b[1] + uy * w1, w0, w1, 1.0, *rgb(colour))


def dot(at, radius, colour):
    return limb(at, at, radius, colour)


def line(points, w, colour):
    """Capsules along points."""
    return [limb(a, b, w, colour) for a, b in zip(points, points[1:])]


def arc(centre, rx, ry, start, end, w, colour, pieces=4):
    """Part of an ellipse, angles in degrees, clockwise from the right as the screen has y downwards."""
    at = [math.radians(start + (end - start) * i / pieces) for i in range(pieces + 1)]
    return line([(centre[0] + rx * math.cos(t), centre[1] + ry * math.sin(t)) for t in at], w, colour)


def joint(a, b, first, second, bend):
    """The middle joint of two bones from a to b of the given lengths; bend: +1 or -1, the side to which it gives. b comes nearer where it is out of reach: (joint, b)."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    d = math.hypot(dx, dy) or 1e-6
    reach = min(d, (first + second) * 0.999)
    ux, uy = dx / d, dy / d
    along = (first ** 2 - second ** 2 + reach ** 2) / (2 * reach)
    off = math.sqrt(max(first ** 2 - along ** 2, 0.0)) * bend
    return (a[0] + ux * along - uy * off, a[1] + uy * along + ux * off), (a[0] + ux * reach, a[1] + uy * reach)


def coverage(s, X, Y):
    """s [m, FIELDS], pixel grids X, Y broadcastable to [m, H, W] -> coverage [m, H, W] in [0, 1], antialiased."""
    x0, y0, x1, y1, w0, w1, corner = (s[:, i, None, None] for i in range(7))
    dx, dy = x1 - x0, y1 - y0
    length = (dx * dx + dy * dy).sqrt().clamp(min=1e-4)
    ux, uy = dx / length, dy / length
    px, py = X - x0, Y - y0
    u, v = px * ux + py * uy, (py * ux - px * uy).abs()
    w = w0 + (w1 - w0) * (u / length).clamp(0, 1)
    c = corner * torch.minimum(w, length / 2)
    qx, qy = (u - length / 2).abs() - length / 2 + c, v - w + c
    outside = (qx.clamp(min=0) ** 2 + qy.clamp(min=0) ** 2).sqrt()
    return (0.5 - (outside + torch.maximum(qx, qy).clamp(max=0) - c)).clamp(0, 1)


WINDOW = 64  # most strokes are small: only so many pixels around them are painted


def extent(s):
    """Longest side of each stroke's box, [m]."""
    return torch.maximum((s[:, 0] - s[:, 2]).abs(), (s[:, 1] - s[:, 3]).abs()) + 2 * torch.maximum(s[:, 4], s[:, 5]) + 2


def paint(layer, table, scene, first, count, X, Y):
    """Over premultiplied layers [m, 4, H, W], in order and in place: of each its scene's strokes first … first + count in table [n, S, FIELDS]."""
    step = torch.arange(WINDOW, device=layer.device)
    for k in range(int(count.max())):
        on = (k < count).nonzero()[:, 0]
        s = table[scene[on], first[on] + k]
        small = extent(s) < WINDOW
        for some, local in ((small.nonzero()[:, 0], True), ((~small).nonzero()[:, 0], False)):
            if not len(some):
                continue
            i, row = on[some], s[some]
            colour = torch.cat([row[:, 7:], torch.ones_like(row[:, :1])], 1)
            if local:
                ox, oy = (((row[:, j] + row[:, j + 2] - WINDOW) / 2).round().clamp(0, n - WINDOW).long() for j, n in ((0, layer.shape[3]), (1, layer.shape[2])))
                x, y = (ox[:, None] + step)[:, None, :], (oy[:, None] + step)[:, :, None]
                a = coverage(row, x + 0.5, y + 0.5)[..., None]
                where = (i[:, None, None], slice(None), y, x)
                part = layer[where]
                layer[where] = part + a * (colour[:, None, None, :] - part)
            else:
                a = coverage(row, X, Y)[:, None]
                layer[i] = layer[i] + a * (colour[:, :, None, None] - layer[i])
    return layer
