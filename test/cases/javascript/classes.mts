import { Layer } from './layer';

export class Sigmoid {
  private readonly slope: number;

  constructor(slope = 1) {
    this.slope = slope;
  }

  forward(x: number): number {
    return 1 / (1 + Math.exp(-this.slope * x));
  }

  backward(x: number): number {
    const s = this.forward(x);
    return this.slope * s * (1 - s);  //: right
  }
}

export class LeakyRelu {
  static activate(x: number): number {
    return x >= 0 ? x : 0.1 * x;
  }

  static derivative(x: number): number {
    return x >= 0 ? 1 : 0.01;  //: wrong gradient-differs
  }
}

class Tanh extends Layer {
  activation = (x: number) => (Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x));
  activationPrime = (x: number) => {
    const t = this.activation(x);
    return 1 - t ** 2;  //: right
  };
}
