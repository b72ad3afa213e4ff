// Typed pairs in objects, classes and enumerations.

export interface ActivationFunction {
  output: (input: number) => number;
  der: (input: number) => number;
}

export class Activations {
  public static readonly SIGMOID: ActivationFunction = {
    output: (x) => 1 / (1 + Math.exp(-x)),  //: activation
    der: (x) => {
      const output = Activations.SIGMOID.output(x);
      return output * (1 - output);  //: right
    },
  };
  public static readonly TANH: ActivationFunction = {
    // Written as people did before their types of Math had tanh: a cast must not hide the function.
    output: (x) => (Math as { tanh(value: number): number }).tanh(x),  //: activation
    der: (x) => {
      const output = Activations.TANH.output(x);
      return 1 - output;  //: wrong
    },
  };
  public static readonly RELU: ActivationFunction = {
    output: (x: number): number => Math.max(0, x),  //: activation
    der: (x: number): number => (x <= 0 ? 0 : 1),  //: right
  };
}

export enum Kind {
  Logistic = 'logistic',
  LeakyRelu = 'leaky-relu',
  Softplus = 'softplus',
}

const SLOPES = { leaky: 0.01 } as const;

export function activation(kind: Kind, z: number): number {
  switch (kind) {
    case Kind.Logistic:  //: activation
      return 1.0 / (1.0 + Math.exp(-z));
    case Kind.LeakyRelu:  //: activation
      return z > 0 ? z : SLOPES.leaky * z;
    case Kind.Softplus:  //: activation
      return Math.log1p(Math.exp(z));
  }
}

export function activationDerivative(kind: Kind, z: number): number {
  switch (kind) {
    case Kind.Logistic: {
      const a = activation(Kind.Logistic, z);
      return a * (1 - a);  //: right
    }
    case Kind.LeakyRelu:
      return z > 0 ? 1 : SLOPES.leaky;  //: right
    case Kind.Softplus:
      return 1 / (1 + Math.exp(z));  //: wrong
  }
}

export type Scalar = (x: number) => number;

export class Pair {
  constructor(
    public readonly fn: Scalar,
    public readonly prime: Scalar,
  ) {}
}

export const swish = new Pair(  //: activation
  (x) => x / (1 + Math.exp(-x)),
  (x) => {
    const s = 1 / (1 + Math.exp(-x));
    return s + x * s * (1 - s);  //: right
  },
);

export const hardTanh = new Pair(  //: activation
  (x) => Math.max(-1, Math.min(1, x)),
  (x) => (Math.abs(x) < 1 ? 1 : 0),  //: right
);

export interface Derivable {
  (x: number): number;
  derivative(x: number): number;
}

export const Elu: Derivable = (x: number) => (x > 0 ? x : Math.exp(x) - 1);  //: activation
Elu.derivative = (x) => (x > 0 ? 1 : Math.exp(x));  //: right

abstract class Base<T extends number> {
  abstract activate(value: T): number;
  abstract prime(value: T): number;
}

export class Cauchy extends Base<number> {
  override activate(value: number): number {  //: activation
    return Math.atan(value) / Math.PI + 0.5;
  }

  override prime(value: number): number {
    return 1 / (Math.PI * (1 + value * value));  //: right
  }
}

export class SoftSign extends Base<number> {
  override activate(value: number): number {  //: activation
    return value / (1 + Math.abs(value));
  }

  override prime(value: number): number {
    return 1 / (1 + Math.abs(value)) ** 3;  //: wrong
  }
}
