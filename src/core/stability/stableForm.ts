/**
 * Expressions rewritten so that no intermediate value overflows, vanishes or cancels while the result does not: sums of
 * exponentials are kept in the logarithm and shifted by their largest term (Blanchard, Higham, Higham, "Accurately computing
 * the log-sum-exp and softmax functions", 2021).
 */
import { isNum, type Arena, type Node, type ReduceNode, type SymNode } from '../expr';
import type { Facts } from '../facts';

export interface StableTools {
  readonly arena: Arena;
  readonly facts: Facts;
  /** The definition that a symbol stands for, at its indices; null for an input. */
  readonly definitionOf: (sym: SymNode) => Node | null;
  /** A symbol for a shift that occurs several times, or the shift itself. */
  readonly nameShift: (shift: Node) => Node;
}

/** The same value in a stable form; the node itself where there is nothing to gain. */
export function stableForm(tools: StableTools, node: Node): Node {
  const { arena } = tools;
  const memo = new Map<number, Node>();
  const visit = (n: Node): Node => {
    const known = memo.get(n.id);
    if (known) return known;
    let result = n;
    if (n.kind === 'reduce') {
      const { index, body } = arena.open(n);
      const inner = visit(body);
      if (inner !== body) result = arena.reduce(n.op, index, inner);
    } else if (n.args.length > 0 && n.kind !== 'sym' && n.kind !== 'matrix') {
      // Quotients and logarithms are looked at whole, before their parts are rewritten.
      const whole = rewritten(tools, n);
      result = whole ?? arena.withArgs(n, n.args.map(visit));
      if (whole === null && result !== n) result = rewritten(tools, result) ?? result;
    }
    memo.set(n.id, result);
    return result;
  };
  return visit(node);
}

function rewritten(tools: StableTools, node: Node): Node | null {
  if (node.kind === 'call' && node.fn === 'log') {
    const [x] = node.args as [Node];
    const log = hasExponential(tools, x) ? logOf(tools, x) : null;
    return log && log !== node ? stableForm(tools, log) : null;
  }
  if (node.kind === 'add') return centred(tools, node);
  if (node.kind === 'mul' || node.kind === 'pow') return quotient(tools, node) ?? masked(tools, node);
  return null;
}

/** Definitions inserted until an exponential, a quotient or a sum shows. */
function opened({ definitionOf }: StableTools, node: Node): Node {
  let current = node;
  while (current.kind === 'sym') {
    const definition = definitionOf(current);
    if (!definition) return current;
    current = definition;
  }
  return current;
}

function hasExponential(tools: StableTools, node: Node): boolean {
  if (node.kind === 'call' && ['exp', 'cosh', 'sigmoid'].includes(node.fn)) return true;
  if (node.kind === 'sym') {
    const definition = tools.definitionOf(node);
    return definition !== null && hasExponential(tools, definition);
  }
  return node.args.some((a) => hasExponential(tools, a));
}

/**
 * log(node) for a node made of positive parts: products, powers and sums of exponentials. Null where a part's sign is not
 * known.
 */
export function logOf(tools: StableTools, node: Node): Node | null {
  const { arena, facts } = tools;
  const n = opened(tools, node);
  switch (n.kind) {
    case 'call':
      if (n.fn === 'exp') return n.args[0] ?? null;
      if (n.fn === 'sigmoid') return arena.neg(arena.call('softplus', arena.neg(n.args[0] as Node)));
      if (n.fn === 'cosh') {
        const [u] = n.args as [Node];
        const far = arena.call('softplus', arena.mul(arena.num(-2), u));
        return arena.add(u, far, arena.neg(arena.call('log', arena.num(2))));
      }
      break;
    case 'mul': {
      const sigma = sigmoidOf(tools, n);
      if (sigma) return arena.neg(arena.call('softplus', arena.neg(sigma)));
      const logs = n.args.map((f) => logOf(tools, f));
      return logs.every((l) => l !== null) ? arena.add(...logs) : null;
    }
    case 'pow': {
      const sigma = sigmoidOf(tools, n);
      if (sigma) return arena.neg(arena.call('softplus', arena.neg(sigma)));
      const [base, exponent] = n.args as [Node, Node];
      const log = logOf(tools, base);
      return log && arena.mul(exponent, log);
    }
    case 'add': {
      const sigma = complementOfSigmoid(tools, n);
      if (sigma) return arena.neg(arena.call('softplus', sigma));
      const outcome = logOfOutcome(tools, n);
      if (outcome) return outcome;
      const [first, ...rest] = n.args.map((t) => logOf(tools, t));
      if (!first || rest.some((l) => l === null)) return null;
      return (rest as Node[]).reduce((sum, l) => logAdd(tools, sum, l), first);
    }
    case 'reduce':
      if (n.op === 'sum') return logSum(tools, n, node);
      if (n.op === 'prod') {
        const { index, body } = arena.open(n);
        const log = logOf(tools, body);
        return log && arena.sum(index, log);
      }
      break;
    case 'where': {
      const [condition, then, otherwise] = n.args as [Node, Node, Node];
      const [a, b] = [logOf(tools, then), logOf(tools, otherwise)];
      return a && b && arena.where(condition, a, b);
    }
    case 'num':
      if (n.num <= 0) return null;
      return isNum(n, 1) ? arena.zero : arena.call('log', n);
    default:
      break;
  }
  return facts.isPositive(n) ? arena.call('log', n) : null;
}

/** log(y p + (1 - y) q) = y log p + (1 - y) log q for a label y of 0 and 1; null for other sums. */
function logOfOutcome(tools: StableTools, node: Node): Node | null {
  const { arena, facts } = tools;
  if (node.args.length !== 2) return null;
  const factorsOf = (term: Node): readonly Node[] => (term.kind === 'mul' ? term.args : [term]);
  const [first, second] = node.args as [Node, Node];
  for (const [yes, no] of [
    [first, second],
    [second, first],
  ] as const)
    for (const y of factorsOf(yes)) {
      const values = y.kind === 'sym' ? facts.values(y.name) : null;
      if (values?.length !== 2 || values[0] !== 0) continue;
      const other = factorsOf(no).find((f) => f === arena.sub(arena.one, y));
      if (!other) continue;
      const without = (term: Node, gone: Node): Node =>
        arena.mul(...factorsOf(term).filter((f) => f !== gone));
      const [p, q] = [logOf(tools, without(yes, y)), logOf(tools, without(no, other))];
      return p && q && arena.add(arena.mul(y, p), arena.mul(other, q));
    }
  return null;
}

/** log(e^a + e^b). */
function logAdd({ arena }: StableTools, a: Node, b: Node): Node {
  if (isNum(a, 0)) return arena.call('softplus', b);
  if (isNum(b, 0)) return arena.call('softplus', a);
  return arena.call('logaddexp', a, b);
}

/** log Σ e^l = M + log Σ e^(l - M) with M the largest l; `name` is what the sum is called. */
function logSum(tools: StableTools, node: ReduceNode, name: Node): Node | null {
  const { arena } = tools;
  const shift = shiftOf(tools, node);
  if (!shift) return null;
  if (isNum(shift, 0)) return arena.call('log', name);
  const { index, body } = arena.open(node);
  const log = logOf(tools, body);
  if (!log) return null;
  const moved = arena.sum(index, arena.call('exp', arena.sub(log, shift)));
  return arena.add(shift, arena.call('log', moved));
}

/** What the exponents in a sum are to be shifted by; 0 where they are shifted already; null where there are none. */
function shiftOf(tools: StableTools, node: ReduceNode): Node | null {
  const { arena } = tools;
  const { index, body } = arena.open(node);
  if (!hasExponential(tools, body)) return null;
  const log = logOf(tools, body);
  if (!log?.free.has(index.name)) return null;
  if (isShifted(tools, log)) return arena.zero;
  return tools.nameShift(arena.reduce('max', index, log));
}

/** x_q - max_q x_q, or a name for it, whose largest value is 0. */
function isShifted(tools: StableTools, exponent: Node): boolean {
  const { arena } = tools;
  const log = exponent.kind === 'sym' ? opened(tools, exponent) : exponent;
  if (log.kind !== 'add') return false;
  return log.args.some((term) => {
    const negative = arena.neg(term);
    const most = negative.kind === 'sym' ? opened(tools, negative) : negative;
    if (most.kind !== 'reduce' || most.op !== 'max') return false;
    const rest = arena.add(...log.args.filter((other) => other !== term));
    return [...rest.free].some((name) => {
      const free = indexNamed(rest, name);
      return free !== null && free.size === most.index.size && arena.reduce('max', free, rest) === most;
    });
  });
}

function indexNamed(node: Node, name: string): Extract<Node, { kind: 'index' }> | null {
  if (node.kind === 'index') return node.name === name ? node : null;
  if (!node.free.has(name)) return null;
  for (const arg of node.args) {
    const found = indexNamed(arg, name);
    if (found) return found;
  }
  return null;
}

interface Parts {
  readonly top: readonly Node[];
  /** Factors with the exponent -1, as their bases. */
  readonly bottom: readonly Node[];
}

function partsOf(node: Node): Parts {
  const top: Node[] = [];
  const bottom: Node[] = [];
  for (const factor of node.kind === 'mul' ? node.args : [node]) {
    const [base, exponent] = factor.args;
    if (factor.kind === 'pow' && base && exponent && isNum(exponent, -1)) bottom.push(base);
    else top.push(factor);
  }
  return { top, bottom };
}

/** u where the node is σ(u) = 1/(1 + e^-u), or any share e^a/(e^a + e^b) of two. */
function sigmoidOf(tools: StableTools, node: Node): Node | null {
  const { arena } = tools;
  const n = opened(tools, node);
  if (n.kind === 'call' && n.fn === 'sigmoid') return n.args[0] ?? null;
  if (n.kind !== 'mul' && n.kind !== 'pow') return null;
  const { top, bottom } = partsOf(n);
  const [below] = bottom;
  const sum = below && opened(tools, below);
  if (bottom.length !== 1 || sum?.kind !== 'add' || sum.args.length !== 2 || !hasExponential(tools, sum))
    return null;
  const share = logOf(tools, arena.mul(...top));
  const [a, b] = sum.args.map((t) => logOf(tools, t));
  if (!share || !a || !b) return null;
  if (share === a) return arena.sub(a, b);
  return share === b ? arena.sub(b, a) : null;
}

/** u where the node is 1 - σ(u). */
function complementOfSigmoid(tools: StableTools, node: Node): Node | null {
  const { arena } = tools;
  if (node.args.length !== 2) return null;
  const one = node.args.find((t) => isNum(t, 1));
  const other = node.args.find((t) => t !== one);
  return one && other ? sigmoidOf(tools, arena.neg(other)) : null;
}

/** Quotients that overflow above and below: σ, tanh, and shares of a sum of exponentials. */
function quotient(tools: StableTools, node: Node): Node | null {
  const { arena } = tools;
  const { top, bottom } = partsOf(node);
  for (const [k, below] of bottom.entries()) {
    const others = bottom.filter((_, other) => other !== k).map((b) => arena.pow(b, arena.minusOne));
    const sum = opened(tools, below);
    const whole = (value: Node, used: readonly Node[]): Node =>
      arena.mul(value, ...top.filter((f) => !used.includes(f)).map((f) => stableForm(tools, f)), ...others);
    if (sum.kind === 'reduce' && sum.op === 'sum') {
      const shared = share(tools, sum, top);
      if (shared) return whole(shared.value, [shared.used]);
      continue;
    }
    if (sum.kind === 'call' && sum.fn === 'cosh') {
      const sinh = top.find((f) => f.kind === 'call' && f.fn === 'sinh' && f.args[0] === sum.args[0]);
      if (sinh) return whole(arena.call('tanh', sum.args[0] as Node), [sinh]);
    }
    if (sum.kind !== 'add' || sum.args.length !== 2) continue;
    for (const f of top) {
      const tanh = tanhOf(tools, f, sum);
      if (tanh) return whole(arena.call('tanh', tanh), [f]);
      const isExponential = f.kind === 'call' && f.fn === 'exp';
      const sigma = isExponential ? sigmoidOf(tools, arena.div(f, sum)) : null;
      if (sigma) return whole(arena.call('sigmoid', sigma), [f]);
    }
  }
  return null;
}

/** u where (e^a - e^b)/(e^a + e^b) = tanh u. */
function tanhOf(tools: StableTools, above: Node, below: Node): Node | null {
  const { arena } = tools;
  const difference = opened(tools, above);
  if (difference.kind !== 'add' || difference.args.length !== 2 || !hasExponential(tools, below)) return null;
  const [a, b] = below.args.map((t) => logOf(tools, t));
  if (!a || !b) return null;
  const signed = difference.args.map((t) => ({
    plus: logOf(tools, t),
    minus: logOf(tools, arena.neg(t)),
  }));
  const up = signed.find((t) => t.plus)?.plus;
  const down = signed.find((t) => t.minus)?.minus;
  if (!up || !down || !((up === a && down === b) || (up === b && down === a))) return null;
  return arena.mul(arena.num(1, 2), arena.sub(up, down));
}

/** e^l/Σe^l, or a sum of such shares: numerator and denominator are shifted by the largest exponent. */
function share(
  tools: StableTools,
  below: ReduceNode,
  top: readonly Node[],
): { value: Node; used: Node } | null {
  const { arena } = tools;
  const { index, body } = arena.open(below);
  const shift = shiftOf(tools, below);
  const log = logOf(tools, body);
  if (!shift || isNum(shift, 0) || !log) return null;
  for (const used of top) {
    const above = shifted(tools, used, shift);
    if (!above) continue;
    const total = arena.sum(index, arena.call('exp', arena.sub(log, shift)));
    return { value: arena.div(above, total), used };
  }
  return null;
}

/** node · e^(-shift) with the shift inside an exponential of the node. */
function shifted(tools: StableTools, node: Node, shift: Node): Node | null {
  const { arena } = tools;
  const n = opened(tools, node);
  if (n.kind === 'call' && n.fn === 'exp') return arena.call('exp', arena.sub(n.args[0] as Node, shift));
  if (n.kind === 'mul') {
    for (const [k, factor] of n.args.entries()) {
      const inner = shifted(tools, factor, shift);
      if (inner) return arena.mul(...n.args.map((f, other) => (other === k ? inner : f)));
    }
    return null;
  }
  if (n.kind !== 'reduce' || n.op !== 'sum') return null;
  const { index, body } = arena.open(n);
  if (shift.free.has(index.name)) return null;
  const inner = shifted(tools, body, shift);
  return inner && arena.sum(index, inner);
}

/** [c]·f with an f that may overflow where c does not hold: a choice, as 0·∞ is not a number. */
function masked(tools: StableTools, node: Node): Node | null {
  const { arena } = tools;
  if (node.kind !== 'mul') return null;
  const masks = node.args.filter((f) => f.kind === 'cmp');
  const rest = node.args.filter((f) => f.kind !== 'cmp');
  const grows = (n: Node): boolean => (n.kind === 'call' && n.fn === 'exp') || n.args.some(grows);
  if (masks.length === 0 || !rest.some(grows)) return null;
  return arena.where(arena.mul(...masks), stableForm(tools, arena.mul(...rest)), arena.zero);
}

/** mean(f²) - mean(f)², which cancels, as the mean of (f - mean(f))². */
function centred(tools: StableTools, node: Node): Node | null {
  const { arena } = tools;
  for (const squares of node.args) {
    const whole = opened(tools, squares);
    const sum = whole.kind === 'mul' ? whole.args.find((f) => f.kind === 'reduce') : undefined;
    if (sum?.op !== 'sum') continue;
    const { index, body } = arena.open(sum);
    const [f, two] = body.args;
    if (body.kind !== 'pow' || !f || !two || !isNum(two, 2)) continue;
    const weight = arena.div(arena.one, arena.size(index.size));
    const mean = arena.mul(weight, arena.sum(index, f));
    if (whole !== arena.mul(weight, sum)) continue;
    const squared = node.args.find((term) => {
      const [base, exponent] = arena.neg(term).args;
      return (
        exponent !== undefined && isNum(exponent, 2) && base !== undefined && opened(tools, base) === mean
      );
    });
    const [name] = squared ? arena.neg(squared).args : [];
    if (!squared || !name) continue;
    const spread = arena.sum(index, arena.pow(arena.sub(f, name), arena.num(2)));
    return arena.add(
      ...node.args
        .map((term) => (term === squares ? arena.mul(weight, spread) : term))
        .filter((t) => t !== squared),
    );
  }
  return null;
}
