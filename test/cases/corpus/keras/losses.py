"""Losses for Keras: functions, classes and closures."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras.losses import Loss


def rmse(y_true, y_pred):  #: loss
    return K.sqrt(K.mean(K.square(y_pred - y_true)))


def dice_coef_loss(y_true, y_pred, smooth=1.):  #: loss
    y_true_f = K.flatten(y_true)
    y_pred_f = K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return 1 - (2. * intersection + smooth) / (K.sum(y_true_f) + K.sum(y_pred_f) + smooth)


def focal_loss(gamma=2., alpha=.25):
    def focal_loss_fixed(y_true, y_pred):  #: loss
        y_true = tf.cast(y_true, tf.float32)
        epsilon = K.epsilon()
        y_pred = K.clip(y_pred, epsilon, 1. - epsilon)
        p_t = y_true * y_pred + (1 - y_true) * (1 - y_pred)
        alpha_t = y_true * alpha + (1 - y_true) * (1 - alpha)
        return K.mean(-alpha_t * K.pow(1 - p_t, gamma) * K.log(p_t))
    return focal_loss_fixed


def weighted_binary_crossentropy(y_true, y_pred):  #: loss
    y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
    loss = -(3.0 * y_true * K.log(y_pred) + (1 - y_true) * K.log(1 - y_pred))
    return K.mean(loss)


def tversky_loss(y_true, y_pred, beta=0.7):  #: loss
    numerator = tf.reduce_sum(y_true * y_pred)
    denominator = y_true * y_pred + beta * (1 - y_true) * y_pred + (1 - beta) * y_true * (1 - y_pred)
    return 1 - numerator / tf.reduce_sum(denominator)


class HuberLoss(Loss):
    def __init__(self, threshold=1.0, **kwargs):
        self.threshold = threshold
        super().__init__(**kwargs)

    def call(self, y_true, y_pred):  #: loss
        error = y_true - y_pred
        is_small_error = tf.abs(error) < self.threshold
        squared_loss = tf.square(error) / 2
        linear_loss = self.threshold * tf.abs(error) - self.threshold ** 2 / 2
        return tf.where(is_small_error, squared_loss, linear_loss)


class ContrastiveLoss(keras.losses.Loss):
    def __init__(self, margin=1.0, name="contrastive"):
        super().__init__(name=name)
        self.margin = margin

    def call(self, y_true, y_pred):  #: loss
        square = tf.square(y_pred)
        margin_square = tf.square(tf.maximum(self.margin - y_pred, 0))
        return tf.reduce_mean((1 - y_true) * square + y_true * margin_square)


class SmoothL1(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):  #: loss
        d = tf.abs(y_true - y_pred)
        return tf.reduce_mean(tf.where(d < 1.0, 0.5 * d ** 2, d - 0.5), axis=-1)


def log_cosh(y_true, y_pred):  #: loss
    x = y_pred - y_true
    return tf.reduce_mean(x + tf.nn.softplus(-2. * x) - tf.math.log(2.))


def kl_loss(z_mean, z_log_var):  #: loss
    kl = -0.5 * (1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var))
    return tf.reduce_mean(tf.reduce_sum(kl, axis=1))


def discriminator_loss(real_output, fake_output):  #: loss
    real_loss = tf.reduce_mean(tf.nn.softplus(-real_output))
    fake_loss = tf.reduce_mean(tf.nn.softplus(fake_output))
    return real_loss + fake_loss


def quantile_loss(q, y_true, y_pred):  #: loss
    e = y_true - y_pred
    return K.mean(K.maximum(q * e, (q - 1) * e), axis=-1)


def triplet_loss(anchor, positive, negative, alpha=0.2):  #: loss
    pos_dist = tf.reduce_sum(tf.square(tf.subtract(anchor, positive)), axis=-1)
    neg_dist = tf.reduce_sum(tf.square(tf.subtract(anchor, negative)), axis=-1)
    basic_loss = tf.add(tf.subtract(pos_dist, neg_dist), alpha)
    return tf.reduce_sum(tf.maximum(basic_loss, 0.0))
