// Objects of functions, with a flag for the derivative.
const Neuron = {};

Neuron.squash = {
  LOGISTIC: function (x, derivate) {
    var fx = 1 / (1 + Math.exp(-x));
    if (!derivate) return fx;
    return fx * (1 - fx);  //: right
  },
  TANH: function (x, derivate) {
    if (derivate) return 1 - Math.pow(Math.tanh(x), 2);  //: right
    return Math.tanh(x);
  },
  RELU: function (x, derivate) {
    if (derivate) return x > 0 ? 1 : 0;  //: right
    return x > 0 ? x : 0;
  },
  IDENTITY: function (x, derivate) {
    return derivate ? 1 : x;
  },
  GAUSSIAN: function (x, derivate) {
    var d = Math.exp(-(x * x));
    return derivate ? -x * d : d;  //: wrong gradient-missing-factor
  },
};

function sigmoid(x, derivative = false) {
  if (derivative) {
    return x * (1 - x);  //: right
  }
  return 1 / (1 + Math.exp(-x));
}

function softplus(x) {
  return Math.log(1 + Math.exp(x));
}
softplus.derivative = function (x) {
  return 1 / (1 + Math.exp(-x));  //: right
};

function Swish(beta) {
  this.beta = beta;
}
Swish.prototype.activate = function (x) {
  return x / (1 + Math.exp(-this.beta * x));
};
Swish.prototype.derivative = function (x) {
  var s = 1 / (1 + Math.exp(-this.beta * x));
  return s + this.beta * x * s * (1 - s);  //: right
};

module.exports = {
  selu: {
    fn: (x) => (x >= 0 ? 1.0507 * x : 1.0507 * 1.67326 * (Math.exp(x) - 1)),
    derivative: (x) => (x >= 0 ? 1.0507 : 1.0507 * 1.67326 * Math.exp(x)),  //: right
  },
  arctan: {
    fn: (x) => Math.atan(x),
    derivative: (x) => 1 / (1 + x),  //: wrong gradient-wrong-power
  },
};
