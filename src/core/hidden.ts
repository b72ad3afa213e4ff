/**
 * Bindings for long inner expressions that the user gave no name, so that the derivation still reads as a chain and the
 * simplifier works on small pieces. Results have them written out again.
 */
import { axisIndices, type Binding, type Program } from './definition';
import { freeIndices, isNum, symbolNames, type Arena, type IndexNode, type Node } from './expr';
import type { Graph } from './graph';
import type { IndexNamer } from './indexNames';
import { shareOf, type Share } from './shares';

export interface Unnamed {
  /** The program with the hidden bindings in it. */
  readonly program: Program;
  readonly hidden: readonly Binding[];
  /** Names that answers may use beside those of the program, which does not have them. */
  readonly shares: readonly Share[];
}

/** Functions whose argument gets a name when it is more than a symbol with a factor. */
const OPAQUE = new Set([
  'exp',
  'tanh',
  'sigmoid',
  'softplus',
  'sin',
  'cos',
  'erf',
  'log1p',
  'expm1',
  'sinh',
  'cosh',
]);

const NAMES = {
  sigmoid: ['a', 'p', 's'],
  argument: ['z', 'u', 't', 'v', 'h'],
  total: ['S', 'T', 'R'],
  share: ['p', 'q', 'r'],
  shares: ['P', 'Q', 'R'],
} as const;

/** `reserved`: names that are not in the program and yet not free. */
export function nameInnerParts(
  program: Program,
  graph: Graph,
  namer: IndexNamer,
  wrt: readonly string[],
  reserved: readonly string[] = [],
): Unnamed {
  const { arena } = program;
  const used = new Set<string>([
    ...reserved,
    ...program.inputs.map((input) => input.name),
    ...program.bindings.map((binding) => binding.name),
    ...program.inputs.flatMap((input) => [...input.shape]),
  ]);
  const hidden: Binding[] = [];
  const bindings: Binding[] = [];
  const known = new Map<number, Binding>();

  const counts = new Map<string, number>();
  const freshName = (choices: readonly string[]): string => {
    const [first = 'u'] = choices;
    let name = choices.find((choice) => !used.has(choice));
    for (let k = counts.get(first) ?? 1; name === undefined; k++) {
      if (!used.has(`${first}${k}`)) name = `${first}${k}`;
      counts.set(first, k + 1);
    }
    used.add(name);
    return name;
  };

  /** A symbol for the node, over the indices that occur in it. */
  const abbreviate = (node: Node, choices: readonly string[], before: Binding[]): Node => {
    const at = freeIndices(node);
    const taken = new Set<string>();
    const own = at.map((index) => {
      const made = namer.fresh(index.size, taken);
      taken.add(made.name);
      return made;
    });
    const def = arena.substituteAll(
      node,
      at.map((index, k) => [index, own[k] ?? index] as const),
    );
    let binding = known.get(def.id);
    if (!binding) {
      const axes = own.map((index) => ({ size: index.size, index }));
      binding = { name: freshName(choices), axes, def, span: null, origin: 'temporary' };
      known.set(def.id, binding);
      hidden.push(binding);
      before.push(binding);
    }
    return arena.sym(binding.name, ...at);
  };

  const varying = new Map<number, boolean>();
  const varies = (node: Node): boolean => {
    let known = varying.get(node.id);
    if (known === undefined) {
      const isNamed = node.kind === 'sym' || node.kind === 'matrix';
      known = (isNamed && wrt.some((by) => dependsOn(node.name, by))) || node.args.some(varies);
      varying.set(node.id, known);
    }
    return known;
  };
  const derived = new Map<string, Binding>();
  const dependsOn = (name: string, by: string): boolean => {
    const own = derived.get(name);
    return own ? [...symbolNames(own.def)].some((inner) => dependsOn(inner, by)) : graph.dependsOn(name, by);
  };

  for (const binding of program.bindings) {
    const before: Binding[] = [];
    const name = (node: Node, choices: readonly string[]): Node => {
      const symbol = abbreviate(node, choices, before);
      const made = before.at(-1);
      if (made) derived.set(made.name, made);
      return symbol;
    };
    const memo = new Map<number, Node>();
    const visit = (node: Node, top: boolean): Node => {
      const done = top ? undefined : memo.get(node.id);
      if (done) return done;
      const result = varies(node) ? rewritten(node, top) : node;
      if (!top) memo.set(node.id, result);
      return result;
    };
    const rewritten = (node: Node, top: boolean): Node => {
      if (node.args.length === 0 || node.kind === 'sym') return node;
      if (node.kind === 'reduce') {
        const opened = arena.open(node);
        const index = namedIndex(namer, opened.index, node);
        const body = visit(arena.substitute(opened.body, opened.index, index), false);
        return arena.reduce(node.op, index, body);
      }
      const inner = arena.withArgs(
        node,
        node.args.map((arg) => visit(arg, false)),
      );
      if (inner.kind === 'call' && OPAQUE.has(inner.fn)) {
        const [arg] = inner.args;
        return arg && !isSimple(arg) && varies(arg) ? arena.call(inner.fn, nameArgument(arg)) : inner;
      }
      if (inner.kind === 'call' && inner.fn === 'log' && inner.args[0]?.kind === 'reduce')
        return arena.call('log', name(inner.args[0], NAMES.total));
      if (inner.kind !== 'pow') return inner;
      if (!top && isSigmoid(inner)) return name(inner, NAMES.sigmoid);
      const [base, exponent] = inner.args as [Node, Node];
      if (exponent.kind === 'num' && exponent.num < 0 && base.kind === 'reduce')
        return arena.pow(name(base, NAMES.total), exponent);
      if (exponent.kind === 'num' && exponent.den === 2 && !isSimple(base) && varies(base))
        return arena.pow(name(base, NAMES.argument), exponent);
      return inner;
    };
    /** The sign of an argument stays outside of its name: exp(-(w x + b)) is exp(-z). */
    const nameArgument = (arg: Node): Node => {
      const [first, ...rest] = arg.args;
      if (arg.kind !== 'mul' || !first || !isNum(first, -1)) return name(arg, NAMES.argument);
      return arena.neg(name(arena.mul(...rest), NAMES.argument));
    };
    const def = visit(binding.def, true);
    bindings.push(...before, def === binding.def ? binding : { ...binding, def });
  }
  if (hidden.length === 0) return { program, hidden, shares: [] };
  const defined = new Map(bindings.map((binding) => [binding.name, binding]));
  const nameFor = (rank: number): string => freshName(rank > 1 ? NAMES.shares : NAMES.share);
  const shares = hidden.flatMap((total) => shareOf(arena, namer, total, defined, nameFor) ?? []);
  return { program: { ...program, bindings }, hidden, shares };
}

export const byName = (bindings: readonly Binding[]): ReadonlyMap<string, Binding> =>
  new Map(bindings.map((binding) => [binding.name, binding]));

/** Hidden symbols replaced by their definitions. */
export function writeOut(arena: Arena, hidden: ReadonlyMap<string, Binding>, node: Node): Node {
  let result = node;
  for (let round = 0; round <= hidden.size; round++) {
    const next = arena.mapSyms(result, (sym) => {
      const binding = hidden.get(sym.name);
      if (!binding) return sym;
      const own = axisIndices(binding.axes);
      return arena.substituteAll(
        binding.def,
        own.map((index, k) => [index, sym.args[k] ?? index] as const),
      );
    });
    if (next === result) return result;
    result = next;
  }
  return result;
}

/** A free index of the body's own, so that nothing is built under a binder. */
function namedIndex(namer: IndexNamer, opened: IndexNode, node: Node): IndexNode {
  return namer.fresh(opened.size, new Set(node.free));
}

/** A symbol, a number, or sums of those with number factors. */
function isSimple(node: Node): boolean {
  const terms = node.kind === 'add' ? node.args : [node];
  return terms.every((term) => {
    const factors = term.kind === 'mul' ? term.args : [term];
    return factors.every(isLeaf) && factors.filter((f) => f.kind === 'sym').length <= 1;
  });
}

const isLeaf = (node: Node): boolean => ['sym', 'num', 'const', 'size'].includes(node.kind);

/** 1/(1 + e^u). */
function isSigmoid(node: Node): boolean {
  const [base, exponent] = node.args;
  if (node.kind !== 'pow' || !base || !exponent || !isNum(exponent, -1) || base.kind !== 'add') return false;
  return (
    base.args.length === 2 &&
    base.args.some((arg) => isNum(arg, 1)) &&
    base.args.some((arg) => arg.kind === 'call' && arg.fn === 'exp')
  );
}
