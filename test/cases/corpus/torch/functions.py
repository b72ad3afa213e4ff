"""Losses as functions of tensors."""
import math

import torch
import torch.nn.functional as F
from torch import Tensor


def binary_dice_loss(pred: Tensor, target: Tensor, eps: float = 1e-6) -> Tensor:  #: loss
    p = pred.float().sigmoid()
    inter = 2 * torch.sum(p * target)
    return 1 - inter / (p.sum() + target.sum() + eps)


def info_nce(z1, z2, temperature=0.1):  #: loss
    z1 = F.normalize(z1, dim=1)
    z2 = F.normalize(z2, dim=1)
    logits = z1 @ z2.t() / temperature
    labels = torch.arange(z1.size(0), device=z1.device)
    return F.cross_entropy(logits, labels)


def clip_loss(image_features, text_features, logit_scale):  #: loss
    logits = logit_scale * image_features @ text_features.T
    labels = torch.arange(logits.shape[0])
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2


def d_hinge_loss(real, fake):  #: loss
    loss = F.relu(1. - real).mean() + F.relu(1. + fake).mean()
    return loss


def g_nonsaturating_loss(fake_pred):  #: loss
    loss = F.softplus(-fake_pred).mean()
    return loss


def d_logistic_loss(real_pred, fake_pred):  #: loss
    real_loss = F.softplus(-real_pred)
    fake_loss = F.softplus(fake_pred)
    return real_loss.mean() + fake_loss.mean()


def vae_loss(recon_x, x, mu, logvar):  #: loss
    BCE = F.binary_cross_entropy(recon_x, x, reduction='sum')
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD


def kl_loss(mu, log_var):  #: loss
    return torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)


def ppo_loss(log_probs, old_log_probs, advantages, clip_eps=0.2):  #: loss
    ratio = torch.exp(log_probs - old_log_probs)
    surr1 = ratio * advantages
    surr2 = torch.clamp(ratio, 1 - clip_eps, 1 + clip_eps) * advantages
    return -torch.min(surr1, surr2).mean()


def dpo_loss(policy_chosen_logps, policy_rejected_logps, reference_chosen_logps, reference_rejected_logps, beta=0.1):  #: loss
    pi_logratios = policy_chosen_logps - policy_rejected_logps
    ref_logratios = reference_chosen_logps - reference_rejected_logps
    logits = pi_logratios - ref_logratios
    losses = -F.logsigmoid(beta * logits)
    return losses.mean()


def distillation_loss(student_logits, teacher_logits, labels, T=4.0, alpha=0.7):  #: loss
    soft = F.kl_div(F.log_softmax(student_logits / T, dim=1),
                    F.softmax(teacher_logits / T, dim=1), reduction='batchmean') * (T * T)
    hard = F.cross_entropy(student_logits, labels)
    return alpha * soft + (1 - alpha) * hard


def gaussian_nll(mu, log_sigma, y):  #: loss
    return torch.mean(log_sigma + 0.5 * ((y - mu) / torch.exp(log_sigma)) ** 2 + 0.5 * math.log(2 * math.pi))


def pinball_loss(y_pred, y_true, q=0.8):  #: loss
    e = y_true - y_pred
    return torch.where(e >= 0, q * e, (q - 1) * e).mean()


def cosine_embedding(x1, x2, y, margin=0.2):  #: loss
    cos = F.cosine_similarity(x1, x2, dim=1)
    return torch.mean(torch.where(y == 1, 1 - cos, F.relu(cos - margin)))


def bpr_loss(pos_scores, neg_scores):  #: loss
    return -(pos_scores - neg_scores).sigmoid().log().mean()


def cross_entropy_by_hand(logits, target):  #: loss
    log_prob = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log_prob[range(target.shape[0]), target].mean()


def masked_mse_loss(pred, target, mask):  #: loss
    return ((pred - target) ** 2 * mask).sum() / mask.sum()


def l2_penalty(w):  #: regulariser
    return 0.5 * w.pow(2).sum()


def logistic_loss_with_gradient(w, X, y):  #: propagate
    z = X @ w
    loss = F.softplus(-y * z).mean()
    grad = -X.t() @ (y * torch.sigmoid(-y * z)) / X.shape[0]  #: right
    return loss, grad


def softmax_regression(W, X, Y):  #: propagate
    P = torch.softmax(X @ W, dim=1)
    loss = -(Y * P.log()).sum() / X.size(0)
    dW = X.T @ (P - Y)  #: wrong
    return loss, dW


def vq_loss(z_e, z_q, beta=0.25):  #: loss
    codebook = ((z_q - z_e.detach()) ** 2).mean()
    commitment = ((z_e - z_q.detach()) ** 2).mean()
    return codebook + beta * commitment


def stable_softmax_loss(logits, onehot):  #: loss
    shifted = logits - logits.max(dim=1, keepdim=True).values.detach()
    log_p = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    return -(onehot * log_p).sum(dim=1).mean()


def td_loss(q, reward, next_q, gamma=0.99):  #: loss
    with torch.no_grad():
        target = reward + gamma * next_q
    return F.mse_loss(q, target)


def negative_cosine_loss(p, z):  #: loss
    z = z.detach()
    p = F.normalize(p, dim=1)
    z = F.normalize(z, dim=1)
    return -(p * z).sum(dim=1).mean()
