// Pairs of plain functions.
function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

function sigmoidPrime(x) {
  return sigmoid(x) * (1 - sigmoid(x));  //: right
}

const tanh = (x) => Math.tanh(x);
const tanhDerivative = (x) => 1 - Math.pow(Math.tanh(x), 2);  //: right

const relu = x => Math.max(0, x);
const dRelu = x => (x > 0 ? 1 : 0);  //: right

export function leakyRelu(x, alpha = 0.01) {
  return x > 0 ? x : alpha * x;
}

export function leakyReluDerivative(x, alpha = 0.01) {  //: right
  if (x > 0) return 1;
  return alpha;
}

// The derivative of the output.
const logistic = (x) => 1 / (1 + Math.exp(-x));
const logisticPrime = (y) => y * (1 - y);  //: right

// Wrong: the square is missing.
const softsign = (x) => x / (1 + Math.abs(x));
const softsignDerivative = (x) => 1 / (1 + Math.abs(x));  //: wrong gradient-wrong-power

// Wrong sign.
function gaussian(x) {
  return Math.exp(-(x ** 2));
}
function gaussianDerivative(x) {
  return 2 * x * Math.exp(-(x ** 2));  //: wrong gradient-sign
}

function elu(x, alpha) {
  if (x >= 0) {
    return x;
  } else {
    return alpha * (Math.exp(x) - 1);
  }
}

function eluDerivative(x, alpha) {  //: right
  if (x >= 0) {
    return 1;
  }
  return alpha * Math.exp(x);
}
