/** Which derivative is shown, of those that a definition has, and what each is called. */
import type { DerivationView, DerivativeKind, Finding, StabilityView } from '../protocol';
import type { DerivativeState, PanelState } from '../protocol/panel';

export interface DerivativeName {
  /** On the button that chooses it. */
  readonly label: string;
  readonly title: string;
  /** Before a parameter: "Gradient for w". */
  readonly heading: string;
}

const NAMES: Readonly<Record<DerivativeKind, DerivativeName>> = {
  gradient: {
    label: 'Gradient',
    title: 'How the output changes with each parameter',
    heading: 'Gradient for',
  },
  hessian: {
    label: 'Hessian',
    title: 'Second derivatives: how the gradient changes with each parameter',
    heading: 'Hessian by',
  },
  hvp: {
    label: 'Hessian-vector product',
    title: 'How the gradient changes along a direction v, without the Hessian itself',
    heading: 'Hessian-vector product for',
  },
  jacobian: {
    label: 'Jacobian',
    title: 'How each element of the output changes with each element of a parameter',
    heading: 'Jacobian by',
  },
  vjp: {
    label: 'Vector-Jacobian product',
    title: 'The backward pass: what flows back to each parameter, given the gradient from upstream',
    heading: 'Vector-Jacobian product for',
  },
  jvp: {
    label: 'Jacobian-vector product',
    title: 'How the output changes along a direction, without the Jacobian itself',
    heading: 'Jacobian-vector product for',
  },
};

/** For functions that are applied to numbers, or element by element. */
const OF_NUMBERS: Partial<Record<DerivativeKind, DerivativeName>> = {
  gradient: { label: 'Derivative', title: 'The slope of the function', heading: 'Derivative by' },
  hessian: {
    label: 'Second derivative',
    title: 'How the slope changes',
    heading: 'Second derivative by',
  },
};

/** The name of a kind among those that the definition has. */
export function derivativeName(kind: DerivativeKind, kinds: readonly DerivativeKind[] = []): DerivativeName {
  const ofNumbers = kinds.includes('gradient') && kinds.includes('hessian') && !kinds.includes('hvp');
  return (ofNumbers ? OF_NUMBERS[kind] : undefined) ?? NAMES[kind];
}

/** What the sections Derivation and Result show. */
export interface ShownDerivative {
  readonly kind: DerivativeKind;
  readonly name: DerivativeName;
  /** Null where there is none, for the reason `trouble`. */
  readonly view: DerivationView | null;
  readonly trouble: string | null;
}

export function shownDerivative({ derivation, derivative }: PanelState): ShownDerivative | null {
  if (!derivation) return null;
  const chosen: DerivativeState = derivative ?? { kind: 'gradient', view: null, busy: false, trouble: null };
  const view = chosen.trouble === null ? (chosen.view ?? derivation) : null;
  // While another kind is derived, what is there is still the one before.
  const kind = view === null ? chosen.kind : (view.kind ?? 'gradient');
  return { kind, name: derivativeName(kind, derivation.kinds), view, trouble: chosen.trouble };
}

/** Whether the verdicts on gradients written by hand belong to it. */
export const showsFindings = (kind: DerivativeKind): boolean => kind !== 'hessian' && kind !== 'hvp';

/** The hand-written gradients of a parameter: they are first derivatives, whatever form these are shown in. */
export function findingsOf(
  kind: DerivativeKind,
  parameter: string,
  derivation: DerivationView,
): readonly Finding[] {
  if (!showsFindings(kind)) return [];
  return derivation.parameters.find(({ name }) => name === parameter)?.findings ?? [];
}

/** What was measured of the definition and, where gradients are shown, of these. */
export function shownStability(state: PanelState): StabilityView | null {
  const { stability = null } = state;
  const kind = shownDerivative(state)?.kind ?? 'gradient';
  if (stability === null || kind === 'gradient') return stability;
  const findings = stability.findings.filter(({ what }) => what === 'value');
  return { ...stability, findings, conclusion: '' };
}
