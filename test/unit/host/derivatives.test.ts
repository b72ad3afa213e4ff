/** Deriving a definition by the kind that is to be shown. */
import { describe, expect, it } from 'vitest';
import { createTurns, deriveKind } from '../../../src/host/derivatives';
import type { DerivationView, DerivativeKind, ParameterView, Problem } from '../../../src/protocol';
import { definition, formula } from './samples';

const PARAMETER: ParameterView = {
  name: 'w',
  symbol: formula('w'),
  shape: [],
  gradient: { index: formula('1'), matrix: null, code: {} },
  abbreviations: [],
  steps: [],
  findings: [],
};
const KNOWN: Problem = { type: 'decline', id: 'known', message: 'A line was left out.', span: null };

/** Derives the kinds that are named; of the others it says that there is none. */
function analyzerOf(kinds: readonly DerivativeKind[], existing: readonly DerivativeKind[] = kinds) {
  const asked: DerivativeKind[] = [];
  const derive = (kind: DerivativeKind): Promise<DerivationView> => {
    asked.push(kind);
    const exists = kind === 'gradient' || existing.includes(kind);
    const refusal: Problem = {
      type: 'problem',
      id: 'no',
      message: `There is no ${kind}`,
      span: { startLine: 3, startColumn: 1, endLine: 3, endColumn: 2 },
    };
    return Promise.resolve({
      ...(kind === 'gradient' ? { kinds } : { kind }),
      definition: definition('f'),
      graph: { nodes: [], edges: [] },
      parameters: exists ? [PARAMETER] : [],
      facts: [],
      problems: exists ? [KNOWN] : [KNOWN, refusal],
    });
  };
  return { derive, asked };
}

const always = () => true;

describe('deriving a kind', () => {
  it('opens a loss with its gradient, which is derived once', async () => {
    const { derive, asked } = analyzerOf(['gradient', 'hessian']);
    const derived = await deriveKind(derive, null, always);
    expect(derived).toMatchObject({
      derivative: { kind: 'gradient', view: null, trouble: null },
      refusal: null,
    });
    expect(asked).toEqual(['gradient']);
  });

  it('opens a layer with its backward pass', async () => {
    const derived = await deriveKind(analyzerOf(['vjp', 'jacobian']).derive, null, always);
    expect(derived).toMatchObject({ derivative: { kind: 'vjp', view: { kind: 'vjp' } }, refusal: null });
  });

  it('derives what was asked for', async () => {
    const derived = await deriveKind(analyzerOf(['gradient', 'hessian']).derive, 'hessian', always);
    expect(derived).toMatchObject({ derivative: { kind: 'hessian', view: { kind: 'hessian' } } });
  });

  it('says why there is none, and shows what there is', async () => {
    const derived = await deriveKind(analyzerOf(['vjp', 'jacobian']).derive, 'hessian', always);
    expect(derived).toMatchObject({ derivative: { kind: 'vjp' }, refusal: 'There is no hessian.' });
  });

  it('keeps a kind in trouble, with the reason', async () => {
    const { derive } = analyzerOf(['gradient', 'hessian'], []);
    const derived = await deriveKind(derive, 'hessian', always);
    expect(derived?.derivative).toEqual({
      kind: 'hessian',
      view: null,
      busy: false,
      trouble: 'There is no hessian.',
    });
  });

  it('has no choice where nothing can be derived', async () => {
    const derived = await deriveKind(analyzerOf([]).derive, 'hessian', always);
    expect(derived).toMatchObject({ derivative: null, refusal: null });
  });

  it('is given up as soon as another was asked for', async () => {
    const { derive, asked } = analyzerOf(['gradient', 'hessian']);
    expect(await deriveKind(derive, 'hessian', () => asked.length < 1)).toBeNull();
    expect(asked).toEqual(['gradient']);
  });
});

it('a turn lasts until the next', () => {
  const turns = createTurns();
  const first = turns.next();
  expect(first()).toBe(true);
  const second = turns.next();
  expect([first(), second()]).toEqual([false, true]);
});
