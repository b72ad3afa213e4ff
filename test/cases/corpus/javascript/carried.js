// Gradients that are carried on to the logits, and derivatives in objects of their own.

class CrossEntropy {
  calculate(predicted, actual) {  //: loss
    return -actual.reduce((sum, a, i) => sum + a * Math.log(predicted[i]), 0);
  }

  gradient(predicted, actual) {
    return predicted.map((p, i) => p - actual[i]);  //: right
  }
}

class BinaryCrossEntropy {
  calculate(predicted, actual) {  //: loss
    let sum = 0;
    for (let i = 0; i < actual.length; i++) {
      sum -= actual[i] * Math.log(predicted[i]) + (1 - actual[i]) * Math.log(1 - predicted[i]);
    }
    return sum / actual.length;
  }

  gradient(predicted, actual) {
    return predicted.map((p, i) => (p - actual[i]) / actual.length);  //: right
  }
}

class ReversedCrossEntropy {
  calculate(predicted, actual) {  //: loss
    return -actual.reduce((sum, a, i) => sum + a * Math.log(predicted[i]), 0);
  }

  gradient(predicted, actual) {
    return predicted.map((p, i) => actual[i] - p);  //: wrong
  }
}

const functions = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),  //: activation
  relu: (z) => Math.max(0, z),  //: activation
  tanh: (z) => Math.tanh(z),  //: activation
};

const functionDerivatives = {
  sigmoidDerivative: (a) => a * (1 - a),  //: right
  reluDerivative: (z) => (z > 0 ? 1 : 0),  //: right
  tanhDerivative: (a) => 1 - a,  //: wrong
};

module.exports = { CrossEntropy, BinaryCrossEntropy, ReversedCrossEntropy, functions, functionDerivatives };
