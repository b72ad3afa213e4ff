/** The values of a label, from the column that was chosen for it. */
import type { Domain } from '../core/definition';
import type { Problem } from '../protocol';
import type { Column } from './column';
import { levelsOfTexts, numbered } from './encode';
import { learnNow, type Learner } from './learn';
import { problem } from './sniff';

/** What the cells of the column mean. */
export interface TargetReading {
  /** What a number, or the code of a category, becomes: NaN where missing; for classes, the position in `classes`. Null: itself. */
  readonly read: ((cell: number) => number) | null;
  /** What the positions stand for, when the label is a class. */
  readonly classes: readonly string[] | null;
  readonly notes: readonly string[];
}

export interface TargetValues {
  /** One per row of the table; NaN where missing. For classes, the position in `classes`. */
  readonly values: Float64Array;
  readonly classes: readonly string[] | null;
  readonly notes: readonly string[];
}

export type Found<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** What the definition needs: a class position per row (for `class` and one-hot labels), or numbers in a domain. */
export type TargetNeed = { readonly kind: 'classes' } | { readonly kind: 'numbers'; readonly domain: Domain };

const MOST_CLASSES = 1000;
const fail = (id: string, message: string): Found<never> => ({ ok: false, problem: problem(id, message) });

export function readTarget(column: Column, need: TargetNeed): Found<TargetValues> {
  const found = learnNow(learnTarget(column, need), column.numbers);
  if (!found.ok) return found;
  const { read, classes, notes } = found.value;
  const values =
    column.type === 'text'
      ? Float64Array.from(column.codes, (code) => (read ? read(code) : NaN))
      : read
        ? column.numbers.map(read)
        : column.numbers;
  return { ok: true, value: { values, classes, notes } };
}

/** Is shown the numbers of a column of numbers once; needs to see nothing of others. */
export function* learnTarget(column: Column, need: TargetNeed): Learner<Found<TargetReading>> {
  if (column.strays > 0 && column.firstStray)
    return fail(
      'target-text',
      `The target ${column.name} is numeric, but ${column.firstStray.place} has the text "${column.firstStray.text}". Correct it or choose another target.`,
    );
  if (column.type === 'empty')
    return fail('target-empty', `The target ${column.name} has no values. Choose another target column.`);
  if (column.type === 'text') {
    const facts: Facts = { levels: levelsOfTexts(column), fraction: null, outside: null };
    return need.kind === 'classes' ? asClasses(column, facts) : asNumbers(column, facts, need.domain);
  }
  const facts = yield* learnFacts(need.kind === 'numbers' ? need.domain : { kind: 'real' });
  return need.kind === 'classes' ? asClasses(column, facts) : asNumbers(column, facts, need.domain);
}

interface Cell {
  readonly row: number;
  readonly value: number;
}

interface Facts {
  /** The first number that is not whole, and the first that is not in the domain. */
  readonly fraction: Cell | null;
  readonly outside: Cell | null;
  /** Distinct values in their natural order, and the position of each number or code; null for more than classes can be. */
  readonly levels: {
    readonly names: readonly string[];
    readonly place: (cell: number) => number;
  } | null;
}

function* learnFacts(domain: Domain): Learner<Facts> {
  let fraction: Cell | null = null;
  let outside: Cell | null = null;
  const seen = new Set<number>();
  let row = 0;
  yield (cells) => {
    for (const value of cells) {
      if (!Number.isNaN(value)) {
        if (fraction === null && !Number.isInteger(value)) fraction = { row, value };
        if (outside === null && !inside(value, domain)) outside = { row, value };
        if (seen.size <= MOST_CLASSES) seen.add(value);
      }
      row += 1;
    }
  };
  if (seen.size > MOST_CLASSES) return { fraction, outside, levels: null };
  const sorted = [...seen].sort((a, b) => a - b);
  const rank = new Map(sorted.map((value, k) => [value, k]));
  return {
    fraction,
    outside,
    levels: { names: sorted.map(String), place: (value) => rank.get(value) ?? NaN },
  };
}

function asClasses(column: Column, { fraction, levels }: Facts): Found<TargetReading> {
  if (fraction)
    return fail(
      'target-not-class',
      `The loss needs classes, but ${column.name} is ${fraction.value} in row ${fraction.row + 1}, which is no whole number. Choose a column of classes.`,
    );
  if (!levels || levels.names.length > MOST_CLASSES)
    return fail(
      'target-classes',
      `The target ${column.name} has more than ${MOST_CLASSES} different values, too many for classes. Choose a column with a few classes.`,
    );
  return {
    ok: true,
    value: {
      read: (cell) => levels.place(cell),
      classes: levels.names,
      notes: classNote(column, levels.names),
    },
  };
}

function asNumbers(column: Column, { outside, levels }: Facts, domain: Domain): Found<TargetReading> {
  const pair = domain.kind === 'sign' ? ([-1, 1] as const) : ([0, 1] as const);
  const numeric = column.type === 'number';
  if (numeric && !outside) return { ok: true, value: { read: null, classes: null, notes: [] } };
  const count = levels?.names.length ?? Infinity;
  // Two values are two classes, as two words are; more of them are quantities.
  const areClasses = domain.kind !== 'interval' || (count === 2 && domain.low === 0 && domain.high === 1);
  if (outside && domain.kind === 'interval' && !areClasses)
    return fail(
      'target-domain',
      `The target ${column.name} must lie between ${domain.low} and ${domain.high}, but row ${outside.row + 1} is ${outside.value}. Choose another target.`,
    );
  if (levels && count === 2) {
    const [low = '', high = ''] = levels.names;
    const read = (cell: number): number => {
      const place = levels.place(cell);
      return Number.isNaN(place) ? NaN : place === 0 ? pair[0] : pair[1];
    };
    const note = `The target ${column.name} was encoded: "${low}" as ${pair[0]}, "${high}" as ${pair[1]}.`;
    return { ok: true, value: { read, classes: [low, high], notes: [note] } };
  }
  const many = count === Infinity ? 'many' : String(count);
  const some = someOf(levels?.names ?? []);
  if (domain.kind === 'binary' || domain.kind === 'sign')
    return fail(
      'target-not-binary',
      `The loss needs a target that is ${pair[0]} or ${pair[1]}, but ${column.name} has ${many} different values (${some})${outside ? `: row ${outside.row + 1} is ${outside.value}` : ''}. Choose a target with two classes.`,
    );
  return fail(
    'target-text',
    `The loss needs a numeric target, but ${column.name} is text with ${many} different values (${some}). Choose a numeric column.`,
  );
}

function inside(value: number, domain: Domain): boolean {
  switch (domain.kind) {
    case 'binary':
      return value === 0 || value === 1;
    case 'sign':
      return value === -1 || value === 1;
    case 'interval':
      // Labels at the ends of an open interval are usual: y log a is 0 there.
      return value >= domain.low && value <= domain.high;
    case 'class':
    case 'symmetric':
    case 'distribution':
    case 'real':
      return true;
  }
}

function classNote(column: Column, names: readonly string[]): string[] {
  if (column.type === 'number' && names.every((name, k) => name === String(k))) return [];
  return [`The classes of ${column.name} were numbered: ${numbered(names)}.`];
}

const someOf = (names: readonly string[]): string =>
  names.length === 0
    ? 'more than can be listed'
    : names.slice(0, 4).join(', ') + (names.length > 4 ? ', …' : '');
