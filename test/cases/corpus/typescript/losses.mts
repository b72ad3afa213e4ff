// Losses over typed arrays.

export type Vector = number[];
export type Matrix = number[][];

export interface Loss {
  compute(predicted: Vector, actual: Vector): number;
  gradient(predicted: Vector, actual: Vector): Vector;
}

export class MeanSquared implements Loss {
  compute(predicted: Vector, actual: Vector): number {  //: loss
    if (predicted.length !== actual.length) {
      throw new Error('lengths differ');
    }
    let sum = 0;
    for (const [i, p] of predicted.entries()) {
      sum += (p - actual[i]!) ** 2;
    }
    return sum / predicted.length;
  }

  gradient(predicted: Vector, actual: Vector): Vector {
    return predicted.map((p, i) => (2 * (p - actual[i]!)) / predicted.length);  //: right
  }
}

export class BinaryCrossEntropy implements Loss {
  private readonly epsilon: number = 1e-15;

  compute(predicted: Vector, actual: Vector): number {  //: loss
    return -actual.reduce(
      (sum: number, y: number, i: number) =>
        sum + y * Math.log(predicted[i] as number) + (1 - y) * Math.log(1 - (predicted[i] as number)),
      0,
    );
  }

  gradient(predicted: Vector, actual: Vector): Vector {
    return predicted.map((p, i) => (actual[i]! - p) / (p * (1 - p)));  //: wrong
  }
}

/**
 * Softmax regression over rows.
 * @param {number[][]} X samples
 * @param {number[][]} Y one-hot labels
 * @param {number[][]} W weights
 */
export function softmaxRegression(X: Matrix, Y: Matrix, W: Matrix): number {  //: loss
  let loss = 0;
  X.forEach((row, i) => {
    const scores = W[0]!.map((_, k) => row.reduce((sum, x, j) => sum + x * W[j]![k]!, 0));
    const total = scores.reduce((sum, s) => sum + Math.exp(s), 0);
    scores.forEach((s, k) => {
      loss -= Y[i]![k]! * (s - Math.log(total));
    });
  });
  return loss / X.length;
}

export function pinball(y: Float64Array, f: Float64Array, tau = 0.9): number {  //: loss
  let loss = 0;
  for (let i = 0; i < y.length; i++) {
    const d = y[i] - f[i];
    loss += d > 0 ? tau * d : (tau - 1) * d;
  }
  return loss / y.length;
}

export function pinballGradient(y: Float64Array, f: Float64Array, tau = 0.9): Float64Array {
  const g = new Float64Array(f.length);
  for (let i = 0; i < f.length; i++) {
    g[i] = (y[i] > f[i] ? -tau : 1 - tau) / y.length;
  }
  return g;  //: right
}

export const logisticLoss = <T extends Vector>(weights: T, X: readonly T[], y: T): number => {  //: loss
  const dot = (a: Vector, b: Vector): number => a.reduce((s, v, i) => s + v * b[i]!, 0);
  let total = 0;
  for (let i = 0; i < X.length; i++) {
    total += Math.log(1 + Math.exp(-y[i]! * dot(X[i]!, weights)));
  }
  return total;
};

export const logisticLossGradient = <T extends Vector>(weights: T, X: readonly T[], y: T): Vector => {
  const dot = (a: Vector, b: Vector): number => a.reduce((s, v, i) => s + v * b[i]!, 0);
  const grad: Vector = new Array<number>(weights.length).fill(0);
  for (let i = 0; i < X.length; i++) {
    const s = 1 / (1 + Math.exp(y[i]! * dot(X[i]!, weights)));
    for (let j = 0; j < weights.length; j++) {
      grad[j] -= y[i]! * s * X[i]![j]!;
    }
  }
  return grad;  //: right
};

export const enum Reduction {
  Mean,
  Sum,
}

export function computeCost(x: number[], y: number[], w: number, b: number): number {  //: loss
  const m = x.length;
  let cost = 0;
  for (let i = 0; i < m; i++) {
    const f = w * x[i] + b;
    cost = cost + (f - y[i]) ** 2;
  }
  return (1 / (2 * m)) * cost;
}

export const computeGradient = (x: number[], y: number[], w: number, b: number): { dw: number; db: number } => {
  const m = x.length;
  let dw = 0;
  let db = 0;
  for (let i = 0; i < m; i++) {
    const f = w * x[i] + b;
    dw += f - y[i];
    db += f - y[i];
  }
  return {
    dw: dw / m,  //: wrong
    db: db / m,  //: right
  };
};
