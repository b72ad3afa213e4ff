import tensorflow as tf
from tensorflow.keras import backend as K


def mse_loss(w, X, y):
    y_pred = tf.linalg.matvec(X, w)
    return tf.reduce_mean(tf.square(y_pred - y))


def squared_loss(y_true, y_pred):
    return tf.reduce_mean(tf.math.squared_difference(y_pred, y_true))


def logistic_loss(y, logits):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))


def softmax_loss(y, logits):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))


def binary_loss(y_true, y_pred):
    p = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
    return -K.mean(y_true * K.log(p) + (1 - y_true) * K.log(1 - p))


def dice_loss(y_true, y_pred, smooth=1.0):
    intersection = tf.reduce_sum(y_true * y_pred)
    total = tf.reduce_sum(y_true) + tf.reduce_sum(y_pred)
    return 1 - (2.0 * intersection + smooth) / (total + smooth)


def gelu(x):
    return tf.nn.gelu(x)
