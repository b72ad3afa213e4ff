// Small networks by hand, as tutorials write them.

const sigmoid = (x) => 1 / (1 + Math.exp(-x));  //: activation
const sigmoidDerivative = (y) => y * (1 - y);  //: right

class Neuron {
  constructor(size) {
    this.weights = Array.from({ length: size }, () => Math.random());
    this.bias = 0;
  }

  activate(inputs) {
    this.inputs = inputs;
    let sum = this.bias;
    for (let i = 0; i < inputs.length; i++) sum += inputs[i] * this.weights[i];
    this.output = sigmoid(sum);
    return this.output;
  }

  propagate(error, rate) {
    const delta = error * this.output * (1 - this.output);
    for (let i = 0; i < this.weights.length; i++) this.weights[i] -= rate * delta * this.inputs[i];
    this.bias -= rate * delta;
    return delta;
  }
}

function neuronLoss(inputs, weights, bias, target) {  //: loss
  let sum = bias;
  for (let i = 0; i < weights.length; i++) sum += inputs[i] * weights[i];
  const output = sigmoid(sum);
  return 0.5 * (output - target) ** 2;
}

function neuronLossGradient(inputs, weights, bias, target) {
  let sum = bias;
  for (let i = 0; i < weights.length; i++) sum += inputs[i] * weights[i];
  const output = sigmoid(sum);
  const delta = (output - target) * output * (1 - output);
  const dWeights = inputs.map((x) => delta * x);  //: right
  const dBias = output - target;  //: wrong
  return { dWeights, dBias };
}

function layerLoss(X, Y, W, b) {  //: propagate
  let loss = 0;
  const dW = W.map((row) => row.map(() => 0));
  const db = b.map(() => 0);
  for (let n = 0; n < X.length; n++) {
    for (let k = 0; k < b.length; k++) {
      let z = b[k];
      for (let j = 0; j < X[n].length; j++) z += W[k][j] * X[n][j];
      const a = Math.tanh(z);
      const e = a - Y[n][k];
      loss += 0.5 * e * e;
      const d = e * (1 - a * a);
      for (let j = 0; j < X[n].length; j++) dW[k][j] += d * X[n][j];
      db[k] += d;
    }
  }
  return {
    loss,
    dW,  //: right
    db,  //: right
  };
}

function trainStep(network, sample, rate) {
  const output = network.activate(sample.input);
  const error = output - sample.target;
  network.propagate(error, rate);
  return error * error;
}

// On the graphics card.
const kernel = gpu.createKernel(function (a, b) {
  return 1 / (1 + Math.exp(-a[this.thread.x] * b[this.thread.x]));
});
