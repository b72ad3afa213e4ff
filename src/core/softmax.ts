/**
 * Softmaxes: p = e^z / Σ e^z, also where it is computed over several bindings and with a shift that keeps e^z in range. They
 * are derived as one function of z, as textbooks do, and not through the parts that only the computation has.
 */
import { axisIndices, type Binding, type Program } from './definition';
import { isNum, symbolNames, type Arena, type IndexNode, type Node, type SymNode } from './expr';
import type { Graph } from './graph';
import { byName, writeOut } from './hidden';

export interface Softmax {
  /** The same name and axes, defined as e^z / Σ e^z. */
  readonly binding: Binding;
  /** The definition with the parts written out, if they shift the exponents; else null. */
  readonly shifted: Node | null;
  /** The bindings that nothing else uses: exponentials, their sum, their shifted exponents, the shift. */
  readonly parts: readonly Binding[];
}

/** The softmaxes among the bindings; one of whose parts something else needs, or `kept` holds, is left as it is. */
export function findSoftmaxes(program: Program, graph: Graph, kept: ReadonlySet<string>): Softmax[] {
  // The graph knows only of uses on the way to the output.
  const names = program.bindings.map((binding) => [binding, symbolNames(binding.def)] as const);
  const isFree = (part: Binding, inner: readonly Binding[]): boolean =>
    !kept.has(part.name) &&
    part.name !== program.output &&
    names.every(([user, used]) => !used.has(part.name) || inner.includes(user));
  return program.bindings.flatMap((binding) => softmaxOf(program.arena, graph, isFree, binding) ?? []);
}

/** The program with each softmax in one binding. */
export function withoutParts(program: Program, softmaxes: readonly Softmax[]): Program {
  if (softmaxes.length === 0) return program;
  const gone = new Set(softmaxes.flatMap(({ parts }) => parts));
  const replaced = new Map(softmaxes.map(({ binding }) => [binding.name, binding]));
  const bindings = program.bindings
    .filter((binding) => !gone.has(binding))
    .map((binding) => replaced.get(binding.name) ?? binding);
  return { ...program, bindings };
}

function softmaxOf(
  arena: Arena,
  graph: Graph,
  isFree: (part: Binding, inner: readonly Binding[]) => boolean,
  whole: Binding,
): Softmax | null {
  const parts: Binding[] = [];
  const used = (binding: Binding): Binding => {
    if (!parts.includes(binding)) parts.push(binding);
    return binding;
  };
  /** The definition of a symbol that is a binding of its own, at the symbol's places. */
  const resolved = (node: Node): Node => {
    const binding = node.kind === 'sym' ? graph.bindings.get(node.name) : undefined;
    return binding ? definedAt(arena, used(binding), node as SymNode) : node;
  };
  const [numerator, total] = quotientOf(arena, whole.def) ?? [];
  if (!numerator || !total) return null;
  const sum = resolved(total);
  if (sum.kind !== 'reduce' || sum.op !== 'sum') return null;
  const { index: bound, body } = arena.open(sum);
  const own = axisIndices(whole.axes).find(
    (index) => index.size === bound.size && arena.substitute(body, bound, index) === numerator,
  );
  if (!own || !numerator.free.has(own.name) || total.free.has(own.name)) return null;
  const exponential = resolved(numerator);
  if (exponential.kind !== 'call' || exponential.fn !== 'exp') return null;
  const exponent = shiftedBy(arena, graph, exponential.args[0] as Node, own, used);
  const { shift } = exponent;
  if (!parts.every((part) => isFree(part, [whole, ...parts]))) return null;
  const shifts = shift.flatMap((node) => (node.kind === 'sym' ? (graph.bindings.get(node.name) ?? []) : []));
  for (const binding of shifts) if (isFree(binding, [whole, ...parts])) used(binding);
  const power = arena.call('exp', exponent.rest);
  const def = arena.div(power, arena.sum(own, power));
  const shifted = shift.length > 0 ? writeOut(arena, byName(parts), whole.def) : null;
  return { binding: { ...whole, def }, shifted, parts };
}

/** a and b of a/b. */
function quotientOf(arena: Arena, node: Node): readonly [Node, Node] | null {
  if (node.kind !== 'mul') return null;
  const below = node.args.filter(isReciprocal);
  const [divisor] = below;
  if (!divisor || below.length > 1) return null;
  return [arena.mul(...node.args.filter((arg) => arg !== divisor)), divisor.args[0] as Node];
}

function isReciprocal(node: Node): boolean {
  const exponent = node.kind === 'pow' ? node.args[1] : undefined;
  return exponent !== undefined && isNum(exponent, -1);
}

/** The terms of an exponent that run along the axis, and those that are the same all along it. */
function shiftedBy(
  arena: Arena,
  graph: Graph,
  exponent: Node,
  own: IndexNode,
  used: (binding: Binding) => Binding,
): { readonly rest: Node; readonly shift: readonly Node[] } {
  const binding = exponent.kind === 'sym' ? graph.bindings.get(exponent.name) : undefined;
  const whole = binding ? definedAt(arena, binding, exponent as SymNode) : exponent;
  const terms = whole.kind === 'add' ? whole.args : [];
  const shift = terms.filter((term) => !term.free.has(own.name));
  if (shift.length === 0) return { rest: exponent, shift: [] };
  if (binding) used(binding);
  const bare = shift.map((term) => {
    const [sign, inner, ...others] = term.args;
    return term.kind === 'mul' && inner && others.length === 0 && sign && isNum(sign, -1) ? inner : term;
  });
  return { rest: arena.add(...terms.filter((term) => term.free.has(own.name))), shift: bare };
}

function definedAt(arena: Arena, binding: Binding, symbol: SymNode): Node {
  return arena.substituteAll(
    binding.def,
    axisIndices(binding.axes).map((index, k) => [index, symbol.args[k] ?? index] as const),
  );
}
