// Namespaces, enumerations as keys, fields that are filled later.

namespace Functions {
  export namespace Smooth {
    export function sigmoid(x: number): number {  //: activation
      return 1 / (1 + Math.exp(-x));
    }
    export function sigmoidPrime(x: number): number {
      const s = sigmoid(x);
      return s * (1 - s);  //: right
    }
  }
  export const elu = (x: number): number => (x > 0 ? x : Math.exp(x) - 1);  //: activation
  export const eluPrime = (x: number): number => (x > 0 ? 1 : Math.exp(x) - 1);  //: wrong
}

export enum Kind {
  Tanh = 'tanh',
  Relu = 'relu',
}

interface Pair {
  output: (x: number) => number;
  der: (x: number) => number;
}

export const pairs: Record<Kind, Pair> = {
  [Kind.Tanh]: {
    output: (x) => Math.tanh(x),  //: activation
    der: (x) => 1 - pairs.tanh.output(x) ** 2,
  },
  [Kind.Relu]: {
    output: (x) => Math.max(0, x),  //: activation
    der: (x) => (x > 0 ? 1 : 0),  //: right
  },
};

export class LinearModel {
  private weights: number[] = [];
  private bias = 0;
  private history: number[] = [];

  predict(x: number[]): number {  //: model
    return x.reduce((sum, value, j) => sum + value * this.weights[j]!, this.bias);
  }

  loss(X: number[][], y: number[]): number {  //: loss
    let total = 0;
    for (let i = 0; i < X.length; i++) total += (this.predict(X[i]!) - y[i]!) ** 2;
    return total / (2 * X.length);
  }

  gradients(X: number[][], y: number[]) {
    const n = X.length;
    const dWeights = this.weights.map(() => 0);
    let dBias = 0;
    X.forEach((x, i) => {
      const error = this.predict(x) - y[i]!;
      x.forEach((value, j) => {
        dWeights[j]! += (error * value) / n;
      });
      dBias += error;
    });
    return {
      dWeights,  //: right
      dBias,  //: wrong
    };
  }

  step(X: number[][], y: number[], rate: number): void {
    const { dWeights, dBias } = this.gradients(X, y);
    this.weights = this.weights.map((w, j) => w - rate * dWeights[j]!);
    this.bias -= rate * dBias;
    this.history.push(this.loss(X, y));
  }
}
