// One function for the value and the derivative.
'use strict';

const Activations = {
  LOGISTIC: function (x, derivate) {  //: activation
    const fx = 1 / (1 + Math.exp(-x));
    if (!derivate) return fx;
    return fx * (1 - fx);  //: right
  },
  TANH: (x, derivate) => (derivate ? 1 - Math.pow(Math.tanh(x), 2) : Math.tanh(x)),  //: activation
  BENT_IDENTITY: function (x, derivate) {  //: activation
    const d = Math.sqrt(Math.pow(x, 2) + 1);
    if (derivate) return x / (2 * d) + 1;  //: right
    return (d - 1) / 2 + x;
  },
  SINUSOID: function (x, derivate) {  //: activation
    return derivate ? Math.cos(x) : Math.sin(x);  //: right
  },
  BIPOLAR_SIGMOID: function (x, derivate) {  //: activation
    const d = 2 / (1 + Math.exp(-x)) - 1;
    if (derivate) return (1 / 2) * (1 + d) * (1 - d);  //: right
    return d;
  },
  SOFTSIGN: function (x, derivate) {  //: activation
    const d = 1 + Math.abs(x);
    if (derivate) return x / Math.pow(d, 2);  //: wrong
    return x / d;
  },
  SELU: function (x, derivate) {  //: activation
    const alpha = 1.6732632423543772;
    const scale = 1.0507009873554805;
    const fx = x > 0 ? x : alpha * Math.exp(x) - alpha;
    if (derivate) return x > 0 ? scale : (fx + alpha) * scale;  //: right
    return fx * scale;
  },
};

class Maths {
  static sigmoid(value, prime) {  //: activation
    return prime ? Maths.sigmoid(value) * (1 - Maths.sigmoid(value)) : 1 / (1 + Math.exp(-value));  //: right
  }

  static elu(value, prime) {  //: activation
    if (prime) {
      return value >= 0 ? 1 : Math.exp(value) - 1;  //: wrong
    }
    return value >= 0 ? value : Math.exp(value) - 1;
  }
}

function swish(x, derivative = false) {  //: activation
  const s = 1 / (1 + Math.exp(-x));
  if (derivative) {
    return s + x * s * (1 - s);  //: right
  }
  return x * s;
}

function cube(x, deriv) {  //: activation
  return deriv ? 3 * x * x : x * x * x;  //: right
}

module.exports = { Activations, Maths, swish, cube };
