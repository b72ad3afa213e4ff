// Modules of any kind, under other names.
import * as math from 'mathjs';
import { exp, log } from 'mathjs';

const { tanh, pow, max } = Math;

export default function logisticLoss(y, yHat) {  //: loss
  const eps = Number.EPSILON;
  let total = 0;
  for (const [i, p] of yHat.entries()) {
    total -= y[i] * Math.log(max(p, eps)) + (1 - y[i]) * Math.log(max(1 - p, eps));
  }
  return total / y.length;
}

export const logisticLossGradient = (y, yHat) => yHat.map((p, i) => (p - y[i]) / (p * (1 - p)) / y.length);  //: right

export const tanhActivation = (x) => tanh(x);  //: activation
export const tanhActivationPrime = (x) => 1 - pow(tanh(x), 2);  //: right

export const softplus = (x) => log(1 + exp(x));  //: activation
export const softplusPrime = (x) => 1 / (1 + exp(x));  //: wrong

/**
 * @param {number[][]} X samples
 * @param {number[]} y targets
 * @param {number[]} w weights
 */
export const ridgeCost = (X, y, w, lambda) => {  //: loss
  const residuals = math.subtract(math.multiply(X, w), y);
  return 0.5 * math.dot(residuals, residuals) + 0.5 * lambda * math.dot(w, w);
};

export const ridgeCostGradient = (X, y, w, lambda) => {
  const residuals = math.subtract(math.multiply(X, w), y);
  return math.add(math.multiply(math.transpose(X), residuals), math.multiply(lambda, w));  //: right
};
