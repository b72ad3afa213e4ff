/**
 * Proofs that an expression is 0: expansion over one denominator with functions written in exponentials, sums over equal
 * ranges merged, and what has few values (signs of expressions, labels, one-hot rows, deltas) taken case by case. A failure
 * proves nothing.
 */
import type { Binding } from '../definition';
import { dagSize, type Arena, type CmpNode, type IndexNode, type Node } from '../expr';
import { gcd } from '../rational';
import type { Facts } from '../facts';
import type { Form } from './algebra';
import { contradictory, type Assumption } from './inequalities';
import type { Display } from './display';
import { factors } from './mono';
import { Normalizer } from './normalize';
import {
  find,
  isClosed,
  oneHotRow,
  replaceAll,
  solveForAtom,
  withFreeIndices,
  type OneHotRow,
} from './substitute';

const DEEPEST_CASES = 6;
const DEEPEST_MERGE = 4;
/** Nodes that one proof may look at, counted each time. */
const EFFORT = 3000;

export interface Decision {
  provesZero(node: Node): boolean;
  /** The normaliser that brings the node to its decision form. */
  normalizerFor(node: Node): Normalizer;
}

export interface DecisionOptions {
  readonly arena: Arena;
  readonly facts: Facts;
  readonly display: Display;
  readonly bindings: readonly Binding[];
}

/** Where a proof stands. */
interface Stand {
  readonly merges: number;
  readonly cases: number;
  readonly assumptions: readonly Assumption[];
}

export function createDecision(options: DecisionOptions): Decision {
  const { arena, facts } = options;
  const normalizers = new Map<number, Normalizer>();
  const withRoot = (root: number): Normalizer => {
    let known = normalizers.get(root);
    if (!known) {
      known = new Normalizer({ ...options, expand: true, root });
      normalizers.set(root, known);
    }
    return known;
  };
  const normalizerFor = (node: Node): Normalizer => {
    const root = exponentialRoot(node);
    const normalizer = withRoot(root);
    // A factor that leaves a sum shows in the exponent only then.
    const both = leastCommonMultiple(root, exponentialRoot(normalizer.simplify(node)));
    return both === root || both > LARGEST_ROOT ? normalizer : withRoot(both);
  };
  let effort = 0;

  const provesZero = (node: Node, stand: Stand): boolean => {
    effort -= dagSize(node);
    if (effort < 0) return false;
    const normalizer = normalizerFor(node);
    const form = normalizer.norm(node);
    if (form.num === 0) return true;
    const decided = normalizer.algebra.toNode(form);
    effort -= dagSize(decided);
    const merged = stand.merges < DEEPEST_MERGE ? mergedBody(normalizer, form, stand.merges) : null;
    if (merged && provesZero(merged, { ...stand, merges: stand.merges + 1 })) return true;
    if (stand.cases >= DEEPEST_CASES) return false;
    const deeper = { ...stand, cases: stand.cases + 1 };
    return (
      byValues(decided, deeper) ??
      byDelta(decided, deeper) ??
      byRow(decided, deeper) ??
      bySign(decided, deeper) ??
      false
    );
  };

  /** Each value of one label in turn; null where the node has none. */
  const byValues = (node: Node, stand: Stand): boolean | null => {
    const symbol = find(
      node,
      (n) => n.kind === 'sym' && isClosed(n) && facts.values(n.name) !== null && !isRow(n.name),
    );
    const values = symbol?.kind === 'sym' ? facts.values(symbol.name) : null;
    if (!symbol || !values) return null;
    return values.every((value) => provesZero(replaceAll(arena, node, symbol, arena.num(value)), stand));
  };
  const isRow = (name: string): boolean => facts.distribution(name) !== null;

  /** Equal and different indices in turn. */
  const byDelta = (node: Node, stand: Stand): boolean | null => {
    const delta = find(node, (n) => n.kind === 'delta' && isClosed(n));
    const index = delta?.args.find((arg): arg is IndexNode => arg.kind === 'index');
    const other = delta?.args.find((arg) => arg !== index);
    if (!delta || !index || !other) return null;
    const same = arena.substitute(replaceAll(arena, node, delta, arena.one), index, other);
    return provesZero(replaceAll(arena, node, delta, arena.zero), stand) && provesZero(same, stand);
  };

  /** A one-hot row is a delta with an index of its own. */
  const byRow = (node: Node, stand: Stand): boolean | null => {
    const row: OneHotRow | null = oneHotRow(arena, facts, node);
    if (!row) return null;
    const hot = arena.index(`!h${stand.cases}`, row.size);
    return provesZero(
      arena.mapSyms(node, (sym) => {
        const at = sym.name === row.name ? sym.args[row.axis] : undefined;
        return at ? arena.delta(at, hot) : sym;
      }),
      stand,
    );
  };

  /** p > 0, p < 0 and p = 0 in turn, for one comparison p > 0 in the node; one without comparisons in p decides others. */
  const bySign = (node: Node, stand: Stand): boolean | null => {
    const isSign = (n: Node): n is CmpNode =>
      n.kind === 'cmp' && n.rel === '>' && n.args[1] === arena.zero && isClosed(n);
    const isInner = (n: Node): boolean => isSign(n) && !n.args.some((arg) => find(arg, isSign));
    const condition = find(node, isInner) as CmpNode | null;
    const [p] = condition?.args ?? [];
    if (!condition || !p) return null;
    const opposite = arena.compare('>', withRoot(1).simplify(arena.neg(p)), arena.zero);
    const cell = (up: Node, down: Node): Node =>
      replaceAll(arena, replaceAll(arena, node, condition, up), opposite, down);
    const under = (assumption: Assumption, claim: Node): boolean => {
      const assumptions = [...stand.assumptions, assumption];
      return contradictory(withRoot(1), assumptions) || provesZero(claim, { ...stand, assumptions });
    };
    const onKink = cell(arena.zero, arena.zero);
    const solved = solveForAtom(arena, p);
    const kink = { node: p, sign: 'zero' } as const;
    return (
      under({ node: p, sign: 'positive' }, cell(arena.one, arena.zero)) &&
      under({ node: arena.neg(p), sign: 'positive' }, cell(arena.zero, arena.one)) &&
      under(kink, solved ? replaceAll(arena, onKink, solved.atom, solved.value) : onKink)
    );
  };

  return {
    provesZero(node) {
      effort = EFFORT;
      return provesZero(withFreeIndices(arena, node), { merges: 0, cases: 0, assumptions: [] });
    },
    normalizerFor,
  };
}

const LARGEST_ROOT = 60;

const leastCommonMultiple = (a: number, b: number): number => (a * b) / gcd(a, b);

/** The least common denominator of the numbers in exponents, so that e^x and e^(x/2) share a base; roots of exponentials multiply it. */
function exponentialRoot(node: Node): number {
  const known = new Map<number, number>();
  const denominators = (n: Node): number => {
    if (n.kind === 'num') return n.den;
    const [base, exponent] = n.args;
    if (n.kind === 'pow' && base && exponent?.kind === 'num' && exponent.den === 1 && exponent.num < 0)
      return numberFactor(base) ** -exponent.num;
    if (n.kind !== 'mul' && n.kind !== 'add') return 1;
    return n.args.map(denominators).reduce(leastCommonMultiple, 1);
  };
  const rootOf = (n: Node): number => {
    let root = known.get(n.id);
    if (root !== undefined) return root;
    root = n.args.map(rootOf).reduce(leastCommonMultiple, 1);
    const power = n.kind === 'pow' ? n.args[1] : isExponential(n) ? n.args[0] : undefined;
    if (power) {
      const own = denominators(power);
      const [base] = n.args;
      root =
        n.kind === 'pow' && base && find(base, isExponential) ? root * own : leastCommonMultiple(root, own);
    }
    known.set(n.id, root);
    return root;
  };
  const root = rootOf(node);
  return root <= LARGEST_ROOT ? root : 1;
}

/** The whole number that divides the node as it is written. */
function numberFactor(node: Node): number {
  if (node.kind === 'num') return Math.max(1, Math.abs(node.num));
  const parts = node.args.map(numberFactor);
  if (node.kind === 'mul') return parts.reduce((a, b) => a * b, 1);
  return node.kind === 'add' ? parts.reduce(gcd) : 1;
}

const isExponential = (node: Node): boolean => node.kind === 'call' && EXPONENTIAL.has(node.fn);

const EXPONENTIAL = new Set(['exp', 'tanh', 'sigmoid', 'sinh', 'cosh', 'softplus', 'expm1', 'logaddexp']);

/**
 * Σf − Σg is 0 if the merged body f − g is: all terms must be sums over the same size. Each `level` of merging has an index
 * of its own: the body of an outer sum still mentions that one's.
 */
function mergedBody(normalizer: Normalizer, form: Form, level: number): Node | null {
  const { algebra, arena } = normalizer;
  let size: string | null = null;
  const bodies: Node[] = [];
  for (const term of normalizer.termsOf(form)) {
    const sums = factors(term.mono).flatMap(([id, e]) => {
      const { atom } = algebra.base(id);
      return atom?.kind === 'reduce' && atom.op === 'sum' && e === 1 ? [{ id, atom }] : [];
    });
    const chosen = sums.find(({ atom }) => size === null || atom.index.size === size);
    if (!chosen) return null;
    size = chosen.atom.index.size;
    const { index, body } = arena.open(chosen.atom);
    const rest: number[] = [];
    for (const [id, e] of factors(term.mono)) if (id !== chosen.id) rest.push(id, e);
    const outside = algebra.toNode({ ...term, mono: rest });
    const common = arena.index(`!${level}`, size);
    bodies.push(arena.mul(outside, arena.substitute(body, index, common)));
  }
  return bodies.length > 0 ? arena.add(...bodies) : null;
}
