/**
 * Our reading of each fixture against real NumPy running the same function: losses and written gradients agree at a
 * random point. `NABLA_UPDATE=1` writes the points; test/oracles/numpy_programs.py then writes NumPy's values.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SourceDefinition } from '../../../src/lang/definition';
import { readDefinitions } from '../../../src/lang/read';
import { loadParsers } from '../../support/analyzer';
import {
  closest,
  storedValues,
  toPoint,
  valuesOf,
  writePoints,
  type OraclePoint,
} from '../../support/codePoints';
import { fixtures, libraryOf, ORACLES } from './cases';

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
  .filter(({ name }) => libraryOf(name) === 'numpy' && !NOT_RUN.has(name))
  .flatMap(({ name, text }) =>
    readDefinitions(text, 'python', parsers).definitions.flatMap((definition) =>
      definition.program && isCallable(definition)
        ? [{ key: `${name}:${definition.id}`, file: name, definition, program: definition.program, text }]
        : [],
    ),
  );

/** What another function makes cannot be called by its name. */
function isCallable({ name, nameSpan }: SourceDefinition): boolean {
  return name.includes('.') || nameSpan.startColumn <= 'def '.length + 1;
}

if (process.env.NABLA_UPDATE === '1') writePoints(POINTS, definitions);

const points = storedValues<OraclePoint>(POINTS);
const values = storedValues<OracleValue>(VALUES);

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
