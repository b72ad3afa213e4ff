"""Losses and activations as modules."""
from typing import Optional

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor, nn as tnn


class FocalLoss(nn.Module):
    """Focal loss for class indices.

    Args:
        alpha: weight of the rare class
        gamma: how much easy samples are damped
    """

    def __init__(self, alpha=0.25, gamma=2.0, reduction='mean'):
        super(FocalLoss, self).__init__()
        self.alpha = alpha
        self.gamma = gamma
        self.reduction = reduction

    def forward(self, inputs, targets):  #: loss
        ce_loss = F.cross_entropy(inputs, targets, reduction='none')
        pt = torch.exp(-ce_loss)
        focal_loss = self.alpha * (1 - pt) ** self.gamma * ce_loss

        if self.reduction == 'mean':
            return focal_loss.mean()
        elif self.reduction == 'sum':
            return focal_loss.sum()
        else:
            return focal_loss


class BinaryFocalLoss(nn.Module):
    def __init__(self, alpha: float = 0.25, gamma: float = 2, size_average: bool = True):
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma
        self.size_average = size_average

    def forward(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:  #: loss
        probs = torch.sigmoid(logits)
        pos = -labels * self.alpha * torch.pow(1 - probs, self.gamma) * F.logsigmoid(logits)
        neg = -(1 - labels) * (1 - self.alpha) * torch.pow(probs, self.gamma) * F.logsigmoid(-logits)
        loss = pos + neg
        if self.size_average:
            loss = loss.mean()
        else:
            loss = loss.sum()
        return loss


class DiceLoss(nn.Module):
    def __init__(self, smooth=1.):
        super(DiceLoss, self).__init__()
        self.smooth = smooth

    def forward(self, logits, targets):  #: loss
        num = targets.size(0)
        probs = torch.sigmoid(logits)
        m1 = probs.view(num, -1)
        m2 = targets.view(num, -1)
        intersection = m1 * m2
        score = 2. * (intersection.sum(1) + self.smooth) / (m1.sum(1) + m2.sum(1) + self.smooth)
        score = 1 - score.sum() / num
        return score


class SoftDiceLoss(nn.Module):
    def __init__(self, weight=None, size_average=True):
        super().__init__()

    def forward(self, inputs, targets, smooth=1):  #: loss
        inputs = torch.sigmoid(inputs)
        inputs = inputs.view(-1)
        targets = targets.view(-1)
        intersection = (inputs * targets).sum()
        dice = (2. * intersection + smooth) / (inputs.sum() + targets.sum() + smooth)
        return 1 - dice


class TverskyLoss(nn.Module):
    def __init__(self, alpha=0.3, beta=0.7):
        super().__init__()
        self.alpha, self.beta = alpha, beta

    def forward(self, inputs, targets, smooth=1):  #: loss
        inputs = F.sigmoid(inputs)
        inputs = inputs.flatten()
        targets = targets.flatten()
        TP = (inputs * targets).sum()
        FP = ((1 - targets) * inputs).sum()
        FN = (targets * (1 - inputs)).sum()
        tversky = (TP + smooth) / (TP + self.alpha * FP + self.beta * FN + smooth)
        return 1 - tversky


class ContrastiveLoss(nn.Module):
    """Hadsell et al. (2006)."""

    def __init__(self, margin=2.0):
        super(ContrastiveLoss, self).__init__()
        self.margin = margin

    def forward(self, output1, output2, label):  #: loss
        euclidean_distance = F.pairwise_distance(output1, output2)
        loss_contrastive = torch.mean((1 - label) * torch.pow(euclidean_distance, 2) +
                                      label * torch.pow(torch.clamp(self.margin - euclidean_distance, min=0.0), 2))
        return loss_contrastive


class TripletLoss(nn.Module):
    def __init__(self, margin=1.0):
        super(TripletLoss, self).__init__()
        self.margin = margin

    def forward(self, anchor, positive, negative, size_average=True):  #: loss
        distance_positive = (anchor - positive).pow(2).sum(1)
        distance_negative = (anchor - negative).pow(2).sum(1)
        losses = F.relu(distance_positive - distance_negative + self.margin)
        return losses.mean() if size_average else losses.sum()


class LabelSmoothingCrossEntropy(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        assert smoothing < 1.0
        self.smoothing = smoothing
        self.confidence = 1. - smoothing

    def forward(self, x, target):  #: loss
        logprobs = F.log_softmax(x, dim=-1)
        nll_loss = -logprobs.gather(dim=-1, index=target.unsqueeze(1))
        nll_loss = nll_loss.squeeze(1)
        smooth_loss = -logprobs.mean(dim=-1)
        loss = self.confidence * nll_loss + self.smoothing * smooth_loss
        return loss.mean()


class SoftTargetCrossEntropy(nn.Module):
    def __init__(self):
        super(SoftTargetCrossEntropy, self).__init__()

    def forward(self, x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:  #: loss
        loss = torch.sum(-target * F.log_softmax(x, dim=-1), dim=-1)
        return loss.mean()


class DistillKL(nn.Module):
    """Distilling the knowledge in a network, Hinton et al. (2015)."""

    def __init__(self, T):
        super(DistillKL, self).__init__()
        self.T = T

    def forward(self, y_s, y_t):  #: loss
        p_s = F.log_softmax(y_s / self.T, dim=1)
        p_t = F.softmax(y_t / self.T, dim=1)
        loss = F.kl_div(p_s, p_t, reduction='sum') * (self.T ** 2) / y_s.shape[0]
        return loss


class QuantileLoss(nn.Module):
    def __init__(self, tau: float = 0.9):
        super().__init__()
        self.tau = tau

    def forward(self, preds: Tensor, target: Tensor) -> Tensor:  #: loss
        assert not target.requires_grad
        errors = target - preds
        return torch.max((self.tau - 1) * errors, self.tau * errors).mean()


class HuberLoss(tnn.Module):
    def __init__(self, delta=1.5):
        super().__init__()
        self.delta = delta

    def forward(self, y_pred, y_true):  #: loss
        residual = torch.abs(y_pred - y_true)
        quadratic = torch.clamp(residual, max=self.delta)
        linear = residual - quadratic
        return (0.5 * quadratic ** 2 + self.delta * linear).mean()


class RMSELoss(torch.nn.Module):
    def __init__(self, eps=1e-6):
        super().__init__()
        self.mse = nn.MSELoss()
        self.eps = eps

    def forward(self, yhat, y):  #: loss
        loss = torch.sqrt(self.mse(yhat, y) + self.eps)
        return loss


class LogCoshLoss(nn.Module):
    def forward(self, y_t, y_prime_t):  #: loss
        ey_t = y_t - y_prime_t
        return torch.mean(torch.log(torch.cosh(ey_t + 1e-12)))


class CharbonnierLoss(nn.Module):
    def __init__(self, eps=1e-3):
        super(CharbonnierLoss, self).__init__()
        self.eps = eps

    def forward(self, x, y):  #: loss
        diff = x - y
        return torch.mean(torch.sqrt(diff * diff + self.eps * self.eps))


class WeightedBCE(nn.Module):
    def __init__(self, pos_weight: Optional[Tensor] = None):
        super().__init__()
        self.pos_weight = pos_weight

    def forward(self, pred, target):  #: loss
        loss = F.softplus(-pred) * target + F.softplus(pred) * (1 - target)
        if self.pos_weight is not None:
            loss = loss * self.pos_weight
        return torch.mean(loss)


class CombinedLoss(nn.Module):
    """Cross entropy and dice together."""

    def __init__(self, weight=0.5):
        super().__init__()
        self.bce = nn.BCEWithLogitsLoss()
        self.dice = SoftDiceLoss()
        self.weight = weight

    def forward(self, logits, targets):  #: loss
        return self.weight * self.bce(logits, targets) + (1 - self.weight) * self.dice(logits, targets)


class Swish(nn.Module):
    def forward(self, x):  #: activation
        return x * torch.sigmoid(x)


class Mish(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):  #: activation
        return x * torch.tanh(F.softplus(x))


class HSwish(nn.Module):
    def __init__(self, inplace=True):
        super(HSwish, self).__init__()
        self.relu = nn.ReLU6(inplace=inplace)

    def forward(self, x):  #: activation
        return x * self.relu(x + 3) / 6


class ShiftedSoftplus(nn.Module):
    def __init__(self):
        super().__init__()
        self.shift = torch.log(torch.tensor(2.0)).item()

    def forward(self, x):  #: activation
        return F.softplus(x) - self.shift


class QuickGELU(nn.Module):
    def forward(self, x: torch.Tensor):  #: activation
        return x * torch.sigmoid(1.702 * x)


class SquaredReLU(nn.Module):
    def forward(self, x):  #: activation
        return torch.pow(F.relu(x), 2)


class Snake(nn.Module):
    def __init__(self, alpha=0.5):
        super().__init__()
        self.alpha = nn.Parameter(torch.tensor(alpha))

    def forward(self, x):  #: activation
        return x + (1.0 / self.alpha) * torch.pow(torch.sin(x * self.alpha), 2)
