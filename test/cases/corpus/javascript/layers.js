// Layers that hold their sizes and take the steps of their parameters while errors flow back.

class Linear {
  constructor(inputs, outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.weight = [];
    for (let o = 0; o < outputs; o++) this.weight.push(Array.from({ length: inputs }, () => Math.random() - 0.5));
    this.bias = new Float64Array(outputs);
  }

  forward(x) {  //: model
    this.x = x;
    const y = new Float64Array(this.outputs);
    for (let o = 0; o < this.outputs; o++) {
      let sum = this.bias[o];
      for (let i = 0; i < this.inputs; i++) sum += this.weight[o][i] * x[i];
      y[o] = sum;
    }
    return y;
  }

  backward(dy, rate) {
    const dx = new Float64Array(this.inputs);
    for (let o = 0; o < this.outputs; o++) {
      const d = dy[o];
      for (let i = 0; i < this.inputs; i++) {
        dx[i] += this.weight[o][i] * d;
        this.weight[o][i] -= rate * d * this.x[i];  //: right
      }
      this.bias[o] -= rate * d;  //: right
    }
    return dx;  //: right
  }
}

class Rectified {
  constructor(inputs, outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.weight = Array.from({ length: outputs }, () => new Array(inputs).fill(0.1));
    this.bias = new Array(outputs).fill(0);
  }

  forward(x) {  //: model
    this.x = x;
    this.y = new Array(this.outputs);
    for (let o = 0; o < this.outputs; o++) {
      let z = this.bias[o];
      for (let i = 0; i < this.inputs; i++) z += this.weight[o][i] * x[i];
      this.y[o] = z > 0 ? z : 0;
    }
    return this.y;
  }

  backward(dy, rate) {
    const dx = new Array(this.inputs).fill(0);
    for (let o = 0; o < this.outputs; o++) {
      const d = this.y[o] > 0 ? dy[o] : 0;
      for (let i = 0; i < this.inputs; i++) {
        dx[i] += this.weight[o][i] * dy[o];
        this.weight[o][i] -= rate * d * this.x[i];  //: right
      }
      this.bias[o] -= rate * d;  //: right
    }
    return dx;  //: wrong
  }
}

class Perceptron {
  constructor(inputs, hidden, classes) {
    this.inputs = inputs;
    this.hidden = hidden;
    this.classes = classes;
    this.W1 = randomMatrix(inputs, hidden);
    this.b1 = Array(hidden).fill(0);
    this.W2 = randomMatrix(hidden, classes);
    this.b2 = Array(classes).fill(0);
  }

  forward(x) {  //: model
    const h = Array(this.hidden).fill(0);
    for (let j = 0; j < this.hidden; j++) {
      for (let i = 0; i < this.inputs; i++) h[j] += x[i] * this.W1[i][j];
      h[j] = Math.tanh(h[j] + this.b1[j]);
    }
    const scores = Array(this.classes).fill(0);
    for (let k = 0; k < this.classes; k++) {
      for (let j = 0; j < this.hidden; j++) scores[k] += h[j] * this.W2[j][k];
      scores[k] += this.b2[k];
    }
    return { h, scores };
  }

  step(x, target, rate = 0.1) {  //: propagate
    const { h, scores } = this.forward(x);
    const dScores = scores.map((s, k) => s - target[k]);
    const dHidden = Array(this.hidden).fill(0);
    for (let j = 0; j < this.hidden; j++) {
      for (let k = 0; k < this.classes; k++) dHidden[j] += dScores[k] * this.W2[j][k];
      dHidden[j] *= 1 - h[j] * h[j];
    }
    for (let j = 0; j < this.hidden; j++)
      for (let k = 0; k < this.classes; k++) this.W2[j][k] -= rate * dScores[k] * h[j];  //: right
    for (let k = 0; k < this.classes; k++) this.b2[k] -= rate * dScores[k];  //: right
    for (let i = 0; i < this.inputs; i++)
      for (let j = 0; j < this.hidden; j++) this.W1[i][j] -= rate * dHidden[j] * x[i];  //: right
    for (let j = 0; j < this.hidden; j++) this.b1[j] -= rate * dHidden[j];  //: right
  }
}

// The weights that errors flow back through have taken their step: nothing is said of it.
class Hasty {
  constructor(inputs, outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.weight = randomMatrix(outputs, inputs);
    this.bias = new Array(outputs).fill(0);
  }

  forward(x) {  //: model
    this.x = x;
    const y = new Array(this.outputs).fill(0);
    for (let o = 0; o < this.outputs; o++) {
      y[o] = this.bias[o];
      for (let i = 0; i < this.inputs; i++) y[o] += this.weight[o][i] * x[i];
    }
    return y;
  }

  backward(dy, rate) {
    const dx = new Array(this.inputs).fill(0);
    for (let o = 0; o < this.outputs; o++)
      for (let i = 0; i < this.inputs; i++) {
        this.weight[o][i] -= rate * dy[o] * this.x[i];
        dx[i] += this.weight[o][i] * dy[o];
      }
    return dx;
  }
}

function fitUntilStill(rows, positiveWeight, rate, penalty) {  //: propagate
  const weights = rows[0].features.map(() => 0);
  let bias = 0;
  let before = Infinity;
  let still = 0;
  for (let epoch = 0; epoch < 2000; epoch++) {
    const gradWeights = weights.map(() => 0);
    let gradBias = 0;
    let loss = 0;
    for (const row of rows) {
      const z = row.features.reduce((sum, x, j) => sum + weights[j] * x, bias);
      const p = 1 / (1 + Math.exp(-z));
      const weight = row.label === 1 ? positiveWeight : 1;
      loss -= weight * (row.label * Math.log(p) + (1 - row.label) * Math.log(1 - p));
      for (let j = 0; j < weights.length; j++) gradWeights[j] += weight * (p - row.label) * row.features[j];  //: right
      gradBias += weight * (p - row.label);  //: right
    }
    for (let j = 0; j < weights.length; j++) weights[j] -= rate * gradWeights[j];
    bias -= rate * gradBias;
    if (Math.abs(before - loss) < 1e-6) {
      still += 1;
      if (still > 5) break;
    } else {
      still = 0;
    }
    before = loss;
  }
  return { weights, bias };
}

// Sizes that count nothing but passes.
class Clock {
  constructor(ticks, rate) {
    this.ticks = ticks;
    this.rate = rate;
  }

  forward(start) {
    let now = start;
    for (let k = 0; k < this.ticks; k++) now = now + this.rate * (1 - now);
    return now;
  }

  backward(end) {
    let now = end;
    for (let k = 0; k < this.ticks; k++) now = (now - this.rate) / (1 - this.rate);
    return now;
  }
}
