/** Points at which values are compared: ordinary, far out, and where functions have their kinks. */
import type { Input, Program } from '../../../src/core/definition';
import type { Point, PointArray } from '../../../src/core/evaluate';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';

export type Manner = 'ordinary' | 'extreme' | 'kink';

export interface Place {
  readonly manner: Manner;
  readonly point: Point;
}

const SIZES: readonly Readonly<Record<string, number>>[] = [
  { m: 3, n: 2, k: 4 },
  { m: 2, n: 3, k: 3 },
  { m: 2, n: 2, k: 3 },
];

export function placesOf(program: Program, seed: number): readonly Place[] {
  return (['ordinary', 'extreme', 'ordinary', 'kink'] as const).map((manner, k) => {
    const point = samplePoint(program, createRandom(seed * 16 + k), SIZES[k % SIZES.length] ?? {});
    const exact = withExactRows(program, point);
    return { manner, point: manner === 'ordinary' ? exact : moved(program, exact, manner) };
  });
}

/** Shares with few digits, so that they add up to 1 without rounding and other arithmetics find the same sum. */
function withExactRows(program: Program, point: Point): Point {
  const inputs: Record<string, number | PointArray> = { ...point.inputs };
  for (const { name, domain } of program.inputs) {
    const value = inputs[name];
    if (domain.kind !== 'distribution' || domain.hard || typeof value !== 'object') continue;
    const width = value.dims.at(-1) ?? 1;
    const data = Array.from(value.data, (v) => Math.round(v * 2 ** 20) / 2 ** 20);
    for (let row = 0; row < data.length; row += width) {
      const others = data.slice(row, row + width - 1).reduce((sum, v) => sum + v, 0);
      data[row + width - 1] = 1 - others;
    }
    inputs[name] = { dims: value.dims, data };
  }
  return { ...point, inputs };
}

function moved(program: Program, point: Point, manner: Manner): Point {
  const inputs: Record<string, number | PointArray> = {};
  for (const input of program.inputs) {
    const value = point.inputs[input.name];
    if (value === undefined) continue;
    const move = manner === 'extreme' ? farOut(input) : ontoKink(input);
    inputs[input.name] =
      typeof value === 'number'
        ? move(value)
        : { dims: value.dims, data: Float64Array.from(value.data, (v) => move(v)) };
  }
  return { ...point, inputs };
}

function farOut({ domain }: Input): (value: number) => number {
  if (domain.kind === 'real') return (v) => 25 * v;
  if (domain.kind !== 'interval') return (v) => v;
  if (domain.high === Infinity) return (v) => (v < 1 ? v * 1e-3 : v * 1e3);
  return (v) => (v < 0.5 ? v * 1e-4 : 1 - (1 - v) * 1e-4);
}

function ontoKink({ domain }: Input): (value: number) => number {
  if (domain.kind === 'real') return Math.round;
  if (domain.kind !== 'interval') return (v) => v;
  return domain.high === Infinity ? (v) => Math.max(1, Math.round(v)) : () => 0.5;
}
