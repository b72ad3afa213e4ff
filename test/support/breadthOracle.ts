/** The stored points and what the libraries compute at them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Input, Program } from '../../src/core/definition';
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
export interface StoredPoint {
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

/** `name`: of the file in test/oracles. */
export function storeLines(name: string, items: readonly unknown[]): void {
  writeFileSync(file(name), `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`);
}

/** What is stored under the name, or nothing before it is made; the caller says what the file holds. */
export function stored<T>(name: string): T | null {
  const found = file(name);
  return existsSync(found) ? (JSON.parse(readFileSync(found, 'utf8')) as T) : null;
}

export const storedCases = (): StoredCase[] => stored<StoredCase[]>('breadth') ?? [];

/** By name of the case, one result per point. */
export const libraryResults = (library: Library): Record<string, LibraryResult[]> =>
  stored<Record<string, LibraryResult[]>>(`${library}_breadth`) ?? {};

export function toStored(row: BreadthRow, program: Program, points: readonly BreadthPoint[]): StoredCase {
  const code = Object.fromEntries(LIBRARIES.flatMap((l) => (row[l] === undefined ? [] : [[l, row[l]]])));
  return {
    name: row.name,
    code,
    points: points.map(({ kind, point }) => ({ kind, ...storedPoint(program, point) })),
  };
}

export function storedPoint(program: Program, point: Point): Omit<StoredPoint, 'kind'> {
  const input = ({ name, domain, role }: Input): [string, StoredInput] => {
    const value = point.inputs[name] ?? NaN;
    const [shape, data] = typeof value === 'number' ? [[], [value]] : [value.dims, Array.from(value.data)];
    return [name, { shape, data, integer: domain.kind === 'class', parameter: role === 'parameter' }];
  };
  return { sizes: point.sizes, inputs: Object.fromEntries(program.inputs.map(input)) };
}

export function fromStored(point: Omit<StoredPoint, 'kind'>): Point {
  const inputs = Object.entries(point.inputs).map(
    ([name, { shape, data }]): [string, number | PointArray] => [
      name,
      shape.length === 0 ? (data[0] ?? NaN) : { dims: shape, data },
    ],
  );
  return { sizes: point.sizes, inputs: Object.fromEntries(inputs) };
}
