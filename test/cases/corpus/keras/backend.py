"""Losses in the words of Keras' backend."""

import tensorflow as tf
from tensorflow.keras import backend as K


def focal(y_true, y_pred, power=2.0):  #: loss
    y_true = K.flatten(y_true)
    y_pred = K.flatten(y_pred)
    each = K.binary_crossentropy(y_true, y_pred)
    return K.mean(K.pow(1 - K.exp(-each), power) * each)


def overlap_loss(beta):
    def inner(y_true, y_pred):  #: loss
        hit = K.sum(y_true * y_pred)
        extra = K.sum((1 - y_true) * y_pred)
        lost = K.sum(y_true * (1 - y_pred))
        return 1 - (hit + 1) / (hit + beta * extra + (1 - beta) * lost + 1)

    return inner


def volume_loss(y_true, y_pred, axis=(1, 2, 3)):  #: loss
    both = tf.reduce_sum(y_true * y_pred, axis=axis)
    all_ = tf.reduce_sum(y_true, axis=axis) + tf.reduce_sum(y_pred, axis=axis)
    return tf.reduce_mean(1 - (2 * both + 1) / (all_ + 1))


def rows_loss(y_true, y_pred):  #: loss
    a = K.batch_flatten(y_true)
    b = K.batch_flatten(y_pred)
    return K.mean(K.sum(K.square(a - b), axis=-1))


@tf.custom_gradient
def turned(x, w):  #: model
    def grad(flow):
        dx = tf.matmul(flow, w, transpose_b=True)  #: right
        flow = tf.matmul(x, flow, transpose_a=True)  #: right
        return dx, flow

    return tf.matmul(x, w), grad
