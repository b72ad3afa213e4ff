/** Which derivative the panel shows, and what is said beside it. */
import { describe, expect, it } from 'vitest';
import type { DerivationView, DerivativeKind, StabilityView } from '../../../src/protocol';
import type { PanelState } from '../../../src/protocol/panel';
import { derivativeName, findingsOf, shownDerivative, shownStability } from '../../../src/view/derivatives';
import { logisticState } from './logisticState';

const state: PanelState = logisticState;
const gradients = state.derivation as DerivationView;
const KINDS: readonly DerivativeKind[] = ['gradient', 'hessian', 'hvp'];
const hessian: DerivationView = { ...gradients, kind: 'hessian', parameters: [] };
const shows = (derivative: PanelState['derivative']): PanelState => ({
  ...state,
  derivation: { ...gradients, kinds: KINDS },
  derivative: derivative ?? null,
});

describe('the derivative that is shown', () => {
  it('is the gradient where there is no choice', () => {
    expect(shownDerivative(state)).toMatchObject({ kind: 'gradient', view: gradients, trouble: null });
    expect(shownDerivative({ ...state, derivation: null })).toBeNull();
  });

  it('is the one before while another is derived', () => {
    const chosen = { kind: 'hessian', view: null, busy: true, trouble: null } as const;
    expect(shownDerivative(shows(chosen))?.kind).toBe('gradient');
    expect(shownDerivative(shows({ ...chosen, kind: 'hvp', view: hessian }))?.kind).toBe('hessian');
  });

  it('is none where there is trouble', () => {
    const chosen = { kind: 'hvp', view: null, busy: false, trouble: 'There is none.' } as const;
    expect(shownDerivative(shows(chosen))).toMatchObject({
      kind: 'hvp',
      view: null,
      trouble: 'There is none.',
    });
  });

  it('has the words of slopes where numbers are derived', () => {
    const label = (kind: DerivativeKind, kinds?: readonly DerivativeKind[]) =>
      derivativeName(kind, kinds).label;
    expect(label('hessian', KINDS)).toBe('Hessian');
    expect(label('hessian', ['gradient', 'hessian'])).toBe('Second derivative');
    expect(label('gradient', ['gradient', 'hessian', 'jacobian', 'vjp'])).toBe('Derivative');
    expect(label('gradient')).toBe('Gradient');
  });
});

describe('what is said beside it', () => {
  it('are verdicts only where it is a first derivative', () => {
    const known = gradients.parameters.find(({ findings }) => findings.length > 0);
    if (!known) throw new Error('the sample has no hand-written gradient');
    expect(findingsOf('gradient', known.name, gradients)).toBe(known.findings);
    expect(findingsOf('vjp', known.name, gradients)).toBe(known.findings);
    expect(findingsOf('hessian', known.name, gradients)).toEqual([]);
    expect(findingsOf('jacobian', 'nothing', gradients)).toEqual([]);
  });

  it('is of the gradient only beside the gradient', () => {
    const finding = {
      names: ['w'],
      variable: 'z',
      side: 'above',
      effect: 'overflow',
      threshold: 1,
      singleThreshold: null,
      together: false,
      text: '',
    } as const;
    const stability: StabilityView = {
      findings: [
        { ...finding, what: 'value' },
        { ...finding, what: 'chain' },
        { ...finding, what: 'gradient' },
      ],
      conclusion: 'The gradient was right.',
      stable: null,
    };
    const beside = (kind: DerivativeKind, view: DerivationView | null) =>
      shownStability({ ...shows({ kind, view, busy: false, trouble: null }), stability });
    expect(beside('gradient', null)).toBe(stability);
    expect(beside('hessian', hessian)).toEqual({
      findings: [{ ...finding, what: 'value' }],
      conclusion: '',
      stable: null,
    });
    expect(shownStability(shows(null))).toBeNull();
  });
});
