"""Losses of arrays in a file that works with tensors as well."""
import numpy as np
import torch


def mse(pred, y):  #: loss
    return np.sum((pred - y) ** 2) / pred.size


def mse_grad(pred, y):
    return 2 * (pred - y) / pred.size  #: right


def mse_sum_grad(pred, y):
    return 2 * (pred - y)


def to_tensor(pred):
    return torch.from_numpy(pred)
