/** The computational graph of a program: who uses whom, and by which indices. */
import { axisIndices, indexedSizes, type Binding, type Program } from './definition';
import { stackPositions, symbolNames, type IndexNode, type Node, type Size } from './expr';

export interface Graph {
  readonly output: Binding;
  readonly bindings: ReadonlyMap<string, Binding>;
  /** Bindings that mention the name in their definition and on which the output depends, in order of evaluation. */
  consumers(name: string): readonly Binding[];
  /** It is an input or a binding. */
  has(name: string): boolean;
  /** Inputs and bindings that its definition mentions. */
  sources(binding: Binding): readonly string[];
  /** The name is `by`, or is defined by it, directly or not. */
  dependsOn(name: string, by: string): boolean;
  /** It is a parameter or computed from one. */
  varies(name: string): boolean;
  /** It is an input of which each element takes whole numbers only: a label. */
  isDiscrete(name: string): boolean;
  /** `by` reaches `of` in no other way than by being mentioned in its definition. */
  onlyDirectly(of: Binding, by: string): boolean;
  /** Each element of the output depends on that element of `name` only, along every path. */
  isElementwise(name: string): boolean;
  /** Sizes of the indexed axes of an input or a binding. */
  sizes(name: string): readonly Size[];
  /** Bindings on a path from one of the names to the output, in order of evaluation. */
  between(names: readonly string[]): readonly Binding[];
}

export function createGraph(program: Program): Graph {
  const bindings = new Map(program.bindings.map((b) => [b.name, b]));
  const inputs = new Map(program.inputs.map((input) => [input.name, input]));
  const parameters = program.inputs.filter((input) => input.role === 'parameter');
  const output = bindings.get(program.output);
  if (!output) throw new RangeError(`the output ${program.output} is not a binding`);
  const mentions = new Map<string, ReadonlySet<string>>();
  const users = new Map<string, Binding[]>();
  for (const binding of program.bindings) {
    const names = symbolNames(binding.def);
    mentions.set(binding.name, names);
    for (const name of names) {
      const list = users.get(name);
      if (list) list.push(binding);
      else users.set(name, [binding]);
    }
  }
  const useful = new Set<string>([output.name]);
  for (const binding of [...program.bindings].reverse())
    if (useful.has(binding.name)) for (const name of mentions.get(binding.name) ?? []) useful.add(name);

  const downstream = new Map<string, ReadonlySet<string>>();
  const dependants = (name: string): ReadonlySet<string> => {
    const known = downstream.get(name);
    if (known) return known;
    const found = new Set([name]);
    for (const next of found) for (const user of users.get(next) ?? []) found.add(user.name);
    downstream.set(name, found);
    return found;
  };

  const ranks = new Map(program.bindings.map((binding, rank) => [binding.name, rank]));

  const consumersOf = (name: string): readonly Binding[] =>
    (users.get(name) ?? []).filter((b) => useful.has(b.name));
  const sizesOf = (name: string): readonly Size[] => {
    const binding = bindings.get(name);
    if (binding) return axisIndices(binding.axes).map((index) => index.size);
    const input = inputs.get(name);
    if (!input) throw new RangeError(`${name} is neither an input nor a binding`);
    return indexedSizes(input.shape);
  };
  const elementwise = new Map<string, boolean>();
  const isElementwise = (name: string): boolean => {
    if (name === output.name) return true;
    const known = elementwise.get(name);
    if (known !== undefined) return known;
    const sizes = sizesOf(name);
    const fits = ({ axes }: Binding): boolean => {
      const own = axisIndices(axes);
      return own.length === sizes.length && own.every((index, k) => index.size === sizes[k]);
    };
    // What the output does not depend on has no user that could tell of its axes.
    const result =
      fits(output) &&
      consumersOf(name).every((user) => {
        const pins = pinnedAxes(user, name, sizes.length);
        return fits(user) && pins.every((pin, k) => pin === k) && isElementwise(user.name);
      });
    elementwise.set(name, result);
    return result;
  };

  return {
    output,
    bindings,
    isElementwise,
    consumers: consumersOf,
    has: (name) => bindings.has(name) || inputs.has(name),
    sources: (binding) => [...(mentions.get(binding.name) ?? [])],
    dependsOn: (name, by) => dependants(by).has(name),
    isDiscrete(name) {
      const domain = inputs.get(name)?.domain;
      if (domain?.kind === 'distribution') return domain.hard;
      return domain !== undefined && ['binary', 'sign', 'class'].includes(domain.kind);
    },
    varies: (name) => parameters.some((parameter) => dependants(parameter.name).has(name)),
    onlyDirectly(of, by) {
      const mentioned = mentions.get(of.name) ?? new Set<string>();
      const readers = users.get(by) ?? [];
      const start = ranks.get(by) ?? -1;
      const isLater = (name: string): boolean => name !== by && (ranks.get(name) ?? -1) > start;
      // Of a name that very many read, few readers read another that might depend on it.
      if (mentioned.size < readers.length && ![...mentioned].some(isLater)) return true;
      // Forward, and no further than `of`: between neighbours that is a step or two, however long the program.
      const end = ranks.get(of.name) ?? Infinity;
      const found = new Set([by]);
      for (const next of found)
        for (const { name } of users.get(next) ?? []) {
          if ((ranks.get(name) ?? Infinity) >= end) continue;
          if (mentioned.has(name)) return false;
          found.add(name);
        }
      return true;
    },
    sizes: sizesOf,
    between(names) {
      const reached = new Set<string>();
      for (const name of names) for (const found of dependants(name)) reached.add(found);
      return program.bindings.filter((b) => useful.has(b.name) && reached.has(b.name));
    },
  };
}

/**
 * For each axis of `name`: the axis of `of` whose own index is its argument wherever `name` occurs in the definition, or null.
 * Such an axis is elementwise: ∂of/∂name is 0 unless the two indices agree.
 */
export function pinnedAxes(of: Binding, name: string, rank: number): (number | null)[] {
  if (rank === 0) return [];
  const own = axisIndices(of.axes);
  let pins: (number | null)[] | null = null;
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    if ((node.kind === 'sym' || node.kind === 'matrix') && node.name === name) {
      // A function of a whole matrix pins none of its two axes.
      const args = node.kind === 'sym' ? node.args : stackPositions(node);
      const here = Array.from({ length: rank }, (_, k) => {
        const arg = args[k];
        if (!arg) return null;
        const at = arg.kind === 'index' ? own.indexOf(arg) : -1;
        return at < 0 ? null : at;
      });
      pins = pins === null ? here : pins.map((pin, k) => (pin === here[k] ? pin : null));
    }
    node.args.forEach(visit);
  };
  visit(of.def);
  const found: (number | null)[] = pins ?? new Array<null>(rank).fill(null);
  return found.map((pin, k) => (pin !== null && found.indexOf(pin) === k ? pin : null));
}

/** Own indices of `of` for the target's indices: pinned ones are shared, the others fresh. */
export function linkIndices(
  of: Binding,
  name: string,
  at: readonly IndexNode[],
  fresh: (size: Size) => IndexNode,
): { indices: IndexNode[]; free: IndexNode[] } {
  const pins = pinnedAxes(of, name, at.length);
  const free: IndexNode[] = [];
  const indices = axisIndices(of.axes).map((index, q) => {
    const p = pins.indexOf(q);
    const shared = p < 0 ? undefined : at[p];
    if (shared && shared.size === index.size) return shared;
    const made = fresh(index.size);
    free.push(made);
    return made;
  });
  return { indices, free };
}
