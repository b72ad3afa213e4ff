/** Graph -> instructions. */
import type { Code } from './code';
import { V128 } from './encode';
import type { Graph, GraphNode, Value } from './graph';
import { fixedNodes } from './stages';

/** What several functions of a module share. */
export interface Pool {
  /** Index of the imported function that computes a row of the operator table. */
  functionIndex(name: string): number;
}

export interface EmittedGraph {
  /** Computes what stays the same throughout the innermost loop. */
  before(): void;
  /** Computes everything else that `roots` need. */
  body(): void;
  /** Puts a root on the stack. */
  get(root: Value): void;
}

export function emitGraph(
  code: Code,
  pool: Pool,
  graph: Pick<Graph, 'nodes'>,
  roots: readonly Value[],
): EmittedGraph {
  const uses = countUses(graph, roots);
  const fixed = fixedNodes(graph);
  const locals = new Map<Value, number>();

  const put = (value: Value): void => {
    const local = locals.get(value);
    if (local !== undefined) code.get(local);
    else compute(value);
  };

  const compute = (value: Value): void => {
    const node = nodeOf(graph, value);
    switch (node.op) {
      case 'constant':
        code.constant(node.bytes);
        return;
      case 'read':
        node.emit();
        return;
      case 'shuffle':
        node.args.forEach(put);
        code.shuffle(node.bytes);
        return;
      case 'gather':
        node.emit((argument, lane) => {
          put(node.args[argument] ?? 0);
          code.lane('f64x2.extract_lane', lane);
        });
        return;
      case 'call':
        for (const lane of [0, 1]) {
          for (const arg of node.args) {
            put(arg);
            code.lane('f64x2.extract_lane', lane);
          }
          code.call(pool.functionIndex(node.fn));
          if (lane === 0) code.vector('f64x2.splat');
          else code.lane('f64x2.replace_lane', lane);
        }
        return;
      default:
        node.args.forEach(put);
        if (node.shift !== null) code.i32(node.shift);
        code.vector(node.op);
    }
  };

  const keep = (value: Value): void => {
    const local = code.local(V128);
    compute(value);
    code.set(local);
    locals.set(value, local);
  };

  /** What is read from a local: roots, arguments that are put on the stack again and again, and what the loop takes from before it. */
  const taken = new Set(roots);
  graph.nodes.forEach((node, k) => {
    if ((uses[k] ?? 0) === 0) return;
    const again = node.op === 'gather' || node.op === 'call';
    for (const arg of node.args) if (again || (fixed[arg] === true && fixed[k] !== true)) taken.add(arg);
  });
  const order: Value[] = [];
  graph.nodes.forEach(({ op }, k) => {
    const count = uses[k] ?? 0;
    if (count > 0 && op !== 'constant' && (count > 1 || taken.has(k))) order.push(k);
  });
  return {
    before: () => {
      order.filter((k) => fixed[k] === true).forEach(keep);
    },
    body: () => {
      order.filter((k) => fixed[k] !== true).forEach(keep);
    },
    get: put,
  };
}

function nodeOf(graph: Pick<Graph, 'nodes'>, value: Value): GraphNode {
  const node = graph.nodes[value];
  if (!node) throw new RangeError(`no value ${value}`);
  return node;
}

function countUses(graph: Pick<Graph, 'nodes'>, roots: readonly Value[]): Uint32Array {
  const uses = new Uint32Array(graph.nodes.length);
  for (const root of roots) uses[root] = (uses[root] ?? 0) + 1;
  for (let k = graph.nodes.length - 1; k >= 0; k -= 1) {
    if ((uses[k] ?? 0) === 0) continue;
    for (const arg of nodeOf(graph, k).args) uses[arg] = (uses[arg] ?? 0) + 1;
  }
  return uses;
}
