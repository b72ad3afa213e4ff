// Activations that are chosen by a name, in functions that return them, and in maps.

export function makeActivation(kind) {
  switch (kind) {
    case 'sigmoid':
      return {
        activate: (x) => 1 / (1 + Math.exp(-x)),  //: activation
        derivative: (x) => {
          const s = 1 / (1 + Math.exp(-x));
          return s * (1 - s);  //: right
        },
      };
    case 'softplus':
      return {
        activate: (x) => Math.log(1 + Math.exp(x)),  //: activation
        derivative: (x) => 1 / (1 + Math.exp(x)),  //: wrong
      };
    default:
      throw new Error(`there is no activation ${kind}`);
  }
}

const leakyRelu = (alpha) => ({
  fn: (x) => (x > 0 ? x : alpha * x),  //: activation
  dfn: (x) => (x > 0 ? 1 : alpha),  //: right
});

export function byName(name) {
  if (name === 'tanh') {
    return {
      forward: Math.tanh,  //: activation
      backward: (x) => 1 - Math.tanh(x) ** 2,  //: right
    };
  } else if (name === 'gaussian') {
    return {
      forward: (x) => Math.exp(-x * x),  //: activation
      backward: (x) => 2 * x * Math.exp(-x * x),  //: wrong
    };
  }
  return null;
}

export const table = new Map([
  ['sigmoid', { f: (x) => 1 / (1 + Math.exp(-x)), df: (y) => y * (1 - y) }],  //: activation
  [
    'tanh',
    {
      f: Math.tanh,  //: activation
      df: (y) => 1 - y * y,  //: right
    },
  ],
  [
    'arctan',
    {
      f: Math.atan,  //: activation
      df: (x) => 1 / (1 - x * x),  //: wrong
    },
  ],
]);

const SWISH = 'swish';
export const functions = {
  [SWISH]: {
    output: (x) => x / (1 + Math.exp(-x)),  //: activation
    der: (x) => {
      const s = 1 / (1 + Math.exp(-x));
      return s + x * s * (1 - s);  //: right
    },
  },
};

// A value beside its derivative.
export function squashAndDerive(x) {  //: activation
  const value = 1 / (1 + Math.exp(-x));
  return {
    value,
    derivative: value * (1 - value),  //: right
  };
}

export const softsignWithSlope = (x) => {  //: activation
  const d = 1 + Math.abs(x);
  return {
    output: x / d,
    der: x / (d * d),  //: wrong
  };
};

// What follows chooses and returns functions, and is no activation.
function makeScale(kind) {
  if (kind === 'log') return { scale: (v) => Math.log(v), invert: (v) => Math.exp(v) };
  return { scale: (v) => v, invert: (v) => v };
}

const easings = new Map([
  ['in', (t) => t * t],
  ['out', (t) => 1 - (1 - t) * (1 - t)],
]);

function toPolar({ x, y }) {
  return { radius: Math.sqrt(x * x + y * y), angle: Math.atan2(y, x) };
}
