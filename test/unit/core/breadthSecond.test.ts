/** Jacobians, second derivatives and their products; `UPDATE_ORACLES=1` writes the points anew, then run test/oracles/*_second.py. */
import { describe, expect, it } from 'vitest';
import { axisIndices } from '../../../src/core/definition';
import type { DerivativeBlock, Derivatives } from '../../../src/core/derivatives';
import { toMatrix } from '../../../src/core/matrix';
import { matrixText } from '../../../src/core/print/matrixText';
import { createNaming } from '../../../src/core/print/naming';
import { createRandom } from '../../../src/core/random';
import { samplePoint, sampleSizes } from '../../../src/core/sample';
import { fromStored, stored, storedPoint, storeLines, type StoredPoint } from '../../support/breadthOracle';
import { SECOND, type SecondRow } from '../../support/breadthSecond';
import { cellsOf, derivativesOf } from '../../support/derivatives';
import { parseModel } from '../../support/model';
import { faults, printer } from '../../support/steps';

const SEEDS = [1, 2];
const LIBRARIES = ['torch', 'jax'] as const;

/** The blocks that the row is about: one, or those by all names for a product with a Hessian. */
function blocksOf({ kind, by }: SecondRow, { blocks }: Derivatives): readonly DerivativeBlock[] {
  if (kind !== 'hessian') return blocks;
  const [first = ''] = by;
  const block = blocks.find((each) => each.by[0] === first && each.by[1] === (by.at(-1) ?? first));
  if (!block) throw new Error(`no block ${by.join()}`);
  return [block];
}

const derived = SECOND.map(({ kind, source, by }) => derivativesOf(kind, parseModel(source), { wrt: by }));

if (process.env.UPDATE_ORACLES === '1')
  storeLines(
    'second',
    SECOND.map(({ name, kind, by, torch, jax }, row) => {
      const { program } = derived[row] as Derivatives;
      const upstream = program.inputs.filter(({ role }) => role === 'upstream').map((input) => input.name);
      const points = SEEDS.map((seed, k) =>
        storedPoint(program, samplePoint(program, createRandom(seed), sampleSizes(program, k))),
      );
      return { name, kind, by, upstream, torch, jax, points };
    }),
  );

const CASES = stored<{ name: string; kind: string; points: Omit<StoredPoint, 'kind'>[] }[]>('second') ?? [];
const results = (library: string): number[][][] => stored<number[][][]>(`${library}_second`) ?? [];

it('has an oracle for every function', () => {
  expect(CASES.map(({ name, kind }) => [name, kind])).toEqual(SECOND.map(({ name, kind }) => [name, kind]));
  for (const library of LIBRARIES)
    expect(results(library).map((points) => points.length)).toEqual(SECOND.map(() => SEEDS.length));
});

describe.each(SECOND.map((row, k) => [`${row.kind}: ${row.name} by ${row.by.join(', ')}`, row, k] as const))(
  '%s',
  (_, row, k) => {
    const found = derived[k] as Derivatives;
    const { program, named } = found;
    const blocks = blocksOf(row, found);
    const show = printer(program, { hidden: [], named });

    it('has steps that chain from what is meant to the result, all verified', () => {
      for (const { meaning, steps, value } of found.blocks) {
        expect(faults(steps, show)).toEqual([]);
        expect(steps[0]?.before).toBe(meaning);
        expect(steps.at(-1)?.after).toBe(value.element);
      }
    });

    it.each(LIBRARIES)('agrees with %s', (library) => {
      (CASES[k]?.points ?? []).forEach((point, p) => {
        const want = results(library)[k]?.[p] ?? [];
        const got = blocks.flatMap((block) => cellsOf(found, block, fromStored(point)));
        expect(got.length).toBe(want.length);
        const largest = Math.max(...want.map(Math.abs));
        const error = Math.max(...got.map((value, cell) => Math.abs(value - (want[cell] ?? NaN))));
        expect(error).toBeLessThanOrEqual(1e-12 * largest);
      });
    });

    const { shown, matrix } = row;
    const [block] = blocks;
    if (shown !== undefined)
      it('collapses to the published form', () => expect(block && show(block.value.element)).toBe(shown));
    if (matrix !== undefined)
      it('has the published matrix form', () => {
        const form = block && toMatrix(block.value, program, named);
        expect(form && matrixText(form, createNaming(program, named))).toBe(matrix);
      });
  },
);

it('gives every block the axes of what it differentiates', () => {
  derived.forEach(({ kind, blocks, program }) => {
    for (const { by, value } of blocks) {
      const rank = (name: string): number =>
        (program.inputs.find((input) => input.name === name)?.shape ?? []).filter((size) => size !== '1')
          .length;
      const own = axisIndices(value.axes).length;
      if (kind === 'hvp' || kind === 'vjp') expect(own).toBe(rank(by[0] ?? ''));
      if (kind === 'hessian' && own !== rank(by[0] ?? ''))
        expect(own).toBe(rank(by[0] ?? '') + rank(by[1] ?? ''));
    }
  });
});
