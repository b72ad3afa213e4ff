/** Forward accumulation over the bindings: the derivative of each along a direction, with the steps of the chain rule. */
import { placed, type Binding } from './definition';
import type { Step } from './derivation';
import { symbolNames, type IndexNode, type Node, type Size } from './expr';
import { pinnedAxes } from './graph';
import { byName, writeOut } from './hidden';
import { deriveLink, linkNode, simplifySteps, type Derived, type Workshop } from './links';
import { inShownForm } from './shownSteps';
import { makeStep } from './steps';

/** Tangents larger than this get a name if a sum stands in them and they are used more than once. */
const NAMED_FROM = 3;
/** Tangents larger than this get a name in any case. */
const ALWAYS_NAMED_FROM = 40;

export interface Tangent {
  readonly name: string;
  readonly indices: readonly IndexNode[];
  /** In the names of the program, the directions and earlier tangents. */
  readonly value: Node;
  /** What stands for it elsewhere: the value, or a symbol of its own. */
  readonly use: Node;
  /** From what it is, Σ ∂u/∂w v, to the value. */
  readonly steps: readonly Step[];
}

export interface Tangents {
  /** The derivative of the binding along the direction, at its indices. */
  of(name: string): Tangent;
  /** Tangents that got a name, in order of evaluation. */
  readonly named: readonly Binding[];
}

/**
 * `directions` gives for each name that moves the input which says where to. The tangents of `outputs` and of `hidden` bindings
 * get no names of their own, those of others what `fresh` gives.
 */
export function createTangents(
  shop: Workshop,
  directions: ReadonlyMap<string, string>,
  outputs: readonly string[],
  hidden: ReadonlySet<string>,
  fresh: (of: string) => string,
): Tangents {
  const { arena, graph, namer, simplifier } = shop;
  const memo = new Map<string, Tangent>();
  const named: Binding[] = [];
  const wanted = [...directions.keys()];
  const moves = (name: string): boolean => wanted.some((by) => graph.dependsOn(name, by));

  const indicesFor = (sizes: readonly Size[], taken: Set<string>): IndexNode[] =>
    sizes.map((size) => {
      const index = namer.fresh(size, taken);
      taken.add(index.name);
      return index;
    });

  const summed = (indices: readonly IndexNode[], body: Node): Node =>
    [...indices].reverse().reduce<Node>((node, index) => arena.sum(index, node), body);

  /** What the tangent is, not carried out. */
  const start = (name: string, at: readonly IndexNode[]): Node =>
    arena.add(
      ...[...directions].map(([by, direction]) => {
        const own = indicesFor(graph.sizes(by), new Set(at.map((index) => index.name)));
        const slope = arena.diff(arena.sym(name, ...at), arena.sym(by, ...own), true);
        return summed(own, arena.mul(slope, arena.sym(direction, ...own)));
      }),
    );

  /** The tangent of a symbol at given indices. */
  const useAt = (name: string, at: readonly IndexNode[]): Node => {
    const direction = directions.get(name);
    if (direction !== undefined) return arena.sym(direction, ...at);
    const tangent = of(name);
    return arena.substituteAll(
      tangent.use,
      tangent.indices.map((index, k) => [index, at[k] ?? index] as const),
    );
  };

  const compute = (name: string): Tangent => {
    const binding = graph.bindings.get(name);
    if (!binding) throw new RangeError(`${name} is not a binding`);
    const taken = new Set<string>();
    const indices = indicesFor(graph.sizes(name), taken);
    const before = start(name, indices);
    const used = [...symbolNames(binding.def)].filter(moves);
    const links = used.map((by) => {
      const pins = pinnedAxes(binding, by, graph.sizes(by).length);
      const free: IndexNode[] = [];
      const own = graph.sizes(by).map((size, k) => {
        const pin = pins[k];
        const shared = pin === null || pin === undefined ? undefined : indices[pin];
        if (shared && shared.size === size) return shared;
        const [made] = indicesFor([size], taken) as [IndexNode];
        free.push(made);
        return made;
      });
      const symbol = arena.sym(by, ...own);
      return { by, own, free, symbol, node: linkNode(shop, binding, indices, symbol) };
    });
    const parts: Node[] = links.map(({ node }) => node);
    const whole = (): Node =>
      arena.add(
        ...links.map(({ by, own, free }, k) =>
          summed(free, arena.mul(parts[k] ?? arena.zero, useAt(by, own))),
        ),
      );
    let current = whole();
    const steps: Step[] = [];
    const advance = (rule: string, title: string, children: readonly Step[]): void => {
      const after = whole();
      if (after === current) return;
      steps.push(
        makeStep({ rule, title, before: current, after, children: children.length > 1 ? children : [] }),
      );
      current = after;
    };
    if (before !== current) {
      const inner = used.filter((by) => !directions.has(by));
      const earlier = inner.flatMap((by) => of(by).steps);
      steps.push(
        makeStep({
          rule: 'chain-rule-forward',
          title:
            inner.length === 0
              ? `how ${name} changes along the direction`
              : `the chain rule through ${inner.join(', ')}`,
          before,
          after: current,
          children: inner.length === 1 && earlier.length > 1 ? earlier : [],
        }),
      );
    }
    links.forEach(({ by, symbol }, k) => {
      const derived = deriveLink(shop, binding, indices, symbol);
      parts[k] = derived.value;
      advance('differentiate-link', `derive ∂${name}/∂${by}`, derived.steps);
    });
    const algebra = simplifySteps(shop, current);
    const [only] = algebra.steps;
    if (algebra.steps.length === 1 && only) steps.push(only);
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
    const shown = smaller(inShownForm(shop, { value: algebra.value, steps }));
    const use = mayBeNamed(name, shown.value) ? giveName(binding, indices, shown.value) : shown.value;
    return { name, indices, ...shown, use };
  };

  /** With the tangents that have names written out, where that is no longer: the shift of a softmax cancels so. */
  const smaller = (derived: Derived): Derived => {
    const { cost } = simplifier.display;
    const names = symbolNames(derived.value);
    const inner = named.filter((binding) => names.has(binding.name));
    if (inner.length === 0 || cost(derived.value) > ALWAYS_NAMED_FROM) return derived;
    const plain = writeOut(arena, byName(inner), derived.value);
    const whole = inShownForm(shop, simplifySteps(shop, plain));
    if (cost(whole.value) > cost(derived.value)) return derived;
    const unfold = makeStep({
      rule: 'unfold-hidden',
      title: `write out ${inner.map((binding) => binding.name).join(', ')}`,
      before: derived.value,
      after: plain,
    });
    return smaller({ value: whole.value, steps: [...derived.steps, unfold, ...whole.steps] });
  };

  /** It stands at more than one place in what leads to the same output. */
  const usedTwice = (name: string): boolean =>
    outputs.some((output) => {
      const users = [...graph.bindings.values()].filter((user) => graph.dependsOn(output, user.name));
      return users.reduce((count, user) => count + occurrences(user.def, name), 0) > 1;
    });

  const mayBeNamed = (name: string, value: Node): boolean =>
    !outputs.includes(name) &&
    !hidden.has(name) &&
    simplifier.display.cost(value) >
      (usedTwice(name) && hasReduction(value) ? NAMED_FROM : ALWAYS_NAMED_FROM);

  const giveName = (binding: Binding, indices: readonly IndexNode[], def: Node): Node => {
    const own = fresh(binding.name);
    named.push({ name: own, axes: placed(binding.axes, indices), def, span: null, origin: 'temporary' });
    return arena.sym(own, ...indices);
  };

  const of = (name: string): Tangent => {
    let known = memo.get(name);
    if (!known) memo.set(name, (known = compute(name)));
    return known;
  };
  return { of, named };
}

/** Different places at which a symbol of that name stands. */
function occurrences(node: Node, name: string): number {
  const seen = new Set<number>();
  const visit = (n: Node): number => {
    if (seen.has(n.id)) return 0;
    seen.add(n.id);
    return n.args.reduce((count, arg) => count + visit(arg), Number(n.kind === 'sym' && n.name === name));
  };
  return visit(node);
}

function hasReduction(node: Node): boolean {
  return node.kind === 'reduce' || node.args.some(hasReduction);
}
