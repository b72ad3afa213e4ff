/** What is measured of the engine: definitions with data of several sizes, which all contenders are given. */
import { createRandom, normal } from '../../src/core/random';

export const LOGISTIC = 'loss + gradient, logistic regression';
export const FOCAL = 'loss + gradient, focal loss';
export const SOFTMAX = 'loss + gradient, softmax regression';
export const NETWORK = 'loss + gradient, network with one hidden layer';

export interface BenchModel {
  readonly bench: string;
  /** Its name among the peers' models, and among ours. */
  readonly model: string;
  readonly job: string;
}

export interface Problem {
  readonly name: string;
  readonly models: readonly BenchModel[];
  readonly sizes: Readonly<Record<string, number>>;
  /** Row-major, by the names of the definition; the labels are `y`. */
  readonly arrays: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: Float64Array }>
  >;
  /** Of the arrays: in the order of the gradient. */
  readonly parameters: readonly string[];
}

export interface Group {
  readonly name: string;
  readonly make: () => Problem;
}

type Draw = (count: number, scale: number) => Float64Array;

function drawing(seed: number): Draw {
  const random = createRandom(seed);
  return (count, scale) => new Float64Array(count).map(() => scale * normal(random));
}

function binary(m: number, n: number): Problem {
  const draw = drawing(1);
  const X = draw(m * n, 1);
  const y = draw(m, 1).map((value, i) => (value + (X[i * n] ?? 0) > 0 ? 1 : 0));
  return {
    name: `${m.toExponential(0)}x${n}`,
    models: [
      { bench: LOGISTIC, model: 'logistic', job: 'logistic' },
      { bench: FOCAL, model: 'focal', job: 'focal' },
    ],
    sizes: { m, n },
    arrays: {
      X: { shape: [m, n], values: X },
      y: { shape: [m], values: y },
      w: { shape: [n], values: draw(n, 0.2) },
      b: { shape: [], values: Float64Array.of(0.1) },
    },
    parameters: ['w', 'b'],
  };
}

/** One of k classes, which the data tell a little of. */
function classes(m: number, n: number, k: number, X: Float64Array): Float64Array {
  const hot = new Float64Array(m * k);
  for (let i = 0; i < m; i += 1) {
    const value = (X[i * n] ?? 0) + (X[i * n + 1] ?? 0);
    hot[i * k + (Math.abs(Math.floor(value * k)) % k)] = 1;
  }
  return hot;
}

function softmax(m: number, n: number, k: number): Problem {
  const draw = drawing(2);
  const X = draw(m * n, 1);
  return {
    name: `${m.toExponential(0)}x${n}, ${k} classes`,
    models: [{ bench: SOFTMAX, model: 'softmax', job: 'softmax regression' }],
    sizes: { m, n, k },
    arrays: {
      X: { shape: [m, n], values: X },
      y: { shape: [m, k], values: classes(m, n, k, X) },
      W: { shape: [n, k], values: draw(n * k, 0.05) },
      b: { shape: [k], values: draw(k, 0.05) },
    },
    parameters: ['W', 'b'],
  };
}

function network(m: number, n: number, h: number, k: number): Problem {
  const draw = drawing(3);
  const X = draw(m * n, 1);
  return {
    name: `${m.toExponential(0)} rows, ${n}-${h}-${k}`,
    models: [{ bench: NETWORK, model: 'network', job: 'network' }],
    sizes: { m, n, h, k },
    arrays: {
      X: { shape: [m, n], values: X },
      y: { shape: [m, k], values: classes(m, n, k, X) },
      W: { shape: [n, h], values: draw(n * h, 0.05) },
      c: { shape: [h], values: draw(h, 0.05) },
      V: { shape: [h, k], values: draw(h * k, 0.1) },
      d: { shape: [k], values: draw(k, 0.1) },
    },
    parameters: ['W', 'c', 'V', 'd'],
  };
}

const group = (make: () => Problem, name: string): Group => ({ name, make });

export const GROUPS: readonly Group[] = [
  ...(
    [
      [1e4, 10],
      [1e5, 30],
      [1e6, 30],
      [1e6, 100],
    ] as const
  ).map(([m, n]) => group(() => binary(m, n), `${m.toExponential(0)}x${n}`)),
  ...(
    [
      [1e5, 30],
      [1e4, 784],
    ] as const
  ).map(([m, n]) => group(() => softmax(m, n, 10), `${m.toExponential(0)}x${n}, softmax`)),
  group(() => network(1e4, 784, 128, 10), '784-128-10'),
];

/** Those whose gradients are compared with exact ones. */
export const EXACT: readonly Group[] = GROUPS.slice(0, 3);
