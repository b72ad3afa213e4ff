/** Gradients printed as NumPy, read back by the Python front end: the reading has the value of the gradient. */
import { expect, test } from 'vitest';
import type { Program } from '../../../src/core/definition';
import { withOutput } from '../../../src/core/derivatives';
import { derive } from '../../../src/core/derive';
import { createEvaluator, type Point, type PointArray } from '../../../src/core/evaluate';
import { printCode } from '../../../src/core/print/code';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { readDefinitions } from '../../../src/lang/read';
import { loadParsers } from '../../support/analyzer';
import { BREADTH } from '../../support/breadth';
import { scaledCellsOf } from '../../support/derivatives';
import { parseModel } from '../../support/model';

const parsers = await loadParsers();

/** The bounds on rounding are of first order, and a printed form takes other steps than the derived one. */
const ROUNDINGS = 64 * 2 ** -53;

/** A function of the inputs that returns the gradient, with the shapes of its parameters stated. */
function asFunction(program: Program, source: string): string {
  const lines = source.trimEnd().split('\n');
  const imports = lines.filter((line) => /^(import|from) /.test(line));
  const body = lines.filter((line) => line !== '' && !imports.includes(line));
  const shapes = program.inputs.map(({ name, shape }) =>
    shape.length === 0 ? `${name}: scalar` : `${name}: (${shape.join(', ')}${shape.length === 1 ? ',' : ''})`,
  );
  return [
    ...imports,
    '',
    `# nabla: ${['derive', ...shapes].join(', ')}`,
    `def printed(${program.inputs.map(({ name }) => name).join(', ')}):`,
    ...body.map((line) => `    ${line}`),
    '    return result',
    '',
  ].join('\n');
}

/** The point in the names and sizes of what was read. */
function pointOf(read: Program, point: Point): Point {
  const sizes: Record<string, number> = {};
  const inputs: Record<string, number | PointArray> = {};
  for (const { name, code, shape } of read.inputs) {
    const value = point.inputs[code] ?? NaN;
    inputs[name] = value;
    if (typeof value !== 'number')
      shape.forEach((size, k) => {
        if (!/^\d+$/.test(size)) sizes[size] = value.dims[k] ?? NaN;
      });
  }
  return { sizes: { ...point.sizes, ...sizes }, inputs };
}

const CASES = BREADTH.flatMap((row) => {
  const given = parseModel(row.source);
  const { gradients, named } = derive(given, { verify: false });
  return gradients.map((gradient) => ({ row, given, gradient, named }));
});

/** NumPy has no error function of arrays, and what returns its input as it is computes nothing. */
const NOT_READ = /np\.vectorize|^ {4}result = \w+$/m;

test.each(CASES.map((each) => [`${each.row.name} by ${each.gradient.of}`, each] as const))(
  '%s',
  (_, { given, gradient, named }) => {
    const { axes, element } = gradient;
    const program = withOutput(
      { ...given, bindings: [...given.bindings, ...named] },
      'result',
      axes,
      element,
    );
    const printed = { name: 'result', value: { axes, element }, bindings: [] };
    const text = asFunction(program, printCode('numpy', program, printed));
    const read = readDefinitions(text, 'python', parsers).definitions[0]?.program;
    if (!read) {
      expect(text).toMatch(NOT_READ);
      return;
    }
    const point = samplePoint(program, createRandom(8));
    const got = createEvaluator(read, pointOf(read, point)).array(read.output).data;
    const { cells } = scaledCellsOf({ program, named: [] }, gradient, point);
    expect(got.length, text).toBe(cells.length);
    const wrong = cells.flatMap(({ value, scale }, k) => {
      const own = got[k] ?? NaN;
      return Math.abs(value - own) <= ROUNDINGS * scale ? [] : [`cell ${k}: ${own} is not ${value}`];
    });
    expect(wrong, text).toEqual([]);
  },
);
