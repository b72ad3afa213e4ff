/**
 * Our reading of the corpus' code against the libraries that run the very same code: values, gradients by automatic
 * differentiation (by finite differences for NumPy), and whether a derivative that the code registers is the one of its
 * forward function. `NABLA_UPDATE=1` writes the points; test/oracles/framework_programs.py then writes the values.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { axisIndices, type Program } from '../../../src/core/definition';
import { sumOver, withOutput } from '../../../src/core/derivatives';
import { derive } from '../../../src/core/derive';
import { readDefinitions } from '../../../src/lang/read';
import type { Finding } from '../../../src/protocol';
import { loadAnalyzer, loadParsers } from '../../support/analyzer';
import {
  difference,
  pointFor,
  seedOf,
  storedValues,
  toPoint,
  valuesOf,
  type OraclePoint,
} from '../../support/codePoints';
import { corpusFiles } from '../../support/corpus';
import { scaledCellsOf } from '../../support/derivatives';
import { ORACLES } from './cases';

interface FrameworkPoint extends OraclePoint {
  /** Inputs to differentiate by, by code. */
  readonly wanted: readonly string[];
}

interface FrameworkValue {
  readonly value: readonly number[];
  /** Of the value, or of half its sum of squares where it is an array; by code. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  /** Whether the registered derivative is that of the forward function, by code. */
  readonly registered: Readonly<Record<string, boolean>>;
}

const CORPUS = join(import.meta.dirname, '../../cases/corpus');
const POINTS = join(ORACLES, 'framework_points.json');
const VALUES = join(ORACLES, 'framework_values.json');
/** Files that their libraries run here: without what needs a function made by another, or a library that is not at hand. */
const RUN: Readonly<Record<string, readonly string[]>> = {
  torch: ['autograd', 'beside-numpy', 'functions', 'layers', 'modules'],
  jax: ['custom-derivatives', 'losses'],
  python: ['numpy-losses'],
};

const parsers = await loadParsers();
const analyzer = await loadAnalyzer();
const files = Object.entries(RUN).flatMap(([folder, names]) =>
  corpusFiles(CORPUS, folder)
    .filter(({ idiom }) => names.includes(idiom))
    .map((file) => ({ folder, file })),
);
const definitions = files.flatMap(({ folder, file }) =>
  readDefinitions(file.text, 'python', parsers).definitions.flatMap((definition) =>
    definition.program
      ? [
          {
            key: `${folder}/${file.idiom}:${definition.id}`,
            folder,
            file,
            definition,
            program: definition.program,
          },
        ]
      : [],
  ),
);

/** A number to differentiate: the output, or half the sum of its squares. */
function asNumber(program: Program): Program {
  const output = program.bindings.find((binding) => binding.name === program.output);
  const indices = axisIndices(output?.axes ?? []);
  if (indices.length === 0) return program;
  const { arena } = program;
  const square = arena.pow(arena.sym(program.output, ...indices), arena.num(2));
  return withOutput(
    program,
    'half_of_squares',
    [],
    arena.div(sumOver(program, indices, square), arena.num(2)),
  );
}

const parametersOf = (program: Program): string[] =>
  program.inputs.filter((input) => input.role === 'parameter').map((input) => input.code);

if (process.env.NABLA_UPDATE === '1') {
  const made = Object.fromEntries(
    definitions.map(({ key, folder, file, definition, program }) => [
      key,
      {
        ...pointFor(`${folder}/${file.idiom}`, definition, program, file.text, seedOf(key)),
        wanted: parametersOf(program),
      },
    ]),
  );
  writeFileSync(POINTS, `${JSON.stringify(made)}\n`);
}

const points = storedValues<FrameworkPoint>(POINTS);
const values = storedValues<FrameworkValue>(VALUES);

test('every definition has values, and no others are stored', () => {
  expect(Object.keys(values).sort()).toEqual(definitions.map(({ key }) => key).sort());
  expect(readdirSync(CORPUS)).toEqual(expect.arrayContaining(Object.keys(RUN)));
});

describe('against PyTorch, JAX and NumPy', () => {
  test.each(definitions)('$key', ({ key, file, definition, program }) => {
    const { startLine, endLine } = definition.span;
    const code = file.text
      .split('\n')
      .slice(startLine - 1, endLine)
      .join('\n');
    // `.float()` computes in single precision, differences are finite.
    const [near, close] = code.includes('.float()')
      ? [1e-6, 1e-5]
      : [1e-10, key.startsWith('python/') ? 1e-6 : 1e-8];
    const own = points[key];
    const expected = values[key];
    if (!own || !expected) throw new Error('no values: run the oracle');
    const point = toPoint(own, program);
    const output = program.bindings.find((binding) => binding.name === program.output);
    if (!output) throw new Error('no output');
    const value = valuesOf(program, point, { axes: output.axes, element: output.def }, []);
    expect(difference(value, expected.value)).toBeLessThan(near);
    const whole = asNumber(program);
    const { gradients, named } = derive(whole, { verify: false });
    const compared = gradients.map((gradient) => {
      const input = program.inputs.find(({ name }) => name === gradient.of);
      const theirs = input && expected.gradients[input.code];
      if (!theirs) throw new Error(`no gradient by ${gradient.of}: run the oracle`);
      const { cells } = scaledCellsOf({ program: whole, named }, gradient, point);
      return difference(
        cells.map((cell) => cell.value),
        theirs,
      );
    });
    expect(compared.length).toBeGreaterThan(0);
    expect(Math.max(...compared)).toBeLessThan(close);
  });
});

describe('registered derivatives', () => {
  const judged = definitions.flatMap(({ key, file, definition, program }) => {
    const registered = Object.entries(values[key]?.registered ?? {});
    const findings = analyzer
      .analyze(file.text, 'python')
      .findings.filter((finding: Finding) => finding.definitionId === definition.id);
    return registered.flatMap(([code, isRight]) => {
      const name = program.inputs.find((input) => input.code === code)?.name;
      const finding = findings.find(({ parameter }) => parameter === name);
      return finding && finding.verdict !== 'unknown' ? [{ key, code, isRight, finding }] : [];
    });
  });

  test('there are right ones and wrong ones', () => {
    expect(judged.filter(({ isRight }) => isRight).length).toBeGreaterThan(20);
    expect(judged.filter(({ isRight }) => !isRight).length).toBeGreaterThan(4);
  });

  test.each(judged)('$key by $code', ({ isRight, finding }) => {
    expect(finding.verdict).toBe(isRight ? 'right' : 'wrong');
  });
});
