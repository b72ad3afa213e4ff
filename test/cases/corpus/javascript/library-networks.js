// Networks in the functions of array libraries, from a script tag.

const logistic = (m) => math.map(m, (v) => 1 / (1 + Math.exp(-v)));  //: activation
const logisticDerivative = (m) => math.map(m, (v) => v * (1 - v));  //: right

class TwoLayers {
  constructor(inputs, hidden, outputs) {
    this.first = math.random([inputs, hidden], -1, 1);
    this.second = math.random([hidden, outputs], -1, 1);
  }

  train(X, targets) {  //: propagate
    const hidden = logistic(math.multiply(X, this.first));
    const outputs = logistic(math.multiply(hidden, this.second));
    const outputErrors = math.subtract(targets, outputs);
    const outputGradient = math.dotMultiply(logisticDerivative(outputs), outputErrors);
    const hiddenErrors = math.multiply(outputGradient, math.transpose(this.second));
    const secondDelta = math.multiply(math.transpose(hidden), outputGradient);  //: right
    this.second = math.add(this.second, secondDelta);
    const hiddenGradient = math.dotMultiply(logisticDerivative(hidden), hiddenErrors);
    const firstDelta = math.multiply(math.transpose(X), hiddenGradient);  //: right
    this.first = math.add(this.first, firstDelta);
  }
}
