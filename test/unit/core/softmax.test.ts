/** Softmaxes are one link of the chain, however many bindings compute them. */
import { describe, expect, test } from 'vitest';
import { derive } from '../../../src/core/derive';
import type { Step } from '../../../src/core/derivation';
import { parseModel } from '../../support/model';
import { gradientFaults, printer } from '../../support/steps';

const LOSS = 'J = -1/m*sum(i<m, sum(c<k, Y[i,c]*log(P[i,c])))';
const WAYS: readonly (readonly [string, string])[] = [
  ['in one binding', 'P[i<m,c<k] = exp(Z[i,c])/sum(q<k, exp(Z[i,q]))'],
  ['with exponentials', 'E[i<m,c<k] = exp(Z[i,c])\nP[i<m,c<k] = E[i,c]/sum(q<k, E[i,q])'],
  [
    'shifted',
    'E[i<m,c<k] = exp(Z[i,c] - max(q<k, Z[i,q]))\nS[i<m] = sum(q<k, E[i,q])\nP[i<m,c<k] = E[i,c]/S[i]',
  ],
  [
    'shifted, step by step',
    `M[i<m] = max(q<k, Z[i,q])\nD[i<m,c<k] = Z[i,c] - M[i]\nE[i<m,c<k] = exp(D[i,c])\nS[i<m] = sum(q<k, E[i,q])
P[i<m,c<k] = E[i,c]/S[i]`,
  ],
  ['shifted by a number', 'E[i<m,c<k] = exp(Z[i,c] - 3)\nP[i<m,c<k] = E[i,c]/sum(q<k, E[i,q])'],
];

const rules = (steps: readonly Step[]): string[] => steps.map((step) => step.rule);

describe.each(WAYS)('softmax %s', (_, softmax) => {
  const program = parseModel(`param Z[m,k]; label Y[m,k] onehot\n${softmax}\n${LOSS}`);
  const derivation = derive(program);
  const show = printer(program, derivation);
  const [gradient] = derivation.gradients;

  test('gives the textbook form in steps that hold', () => {
    expect(gradient && show(gradient.element)).toBe('1/m*(P[i,c] - Y[i,c])');
    expect(gradient && gradientFaults(gradient, show)).toEqual([]);
  });

  test('is one link of the chain, by the quotient rule', () => {
    expect(show(gradient?.steps[0]?.after ?? program.arena.zero)).toBe(
      'sum(c2<k, d(J)/d(P[i,c2])*d(P[i,c2])/d(Z[i,c]))',
    );
    const link = gradient?.steps.find((step) => step.title === 'derive ∂P/∂Z');
    expect(rules(link?.children ?? [])).toContain('quotient-rule');
    expect(rules(link?.children ?? []).at(-1)).toBe('in-terms-of-output');
    expect(rules(link?.children ?? []).includes('shift-cancels')).toBe(
      softmax.includes('exp(Z[i,c] -') || softmax.includes('D['),
    );
  });
});

describe('softmaxes that stay in parts', () => {
  const shifted = WAYS[2]?.[1] ?? '';
  const used = `param Z[m,k]; label Y[m,k] onehot\n${shifted}\n`;

  test('what else uses a part is derived past it', () => {
    const program = parseModel(`${used}J = sum(i<m, log(S[i]) + sum(c<k, Y[i,c]*P[i,c]))`);
    const derivation = derive(program);
    const show = printer(program, derivation);
    expect(derivation.gradients.flatMap((gradient) => gradientFaults(gradient, show))).toEqual([]);
  });

  test('what uses a part and is not on the way keeps its definition', () => {
    const program = parseModel(`${used}L[i<m] = log(S[i])\n${LOSS}`);
    const derivation = derive(program);
    const show = printer(program, derivation);
    expect(derivation.gradients.flatMap((gradient) => gradientFaults(gradient, show))).toEqual([]);
  });

  test('the derivative by a part can be asked for', () => {
    const derivation = derive(parseModel(used + LOSS), { keep: ['E'] });
    expect(derivation.backward.adjoints.map(({ of }) => of)).toContain('E');
    expect(derive(parseModel(used + LOSS), { wrt: ['E'] }).gradients).toHaveLength(1);
  });

  test.each([
    ['a sum over something else', 'P[i<m,c<k] = exp(Z[i,c])/sum(q<k, exp(2*Z[i,q]))'],
    ['a sum over another axis', 'P[i<m,c<k] = exp(Z[i,c])/sum(r<m, exp(Z[r,c]))'],
    ['a factor beside it', 'P[i<m,c<k] = 2*exp(Z[i,c])/sum(q<k, exp(Z[i,q]))'],
    ['one row for all', 'P[i<m,c<k] = exp(Z[i,c])/sum(q<k, exp(Z[0,q]))'],
  ])('%s', (_, quotient) => {
    const program = parseModel(
      `param Z[m,k]; data U[m,k]\n${quotient}\nJ = sum(i<m, sum(c<k, U[i,c]*P[i,c]))`,
    );
    const derivation = derive(program);
    const show = printer(program, derivation);
    expect(derivation.gradients.flatMap((gradient) => gradientFaults(gradient, show))).toEqual([]);
  });
});
