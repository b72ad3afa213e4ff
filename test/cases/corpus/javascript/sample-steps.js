// Steps for each sample, entry by entry, by learning rates that the code names; the gradients have no names of their own.

const sigmoid = (z) => 1 / (1 + Math.exp(-z));  //: activation

function learnOne(w, b, x, y, rate) {  //: propagate
  let z = b;
  for (let j = 0; j < w.length; j++) z += w[j] * x[j];
  const p = sigmoid(z);
  const error = p - y;  //: right
  for (let j = 0; j < w.length; j++) w[j] -= rate * error * x[j];  //: right
  b -= rate * error;
}

class Unit {
  constructor(size, learningRate = 0.1) {
    this.weights = new Array(size).fill(0);
    this.bias = 0;
    this.learningRate = learningRate;
  }

  output(x) {
    return sigmoid(x.reduce((sum, v, j) => sum + v * this.weights[j], this.bias));
  }

  fit(X, y, epochs) {  //: propagate
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (let i = 0; i < X.length; i++) {
        const error = y[i] - this.output(X[i]);
        for (let j = 0; j < X[i].length; j++) this.weights[j] += this.learningRate * error * X[i][j];  //: right
        this.bias += this.learningRate * error;  //: right
      }
    }
  }
}

class Network {
  constructor(inputs, hidden) {
    this.w1 = [];
    this.b1 = [];
    this.w2 = [];
    this.b2 = 0;
    this.rate = 0.05;
    for (let i = 0; i < hidden; i++) {
      this.w1[i] = Array.from({ length: inputs }, () => Math.random());
      this.b1[i] = 0;
      this.w2[i] = Math.random();
    }
  }

  forward(x) {
    const h = this.w1.map((row, i) => Math.tanh(row.reduce((s, w, j) => s + w * x[j], this.b1[i])));
    const out = sigmoid(h.reduce((s, v, i) => s + v * this.w2[i], this.b2));
    return { h, out };
  }

  train(x, y) {  //: propagate
    const { h, out } = this.forward(x);
    const loss = -(y * Math.log(out) + (1 - y) * Math.log(1 - out));
    const slope = out - y;  //: right
    for (let i = 0; i < this.w2.length; i++) {
      const flow = slope * this.w2[i] * (1 - h[i] * h[i]);
      this.w2[i] -= this.rate * slope * h[i];  //: right
      for (let j = 0; j < x.length; j++) this.w1[i][j] -= this.rate * flow * x[j];  //: right
      this.b1[i] -= this.rate * flow;  //: right
    }
    this.b2 -= this.rate * slope;
    return loss;
  }

  trainWrongly(x, y) {  //: propagate
    const { h, out } = this.forward(x);
    const slope = out - y;  //: right
    for (let i = 0; i < this.w2.length; i++) {
      const flow = slope * this.w2[i] * (1 - h[i] * h[i]);
      this.w2[i] -= this.rate * slope * out;  //: wrong
      for (let j = 0; j < x.length; j++) this.w1[i][j] -= this.rate * flow * x[j];  //: right
      this.b1[i] -= this.rate * flow;  //: right
    }
    this.b2 -= this.rate * slope;
  }
}

function backpropagate(x, target, w1, b1, w2, b2, eta) {  //: propagate
  const hidden = [];
  const output = [];
  for (let i = 0; i < b1.length; i++) {
    let sum = b1[i];
    for (let j = 0; j < x.length; j++) sum += w1[i][j] * x[j];
    hidden[i] = sigmoid(sum);
  }
  for (let k = 0; k < b2.length; k++) {
    let sum = b2[k];
    for (let i = 0; i < hidden.length; i++) sum += w2[k][i] * hidden[i];
    output[k] = sigmoid(sum);
  }
  const dOutput = output.map((o, k) => (o - target[k]) * o * (1 - o));
  const dHidden = hidden.map((h, i) => {
    let sum = 0;
    for (let k = 0; k < dOutput.length; k++) sum += dOutput[k] * w2[k][i];
    return sum * h * (1 - h);
  });
  for (let k = 0; k < dOutput.length; k++) {
    for (let i = 0; i < hidden.length; i++) w2[k][i] -= eta * dOutput[k] * hidden[i];  //: right
    b2[k] -= eta * dOutput[k];  //: right
  }
  for (let i = 0; i < dHidden.length; i++) {
    for (let j = 0; j < x.length; j++) w1[i][j] -= eta * dHidden[i] * x[j];  //: right
    b1[i] -= eta * dHidden[i];  //: right
  }
}

// What follows moves things, and fits none of the usual losses.
function follow(position, target, rate) {
  for (let k = 0; k < position.length; k++) position[k] += rate * (target[k] - position[k]);
}

function mapUnit(weights, x, learningRate, influence) {
  for (let j = 0; j < weights.length; j++) weights[j] += learningRate * influence * (x[j] - weights[j]);
}

class Values {
  constructor(states, alpha) {
    this.table = new Array(states).fill(0);
    this.alpha = alpha;
  }

  learn(states, rewards, gamma) {
    for (let t = 0; t < states.length - 1; t++) {
      const target = rewards[t] + gamma * this.table[states[t + 1]];
      this.table[states[t]] += this.alpha * (target - this.table[states[t]]);
    }
  }
}

function rate(players, games, k) {
  for (const { winner, loser } of games) {
    const expected = 1 / (1 + 10 ** ((players[loser] - players[winner]) / 400));
    players[winner] += k * (1 - expected);
    players[loser] -= k * (1 - expected);
  }
}

function perceptronRule(X, y, w, rate) {
  for (let i = 0; i < X.length; i++) {
    let sum = 0;
    for (let j = 0; j < w.length; j++) sum += w[j] * X[i][j];
    const guess = sum > 0 ? 1 : -1;
    const error = y[i] - guess;
    for (let j = 0; j < w.length; j++) w[j] += rate * error * X[i][j];
  }
}

function spring(points, targets, velocities, rate) {
  for (let i = 0; i < points.length; i++) {
    const pull = targets[i] - points[i];
    velocities[i] += rate * pull;
    points[i] += velocities[i];
  }
}
