/** From the states that the simplifier recorded to steps, one elementary event each. */
import { assumptionsOf } from './assumptions';
import type { Mention, Step } from './derivation';
import { isNum, type Arena, type Node } from './expr';
import { gcd } from './rational';
import type { Facts } from './facts';
import { compareNodes } from './order';
import { ruleName } from './rules';
import type { RecordedState } from './simplify/recorder';
import { makeStep } from './steps';

/** One node for all orders of terms and factors: a step that only reorders is no step. */
export function createReordering(arena: Arena): (node: Node) => Node {
  const memo = new Map<number, Node>();
  const visit = (node: Node): Node => {
    const known = memo.get(node.id);
    if (known) return known;
    let result: Node;
    if (node.kind === 'reduce') {
      const { index, body } = arena.open(node);
      result = arena.reduce(node.op, index, visit(body));
    } else if (node.args.length === 0 || node.kind === 'sym') result = node;
    else {
      const args = node.args.map(visit);
      if (node.kind === 'add') result = sortedSum(arena, node, args);
      else if (node.kind === 'mul') result = sortedProduct(arena, node, args);
      else result = mergedPower(arena, arena.withArgs(node, args));
      result = spreadNumber(arena, result);
    }
    memo.set(node.id, result);
    return result;
  };
  return visit;
}

/** The sum in order; where a spread part meets a term that it cancels, the sum stays, for that is more than an order. */
function sortedSum(arena: Arena, node: Node, args: Node[]): Node {
  const count = (n: Node): number => (n.kind === 'add' ? n.args.length : 1);
  const sum = arena.add(...args.sort(compareNodes));
  return count(sum) === args.reduce((total, arg) => total + count(arg), 0) ? sum : node;
}

/** The product in order; where a spread number cancels (2 · 1/(2m)), the product stays, for that is more than an order. */
function sortedProduct(arena: Arena, node: Node, args: Node[]): Node {
  let num = 1;
  let den = 1;
  for (const factor of args.flatMap((arg) => (arg.kind === 'mul' ? arg.args : [arg])))
    if (factor.kind === 'num') {
      num *= factor.num;
      den *= factor.den;
    }
  const isOrder = !Number.isSafeInteger(num * den) || gcd(num, den) === 1;
  if (isOrder) return arena.mul(...args.sort(compareNodes));
  const hasNumber = (arg: Node): boolean =>
    arg.kind === 'num' || (arg.kind === 'mul' && arg.args[0]?.kind === 'num');
  return arena.mul(
    ...args.map((arg, k) => (hasNumber(arg) ? (node.args[k] ?? arg) : arg)).sort(compareNodes),
  );
}

/** (x^2)^-1 prints as x^-2 does. */
function mergedPower(arena: Arena, node: Node): Node {
  if (node.kind !== 'pow') return node;
  const [base, exponent] = node.args as [Node, Node];
  const inner = base.kind === 'pow' ? base.args[1] : undefined;
  const even = exponent.kind === 'num' && exponent.den === 1 && exponent.num % 2 === 0;
  // (a - b)^2 is (b - a)^2.
  if (even && base.kind === 'add') {
    const turned = arena.add(...base.args.map((arg) => arena.neg(arg)).sort(compareNodes));
    return compareNodes(turned, base) < 0 ? arena.pow(turned, exponent) : node;
  }
  if (base.kind === 'mul' && exponent.kind === 'num' && exponent.den === 1)
    return arena.mul(
      ...base.args.map((arg) => mergedPower(arena, arena.pow(arg, exponent))).sort(compareNodes),
    );
  if (base.kind !== 'pow' || inner?.kind !== 'num' || exponent.kind !== 'num' || exponent.den !== 1)
    return node;
  // The square of a root is more than another way to print it.
  if (inner.den !== 1 && exponent.num !== -1) return node;
  return arena.pow(base.args[0] as Node, arena.mul(inner, exponent));
}

/** -(a - b) and b - a look alike on paper. */
function spreadNumber(arena: Arena, node: Node): Node {
  if (node.kind !== 'mul' || node.args.length !== 2) return node;
  const [number, sum] = node.args as [Node, Node];
  if (number.kind !== 'num' || number.num !== -1 || number.den !== 1 || sum.kind !== 'add') return node;
  return arena.add(...sum.args.map((arg) => arena.neg(arg)).sort(compareNodes));
}

/**
 * A number that two nodes share if they read alike as text, for that names each symbol as often as the node does. Texts
 * are long, and most states of a derivation differ already in this.
 */
export function createSignature(): (node: Node) => number {
  const memo = new Map<number, number>();
  const names = new Map<string, number>();
  const visit = (node: Node): number => {
    let sum = memo.get(node.id);
    if (sum !== undefined) return sum;
    sum = 0;
    if (node.kind === 'sym' || node.kind === 'matrix') {
      let number = names.get(node.name);
      if (number === undefined) names.set(node.name, (number = Math.imul(names.size + 1, 0x9e3779b1)));
      sum = number;
    }
    for (const arg of node.args) sum = (sum + visit(arg)) | 0;
    memo.set(node.id, sum);
    return sum;
  };
  return visit;
}

export interface AlgebraTools {
  readonly arena: Arena;
  readonly reorder: (node: Node) => Node;
  readonly signature: (node: Node) => number;
  readonly simplifier: { readonly facts: Facts };
  /** A node as plain text, for titles; null for a large one. */
  readonly text: (node: Node) => string | null;
}

const LONGEST_TITLE_PART = 40;

/** Where an exponential is solved for inside of another, e^(z - m) = e^l s e^m e^(-m), the exponents are added at once. */
function joinSolved(arena: Arena, reorder: (node: Node) => Node, chain: RecordedState[]): void {
  const key = (state: RecordedState | undefined): Node | null =>
    state ? reorder(withJoinedExponents(arena, state.node)) : null;
  for (let k = 1; k < chain.length; k++) {
    const solved = chain[k];
    if (!solved?.rule.endsWith('in-terms-of-output')) continue;
    let end = k;
    while (end + 1 < chain.length && key(chain[end + 1]) === key(solved)) end += 1;
    const last = chain[end];
    if (end > k && last) chain.splice(k, end - k + 1, { ...solved, node: last.node });
  }
}

/** e^a e^b e^(-b) as e^a, in every product. */
function withJoinedExponents(arena: Arena, node: Node): Node {
  if (node.args.length === 0 || node.kind === 'sym') return node;
  if (node.kind === 'reduce') {
    const { index, body } = arena.open(node);
    return arena.reduce(node.op, index, withJoinedExponents(arena, body));
  }
  const inner = arena.withArgs(
    node,
    node.args.map((arg) => withJoinedExponents(arena, arg)),
  );
  if (inner.kind !== 'mul') return inner;
  const exponents = inner.args.flatMap((factor) => (isExponential(factor) ? factor.args : []));
  const terms: Node[] = [];
  for (const term of exponents.flatMap((each) => (each.kind === 'add' ? each.args : [each]))) {
    const opposite = terms.indexOf(arena.neg(term));
    if (opposite >= 0) terms.splice(opposite, 1);
    else terms.push(term);
  }
  const power = terms.length === 0 ? [] : [arena.call('exp', arena.add(...terms.sort(compareNodes)))];
  return arena.mul(...inner.args.filter((factor) => !isExponential(factor)), ...power);
}

const isExponential = (node: Node): boolean => node.kind === 'call' && node.fn === 'exp';

/** Steps from `before` through the recorded states to `after`; empty if both print alike. */
export function algebraSteps(
  { arena, reorder, signature, simplifier, text }: AlgebraTools,
  before: Node,
  states: readonly RecordedState[],
  after: Node,
): Step[] {
  const chain: RecordedState[] = [{ rule: '', node: before, assumption: null }];
  const last = states.at(-1);
  const closing: RecordedState = { rule: last?.rule ?? 'collect-terms', node: after, assumption: null };
  for (const state of [...states, closing]) {
    const key = reorder(state.node);
    const readsAlike = (known: Node): boolean => {
      if (signature(known) !== signature(state.node)) return false;
      const written = text(state.node);
      return written !== null && text(known) === written;
    };
    const earlier = chain.findIndex((known) => reorder(known.node) === key || readsAlike(known.node));
    if (earlier >= 0) chain.length = earlier + 1;
    else chain.push(state);
  }
  joinSolved(arena, reorder, chain);
  const tail = chain.at(-1);
  if (tail && chain.length > 1) chain[chain.length - 1] = { ...tail, node: after };
  return chain.slice(1).map((state, k) => {
    const from = chain[k]?.node ?? before;
    const touched = difference(from, state.node);
    const rule = movesSign(arena, reorder, touched.touchedBefore, touched.touchedAfter)
      ? 'move-sign'
      : state.rule === 'cancel-factor' && addsExponents(touched.touchedBefore, touched.touchedAfter)
        ? 'collect-powers'
        : cancelsNumbers(touched.touchedBefore, touched.touchedAfter)
          ? 'cancel-factor'
          : masksFactors(arena, reorder, touched.touchedBefore, touched.touchedAfter)
            ? 'simplify-cases'
            : state.rule;
    return makeStep({
      rule,
      ...titleOf(rule, touched.touchedBefore, touched.touchedAfter, text),
      before: from,
      after: state.node,
      ...touched,
      assumptions: [
        ...(state.assumption === null ? [] : [state.assumption]),
        ...assumptionsOf(rule, touched.touchedBefore, simplifier.facts, text),
      ],
    });
  });
}

function titleOf(
  rule: string,
  before: readonly Node[],
  after: readonly Node[],
  text: (node: Node) => string | null,
): { title: string; mentions: readonly Mention[] } {
  const short = (node: Node | undefined): Mention | null => {
    const written = node ? text(node) : null;
    return !node || written === null || written.length > LONGEST_TITLE_PART ? null : { text: written, node };
  };
  if (rule === 'cancel-factor') {
    const gone = short(before.find((node) => node.kind !== 'pow' && node.kind !== 'num'));
    if (gone !== null) return { title: `cancel ${gone.text}`, mentions: [gone] };
  }
  if (rule === 'simplify-cases' && before.length > 1 && after[0]?.kind === 'where')
    return { title: 'outside of the condition it is 0, whatever stands beside it', mentions: [] };
  if (rule === 'collect-powers' && addsExponents(before, after))
    return { title: 'add the exponents', mentions: [] };
  const raised = before.length === 1 && before[0]?.kind === 'pow' ? before[0].args[0] : undefined;
  if (rule === 'power-of-a-power' && raised && isExponential(raised) && after.every(isExponential))
    return { title: 'a power of an exponential: its exponent is multiplied', mentions: [] };
  if (before.length === 1 && after.length === 1) {
    const [long, name] = [short(before[0]), short(after[0])];
    if (rule === 'fold-definition' && long !== null && name !== null)
      return { title: `write ${name.text} for ${long.text}`, mentions: [name, long] };
    if (rule.endsWith('in-terms-of-output') && long !== null && name !== null)
      return { title: `${long.text} is ${name.text}, solved from the definition`, mentions: [long, name] };
  }
  return { title: ruleName(rule), mentions: [] };
}

/** Only numbers differ, and one difference that is turned round: -(a - b) = b - a. */
function movesSign(
  arena: Arena,
  reorder: (node: Node) => Node,
  before: readonly Node[],
  after: readonly Node[],
): boolean {
  const sums = (nodes: readonly Node[]): Node[] => nodes.filter((node) => node.kind === 'add');
  const others = [...before, ...after].filter((node) => node.kind !== 'add' && node.kind !== 'num');
  const [from] = sums(before);
  const [to] = sums(after);
  if (!from || !to || sums(before).length !== 1 || sums(after).length !== 1 || others.length > 0)
    return false;
  return reorder(arena.add(...from.args.map((arg) => arena.neg(arg)))) === reorder(to);
}

/** e^a e^b = e^(a + b), where something is left. */
const addsExponents = (before: readonly Node[], after: readonly Node[]): boolean =>
  before.length > 1 && before.every(isExponential) && after.length === 1 && after.every(isExponential);

/** [c]·f is written as a choice, by which nothing but 0 stands where c does not hold. */
function masksFactors(
  arena: Arena,
  reorder: (node: Node) => Node,
  before: readonly Node[],
  after: readonly Node[],
): boolean {
  const [choice] = after;
  const [condition, then, otherwise] = choice?.args ?? [];
  if (choice?.kind !== 'where' || after.length > 1 || !condition || !then || !otherwise) return false;
  return isNum(otherwise, 0) && reorder(arena.mul(...before)) === reorder(arena.mul(then, condition));
}

/** 2 · 1/(2m) = 1/m. */
function cancelsNumbers(before: readonly Node[], after: readonly Node[]): boolean {
  const bare = (node: Node): readonly Node[] =>
    node.kind === 'pow' && isNum(node.args[1] as Node, -1) && node.args[0]?.kind === 'mul'
      ? node.args[0].args
      : [node.kind === 'pow' && isNum(node.args[1] as Node, -1) ? (node.args[0] as Node) : node];
  const rest = (nodes: readonly Node[]): Node[] => nodes.flatMap(bare).filter((node) => node.kind !== 'num');
  const [left, right] = [rest(before), rest(after)];
  return (
    before.some((node) => node.kind === 'num') &&
    left.length === right.length &&
    left.length > 0 &&
    left.every((node) => right.includes(node))
  );
}

/** The smallest places that differ, found by descending while only one argument does. */
export function difference(
  before: Node,
  after: Node,
): { touchedBefore: readonly Node[]; touchedAfter: readonly Node[] } {
  let a = before;
  let b = after;
  for (;;) {
    if (a.kind !== b.kind || a.args.length !== b.args.length) break;
    const differing = a.args.flatMap((arg, k) => (arg === b.args[k] ? [] : [k]));
    const [only] = differing;
    if (differing.length !== 1 || only === undefined) break;
    a = a.args[only] as Node;
    b = b.args[only] as Node;
  }
  const left =
    a.kind === b.kind && (a.kind === 'mul' || a.kind === 'add')
      ? a.args.filter((x) => !b.args.includes(x))
      : [a];
  const right =
    a.kind === b.kind && (a.kind === 'mul' || a.kind === 'add')
      ? b.args.filter((x) => !a.args.includes(x))
      : [b];
  return { touchedBefore: left, touchedAfter: right };
}
