import { describe, expect, it } from 'vitest';
import type { StepView } from '../../../src/protocol';
import {
  alignedLatex,
  continues,
  countSteps,
  countsText,
  openableKeys,
  partShown,
} from '../../../src/view/steps';
import type { TreeItem } from '../../../src/view/treeKeys';
import { treeKey } from '../../../src/view/treeKeys';

const step = (before: string, after: string, more: Partial<StepView> = {}): StepView => ({
  rule: 'chain-rule',
  ruleName: 'chain rule',
  ruleFormula: '',
  title: '',
  before: { latex: before, text: before },
  after: { latex: after, text: after },
  state: 'verified',
  evidence: '',
  assumptions: [],
  children: [],
  ...more,
});

describe('trees of steps', () => {
  const nested = [
    step('a', 'b', {
      children: [step('a', 'c', { children: [step('c', 'd', { state: 'failed' })] }), step('c', 'b')],
    }),
    step('b', 'e', { state: 'not-checked' }),
  ];

  it('counts every depth', () => {
    expect(countSteps(nested)).toEqual({ verified: 3, failed: 1, 'not-checked': 1 });
  });

  it.each([
    [{ verified: 0, failed: 0, 'not-checked': 0 }, ''],
    [{ verified: 1, failed: 0, 'not-checked': 0 }, 'The step is verified'],
    [{ verified: 31, failed: 0, 'not-checked': 0 }, 'All 31 steps verified'],
    [{ verified: 3, failed: 1, 'not-checked': 1 }, '3 of 5 steps verified, 1 failed, 1 not checked'],
  ])('%j in words', (counts, text) => {
    expect(countsText(counts)).toBe(text);
  });

  it('names the steps that can be opened by their place', () => {
    expect(openableKeys(nested, 'f w')).toEqual(['f w/0', 'f w/0/0']);
  });

  it('goes on where the step before it stopped, marks aside', () => {
    expect(continues(step('b', 'c'), step('a', 'b'))).toBe(true);
    expect(continues(step('b', 'c'), step('a', 'b'))).toBe(true);
    expect(continues(step('x', 'c'), step('a', 'b'))).toBe(false);
    expect(continues(step('b', 'c'), undefined)).toBe(false);
  });

  it('shows the part that the children derive', () => {
    const part = (children: StepView[]) => partShown(step('a', 'b', { children }));
    expect(part([step('x', 'y'), step('y', 'z')])).toEqual({
      before: { latex: 'x', text: 'x' },
      after: { latex: 'z', text: 'z' },
    });
    expect(part([])).toBeNull();
    expect(part([step('a', 'y'), step('y', 'z')])).toBeNull();
    expect(part([step('x', 'y'), step('v', 'z')])).toBeNull();
  });

  it('becomes LaTeX for a text', () => {
    const steps = [step('a_i', 'b'), step('b', 'c', { ruleName: '100 % of_it' }), step('x', 'y')];
    expect(alignedLatex(steps)).toBe(
      [
        '\\begin{aligned}',
        '  a_i &= b && \\text{chain rule} \\\\',
        '   &= c && \\text{100 \\% of\\_it} \\\\',
        '  x &= y && \\text{chain rule}',
        '\\end{aligned}',
      ].join('\n'),
    );
  });
});

describe('keyboard of a tree', () => {
  /** 0 [open]: 1 [closed], 2 leaf; 3 [closed]; 4 leaf. */
  const items: TreeItem[] = [
    { level: 1, expanded: true },
    { level: 2, expanded: false },
    { level: 2, expanded: null },
    { level: 1, expanded: false },
    { level: 1, expanded: null },
  ];

  it.each([
    [0, 'ArrowDown', { type: 'focus', place: 1 }],
    [4, 'ArrowDown', null],
    [1, 'ArrowUp', { type: 'focus', place: 0 }],
    [0, 'ArrowUp', null],
    [2, 'Home', { type: 'focus', place: 0 }],
    [0, 'Home', null],
    [2, 'End', { type: 'focus', place: 4 }],
    [0, 'ArrowRight', { type: 'focus', place: 1 }],
    [1, 'ArrowRight', { type: 'expand', place: 1 }],
    [2, 'ArrowRight', null],
    [0, 'ArrowLeft', { type: 'collapse', place: 0 }],
    [2, 'ArrowLeft', { type: 'focus', place: 0 }],
    [3, 'ArrowLeft', null],
    [0, 'Enter', { type: 'collapse', place: 0 }],
    [3, ' ', { type: 'expand', place: 3 }],
    [4, 'Enter', null],
    [0, '*', { type: 'expand-siblings', places: [3] }],
    [2, '*', { type: 'expand-siblings', places: [1] }],
    [0, 'x', null],
    [9, 'ArrowDown', null],
  ])('at %d, %s gives %j', (place, key, action) => {
    expect(treeKey(items, place, key)).toEqual(action);
  });
});
