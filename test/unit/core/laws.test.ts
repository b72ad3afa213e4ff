/** The laws of differentiation, of derivations of random expressions; all sides are evaluated at random points. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisIndices, type Program } from '../../../src/core/definition';
import { derive } from '../../../src/core/derive';
import { createEvaluator, type Point, type ScaledValue } from '../../../src/core/evaluate';
import type { Node } from '../../../src/core/expr';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { exactText } from '../../support/fuzz/exactText';
import { modelOf } from '../../support/fuzz/run';
import { parseModel } from '../../support/model';
import { disagreement, isOrdinary } from '../../support/ordinary';
import { expressions, INPUTS, programOf, type Build } from '../../support/randomExpressions';
import { gradientFaults, printer } from '../../support/steps';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 200);
const SEED = Number(process.env['PROPERTY_SEED'] ?? 17);

const PARAMETERS = ['x', 't', 'v'];

const plus = (a: ScaledValue, b: ScaledValue): ScaledValue => ({
  value: a.value + b.value,
  scale: a.scale + b.scale,
});
const times = (a: ScaledValue, b: ScaledValue): ScaledValue => ({
  value: a.value * b.value,
  scale: a.scale * Math.abs(b.value) + Math.abs(a.value) * b.scale,
});
const exactly = (value: number): ScaledValue => ({ value, scale: Math.abs(value) });

interface Local {
  readonly value: ScaledValue;
  /** The derivative by a parameter, or by its second cell. */
  readonly slope: (of: string) => ScaledValue;
}

/** The output of a program and its derived slopes at one point. */
function local(program: Program, point: Point, wrt: readonly string[] = PARAMETERS): Local {
  const { gradients, named } = derive(program, { verify: false, wrt });
  const evaluator = createEvaluator(program, point, named);
  return {
    value: evaluator.valueWithScale(program.arena.sym(program.output)),
    slope: (of) => {
      const gradient = gradients.find((g) => g.of === of);
      if (!gradient) throw new Error(`no gradient by ${of}`);
      const cell = axisIndices(gradient.axes).map((index) => [index.name, 1] as const);
      return evaluator.valueWithScale(gradient.element, Object.fromEntries(cell));
    },
  };
}

/** Fails where two sides differ; true if they could be compared. */
function agree(left: ScaledValue, right: ScaledValue, what: string): boolean {
  const differs = disagreement(left, right);
  if (differs === undefined) return false;
  expect(differs === null ? '' : `${what}: ${differs}`).toBe('');
  return true;
}

const withDef = (program: Program, def: Node): Program => ({
  ...program,
  bindings: program.bindings.map((b, k, all) => (k === all.length - 1 ? { ...b, def } : b)),
});

interface Pair {
  readonly program: Program;
  readonly f: Node;
  readonly g: Node;
  readonly point: Point;
  readonly text: string;
}

/** Two random expressions over the same inputs at a random point. */
function pairOf(first: Build, second: Build, seed: number): Pair {
  const program = programOf((arena) => first(arena, []));
  const { arena } = program;
  const f = program.bindings[0]?.def ?? arena.zero;
  const g = second(arena, []);
  const point = samplePoint(program, createRandom(seed));
  return { program, f, g, point, text: `f = ${exactText(arena, f)}, g = ${exactText(arena, g)}` };
}

/** Checks a law of two random expressions; `law` tells how many comparisons it made. */
function ofPairs(law: (pair: Pair) => number): void {
  let compared = 0;
  fc.assert(
    fc.property(expressions, expressions, fc.nat(1000), (first, second, seed) => {
      const pair = pairOf(first, second, seed);
      const { program, f, g, point } = pair;
      if ([f, g].every((def) => isOrdinary(withDef(program, def), point))) compared += law(pair);
    }),
    { numRuns: RUNS / 2, seed: SEED },
  );
  expect(compared).toBeGreaterThan(RUNS / 2);
}

const count = (checks: readonly boolean[]): number => checks.filter(Boolean).length;

describe('derivatives of random expressions', () => {
  it('are linear', () => {
    ofPairs(({ program, f, g, point, text }) => {
      const { arena } = program;
      const [alpha, beta] = [arena.num(-3, 2), arena.sym('g')];
      const [df, dg] = [f, g].map((def) => local(withDef(program, def), point)) as [Local, Local];
      const whole = local(withDef(program, arena.add(arena.mul(alpha, f), arena.mul(beta, g))), point);
      const second = createEvaluator(program, point).value(beta);
      return count(
        PARAMETERS.map((of) =>
          agree(
            whole.slope(of),
            plus(times(exactly(-3 / 2), df.slope(of)), times(exactly(second), dg.slope(of))),
            `by ${of}, ${text}`,
          ),
        ),
      );
    });
  });

  it('obey the product rule', () => {
    ofPairs(({ program, f, g, point, text }) => {
      const [left, right] = [f, g].map((def) => local(withDef(program, def), point)) as [Local, Local];
      const whole = local(withDef(program, program.arena.mul(f, g)), point);
      return count(
        PARAMETERS.map((of) =>
          agree(
            whole.slope(of),
            plus(times(left.value, right.slope(of)), times(left.slope(of), right.value)),
            `by ${of}, ${text}`,
          ),
        ),
      );
    });
  });

  it('obey the quotient rule', () => {
    ofPairs(({ program, f, g, point, text }) => {
      const { arena } = program;
      const [left, right] = [f, g].map((def) => local(withDef(program, def), point)) as [Local, Local];
      if (Math.abs(right.value.value) < 1e-6 * right.value.scale || right.value.value === 0) return 0;
      const quotient = local(withDef(program, arena.div(f, g)), point);
      return count(
        PARAMETERS.map((of) =>
          agree(
            plus(times(quotient.slope(of), right.value), times(quotient.value, right.slope(of))),
            left.slope(of),
            `by ${of}, ${text}`,
          ),
        ),
      );
    });
  });

  it('obey the chain rule', () => {
    ofPairs(({ program, f, g, point, text }) => {
      const { arena } = program;
      const [outer, inner] = [exactText(arena, f), exactText(arena, g)];
      const ofU = outer.replace(/\bx\b/g, 'u');
      const named = parseModel(`${INPUTS}\nu = ${inner}\nJ = ${ofU}`);
      if (!isOrdinary(named, point)) return 0;
      const joined = parseModel(`${INPUTS}\nJ = ${outer.replace(/\bx\b/g, `(${inner})`)}`);
      // The inner function over inputs of its own, so that what the outer one is made of besides stands alone.
      const apart = parseModel(
        `${INPUTS}; data x1; data t1; data v1[n]\nu = ${inner.replace(/\b[xtv]\b/g, '$&1')}\nJ = ${ofU}`,
      );
      const { x = NaN, t = NaN, v = NaN } = point.inputs;
      const doubled = { ...point, inputs: { ...point.inputs, x1: x, t1: t, v1: v } };
      const outside = local(apart, doubled, ['u', ...PARAMETERS]);
      const within = local(withDef(program, g), point);
      return [named, joined].reduce((compared, whole) => {
        const { slope } = local(whole, point);
        const checks = PARAMETERS.map((of) => {
          const chained = plus(times(outside.slope('u'), within.slope(of)), outside.slope(of));
          return agree(slope(of), chained, `by ${of}, ${text}`);
        });
        return compared + count(checks);
      }, 0);
    });
  });
});

describe('derivations of random programs', () => {
  it('have steps that chain, end at the gradient, and are verified where they can be', () => {
    let steps = 0;
    for (let seed = 1; seed <= RUNS / 4; seed += 1) {
      const model = modelOf(SEED * 100_000 + seed, 8);
      const program = parseModel(model);
      if (program.bindings.at(-1)?.axes.length !== 0) continue;
      const derivation = derive(program);
      const show = printer(program, derivation.backward);
      const all = [...derivation.gradients, ...derivation.backward.adjoints];
      const wrong = all.flatMap((gradient) => gradientFaults(gradient, show));
      expect(
        wrong.filter((fault) => !fault.includes('not-checked')).map((fault) => `${fault} in\n${model}`),
      ).toEqual([]);
      steps += all.reduce((total, gradient) => total + gradient.steps.length, 0);
    }
    expect(steps).toBeGreaterThan(RUNS / 2);
  });
});
