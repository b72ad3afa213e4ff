// Classes, constructors and prototypes.

class MSELoss {
  forward(predicted, target) {  //: loss
    let sum = 0;
    for (let i = 0; i < predicted.length; i++) {
      sum += (predicted[i] - target[i]) ** 2;
    }
    return sum / predicted.length;
  }

  backward(predicted, target) {
    return predicted.map((p, i) => p - target[i]);  //: wrong
  }
}

class CrossEntropyLoss {
  constructor() {
    this.eps = 1e-12;
  }

  calculate(predicted, actual) {  //: loss
    return -actual.reduce((sum, a, i) => sum + a * Math.log(predicted[i] + 1e-12), 0);
  }

  gradient(predicted, actual) {
    return predicted.map((p, i) => -actual[i] / (p + 1e-12));  //: right
  }
}

function Sigmoid(slope) {
  this.slope = slope;
}
Sigmoid.prototype.activate = function (x) {  //: activation
  return 1 / (1 + Math.exp(-this.slope * x));
};
Sigmoid.prototype.derivative = function (x) {
  const s = this.activate(x);
  return s * (1 - s);  //: wrong
};

function AbsoluteLoss() {}
AbsoluteLoss.prototype = {
  loss: function (a, b) {  //: loss
    var sum = 0;
    for (var i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
    return sum;
  },
  gradient: function (a, b) {
    var g = [];
    for (var i = 0; i < a.length; i++) g[i] = a[i] > b[i] ? 1 : -1;
    return g;  //: right
  },
};

function Gaussian(width) {
  this.width = width;
  this.f = function (x) {  //: activation
    return Math.exp(-(x * x) / (2 * this.width * this.width));
  };
  this.df = function (x) {
    return (-x / (this.width * this.width)) * this.f(x);  //: right
  };
}

class Elu {
  alpha = 1.5;

  fn = (x) => (x > 0 ? x : this.alpha * (Math.exp(x) - 1));  //: activation
  derivative = (x) => (x > 0 ? 1 : this.alpha * Math.exp(x));  //: right
}

class LogisticRegression {
  predict(X, w, b) {  //: model
    return X.map((row) => {
      const z = row.reduce((sum, x, j) => sum + x * w[j], b);
      return 1 / (1 + Math.exp(-z));
    });
  }

  cost(X, y, w, b) {  //: loss
    const p = this.predict(X, w, b);
    let total = 0;
    for (let i = 0; i < y.length; i++) {
      total += -y[i] * Math.log(p[i]) - (1 - y[i]) * Math.log(1 - p[i]);
    }
    return total / y.length;
  }

  costGradient(X, y, w, b) {
    const p = this.predict(X, w, b);
    const dw = w.map((_, j) => X.reduce((sum, row, i) => sum + (p[i] - y[i]) * row[j], 0) / y.length);  //: right
    const db = p.reduce((sum, q, i) => sum + (q - y[i]), 0);  //: wrong
    return { dw, db };
  }
}

module.exports = { MSELoss, CrossEntropyLoss, Sigmoid, AbsoluteLoss, Gaussian, Elu, LogisticRegression };
