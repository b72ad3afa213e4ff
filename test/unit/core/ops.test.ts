import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../../src/core/evaluate';
import { Arena } from '../../../src/core/expr';
import { CODE_TARGETS, opRow, OPS, type Interval } from '../../../src/core/ops';
import { createRandom } from '../../../src/core/random';
import { logaddexp, roundHalfEven, sigmoid, softplus } from '../../../src/core/special';

function inside({ low, high }: Interval, unit: number): number {
  const from = Math.max(low, high === Infinity ? -2.5 : high - 5);
  const to = Math.min(high, Number.isFinite(low) ? low + 5 : 2.5);
  return from + (to - from) * (0.02 + 0.96 * unit);
}

/** Central differences with one Richardson extrapolation: error of order h^4. */
function slopeOf(f: (x: number) => number, x: number): number {
  const h = 1e-3 * Math.max(1, Math.abs(x)) * 0.5;
  const d = (s: number): number => (f(x + s) - f(x - s)) / (2 * s);
  return (4 * d(h / 2) - d(h)) / 3;
}

const named = OPS.map((row) => [row.name, row] as const);

describe.each(named)('%s', (_, row) => {
  const random = createRandom(7);
  const points = Array.from({ length: 60 }, () => row.domain.map((d) => inside(d, random())));
  const moved = (args: number[], k: number, by: number): number[] =>
    args.map((v, i) => v + (i === k ? by : 0));
  const smooth = points.filter((args) =>
    args.every((_, k) => row.branch?.(...moved(args, k, 0.01)) === row.branch?.(...moved(args, k, -0.01))),
  );

  test('each slope is the slope of the function, or 0 of what is held constant', () => {
    if (row.isHeld)
      expect(smooth.flatMap((args) => row.slopes.map((slope) => slope(...args)))).not.toContain(1);
    if (row.isHeld) return;
    expect(smooth.length).toBeGreaterThan(20);
    for (const args of smooth)
      row.slopes.forEach((slope, k) => {
        const along = (v: number): number => row.evaluate(...args.map((a, i) => (i === k ? v : a)));
        const exact = slope(...args);
        expect(Math.abs(slopeOf(along, args[k] ?? NaN) - exact)).toBeLessThan(2e-6 * (1 + Math.abs(exact)));
      });
  });

  test('each derivative rule has the value of the slope', () => {
    const arena = new Arena();
    const syms = row.domain.map((_, k) => arena.sym(`x${k}`));
    const out = arena.call(row.name, ...syms);
    const program = { arena, inputs: [], bindings: [], output: '' };
    for (const args of smooth) {
      const inputs = Object.fromEntries(args.map((v, k) => [`x${k}`, v]));
      const evaluator = createEvaluator(program, { sizes: {}, inputs });
      row.derivatives.forEach((rule, k) => {
        if (!rule) return;
        const want = row.slopes[k]?.(...args) ?? NaN;
        const got = evaluator.value(rule.build(arena, syms, out));
        expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-13 * Math.max(1, Math.abs(want)));
        expect(rule.rule).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      });
    }
  });

  test('values lie in the range, and outside the domain there are none', () => {
    for (const args of points) {
      const v = row.evaluate(...args);
      expect(v).toBeGreaterThanOrEqual(row.range.low);
      expect(v).toBeLessThanOrEqual(row.range.high);
    }
    row.domain.forEach(({ low, high }, k) => {
      for (const outside of [low - 0.5, high + 0.5].filter(Number.isFinite)) {
        const args = points[0]?.map((v, i) => (i === k ? outside : v)) ?? [];
        expect(row.evaluate(...args)).toBeNaN();
      }
    });
    expect(row.evaluate(...row.domain.map(() => NaN))).toBeNaN();
  });

  test('parity and kinks are as stated', () => {
    for (const [x = 0] of points) {
      if (row.parity === 'odd') expect(row.evaluate(-x)).toBeCloseTo(-row.evaluate(x), 14);
      if (row.parity === 'even') expect(row.evaluate(-x)).toBeCloseTo(row.evaluate(x), 14);
    }
    for (const kink of row.kinks) expect(row.branch?.(kink - 0.1)).not.toBe(row.branch?.(kink + 0.1));
  });

  test('every template mentions every argument', () => {
    for (const template of [row.latex, row.text, ...CODE_TARGETS.map((t) => row.code[t])])
      row.domain.forEach((_, k) => expect(template).toContain(`$${k}`));
  });
});

test('erf agrees with the C library to 3 ulp', () => {
  const url = new URL('../../oracles/erf.json', import.meta.url);
  const table = JSON.parse(readFileSync(url, 'utf8')) as [number, number][];
  for (const [x, want] of table)
    expect(Math.abs(opRow('erf').evaluate(x) - want)).toBeLessThanOrEqual(3 * 2 ** -52 * Math.abs(want));
});

test('the gamma functions agree with 40 digits', () => {
  const url = new URL('../../oracles/gamma.json', import.meta.url);
  const table = JSON.parse(readFileSync(url, 'utf8')) as [number, ...(number | null)[]][];
  for (const [x, ...want] of table)
    for (const [k, fn] of ['lgamma', 'digamma', 'trigamma'].entries()) {
      const exact = want[k];
      if (exact === null || exact === undefined) continue;
      // The digamma function has a root between whole numbers, around which its error is absolute.
      const size = fn === 'digamma' ? Math.max(1, Math.abs(exact)) : Math.abs(exact);
      expect(Math.abs(opRow(fn).evaluate(x) - exact), `${fn}(${x})`).toBeLessThanOrEqual(
        16 * 2 ** -52 * size,
      );
    }
});

test('extreme arguments neither overflow nor cancel', () => {
  expect(sigmoid(-745)).toBeGreaterThan(0);
  expect(sigmoid(800)).toBe(1);
  expect(softplus(800)).toBe(800);
  expect(softplus(-50)).toBeCloseTo(Math.exp(-50), 30);
  expect(logaddexp(1000, 1000)).toBe(1000 + Math.LN2);
  expect(logaddexp(-Infinity, 3)).toBe(3);
  expect([0.5, 1.5, 2.5, -0.5, -1.5].map(roundHalfEven).map((v) => v + 0)).toEqual([0, 2, 2, 0, -2]);
});

test('an unknown operator is named in the error', () => {
  expect(() => opRow('nope')).toThrow('nope');
});
