/** Which adjoints get a name (dZ), so that answers stay short without hiding what cancels. */
import { axisIndices, type Binding } from './definition';
import { symbolNames, type IndexNode, type Node } from './expr';
import { pinnedAxes } from './graph';
import type { Workshop } from './links';

/** Adjoints larger than this get a name where they are results of matrix products. */
const MADE_BY_PRODUCT = 3;
/** Adjoints larger than this get a name where sums stand in them and matrix products take them further. */
const TAKEN_BY_PRODUCT = 6;
/** Adjoints larger than this get a name in any case, so that long chains stay linear in size. */
const ANY = 40;
/** Adjoints of at least this size are tried under a name where they reach statistics and rows. */
const SHARED = 3;

export interface AdjointNames {
  /** It always goes by a name. */
  isFixed(name: string, value: Node): boolean;
  /** It goes by a name where that makes the answer shorter: the dN of (dN - mean(dN) - N mean(dN N))/s. */
  isShared(name: string, value: Node): boolean;
  /** It may be shared, whatever its value. */
  mayBeShared(name: string): boolean;
  /** Several matrix products take it further, by which the chain ends here. */
  isHub(name: string): boolean;
  /** A symbol for ∂J/∂name at the indices, defined as the value. */
  define(name: string, indices: readonly IndexNode[], value: Node): Binding;
}

/** `hidden` are the bindings that have no name for the user; `wanted` what is differentiated by. */
export function createAdjointNames(
  { graph, simplifier }: Workshop,
  hidden: ReadonlySet<string>,
  wanted: readonly string[],
): AdjointNames {
  const given = new Set<string>();
  const isScalar = graph.output.axes.every((axis) => axis.index === null);
  const reaches = new Map<string, boolean>();
  const isOnPath = (name: string): boolean => {
    let known = reaches.get(name);
    if (known === undefined) reaches.set(name, (known = wanted.some((by) => graph.dependsOn(name, by))));
    return known;
  };
  const sources = (binding: Binding): readonly string[] => graph.sources(binding).filter(isOnPath);
  const nameable = (name: string): Binding | null =>
    (isScalar && !hidden.has(name) && graph.bindings.get(name)) || null;

  /** The indices of `name` that `of` shares, and whether each has others. */
  const sharing = (of: Binding, name: string): { own: boolean; others: boolean } => {
    const sizes = graph.sizes(name);
    const pinned = pinnedAxes(of, name, sizes.length).filter((axis) => axis !== null).length;
    return { own: pinned < axisIndices(of.axes).length, others: pinned < sizes.length };
  };
  /** ∂of/∂name sums over an index that `name` lacks and brings in one that `of` lacks. */
  const isProduct = (of: Binding, name: string): boolean => {
    const { own, others } = sharing(of, name);
    return own && others;
  };
  const isStatistic = (of: Binding, name: string): boolean => {
    const { own, others } = sharing(of, name);
    return own && !others && graph.bindings.has(name);
  };

  const shareable = new Map<string, boolean>();
  const mayBeShared = (name: string): boolean => {
    let known = shareable.get(name);
    if (known === undefined) {
      const binding = nameable(name);
      const from = binding ? sources(binding) : [];
      known = binding !== null && from.length > 1 && from.some((source) => isStatistic(binding, source));
      shareable.set(name, known);
    }
    return known;
  };

  /** A sum stands in it, in plain sight or behind a hidden name. */
  const hidesReduction = (value: Node): boolean =>
    hasReduction(value) ||
    [...symbolNames(value)].some((name) => {
      const binding = hidden.has(name) ? graph.bindings.get(name) : undefined;
      return binding !== undefined && hidesReduction(binding.def);
    });

  return {
    isFixed(name, value) {
      const binding = nameable(name);
      const cost = simplifier.display.cost(value);
      if (!binding || cost <= MADE_BY_PRODUCT) return false;
      if (cost > ANY) return true;
      const taken = sources(binding).filter((source) => isProduct(binding, source)).length;
      if (taken > 1 && cost > TAKEN_BY_PRODUCT && hidesReduction(value)) return true;
      if (!hasReduction(value)) return false;
      if (graph.consumers(name).some((user) => isProduct(user, name))) return true;
      return taken > 0 && cost > TAKEN_BY_PRODUCT;
    },
    mayBeShared,
    isShared: (name, value) =>
      mayBeShared(name) && simplifier.display.cost(value) >= SHARED && !hasReduction(value),
    isHub(name) {
      const binding = nameable(name);
      return binding !== null && sources(binding).filter((source) => isProduct(binding, source)).length > 1;
    },
    define(name, indices, value) {
      let free = `d${name}`;
      for (let k = 2; graph.has(free) || given.has(free); k++) free = `d${name}@${k}`;
      given.add(free);
      const axes = indices.map((index) => ({ size: index.size, index }));
      return { name: free, axes, def: value, span: null, origin: 'temporary' };
    },
  };
}

export function hasReduction(node: Node): boolean {
  return node.kind === 'reduce' || node.args.some(hasReduction);
}
