/**
 * Values of derivatives that have not been carried out, by forward differentiation: first order uses the slopes of the
 * operator table only, so that it checks the derivative rules; mixed higher orders go through nested `diff` nodes.
 */
import { axisIndices, type Binding } from './definition';
import {
  stackPositions,
  type CallNode,
  type DiffNode,
  type MatrixNode,
  type Node,
  type ReduceNode,
  type SymNode,
} from './expr';
import type { Values } from './evaluate';
import { powerSlope, type Memo, type PointArray } from './machine';
import { opRow } from './ops';

/** One differentiation: by the element `name[positions]`. */
interface Target {
  readonly key: string;
  readonly name: string;
  readonly positions: readonly number[];
  readonly total: boolean;
  /** Names of the symbols that change with the element: itself and, if total, what is defined by it. */
  readonly active: ReadonlySet<string>;
  readonly activeNodes: Map<number, boolean>;
}

export interface Dual {
  /** The value of a `diff` node. */
  of(node: DiffNode): number;
  /** The same with absolute values of all terms, given the scale (value and error) of each sub-expression. */
  magnitude(node: DiffNode, scale: (node: Node) => number): number;
}

/** How terms combine: signed for values, absolute for magnitudes. */
interface Mode {
  readonly value: (node: Node) => number;
  readonly slope: (slope: number, at: (h: number) => number) => number;
  /** By the one target, or by the keys of several. */
  readonly frames: Map<Target | string, Frame>;
  /** ∂output/∂binding by output element, then by binding. */
  readonly adjoints: Map<string, Map<string, PointArray>>;
}

/** What is known of the derivatives by one list of targets. */
interface Frame {
  readonly memo: Memo;
  readonly arrays: Map<string, PointArray>;
}

type Base = Pick<Values, 'machine' | 'of' | 'array' | 'matrices' | 'positions'>;

export function createDual(values: Base): Dual {
  const { machine } = values;
  const { arena } = machine.program;
  const actives = new Map<string, ReadonlySet<string>>();
  const activeNodes = new Map<string, Map<number, boolean>>();
  const targetsByKey = new Map<string, Target>();

  const activeNames = (name: string, total: boolean): ReadonlySet<string> => {
    const key = `${name}${total ? '!' : ''}`;
    const known = actives.get(key);
    if (known) return known;
    const names = new Set([name]);
    if (total) for (const next of names) for (const user of machine.users(next)) names.add(user.name);
    actives.set(key, names);
    return names;
  };

  const target = (node: DiffNode): Target => {
    const sym = node.args[1] as SymNode;
    return targetAt(sym.name, values.positions(sym), node.total);
  };

  const targetAt = (name: string, positions: readonly number[], total: boolean): Target => {
    const family = `${name}${total ? '!' : ''}`;
    const key = `${family}[${positions.join()}]`;
    const known = targetsByKey.get(key);
    if (known) return known;
    const nodes = activeNodes.get(family) ?? new Map<number, boolean>();
    activeNodes.set(family, nodes);
    const made: Target = {
      key,
      name,
      positions,
      total,
      active: activeNames(name, total),
      activeNodes: nodes,
    };
    targetsByKey.set(key, made);
    return made;
  };

  const frameOf = (mode: Mode, targets: readonly Target[]): Frame => {
    const [first] = targets;
    const key =
      targets.length === 1 && first
        ? first
        : targets
            .map((t) => t.key)
            .sort()
            .join();
    let frame = mode.frames.get(key);
    if (!frame) mode.frames.set(key, (frame = { memo: machine.memo(), arrays: new Map() }));
    return frame;
  };

  const isActive = (node: Node, t: Target): boolean => {
    const known = t.activeNodes.get(node.id);
    if (known !== undefined) return known;
    const named = node.kind === 'sym' || node.kind === 'matrix';
    const active = (named && t.active.has(node.name)) || node.args.some((a) => isActive(a, t));
    t.activeNodes.set(node.id, active);
    return active;
  };

  const derivative = (mode: Mode, node: Node, targets: readonly Target[]): number => {
    if (targets.length === 0) return mode.value(node);
    if (!targets.every((t) => isActive(node, t))) return 0;
    if (node.kind === 'sym') return symbol(mode, node, targets);
    const { memo } = frameOf(mode, targets);
    const known = memo.get(node);
    if (known !== undefined) return known;
    const result = compute(mode, node, targets);
    memo.set(node, result);
    return result;
  };

  const symbol = (mode: Mode, sym: SymNode, targets: readonly Target[]): number => {
    const leaf = targets.find((t) => t.name === sym.name);
    if (leaf) {
      if (targets.length > 1) return 0;
      const positions = values.positions(sym);
      return Number(positions.every((p, k) => p === leaf.positions[k]));
    }
    const binding = machine.bindings.get(sym.name);
    if (!binding || !targets.every((t) => t.total)) return 0;
    const { arrays } = frameOf(mode, targets);
    let found = arrays.get(sym.name);
    if (!found) {
      for (const b of machine.needed(sym.name)) {
        const moves = targets.every((t) => t.active.has(b.name) && t.name !== b.name);
        if (!moves || arrays.has(b.name)) continue;
        arrays.set(
          b.name,
          machine.fill(b, (def) => derivative(mode, def, targets)),
        );
      }
      found = arrays.get(sym.name);
    }
    return found ? machine.element(found.data, found.dims, values.positions(sym)) : 0;
  };

  /** The same as `product`, for one target and without closures: the case that nearly all evaluations meet. */
  const productBy = (mode: Mode, factors: readonly Node[], targets: readonly Target[]): number => {
    const valueFrom = (k: number): number => {
      const factor = factors[k];
      const left = factor ? mode.value(factor) : 1;
      return !factor || left === 0 ? left : left * valueFrom(k + 1);
    };
    const slopeFrom = (k: number): number => {
      const factor = factors[k];
      if (!factor) return 0;
      const left = mode.value(factor);
      const moved = derivative(mode, factor, targets);
      const later = left === 0 ? 0 : left * slopeFrom(k + 1);
      return moved === 0 ? later : later + moved * valueFrom(k + 1);
    };
    return slopeFrom(0);
  };

  const compute = (mode: Mode, node: Node, targets: readonly Target[]): number => {
    switch (node.kind) {
      case 'add':
        return node.args.reduce((total, a) => total + derivative(mode, a, targets), 0);
      case 'mul':
        if (targets.length === 1) return productBy(mode, node.args, targets);
        return product(
          node.args.map((a) => (subset: readonly Target[]) => derivative(mode, a, subset)),
          targets,
        );
      case 'pow':
        return composed(
          mode,
          node,
          targets,
          (args, k) => powerSlope(node, args, k),
          (k) => powerDerivative(node, k),
        );
      case 'call':
        return composed(mode, node, targets, callSlope(node), (k) => callDerivative(node, k));
      case 'where': {
        const [condition, then, otherwise] = node.args as [Node, Node, Node];
        const c = values.of(condition);
        return Number.isNaN(c) ? NaN : derivative(mode, c !== 0 ? then : otherwise, targets);
      }
      case 'reduce':
        return reduce(mode, node, targets);
      case 'matrix':
        return matrix(mode, node, targets);
      case 'diff':
        return derivative(mode, node.args[0] as Node, [...targets, target(node)]);
      default:
        return 0;
    }
  };

  const reduce = (mode: Mode, node: ReduceNode, targets: readonly Target[]): number => {
    const [body] = node.args as [Node];
    const { name, size } = node.index;
    const count = machine.length(size);
    let total = 0;
    if (node.op === 'sum') machine.each(name, count, () => (total += derivative(mode, body, targets)));
    else if (node.op === 'prod') {
      const factor = (k: number) => (subset: readonly Target[]) =>
        machine.within({ [name]: k }, () => derivative(mode, body, subset));
      total = product(
        Array.from({ length: count }, (_, k) => factor(k)),
        targets,
      );
    } else {
      let winner = 0;
      let best = NaN;
      machine.each(name, count, (k) => {
        const v = values.of(body);
        if (k === 0 || (node.op === 'max' ? v > best : v < best)) [best, winner] = [v, k];
      });
      machine.within({ [name]: winner }, () => (total = derivative(mode, body, targets)));
    }
    return total;
  };

  // d/dt f(a, b) = f_a a' + f_b b', and the remaining targets are shared out between f_a and a' by the product rule.
  const composed = (
    mode: Mode,
    node: Node,
    targets: readonly Target[],
    slope: (args: number[], k: number) => number,
    partial: (k: number) => Node,
  ): number => {
    const [first, ...rest] = targets as [Target, ...Target[]];
    const args = node.args.map(values.of);
    let total = 0;
    node.args.forEach((inner, k) => {
      if (!isActive(inner, first)) return;
      const outer = (subset: readonly Target[]): number =>
        subset.length > 0
          ? derivative(mode, partial(k), subset)
          : mode.slope(slope(args, k), (h) =>
              slope(
                args.map((v, i) =>
                  node.args[i]?.kind === 'num' ? v : v + h * mode.value(node.args[i] as Node),
                ),
                k,
              ),
            );
      // The inner derivative goes first: where it vanishes, an infinite slope (of √ at 0) does not matter.
      if (rest.length === 0) {
        const moved = derivative(mode, inner, targets);
        if (moved !== 0) total += moved * outer(rest);
      } else total += product([(subset) => derivative(mode, inner, [first, ...subset]), outer], rest);
    });
    return total;
  };

  // dA⁻¹ = −A⁻¹ dA A⁻¹, d log|det A| = tr(A⁻¹ dA), d det A = det A · tr(A⁻¹ dA).
  const matrix = (mode: Mode, node: MatrixNode, targets: readonly Target[]): number => {
    const found = values.matrices.at(node);
    if (!found) return NaN;
    const [first, ...rest] = targets as [Target, ...Target[]];
    const stack = stackPositions(node).map((arg) => arena.num(values.of(arg)));
    const at = Array.from({ length: found.order }, (_, k) => arena.num(k));
    const varying =
      (n: Node) =>
      (subset: readonly Target[]): number =>
        derivative(mode, n, subset);
    const inverse = (r: Node, s: Node): Node => arena.matrix('inv', node.name, ...stack, r, s);
    let total = 0;
    for (const p of at)
      for (const q of at) {
        const element = arena.sym(node.name, ...stack, p, q);
        const moved = (subset: readonly Target[]): number => derivative(mode, element, [first, ...subset]);
        if (rest.length === 0 && moved(rest) === 0) continue;
        if (node.fn === 'inv') {
          const [r, s] = node.args.slice(-2).map((arg) => arena.num(values.of(arg))) as [Node, Node];
          total +=
            mode.slope(-1, () => -1) * product([moved, varying(inverse(r, p)), varying(inverse(q, s))], rest);
        } else {
          const outer = node.fn === 'det' ? [varying(node)] : [];
          total += product([moved, varying(inverse(q, p)), ...outer], rest);
        }
      }
    return total;
  };

  const callDerivative = (node: CallNode, k: number): Node => {
    const rule = opRow(node.fn).derivatives[k];
    // Not a number, where there is none.
    return rule ? rule.build(arena, node.args, node) : arena.call('log', arena.minusOne);
  };

  const powerDerivative = (node: Node, k: number): Node => {
    const [base, exponent] = node.args as [Node, Node];
    if (k === 1) return arena.mul(node, arena.call('log', base));
    return arena.mul(exponent, arena.pow(base, arena.add(exponent, arena.minusOne)));
  };

  /**
   * ∂output/∂name by the chain rule over the bindings, element by element and each binding once, so that all derivatives of
   * a long program cost as much as one.
   */
  const backward = (mode: Mode, output: SymNode, name: string): PointArray => {
    const at = values.positions(output);
    const key = `${output.name}[${at.join()}]`;
    let adjoints = mode.adjoints.get(key);
    if (!adjoints) mode.adjoints.set(key, (adjoints = new Map<string, PointArray>()));
    const done = adjoints;
    const last = machine.rank(output.name);
    const usersOf = (by: string): readonly Binding[] =>
      by === output.name ? [] : machine.users(by).filter((user) => machine.rank(user.name) <= last);
    const accumulate = (by: string, positions: readonly number[]): number => {
      if (by === output.name) return Number(positions.every((p, k) => p === at[k]));
      const t = targetAt(by, positions, false);
      let total = 0;
      for (const user of usersOf(by)) {
        const adjoint = done.get(user.name);
        if (!adjoint) continue;
        let k = 0;
        machine.fill(user, (def) => {
          const outer = adjoint.data[k++] ?? NaN;
          if (outer !== 0) total += outer * derivative(mode, def, [t]);
          return 0;
        });
      }
      return total;
    };
    const dimsOf = (by: string): readonly number[] => {
      const binding = machine.bindings.get(by);
      if (binding) return axisIndices(binding.axes).map((index) => machine.length(index.size));
      const input = machine.point.inputs[by];
      return input === undefined || typeof input === 'number' ? [] : input.dims;
    };
    const compute = (by: string): PointArray => {
      const dims = dimsOf(by);
      const data: number[] = [];
      const positions: number[] = [];
      const loop = (k: number): void => {
        if (k === dims.length) data.push(accumulate(by, positions.slice()));
        else
          for (let p = 0; p < (dims[k] ?? 0); p++) {
            positions[k] = p;
            loop(k + 1);
          }
      };
      loop(0);
      return { dims, data };
    };
    const open = [name];
    for (let by = open.at(-1); by !== undefined; by = open.at(-1)) {
      const missing = usersOf(by).filter((user) => !done.has(user.name));
      open.push(...missing.map((user) => user.name));
      if (missing.length > 0) continue;
      open.pop();
      if (!done.has(by)) done.set(by, compute(by));
    }
    return done.get(name) ?? { dims: [], data: [] };
  };

  /** A total derivative of a binding goes backward, everything else forward. */
  const differentiated = (mode: Mode, node: DiffNode): number => {
    const [expression, by] = node.args as [Node, SymNode];
    if (!node.total || expression.kind !== 'sym' || !machine.bindings.has(expression.name))
      return derivative(mode, expression, [target(node)]);
    if (machine.rank(by.name) > machine.rank(expression.name)) return 0;
    const { dims, data } = backward(mode, expression, by.name);
    return machine.element(data, dims, values.positions(by));
  };

  const signed: Mode = { value: values.of, slope: (s) => s, frames: new Map(), adjoints: new Map() };
  const absolute = new Map<(node: Node) => number, Mode>();
  return {
    of: (node) => differentiated(signed, node),
    magnitude: (node, scale) => {
      let mode = absolute.get(scale);
      if (!mode) {
        // A slope is as uncertain as it changes within the rounding error of its arguments.
        const slope = (s: number, at: (h: number) => number): number =>
          Math.abs(s) + Math.abs(at(STEP) - s) / STEP;
        absolute.set(scale, (mode = { value: scale, slope, frames: new Map(), adjoints: new Map() }));
      }
      return differentiated(mode, node);
    },
  };
}

const STEP = 2 ** -26;

const callSlope =
  (node: CallNode) =>
  (args: number[], k: number): number =>
    opRow(node.fn).slopes[k]?.(...args) ?? NaN;

/** Derivative of a product by all targets: every way of sharing them out between the factors. */
function product(
  factors: readonly ((targets: readonly Target[]) => number)[],
  targets: readonly Target[],
): number {
  const [first, ...rest] = factors;
  if (!first) return targets.length === 0 ? 1 : 0;
  let total = 0;
  for (let mask = 0; mask < 1 << targets.length; mask += 1) {
    const mine = targets.filter((_, k) => (mask >> k) & 1);
    const left = first(mine);
    if (left === 0) continue;
    total +=
      left *
      product(
        rest,
        targets.filter((_, k) => !((mask >> k) & 1)),
      );
  }
  return total;
}
