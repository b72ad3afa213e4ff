/**
 * Our reading of each fixture against real NumPy running the same function: losses and written gradients agree at a
 * random point. `NABLA_UPDATE=1` writes the points; test/oracles/numpy_programs.py then writes NumPy's values.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { axisIndices, type ArrayValue, type Binding, type Program } from '../../../src/core/definition';
import { createEvaluator, type Point } from '../../../src/core/evaluate';
import { createRandom } from '../../../src/core/random';
import { samplePoint, sampleSizes } from '../../../src/core/sample';
import type { SourceDefinition } from '../../../src/lang/definition';
import { readDefinitions } from '../../../src/lang/read';
import { loadParsers } from '../../support/analyzer';
import { fixtures, ORACLES } from './cases';

/** What each definition is run with; inputs by the code that reads them. */
interface OraclePoint {
  readonly file: string;
  readonly function: string;
  readonly gradientFunction: string | null;
  /** The gradient function's names of the inputs, where they differ. */
  readonly rename: Readonly<Record<string, string>>;
  /** A flag that makes the function compute its derivative. */
  readonly flag: string | null;
  readonly sizes: Readonly<Record<string, number>>;
  readonly inputs: Readonly<
    Record<
      string,
      {
        readonly dims: readonly number[] | null;
        readonly values: readonly number[];
        readonly integer: boolean;
      }
    >
  >;
}
type OracleValue = {
  readonly main?: Readonly<Record<string, readonly number[]>>;
  readonly gradient?: Readonly<Record<string, readonly number[]>>;
  readonly error?: string;
};

const POINTS = join(ORACLES, 'numpy_points.json');
const VALUES = join(ORACLES, 'numpy_values.json');

/** Files that are not valid Python as a whole, single passes of loops, and a layer whose gradient needs one from above: NumPy cannot be asked for them. */
const NOT_RUN: ReadonlySet<string> = new Set([
  'broken-elsewhere',
  'broken-often',
  'dense-layer',
  'training-loops',
]);

const parsers = await loadParsers();
const definitions = fixtures()
  .filter(({ name }) => !NOT_RUN.has(name))
  .flatMap(({ name, text }) =>
    readDefinitions(text, 'python', parsers).definitions.flatMap((definition) =>
      definition.program
        ? [{ key: `${name}:${definition.id}`, file: name, definition, program: definition.program, text }]
        : [],
    ),
  );

/** A seed of its own for each definition, so that a new fixture moves no other. */
const seedOf = (key: string): number =>
  [...key].reduce((seed, c) => (seed * 31 + c.charCodeAt(0)) % 65_521, 7);

function pointFor(
  file: string,
  definition: SourceDefinition,
  program: Program,
  text: string,
  seed: number,
): OraclePoint {
  const point = samplePoint(program, createRandom(seed), sampleSizes(program));
  const inputs: Record<string, OraclePoint['inputs'][string]> = {};
  for (const input of program.inputs) {
    const drawn = point.inputs[input.name];
    if (drawn === undefined) throw new Error(`${input.name} was not drawn`);
    const values = typeof drawn === 'number' ? [drawn] : Array.from(drawn.data);
    const dims = input.shape.map((size) => (/^\d+$/.test(size) ? Number(size) : (point.sizes[size] ?? NaN)));
    inputs[input.code] = {
      dims: dims.length === 0 ? null : dims,
      values,
      integer: input.domain.kind === 'class',
    };
  }
  const own = definition.gradientFunction?.name ?? null;
  const owner = definition.name.includes('.') ? `${definition.name.split('.')[0] ?? ''}.` : '';
  const line = definition.gradientFunction?.nameSpan.startLine;
  const header = line === undefined ? null : (text.split('\n')[line - 1] ?? '');
  const isSelf = own !== null && `${owner}${own}` === definition.name;
  return {
    file,
    function: definition.name,
    gradientFunction: own === null ? null : `${owner}${own}`,
    rename: header === null ? {} : renamed(program, header),
    flag: isSelf ? (/(\w*(?:deriv|grad|prime)\w*)\s*=\s*False/.exec(header ?? '')?.[1] ?? null) : null,
    sizes: point.sizes,
    inputs,
  };
}

/** Argument names of the gradient function by position, where they are not the inputs' own. */
function renamed(program: Program, header: string): Record<string, string> {
  const list = /\(([^)]*)\)/.exec(header)?.[1] ?? '';
  const theirs = list.split(',').map((part) => part.split(/[=:]/)[0]?.trim() ?? '');
  const codes = program.inputs.map((input) => input.code);
  const free = theirs.filter((own) => !codes.includes(own) && own !== 'self');
  const open = codes.filter((code) => !theirs.includes(code) && /^\w+$/.test(code));
  return Object.fromEntries(open.flatMap((code, k) => (free[k] === undefined ? [] : [[code, free[k]]])));
}

function toPoint(stored: OraclePoint, program: Program): Point {
  const inputs: Record<string, number | { dims: number[]; data: Float64Array }> = {};
  for (const input of program.inputs) {
    const entry = stored.inputs[input.code];
    if (!entry) throw new Error(`${input.code} has no stored value`);
    const dims = (entry.dims ?? []).filter((_, k) => input.shape[k] !== '1');
    inputs[input.name] =
      dims.length === 0 ? (entry.values[0] ?? NaN) : { dims, data: Float64Array.from(entry.values) };
  }
  return { sizes: stored.sizes, inputs };
}

function valuesOf(program: Program, point: Point, value: ArrayValue, extra: readonly Binding[]): number[] {
  const evaluator = createEvaluator(program, point, extra);
  const indices = axisIndices(value.axes);
  const found: number[] = [];
  const visit = (k: number, at: Record<string, number>): void => {
    const index = indices[k];
    if (!index) {
      found.push(evaluator.value(value.element, at));
      return;
    }
    const length = /^\d+$/.test(index.size) ? Number(index.size) : (point.sizes[index.size] ?? 0);
    for (let i = 0; i < length; i += 1) visit(k + 1, { ...at, [index.name]: i });
  };
  visit(0, {});
  return found;
}

/** Largest difference, relative to the largest value. */
function difference(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) return Infinity;
  const scale = Math.max(1e-300, ...theirs.map(Math.abs));
  return Math.max(...ours.map((x, k) => Math.abs(x - (theirs[k] ?? NaN)) / scale));
}

const closest = (ours: readonly number[], parts: Readonly<Record<string, readonly number[]>>): number =>
  Math.min(
    ...Object.values(parts)
      .map((theirs) => difference(ours, theirs))
      .map((d) => (Number.isNaN(d) ? Infinity : d)),
  );

if (process.env.NABLA_UPDATE === '1') {
  const points = Object.fromEntries(
    definitions.map(({ key, file, definition, program, text }) => [
      key,
      pointFor(file, definition, program, text, seedOf(key)),
    ]),
  );
  writeFileSync(POINTS, `${JSON.stringify(points)}\n`);
}

const read = <T>(file: string): Record<string, T> =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, T>) : {};
const points = read<OraclePoint>(POINTS);
const values = read<OracleValue>(VALUES);

describe('against NumPy', () => {
  test('every definition has values, and no others are stored', () => {
    expect(Object.keys(values).sort()).toEqual(definitions.map(({ key }) => key).sort());
  });

  test.each(definitions)('$key', ({ key, definition, program }) => {
    const stored = points[key];
    const expected = values[key];
    if (definition.mismatches.some((mismatch) => mismatch.raises)) {
      // What we say cannot run does not run.
      expect(expected?.error).toMatch(/not aligned|mismatch|could not be broadcast/);
      return;
    }
    if (!stored || !expected?.main)
      throw new Error(`no values of NumPy: ${expected?.error ?? 'run the oracle'}`);
    expect(expected.error).toBeUndefined();
    const point = toPoint(stored, program);
    const output = program.bindings.find((binding) => binding.name === program.output);
    if (!output) throw new Error('no output');
    const loss = valuesOf(program, point, { axes: output.axes, element: output.def }, []);
    expect(closest(loss, expected.main)).toBeLessThan(1e-12);
    const written = [
      ...definition.gradients,
      ...definition.candidates.flatMap((c) =>
        c.readings.filter((r) => r.convention === 'literal').map((r) => r.gradient),
      ),
    ];
    for (const gradient of written) {
      const ours = valuesOf(program, point, gradient.value, gradient.bindings);
      const parts = gradient.functionName === null ? expected.main : (expected.gradient ?? {});
      expect(closest(ours, parts), gradient.name).toBeLessThan(1e-12);
    }
  });
});
