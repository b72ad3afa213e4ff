import torch
import torch.nn.functional as F
from torch import nn


def logistic_loss(w, X, y):
    z = X @ w
    return F.binary_cross_entropy_with_logits(z, y)


def weighted_logistic_loss(w, X, y, weight):
    return F.binary_cross_entropy_with_logits(X.mv(w), y, pos_weight=weight, reduction='sum')


def bce_loss(p, y):
    return F.binary_cross_entropy(p, y, reduction='mean')


def softmax_loss(W, X, y):
    logits = torch.matmul(X, W)
    return F.cross_entropy(logits, y)


def smoothed_softmax_loss(logits, y):
    return F.cross_entropy(logits, y, label_smoothing=0.1)


def weighted_softmax_loss(logits, y, weight):
    return F.cross_entropy(logits, y, weight=weight)


def nll_of_log_softmax_loss(logits, y):
    return F.nll_loss(F.log_softmax(logits, dim=1), y)


def gathered_loss(logits, y):
    logp = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -logp.gather(1, y.unsqueeze(1)).squeeze(1).mean()


def indexed_loss(logits, y):
    logp = torch.log_softmax(logits, -1)
    return -logp[torch.arange(logits.size(0)), y].sum()


def one_hot_loss(logits, y):
    target = F.one_hot(y, logits.shape[1]).float()
    return -(target * logits.log_softmax(dim=1)).sum(dim=1).mean()


def mse_loss(w, b, X, y):
    y_pred = torch.mm(X, w.unsqueeze(1)).squeeze(1) + b
    return F.mse_loss(y_pred, y)


def l1_loss(y_pred, y):
    return F.l1_loss(y_pred, y, reduction='sum')


def smooth_l1(y_pred: torch.Tensor, y: torch.Tensor, beta=0.5):
    return F.smooth_l1_loss(y_pred, y, beta=beta)


def huber(y_pred, y, delta=1.0):
    return F.huber_loss(y_pred, y, reduction='mean', delta=delta)


def kl_loss(log_q, p):
    return F.kl_div(log_q, p, reduction='batchmean')


def poisson_loss(log_rate, y):
    return F.poisson_nll_loss(log_rate, y)


def gaussian_loss(y_pred, y, var):
    return F.gaussian_nll_loss(y_pred, y, var)


def margin_loss(scores, y):
    return F.soft_margin_loss(scores, y)


def hinge_loss(w, X, y):
    return torch.clamp(1 - y * (X @ w), min=0).mean()


def focal_loss(logits, y, gamma=2.0):
    p = torch.sigmoid(logits)
    pt = torch.where(y == 1, p, 1 - p)
    return (-(1 - pt).pow(gamma) * torch.log(pt)).mean()


def dice_loss(p, y, smooth=1.0):
    intersection = (p * y).sum()
    return 1 - (2.0 * intersection + smooth) / (p.sum() + y.sum() + smooth)


def ridge_loss(w, X, y, lam):
    residual = X.matmul(w).sub(y)
    return residual.square().mean() + lam * torch.norm(w).pow(2)


def standardised_loss(w, X, y):
    Z = (X - X.mean(dim=0, keepdim=True)) / X.std(dim=0, keepdim=True)
    return ((Z @ w - y) ** 2).mean()


def hardest_margin_loss(scores, margin=1.0):
    highest = torch.max(scores, dim=1).values
    return F.relu(margin - highest).mean()


def einsum_loss(A, x, y):
    return torch.einsum('ij,j->i', A, x).sub(y).abs().sum()


def linear_loss(W, b, X, y):
    return F.mse_loss(F.linear(X, W, b), y, reduction='none').sum(dim=1).mean()


def fft_loss(y_pred, y):
    return torch.fft.fft(y_pred - y).abs().mean()


def ignoring_loss(logits, y):
    return F.cross_entropy(logits, y, ignore_index=0)
