import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Program } from '../../../src/core/definition';
import { derive } from '../../../src/core/derive';
import { createEvaluator } from '../../../src/core/evaluate';
import type { Node } from '../../../src/core/expr';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { createDisplay } from '../../../src/core/simplify/display';
import { createFacts } from '../../../src/core/facts';
import { Normalizer } from '../../../src/core/simplify/normalize';
import { createSimplifier } from '../../../src/core/simplify/simplifier';
import { createNaming } from '../../../src/core/print/naming';
import { toText } from '../../../src/core/print/text';
import { gradientFaults, printer } from '../../support/steps';
import { contractions, expressions, programOf } from '../../support/randomExpressions';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 400);
const SEED = Number(process.env['PROPERTY_SEED'] ?? 11);

/** The bounds on rounding are of first order; this much above them is no rounding. */
const ROUNDINGS = 4 * 2 ** -53;

/** Some part without indices is infinite or undefined there: outside of the domain. */
function isOutside(node: Node, value: (node: Node) => number): boolean {
  if (node.free.size === 0 && !Number.isFinite(value(node))) return true;
  return node.args.some((arg) => isOutside(arg, value));
}

/** Null if the two nodes agree at a few points, else what differs. */
function disagreement(program: Program, a: Node, b: Node): string | null {
  for (let seed = 1; seed <= 3; seed++) {
    const evaluator = createEvaluator(program, samplePoint(program, createRandom(seed)));
    if (isOutside(a, (node) => evaluator.value(node))) continue;
    const left = evaluator.valueWithScale(a);
    const right = evaluator.valueWithScale(b);
    if (!Number.isFinite(left.value) || Math.abs(left.value) > 1e12) continue;
    if (!Number.isFinite(left.scale) || !Number.isFinite(right.scale)) continue;
    if (!(Math.abs(left.value - right.value) <= ROUNDINGS * (left.scale + right.scale))) {
      const naming = createNaming(program);
      return `${toText(a, naming)} = ${left.value} but ${toText(b, naming)} = ${right.value}`;
    }
  }
  return null;
}

const defOf = (program: Program): Node => program.bindings[0]?.def ?? program.arena.zero;

/** A program over the same inputs whose binding does not define the node away. */
function neutral(program: Program): Program {
  const [binding] = program.bindings;
  return binding ? { ...program, bindings: [{ ...binding, def: program.arena.sym('x') }] } : program;
}

describe('random expressions', () => {
  it('keep their value when simplified', () => {
    fc.assert(
      fc.property(expressions, (build) => {
        const program = programOf((arena) => build(arena, []));
        const simplifier = createSimplifier(neutral(program));
        expect(disagreement(program, defOf(program), simplifier.plain(defOf(program)))).toBeNull();
        expect(disagreement(program, defOf(program), simplifier.shown(defOf(program)))).toBeNull();
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('keep their value in the decision form, which is idempotent', () => {
    fc.assert(
      fc.property(expressions, (build) => {
        const program = programOf((arena) => build(arena, []));
        const normalizer = new Normalizer({
          arena: program.arena,
          facts: createFacts(program),
          display: createDisplay(program),
          bindings: [],
          expand: true,
        });
        const once = normalizer.simplify(defOf(program));
        expect(disagreement(program, defOf(program), once)).toBeNull();
        const naming = createNaming(program);
        const again = toText(normalizer.simplify(once), naming);
        if (normalizer.budget === null) expect(again).toBe(toText(once, naming));
      }),
      { numRuns: RUNS, seed: SEED + 2 },
    );
  });

  it('are proved equal only if they are', () => {
    fc.assert(
      fc.property(contractions, ([left, right]) => {
        const program = programOf((arena) => left(arena, []));
        const other = right(program.arena, []);
        const simplifier = createSimplifier(neutral(program));
        if (simplifier.equal(defOf(program), other))
          expect(disagreement(program, defOf(program), other)).toBeNull();
      }),
      { numRuns: RUNS, seed: SEED + 4 },
    );
  });

  it('have gradients and steps that agree with dual numbers', () => {
    fc.assert(
      fc.property(expressions, (build) => {
        const program = programOf((arena) => build(arena, []));
        const derivation = derive(program);
        const show = printer(program, derivation);
        const wrong = derivation.gradients.flatMap((gradient) => gradientFaults(gradient, show));
        expect(wrong.filter((fault) => !fault.includes('not-checked'))).toEqual([]);
      }),
      { numRuns: RUNS / 2, seed: SEED + 3 },
    );
  });
});
