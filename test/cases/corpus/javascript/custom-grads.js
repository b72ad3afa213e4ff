// Functions of TensorFlow.js with gradients of their own.
import * as tf from '@tensorflow/tfjs';

const cube = tf.customGrad((x, save) => {  //: activation
  save([x]);
  return {
    value: x.pow(3),
    gradFunc: (dy, saved) => [dy.mul(saved[0].square().mul(3))],  //: right
  };
});

const softSquare = tf.customGrad((x, save) => {  //: activation
  const value = x.square().add(1).sqrt();
  save([x, value]);
  const gradFunc = (dy, saved) => {
    const [x, value] = saved;
    return dy.mul(x).div(value);  //: right
  };
  return { value, gradFunc };
});

const squared = tf.customGrad((x, save) => {  //: activation
  save([x]);
  return {
    value: x.square(),
    gradFunc: (dy, saved) => dy.mul(saved[0]),  //: wrong
  };
});

export const robustLoss = (labels, predictions) =>  //: loss
  tf.tidy(() => tf.losses.huberLoss(labels, predictions, undefined, 0.5));

export const policyLoss = (labels, logits) => tf.tidy(() => tf.losses.softmaxCrossEntropy(labels, logits));  //: loss

export const pixelLoss = (labels, logits) => tf.losses.sigmoidCrossEntropy(labels, logits);  //: loss

// What flows back unchanged on purpose, and what is no function of the file.
const rounded = tf.customGrad((x) => ({ value: x.round(), gradFunc: (dy) => dy }));
const forwarded = tf.customGrad(makeRule(rounded));
