// Keys side by side, properties of functions, wrapped pairs.

class Activation {
  constructor(func, dfunc) {
    this.func = func;
    this.dfunc = dfunc;
  }
}

const sigmoid = new Activation(  //: activation
  (x) => 1 / (1 + Math.exp(-x)),
  (y) => y * (1 - y),  //: right
);

const tanh = new Activation(  //: activation
  (x) => Math.tanh(x),
  (y) => 1 + y * y,  //: wrong
);

export const functions = {
  relu: (x) => Math.max(0, x),  //: activation
  relu_d: (x) => (x > 0 ? 1 : 0),  //: right
  leaky: (x) => (x > 0 ? x : 0.01 * x),  //: activation
  leaky_d: (x) => (x > 0 ? 1 : 0.1),  //: wrong
  gaussian: (x) => Math.exp(-x * x),  //: activation
  gaussian_d: (x) => -2 * x * Math.exp(-x * x),  //: right
};

const softplus = (x) => Math.log(1 + Math.exp(x));  //: activation
softplus.derivative = (x) => 1 / (1 + Math.exp(-x));  //: right
softplus.label = 'soft plus';

function quadratic(output, target) {  //: loss
  return 0.5 * (output - target) ** 2;
}
quadratic.prime = function (output, target) {
  return target - output;  //: wrong
};

export const activations = [
  {
    name: 'arctan',
    f: (x) => Math.atan(x),  //: activation
    df: (x) => 1 / (1 + x * x),  //: right
  },
  {
    name: 'isru',
    f: (x) => x / Math.sqrt(1 + x * x),  //: activation
    df: (x) => 1 / Math.sqrt(1 + x * x),  //: wrong
  },
];

const Net = {};
Net.logistic = function (x) {  //: activation
  return 1 / (1 + Math.pow(Math.E, -x));
};
Net.dLogistic = function (x) {
  return x * (1 - x);  //: right
};

register('mish', {
  fn: (x) => x * Math.tanh(Math.log(1 + Math.exp(x))),  //: activation
  derivative: (x) => {
    const t = Math.tanh(Math.log(1 + Math.exp(x)));
    return t + (x * (1 - t * t)) / (1 + Math.exp(-x));  //: right
  },
});

export const derivatives = {
  step: () => 0,
};
export { sigmoid, tanh, softplus };
