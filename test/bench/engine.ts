/** The engine: loss and gradient, reading tables, checking, compiling. */
import { createRandom, normal } from '../../src/core/random';
import { createCsvReader } from '../../src/engine/csv';
import { createDataMemory, type DataMemory } from '../../src/engine/dataMemory';
import { differencesNow } from '../../src/engine/gradcheck';
import { createEvaluation, evaluateNow } from '../../src/engine/evaluation';
import type { LoopProgram } from '../../src/engine/loop';
import type { Case } from './measure';
import { jobOf } from './models';

interface Data {
  readonly X: Float64Array;
  readonly y: Float64Array;
}

function data(m: number, n: number): Data {
  const random = createRandom(1);
  const X = new Float64Array(m * n).map(() => normal(random));
  const y = new Float64Array(m).map((_, i) => (normal(random) + (X[i * n] ?? 0) > 0 ? 1 : 0));
  return { X, y };
}

/** Loss and gradient of logistic regression as one would write it by hand, in one pass. */
function plainLoops(m: number, n: number, { X, y }: Data, w: Float64Array, b: number): Float64Array {
  const gradient = new Float64Array(n + 1);
  let loss = 0;
  for (let i = 0; i < m; i += 1) {
    const base = i * n;
    let z = b;
    for (let j = 0; j < n; j += 1) z += (X[base + j] ?? 0) * (w[j] ?? 0);
    const a = 1 / (1 + Math.exp(-z));
    const label = y[i] ?? 0;
    loss -= label * Math.log(a) + (1 - label) * Math.log(1 - a);
    const d = a - label;
    for (let j = 0; j < n; j += 1) gradient[j] = (gradient[j] ?? 0) + d * (X[base + j] ?? 0);
    gradient[n] = (gradient[n] ?? 0) + d;
  }
  for (let j = 0; j <= n; j += 1) gradient[j] = (gradient[j] ?? 0) / m;
  return gradient.fill(loss / m, n, n);
}

const gradients = ([m, n, repeat]: readonly [number, number, number]): Case => ({
  bench: 'loss + gradient by hand, logistic regression',
  case: `${m.toExponential(0)}x${n}`,
  repeat,
  contenders: () => {
    const values = data(m, n);
    const w = new Float64Array(n).fill(0.1);
    const b = Float64Array.of(0.1);
    const { gradient } = jobOf('logistic');
    const evaluation = createEvaluation(gradient, { m, n }, { X: values.X, y: values.y }, null);
    return [
      { name: 'nabla', run: () => evaluateNow(evaluation, { w, b }) },
      { name: 'plain JavaScript loops', run: () => plainLoops(m, n, values, w, 0.1) },
    ];
  },
});

/** Short numbers are read straight from the bytes, long ones through `Number`. */
const table = (digits: number): Case => ({
  bench: 'CSV to columns',
  case: `1e5x30, ${digits} digits`,
  repeat: 1,
  contenders: () => {
    const { X } = data(1e5, 30);
    const lines = Array.from({ length: 1e5 }, (_, i) =>
      Array.from(X.subarray(i * 30, i * 30 + 30), (value) => Number(value.toPrecision(digits))).join(','),
    );
    const header = Array.from({ length: 30 }, (_, j) => `x${j}`).join(',');
    const bytes = new TextEncoder().encode(`${header}\n${lines.join('\n')}\n`);
    return [
      {
        name: `${Math.round(bytes.length / 1e6)} MB, 1 MB chunks`,
        run: () => {
          const reader = createCsvReader();
          for (let at = 0; at < bytes.length; at += 1 << 20) reader.push(bytes.subarray(at, at + (1 << 20)));
          return reader.finish();
        },
      },
    ];
  },
});

export const cases: readonly Case[] = [
  ...(
    [
      [1e4, 10, 50],
      [1e5, 30, 3],
      [1e6, 30, 1],
    ] as const
  ).map(gradients),
  {
    bench: 'finite differences of all parameters, logistic regression',
    case: '569x30',
    repeat: 1,
    contenders: () => {
      const [m, n] = [569, 30];
      const { X, y } = data(m, n);
      const { loss } = jobOf('logistic');
      const parameters = { w: new Float64Array(n).fill(0.1), b: Float64Array.of(0.1) };
      const sizes = { m, n };
      return [{ name: 'nabla', run: () => differencesNow({ loss, sizes, data: { X, y }, parameters }) }];
    },
  },
  {
    bench: 'edit to first gradient, logistic regression',
    case: '1e+5x30',
    repeat: 1,
    contenders: () => {
      const [m, n] = [1e5, 30];
      const { X, y } = data(m, n);
      const point = { w: new Float64Array(n).fill(0.1), b: Float64Array.of(0.1) };
      const { gradient } = jobOf('logistic');
      const first = (program: LoopProgram, values: Data, memory: DataMemory | null): void => {
        const inputs = { X: values.X, y: values.y };
        const evaluation = createEvaluation(program, { m, n }, inputs, null, 'double', memory);
        evaluateNow(evaluation, point);
        evaluation.dispose();
      };
      // As a table is prepared for a run: its numbers stay where they are from one edit to the next.
      const memory = createDataMemory();
      const kept = { X: memory?.take(m * n, n) ?? X.slice(), y: memory?.take(m, 1) ?? y.slice() };
      kept.X.set(X);
      kept.y.set(y);
      return [
        {
          name: 'nabla',
          run: () => {
            first(gradient, kept, memory);
          },
        },
        {
          name: 'nabla, with deriving',
          run: () => {
            first(jobOf('logistic').gradient, kept, memory);
          },
        },
        {
          name: 'nabla, with the data copied',
          run: () => {
            first(gradient, { X, y }, null);
          },
        },
      ];
    },
  },
  ...([7, 17] as const).map(table),
];
