/** Reverse accumulation over the bindings: ∂J/∂v from the derivatives by what uses v, with the steps of the chain rule. */
import { createAdjointNames, hasReduction } from './adjointNames';
import type { Binding } from './definition';
import type { Step } from './derivation';
import { isNum, symbolNames, type IndexNode, type Node, type Size, type SymNode } from './expr';
import { linkIndices } from './graph';
import { deriveLink, linkNode, simplifySteps, type Derived, type Workshop } from './links';
import { inShownForm } from './shownSteps';
import { guarded } from './simplify/build';
import { makeStep, mapStep } from './steps';

/** Links that are multiplied in one outline before the next derivative is taken as known. */
const LONGEST_CHAIN = 4;
/** Answers up to this size are not tried with shared names. */
const SHORT = 12;

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
}

/** With names for adjoints that several terms share, or with these written out. */
type Style = 'open' | 'shared';

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

/** `hidden` are the bindings that have no name for the user; `wanted` what is differentiated by. */
export function createAdjoints(
  shop: Workshop,
  hidden: ReadonlySet<string>,
  wanted: readonly string[],
): Adjoints {
  const { arena, graph, namer, simplifier } = shop;
  const names = createAdjointNames(shop, hidden, wanted);
  const cost = (node: Node): number => simplifier.display.cost(node);
  const settled = new Map<string, Adjoint>();
  const memo = new Map<string, Adjoint>();
  /** By the name of what they are adjoints of. */
  const shared = new Map<string, Binding>();
  const sharing = new Map<string, boolean>();
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
    style: Style,
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
        isShift(of) ||
        (style === 'shared' && isShared(of.name)) ||
        (nextContracts && contractions > 0) ||
        ((nextContracts || (free.length > 0 && names.isHub(of.name))) && hasOwnName(of.name));
      if (!next || isStation) {
        factors.unshift(knownFactor(symbol, indices, outputAt, style));
        return { factors, summed };
      }
      user = next;
    }
  };

  /** Its derivative has got a name that stands for it. */
  const hasOwnName = (name: string): boolean => {
    const adjoint = inStyle(name, 'open');
    return adjoint.use !== adjoint.value;
  };

  const knownFactor = (
    symbol: SymNode,
    indices: readonly IndexNode[],
    outputAt: readonly IndexNode[] | null,
    style: Style,
  ): Factor => {
    const common = graph.output.axes.some((axis) => axis.index !== null) ? indices : [];
    const node = arena.diff(outputSymbol(outputAt ?? common), symbol, true);
    return {
      node,
      title: `∂${symbolText(graph.output.name)}/∂${symbolText(symbol.name)}, derived by the same rules`,
      rule: 'insert-adjoint',
      derived: () => {
        const adjoint = inUse(symbol.name, style);
        const pairs = adjoint.indices.map((index, k) => [index, indices[k] ?? index] as const);
        const rename = (n: Node): Node => arena.substituteAll(n, pairs);
        const same = pairs.every(([from, to]) => from === to);
        const steps = same ? adjoint.steps : adjoint.steps.map((step) => mapStep(step, rename));
        const value = rename(adjoint.use);
        if (isShift(graph.bindings.get(symbol.name)) && isNum(value, 0)) {
          const title = `the shift by ${symbol.name} cancels: ${graph.output.name} does not change with it`;
          return {
            value,
            steps: [makeStep({ rule: 'shift-cancels', title, before: node, after: value, children: steps })],
          };
        }
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
          title: `write ${nameOf(adjoint.use)} for it`,
          before: rename(adjoint.value),
          after: value,
        });
        return { value, steps: [...steps, naming] };
      },
    };
  };

  const compute = (name: string, style: Style): Adjoint => {
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
    const chains = consumers.map((user) => chainFrom(symbol, user, outputAt, new Set(taken), style));
    const outputNow = arena.sym(output.name, ...(outputAt ?? (elementwise ? indices : [])));
    const start = arena.diff(outputNow, symbol, true);
    const derived = accumulate(start, name, chains);
    const { value, steps } = inShownForm(shop, derived);
    const final = settleZero(name, value, steps);
    return { name, indices, value: final, use: final, steps };
  };

  /** Fixed names are given at once, so that both styles use them. */
  const inStyle = (name: string, wish: Style): Adjoint => {
    const done = settled.get(name);
    if (done && done.use !== done.value) return done;
    const style = wish === 'shared' && mayShare(name) ? 'shared' : 'open';
    const key = `${style} ${name}`;
    let known = memo.get(key);
    if (known) return known;
    memo.set(key, (known = compute(name, style)));
    if (style === 'shared' || !names.isFixed(name, known.value)) return known;
    const best = shorter(name, known);
    const binding = names.define(name, best.indices, best.value);
    named.push(binding);
    known = { ...best, use: arena.sym(binding.name, ...best.indices) };
    settled.set(name, known);
    return known;
  };

  /** Names with something on the way to the output that may be shared. */
  const beforeShared = (): ReadonlySet<string> => {
    const found = new Set<string>();
    for (const binding of [...graph.bindings.values()].reverse())
      if (found.has(binding.name) || names.mayBeShared(binding.name))
        for (const source of graph.sources(binding)) found.add(source);
    return found;
  };
  let candidates: ReadonlySet<string> | null = null;

  /** An adjoint that it is computed from may go by a shared name. */
  const mayShare = (name: string): boolean => {
    candidates ??= beforeShared();
    if (!candidates.has(name)) return false;
    let known = sharing.get(name);
    if (known === undefined) {
      known = graph.consumers(name).some((user) => {
        const { value, use } = inStyle(user.name, 'open');
        return use === value && (isShared(user.name) || mayShare(user.name));
      });
      sharing.set(name, known);
    }
    return known;
  };

  /** The open form or the one with shared names, their definitions counted in; those of the better one are taken up. */
  const shorter = (name: string, open: Adjoint): Adjoint => {
    if (cost(open.value) <= SHORT || !mayShare(name)) return open;
    const other = inStyle(name, 'shared');
    const { inValue, inSteps } = sharedIn(other);
    const fresh = inValue.filter((binding) => !named.includes(binding));
    const total = fresh.reduce((sum, binding) => sum + cost(binding.def), cost(other.value));
    if (total > cost(open.value) || inSteps.length > inValue.length) return open;
    named.push(...fresh);
    return other;
  };

  /** The shared names that the value has left and those that its steps pass through. */
  const sharedIn = ({ value, steps }: Adjoint): { inValue: Binding[]; inSteps: Binding[] } => {
    const left = symbolNames(value);
    const passed = new Set([value, ...steps.map((step) => step.before)].flatMap((n) => [...symbolNames(n)]));
    const among = (used: ReadonlySet<string>): Binding[] =>
      [...shared.values()].filter((binding) => used.has(binding.name));
    return { inValue: among(left), inSteps: among(passed) };
  };

  /** An adjoint on the way in the shared names that an answer has taken up. */
  const alike = (name: string): Adjoint | null => {
    const other = memo.get(`shared ${name}`);
    if (!other) return null;
    return sharedIn(other).inSteps.every((binding) => named.includes(binding)) ? other : null;
  };

  const isShared = (name: string): boolean => names.isShared(name, inStyle(name, 'open').value);

  /** What stands for the adjoint in those of its sources. */
  const inUse = (name: string, style: Style): Adjoint => {
    const open = inStyle(name, 'open');
    if (style === 'open' || open.use !== open.value) return open;
    if (!isShared(name)) return inStyle(name, style);
    let binding = shared.get(name);
    if (!binding) shared.set(name, (binding = names.define(name, open.indices, open.value)));
    return { ...open, use: arena.sym(binding.name, ...open.indices) };
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
    const known = new Map([...named, ...shared.values()].map((binding) => [binding.name, binding]));
    for (let round = 0; round <= known.size; round++) {
      const next = arena.mapSyms(result, (sym) => {
        const binding = known.get(sym.name);
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

  const productOf = (chain: Chain, parts: readonly Node[]): Node => {
    const product = arena.mul(...parts);
    let node = arena.mul(...guarded({ arena, ...simplifier }, factorsOf(product)));
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
    /** The same derivative in all chains that have it, whatever its indices: it is carried out once. */
    const placesOf = (title: string): { part: Node[]; at: number; like: Factor }[] =>
      chains.flatMap(({ factors }, k) =>
        factors.flatMap((like, at) => {
          const part = state[k];
          return like.title === title && part?.[at] === like.node ? [{ part, at, like }] : [];
        }),
      );
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
        const { steps: inside } = factor.derived();
        if (state[k]?.[n] !== factor.node) return;
        const places = placesOf(factor.title);
        for (const { part, at, like } of places) part[at] = like.derived().value;
        const after = whole();
        if (after === current) return;
        const [single] = inside;
        steps.push(
          makeStep({
            rule: inside.length === 1 && single ? single.rule : factor.rule,
            title: inside.length === 1 && single ? single.title : factor.title,
            mentions: inside.length === 1 && single ? single.mentions : [],
            before: current,
            after,
            touchedBefore: places.map(({ like }) => like.node),
            touchedAfter: places.map(({ like }) => like.derived().value),
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
    let known = settled.get(name);
    if (known) return known;
    const open = inStyle(name, 'open');
    if (open.use !== open.value) known = open;
    else known = wanted.includes(name) ? shorter(name, open) : (alike(name) ?? open);
    settled.set(name, known);
    return known;
  };
  return { of, named };
}

/** The maximum that is subtracted for the sake of rounding, and the like. */
const isShift = (binding: Binding | undefined): boolean =>
  binding?.def.kind === 'reduce' && (binding.def.op === 'max' || binding.def.op === 'min');

const factorsOf = (node: Node): readonly Node[] => (node.kind === 'mul' ? node.args : [node]);
const nameOf = (node: Node): string => (node.kind === 'sym' ? node.name : '');
