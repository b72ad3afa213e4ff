interface ActivationFunction {
  output: (input: number) => number;
  der: (input: number) => number;
}

export class Activations {
  public static TANH: ActivationFunction = {
    output: (x) => Math.tanh(x),
    der: (x) => {
      const output = Activations.TANH.output(x);
      return 1 - output * output;  //: right
    },
  };
  public static RELU: ActivationFunction = {
    output: (x) => Math.max(0, x),
    der: (x) => (x <= 0 ? 0 : 1),  //: right
  };
  public static SIGMOID: ActivationFunction = {
    output: (x: number): number => 1 / (1 + Math.exp(-x)),
    der: (x: number): number => {
      const output = Activations.SIGMOID.output(x);
      return output * (1 + output);  //: wrong gradient-term-sign
    },
  };
  public static LINEAR: ActivationFunction = {
    output: (x) => x,
    der: (x) => 1,
  };
}

export class Errors {
  public static SQUARE = {
    error: (output: number, target: number) => 0.5 * Math.pow(output - target, 2),
    der: (output: number, target: number) => output - target,  //: right
  };
  public static LOG_COSH = {
    error: (output: number, target: number) => Math.log(Math.cosh(output - target)),
    der: (output: number, target: number) => Math.tanh(target - output),  //: wrong gradient-sign
  };
}

export const functions = {
  sigmoid: {
    f: (x: number) => 1 / (1 + Math.exp(-x)),
    df: (y: number) => y * (1 - y),  //: right
  },
  'soft-plus': {
    f(x: number) {
      return Math.log(1 + Math.exp(x));
    },
    df(x: number) {
      return 1 / (1 + Math.exp(-x));  //: right
    },
  },
  swish: {
    f: (x: number) => x / (1 + Math.exp(-x)),
    df: (x: number) => {
      const s = 1 / (1 + Math.exp(-x));
      return s * (1 - s);  //: wrong gradient-differs
    },
  },
} as const;
