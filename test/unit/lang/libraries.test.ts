/**
 * Our reading of the fixtures that use PyTorch and JAX against these libraries running the same functions: values agree at a
 * random point, and our gradients with those of their automatic differentiation. `NABLA_UPDATE=1` writes the points;
 * test/oracles/library_programs.py then writes the values.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { derive } from '../../../src/core/derive';
import { readDefinitions } from '../../../src/lang/read';
import { loadParsers } from '../../support/analyzer';
import {
  difference,
  storedValues,
  toPoint,
  valuesOf,
  writePoints,
  type OraclePoint,
} from '../../support/codePoints';
import { scaledCellsOf } from '../../support/derivatives';
import { fixtures, libraryOf, ORACLES } from './cases';

interface OracleValue {
  readonly value: readonly number[];
  /** By the code that reads the input, for those that can be differentiated by. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const POINTS = join(ORACLES, 'library_points.json');
const VALUES = join(ORACLES, 'library_values.json');

const parsers = await loadParsers();
const definitions = fixtures()
  .filter(({ name }) => libraryOf(name) === 'torch' || libraryOf(name) === 'jax')
  .flatMap(({ name, text }) =>
    readDefinitions(text, 'python', parsers).definitions.flatMap((definition) =>
      definition.program
        ? [{ key: `${name}:${definition.id}`, file: name, definition, program: definition.program, text }]
        : [],
    ),
  );

if (process.env.NABLA_UPDATE === '1') writePoints(POINTS, definitions);

const points = storedValues<OraclePoint>(POINTS);
const values = storedValues<OracleValue>(VALUES);

describe('against PyTorch and JAX', () => {
  test('every definition has values, and no others are stored', () => {
    expect(Object.keys(values).sort()).toEqual(definitions.map(({ key }) => key).sort());
  });

  test.each(definitions)('$key', ({ key, program }) => {
    const stored = points[key];
    const expected = values[key];
    if (!stored || !expected) throw new Error('no values: run the oracle');
    const point = toPoint(stored, program);
    const output = program.bindings.find((binding) => binding.name === program.output);
    if (!output) throw new Error('no output');
    const value = valuesOf(program, point, { axes: output.axes, element: output.def }, []);
    expect(difference(value, expected.value)).toBeLessThan(1e-10);
    if (output.axes.some((axis) => axis.index !== null)) return;
    const { gradients, named } = derive(program);
    const compared = gradients.flatMap((gradient) => {
      const input = program.inputs.find(({ name }) => name === gradient.of);
      const theirs = input && expected.gradients[input.code];
      // Neither library differentiates by class weights or by settings.
      if (!theirs) return [];
      const { cells } = scaledCellsOf({ program, named }, gradient, point);
      return [
        difference(
          cells.map((cell) => cell.value),
          theirs,
        ),
      ];
    });
    expect(compared.length).toBeGreaterThan(0);
    expect(Math.max(...compared)).toBeLessThan(1e-9);
  });
});
