// map, reduce and spread.

const mse = (yTrue, yPred) => yTrue.reduce((acc, t, i) => acc + (t - yPred[i]) ** 2, 0) / yTrue.length;  //: loss
const msePrime = (yTrue, yPred) => yPred.map((p, i) => (2 * (p - yTrue[i])) / yTrue.length);  //: right

const binaryCrossEntropy = (yTrue, yPred) => {  //: loss
  const eps = 1e-15;
  const terms = yTrue.map((t, i) => {
    const p = Math.min(Math.max(yPred[i], eps), 1 - eps);
    return t * Math.log(p) + (1 - t) * Math.log(1 - p);
  });
  return -terms.reduce((a, b) => a + b) / yTrue.length;
};

const binaryCrossEntropyDerivative = (yTrue, yPred) =>
  yPred.map((p, i) => (p - yTrue[i]) / (p * (1 - p)) / yTrue.length);  //: right

export function softmax(logits) {  //: activation
  const highest = Math.max(...logits);
  const exps = logits.map((z) => Math.exp(z - highest));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / sum);
}

export function softmaxLoss(logits, target) {  //: loss
  const probs = softmax(logits);
  return -probs.reduce((sum, p, k) => sum + target[k] * Math.log(p), 0);
}

export function softmaxLossGradient(logits, target) {
  const probs = softmax(logits);
  return probs.map((p, k) => p - target[k]);  //: right
}

export function poissonLoss(rates, counts) {  //: loss
  return rates.map((r, i) => r - counts[i] * Math.log(r)).reduce((a, b) => a + b, 0);
}

export function poissonLossGradient(rates, counts) {
  return rates.map((r, i) => 1 + counts[i] / r);  //: wrong
}

const l2Penalty = (weights, lambda) => lambda * weights.reduce((s, w) => s + w * w, 0);  //: regulariser
const l2PenaltyGradient = (weights, lambda) => weights.map((w) => lambda * w);  //: wrong

export const logCosh = (predicted, actual) => {  //: loss
  const errors = [...predicted].map((p, i) => p - actual[i]);
  return errors.map((e) => Math.log(Math.cosh(e))).reduce((a, b) => a + b, 0) / errors.length;
};

export const logCoshGradient = (predicted, actual) =>
  predicted.map((p, i) => Math.tanh(p - actual[i]) / predicted.length);  //: right

function huber(residuals, delta = 1) {  //: loss
  return residuals
    .map((r) => (Math.abs(r) <= delta ? 0.5 * r * r : delta * (Math.abs(r) - 0.5 * delta)))
    .reduce((sum, v) => sum + v, 0);
}

function huberGradient(residuals, delta = 1) {
  return residuals.map((r) => (Math.abs(r) <= delta ? r : delta));  //: wrong
}
