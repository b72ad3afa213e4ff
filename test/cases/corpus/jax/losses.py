"""Losses over dictionaries of parameters, and pure functions."""
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import grad, jit, lax, nn, vmap
from jaxtyping import Array, Float, Int


@jit
def mse(params, x, y):  #: loss
    pred = jnp.dot(x, params["w"]) + params["b"]
    return jnp.mean((pred - y) ** 2)


def logistic_loss(params: dict, X: Float[Array, "n d"], y: Float[Array, "n"]) -> Float[Array, ""]:  #: loss
    logits = X @ params["w"] + params["b"]
    return jnp.mean(jnp.logaddexp(0.0, -y * logits))


@partial(jax.jit, static_argnames=("reduction",))
def huber(pred: Float[Array, "batch"], target: Float[Array, "batch"], delta: float = 1.0, reduction: str = "mean"):  #: loss
    err = jnp.abs(pred - target)
    quad = jnp.minimum(err, delta)
    loss = 0.5 * quad ** 2 + delta * (err - quad)
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    return loss


def softmax_cross_entropy(logits: Float[Array, "batch classes"], labels: Int[Array, "batch"]):  #: loss
    one_hot = jax.nn.one_hot(labels, logits.shape[-1])
    return -jnp.mean(jnp.sum(one_hot * nn.log_softmax(logits, axis=-1), axis=-1))


def mlp_loss(params, batch):  #: loss
    x, y = batch
    h = jnp.tanh(x @ params["W1"] + params["b1"])
    pred = h @ params["W2"] + params["b2"]
    return jnp.mean(jnp.square(pred - y))


def cross_entropy_with_gradient(params, X, Y):  #: propagate
    Z = X @ params["W"]
    P = nn.softmax(Z, axis=1)
    loss = -jnp.sum(Y * jnp.log(P)) / X.shape[0]
    dW = X.T @ (P - Y) / X.shape[0]  #: right
    return loss, {"W": dW}


def nll(mu, log_sigma, y):  #: loss
    z = (y - mu) * jnp.exp(-log_sigma)
    return jnp.mean(0.5 * z ** 2 + log_sigma)


def kl_divergence(mean, logvar):  #: loss
    return -0.5 * jnp.sum(1 + logvar - jnp.square(mean) - jnp.exp(logvar))


def per_example_loss(w, x, y):  #: loss
    return 0.5 * (jnp.dot(w, x) - y) ** 2


def batch_loss(w, X, y):  #: loss
    return jnp.mean(vmap(per_example_loss, in_axes=(None, 0, 0))(w, X, y))


def simsiam_loss(p, z):  #: loss
    z = lax.stop_gradient(z)
    p = p / jnp.linalg.norm(p, axis=-1, keepdims=True)
    z = z / jnp.linalg.norm(z, axis=-1, keepdims=True)
    return -jnp.mean(jnp.sum(p * z, axis=-1))


def ppo(log_prob, old_log_prob, advantage, epsilon=0.2):  #: loss
    ratio = jnp.exp(log_prob - lax.stop_gradient(old_log_prob))
    clipped = jnp.clip(ratio, 1.0 - epsilon, 1.0 + epsilon)
    return -jnp.mean(jnp.minimum(ratio * advantage, clipped * advantage))


@dataclass
class ElasticNet:
    alpha: float = 0.1
    l1_ratio: float = 0.5

    def loss(self, w, X, y):  #: loss
        r = X @ w - y
        l1 = self.l1_ratio * jnp.sum(jnp.abs(w))
        l2 = 0.5 * (1 - self.l1_ratio) * jnp.sum(w ** 2)
        return 0.5 * jnp.mean(r ** 2) + self.alpha * (l1 + l2)

    def gradient(self, w, X, y):
        r = X @ w - y
        g = X.T @ r / len(y)
        return g + self.alpha * (self.l1_ratio * jnp.sign(w) + (1 - self.l1_ratio) * w)  #: right


def swish(x: Float[Array, "..."]) -> Float[Array, "..."]:  #: activation
    return x * nn.sigmoid(x)


def l2_regularisation(params, lam=0.1):  #: regulariser
    return lam * jnp.sum(params["w"] ** 2)
