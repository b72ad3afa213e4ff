/** Derives the gradients of a program: a tree of steps from which the results are read off. */
import { createAdjoints, type Adjoint } from './adjoints';
import { algebraSteps, createReordering, createSignature } from './algebraSteps';
import { axisIndices, type Axis, type Binding, type Program } from './definition';
import type { Backward, Derivation, Gradient, Kink, Link, Step } from './derivation';
import { symbolNames, type Arena, type IndexNode, type Node, type Size } from './expr';
import { createGraph, linkIndices, type Graph } from './graph';
import { byName, nameInnerParts, writeOut } from './hidden';
import { findKinks } from './kinks';
import { createIndexNamer, type IndexNamer } from './indexNames';
import { deriveLink, type Derived, type Workshop } from './links';
import { createNaming } from './print/naming';
import { toText } from './print/text';
import { stableShare, type Share } from './shares';
import { createSimplifier } from './simplify/simplifier';
import { findSoftmaxes, withoutParts, type Softmax } from './softmax';
import { makeStep } from './steps';
import { createSites, type Sites } from './sites';
import { createVerifier } from './verify';
import { createTermsByName } from './wideSums';

export interface DeriveOptions {
  /** Inputs or bindings to differentiate by; by default the inputs with the role `parameter`. */
  readonly wrt?: readonly string[];
  /** Seed of the points at which steps are verified. */
  readonly seed?: number;
  /** False leaves the steps unverified. */
  readonly verify?: boolean;
  /** Bindings whose derivatives are asked for besides: no softmax is derived past them. */
  readonly keep?: readonly string[];
}

/** Nodes of more cost than this are not written out in titles. */
const LARGEST_TEXT = 120;
export const DEFAULT_SEED = 20_240_229;

/**
 * The derivative of the program's output by each parameter. For an output with axes, the element of a gradient mentions the
 * output's indices too (unless it is elementwise, when the indices are shared). Throws a RangeError for a name in `wrt`
 * that the program lacks, and NotDifferentiable for a function without a derivative rule.
 */
export function derive(program: Program, options: DeriveOptions = {}): Derivation {
  const wanted = options.wrt ?? program.inputs.filter((i) => i.role === 'parameter').map((i) => i.name);
  const naming = createNaming(program);
  const namer = createIndexNamer(program.arena, naming);
  const original = createGraph(program);
  const softmaxes = findSoftmaxes(program, original, new Set([...wanted, ...(options.keep ?? [])]));
  const short = withoutParts(program, softmaxes);
  const graph = softmaxes.length === 0 ? original : createGraph(short);
  const reserved = program.bindings.map((binding) => binding.name);
  const unnamed = nameInnerParts(short, graph, namer, wanted, reserved);
  const whole: Program = {
    ...unnamed.program,
    bindings: [...unnamed.program.bindings, ...unnamed.shares.map((share) => share.binding)],
  };
  const sites = createSites(whole, options.seed ?? DEFAULT_SEED);
  const shop = openWorkshop(whole, namer, unnamed.hidden, { shares: unnamed.shares, softmaxes, sites });
  const adjoints = createAdjoints(shop, new Set(unnamed.hidden.map((binding) => binding.name)), wanted);

  const isInner = (binding: Binding): boolean => binding.name !== graph.output.name;
  const path = (): Binding[] => original.between(wanted).filter(isInner);
  const hidden = byName(unnamed.hidden);
  const inFull = (node: Node): Node => writeOut(program.arena, hidden, node);
  const verifier = options.verify === false ? null : createVerifier(whole, sites);
  const written = createWritten(unnamed.hidden.length === 0 ? shop : null, (own) =>
    openWorkshop({ ...program, bindings: [...program.bindings, ...own] }, namer, [], { sites }),
  );
  /** In the names of the program, and verified; `before` are those that are. */
  const finished = (raw: readonly Adjoint[], before: readonly Finished[] = []): Finished => {
    const known = before.flatMap((other) => other.raw);
    const used = new Set([...known, ...raw].flatMap(({ value }) => [...symbolNames(value)]));
    for (const { def } of adjoints.named) for (const name of symbolNames(def)) used.add(name);
    const shares = unnamed.shares.filter(({ binding }) => used.has(binding.name));
    const ownShares = shares.map(({ binding }) => ({ ...binding, def: inFull(binding.def) }));
    const open = (): Workshop => written(ownShares);
    verifier?.define(adjoints.named);
    const gradients = raw.map((adjoint): Gradient => {
      const gradient = gradientOf(program, graph, writtenOut(open, hidden, adjoint));
      return verifier
        ? { ...gradient, steps: gradient.steps.map((step) => verifier.verify(step)) }
        : gradient;
    });
    const named = [
      ...shares.map((share) => stableShare(program.arena, share, inFull)),
      ...adjoints.named.map((binding) => bindingInFull(open, hidden, binding)),
    ];
    return {
      raw,
      gradients,
      ownShares,
      open,
      named: mentioned(named, [...before.flatMap((other) => other.gradients), ...gradients]),
      hidden: [
        ...unnamed.hidden,
        ...unnamed.shares.filter((share) => !shares.includes(share)).map(({ binding }) => binding),
      ],
    };
  };
  let links: Link[] | null = null;
  let kinks: readonly Kink[] | null = null;
  let backward: Backward | null = null;
  const own = finished(wanted.map((name) => adjoints.of(name)));
  const derivedBackward = (): Backward => {
    const inner = graph.between(wanted).filter(isInner).reverse();
    const {
      gradients,
      named,
      hidden: unnamedThere,
    } = finished(
      inner.map((binding) => adjoints.of(binding.name)),
      [own],
    );
    return { adjoints: gradients, named, hidden: unnamedThere };
  };
  return {
    gradients: own.gradients,
    named: own.named,
    hidden: own.hidden,
    get backward() {
      return (backward ??= derivedBackward());
    },
    get kinks() {
      return (kinks ??= findKinks({
        program,
        wrt: wanted,
        path: original.between(wanted),
        gradients: own.gradients,
        named: own.named,
        text: own.open().text,
        seed: options.seed ?? DEFAULT_SEED,
      }));
    },
    get links() {
      return (links ??= collectLinks(own.open(), path(), wanted));
    },
    facts: [
      ...shop.simplifier.notes,
      ...own.ownShares.map(({ name, def }) => `${name} stands for ${own.open().text(def) ?? 'a softmax'}`),
    ],
    budget: shop.simplifier.normalizer.budget,
  };
}

/** Gradients as they are shown, and what they are written with. */
interface Finished {
  readonly raw: readonly Adjoint[];
  readonly gradients: readonly Gradient[];
  readonly ownShares: readonly Binding[];
  readonly named: readonly Binding[];
  readonly hidden: readonly Binding[];
  /** Where something is to be written out. */
  readonly open: () => Workshop;
}

/** Workshops without abbreviations, one for each set of shares: they learn all relations anew, so they are opened where needed. */
function createWritten(
  plain: Workshop | null,
  open: (shares: readonly Binding[]) => Workshop,
): (shares: readonly Binding[]) => Workshop {
  const known = new Map<string, Workshop>();
  return (shares) => {
    if (plain) return plain;
    const key = shares.map(({ name }) => name).join(' ');
    let shop = known.get(key);
    if (!shop) known.set(key, (shop = open(shares)));
    return shop;
  };
}

export interface WorkshopOptions {
  /** Bindings that only an answer may use. */
  readonly shares?: readonly Share[];
  /** Bindings that are derived as one function. */
  readonly softmaxes?: readonly Softmax[];
  /** Where guesses are tried. */
  readonly sites?: Sites;
}

/** `hidden`: bindings of the program that formulas name besides. */
export function openWorkshop(
  program: Program,
  namer: IndexNamer,
  hidden: readonly Binding[],
  { shares = [], softmaxes = [], sites }: WorkshopOptions = {},
): Workshop {
  const { arena } = program;
  const shifted = new Map(softmaxes.map(({ binding, shifted }) => [binding.name, shifted]));
  const asOne = (binding: Binding): Binding =>
    shifted.has(binding.name)
      ? { ...binding, def: writeOut(arena, byName(hidden.filter(isTotal)), binding.def) }
      : binding;
  const naming = createNaming(program, hidden);
  const simplifier = createSimplifier(program, shares, sites);
  const texts = new Map<number, string | null>();
  const text = (node: Node): string | null => {
    let known = texts.get(node.id);
    if (known === undefined) {
      const small = simplifier.display.cost(node) <= LARGEST_TEXT;
      known = small ? toText(withNamedIndices(arena, namer, node), naming) : null;
      texts.set(node.id, known);
    }
    return known;
  };
  return {
    arena,
    graph: createGraph(
      softmaxes.length === 0 ? program : { ...program, bindings: program.bindings.map(asOne) },
    ),
    softmaxes: shifted,
    namer,
    simplifier,
    reorder: createReordering(arena),
    signature: createSignature(),
    text,
    termsByName: createTermsByName(),
    derived: new Map(),
  };
}

const isTotal = ({ def }: Binding): boolean => def.kind === 'reduce';

/** A part of a sum's body stands alone in a title: its bound indices get letters. */
function withNamedIndices(arena: Arena, namer: IndexNamer, node: Node): Node {
  if (![...node.free].some((name) => name.startsWith('#'))) return node;
  const taken = new Set(node.free);
  const pairs: (readonly [IndexNode, Node])[] = [];
  const visit = (n: Node): void => {
    if (
      n.kind === 'index' &&
      n.space === 'bound' &&
      node.free.has(n.name) &&
      !pairs.some(([from]) => from === n)
    ) {
      const index = namer.fresh(n.size, taken);
      taken.add(index.name);
      pairs.push([n, index]);
    } else n.args.forEach(visit);
  };
  visit(node);
  return arena.substituteAll(node, pairs);
}

/** The derivative in the user's own names; abbreviations are replaced in a step of their own. */
export function writtenOut<T extends Derived>(
  open: () => Workshop,
  hidden: ReadonlyMap<string, Binding>,
  derived: T,
): T {
  const used = symbolNames(derived.value);
  const names = [...hidden.keys()].filter((name) => used.has(name));
  if (names.length === 0) return derived;
  const shop = open();
  const plain = writeOut(shop.arena, hidden, derived.value);
  if (plain === derived.value) return derived;
  const { simplifier } = shop;
  const { display } = simplifier;
  const simplest = simplifier.shown(plain, 'derivative');
  const value = display.cost(simplest) <= display.cost(plain) ? simplest : plain;
  const unfold = makeStep({
    rule: 'unfold-hidden',
    title: `write out ${names.join(', ')}`,
    before: derived.value,
    after: plain,
  });
  const rest = value === plain ? [] : algebraSteps(shop, plain, [], value);
  return { ...derived, value: rest.length === 0 ? plain : value, steps: [...derived.steps, unfold, ...rest] };
}

/** The binding in the user's own names; it is simplified anew only where abbreviations stood in it. */
export function bindingInFull(
  open: () => Workshop,
  hidden: ReadonlyMap<string, Binding>,
  binding: Binding,
): Binding {
  const names = symbolNames(binding.def);
  if (![...hidden.keys()].some((name) => names.has(name))) return binding;
  const { arena, simplifier } = open();
  const def = writeOut(arena, hidden, binding.def);
  const shown = simplifier.shown(def, 'derivative');
  return { ...binding, def: simplifier.display.cost(shown) < simplifier.display.cost(def) ? shown : def };
}

/** The bindings that a gradient or a step towards one mentions, or the definition of another that is mentioned. */
function mentioned(named: readonly Binding[], gradients: readonly Gradient[]): Binding[] {
  if (named.length === 0) return [];
  const wanted = new Set(named.map(({ name }) => name));
  const names = new Set<string>();
  const seen = new Set<number>();
  const passed = new Set<Step>();
  const note = (node: Node): void => {
    if (node.args.length > 0) {
      if (seen.has(node.id)) return;
      seen.add(node.id);
      for (const arg of node.args) note(arg);
    }
    if ((node.kind === 'sym' || node.kind === 'matrix') && wanted.has(node.name)) names.add(node.name);
  };
  const noteStep = (step: Step): void => {
    if (passed.has(step)) return;
    passed.add(step);
    note(step.before);
    note(step.after);
    step.children.forEach(noteStep);
  };
  for (const { element, steps } of gradients) {
    note(element);
    steps.forEach(noteStep);
  }
  const kept = new Set<Binding>();
  for (let before = -1; before < kept.size;) {
    before = kept.size;
    for (const binding of named)
      if (names.has(binding.name) && !kept.has(binding)) {
        kept.add(binding);
        note(binding.def);
      }
  }
  return named.filter((binding) => kept.has(binding));
}

function gradientOf(program: Program, graph: Graph, adjoint: Adjoint): Gradient {
  const shape = shapeOf(program, graph, adjoint.name);
  let at = 0;
  const axes = shape.map((size): Axis => ({
    size,
    index: size === '1' ? null : (adjoint.indices[at++] ?? null),
  }));
  return { of: adjoint.name, shape, axes, element: adjoint.value, steps: adjoint.steps };
}

function shapeOf(program: Program, graph: Graph, name: string): readonly Size[] {
  const binding = graph.bindings.get(name);
  if (binding) return binding.axes.map((axis) => (axis.index ? axis.size : '1'));
  return program.inputs.find((input) => input.name === name)?.shape ?? [];
}

/** One entry per edge along which a derivative flows. */
function collectLinks(shop: Workshop, path: readonly Binding[], wanted: readonly string[]): Link[] {
  const { arena, graph, namer } = shop;
  const out: Link[] = [];
  for (const by of [...wanted, ...path.map((b) => b.name)])
    for (const of of graph.consumers(by)) {
      const taken = new Set<string>();
      const fresh = (size: Size): IndexNode => {
        const index = namer.fresh(size, taken);
        taken.add(index.name);
        return index;
      };
      const at = graph.sizes(by).map(fresh);
      const { indices } = linkIndices(of, by, at, fresh);
      const toAxes = (list: readonly IndexNode[]): Axis[] =>
        list.map((index) => ({ size: index.size, index }));
      out.push({
        of: of.name,
        by,
        ofAxes: withUnits(of.axes, indices),
        byAxes: toAxes(at),
        partial: deriveLink(shop, of, indices, arena.sym(by, ...at)).value,
      });
    }
  return out;
}

function withUnits(axes: readonly Axis[], indices: readonly IndexNode[]): Axis[] {
  const own = axisIndices(axes);
  return axes.map((axis) =>
    axis.index ? { size: axis.size, index: indices[own.indexOf(axis.index)] ?? axis.index } : axis,
  );
}
