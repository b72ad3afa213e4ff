/** Ranges and signs of expressions, inferred bottom-up from the domains of inputs through the bindings. */
import { axisIndices, indexedSizes, type Domain, type Program } from './definition';
import type { Node, Size } from './expr';
import { createFiniteness } from './finite';
import { opRow } from './ops';
import { symmetricNames } from './symmetric';

/** A real interval; an end that is open is excluded. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

export const WHOLE: Range = { low: -Infinity, high: Infinity, lowOpen: true, highOpen: true };
const POSITIVE_RANGE: Range = { low: 0, high: Infinity, lowOpen: true, highOpen: true };
export const UNIT_RANGE: Range = { low: 0, high: 1, lowOpen: true, highOpen: true };

const closed = (low: number, high: number): Range => ({
  low,
  high,
  lowOpen: low === -Infinity,
  highOpen: high === Infinity,
});

/** A constant that floating point may not hold exactly, and sums of such: no sign may rest on their last digits. */
function around(value: number): Range {
  const margin = Math.abs(value) * 2 ** -40;
  return closed(value - margin, value + margin);
}

export interface Facts {
  range(node: Node): Range;
  isPositive(node: Node): boolean;
  isNonNegative(node: Node): boolean;
  /** Proved to be finite wherever the inputs are, and not to overflow. */
  isFinite(node: Node): boolean;
  /** 'hard' for one-hot rows, 'soft' for other rows that sum to 1 along an axis, else null. */
  distribution(name: string): 'hard' | 'soft' | null;
  /** The position of that axis among `count` non-unit axes. */
  distributionAxis(name: string, count: number): number;
  /** The number of classes of which an input names one; null for any other name. */
  classes(name: string): Size | null;
  /** Its last two axes make symmetric matrices; `definite` where they are positive definite as well. */
  symmetry(name: string): 'definite' | 'symmetric' | null;
  /** The size of a non-unit axis of an input or a binding. */
  axisSize(name: string, position: number): Size | null;
  /** The few values that each element of an input can take; null if there are more. */
  values(name: string): readonly number[] | null;
  /** Narrows what is known of a binding, e.g. by a proof about its definition. */
  learn(name: string, range: Range): void;
  /** How often something was learned: ranges may differ between two values of this. */
  readonly lessons: number;
  /** "a is in (0, 1)", for a symbol of which something is known. */
  describe(name: string): string | null;
}

function rangeOfDomain(domain: Domain): Range {
  switch (domain.kind) {
    case 'real':
      return WHOLE;
    case 'interval':
      return { low: domain.low, high: domain.high, lowOpen: domain.open, highOpen: domain.open };
    case 'binary':
    case 'distribution':
      return closed(0, 1);
    case 'symmetric':
      return WHOLE;
    case 'sign':
      return closed(-1, 1);
    case 'class':
      return closed(0, Infinity);
  }
}

/** A bound in three digits where it has many, rounded away from the range. */
function shortened(bound: number, round: (value: number) => number): number {
  if (String(bound).length <= 6 || !Number.isFinite(bound)) return bound;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(bound))) - 2);
  return Number((round(bound / unit) * unit).toPrecision(3));
}

interface End {
  readonly value: number;
  readonly open: boolean;
}

const product = (a: End, b: End): End => {
  const value = a.value === 0 || b.value === 0 ? 0 : a.value * b.value;
  const zeroClosed = (a.value === 0 && !a.open) || (b.value === 0 && !b.open);
  return { value, open: zeroClosed ? false : a.open || b.open };
};

function hull(ends: readonly End[]): Range {
  let low: End = { value: Infinity, open: true };
  let high: End = { value: -Infinity, open: true };
  for (const end of ends) {
    if (end.value < low.value || (end.value === low.value && !end.open)) low = end;
    if (end.value > high.value || (end.value === high.value && !end.open)) high = end;
  }
  return { low: low.value, high: high.value, lowOpen: low.open, highOpen: high.open };
}

const lowEnd = (r: Range): End => ({ value: r.low, open: r.lowOpen });
const highEnd = (r: Range): End => ({ value: r.high, open: r.highOpen });

const addRanges = (a: Range, b: Range): Range => ({
  low: a.low + b.low,
  high: a.high + b.high,
  lowOpen: a.lowOpen || b.lowOpen,
  highOpen: a.highOpen || b.highOpen,
});

const isWhole = ({ low, high }: Range): boolean => low === -Infinity && high === Infinity;
const isZero = ({ low, high }: Range): boolean => low === 0 && high === 0;

const mulRanges = (a: Range, b: Range): Range =>
  (isWhole(a) || isWhole(b)) && !isZero(a) && !isZero(b)
    ? WHOLE
    : hull([
        product(lowEnd(a), lowEnd(b)),
        product(lowEnd(a), highEnd(b)),
        product(highEnd(a), lowEnd(b)),
        product(highEnd(a), highEnd(b)),
      ]);

const union = (a: Range, b: Range): Range => hull([lowEnd(a), highEnd(a), lowEnd(b), highEnd(b)]);

/** Of the larger of two values. */
const larger = (a: Range, b: Range): Range => ({
  low: Math.max(a.low, b.low),
  high: Math.max(a.high, b.high),
  lowOpen: (a.lowOpen && a.low >= b.low) || (b.lowOpen && b.low >= a.low),
  highOpen: a.high === b.high ? a.highOpen && b.highOpen : a.high > b.high ? a.highOpen : b.highOpen,
});

/** Of the negative. */
const turned = (r: Range): Range => ({
  low: -r.high,
  high: -r.low,
  lowOpen: r.highOpen,
  highOpen: r.lowOpen,
});

const positive = (r: Range): boolean => r.low > 0 || (r.low === 0 && r.lowOpen);

function powRange(base: Range, exponent: Node): Range {
  const up: Range = { low: 0, high: Infinity, lowOpen: positive(base), highOpen: true };
  if (exponent.kind !== 'num') return base.low >= 0 ? up : WHOLE;
  const e = exponent.num / exponent.den;
  const even = exponent.den === 1 && exponent.num % 2 === 0;
  if (base.low < 0) {
    if (even) return closed(0, e > 0 ? Math.max(base.low ** e, base.high ** e) : Infinity);
    return exponent.den === 1 && e > 0
      ? { ...base, low: base.low ** e, high: base.high ** e }
      : exponent.den === 1
        ? WHOLE
        : closed(0, Infinity);
  }
  const low = { value: base.low ** e, open: base.lowOpen };
  const high = { value: base.high ** e, open: base.highOpen };
  return hull(e > 0 ? [low, high] : [{ ...low, open: low.open || low.value === Infinity }, high]);
}

export function createFacts(program: Program): Facts {
  const inputs = new Map(program.inputs.map((input) => [input.name, input]));
  const bindings = new Map(program.bindings.map((binding) => [binding.name, binding]));
  const learned = new Map<string, Range>();
  let lessons = 0;
  const symmetric = symmetricNames(program);
  const named = new Map<string, Range>();
  let memo = new Map<number, Range>();

  const rangeOfName = (name: string): Range => {
    const known = learned.get(name) ?? named.get(name);
    if (known) return known;
    const input = inputs.get(name);
    const binding = bindings.get(name);
    named.set(name, WHOLE);
    const range = input ? rangeOfDomain(input.domain) : binding ? rangeOf(binding.def) : WHOLE;
    named.set(name, range);
    return range;
  };

  const symmetryOf = (name: string): 'definite' | 'symmetric' | null => {
    const domain = inputs.get(name)?.domain;
    if (domain?.kind === 'symmetric') return domain.definite ? 'definite' : 'symmetric';
    return symmetric.has(name) ? 'symmetric' : null;
  };

  const compute = (node: Node): Range => {
    switch (node.kind) {
      case 'num':
        return node.den === 1 ? closed(node.num, node.num) : around(node.num / node.den);
      case 'const':
        return around(node.value);
      case 'size':
        return closed(1, Infinity);
      case 'index':
        return closed(0, Infinity);
      case 'sym':
        return rangeOfName(node.name);
      case 'matrix': {
        const [row, column] = node.args.slice(-2);
        const definite = symmetryOf(node.name) === 'definite';
        const positiveElement = node.fn === 'det' || (node.fn === 'inv' && row === column);
        return definite && positiveElement ? POSITIVE_RANGE : WHOLE;
      }
      case 'add':
        return node.args.map(rangeOf).reduce(addRanges);
      case 'mul':
        return node.args.map(rangeOf).reduce(mulRanges);
      case 'pow':
        return powRange(rangeOf(node.args[0] as Node), node.args[1] as Node);
      case 'call': {
        const ranges = node.args.map(rangeOf);
        if (node.fn === 'maximum') return ranges.reduce(larger);
        if (node.fn === 'minimum') return turned(ranges.map(turned).reduce(larger));
        const row = opRow(node.fn);
        if (!row) return WHOLE;
        const { low, high, open } = row.range;
        return { low, high, lowOpen: open || low === -Infinity, highOpen: open || high === Infinity };
      }
      case 'cmp':
      case 'delta':
        return closed(0, 1);
      case 'where':
        return union(rangeOf(node.args[1] as Node), rangeOf(node.args[2] as Node));
      case 'reduce': {
        const { body } = program.arena.open(node);
        const range = rangeOf(body);
        if (node.op === 'max' || node.op === 'min') return range;
        if (range.low < 0) return WHOLE;
        if (node.op === 'sum')
          return { low: range.low, high: Infinity, lowOpen: range.lowOpen, highOpen: true };
        return { low: 0, high: Infinity, lowOpen: positive(range), highOpen: true };
      }
      case 'diff':
        return WHOLE;
    }
  };

  const rangeOf = (node: Node): Range => {
    const known = memo.get(node.id);
    if (known) return known;
    const range = compute(node);
    memo.set(node.id, range);
    return range;
  };

  const finiteness = (): ((node: Node) => boolean) =>
    createFiniteness({
      arena: program.arena,
      rangeOf,
      definitionOf: (name) => bindings.get(name)?.def ?? null,
    });
  let isFinite = finiteness();

  return {
    range: rangeOf,
    isFinite: (node) => isFinite(node),
    isPositive: (node) => positive(rangeOf(node)),
    isNonNegative: (node) => rangeOf(node).low >= 0,
    distribution(name) {
      const domain = inputs.get(name)?.domain;
      return domain?.kind === 'distribution' ? (domain.hard ? 'hard' : 'soft') : null;
    },
    distributionAxis(name, count) {
      const domain = inputs.get(name)?.domain;
      return (domain?.kind === 'distribution' ? domain.axis : undefined) ?? count - 1;
    },
    classes(name) {
      const domain = inputs.get(name)?.domain;
      return domain?.kind === 'class' ? domain.size : null;
    },
    symmetry: symmetryOf,
    axisSize(name, position) {
      const binding = bindings.get(name);
      const sizes = binding
        ? axisIndices(binding.axes).map((index) => index.size)
        : indexedSizes(inputs.get(name)?.shape ?? []);
      return sizes[position] ?? null;
    },
    values(name) {
      const domain = inputs.get(name)?.domain;
      if (domain?.kind === 'sign') return [-1, 1];
      return domain?.kind === 'binary' || (domain?.kind === 'distribution' && domain.hard) ? [0, 1] : null;
    },
    get lessons() {
      return lessons;
    },
    learn(name, range) {
      lessons += 1;
      learned.set(name, range);
      named.clear();
      memo = new Map();
      isFinite = finiteness();
    },
    describe(name) {
      const { low, high, lowOpen, highOpen } = rangeOfName(name);
      if (low === -Infinity && high === Infinity) return null;
      const [least, most] = [shortened(low, Math.floor), shortened(high, Math.ceil)];
      if (high === Infinity) return `${name} ${lowOpen ? '>' : '>='} ${least}`;
      if (low === -Infinity) return `${name} ${highOpen ? '<' : '<='} ${most}`;
      return `${name} is in ${lowOpen ? '(' : '['}${least}, ${most}${highOpen ? ')' : ']'}`;
    },
  };
}
