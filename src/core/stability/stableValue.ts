/** The output of a program in a stable form, written as shortly as it can be. */
import type { Binding, Program } from '../definition';
import type { Arena, CallNode, Node } from '../expr';
import { isNegative } from '../print/shape';
import { createSimplifier } from '../simplify/simplifier';
import { stableStatements } from './statements';

/** The statements that compute the output stably, itself last; null where the program is computed as it stands. */
export function stableValue(program: Program): readonly Binding[] | null {
  const output = program.bindings.find((b) => b.name === program.output);
  if (!output) return null;
  const statements = stableStatements(program, [], output);
  const originals = new Set(program.bindings);
  const changed = statements.some((s) => !originals.has(s) && s.def !== output.def);
  return changed
    ? statements.map((s) => (originals.has(s) ? s : { ...s, def: shortest(program, s.def) }))
    : null;
}

/** Forms that hold no exponential may be rearranged freely: no rule of algebra spoils them. */
function shortest(program: Program, def: Node): Node {
  if (hasCall(def, 'exp')) return def;
  const { arena } = program;
  const simplifier = createSimplifier(program);
  const oneSided = mirrored(arena, def);
  const candidates = [def, simplifier.plain(def), ...(oneSided === def ? [] : [simplifier.plain(oneSided)])];
  const { cost } = simplifier.display;
  return turned(
    arena,
    candidates.reduce((best, each) => (cost(each) < cost(best) ? each : best)),
  );
}

/** -Σ(a - b) is written Σ(b - a). */
function turned(arena: Arena, node: Node): Node {
  const [first] = node.args;
  const sum = node.args.find((f) => f.kind === 'reduce');
  if (node.kind !== 'mul' || first?.kind !== 'num' || first.num >= 0 || sum?.op !== 'sum') return node;
  const { index, body } = arena.open(sum);
  if (body.kind !== 'add' || !body.args.some(isNegative)) return node;
  const other = arena.sum(index, arena.add(...body.args.map((term) => arena.neg(term))));
  return arena.neg(arena.mul(...node.args.map((f) => (f === sum ? other : f))));
}

const hasCall = (node: Node, fn: string): boolean =>
  (node.kind === 'call' && node.fn === fn) || node.args.some((a) => hasCall(a, fn));

/** softplus(-u) = softplus(u) - u, where both occur. */
function mirrored(arena: Arena, node: Node): Node {
  const calls = new Set<CallNode>();
  const collect = (n: Node): void => {
    if (n.kind === 'call' && n.fn === 'softplus') calls.add(n);
    n.args.forEach(collect);
  };
  collect(node);
  const replace = (n: Node): Node => {
    const inner = n.args.length === 0 ? n : arena.withArgs(n, n.args.map(replace));
    const [u] = inner.args;
    if (inner.kind !== 'call' || inner.fn !== 'softplus' || !u) return inner;
    const other = arena.call('softplus', arena.neg(u));
    const isMirror = arena.neg(u).kind !== 'mul';
    return isMirror && [...calls].some((c) => c === other) ? arena.add(other, u) : inner;
  };
  return replace(node);
}
