/** Jacobians and second derivatives; `UPDATE_ORACLES=1` writes the points anew, then run test/oracles/torch_second.py. */
import { describe, expect, it } from 'vitest';
import { axisIndices, type Axis, type Binding, type Program } from '../../../src/core/definition';
import type { Derivation, Gradient } from '../../../src/core/derivation';
import { derive } from '../../../src/core/derive';
import { createEvaluator, type Point } from '../../../src/core/evaluate';
import type { Node } from '../../../src/core/expr';
import { createRandom } from '../../../src/core/random';
import { samplePoint, sampleSizes } from '../../../src/core/sample';
import { fromStored, stored, storedPoint, storeLines, type StoredPoint } from '../../support/breadthOracle';
import { SECOND, type SecondRow } from '../../support/breadthSecond';
import { parseModel } from '../../support/model';
import { gradientFaults, printer } from '../../support/steps';

const SEEDS = [1, 2];

if (process.env.UPDATE_ORACLES === '1')
  storeLines(
    'second',
    SECOND.map(({ name, kind, by, torch, source }) => {
      const program = parseModel(source);
      const points = SEEDS.map((seed, k) =>
        storedPoint(program, samplePoint(program, createRandom(seed), sampleSizes(program, k))),
      );
      return { name, kind, by, torch, points };
    }),
  );

const CASES = stored<{ name: string; kind: string; points: Omit<StoredPoint, 'kind'>[] }[]>('second') ?? [];
const RESULTS = stored<number[][][]>('torch_second') ?? [];

function only(derivation: Derivation, of: string): Gradient {
  const found = derivation.gradients.find((g) => g.of === of);
  if (!found) throw new Error(`no gradient of ${of}`);
  return found;
}

/** The program whose output is to be differentiated once: the user's own, its gradient, or that times `v`. */
function target(row: SecondRow): Program {
  const program = parseModel(row.source);
  if (row.kind === 'jacobian') return program;
  const { arena } = program;
  const derivation = derive(program);
  const { axes, element } = only(derivation, row.by);
  const bind = (name: string, own: readonly Axis[], def: Node): Binding => ({
    name,
    axes: own,
    def,
    span: null,
    origin: 'temporary',
  });
  const bindings = [...program.bindings, ...derivation.named, bind('G', axes, element)];
  if (row.kind === 'hessian') return { ...program, bindings, output: 'G' };
  const at = axisIndices(axes);
  const inner = at.reduce<Node>(
    (sum, index) => arena.sum(index, sum),
    arena.mul(arena.sym('v', ...at), arena.sym('G', ...at)),
  );
  return { ...program, bindings: [...bindings, bind('product', [], inner)], output: 'product' };
}

/** All cells, the output's indices outermost. */
function cells(program: Program, derivation: Derivation, gradient: Gradient, point: Point): number[] {
  const output = program.bindings.find((b) => b.name === program.output);
  const outer = axisIndices(output?.axes ?? []);
  const evaluator = createEvaluator(program, point, derivation.named);
  const out: number[] = [];
  const indices = [...outer, ...axisIndices(gradient.axes)];
  const loop = (k: number, at: Readonly<Record<string, number>>): void => {
    const index = indices[k];
    if (!index) out.push(evaluator.value(gradient.element, at));
    else for (let p = 0; p < (point.sizes[index.size] ?? 0); p += 1) loop(k + 1, { ...at, [index.name]: p });
  };
  loop(0, {});
  return out;
}

it('has an oracle for every function', () => {
  expect(CASES.map(({ name, kind }) => [name, kind])).toEqual(SECOND.map(({ name, kind }) => [name, kind]));
  expect(RESULTS.map((points) => points.length)).toEqual(SECOND.map(() => SEEDS.length));
});

describe.each(SECOND.map((row, k) => [`${row.kind}: ${row.name}`, row, k] as const))('%s', (_, row, k) => {
  const program = target(row);
  const derivation = derive(program, { wrt: [row.by] });
  const gradient = only(derivation, row.by);
  const show = printer(program, derivation);

  it('has steps that chain and are all verified', () => {
    const all = [...derivation.gradients, ...derivation.adjoints];
    expect(all.flatMap((g) => gradientFaults(g, show))).toEqual([]);
  });

  it('agrees with PyTorch', () => {
    (CASES[k]?.points ?? []).forEach((point, p) => {
      const want = RESULTS[k]?.[p] ?? [];
      const got = cells(program, derivation, gradient, fromStored(point));
      expect(got.length).toBe(want.length);
      const largest = Math.max(...want.map(Math.abs));
      const error = Math.max(...got.map((value, cell) => Math.abs(value - (want[cell] ?? NaN))));
      expect(error).toBeLessThanOrEqual(1e-12 * largest);
    });
  });

  const { shown } = row;
  if (shown !== undefined)
    it('collapses to the published form', () => expect(show(gradient.element)).toBe(shown));
});
