// Looks like one, is none.

function Adam(rate) {
  this.rate = rate;
  this.m = [];
  this.v = [];
}
Adam.prototype.update = function (w, dw) {
  for (var i = 0; i < w.length; i++) {
    this.m[i] = 0.9 * (this.m[i] || 0) + 0.1 * dw[i];
    this.v[i] = 0.999 * (this.v[i] || 0) + 0.001 * dw[i] * dw[i];
    w[i] -= (this.rate * this.m[i]) / (Math.sqrt(this.v[i]) + 1e-8);
  }
};

var distances = {
  manhattan: function (a, b) {
    var sum = 0;
    for (var i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
    return sum;
  },
  chebyshev: function (a, b) {
    return Math.max(...a.map((x, i) => Math.abs(x - b[i])));
  },
  squaredEuclidean: (a, b) => a.reduce((s, x, i) => s + (x - b[i]) ** 2, 0),
};

var easing = {
  easeInQuad: (t) => t * t,
  easeOutExpo: (t) => (t === 1 ? 1 : 1 - Math.pow(2, -10 * t)),
  easeInOutSine: (t) => -(Math.cos(Math.PI * t) - 1) / 2,
  elastic: (t) => Math.pow(2, -10 * t) * Math.sin((t * 10 - 0.75) * ((2 * Math.PI) / 3)) + 1,
};

function gaussianRandom(mean, deviation) {
  let u;
  let v;
  let s;
  do {
    u = 2 * Math.random() - 1;
    v = 2 * Math.random() - 1;
    s = u * u + v * v;
  } while (s === 0 || s >= 1);
  return mean + deviation * u * Math.sqrt((-2 * Math.log(s)) / s);
}

function normalDensity(x, mu, sigma) {
  return Math.exp(-((x - mu) ** 2) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));
}

function polynomialKernel(a, b, degree) {
  return Math.pow(a.reduce((s, x, i) => s + x * b[i], 0) + 1, degree);
}

function learningRate(epoch) {
  return 0.1 * Math.pow(0.5, Math.floor(epoch / 10));
}

function numericalDerivative(f, x) {
  const h = 1e-6;
  return (f(x + h) - f(x - h)) / (2 * h);
}

class Value {
  constructor(data, children = []) {
    this.data = data;
    this.grad = 0;
    this.children = children;
    this.backwardStep = () => {};
  }

  mul(other) {
    const out = new Value(this.data * other.data, [this, other]);
    out.backwardStep = () => {
      this.grad += other.data * out.grad;
      other.grad += this.data * out.grad;
    };
    return out;
  }

  backward() {
    this.grad = 1;
    for (const child of this.children) child.backwardStep();
  }
}

class Perceptron {
  constructor(n, rate) {
    this.rate = rate;
    this.weights = Array.from({ length: n }, () => Math.random() * 2 - 1);
  }

  guess(inputs) {
    let sum = 0;
    for (let i = 0; i < this.weights.length; i++) sum += inputs[i] * this.weights[i];
    return sum >= 0 ? 1 : -1;
  }

  train(inputs, desired) {
    const error = desired - this.guess(inputs);
    for (let i = 0; i < this.weights.length; i++) this.weights[i] += this.rate * error * inputs[i];
  }
}

function fft(re, im) {
  const n = re.length;
  for (let k = 0; k < n; k++) {
    const angle = (-2 * Math.PI * k) / n;
    re[k] *= Math.cos(angle);
    im[k] *= Math.sin(angle);
  }
  return [re, im];
}

function viterbiForward(start, transition, emission) {
  let alpha = start.map((p, i) => p * emission[0][i]);
  for (let t = 1; t < emission.length; t++) {
    alpha = alpha.map((_, j) => alpha.reduce((s, a, i) => s + a * transition[i][j], 0) * emission[t][j]);
  }
  return alpha.reduce((a, b) => a + b, 0);
}

function compoundInterest(principal, rate, years) {
  return principal * Math.pow(1 + rate, years);
}

function toCelsius(f) {
  return ((f - 32) * 5) / 9;
}

function dropout(values, p) {
  return values.map((x) => (Math.random() < p ? 0 : x / (1 - p)));
}

function oneHot(label, classes) {
  const row = new Array(classes).fill(0);
  row[label] = 1;
  return row;
}

function sum(xs) {
  return xs.reduce((a, b) => a + b, 0);
}

function variance(xs) {
  const mean = sum(xs) / xs.length;
  return xs.reduce((s, x) => s + (x - mean) ** 2, 0) / xs.length;
}

function decayWeights(weights, factor) {
  return weights.map((w) => w * Math.exp(-factor));
}

function fireEvent(name, error) {
  if (error) console.error(name, error);
}

const attackCost = (unit, distance) => unit.price * Math.sqrt(distance);

function matMul(a, b) {
  const out = [];
  for (let i = 0; i < a.length; i++) {
    out[i] = [];
    for (let j = 0; j < b[0].length; j++) {
      let total = 0;
      for (let k = 0; k < b.length; k++) total += a[i][k] * b[k][j];
      out[i][j] = total;
    }
  }
  return out;
}

module.exports = { Adam, distances, easing, Value, Perceptron, matMul, variance, oneHot };

export function euclidean(x, y) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] - y[i]) ** 2;
  return Math.sqrt(sum);
}

export function cosine(x, y) {
  let dot = 0;
  let normX = 0;
  let normY = 0;
  for (let i = 0; i < x.length; i++) {
    dot += x[i] * y[i];
    normX += x[i] ** 2;
    normY += y[i] ** 2;
  }
  return 1 - dot / Math.sqrt(normX * normY);
}

class ScaledColumn {
  constructor(values, scale) {
    this.values = values;
    this.scale = 10 ** scale;
  }

  value(index) {
    return this.values[index] / this.scale;
  }
}

class NoiseBudget {
  parameterSensitivity(name, gradients) {
    const sizes = gradients.map((gradient) => Math.abs(gradient[name] || 0));
    return Math.max(...sizes) - Math.min(...sizes);
  }
}
