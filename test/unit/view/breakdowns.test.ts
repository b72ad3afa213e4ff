/** What was measured about floating point, as rows of a table. */
import { describe, expect, it } from 'vitest';
import type { StabilityFinding } from '../../../src/protocol';
import { breakdowns } from '../../../src/view/breakdowns';

const finding = (parts: Partial<StabilityFinding>): StabilityFinding => ({
  what: 'value',
  names: ['cost'],
  variable: 'z',
  side: 'above',
  effect: 'overflow',
  threshold: 36.7368,
  singleThreshold: 16.6355,
  together: false,
  text: '',
  ...parts,
});
const rows = (...findings: Partial<StabilityFinding>[]): string[] =>
  breakdowns(findings.map(finding)).map(
    ({ double, single, subject, effect, plural, together }) =>
      `${double} (${single ?? 'never'})${together ? ' all' : ''}: ${subject} ${plural ? 'are' : 'is'} ${effect}`,
  );

describe('breakdowns', () => {
  it('are one row where the condition is one, whatever fails there', () => {
    const chain = { what: 'chain', names: ['w', 'b'], threshold: 36.74 } as const;
    expect(rows({}, chain)).toEqual([
      'z > 36.74 (z > 16.64): cost as written and the plain chain rule are overflow',
    ]);
  });

  it('name what fails at one condition once', () => {
    const chain = { what: 'chain' } as const;
    expect(rows(chain, { ...chain, names: ['b'] })).toEqual([
      'z > 36.74 (z > 16.64): the plain chain rule is overflow',
    ]);
  });

  it.each([
    ['variable', { variable: 'u' }],
    ['side', { side: 'below' }],
    ['effect', { effect: 'cancellation' }],
    ['size', { threshold: 38 }],
    ['size in single precision', { singleThreshold: 18 }],
    ['single precision at all', { singleThreshold: null }],
    ['manner', { together: true }],
  ] as const)('are two rows where the %s differs', (_, parts) => {
    expect(rows({}, parts)).toHaveLength(2);
  });

  it('are written with the sign of the side', () => {
    expect(rows({ side: 'below' }, { side: 'beyond', singleThreshold: null }, { variable: 'z@2' })).toEqual([
      'z < −36.74 (z < −16.64): cost as written is overflow',
      '|z| > 36.74 (never): cost as written is overflow',
      'z > 36.74 (z > 16.64): cost as written is overflow',
    ]);
  });

  it('list what the gradient is for', () => {
    expect(rows({ what: 'gradient', names: ['W', 'b', 'c'] })).toEqual([
      'z > 36.74 (z > 16.64): the gradient for W, b and c is overflow',
    ]);
  });
});
