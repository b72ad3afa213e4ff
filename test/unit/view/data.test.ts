import { describe, expect, it } from 'vitest';
import type { ParameterCheck } from '../../../src/protocol/training';
import { worstFirst, worstParameters } from '../../../src/view/cells';
import { equal } from '../../../src/view/equal';
import { splitEquation } from '../../../src/view/equation';
import { fitGraph } from '../../../src/view/graphScale';
import { createPreferences, DEFAULT_PREFERENCES } from '../../../src/view/preferences';
import { append, canBeLogarithmic, plotData } from '../../../src/view/series';
import { logisticState } from './logisticState';

const check: ParameterCheck = {
  name: 'w',
  shape: [4, 1],
  cells: [0, 1, 2, 3],
  derived: [1, 2, -4, 0.5],
  handWritten: [1, 2.4, -4, 0.5],
  finite: [1, 2, -4, 0.9],
  finiteError: [1e-9, 1e-9, 1e-9, 1e-9],
  derivedDifference: 0.1,
  handDifference: 0.1,
  derivedVerdict: 'wrong',
  handVerdict: 'wrong',
  reason: '',
};

describe('cells of a check', () => {
  it('come with the worst of the hand-written gradient first, then of the derived one', () => {
    expect(worstFirst(check).map(({ name }) => name)).toEqual(['w[1, 0]', 'w[3, 0]', 'w[0, 0]', 'w[2, 0]']);
    expect(worstFirst(check)[0]?.handDifference).toBeCloseTo(0.1, 12);
    expect(worstFirst(check)[1]?.derivedDifference).toBeCloseTo(0.1, 12);
  });

  it('puts what cannot be compared first', () => {
    const rows = worstFirst({ ...check, handWritten: [1, 2.4, -4, NaN] });
    expect(rows[0]?.name).toBe('w[3, 0]');
  });

  it('keeps the names of cells that were picked out of many', () => {
    const rows = worstFirst({ ...check, shape: [100, 10], cells: [999, 10, 0, 1], handWritten: null });
    expect(rows[0]?.name).toBe('w[0, 1]');
    expect(
      rows.every(({ handWritten, handDifference }) => handWritten === null && handDifference === null),
    ).toBe(true);
    expect(rows.map(({ name }) => name)).toContain('w[99, 9]');
  });

  it('has a scale for a gradient that is zero', () => {
    const rows = worstFirst({ ...check, derived: [0, 0, 0, 0], finite: [0, 0, 0, 1e-9], handWritten: null });
    expect(rows[0]?.name).toBe('w[3, 0]');
    expect(rows[0]?.derivedDifference).toBe(1e-9);
  });
});

describe('parameters of a check', () => {
  it('come worst first: by verdict, then by difference', () => {
    const right = { ...check, derivedVerdict: 'right', handVerdict: 'right', derivedDifference: 0 } as const;
    const order = worstParameters([
      { ...right, name: 'close', handDifference: 1e-12 },
      { ...right, name: 'wrong', handVerdict: 'wrong', handDifference: 1e-4 },
      { ...right, name: 'unknown', handVerdict: 'unknown', handDifference: 5 },
      { ...right, name: 'closer', handDifference: null, handVerdict: null },
      { ...right, name: 'worse', handVerdict: 'wrong', handDifference: NaN },
    ]);
    expect(order.map(({ name }) => name)).toEqual(['worse', 'wrong', 'unknown', 'close', 'closer']);
  });
});

describe('history of a run', () => {
  const progress = (firstEpoch: number, losses: readonly number[]) => ({
    runId: 'r',
    epoch: firstEpoch + losses.length - 1,
    epochs: 10,
    losses,
    gradientNorms: losses,
    firstEpoch,
  });
  const after = (...reports: ReturnType<typeof progress>[]) => {
    const history = { losses: [], gradientNorms: [], validationLosses: [] };
    for (const report of reports) append(history, report);
    return history;
  };

  it('grows by reports, whether they overlap or leave a gap', () => {
    const two = progress(0, [3, 2]);
    expect(after(two, progress(2, [1])).losses).toEqual([3, 2, 1]);
    expect(after(two, progress(1, [5, 4])).losses).toEqual([3, 5, 4]);
    expect(after(two, progress(3, [1])).gradientNorms).toEqual([3, 2, NaN, 1]);
  });

  it('is thinned to what can be seen, with its ends and its extremes', () => {
    const values = Array.from(
      { length: 10_000 },
      (_, epoch) => Math.sin(epoch / 50) + (epoch === 7777 ? 9 : 0),
    );
    values[1234] = NaN;
    const [epochs, drawn] = plotData([values], false, 200);
    expect(epochs.length).toBeLessThanOrEqual(203);
    expect(epochs).toContain(7777);
    expect([epochs[0], epochs.at(-1)]).toEqual([0, 9999]);
    expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
    expect(drawn).toEqual(epochs.map((epoch) => values[epoch]));
    expect(plotData([[3, 1, 2]], false, 3)[0]).toEqual([0, 1, 2]);
  });

  it('draws curves of different lengths over the same epochs', () => {
    expect(plotData([[3, 2, 1], [5]], false)).toEqual([
      [0, 1, 2],
      [3, 2, 1],
      [5, null, null],
    ]);
    const long = [0, 1].map((phase) => Array.from({ length: 5000 + phase }, (_, k) => Math.sin(k + phase)));
    const [epochs, first = [], second = []] = plotData(long, false, 100);
    expect([epochs[0], epochs.at(-1)]).toEqual([0, 5000]);
    expect([first.length, second.length]).toEqual([epochs.length, epochs.length]);
    expect(second).not.toContain(null);
  });

  it('leaves out what cannot be drawn', () => {
    expect(plotData([[1, NaN, Infinity, -1, 0]], false)).toEqual([
      [0, 1, 2, 3, 4],
      [1, null, null, -1, 0],
    ]);
    expect(plotData([[1, NaN, -1, 0]], true)[1]).toEqual([1, null, null, null]);
    expect(canBeLogarithmic([-1, 0, NaN])).toBe(false);
    expect(canBeLogarithmic([-1, 0.5])).toBe(true);
  });
});

describe('equations', () => {
  it.each([
    ['z_i = \\sum_{j=1}^{n} x_j', 'z_i', '\\sum_{j=1}^{n} x_j'],
    ['\\sum_{i=1}^{m} a', null, null],
    ['\\left[ a = b \\right]', null, null],
    ['\\begin{cases} a = b \\end{cases}', null, null],
    ['\\leftarrow a = b', '\\leftarrow a', 'b'],
    ['\\frac{\\partial J}{\\partial w} = A = B', '\\frac{\\partial J}{\\partial w}', 'A = B'],
  ])('%s splits into %s and %s', (latex, left, right) => {
    const sides = splitEquation({ latex, text: 'left = right' });
    expect(sides?.left.latex ?? null).toBe(left);
    expect(sides?.right.latex ?? null).toBe(right);
  });

  it('does not take a comparison for an equation', () => {
    expect(splitEquation({ latex: 'a = b', text: 'a == b' })).toBeNull();
    expect(splitEquation({ latex: 'a = b', text: 'a <= b' })).toBeNull();
  });
});

describe('what differs between states', () => {
  it('finds a copy equal and a change anywhere unequal', () => {
    const copy = structuredClone(logisticState);
    expect(equal(copy, logisticState)).toBe(true);
    expect(equal({ ...copy, busy: 'checking' }, logisticState)).toBe(false);
    expect(equal({ a: [1, { b: NaN }] }, { a: [1, { b: NaN }] })).toBe(true);
    expect(equal({ a: [1, { b: NaN }] }, { a: [1, { b: 0 }] })).toBe(false);
    expect(equal([], {})).toBe(false);
    expect(equal({ a: undefined }, { b: undefined })).toBe(false);
    expect(equal(null, {})).toBe(false);
  });
});

describe('size of the picture', () => {
  it.each([
    [1000, { right: 900, down: 400 }, { direction: 'right', scale: 1 }],
    [900, { right: 1000, down: 400 }, { direction: 'right', scale: 0.9 }],
    [800, { right: 1000, down: 400 }, { direction: 'down', scale: 1 }],
    [500, { right: 1000, down: 400 }, { direction: 'down', scale: 1 }],
    [400, { right: 1000, down: 500 }, { direction: 'down', scale: 0.8 }],
    [300, { right: 3000, down: 1000 }, { direction: 'down', scale: 0.75 }],
    [300, { right: 1000, down: 3000 }, { direction: 'right', scale: 0.75 }],
  ])('in %d px, %j', (available, width, fit) => {
    expect(fitGraph(available, width)).toEqual(fit);
  });
});

describe('preferences', () => {
  const holder = (state: unknown) => {
    let current = state;
    return { getState: () => current, setState: (next: unknown) => void (current = next) };
  };

  it('survive in the state of the page', () => {
    const kept = holder(undefined);
    createPreferences(kept).set({ logScale: true, openSteps: ['f w/0'] });
    expect(createPreferences(kept).get()).toEqual({
      ...DEFAULT_PREFERENCES,
      logScale: true,
      openSteps: ['f w/0'],
    });
  });

  it.each([[null], ['text'], [{ logScale: 'yes', folded: {}, graph: 3, unknown: 1 }]])(
    'drop %j, which is not theirs',
    (state) => {
      expect(createPreferences(holder(state)).get()).toEqual(DEFAULT_PREFERENCES);
    },
  );

  it('forget the steps that were opened longest ago', () => {
    const store = createPreferences(holder(undefined));
    store.set({ openSteps: Array.from({ length: 500 }, (_, place) => String(place)) });
    expect(store.get().openSteps).toHaveLength(400);
    expect(store.get().openSteps.at(-1)).toBe('499');
  });
});
