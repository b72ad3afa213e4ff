// Networks whose matrices are of a class of their own, from another file.

const sigmoid = (x) => 1 / (1 + Math.exp(-x));  //: activation
const sigmoidDerivative = (y) => y * (1 - y);  //: right

class Network {
  constructor(inputs, hidden, outputs) {
    this.weights_ih = new Matrix(hidden, inputs);
    this.weights_ho = new Matrix(outputs, hidden);
    this.bias_h = new Matrix(hidden, 1);
    this.bias_o = new Matrix(outputs, 1);
    this.weights_ih.randomize();
    this.weights_ho.randomize();
    this.learning_rate = 0.1;
  }

  train(sample, answers) {  //: propagate
    const inputs = Matrix.fromArray(sample);
    const hidden = Matrix.multiply(this.weights_ih, inputs);
    hidden.add(this.bias_h);
    hidden.map(sigmoid);
    const outputs = Matrix.multiply(this.weights_ho, hidden);
    outputs.add(this.bias_o);
    outputs.map(sigmoid);
    const targets = Matrix.fromArray(answers);
    const output_errors = Matrix.subtract(targets, outputs);

    const gradients = Matrix.map(outputs, sigmoidDerivative);
    gradients.multiply(output_errors);
    const hidden_errors = Matrix.multiply(Matrix.transpose(this.weights_ho), gradients);
    gradients.multiply(this.learning_rate);
    const weights_ho_deltas = Matrix.multiply(gradients, Matrix.transpose(hidden));  //: right
    this.weights_ho.add(weights_ho_deltas);

    const hidden_gradient = Matrix.map(hidden, sigmoidDerivative);
    hidden_gradient.multiply(hidden_errors);
    hidden_gradient.multiply(this.learning_rate);
    const weights_ih_deltas = Matrix.multiply(hidden_gradient, Matrix.transpose(inputs));  //: right
    this.weights_ih.add(weights_ih_deltas);
  }
}

class Brain {
  constructor(inputs, hidden, outputs) {
    this.w1 = new Matrix(hidden, inputs);
    this.w2 = new Matrix(outputs, hidden);
    this.b1 = new Matrix(hidden, 1);
    this.b2 = new Matrix(outputs, 1);
    this.rate = 0.05;
  }

  learn(values, expected) {  //: propagate
    const input = Matrix.fromArray(values);
    let hidden = Matrix.multiply(this.w1, input);
    hidden = Matrix.add(hidden, this.b1);
    hidden.map(sigmoid);
    let output = Matrix.multiply(this.w2, hidden);
    output = Matrix.add(output, this.b2);
    output.map(sigmoid);
    const target = Matrix.fromArray(expected);
    const outputError = Matrix.subtract(target, output);

    let outputGradient = Matrix.hadamard(Matrix.map(output, sigmoidDerivative), outputError);  //: right
    const hiddenError = Matrix.multiply(Matrix.transpose(this.w2), outputGradient);
    outputGradient = Matrix.multiply(outputGradient, this.rate);
    const w2Deltas = Matrix.multiply(outputGradient, Matrix.transpose(hidden));  //: right
    this.b2 = Matrix.add(this.b2, outputGradient);
    this.w2 = Matrix.add(this.w2, w2Deltas);

    let hiddenGradient = Matrix.hadamard(Matrix.map(hidden, sigmoidDerivative), hiddenError);  //: right
    hiddenGradient = Matrix.multiply(hiddenGradient, this.rate);
    const w1Deltas = Matrix.multiply(hiddenError, Matrix.transpose(input));  //: wrong
    this.b1 = Matrix.add(this.b1, hiddenGradient);
    this.w1 = Matrix.add(this.w1, w1Deltas);
  }
}

// Other things that are done with matrices.
function project(camera, model, point) {
  const all = Matrix.multiply(Matrix.multiply(camera, model), Matrix.fromArray(point));
  return all.toArray();
}

class Filter {
  constructor(size) {
    this.state = new Matrix(size, 1);
    this.spread = new Matrix(size, size);
  }

  correct(gain, measured) {
    const error = Matrix.subtract(measured, this.state);
    this.state.add(Matrix.multiply(gain, error));
    this.spread = Matrix.subtract(this.spread, Matrix.multiply(gain, this.spread));
  }
}
