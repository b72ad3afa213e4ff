/**
 * Guards against log(0) and division by zero: `+ 1e-15`, `max(p, eps)`, `clip(a, eps, 1 - eps)`. A gradient written for
 * the loss without its guard is right up to the guard's size, so judgements are also made with every guard at 0.
 */
import type { Binding, Program } from '../core/definition';
import type { Arena, Node } from '../core/expr';

/** The largest literal that is taken for a guard where it is added or compared. */
const LARGEST = 1e-4;
const GUARD_NAME = /^(?:self\.)?_?(?:eps|epsilon|tiny|fuzz|jitter)$/i;

const isGuard = (node: Node): boolean =>
  (node.kind === 'const' && node.value <= LARGEST) ||
  (node.kind === 'num' && node.num !== 0 && Math.abs(node.num / node.den) <= LARGEST) ||
  (node.kind === 'sym' && node.args.length === 0 && GUARD_NAME.test(node.name)) ||
  (node.kind === 'mul' &&
    node.args.some(isGuard) &&
    node.args.every((arg) => isGuard(arg) || arg.kind === 'num'));

/** Where a guard can stand: as a term, a bound, or a side of a comparison; as a factor it scales, and stays. */
const guardable = (node: Node): boolean =>
  node.kind === 'add' ||
  node.kind === 'cmp' ||
  node.kind === 'where' ||
  (node.kind === 'call' && (node.fn === 'maximum' || node.fn === 'minimum'));

/** `node` with its guards at 0. */
export function withoutGuards(arena: Arena, node: Node, memo = new Map<number, Node>()): Node {
  const known = memo.get(node.id);
  if (known) return known;
  let result: Node;
  if (node.kind === 'reduce') {
    const { index, body } = arena.open(node);
    const bare = withoutGuards(arena, body, memo);
    result = bare === body ? node : arena.reduce(node.op, index, bare);
  } else {
    const here = guardable(node);
    const args = node.args.map((arg) =>
      here && isGuard(arg) ? arena.zero : withoutGuards(arena, arg, memo),
    );
    result = arena.withArgs(node, args);
  }
  memo.set(node.id, result);
  return result;
}

/** The program with its guards at 0, or null when it has none. */
export function unguarded(program: Program): Program | null {
  const memo = new Map<number, Node>();
  const bindings = program.bindings.map((binding): Binding => {
    const def = withoutGuards(program.arena, binding.def, memo);
    return def === binding.def ? binding : { ...binding, def };
  });
  return bindings.every((binding, k) => binding === program.bindings[k]) ? null : { ...program, bindings };
}
