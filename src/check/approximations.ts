/**
 * GELU is computed by tanh as often as by erf: x Φ(x) ≈ x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel, 2016).
 * The derivative of one beside the other is no mistake but an approximation.
 */
import type { Binding, Program } from '../core/definition';
import type { Arena, Node, SymNode } from '../core/expr';
import { constantOf } from '../lang/values';
import { inlineBindings } from './inline';
import { BRIEF, trialsOneByOne, type Target } from './points';
import type { Lenient } from './readings';

const STEEPNESS = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;
/** Where the argument of tanh is compared with that of the approximation. */
const PLACES = [-1.7, -0.6, 0.4, 1.1, 2.3];
const CLOSE = 1e-4;

/** The loss and its gradient with the exact form in place of the approximation; null where neither has it. */
export function exactReading(program: Program, target: Target, element: Node): Lenient | null {
  const { arena } = program;
  const exact = exactForm(arena, program.bindings);
  const bindings = program.bindings.map((binding): Binding => {
    const def = exact(binding.def);
    return def === binding.def ? binding : { ...binding, def };
  });
  const own = exact(element);
  if (own === element && bindings.every((binding, k) => binding === program.bindings[k])) return null;
  const assumption = 'GELU is computed by erf';
  const assumed: Target = {
    ...target,
    pool: target.pool.under(assumption, () => ({ ...program, bindings })),
    derived: null,
  };
  const brief = trialsOneByOne(assumed, [own], BRIEF);
  return { target: assumed, element: own, brief, suffix: `when ${assumption}`, assumption };
}

/** Replaces each tanh of the approximation by the erf that it stands for. */
function exactForm(arena: Arena, bindings: readonly Binding[]): (node: Node) => Node {
  const memo = new Map<number, Node>();
  const replace = (node: Node): Node => {
    const known = memo.get(node.id);
    if (known) return known;
    const argument = node.kind === 'call' && node.fn === 'tanh' ? node.args[0] : undefined;
    const symbol = argument ? approximated(arena, inlineBindings(arena, argument, bindings)) : null;
    const result =
      symbol !== null
        ? arena.call('erf', arena.div(symbol, arena.sqrt(arena.num(2))))
        : node.kind === 'reduce'
          ? node
          : arena.withArgs(node, node.args.map(replace));
    memo.set(node.id, result);
    return result;
  };
  return replace;
}

/** The x of √(2/π) (x + 0.044715 x³), whatever form it is written in. */
function approximated(arena: Arena, node: Node): SymNode | null {
  const symbols = new Set<SymNode>();
  arena.mapSyms(node, (sym) => {
    symbols.add(sym);
    return sym;
  });
  const [symbol, ...others] = symbols;
  if (!symbol || others.length > 0) return null;
  const isClose = PLACES.every((x) => {
    const value = x < 0 ? arena.neg(arena.literal(String(-x))) : arena.literal(String(x));
    const found = constantOf(arena.mapSyms(node, () => value));
    const wanted = STEEPNESS * (x + CUBIC * x ** 3);
    return found !== null && Math.abs(found - wanted) <= CLOSE * Math.abs(wanted);
  });
  return isClose ? symbol : null;
}
