"""Losses of a training script that works with arrays and with tensors."""
import numpy as np
import torch
import torch.nn.functional as F


def mean_over_batch(pred, y):  #: loss
    return ((pred - y) ** 2).sum() / pred.size(0)


def contrastive(queries, keys, tau=0.07):  #: loss
    queries = F.normalize(queries, dim=-1)
    keys = F.normalize(keys, dim=-1)
    logits = queries @ keys.t() / tau
    labels = torch.arange(queries.size(0))
    return F.cross_entropy(logits, labels)


def picked_nll(scores, idx):  #: loss
    log_probs = torch.log_softmax(scores, -1)
    return -log_probs[torch.arange(scores.shape[0]), idx].mean()


def spread(pred):
    return pred.transpose(0, 1).std(0)


def triplet(a, p, n, margin=0.2):  #: loss
    dp = (a - p).pow(2).sum(1)
    dn = (a - n).pow(2).sum(1)
    return F.relu(dp - dn + margin).mean()


def spread_loss(w, scale):  #: loss
    dw = w - w.mean()
    dscale = (dw * dw).sum()
    loss = dscale * scale**2
    return loss


def total_variation_loss(img):  #: loss
    dh = img[1:, :] - img[:-1, :]
    dw = torch.abs(img[:, 1:] - img[:, :-1])
    return torch.mean(dh**2) + dw.sum(1).mean()
