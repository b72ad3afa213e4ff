"""Heads with margins, masks of similarities, images with four axes, and settings that are computed once."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

gate = nn.Sigmoid()


class AngularHead(nn.Module):
    def __init__(self, width, classes, scale=16.0, angle=0.4):
        super().__init__()
        self.scale = scale
        self.rows = nn.Parameter(torch.randn(classes, width))
        self.c = math.cos(angle)
        self.s = math.sin(angle)
        self.limit = math.cos(math.pi - angle)
        self.rest = math.sin(math.pi - angle) * angle

    def forward(self, feature, label):  #: model
        near = F.linear(F.normalize(feature), F.normalize(self.rows))
        far = torch.sqrt((1.0 - near ** 2).clamp(min=1e-6))
        moved = near * self.c - far * self.s
        moved = torch.where(near > self.limit, moved, near - self.rest)
        chosen = torch.zeros(near.size(), device=feature.device)
        chosen.scatter_(1, label.view(-1, 1).long(), 1)
        return self.scale * (chosen * moved + (1.0 - chosen) * near)


class CosineMarginLoss(nn.Module):
    def __init__(self, scale=20.0, margin=0.25):
        super().__init__()
        self.scale = scale
        self.margin = margin

    def forward(self, cosine, label):  #: loss
        less = torch.zeros_like(cosine)
        less.scatter_(1, label.view(-1, 1), self.margin)
        return F.cross_entropy(self.scale * (cosine - less), label.long())


class PairLoss(nn.Module):
    """All pairs but those with themselves."""

    def __init__(self, temperature=0.3):
        super().__init__()
        self.temperature = temperature

    def forward(self, similarity, partner):  #: loss
        scores = similarity / self.temperature
        scores.fill_diagonal_(-1e9)
        return F.cross_entropy(scores, partner)


def later_pairs(similarity):  #: loss
    """The loss of pairs that come after each other."""
    mask = torch.triu(torch.ones(similarity.size(0), similarity.size(0)), diagonal=1)
    loss = (mask * F.softplus(similarity)).sum() / mask.sum()
    return loss


class ImageElbo(nn.Module):
    def __init__(self, weight=0.1):
        super().__init__()
        self.weight = weight

    def forward(self, image, recon, mu, log_var):  #: loss
        n, c, h, w = image.shape
        fit = F.mse_loss(recon, image, reduction="none").sum(dim=(1, 2, 3)).mean()
        spread = -0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1)
        return fit + self.weight * spread.mean() * (h * w)


class OldElbo(nn.Module):
    def __init__(self):
        super().__init__()
        self.fit = nn.MSELoss(size_average=False)

    def forward(self, decoded, target, mu, log_var):  #: loss
        return self.fit(decoded, target) - 0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())


class Gated(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value):  #: activation
        ctx.save_for_backward(value)
        return value * gate(value)

    @staticmethod
    def backward(ctx, flow):
        value, = ctx.saved_tensors
        open_ = gate(value)
        return flow * open_ * (1 + value * (1 - open_))  #: right


class GatedTwice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value):  #: activation
        ctx.save_for_backward(value)
        return value * gate(value)

    @staticmethod
    def backward(ctx, flow):
        value, = ctx.saved_tensors
        open_ = gate(value)
        return flow * open_ * (1 + open_ * (1 - open_))  #: wrong


class OnlyUpwards(torch.autograd.Function):
    """What flows back is bent on purpose: nothing that is negative passes."""

    @staticmethod
    def forward(ctx, value):  #: activation
        ctx.save_for_backward(value)
        return value.clamp(min=0)

    @staticmethod
    def backward(ctx, flow):
        value, = ctx.saved_tensors
        return flow * (value > 0).float() * (flow > 0).float()


class Landmarks(nn.Module):
    """Near points and far ones are selected, and summed apart."""

    def __init__(self, near=5.0, bend=2.0):
        super().__init__()
        self.near = near
        self.bend = bend
        self.shift = near - near * math.log(1 + near / bend)

    def forward(self, pred, target):  #: loss
        distance = (target - pred).abs()
        close = distance[distance < self.near]
        apart = distance[distance >= self.near]
        first = self.near * torch.log(1 + close / self.bend)
        second = apart - self.shift
        return (first.sum() + second.sum()) / (len(first) + len(second))


class Flagged(nn.Module):
    def __init__(self, near=5.0):
        super().__init__()
        self.near = near

    def forward(self, pred, target):  #: loss
        distance = (target - pred).abs()
        flag = (distance.data < self.near).float()
        return (flag * distance ** 2 + (1 - flag) * self.near * distance).sum()


def box_loss(pred, target):  #: loss
    left = torch.max(pred[:, 0], target[:, 0])
    top = torch.max(pred[:, 1], target[:, 1])
    right = torch.min(pred[:, 2], target[:, 2])
    bottom = torch.min(pred[:, 3], target[:, 3])
    both = (right - left).clamp(min=0) * (bottom - top).clamp(min=0)
    own = (pred[:, 2] - pred[:, 0]) * (pred[:, 3] - pred[:, 1])
    other = (target[:, 2] - target[:, 0]) * (target[:, 3] - target[:, 1])
    return (1 - both / (own + other - both + 1e-7)).mean()
