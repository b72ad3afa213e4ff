/** What a loss is driven to its limits by: pre-activations, else the inputs themselves. */
import { indexedSizes, REAL, type Input, type Program } from '../definition';
import { symbolNames, type Node } from '../expr';
import { createGraph, type Graph } from '../graph';

export interface Variable {
  readonly name: string;
  /** The program with the variable as an input that takes any value. */
  readonly program: Program;
  readonly positive: boolean;
}

/** More are not tried: the ones nearest to the output say it all. */
const MOST = 3;

/**
 * Bindings that are linear in an input that acts through them alone, and so take any value (`z = Xw + b`), the ones nearest
 * to the output; and inputs that do not act through such a binding.
 */
export function variablesOf(program: Program): Variable[] {
  const graph = createGraph(program);
  const reals = program.inputs.filter((i) => i.role !== 'hyper' && i.role !== 'upstream' && isReal(i));
  const linear = program.bindings.filter((binding) => {
    if (binding.name === program.output || binding.axes.length > 3) return false;
    return reals.some(
      (input) =>
        input.domain.kind === 'real' &&
        graph.dependsOn(binding.name, input.name) &&
        !reaches(program, graph, input.name, binding.name) &&
        isLinearIn(program, binding.name, input.name),
    );
  });
  const useful = linear.filter((binding) => symbolsBefore(program, program.output).has(binding.name));
  const last = useful.filter((binding) =>
    useful.every(
      (other) =>
        other === binding ||
        reaches(program, graph, binding.name, other.name) ||
        !isLinearIn(program, other.name, binding.name),
    ),
  );
  const inputs = reals.filter(
    (input) =>
      input.role !== 'label' &&
      symbolsBefore(program, program.output).has(input.name) &&
      last.every((binding) => !graph.dependsOn(binding.name, input.name)),
  );
  const bindings = [...last].reverse().map((binding): Variable => {
    const shape = binding.axes.map((axis) => (axis.index ? axis.size : '1'));
    const { name, span } = binding;
    const input: Input = { name, code: name, role: 'data', shape, domain: REAL, reason: '', span };
    return {
      name,
      positive: false,
      program: {
        ...program,
        inputs: [...program.inputs, input],
        bindings: program.bindings.filter((b) => b !== binding),
      },
    };
  });
  const own = inputs.map(({ name, domain }): Variable => ({
    name,
    program,
    positive: domain.kind === 'interval',
  }));
  return [...bindings, ...own].slice(0, MOST);
}

const isReal = ({ domain, shape }: Input): boolean =>
  indexedSizes(shape).length <= 3 &&
  (domain.kind === 'real' || (domain.kind === 'interval' && domain.low === 0 && domain.high === Infinity));

/** Whether `from` acts on the output past `without`. */
function reaches(program: Program, graph: Graph, from: string, without: string): boolean {
  if (from === without) return false;
  const queue = [from];
  const seen = new Set(queue);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (name === program.output) return true;
    for (const { name: user } of graph.consumers(name))
      if (user !== without && !seen.has(user)) {
        seen.add(user);
        queue.push(user);
      }
  }
  return false;
}

function symbolsBefore(program: Program, output: string): ReadonlySet<string> {
  const bindings = new Map(program.bindings.map((b) => [b.name, b]));
  const seen = new Set<string>();
  const queue = [output];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const binding = bindings.get(name);
    if (binding)
      for (const used of symbolNames(binding.def))
        if (!seen.has(used)) {
          seen.add(used);
          queue.push(used);
        }
  }
  return seen;
}

/** Sums and products only, and the input in one factor of each product. */
function isLinearIn(program: Program, name: string, input: string): boolean {
  const bindings = new Map(program.bindings.map((b) => [b.name, b]));
  const starts = bindings.get(name);
  const mentions = (node: Node): boolean => {
    for (const used of symbolNames(node)) {
      const binding = bindings.get(used);
      if (used === input || (binding && mentions(binding.def))) return true;
    }
    return false;
  };
  const linear = (node: Node): boolean => {
    if (!mentions(node)) return true;
    switch (node.kind) {
      case 'sym': {
        const binding = node.name === input ? undefined : bindings.get(node.name);
        return node.args.every((a) => a.kind === 'index') && (!binding || linear(binding.def));
      }
      case 'add':
        return node.args.every(linear);
      case 'mul':
        return node.args.filter(mentions).length === 1 && node.args.every(linear);
      case 'reduce':
        return node.op === 'sum' && node.args.every(linear);
      default:
        return false;
    }
  };
  return starts !== undefined && mentions(starts.def) && linear(starts.def);
}
