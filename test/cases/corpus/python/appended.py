"""Plain lists that get one item a sample, whichever way a condition goes."""
import math


def robust_loss(truth, guess, delta=1.0):  #: loss
    count = len(truth)
    total = 0.0
    for t, g in zip(truth, guess):
        off = abs(t - g)
        if off <= delta:
            total += 0.5 * off * off
        else:
            total += delta * (off - 0.5 * delta)
    return total / count


def robust_loss_grad(truth, guess, delta=1.0):
    count = len(truth)
    slopes = []
    for t, g in zip(truth, guess):
        off = g - t
        if abs(off) <= delta:
            slopes.append(off)
        else:
            slopes.append(delta * math.copysign(1.0, off))
    return [s / count for s in slopes]  #: right


def pair_loss(y_true, dist, margin=1.0):  #: loss
    total = 0.0
    for y, d in zip(y_true, dist):
        total += y * d**2 + (1 - y) * max(0.0, margin - d) ** 2
    return total / len(y_true)


def pair_loss_grad(y_true, dist, margin=1.0):
    slopes = []
    for y, d in zip(y_true, dist):
        if y == 1:
            slopes.append(2 * d / len(y_true))
        elif d < margin:
            slopes.append(2 * (margin - d) / len(y_true))
        else:
            slopes.append(0.0)
    return slopes  #: wrong


def runs_of(values):
    runs = []
    for v in values:
        if v > 0:
            runs.append(v)
        else:
            runs.append(0)
    return runs
