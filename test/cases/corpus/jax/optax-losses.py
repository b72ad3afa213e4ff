"""Losses that Optax offers, reduced here."""

import jax
import jax.numpy as jnp
import optax


@jax.jit
def pull(prediction, target):  #: loss
    return optax.huber_loss(prediction, target, delta=0.5).mean()


def half_squares(prediction, target):  #: loss
    loss = optax.l2_loss(prediction, target)
    return jnp.sum(loss)


def soft_classes(logits, labels):  #: loss
    return optax.softmax_cross_entropy(logits=logits, labels=labels).mean()


def sure_classes(logits, labels):  #: loss
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def yes_or_no(logits, labels):  #: loss
    return jnp.mean(optax.sigmoid_binary_cross_entropy(logits, labels))
