// Steps of training whose loss is not in the file, gradients that are put into an array, names of what was expected.

function gradientStep(xs, ys, w, b, rate) {  //: propagate
  let dw = 0;
  let db = 0;
  for (let i = 0; i < xs.length; i++) {
    const prediction = w * xs[i] + b;
    const error = prediction - ys[i];
    dw += error * xs[i];  //: right
    db += error;  //: right
  }
  return [w - rate * dw, b - rate * db];
}

function logisticStep(X, y, w, b, rate) {  //: propagate
  const dw = new Array(w.length).fill(0);
  let db = 0;
  for (let i = 0; i < X.length; i++) {
    let z = b;
    for (let j = 0; j < w.length; j++) z += w[j] * X[i][j];
    const p = 1 / (1 + Math.exp(-z));
    const error = p - y[i];
    for (let j = 0; j < w.length; j++) dw[j] += error * X[i][j];  //: right
    db -= error;
  }
  return { weights: w.map((v, j) => v - rate * dw[j]), bias: b - rate * db };
}

function learn(points, w, b, rate) {  //: propagate
  let dw = 0;
  let db = 0;
  for (const point of points) {
    dw += (w * point.x + b - point.y) * point.x;  //: right
    db += w * point.x + b - point.y;  //: right
  }
  const newW = w - rate * dw;
  const newB = b - rate * db;
  return [newW, newB];
}

class Perceptron {
  constructor(size, rate = 0.1) {
    this.weights = new Array(size).fill(0);
    this.bias = 0;
    this.rate = rate;
  }

  output(x) {
    let sum = this.bias;
    for (let j = 0; j < x.length; j++) sum += x[j] * this.weights[j];
    return 1 / (1 + Math.exp(-sum));
  }

  fit(X, y, epochs) {  //: propagate
    for (let epoch = 0; epoch < epochs; epoch++) {
      const gradWeights = this.weights.map(() => 0);
      let gradBias = 0;
      for (let i = 0; i < X.length; i++) {
        const delta = this.output(X[i]) - y[i];
        for (let j = 0; j < gradWeights.length; j++) gradWeights[j] += delta * X[i][j];  //: right
        gradBias += delta;  //: right
      }
      for (let j = 0; j < gradWeights.length; j++) this.weights[j] -= (this.rate * gradWeights[j]) / X.length;
      this.bias -= (this.rate * gradBias) / X.length;
    }
  }
}

const squared = {
  forward: (p, y) => p.reduce((sum, v, i) => sum + (v - y[i]) ** 2, 0) / p.length,  //: loss
  backward: (p, y, gradients) => {
    for (let i = 0; i < p.length; i++) gradients[i] = (2 * (p[i] - y[i])) / p.length;  //: right
  },
};

const absolute = {
  forward: (p, y) => p.reduce((sum, v, i) => sum + Math.abs(v - y[i]), 0),  //: loss
  backward: (p, y, out) => {
    for (let i = 0; i < p.length; i++) out[i] = Math.sign(y[i] - p[i]);  //: wrong
  },
};

const errors = {
  squared: {
    calculate: (expected, actual) => (expected - actual) ** 2,  //: loss
    derivative: (expected, actual) => -2 * (expected - actual),  //: right
  },
  absolute: {
    calculate: (expected, actual) => Math.abs(expected - actual),  //: loss
    derivative: (expected, actual) => (actual > expected ? -1 : 1),  //: wrong
  },
};

// What follows adds up differences, and trains nothing.
class Controller {
  constructor(kp, ki, kd) {
    Object.assign(this, { kp, ki, kd });
    this.integral = 0;
    this.last = 0;
  }

  control(target, measured, dt) {
    const error = target - measured;
    this.integral += error * dt;
    const slope = (error - this.last) / dt;
    this.last = error;
    return this.kp * error + this.ki * this.integral + this.kd * slope;
  }
}

function drift(positions, targets) {
  let dx = 0;
  let dy = 0;
  for (let i = 0; i < positions.length; i++) {
    dx += targets[i].x - positions[i].x;
    dy += targets[i].y - positions[i].y;
  }
  return { dx: dx / positions.length, dy: dy / positions.length };
}

function align(boids, factor) {
  let dvx = 0;
  for (const other of boids) dvx += other.vx - factor;
  return dvx;
}

function fitLine(xs, ys, rate, epochs) {  //: propagate
  let slope = 0;
  let intercept = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let gradSlope = 0;
    let gradIntercept = 0;
    for (let i = 0; i < xs.length; i++) {
      const prediction = slope * xs[i] + intercept;
      const error = prediction - ys[i];
      gradSlope += error * xs[i];  //: right
      gradIntercept += error;  //: right
    }
    slope -= (rate * gradSlope) / xs.length;
    intercept -= (rate * gradIntercept) / xs.length;
  }
  return { slope, intercept };
}

function fitRows(rows, targets, rate) {  //: propagate
  const weights = rows[0].map(() => 0);
  let bias = 0;
  for (let epoch = 0; epoch < 50; epoch++) {
    const weightGradients = weights.map(() => 0);
    let biasGradient = 0;
    for (let i = 0; i < rows.length; i++) {
      let z = bias;
      for (let j = 0; j < weights.length; j++) z += weights[j] * rows[i][j];
      const p = 1 / (1 + Math.exp(-z));
      const difference = p - targets[i];
      for (let j = 0; j < weights.length; j++) weightGradients[j] += difference * rows[i][j];  //: right
      biasGradient += difference;  //: right
    }
    for (let j = 0; j < weights.length; j++) weights[j] -= (rate * weightGradients[j]) / rows.length;
    bias -= (rate * biasGradient) / rows.length;
  }
  return { weights, bias };
}
