const math = require('mathjs');

function cost(theta, X, y) {  //: loss
  const m = y.length;
  const errors = math.subtract(math.multiply(X, theta), y);
  return math.sum(math.square(errors)) / (2 * m);
}

function costGradient(theta, X, y) {
  const m = y.length;
  const errors = math.subtract(math.multiply(X, theta), y);
  return math.divide(math.multiply(math.transpose(X), errors), m);  //: right
}

const logistic = (z) => 1 / (1 + math.exp(-z));  //: activation
const logisticGradient = (z) => logistic(z) * (1 - logistic(z));  //: right

function logisticCost(w, X, y) {  //: loss
  const z = math.multiply(X, w);
  const a = math.map(z, (v) => 1 / (1 + Math.exp(-v)));
  const ones = math.map(y, () => 1);
  const left = math.dotMultiply(y, math.log(a));
  const right = math.dotMultiply(math.subtract(ones, y), math.log(math.subtract(ones, a)));
  return -math.mean(math.add(left, right));
}

function logisticCostGradient(w, X, y) {
  const z = math.multiply(X, w);
  const a = math.map(z, (v) => 1 / (1 + Math.exp(-v)));
  return math.multiply(math.transpose(X), math.subtract(a, y));  //: wrong
}

const { exp, log, sum } = math;

function ridgePenalty(weights, lambda) {  //: regulariser
  return lambda * math.sum(math.dotPow(weights, 2));
}

function ridgePenaltyGradient(weights, lambda) {
  return math.multiply(2 * lambda, weights);  //: right
}

module.exports = { cost, costGradient, logistic, logisticCost, ridgePenalty, exp, log, sum };
