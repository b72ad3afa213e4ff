/**
 * A loss as the sum of a part that reads data and a penalty that does not, such as lam/2 Σ w²; and gradients as written,
 * split in the same way. A sum is split only where both kinds are in it, so that nothing is multiplied out in vain.
 */
import type { ArrayValue, Binding, HandGradient, Program } from '../core/definition';
import type { Arena, Node } from '../core/expr';
import { symbolNames } from '../core/expr';

/** Addends that a value is split into at most; one that would become more stays whole. */
const MOST_ADDENDS = 64;
const PENALTY = 'penalty';

interface Names {
  readonly arena: Arena;
  readonly bindings: ReadonlyMap<string, Binding>;
  /** What is computed from data, labels, or what the loss knows nothing of. */
  readonly reading: ReadonlySet<string>;
  /** What is computed from parameters. */
  readonly varying: ReadonlySet<string>;
}

/** The program of the penalty alone, over the parameters and settings; null where the loss has no part of its own for it. */
export function penaltyProgram(program: Program): Program | null {
  const names = namesOf(program, program.bindings);
  const output = names.bindings.get(program.output);
  if (!output || output.axes.some(({ index }) => index !== null)) return null;
  const addends = addendsOf(names, output.def);
  const isPenalty = (node: Node): boolean => !touches(node, names.reading) && touches(node, names.varying);
  const own = addends.filter(isPenalty);
  if (own.length === 0 || !addends.some((node) => touches(node, names.reading))) return null;
  const name = freshName(program);
  return {
    arena: program.arena,
    inputs: program.inputs.filter(({ role }) => !reads(role)),
    bindings: [
      ...program.bindings.filter((binding) => !names.reading.has(binding.name)),
      { name, axes: [], def: program.arena.add(...own), span: null, origin: 'temporary' },
    ],
    output: name,
  };
}

/** What of a written gradient reads no data; zero where all of it does. */
export function penaltyGradient(program: Program, hand: HandGradient): ArrayValue {
  const names = namesOf(program, [...program.bindings, ...hand.bindings]);
  const own = addendsOf(names, hand.value.element).filter((node) => !touches(node, names.reading));
  return { axes: hand.value.axes, element: program.arena.add(...own) };
}

const reads = (role: string): boolean => role !== 'parameter' && role !== 'hyper';

const touches = (node: Node, names: ReadonlySet<string>): boolean =>
  [...symbolNames(node)].some((name) => names.has(name));

function namesOf(program: Program, bindings: readonly Binding[]): Names {
  const reading = new Set<string>();
  const varying = new Set<string>();
  for (const { name, role } of program.inputs) {
    if (reads(role)) reading.add(name);
    if (role === 'parameter') varying.add(name);
  }
  for (const { name, def } of bindings) {
    if (touches(def, reading)) reading.add(name);
    if (touches(def, varying)) varying.add(name);
  }
  return {
    arena: program.arena,
    bindings: new Map(bindings.map((binding) => [binding.name, binding])),
    reading,
    varying,
  };
}

/** Nodes whose sum is the given one, split as far as that parts data from penalty. */
function addendsOf(names: Names, node: Node): readonly Node[] {
  const { arena, reading } = names;
  if (!touches(node, reading)) return [node];
  const parts = split(names, node);
  const parted = parts.length <= MOST_ADDENDS && parts.some((part) => !touches(part, reading));
  return parted
    ? [
        arena.add(...parts.filter((part) => touches(part, reading))),
        ...parts.filter((part) => !touches(part, reading)),
      ]
    : [node];
}

function split(names: Names, node: Node): readonly Node[] {
  const { arena } = names;
  switch (node.kind) {
    case 'add':
      return node.args.flatMap((term) => addendsOf(names, term));
    case 'mul': {
      // One factor is multiplied out; a product of two sums of both kinds is no penalty with a factor.
      const factors = node.args.map((factor) => addendsOf(names, factor));
      const place = factors.findIndex((addends) => addends.length > 1);
      if (place < 0) return [node];
      const others = node.args.filter((_, k) => k !== place);
      return (factors[place] ?? []).map((addend) => arena.mul(...others, addend));
    }
    case 'reduce': {
      if (node.op !== 'sum') return [node];
      const { index, body } = arena.open(node);
      const addends = addendsOf(names, body);
      return addends.length > 1 ? addends.map((addend) => arena.sum(index, addend)) : [node];
    }
    case 'sym': {
      const binding = names.bindings.get(node.name);
      const axes = binding?.axes.flatMap(({ index }) => (index ? [index] : [])) ?? [];
      if (!binding || axes.length !== node.args.length) return [node];
      const pairs = axes.map((index, k) => [index, node.args[k] ?? index] as const);
      const addends = addendsOf(names, arena.substituteAll(binding.def, pairs));
      return addends.length > 1 ? addends : [node];
    }
    default:
      return [node];
  }
}

function freshName(program: Program): string {
  const taken = new Set([...program.inputs, ...program.bindings].map(({ name }) => name));
  let name = PENALTY;
  for (let k = 2; taken.has(name); k += 1) name = `${PENALTY} ${k}`;
  return name;
}
