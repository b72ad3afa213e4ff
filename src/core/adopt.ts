/** Programs copied to an arena of their own, so that what is made of the copy can be let go with it. */
import type { ArrayValue, Axis, Binding, HandGradient, Program } from './definition';
import type { Arena, IndexNode, Node, SymNode } from './expr';

/** Copies what belongs to one program to another arena; equal nodes of the one are equal nodes of the other. */
export interface Adopter {
  readonly program: (program: Program) => Program;
  readonly axes: (axes: readonly Axis[]) => readonly Axis[];
  readonly hand: <T extends HandGradient>(gradient: T) => T;
}

export function adopterInto(arena: Arena): Adopter {
  const known = new Map<Node, Node>();
  const node = (from: Node): Node => {
    const found = known.get(from);
    if (found) return found;
    const made = copied(arena, from, from.args.map(node));
    known.set(from, made);
    return made;
  };
  const axis = ({ size, index }: Axis): Axis => ({ size, index: index && (node(index) as IndexNode) });
  const axes = (all: readonly Axis[]): readonly Axis[] => all.map(axis);
  const value = (array: ArrayValue): ArrayValue => ({ axes: axes(array.axes), element: node(array.element) });
  const binding = (each: Binding): Binding => ({ ...each, axes: axes(each.axes), def: node(each.def) });
  return {
    axes,
    program: (program) => ({ ...program, arena, bindings: program.bindings.map(binding) }),
    hand: (gradient) => ({
      ...gradient,
      value: value(gradient.value),
      bindings: gradient.bindings.map(binding),
      ...(gradient.update
        ? { update: { ...gradient.update, scales: gradient.update.scales.map(node) } }
        : {}),
    }),
  };
}

/** A name that no code has, for an index between the copy of its sum's body and that of the sum. */
const parked = ({ name }: IndexNode): string => `@${name}`;

function copied(arena: Arena, node: Node, args: readonly Node[]): Node {
  const [first = arena.zero, second = arena.zero, third = arena.zero] = args;
  switch (node.kind) {
    case 'num':
      return arena.num(node.num, node.den);
    case 'const':
      return arena.constant(node.name, node.value);
    case 'size':
      return arena.size(node.size);
    case 'index':
      return arena.index(node.space === 'free' ? node.name : parked(node), node.size);
    case 'sym':
      return arena.sym(node.name, ...args);
    case 'matrix':
      return arena.matrix(node.fn, node.name, ...args);
    case 'add':
      return arena.add(...args);
    case 'mul':
      return arena.mul(...args);
    case 'pow':
      return arena.pow(first, second);
    case 'call':
      return arena.call(node.fn, ...args);
    case 'cmp':
      return arena.compare(node.rel, first, second);
    case 'where':
      return arena.where(first, second, third);
    case 'delta':
      return arena.delta(first, second);
    case 'diff':
      return arena.diff(first, second as SymNode, node.total);
    case 'reduce':
      return arena.reduce(node.op, arena.index(parked(node.index), node.index.size), first);
  }
}
