// The function is chosen by its name.

export function activate(x, type) {
  switch (type) {
    case 'sigmoid':  //: activation
      return 1 / (1 + Math.exp(-x));
    case 'tanh':  //: activation
      return Math.tanh(x);
    case 'relu':  //: activation
      return Math.max(0, x);
    default:
      return x;
  }
}

export function activateDerivative(x, type) {
  switch (type) {
    case 'sigmoid': {
      const s = activate(x, type);
      return s * (1 - s);  //: right
    }
    case 'tanh':
      return 1 - Math.tanh(x);  //: wrong
    case 'relu':
      return x > 0 ? 1 : 0;  //: right
    default:
      return 1;
  }
}

export class Cost {
  constructor(kind) {
    this.kind = kind;
  }

  loss(output, target) {
    if (this.kind === 'quadratic') {  //: loss
      return 0.5 * Math.pow(output - target, 2);
    } else if (this.kind === 'entropy') {  //: loss
      return -target * Math.log(output) - (1 - target) * Math.log(1 - output);
    }
    throw new Error('unknown cost');
  }

  lossGradient(output, target) {
    if (this.kind === 'quadratic') {
      return output - target;  //: right
    } else if (this.kind === 'entropy') {
      return (output - target) / (output * (1 - output));  //: right
    }
    throw new Error('unknown cost');
  }
}
