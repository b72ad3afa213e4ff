/** Derives a definition by its gradients and by the kind of derivative that is to be shown. */
import type { DerivationView, DerivativeKind, Problem } from '../protocol';
import type { DerivativeState } from '../protocol/panel';
import { sentence } from './messages';

export interface Derived {
  /** By gradients. */
  readonly derivation: DerivationView;
  readonly derivative: DerivativeState | null;
  /** Why what was asked for is not what is shown. */
  readonly refusal: string | null;
}

/**
 * The kind `wanted`, or what the definition is best opened with. Of a kind that the definition does not have, the reason
 * is given and the best one is derived instead. Null as soon as nobody waits for the answer any more.
 */
export async function deriveKind(
  derive: (kind: DerivativeKind) => Promise<DerivationView>,
  wanted: DerivativeKind | null,
  isCurrent: () => boolean,
): Promise<Derived | null> {
  const derivation = await derive('gradient');
  if (!isCurrent()) return null;
  const kinds = derivation.kinds ?? [];
  const [first] = kinds;
  if (first === undefined) return { derivation, derivative: null, refusal: null };

  let refusal: string | null = null;
  let kind = wanted ?? first;
  if (!kinds.includes(kind)) {
    const refused = await derive(kind);
    if (!isCurrent()) return null;
    refusal = reasons(own(refused, derivation));
    kind = first;
  }
  if (kind === 'gradient')
    return { derivation, derivative: { kind, view: null, busy: false, trouble: null }, refusal };
  const view = await derive(kind);
  if (!isCurrent()) return null;
  const failed = view.parameters.length === 0;
  const trouble = failed ? reasons(own(view, derivation)) || NO_REASON : null;
  return { derivation, derivative: { kind, view: failed ? null : view, busy: false, trouble }, refusal };
}

const NO_REASON = 'There is no such derivative of this definition. Choose another one.';

/** They are about the whole definition, so that the line of its name tells nothing. */
function reasons(problems: readonly Problem[]): string {
  return problems.map(({ message }) => sentence(message)).join(' ');
}

/** The problems that only this kind has. */
function own(view: DerivationView, derivation: DerivationView): DerivationView['problems'] {
  const known = new Set(derivation.problems.map(({ id, message }) => `${id} ${message}`));
  return view.problems.filter(({ id, message }) => !known.has(`${id} ${message}`));
}

/** Counts turns: what an earlier turn has found is stale once there is a later one. */
export function createTurns(): { next(): () => boolean } {
  let count = 0;
  return {
    next() {
      count += 1;
      const turn = count;
      return () => turn === count;
    },
  };
}
