/** What Hessians, Jacobians and their products with vectors have to do with each other and with gradients. */
import { describe, expect, it } from 'vitest';
import type { Program } from '../../../src/core/definition';
import type { Derivatives } from '../../../src/core/derivatives';
import { derive } from '../../../src/core/derive';
import type { Point, PointArray, ScaledValue } from '../../../src/core/evaluate';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { SECOND } from '../../support/breadthSecond';
import { derivativesOf, scaledCellsOf } from '../../support/derivatives';
import { modelOf } from '../../support/fuzz/run';
import { parseModel } from '../../support/model';
import { disagreement, isOrdinary } from '../../support/ordinary';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);
const SEED = Number(process.env['PROPERTY_SEED'] ?? 1);

type Cells = readonly ScaledValue[];

/** A matrix as the rows that it has for the cells of its first axes. */
function rowsOf(cells: Cells, count: number): Cells[] {
  const width = cells.length / Math.max(1, count);
  return Array.from({ length: count }, (_, row) => cells.slice(row * width, (row + 1) * width));
}

const transposed = (rows: readonly Cells[]): Cells[] =>
  (rows[0] ?? []).map((_, column) => rows.flatMap((row) => row[column] ?? []));

function product(rows: readonly Cells[], vector: readonly number[]): ScaledValue[] {
  return rows.map((row) =>
    row.reduce(
      (total, { value, scale }, k) => ({
        value: total.value + value * (vector[k] ?? NaN),
        scale: total.scale + scale * Math.abs(vector[k] ?? NaN),
      }),
      { value: 0, scale: 0 },
    ),
  );
}

const sum = (all: readonly Cells[]): ScaledValue[] =>
  (all[0] ?? []).map((_, k) => ({
    value: all.reduce((total, cells) => total + (cells[k]?.value ?? NaN), 0),
    scale: all.reduce((total, cells) => total + (cells[k]?.scale ?? NaN), 0),
  }));

const given = (point: Point, name: string): readonly number[] => {
  const value: number | PointArray | undefined = point.inputs[name];
  return value === undefined ? [] : typeof value === 'number' ? [value] : Array.from(value.data);
};

/** Compares cell by cell; how many said something. */
function same(got: Cells, want: Cells, what: string): number {
  expect(got.length, what).toBe(want.length);
  return got.filter((cell, k) => {
    const differs = disagreement(cell, want[k] ?? { value: NaN, scale: 0 });
    expect(differs ? `${what}, cell ${k}: ${differs}` : '').toBe('');
    return differs === null;
  }).length;
}

/** Inputs of the role `upstream` that the second program has beyond the first. */
const added = (program: Program, extended: Program): string[] =>
  extended.inputs
    .filter(({ name }) => !program.inputs.some((own) => own.name === name))
    .map(({ name }) => name);

interface Case {
  readonly name: string;
  readonly model: string;
  readonly wrt: readonly string[];
}

const namesIn = (program: Program): string[] =>
  program.inputs.filter(({ role }) => role === 'parameter').map(({ name }) => name);

function sharedBlock(found: Derivatives, first: string, second: string, point: Point): Cells[] {
  const block = found.blocks.find(({ by }) => by[0] === first && by[1] === second);
  if (!block) throw new Error(`no block by ${first}, ${second}`);
  const { cells } = scaledCellsOf(found, block.value, point);
  return rowsOf(cells, given(point, first).length);
}

/** The Hessian of a scalar loss is symmetric, within a block and across two; its products with vectors are what they say. */
function hessianLaws({ name, model, wrt }: Case, seed: number): number {
  const program = parseModel(model);
  const curved = derivativesOf('hvp', program, { wrt, verify: false });
  const point = samplePoint(curved.program, createRandom(seed));
  if (!isOrdinary(program, point)) return 0;
  const hessian = derivativesOf('hessian', program, { wrt, verify: false });
  const turned = derivativesOf('hessian', parseModel(model), { wrt: [...wrt].reverse(), verify: false });
  let compared = 0;
  const block = (first: string, second: string): Cells[] =>
    wrt.indexOf(first) <= wrt.indexOf(second)
      ? sharedBlock(hessian, first, second, point)
      : transposed(sharedBlock(hessian, second, first, point));
  for (const first of wrt)
    for (const second of wrt.slice(wrt.indexOf(first))) {
      const rows = sharedBlock(hessian, first, second, point);
      const other = sharedBlock(turned, second, first, point);
      compared += same(
        rows.flat(),
        transposed(other).flat(),
        `${name}: Hessian by ${first}, ${second}, transposed`,
      );
    }
  const directions = added(program, curved.program);
  curved.blocks.forEach(({ by: [of = ''], value }) => {
    const want = sum(wrt.map((second, k) => product(block(of, second), given(point, directions[k] ?? ''))));
    compared += same(
      scaledCellsOf(curved, value, point).cells,
      want,
      `${name}: product with the Hessian by ${of}`,
    );
  });
  return compared;
}

/** Products with a Jacobian from both sides are those with the Jacobian in full. */
function jacobianLaws({ name, model, wrt }: Case, seed: number): number {
  const program = parseModel(model);
  const back = derivativesOf('vjp', program, { wrt, verify: false });
  const ahead = derivativesOf('jvp', parseModel(model), { wrt, verify: false });
  const point = samplePoint(back.program, createRandom(seed));
  if (!isOrdinary(program, point)) return 0;
  // A direction may have the name that the upstream gradient has, so each has a point of its own.
  const drawn = samplePoint(ahead.program, createRandom(seed), point.sizes);
  const shared = Object.fromEntries(program.inputs.map(({ name }) => [name, point.inputs[name] ?? NaN]));
  const moving: Point = { ...point, inputs: { ...drawn.inputs, ...shared } };
  const full = derivativesOf('jacobian', parseModel(model), { wrt, verify: false });
  const [upstream = ''] = added(program, back.program);
  const directions = added(program, ahead.program);
  const u = given(point, upstream);
  let compared = 0;
  const along: Cells[] = [];
  full.blocks.forEach(({ by: [of = ''], value }, k) => {
    const rows = rowsOf(scaledCellsOf(full, value, point).cells, u.length);
    const backward = back.blocks.find(({ by }) => by[0] === of);
    if (!backward) throw new Error(`nothing flows back to ${of}`);
    const got = scaledCellsOf(back, backward.value, point).cells;
    compared += same(
      got,
      product(transposed(rows), u),
      `${name}: product of a vector with the Jacobian by ${of}`,
    );
    along.push(product(rows, given(moving, directions[k] ?? '')));
  });
  const [forward] = ahead.blocks;
  if (forward)
    compared += same(
      scaledCellsOf(ahead, forward.value, moving).cells,
      sum(along),
      `${name}: along directions`,
    );
  return compared;
}

/** Random programs that mention a parameter, and the parameters that they mention. */
function randomCases(wanted: (axes: number) => boolean, count: number): Case[] {
  const found: Case[] = [];
  for (let seed = SEED * 10_000; found.length < count; seed += 1) {
    const model = modelOf(seed, 6);
    const program = parseModel(model);
    const text = model.split('\n').slice(3).join('\n');
    const wrt = namesIn(program).filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    const axes = program.bindings.at(-1)?.axes.length ?? 0;
    if (wanted(axes) && wrt.length > 0 && /exp|tanh|\^|\*/.test(text))
      found.push({ name: `seed ${seed}\n${model}`, model, wrt });
  }
  return found;
}

const rows = (kinds: readonly string[]): Case[] =>
  SECOND.filter(({ kind }) => kinds.includes(kind)).map(({ name, source, by }) => ({
    name,
    model: source,
    wrt: [...new Set(by)],
  }));
const hasAxes = ({ model }: Case): boolean => (parseModel(model).bindings.at(-1)?.axes.length ?? 0) > 0;

describe('second derivatives of random programs', () => {
  it('are symmetric, and their products with vectors are those with the whole Hessian', () => {
    const compared = randomCases((axes) => axes === 0, RUNS).map((each, k) => hessianLaws(each, k));
    expect(compared.reduce((a, b) => a + b, 0)).toBeGreaterThan(3 * RUNS);
  });
});

describe('Jacobians of random programs', () => {
  it('have the products that flow back and ahead', () => {
    const compared = randomCases((axes) => axes > 0, RUNS).map((each, k) => jacobianLaws(each, k));
    expect(compared.reduce((a, b) => a + b, 0)).toBeGreaterThan(3 * RUNS);
  });
});

describe('functions of the field', () => {
  it.each(
    rows(['hessian', 'hvp'])
      .filter((each) => !hasAxes(each))
      .map((each) => [each.name, each] as const),
  )('second derivatives of %s obey the laws', (_, each) => expect(hessianLaws(each, 1)).toBeGreaterThan(0));
  it.each(rows(['jacobian', 'vjp', 'jvp']).map((each) => [each.name, each] as const))(
    'Jacobian of %s obeys the laws',
    (_, each) => expect(jacobianLaws(each, 1)).toBeGreaterThan(0),
  );

  it.each(
    SECOND.filter(({ kind }) => kind === 'hessian').map(
      (row) => [`${row.name} by ${row.by.join(', ')}`, row] as const,
    ),
  )('the Hessian of %s is how its gradient changes', (_, { source, by }) => {
    const wrt = [...new Set(by)];
    const found = derivativesOf('hessian', parseModel(source), { wrt, verify: false });
    const program = parseModel(source);
    const { gradients, named } = derive(program, { wrt, verify: false });
    const point = samplePoint(program, createRandom(3));
    const elementwise = (program.bindings.at(-1)?.axes.length ?? 0) > 0;
    for (const { by: names, value } of found.blocks) {
      const [first = '', second = first] = names;
      const gradient = gradients.find(({ of }) => of === first);
      if (!gradient) throw new Error(`no gradient by ${first}`);
      const at = (cell: number, shift: number): number[] =>
        scaledCellsOf({ program, named }, gradient, moved(point, second, cell, shift)).cells.map(
          (c) => c.value,
        );
      const columns = given(point, second).map((x, cell) => {
        const h = 1e-4 * Math.max(1, Math.abs(x));
        const [far, near] = [2 * h, h].map((step) => {
          const [up, down] = [at(cell, step), at(cell, -step)];
          return up.map((v, k) => (v - (down[k] ?? NaN)) / (2 * step));
        });
        return (near ?? []).map((v, k) => (4 * v - (far?.[k] ?? NaN)) / 3);
      });
      const want = elementwise
        ? columns.map((column, k) => column[k] ?? NaN)
        : (columns[0] ?? []).flatMap((__, row) => columns.map((column) => column[row] ?? NaN));
      const got = scaledCellsOf(found, value, point).cells.map((c) => c.value);
      expect(got.length).toBe(want.length);
      const largest = Math.max(1e-3, ...want.map(Math.abs));
      const error = Math.max(...got.map((v, k) => Math.abs(v - (want[k] ?? NaN))));
      expect(error).toBeLessThanOrEqual(1e-8 * largest);
    }
  });
});

function moved(point: Point, name: string, cell: number, shift: number): Point {
  const value = point.inputs[name];
  if (value === undefined) throw new Error(`no input ${name}`);
  const next =
    typeof value === 'number'
      ? value + shift
      : { dims: value.dims, data: Array.from(value.data, (v, k) => (k === cell ? v + shift : v)) };
  return { ...point, inputs: { ...point.inputs, [name]: next } };
}
