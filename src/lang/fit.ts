/** Whether a program measures how well something fits: labels that meet predictions in a difference or a logarithm. */
import type { Node } from '../core/expr';
import { isPositionName } from './names';
import type { Reading } from './reading';

/** Names of the inputs that a node depends on, through bindings. */
type Inputs = (node: Node) => ReadonlySet<string>;

interface Program {
  readonly defs: readonly Node[];
  readonly inputs: Inputs;
  /** Whether a node is a logarithm or has one inside. */
  readonly logs: (node: Node) => boolean;
}

function programOf(reading: Reading): Program | null {
  const program = reading.assembled?.program;
  if (!program) return null;
  const definitions = new Map(program.bindings.map((binding) => [binding.name, binding.def]));
  const own = new Set(program.inputs.map((input) => input.name));
  const known = new Map<number, Set<string>>();
  const inputs = (node: Node): Set<string> => {
    const done = known.get(node.id);
    if (done) return done;
    const found = new Set<string>();
    known.set(node.id, found);
    const named = node.kind === 'sym' || node.kind === 'matrix';
    const inner = named ? definitions.get(node.name) : undefined;
    if (named && own.has(node.name)) found.add(node.name);
    const parts = node.args.filter((part) => !isPlaceComputed(node, part));
    for (const part of inner ? [inner, ...parts] : parts) inputs(part).forEach((n) => found.add(n));
    return found;
  };
  const logged = new Map<number, boolean>();
  const logs = (node: Node): boolean => {
    const done = logged.get(node.id);
    if (done !== undefined) return done;
    logged.set(node.id, false);
    const inner = node.kind === 'sym' ? definitions.get(node.name) : undefined;
    const is =
      (node.kind === 'call' && LOGARITHMS.test(node.fn)) ||
      (inner !== undefined && logs(inner)) ||
      node.args.some(logs);
    logged.set(node.id, is);
    return is;
  };
  return { defs: program.bindings.map((binding) => binding.def), inputs, logs };
}

/** `w[(sx * y + x) * sz + z]`: what a place is computed from are whole numbers, none of them a label. */
const isPlaceComputed = (node: Node, part: Node): boolean =>
  (node.kind === 'sym' || node.kind === 'delta') && (part.kind === 'add' || part.kind === 'mul');

const LOGARITHMS = /^(log|log1p|logaddexp|softplus|log_sigmoid|logsumexp|lgamma|gammaln)/;

function some(nodes: readonly Node[], test: (node: Node) => boolean): boolean {
  const seen = new Set<number>();
  const go = (node: Node): boolean => {
    if (seen.has(node.id)) return false;
    seen.add(node.id);
    return test(node) || node.args.some(go);
  };
  return nodes.some(go);
}

/** What is penalised of a difference: its powers, its size, the part above a margin. A divisor is none. */
const isPenalty = (node: Node): boolean =>
  (node.kind === 'pow' && !(node.args[1]?.kind === 'num' && node.args[1].num < 0)) ||
  node.kind === 'where' ||
  (node.kind === 'call' && !/^(sin|cos|tan|exp|arctan2|sqrt|erfc?)$/.test(node.fn));

/** `(p - y)**2`, `y * log(p)`, `max(0, 1 - y * s)`: labels against what is not a label. */
export function comparesWithLabel(reading: Reading): boolean {
  const program = programOf(reading);
  const roles = reading.assembled?.program.inputs ?? [];
  if (!program) return false;
  const labels = new Set(roles.filter((input) => input.role === 'label').map((input) => input.name));
  const others = new Set(
    roles.filter((input) => input.role === 'parameter' || input.role === 'data').map((input) => input.name),
  );
  const uses = (node: Node, names: ReadonlySet<string>): boolean =>
    [...program.inputs(node)].some((name) => names.has(name));
  const mixes = (node: Node): boolean => uses(node, labels) && uses(node, others);
  // `values[index]` is an entry, `-log(p[index])` the loss of a class.
  const isLogged = program.defs.some(program.logs);
  return some(program.defs, (node) => {
    // In an exponent, labels are times: 0.5 ** (t / t0).
    if (isPenalty(node)) return (node.kind === 'pow' ? node.args.slice(0, 1) : node.args).some(mixes);
    // A product of differences, and a vector with itself: (p - y) * (p - y).
    const isTerm = (arg: Node): boolean => (arg.kind === 'add' || arg.kind === 'sym') && mixes(arg);
    if (node.kind === 'mul' && node.args.filter(isTerm).length > 1) return true;
    if (node.kind !== 'mul' && node.kind !== 'sym') return false;
    // y * log(p); p[y] and one-hot positions.
    if (node.kind === 'sym')
      return (
        uses(node, others) &&
        node.args.some(
          (arg) => arg.kind === 'sym' && labels.has(arg.name) && (isLogged || !isPositionName(arg.name)),
        )
      );
    const isWeight = (arg: Node): boolean => arg.kind !== 'call' && arg.kind !== 'pow' && uses(arg, labels);
    return node.args.some((a) => isWeight(a) && node.args.some((b) => b !== a && loggedOther(b)));
  });

  function loggedOther(node: Node): boolean {
    return program !== null && program.logs(node) && uses(node, others);
  }
}

/** A squared difference, a size or a logarithm of the difference of two inputs. */
export function losesByItsInputs(reading: Reading): boolean {
  const program = programOf(reading);
  if (!program) return false;
  const isDifference = (node: Node): boolean => node.kind === 'add' && program.inputs(node).size > 1;
  const differs = (node: Node): boolean => {
    if (isDifference(node)) return true;
    const def = node.kind === 'sym' ? definitionOf(reading, node.name) : undefined;
    return def !== undefined && isDifference(def);
  };
  return some(program.defs, (node) => isPenalty(node) && node.args.some(differs));
}

/** A root of a sum of several squares, with nothing summed over. */
export function isDistance(reading: Reading): boolean {
  const program = programOf(reading);
  if (!program || some(program.defs, (node) => node.kind === 'reduce')) return false;
  const isRoot = (node: Node): boolean => {
    const [base, exponent] = node.args;
    if (node.kind !== 'pow' || exponent?.kind !== 'num' || exponent.num !== 1 || exponent.den !== 2)
      return false;
    const sum = base?.kind === 'sym' ? definitionOf(reading, base.name) : base;
    return sum?.kind === 'add' && sum.args.filter((arg) => arg.kind === 'pow').length > 1;
  };
  return some(program.defs, isRoot);
}

const definitionOf = (reading: Reading, name: string): Node | undefined =>
  reading.assembled?.program.bindings.find((binding) => binding.name === name)?.def;
