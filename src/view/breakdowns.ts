/** What was measured about floating point as rows of a table: one for each size of a variable. Pure. */
import type { StabilityFinding } from '../protocol';

export interface Breakdown {
  /** "z > 36.74". */
  readonly double: string;
  /** The same in single precision, null where nothing was found there. */
  readonly single: string | null;
  /** Whether all elements of the variable have to be of that size. */
  readonly together: boolean;
  readonly effect: StabilityFinding['effect'];
  /** "cost as written and the chain rule". */
  readonly subject: string;
  readonly plural: boolean;
}

/** Thresholds that differ by less are one size: they are measured on the same variable for one reason. */
const SAME = 0.01;

/** Rows by variable and size, where findings about the same size are one row. */
export function breakdowns(findings: readonly StabilityFinding[]): readonly Breakdown[] {
  const groups: StabilityFinding[][] = [];
  for (const finding of findings) {
    const group = groups.find(([first]) => first !== undefined && sameCondition(first, finding));
    if (group) group.push(finding);
    else groups.push([finding]);
  }
  return groups.flatMap((group): Breakdown[] => {
    const [first] = group;
    if (!first) return [];
    const { variable, side, threshold, singleThreshold, together, effect } = first;
    const subjects = [...new Set(group.map(subjectOf))];
    return [
      {
        double: condition(variable, side, threshold),
        single: singleThreshold === null ? null : condition(variable, side, singleThreshold),
        together,
        effect,
        subject: listed(subjects),
        plural: subjects.length > 1,
      },
    ];
  });
}

function sameCondition(a: StabilityFinding, b: StabilityFinding): boolean {
  return (
    a.variable === b.variable &&
    a.side === b.side &&
    a.effect === b.effect &&
    a.together === b.together &&
    near(a.threshold, b.threshold) &&
    (a.singleThreshold === null) === (b.singleThreshold === null) &&
    near(a.singleThreshold ?? 0, b.singleThreshold ?? 0)
  );
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));

function subjectOf({ what, names }: StabilityFinding): string {
  const list = listed(names.map(plain));
  return { value: `${list} as written`, chain: 'the plain chain rule', gradient: `the gradient for ${list}` }[
    what
  ];
}

/** A name as in the code: a later value of a variable is `z@2` within. */
const plain = (name: string): string => name.replace(/@.*$/, '');

function condition(variable: string, side: StabilityFinding['side'], threshold: number): string {
  const size = String(Number(threshold.toPrecision(4)));
  const name = plain(variable);
  if (side === 'above') return `${name} > ${size}`;
  return side === 'below' ? `${name} < −${size}` : `|${name}| > ${size}`;
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}
