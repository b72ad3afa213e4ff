"""Gradients that end early: what is computed further down counts only where the function goes on."""
import numpy as np


def margin_ranking(near, far, slack=0.5):  #: loss
    near = np.asarray(near, dtype=float)
    far = np.asarray(far, dtype=float)
    gap = float(np.sqrt(near @ near)) - float(np.sqrt(far @ far)) + slack
    return float(max(0.0, gap))


def margin_ranking_gradients(near, far, slack=0.5):
    length = float(np.sqrt(near @ near))
    other = float(np.sqrt(far @ far))
    if length - other + slack <= 0:
        nothing = np.zeros_like(near)
        return nothing, nothing
    floor = 1e-12
    unit = near / max(length, floor)
    grad_near = unit  #: right
    grad_far = -far / max(other, floor)  #: right
    return grad_near, grad_far


def hinge_cost(w, x, y):  #: loss
    return max(0.0, 1.0 - y * np.dot(w, x))


def hinge_cost_gradient(w, x, y):
    if y * np.dot(w, x) >= 1:
        return np.zeros_like(w), 0.0
    grad_w = y * x  #: wrong
    grad_x = -y * w  #: right
    return grad_w, grad_x
