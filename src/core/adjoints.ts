/** Reverse accumulation over the bindings: ∂J/∂v from the derivatives by what uses v, with the steps of the chain rule. */
import { axisIndices, type Binding } from './definition';
import type { Step } from './derivation';
import { isNum, type IndexNode, type Node, type Size, type SymNode } from './expr';
import { linkIndices, pinnedAxes } from './graph';
import { deriveLink, linkNode, simplifySteps, type Derived, type Workshop } from './links';
import { ruleTitle } from './rules';
import { makeStep, mapStep } from './steps';

/** Links that are multiplied in one outline before the next derivative is taken as known. */
const LONGEST_CHAIN = 4;
/** Adjoints larger than this get a name where they are results of matrix products. */
const PRODUCT_NAMED_FROM = 3;
/** Adjoints larger than this get a name where sums stand in them and matrix products take them further. */
const NAMED_FROM = 6;
/** Adjoints larger than this get a name in any case, so that long chains stay linear in size. */
const ALWAYS_NAMED_FROM = 40;

/** Paths beyond this many are inserted in one step: a step for each would show all the others every time. */
const MOST_CHAINS = 24;

export interface Adjoint {
  readonly name: string;
  readonly indices: readonly IndexNode[];
  /** In the names of the program and of earlier adjoints. */
  readonly value: Node;
  /** What stands for it elsewhere: the value, or a symbol of its own. */
  readonly use: Node;
  readonly steps: readonly Step[];
  /** A sum over an index stands in it. */
  readonly contracted: boolean;
}

/** One factor of a chain: a link, or the derivative by the binding where the chain begins. */
interface Factor {
  readonly node: Node;
  readonly title: string;
  readonly rule: string;
  readonly derived: () => Derived;
}

interface Chain {
  readonly factors: readonly Factor[];
  /** Indices that are summed over. */
  readonly summed: readonly IndexNode[];
}

export interface Adjoints {
  /** ∂J/∂name at its indices. */
  of(name: string): Adjoint;
  readonly named: readonly Binding[];
}

export function createAdjoints(shop: Workshop, hidden: ReadonlySet<string>): Adjoints {
  const { arena, graph, namer, simplifier } = shop;
  const memo = new Map<string, Adjoint>();
  const named: Binding[] = [];
  const outputSymbol = (at: readonly IndexNode[]): Node => arena.sym(graph.output.name, ...at);

  const indicesFor = (sizes: readonly Size[], taken: Set<string>): IndexNode[] =>
    sizes.map((size) => {
      const index = namer.fresh(size, taken);
      taken.add(index.name);
      return index;
    });

  const symbolText = (name: string): string => name;

  /** The chain from `first` (a consumer of `by`) towards the output. */
  const chainFrom = (
    by: SymNode,
    first: Binding,
    outputAt: readonly IndexNode[] | null,
    taken: Set<string>,
  ): Chain => {
    const factors: Factor[] = [];
    const summed: IndexNode[] = [];
    let symbol = by;
    let user = first;
    let contractions = 0;
    for (;;) {
      const target = symbol;
      const isOutput = user.name === graph.output.name;
      const at = symbol.args.filter((arg): arg is IndexNode => arg.kind === 'index');
      const { indices, free } =
        isOutput && outputAt
          ? { indices: [...outputAt], free: [] }
          : linkIndices(user, symbol.name, at, (size) => {
              const index = namer.fresh(size, taken);
              taken.add(index.name);
              return index;
            });
      const of = user;
      factors.unshift({
        node: linkNode(shop, of, indices, target),
        title: `derive ∂${symbolText(of.name)}/∂${symbolText(target.name)}`,
        rule: 'differentiate-link',
        derived: () => deriveLink(shop, of, indices, target),
      });
      if (!isOutput || !outputAt) summed.push(...free);
      if (free.length > 0) contractions += 1;
      if (isOutput) return { factors, summed };
      symbol = arena.sym(of.name, ...indices);
      const users = graph.consumers(of.name);
      const [next] = users;
      const nextContracts =
        next !== undefined &&
        next.name !== graph.output.name &&
        linkIndices(next, of.name, indices, (size) => namer.fresh(size, taken)).free.length > 0;
      const isStation =
        users.length !== 1 ||
        factors.length >= LONGEST_CHAIN ||
        (nextContracts && (contractions > 0 || hasOwnName(of.name)));
      if (!next || isStation) {
        factors.unshift(knownFactor(symbol, indices, outputAt));
        return { factors, summed };
      }
      user = next;
    }
  };

  /** Its derivative has got a name that stands for it. */
  const hasOwnName = (name: string): boolean => {
    const adjoint = of(name);
    return adjoint.use !== adjoint.value;
  };

  const knownFactor = (
    symbol: SymNode,
    indices: readonly IndexNode[],
    outputAt: readonly IndexNode[] | null,
  ): Factor => {
    const shared = graph.output.axes.some((axis) => axis.index !== null) ? indices : [];
    const node = arena.diff(outputSymbol(outputAt ?? shared), symbol, true);
    return {
      node,
      title: `∂${symbolText(graph.output.name)}/∂${symbolText(symbol.name)}, derived by the same rules`,
      rule: 'insert-adjoint',
      derived: () => {
        const adjoint = of(symbol.name);
        const pairs = adjoint.indices.map((index, k) => [index, indices[k] ?? index] as const);
        const rename = (n: Node): Node => arena.substituteAll(n, pairs);
        const same = pairs.every(([from, to]) => from === to);
        const steps = same ? adjoint.steps : adjoint.steps.map((step) => mapStep(step, rename));
        const value = rename(adjoint.use);
        if (outputAt && graph.isElementwise(symbol.name)) {
          const deltas = indices.map((index, k) => arena.delta(outputAt[k] ?? index, index));
          const spread = arena.mul(...deltas, value);
          const title = 'elementwise: 0 unless the indices agree';
          return {
            value: spread,
            steps: [
              makeStep({ rule: 'kronecker-delta', title, before: node, after: spread, children: steps }),
            ],
          };
        }
        if (adjoint.use === adjoint.value) return { value, steps };
        const naming = makeStep({
          rule: 'name-adjoint',
          title: `write ${named.find((b) => b.name === nameOf(adjoint.use))?.name ?? ''} for it`,
          before: rename(adjoint.value),
          after: value,
        });
        return { value, steps: [...steps, naming] };
      },
    };
  };

  const compute = (name: string): Adjoint => {
    const taken = new Set<string>();
    const { output } = graph;
    const outputIndices = output.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
    const sizes = graph.sizes(name);
    const consumers = graph.consumers(name);
    const elementwise = outputIndices.length > 0 && graph.isElementwise(name);
    const outputAt = outputIndices.length === 0 || elementwise ? null : outputIndices;
    for (const index of outputAt ?? []) taken.add(index.name);
    const indices = elementwise ? outputIndices : indicesFor(sizes, taken);
    for (const index of indices) taken.add(index.name);
    const symbol = arena.sym(name, ...indices);
    const chains = consumers.map((user) => chainFrom(symbol, user, outputAt, new Set(taken)));
    const outputNow = arena.sym(output.name, ...(outputAt ?? (elementwise ? indices : [])));
    const start = arena.diff(outputNow, symbol, true);
    const derived = accumulate(start, name, chains);
    const { value, steps } = inShownForm(derived);
    const contracted = hasReduction(value);
    const settled = settleZero(name, value, steps);
    const use = shouldName(name, settled, contracted) ? giveName(name, indices, settled) : settled;
    return { name, indices, value: settled, use, steps, contracted };
  };

  /** The steps go on from the working form to the form that is shown. */
  const inShownForm = (derived: Derived): { value: Node; steps: Step[] } => {
    const { node: value, via } = simplifier.shownWithRewritings(derived.value);
    const steps = [...derived.steps];
    let current = derived.value;
    for (const { rule, node } of via) {
      if (node !== current && shop.reorder(node) !== shop.reorder(current)) {
        steps.push(makeStep({ rule, title: ruleTitle(rule), before: current, after: node }));
        current = node;
      }
      if (rule === 'stable-form') continue;
      const { steps: algebra, value: simplified } = simplifySteps(shop, current);
      steps.push(...algebra);
      current = simplified;
    }
    if (current === value) return { value, steps };
    const read = shop.text(current);
    if (read !== null && read === shop.text(value)) return { value: current, steps };
    if (shop.reorder(current) !== shop.reorder(value)) {
      steps.push(
        makeStep({ rule: 'collect-terms', title: ruleTitle('collect-terms'), before: current, after: value }),
      );
      return { value, steps };
    }
    return { value: current, steps };
  };

  /** The shift of a softmax and the like: adjoints that are 0 although their form does not show it. */
  const settleZero = (name: string, value: Node, steps: Step[]): Node => {
    if (!graph.bindings.has(name) || isNum(value, 0) || !hasReduction(value)) return value;
    if (!simplifier.isZero(unnamed(value))) return value;
    steps.push(
      makeStep({
        rule: 'proved-zero',
        title: 'it is 0 once the definitions are written out',
        before: value,
        after: arena.zero,
      }),
    );
    return arena.zero;
  };

  /** Adjoints of a name of their own written out. */
  const unnamed = (node: Node): Node => {
    let result = node;
    for (let round = 0; round <= named.length; round++) {
      const next = arena.mapSyms(result, (sym) => {
        const binding = named.find((b) => b.name === sym.name);
        if (!binding) return sym;
        return arena.substituteAll(
          binding.def,
          binding.axes.flatMap((axis, k) =>
            axis.index ? [[axis.index, sym.args[k] ?? axis.index] as const] : [],
          ),
        );
      });
      if (next === result) return result;
      result = next;
    }
    return result;
  };

  const shouldName = (name: string, value: Node, contracted: boolean): boolean => {
    const binding = graph.bindings.get(name);
    if (!binding || hidden.has(name) || graph.output.axes.some((axis) => axis.index !== null)) return false;
    const made = graph.consumers(name).some((user) => isProduct(user, name));
    const taken = graph.sources(binding).some((source) => isProduct(binding, source));
    const limit = !contracted
      ? ALWAYS_NAMED_FROM
      : made
        ? PRODUCT_NAMED_FROM
        : taken
          ? NAMED_FROM
          : ALWAYS_NAMED_FROM;
    return simplifier.display.cost(value) > limit;
  };

  /** ∂of/∂name sums over an index that `name` lacks and brings in one that `of` lacks. */
  const isProduct = (of: Binding, name: string): boolean => {
    const sizes = graph.sizes(name);
    const pinned = pinnedAxes(of, name, sizes.length).filter((axis) => axis !== null).length;
    return pinned < sizes.length && pinned < axisIndices(of.axes).length;
  };

  const giveName = (name: string, indices: readonly IndexNode[], value: Node): Node => {
    const wanted = `d${name}`;
    let free = wanted;
    for (let k = 2; graph.bindings.has(free) || named.some((b) => b.name === free); k++)
      free = `${wanted}@${k}`;
    named.push({
      name: free,
      axes: indices.map((index) => ({ size: index.size, index })),
      def: value,
      span: null,
      origin: 'temporary',
    });
    return arena.sym(free, ...indices);
  };

  const productOf = (chain: Chain, parts: readonly Node[]): Node => {
    let node = arena.mul(...parts);
    for (const index of [...chain.summed].reverse()) node = arena.sum(index, node);
    return node;
  };

  /** The chain rule, each factor carried out, and the whole simplified. */
  const accumulate = (start: Node, name: string, chains: readonly Chain[]): Derived => {
    const [first] = chains;
    if (!first) {
      const title = `${graph.output.name} does not depend on ${name}`;
      return {
        value: arena.zero,
        steps: [makeStep({ rule: 'constant-rule', title, before: start, after: arena.zero })],
      };
    }
    if (chains.length === 1 && first.factors.length === 1 && first.summed.length === 0) {
      const [factor] = first.factors;
      if (factor) {
        const derived = factor.derived();
        if (factor.node === start || derived.steps[0]?.before === start) return derived;
        const opening = makeStep({
          rule: 'insert-definition',
          title: `insert the definition of ${graph.output.name}`,
          before: start,
          after: factor.node,
        });
        return { value: derived.value, steps: [opening, ...derived.steps] };
      }
    }
    const state = chains.map((chain) => chain.factors.map((factor) => factor.node));
    const whole = (): Node => arena.add(...chains.map((chain, k) => productOf(chain, state[k] ?? [])));
    let current = whole();
    const steps: Step[] = [
      makeStep({
        rule: 'chain-rule',
        title: `the chain rule from ${graph.output.name} back to ${name}`,
        before: start,
        after: current,
      }),
    ];
    const isWide = chains.length > MOST_CHAINS;
    if (isWide) {
      chains.forEach((chain, k) => (state[k] = chain.factors.map((factor) => factor.derived().value)));
      const after = whole();
      const title = `insert the derivatives along all ${chains.length} paths`;
      if (after !== current)
        steps.push(makeStep({ rule: 'differentiate-link', title, before: current, after }));
      current = after;
    }
    (isWide ? [] : chains).forEach((chain, k) =>
      chain.factors.forEach((factor, n) => {
        const { value, steps: inside } = factor.derived();
        const parts = state[k];
        if (!parts) return;
        parts[n] = value;
        const after = whole();
        if (after === current) return;
        const [single] = inside;
        steps.push(
          makeStep({
            rule: inside.length === 1 && single ? single.rule : factor.rule,
            title: inside.length === 1 && single ? single.title : factor.title,
            before: current,
            after,
            touchedBefore: [factor.node],
            touchedAfter: [value],
            children: inside.length === 1 ? (single?.children ?? []) : inside,
          }),
        );
        current = after;
      }),
    );
    const algebra = simplifySteps(shop, current);
    if (algebra.steps.length === 1) steps.push(...algebra.steps);
    else if (algebra.steps.length > 1)
      steps.push(
        makeStep({
          rule: 'multiply-links',
          title: 'multiply and simplify',
          before: current,
          after: algebra.value,
          children: algebra.steps,
        }),
      );
    return { value: algebra.value, steps };
  };

  const of = (name: string): Adjoint => {
    let known = memo.get(name);
    if (!known) memo.set(name, (known = compute(name)));
    return known;
  };
  return { of, named };
}

const nameOf = (node: Node): string => (node.kind === 'sym' ? node.name : '');

function hasReduction(node: Node): boolean {
  return node.kind === 'reduce' || node.args.some(hasReduction);
}
