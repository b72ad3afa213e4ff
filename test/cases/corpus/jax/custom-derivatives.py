"""Functions with derivatives of their own."""
from functools import partial

import jax
import jax.numpy as jnp
from jax import custom_jvp, custom_vjp


@jax.custom_vjp
def log1pexp(x):  #: activation
    return jnp.log1p(jnp.exp(x))


def log1pexp_fwd(x):
    return log1pexp(x), x


def log1pexp_bwd(x, g):
    return (g * jax.nn.sigmoid(x),)  #: right


log1pexp.defvjp(log1pexp_fwd, log1pexp_bwd)


@jax.custom_vjp
def swish(x, beta):  #: activation
    return x * jax.nn.sigmoid(beta * x)


def swish_fwd(x, beta):
    s = jax.nn.sigmoid(beta * x)
    return x * s, (x, beta, s)


def swish_bwd(res, g):
    x, beta, s = res
    dx = g * (s + beta * x * s * (1 - s))  #: right
    dbeta = g * x * s * (1 - s)  #: wrong
    return dx, dbeta


swish.defvjp(swish_fwd, swish_bwd)


@custom_vjp
def safe_norm(x):  #: model
    return jnp.sqrt(jnp.sum(x ** 2))


def _safe_norm_fwd(x):
    n = safe_norm(x)
    return n, (x, n)


def _safe_norm_bwd(residuals, cotangent):
    x, n = residuals
    return (cotangent * x / n,)  #: right


safe_norm.defvjp(_safe_norm_fwd, _safe_norm_bwd)


@jax.custom_vjp
def squared_error(pred, target):  #: loss
    return jnp.mean((pred - target) ** 2)


def squared_error_fwd(pred, target):
    return squared_error(pred, target), (pred, target)


def squared_error_bwd(res, g):
    pred, target = res
    grad = 2.0 * (pred - target) / pred.shape[0]
    return (g * grad, -g * grad)  #: right


squared_error.defvjp(squared_error_fwd, squared_error_bwd)


@jax.custom_vjp
def softmax_xent(logits, labels):  #: loss
    return -jnp.mean(jnp.sum(labels * jax.nn.log_softmax(logits), axis=-1))


def softmax_xent_fwd(logits, labels):
    p = jax.nn.softmax(logits)
    return softmax_xent(logits, labels), (p, labels)


def softmax_xent_bwd(res, g):
    p, labels = res
    return (g * (p - labels), None)  #: wrong


softmax_xent.defvjp(softmax_xent_fwd, softmax_xent_bwd)


@jax.custom_vjp
def normalise(x):  #: activation
    e = jnp.exp(x - jax.lax.stop_gradient(x.max(axis=-1, keepdims=True)))
    return e / e.sum(axis=-1, keepdims=True)


def normalise_fwd(x):
    y = normalise(x)
    return y, (y,)


def normalise_bwd(res, g):
    (y,) = res
    return (y * (g - jnp.sum(g * y, axis=-1, keepdims=True)),)  #: right


normalise.defvjp(normalise_fwd, normalise_bwd)


@custom_jvp
def softplus(x):  #: activation
    return jnp.logaddexp(x, 0.0)


@softplus.defjvp
def softplus_jvp(primals, tangents):
    x, = primals
    x_dot, = tangents
    ans = softplus(x)
    ans_dot = jax.nn.sigmoid(x) * x_dot
    return ans, ans_dot  #: right


@jax.custom_jvp
def gelu_approx(x):  #: activation
    return x * jax.nn.sigmoid(1.702 * x)


@gelu_approx.defjvp
def _gelu_approx_jvp(primals, tangents):
    (x,), (dx,) = primals, tangents
    s = jax.nn.sigmoid(1.702 * x)
    return x * s, (s + x * s * (1 - s)) * dx  #: wrong


@jax.custom_jvp
def logsig(x):  #: activation
    return -jnp.log1p(jnp.exp(-x))


logsig.defjvps(lambda t, ans, x: t * jax.nn.sigmoid(-x))  #: right


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def leaky(x, slope):  #: activation
    return jnp.where(x > 0, x, slope * x)


def leaky_fwd(x, slope):
    return leaky(x, slope), x


def leaky_bwd(slope, x, g):
    return (jnp.where(x > 0, g, slope * g),)  #: right


leaky.defvjp(leaky_fwd, leaky_bwd)


@jax.custom_vjp
def clip_gradient(lo, hi, x):
    return x


def clip_gradient_fwd(lo, hi, x):
    return x, (lo, hi)


def clip_gradient_bwd(res, g):
    lo, hi = res
    return (None, None, jnp.clip(g, lo, hi))


clip_gradient.defvjp(clip_gradient_fwd, clip_gradient_bwd)
