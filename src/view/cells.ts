/** The cells of a check in the order of interest, with their differences. Pure. */
import type { Verdict } from '../protocol';
import type { ParameterCheck } from '../protocol/training';
import { cellName } from './format';

export interface CellRow {
  readonly name: string;
  readonly derived: number;
  readonly handWritten: number | null;
  readonly finite: number;
  readonly finiteError: number;
  /** |derived - finite| relative to the largest derived cell. */
  readonly derivedDifference: number;
  readonly handDifference: number | null;
}

/** Worst first: by the hand-written gradient's difference where there is one, then by the derived one's. */
export function worstFirst(check: ParameterCheck): CellRow[] {
  const scale = Math.max(0, ...check.derived.map(Math.abs).filter(Number.isFinite)) || 1;
  const rows = check.cells.map((flat, place): CellRow => {
    const derived = check.derived[place] ?? NaN;
    const finite = check.finite[place] ?? NaN;
    const hand = check.handWritten === null ? null : (check.handWritten[place] ?? NaN);
    return {
      name: cellName(check.name, check.shape, flat),
      derived,
      handWritten: hand,
      finite,
      finiteError: check.finiteError[place] ?? NaN,
      derivedDifference: Math.abs(derived - finite) / scale,
      handDifference: hand === null ? null : Math.abs(hand - derived) / scale,
    };
  });
  return rows.sort(
    (a, b) =>
      weight(b.handDifference ?? 0) - weight(a.handDifference ?? 0) ||
      weight(b.derivedDifference) - weight(a.derivedDifference),
  );
}

const BADNESS: Readonly<Record<Verdict, number>> = { wrong: 2, unknown: 1, right: 0 };

/** Parameters worst first: by verdict, then by difference; equal ones as they were. */
export function worstParameters(checks: readonly ParameterCheck[]): ParameterCheck[] {
  const badness = ({ derivedVerdict, handVerdict }: ParameterCheck): number =>
    Math.max(BADNESS[derivedVerdict], handVerdict === null ? 0 : BADNESS[handVerdict]);
  const difference = ({ derivedDifference, handDifference }: ParameterCheck): number =>
    Math.max(weight(derivedDifference), weight(handDifference ?? 0));
  return [...checks].sort((a, b) => badness(b) - badness(a) || difference(b) - difference(a));
}

/** What cannot be compared comes first. */
function weight(difference: number): number {
  return Number.isNaN(difference) ? Number.MAX_VALUE : difference;
}
