/**
 * Slips in one place of an otherwise right formula: a term with the wrong sign, a power that is off by one, a factor that is
 * missing or too many. Each is told by what mends it.
 */
import { axisIndices, type Program } from '../../core/definition';
import { freeIndices, isNum, type Arena, type IndexNode, type Node } from '../../core/expr';
import { createNaming } from '../../core/print/naming';
import { toText } from '../../core/print/text';
import { firstThatAgrees, plainName, type Case, type Detector } from './case';
import { variants, type Variant } from './rewrite';
import { symbols } from './symbols';

/** Corrections that are tried of each kind at most. */
const MOST = 400;

/** A short piece of a formula without its indices, as one says it; null where it is none. */
function spoken(program: Program, node: Node): string | null {
  const text = toText(node, createNaming(program)).replace(/(?<=\w)\[[^[\]]*\]/g, '');
  return text.length <= 32 && !/[[\]]|sum\(|@/.test(text) ? text : null;
}

/** Whether `node` starts with a minus. */
const isNegative = (node: Node): boolean =>
  node.kind === 'num'
    ? node.num < 0
    : node.kind === 'mul' && node.args.some((arg) => arg.kind === 'num' && arg.num < 0);

interface Slip {
  readonly rule: string;
  /** What follows the name of the gradient; written only for the slip that is found. */
  readonly said: () => string;
}

/** The detector that tries all corrections of one kind. */
const detector =
  (options: (c: Case) => (node: Node, scope: readonly IndexNode[]) => Iterable<Variant<Slip>>): Detector =>
  (c) => {
    const found = firstThatAgrees(c, distinct(variants(c.program.arena, c.element, options(c))), MOST);
    return found
      ? { rule: found.change.rule, message: `${plainName(c.name)} ${found.change.said()}.` }
      : null;
  };

function* distinct<T>(all: Iterable<Variant<T>>): Generator<Variant<T>> {
  const seen = new Set<number>();
  for (const variant of all) {
    if (seen.has(variant.node.id)) continue;
    seen.add(variant.node.id);
    yield variant;
  }
}

/** `a + y` for `a - y`; a case of a piecewise derivative with the sign of the other. */
export const termSign: Detector = detector(({ program }) => {
  const { arena } = program;
  const rule = 'gradient-term-sign';
  return function* (node) {
    if (node.kind === 'add')
      for (const [k, term] of node.args.entries()) {
        const size = isNegative(term) ? arena.neg(term) : term;
        const [has, belongs] = isNegative(term) ? ['-', '+'] : ['+', '-'];
        const said = (): string => {
          const text = spoken(program, size);
          return text === null
            ? 'has a term with the wrong sign; the rest of it is right'
            : `has ${has} ${text} where ${belongs} ${text} belongs`;
        };
        yield { node: arena.add(...node.args.with(k, arena.neg(term))), change: { rule, said } };
      }
    if (node.kind === 'call' && node.args.length === 1) {
      const turned = arena.call(node.fn, ...node.args.map((arg) => arena.neg(arg)));
      const said = (): string => {
        const [mine, yours] = [spoken(program, node), spoken(program, turned)];
        return mine === null || yours === null
          ? `has the wrong sign in the argument of ${node.fn}`
          : `has ${mine} where ${yours} belongs`;
      };
      yield { node: turned, change: { rule, said } };
    }
    const [condition, then, otherwise] = node.args;
    if (node.kind === 'where' && condition && then && otherwise) {
      const said = (named: (when: string) => string, unnamed: string) => (): string => {
        const when = spoken(program, condition);
        return `has the wrong sign in ${when === null ? unnamed : named(when)}`;
      };
      yield {
        node: arena.where(condition, arena.neg(then), otherwise),
        change: { rule, said: said((when) => `the case ${when}`, 'one of its cases') },
      };
      yield {
        node: arena.where(condition, then, arena.neg(otherwise)),
        change: {
          rule,
          said: said((when) => `the case that ${when} does not hold`, 'the other of its cases'),
        },
      };
    }
  };
});

/** `1 - a` for `1 - a^2`, `sigma^2` for `sigma^3`. */
export const wrongPower: Detector = detector(({ program }) => {
  const { arena } = program;
  return function* (node) {
    if (node.kind === 'num' || node.kind === 'size' || node.kind === 'const' || node.kind === 'reduce')
      return;
    const [inner, exponent] = node.args;
    const isPower = node.kind === 'pow' && inner !== undefined && exponent?.kind === 'num';
    if (!isPower && node.kind !== 'sym' && node.kind !== 'call' && node.kind !== 'add') return;
    const base = isPower ? inner : node;
    const power = isPower ? exponent : arena.one;
    for (const step of [1, -1]) {
      const other = arena.add(power, arena.num(step));
      if (isNum(other, 0)) continue;
      const right = arena.pow(base, other);
      // A power below the bar is said as it stands there.
      const under = power.num < 0 && other.kind === 'num' && other.num < 0;
      const said = (): string => {
        const [has, belongs] = under
          ? [arena.div(arena.one, node), arena.div(arena.one, right)]
          : [node, right];
        const [mine, yours] = [spoken(program, has), spoken(program, belongs)];
        const place = under ? ' as a divisor' : '';
        return mine === null || yours === null
          ? 'has a power that is off by one; the rest of it is right'
          : `has ${mine} where ${yours} belongs${place}`;
      };
      yield { node: right, change: { rule: 'gradient-wrong-power', said } };
    }
  };
});

/** What a chain rule may have left out: a value of the program, or the derivative of a function of it. */
function* factorsIn(c: Case, inside: readonly IndexNode[]): Generator<Node> {
  const { program, derivation } = c;
  const { arena } = program;
  for (const { name, sizes } of symbols(program)) {
    if (name === program.output) continue;
    const symbol = placed(inside, sizes, (at) => arena.sym(name, ...at));
    if (!symbol) continue;
    yield symbol;
    yield arena.sub(arena.one, symbol);
    yield arena.sub(arena.one, arena.pow(symbol, arena.num(2)));
    yield arena.mul(symbol, arena.sub(arena.one, symbol));
    yield arena.compare('>', symbol, arena.zero);
    yield arena.call('sign', symbol);
  }
  for (const { left, right } of derivation?.kinks ?? []) {
    const difference = atSizes(arena, arena.sub(left, right), inside);
    if (!difference) continue;
    yield arena.compare('>', difference, arena.zero);
    yield arena.compare('>', arena.zero, difference);
    yield arena.call('sign', difference);
  }
}

function placed(
  inside: readonly IndexNode[],
  sizes: readonly string[],
  build: (at: readonly Node[]) => Node,
): Node | null {
  const at = sizes.map((size) => inside.find((index) => index.size === size));
  return at.every((index) => index !== undefined) && new Set(at).size === at.length ? build(at) : null;
}

/** `node` with its free indices replaced by those in sight of the same sizes; null if there are none. */
function atSizes(arena: Arena, node: Node, inside: readonly IndexNode[]): Node | null {
  const own = freeIndices(node);
  return placed(
    inside,
    own.map(({ size }) => size),
    (at) =>
      arena.substituteAll(
        node,
        own.map((index, k): [IndexNode, Node] => [index, at[k] ?? index]),
      ),
  );
}

/** A factor of the chain is left out, in the whole or in one of the terms or cases. */
export const missingFactor: Detector = detector((c) => {
  const { program } = c;
  const { arena } = program;
  const factors = factorsOf(arena, c.element);
  return function* (node, scope) {
    if (node.kind === 'cmp' || node.kind === 'index') return;
    for (const factor of factorsIn(c, [...scope, ...axisIndices(c.axes)])) {
      const said = (): string => {
        const text = spoken(program, factor);
        const where = factors.has(node.id) ? '' : ' in one place; the rest of it is right';
        return text === null ? `lacks a factor${where}` : `lacks the factor ${text}${where}`;
      };
      yield { node: arena.mul(node, factor), change: { rule: 'gradient-lacks-factor', said } };
    }
  };
});

/** What multiplies the whole: a factor there is one of everything. */
function factorsOf(arena: Arena, node: Node, found = new Set<number>()): ReadonlySet<number> {
  found.add(node.id);
  if (node.kind === 'reduce' && node.op === 'sum') factorsOf(arena, arena.open(node).body, found);
  if (node.kind === 'mul') node.args.forEach((arg) => factorsOf(arena, arg, found));
  return found;
}

/** One factor, or one divisor, too many. */
export const extraFactor: Detector = detector(({ program }) => {
  const { arena } = program;
  return function* (node) {
    if (node.kind !== 'mul') return;
    for (const [k, factor] of node.args.entries()) {
      if (factor.kind === 'num') continue;
      const isDivisor = factor.kind === 'pow' && factor.args[1]?.kind === 'num' && factor.args[1].num < 0;
      const said = (): string => {
        const text = spoken(program, isDivisor ? arena.div(arena.one, factor) : factor);
        const kind = isDivisor ? 'divisor' : 'factor';
        return text === null ? `has a ${kind} too many` : `has a ${kind} too many: ${text}`;
      };
      yield {
        node: arena.mul(...node.args.filter((_, at) => at !== k)),
        change: { rule: 'gradient-extra-factor', said },
      };
    }
  };
});
