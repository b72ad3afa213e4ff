/** The stored points and what the libraries compute at them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Program } from '../../src/core/definition';
import type { Point, PointArray } from '../../src/core/evaluate';
import type { BreadthPoint } from './breadthPoints';
import type { BreadthRow } from './breadthRow';

export const LIBRARIES = ['torch', 'jax', 'sympy'] as const;
export type Library = (typeof LIBRARIES)[number];

interface StoredInput {
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly integer: boolean;
  /** The libraries differentiate by it. */
  readonly parameter: boolean;
}
interface StoredPoint {
  readonly kind: BreadthPoint['kind'];
  readonly sizes: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, StoredInput>>;
}
export interface StoredCase {
  readonly name: string;
  readonly code: Partial<Record<Library, string>>;
  readonly points: readonly StoredPoint[];
}
/** Gradients are flat, in row-major order. */
export interface LibraryResult {
  readonly value: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const file = (name: string): URL => new URL(`../oracles/${name}.json`, import.meta.url);

const lines = (items: readonly unknown[]): string =>
  `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`;

export function storeCases(cases: readonly StoredCase[]): void {
  writeFileSync(file('breadth'), lines(cases));
}

export function storedCases(): StoredCase[] {
  return existsSync(file('breadth'))
    ? (JSON.parse(readFileSync(file('breadth'), 'utf8')) as StoredCase[])
    : [];
}

/** By name of the case, one result per point. */
export function libraryResults(library: Library): Record<string, LibraryResult[]> {
  const found = file(`${library}_breadth`);
  return existsSync(found)
    ? (JSON.parse(readFileSync(found, 'utf8')) as Record<string, LibraryResult[]>)
    : {};
}

export function toStored(row: BreadthRow, program: Program, points: readonly BreadthPoint[]): StoredCase {
  const code = Object.fromEntries(LIBRARIES.flatMap((l) => (row[l] === undefined ? [] : [[l, row[l]]])));
  const input = (point: Point, name: string): StoredInput => {
    const declared = program.inputs.find((i) => i.name === name);
    const value = point.inputs[name] ?? NaN;
    const [shape, data] = typeof value === 'number' ? [[], [value]] : [value.dims, Array.from(value.data)];
    return {
      shape,
      data,
      integer: declared?.domain.kind === 'class',
      parameter: declared?.role === 'parameter',
    };
  };
  return {
    name: row.name,
    code,
    points: points.map(({ kind, point }) => ({
      kind,
      sizes: point.sizes,
      inputs: Object.fromEntries(program.inputs.map((i) => [i.name, input(point, i.name)])),
    })),
  };
}

export function fromStored(point: StoredPoint): Point {
  const inputs = Object.entries(point.inputs).map(
    ([name, { shape, data }]): [string, number | PointArray] => [
      name,
      shape.length === 0 ? (data[0] ?? NaN) : { dims: shape, data },
    ],
  );
  return { sizes: point.sizes, inputs: Object.fromEntries(inputs) };
}
