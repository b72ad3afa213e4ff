// Functions inside of functions that are modules, derivatives built up by steps, and running maxima.
app.net = (function (root) {
  var sigmoid = function (a) { return 1 / (1 + Math.exp(-a)); }; //: activation
  var dsigmoid = function (a) { return a * (1 - a); }; //: right
  return { sigmoid: sigmoid };
})(window);

module.exports = function (lib) {
  var NN = (lib.NN = {});
  NN.swish = function (x) { //: activation
    return x / (1 + Math.exp(-x));
  };
  NN.dSwish = function (x) {
    var s = 1 / (1 + Math.exp(-x));
    return s + x * s; //: wrong
  };
  return NN;
};

class Units {
  static gelu(x) { //: activation
    const k = Math.sqrt(2 / Math.PI);
    const u = k * (x + 0.044715 * x * x * x);
    return 0.5 * x * (1 + Math.tanh(u));
  }
  static dGelu(x) {
    const k = Math.sqrt(2 / Math.PI);
    const u = k * (x + 0.044715 * x * x * x);
    const t = Math.tanh(u);
    const du = k * (1 + 0.134145 * x * x); //: right
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * du; //: right
  }
  static softmax(arr, t = 1) { //: activation
    let max = -Infinity;
    for (let i = 0; i < arr.length; i++) {
      const v = arr[i] / t;
      if (v > max) max = v;
    }
    const exps = new Array(arr.length);
    let sum = 0;
    for (let i = 0; i < arr.length; i++) {
      exps[i] = Math.exp(arr[i] / t - max);
      sum += exps[i];
    }
    for (let i = 0; i < exps.length; i++) exps[i] = exps[i] / sum;
    return exps;
  }
  static relu(M) { //: activation
    return M.map((x) => Math.max(0, x));
  }
  static Drelu(M) {
    return M.map((x) => (x > 0 ? 1 : 0)); //: right
  }
}

function run(data) {
  const scale = 3;
  function double(x) { return scale * x; }
  function tally(list) { return list.reduce((n, x) => n + x, 0); }
  return tally(data.map(double));
}
