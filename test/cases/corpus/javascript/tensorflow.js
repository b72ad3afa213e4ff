import * as tf from '@tensorflow/tfjs';

export function meanSquaredError(yTrue, yPred) {  //: loss
  return tf.tidy(() => yTrue.sub(yPred).square().mean());
}

export const binaryCrossEntropy = (labels, probs) =>  //: loss
  tf.tidy(() => {
    const clipped = probs.clipByValue(1e-7, 1 - 1e-7);
    const positive = labels.mul(clipped.log());
    const negative = tf.scalar(1).sub(labels).mul(tf.scalar(1).sub(clipped).log());
    return positive.add(negative).mean().neg();
  });

export function softmaxLoss(logits, labels) {  //: loss
  const logProbs = tf.logSoftmax(logits);
  return tf.neg(tf.mean(tf.sum(tf.mul(labels, logProbs), 1)));
}

export function softmaxLossGradient(logits, labels) {
  return tf.softmax(logits).sub(labels).div(logits.shape[0]);  //: right
}

export function linearLoss(w, b, X, y) {  //: loss
  const residual = X.dot(w).add(b).sub(y);
  return residual.square().mean().div(2);
}

export function linearLossGradient(w, b, X, y) {
  const residual = X.dot(w).add(b).sub(y);
  const dw = X.transpose().dot(residual).div(y.shape[0]);  //: right
  const db = residual.sum();  //: wrong
  return { dw, db };
}

export function huberLoss(yTrue, yPred, delta = 1) {  //: loss
  const error = yPred.sub(yTrue);
  const small = error.square().mul(0.5);
  const large = error.abs().mul(delta).sub(0.5 * delta * delta);
  return tf.where(error.abs().lessEqual(delta), small, large).mean();
}

const model = tf.sequential();
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });

export async function fit(xs, ys) {
  const history = await model.fit(xs, ys, { epochs: 10 });
  return history.history.loss;
}
