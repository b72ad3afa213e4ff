/**
 * Expressions -> statements. Every binding and every reduction gets a buffer of its own, and so does what several
 * statements share or what can be computed outside a loop; equal expressions (up to the names of their indices) share one.
 */
import type { ArrayValue, Binding, Program } from '../core/definition';
import { axisIndices, indexedSizes } from '../core/definition';
import type { IndexNode, MulNode, Node, PowNode, ReduceNode, Size, SymNode } from '../core/expr';
import { freeIndices, isNum } from '../core/expr';
import { hasOp, opRow } from '../core/ops';
import type { BufferSpec, Instruction, Place, ProgramOutput, Statement } from './loop';

/** A statement before scheduling: which axis runs over rows is not known yet. */
export type LooseStatement = Omit<Statement, 'row'>;
export type LooseBuffer = Pick<BufferSpec, 'name' | 'dims' | 'input'>;

export interface NamedValue {
  readonly name: string;
  readonly value: ArrayValue;
}

export interface Lowered {
  readonly buffers: readonly LooseBuffer[];
  readonly inputs: readonly { readonly name: string; readonly buffer: number }[];
  /** Each after those it reads from. */
  readonly statements: readonly LooseStatement[];
  readonly outputs: readonly ProgramOutput[];
}

/** Thrown by lowering for an expression that has no program; `compileProgram` turns it into a value. */
export class CannotCompile extends Error {}

const LEAVES: ReadonlySet<Node['kind']> = new Set(['num', 'const', 'size', 'index', 'sym']);

/** Throws CannotCompile. */
export function lower(program: Program, outputs: readonly NamedValue[], extra: readonly Binding[]): Lowered {
  const { arena } = program;
  const bindings = new Map<string, Binding>();
  for (const binding of [...program.bindings, ...extra]) bindings.set(binding.name, binding);
  const inputs = new Map(program.inputs.map((input) => [input.name, input]));

  const buffers: LooseBuffer[] = [];
  const statements: LooseStatement[] = [];
  const inputBuffers = new Map<string, number>();
  /** Canonical expression -> its buffer, one dimension per canonical index. */
  const made = new Map<number, number>();
  const canonicals = new Map<number, { node: Node; indices: readonly IndexNode[] }>();
  const inProgress = new Set<string>();

  /** The expression with its indices renamed by first occurrence, and the indices it had. */
  function canonical(node: Node): { node: Node; indices: readonly IndexNode[] } {
    const known = canonicals.get(node.id);
    if (known) return known;
    const indices = freeIndices(node);
    const renamed = indices.map((index, k): [IndexNode, Node] => [index, arena.index(`%${k}`, index.size)]);
    const result = { node: arena.substituteAll(node, renamed), indices };
    canonicals.set(node.id, result);
    return result;
  }

  const shared = sharedExpressions(
    outputs.map((output) => output.value.element),
    bindings,
    arena,
    (node) => canonical(node).node.id,
  );

  function newBuffer(name: string, dims: readonly Size[], input: boolean): number {
    buffers.push({ name, dims, input });
    return buffers.length - 1;
  }

  function inputBuffer(name: string, dims: readonly Size[]): number {
    const known = inputBuffers.get(name);
    if (known !== undefined) return known;
    const buffer = newBuffer(name, dims, true);
    inputBuffers.set(name, buffer);
    return buffer;
  }

  /** The buffer that holds `node`, made on first use, and the index that each of its dimensions runs over. */
  function materialise(node: Node, name: string | null): { buffer: number; indices: readonly IndexNode[] } {
    const { node: body, indices } = canonical(node);
    const known = made.get(body.id);
    if (known !== undefined) return { buffer: known, indices };
    const own = canonical(body).indices;
    const buffer = build(body, own, name);
    made.set(body.id, buffer);
    return { buffer, indices };
  }

  function build(node: Node, indices: readonly IndexNode[], name: string | null): number {
    if (node.kind !== 'reduce') return addStatement(indices, null, null, [node], name);
    if (node.op === 'sum') {
      const pulled = pullOut(node);
      if (pulled.kind !== 'reduce') return addStatement(indices, null, null, [pulled], name);
      const { index, body } = arena.open(pulled);
      return addStatement(indices, index, 'sum', contractionOperands(body), name);
    }
    const { index, body } = arena.open(node);
    return addStatement(indices, index, node.op, [body], name);
  }

  /** Takes the factors that do not mention the index out of a sum, innermost sums first. */
  function pullOut(node: ReduceNode): Node {
    const { index, body } = arena.open(node);
    const inner = body.kind === 'reduce' && body.op === 'sum' ? pullOut(body) : body;
    if (inner.kind !== 'mul') return inner === body ? node : arena.sum(index, inner);
    const outside = inner.args.filter((factor) => !factor.free.has(index.name));
    if (outside.length === 0) return inner === body ? node : arena.sum(index, inner);
    const inside = inner.args.filter((factor) => factor.free.has(index.name));
    return arena.mul(...outside, arena.sum(index, arena.mul(...inside)));
  }

  /** Splits a summand into at most two factors over different indices, so that the sum is a matrix product. */
  function contractionOperands(body: Node): Node[] {
    if (body.kind !== 'mul') return [body];
    let groups = body.args.map((factor) => ({ node: factor, names: new Set(factor.free) }));
    const merge = (a: number, b: number): void => {
      const left = groups[a];
      const right = groups[b];
      if (!left || !right) return;
      const merged = {
        node: arena.mul(left.node, right.node),
        names: new Set([...left.names, ...right.names]),
      };
      groups = groups.flatMap((group, k) => (k === a ? [merged] : k === b ? [] : [group]));
    };
    for (;;) {
      let best: { a: number; b: number; growth: number } | null = null;
      groups.forEach((left, a) =>
        groups.forEach((right, b) => {
          if (b <= a) return;
          const union = new Set([...left.names, ...right.names]).size;
          const growth = union - Math.max(left.names.size, right.names.size);
          const same = growth === 0 && left.names.size === right.names.size;
          if (!same && groups.length <= 2) return;
          const rank = same ? -1 : union;
          if (best === null || rank < best.growth) best = { a, b, growth: rank };
        }),
      );
      if (best === null) return groups.map((group) => group.node);
      const { a, b } = best as { a: number; b: number };
      merge(a, b);
    }
  }

  /** Compiles target[indices] = reduce over `reduced` of the product of `operands`. */
  function addStatement(
    indices: readonly IndexNode[],
    reduced: IndexNode | null,
    op: LooseStatement['reduce'],
    operands: readonly Node[],
    name: string | null,
    target?: number,
  ): number {
    const loop = reduced ? [...indices, reduced] : [...indices];
    const axisOf = new Map(loop.map((index, axis) => [index.name, axis]));
    const tape: Instruction[] = [];
    const registers = new Map<number, number>();
    const loads = new Map<string, number>();

    const push = (instruction: Instruction): number => {
      tape.push(instruction);
      return tape.length - 1;
    };

    const place = (argument: Node): Place => {
      if (argument.kind === 'index') return { kind: 'axis', axis: axis(argument) };
      if (argument.kind === 'num' && argument.den === 1) return { kind: 'at', at: argument.num };
      return { kind: 'register', register: emit(argument) };
    };

    const axis = (index: IndexNode): number => {
      const known = axisOf.get(index.name);
      if (known === undefined)
        throw new CannotCompile(`the index ${index.name} is used outside the loop that defines it`);
      return known;
    };

    const load = (buffer: number, args: readonly Node[]): number => {
      const places = args.map(place);
      const key = `${buffer}:${JSON.stringify(places)}`;
      const known = loads.get(key);
      if (known !== undefined) return known;
      const register = push({ op: 'load', buffer, places });
      loads.set(key, register);
      return register;
    };

    const symbol = (node: SymNode): number => {
      const input = inputs.get(node.name);
      if (input) {
        const dims = indexedSizes(input.shape);
        if (dims.length !== node.args.length)
          throw new CannotCompile(
            `${node.name} has ${dims.length} indexed axes but is used with ${node.args.length} indices`,
          );
        return load(inputBuffer(node.name, dims), node.args);
      }
      const binding = bindings.get(node.name);
      if (!binding) throw new CannotCompile(`${node.name} is not an input and has no definition`);
      const axes = axisIndices(binding.axes);
      if (axes.length !== node.args.length)
        throw new CannotCompile(
          `${node.name} has ${axes.length} indexed axes but is used with ${node.args.length} indices`,
        );
      if (inProgress.has(node.name)) throw new CannotCompile(`${node.name} is defined by itself`);
      inProgress.add(node.name);
      try {
        if (LEAVES.has(binding.def.kind))
          return emit(
            arena.substituteAll(
              binding.def,
              axes.map((index, k): [IndexNode, Node] => [index, node.args[k] ?? index]),
            ),
          );
        const { buffer, indices: order } = materialise(binding.def, binding.name);
        return load(
          buffer,
          order.map((index) => {
            const argument = node.args[axes.findIndex((other) => other === index)];
            if (!argument)
              throw new CannotCompile(
                `the definition of ${node.name} uses the index ${index.name}, which is not one of its axes`,
              );
            return argument;
          }),
        );
      } finally {
        inProgress.delete(node.name);
      }
    };

    const emit = (node: Node, root = false): number => {
      const known = registers.get(node.id);
      if (known !== undefined) return known;
      const register = emitNew(node, root);
      registers.set(node.id, register);
      return register;
    };

    const emitNew = (node: Node, root: boolean): number => {
      if (!LEAVES.has(node.kind)) {
        for (const free of node.free)
          if (!axisOf.has(free))
            throw new CannotCompile(`the index ${free} is used outside the loop that defines it`);
        const hoisted = node.free.size < loop.length;
        const reused = shared.has(canonical(node).node.id) && isCovered(node);
        if (node.kind === 'reduce' || (!root && reused) || (hoisted && !isCheap(node))) {
          const { buffer, indices: order } = materialise(node, null);
          return load(buffer, order);
        }
      }
      switch (node.kind) {
        case 'num':
          return push({ op: 'const', value: node.num / node.den });
        case 'const':
          return push({ op: 'const', value: node.value });
        case 'size':
          return push({ op: 'size', size: node.size });
        case 'index':
          return push({ op: 'index', axis: axis(node) });
        case 'sym':
          return symbol(node);
        case 'add':
          return addTerms(node.args);
        case 'mul':
          return multiply(node);
        case 'pow':
          return power(node);
        case 'call':
          return call(node.fn, node.args);
        case 'cmp':
        case 'delta': {
          const [a, b] = both(node.args);
          return push({
            op: 'cmp',
            rel: node.kind === 'cmp' ? node.rel : '==',
            a: emit(a),
            b: emit(b),
          });
        }
        case 'where': {
          const [condition, then, otherwise] = node.args;
          if (!condition || !then || !otherwise) throw new CannotCompile('where needs three arguments');
          return push({ op: 'where', a: emit(condition), b: emit(then), c: emit(otherwise) });
        }
        case 'matrix':
          throw new CannotCompile(
            `functions of whole matrices, here of ${node.name}, are not computed by the engine`,
          );
        case 'diff':
          throw new CannotCompile('a derivative that has not been carried out cannot be computed');
        case 'reduce':
          throw new CannotCompile('a reduction outside its own statement');
      }
    };

    const addTerms = (terms: readonly Node[]): number => {
      const isNegative = (term: Node): boolean =>
        (term.kind === 'num' && term.num < 0) ||
        (term.kind === 'mul' && term.args[0]?.kind === 'num' && term.args[0].num < 0);
      const ordered = [...terms.filter((t) => !isNegative(t)), ...terms.filter(isNegative)];
      let sum: number | null = null;
      for (const term of ordered) {
        if (sum === null) sum = emit(term);
        else if (isNegative(term)) sum = push({ op: 'sub', a: sum, b: emit(arena.neg(term)) });
        else sum = push({ op: 'add', a: sum, b: emit(term) });
      }
      return sum ?? push({ op: 'const', value: 0 });
    };

    const multiply = (node: MulNode): number => {
      let coefficient = 1;
      let product: number | null = null;
      const below: Node[] = [];
      for (const factor of node.args) {
        if (factor.kind === 'num') {
          coefficient *= factor.num / factor.den;
          continue;
        }
        const inverse = reciprocal(factor);
        if (inverse) {
          below.push(inverse);
          continue;
        }
        const value = emit(factor);
        product = product === null ? value : push({ op: 'mul', a: product, b: value });
      }
      if (product === null) {
        product = push({ op: 'const', value: coefficient });
        coefficient = 1;
      }
      for (const factor of below) product = push({ op: 'div', a: product, b: emit(factor) });
      if (coefficient === 1) return product;
      if (coefficient === -1) return push({ op: 'neg', a: product });
      return push({ op: 'mul', a: push({ op: 'const', value: coefficient }), b: product });
    };

    /** 1/x for x^-e with a numeric exponent: dividing is one rounding, multiplying by an inverse two. */
    const reciprocal = (node: Node): Node | null => {
      if (node.kind !== 'pow') return null;
      const [base, exponent] = both(node.args);
      if (exponent.kind !== 'num' || exponent.num >= 0) return null;
      return arena.pow(base, arena.num(-exponent.num, exponent.den));
    };

    const power = (node: PowNode): number => {
      const inverse = reciprocal(node);
      if (inverse) return push({ op: 'div', a: push({ op: 'const', value: 1 }), b: emit(inverse) });
      const [base, exponent] = both(node.args);
      if (exponent.kind === 'num' && exponent.den === 2 && exponent.num === 1)
        return push({ op: 'sqrt', a: emit(base) });
      if (exponent.kind === 'num' && exponent.den === 1 && exponent.num <= 16) {
        const value = emit(base);
        return repeatedSquares(value, exponent.num);
      }
      return push({ op: 'pow', a: emit(base), b: emit(exponent) });
    };

    const repeatedSquares = (value: number, exponent: number): number => {
      let result: number | null = null;
      let square = value;
      for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
        if (left % 2 === 1) result = result === null ? square : push({ op: 'mul', a: result, b: square });
        if (left > 1) square = push({ op: 'mul', a: square, b: square });
      }
      return result ?? push({ op: 'const', value: 1 });
    };

    const call = (fn: string, args: readonly Node[]): number => {
      if (!hasOp(fn)) throw new CannotCompile(`the function ${fn} is not known to the engine`);
      const arity = opRow(fn).domain.length;
      if (arity !== args.length)
        throw new CannotCompile(`${fn} takes ${arity} arguments, not ${args.length}`);
      return push({ op: 'call', fn, args: args.map((arg) => emit(arg)) });
    };

    let value: number | null = null;
    for (const operand of operands) {
      const register = emit(operand, operands.length === 1);
      value = value === null ? register : push({ op: 'mul', a: value, b: register });
    }
    if (value === null) throw new CannotCompile('an empty statement');
    if (value !== tape.length - 1) push({ op: 'copy', a: value });
    const id =
      target ??
      newBuffer(
        name ?? `t${buffers.length}`,
        indices.map((index) => index.size),
        false,
      );
    statements.push({ target: id, axes: loop.map((index) => index.size), reduce: op, tape });
    return id;
  }

  function output({ name, value }: NamedValue): ProgramOutput {
    const indices = axisIndices(value.axes);
    const element = aliasTarget(value.element);
    const direct = LEAVES.has(element.kind) ? null : materialise(element, name);
    const sameOrder =
      direct?.indices.length === indices.length && direct.indices.every((index, k) => index === indices[k]);
    const buffer = direct && sameOrder ? direct.buffer : addStatement(indices, null, null, [element], name);
    return { name, buffer, shape: value.axes.map((axis) => axis.size) };
  }

  /** The definition behind a plain reference to a binding, so that an output needs no copy of it. */
  function aliasTarget(node: Node): Node {
    if (node.kind !== 'sym') return node;
    const binding = bindings.get(node.name);
    if (!binding) return node;
    const axes = axisIndices(binding.axes);
    if (axes.length !== node.args.length || !node.args.every((arg) => arg.kind === 'index')) return node;
    const def = arena.substituteAll(
      binding.def,
      axes.map((index, k): [IndexNode, Node] => [index, node.args[k] ?? index]),
    );
    return def.kind === 'sym' && def.name !== node.name ? aliasTarget(def) : def;
  }

  return {
    outputs: outputs.map(output),
    statements,
    buffers,
    inputs: [...inputBuffers].map(([name, buffer]) => ({ name, buffer })),
  };
}

function both(args: readonly Node[]): [Node, Node] {
  const [a, b] = args;
  if (!a || !b) throw new CannotCompile('an operator lacks an argument');
  return [a, b];
}

/** Cheaper to repeat in a loop than to read back: a literal, a size, or their quotient. */
function isCheap(node: Node): boolean {
  if (node.kind === 'num' || node.kind === 'const' || node.kind === 'size') return true;
  return (node.kind === 'pow' || node.kind === 'mul') && node.args.every(isCheap) && !isNum(node, 0);
}

/** Whether one operand already has all the indices, so that a buffer for the node is no larger than that operand. */
function isCovered(node: Node): boolean {
  if (node.free.size <= 1) return true;
  const seen = new Set<number>();
  const visit = (n: Node): boolean => {
    if (seen.has(n.id) || n.free.size < node.free.size) return false;
    seen.add(n.id);
    if (n.kind === 'sym' || n.kind === 'reduce') return true;
    return n.args.some(visit);
  };
  return visit(node);
}

/** Canonical ids of the compound expressions that more than one statement computes. */
function sharedExpressions(
  roots: readonly Node[],
  bindings: ReadonlyMap<string, Binding>,
  arena: Program['arena'],
  canonicalId: (node: Node) => number,
): ReadonlySet<number> {
  const users = new Map<number, Set<number>>();
  const started = new Set<number>();
  let statement = 0;
  const start = (root: Node): void => {
    const id = canonicalId(root);
    if (started.has(id)) return;
    started.add(id);
    statement += 1;
    walk(root, statement, new Set(), true);
  };
  const walk = (node: Node, user: number, seen: Set<number>, root: boolean): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    if (node.kind === 'reduce') {
      const { body } = arena.open(node);
      start(body);
      return;
    }
    if (node.kind === 'sym') {
      const binding = bindings.get(node.name);
      if (binding && binding.def !== node) start(binding.def);
    } else if (!LEAVES.has(node.kind) && !root) {
      const id = canonicalId(node);
      const known = users.get(id);
      if (known) known.add(user);
      else users.set(id, new Set([user]));
    }
    for (const arg of node.args) walk(arg, user, seen, false);
  };
  roots.forEach(start);
  return new Set([...users].filter(([, set]) => set.size > 1).map(([id]) => id));
}
