/**
 * Every function of the table against independent ways to its gradient. `UPDATE_ORACLES=1` writes the points anew; then run the
 * scripts test/oracles/*_breadth.py.
 */
import { describe, expect, it } from 'vitest';
import { axisIndices, type Program } from '../../../src/core/definition';
import type { Gradient } from '../../../src/core/derivation';
import { derive } from '../../../src/core/derive';
import { createEvaluator, type Evaluator, type Point, type ScaledValue } from '../../../src/core/evaluate';
import type { Node } from '../../../src/core/expr';
import { createRandom } from '../../../src/core/random';
import { BREADTH } from '../../support/breadth';
import { bignumSlope } from '../../support/breadthBignum';
import {
  fromStored,
  LIBRARIES,
  libraryResults,
  storedCases,
  storeLines,
  toStored,
} from '../../support/breadthOracle';
import { breadthPoints } from '../../support/breadthPoints';
import { parseModel } from '../../support/model';
import { finiteDifferenceError, gradientFaults, printer } from '../../support/steps';

if (process.env.UPDATE_ORACLES === '1')
  storeLines(
    'breadth',
    BREADTH.map((row) => {
      const program = parseModel(row.source);
      return toStored(row, program, breadthPoints(program, row));
    }),
  );

const CASES = new Map(storedCases().map((stored) => [stored.name, stored]));
const RESULTS = LIBRARIES.map((library) => [library, libraryResults(library)] as const);

/** Relative to the largest cell; beyond it, what rounding in the derived expression explains is allowed. */
const RELATIVE = 1e-12;
const ROUNDING = 2 ** -53 * 2 ** 7;

/** Values of `node` in every cell of the gradient, in row-major order. */
function cells(evaluator: Evaluator, gradient: Gradient, point: Point, node: Node): ScaledValue[] {
  const indices = axisIndices(gradient.axes);
  const dims = indices.map((index) => point.sizes[index.size] ?? Number(index.size));
  const count = dims.reduce((product, n) => product * n, 1);
  return Array.from({ length: count }, (_, cell) => {
    const at: Record<string, number> = {};
    let rest = cell;
    for (let k = indices.length - 1; k >= 0; k -= 1) {
      const length = dims[k] ?? 1;
      at[indices[k]?.name ?? ''] = rest % length;
      rest = Math.floor(rest / length);
    }
    return evaluator.valueWithScale(node, at);
  });
}

/** How many points of each kind are compared with 64 digits; there is no slope at a kink. */
const PRECISE = { random: 1, extreme: 2, 'near a kink': 2, 'at a kink': 0 };

const exact = (values: readonly number[]): ScaledValue[] => values.map((value) => ({ value, scale: 0 }));

/** What is off between derived cells and expected ones, or null. */
function difference(
  got: readonly ScaledValue[],
  want: readonly ScaledValue[],
  relative: number,
): string | null {
  if (got.length !== want.length) return `${got.length} cells instead of ${want.length}`;
  const largest = Math.max(...want.map((w) => Math.abs(w.value)));
  for (const [k, w] of want.entries()) {
    const { value, scale } = got[k] ?? { value: NaN, scale: NaN };
    const allowed = relative * largest + ROUNDING * (scale + w.scale);
    if (!(Math.abs(value - w.value) <= allowed)) return `cell ${k} is ${value} instead of ${w.value}`;
  }
  return null;
}

function expectSame(
  what: string,
  got: readonly ScaledValue[],
  want: readonly ScaledValue[],
  relative = RELATIVE,
): void {
  const found = difference(got, want, relative);
  expect(found === null ? null : `${what}: ${found}`).toBeNull();
}

function dualCells(program: Program, gradient: Gradient, evaluator: Evaluator, point: Point): ScaledValue[] {
  const { arena } = program;
  const by = arena.sym(gradient.of, ...axisIndices(gradient.axes));
  return cells(evaluator, gradient, point, arena.diff(arena.sym(program.output), by, true));
}

it('has an oracle for every function', () => {
  const torch = libraryResults('torch');
  expect(BREADTH.filter((row) => !CASES.has(row.name) || !torch[row.name]).map((row) => row.name)).toEqual(
    [],
  );
  expect(new Set(BREADTH.map((row) => row.name)).size).toBe(BREADTH.length);
});

describe.each(BREADTH.map((row) => [row.name, row] as const))('%s', (name, row) => {
  const program = parseModel(row.source);
  const derivation = derive(program);
  const show = printer(program, derivation.backward);
  const points = (CASES.get(name)?.points ?? []).map((stored) => ({
    kind: stored.kind,
    point: fromStored(stored),
  }));

  it('has steps that chain and are all verified', () => {
    const all = [...derivation.gradients, ...derivation.backward.adjoints];
    expect(all.flatMap((gradient) => gradientFaults(gradient, show))).toEqual([]);
    expect(derivation.budget).toBeNull();
  });

  it('agrees with finite differences', () => {
    for (const gradient of derivation.gradients)
      expect(finiteDifferenceError(program, derivation, gradient)).toBeLessThan(1e-7);
  });

  it.each(points.map(({ kind, point }, k) => [`${k}, ${kind}`, point, k, kind] as const))(
    'is right at point %s',
    (_, point, k, kind) => {
      const evaluator = createEvaluator(program, point, derivation.named);
      const output = evaluator.valueWithScale(program.arena.sym(program.output));
      const derived = new Map(derivation.gradients.map((g) => [g.of, cells(evaluator, g, point, g.element)]));
      // Conventions of single operators add up to nonsense at a kink that two of them share: PyTorch tells there.
      for (const gradient of kind === 'at a kink' ? [] : derivation.gradients) {
        const duals = dualCells(program, gradient, evaluator, point);
        expectSame(`d${gradient.of} by dual numbers`, derived.get(gradient.of) ?? [], duals);
      }
      for (const [library, results] of RESULTS) {
        const result = results[name]?.[k];
        if (!result || (kind === 'at a kink' && library !== 'torch')) continue;
        const relative = library === 'torch' ? (row.torchPrecision ?? RELATIVE) : RELATIVE;
        expectSame(`value by ${library}`, [output], exact([result.value]), relative);
        for (const [of, got] of derived)
          expectSame(`d${of} by ${library}`, got, exact(result.gradients[of] ?? []), relative);
      }
      if (points.slice(0, k).filter((p) => p.kind === kind).length >= PRECISE[kind]) return;
      const random = createRandom(k);
      const directions = new Map([...derived].map(([of, got]) => [of, got.map(() => 2 * random() - 1)]));
      const precise = bignumSlope(program, point, (of, cell) => directions.get(of)?.[cell] ?? 0);
      const slope = { value: 0, scale: 0 };
      for (const [of, got] of derived)
        got.forEach(({ value, scale }, cell) => {
          const d = directions.get(of)?.[cell] ?? 0;
          slope.value += value * d;
          slope.scale += scale * Math.abs(d);
        });
      expectSame('value by 64 digits', [output], exact([precise.value]));
      expectSame('slope by 64 digits', [slope], exact([precise.slope]));
    },
  );

  const { gradients } = row;
  if (gradients)
    it('collapses to the published form', () => {
      const shown = Object.fromEntries(derivation.gradients.map((g) => [g.of, show(g.element)]));
      expect(shown).toMatchObject(gradients);
      if (row.named)
        expect(Object.fromEntries(derivation.named.map((b) => [b.name, show(b.def)]))).toEqual(row.named);
    });
});
