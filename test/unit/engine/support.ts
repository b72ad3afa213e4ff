/** Random programs and data for the engine's tests. */
import type { Axis, Binding, Input, Program } from '../../../src/core/definition';
import { axisIndices, indexedSizes } from '../../../src/core/definition';
import type { Point } from '../../../src/core/evaluate';
import { Arena, type IndexNode, type Node, type ReduceOp } from '../../../src/core/expr';
import { OPS } from '../../../src/core/ops';
import type { Arrays } from '../../../src/engine/interpret';
import type { Compiled, LoopProgram } from '../../../src/engine/loop';
import { bindingValue, compileProgram } from '../../../src/engine/program';

export function unwrap<T>(compiled: Compiled<T>): T {
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.value;
}

/** Uniform numbers in [0, 1), reproducible (mulberry32). */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

export const normals = (count: number, next: () => number): Float64Array =>
  Float64Array.from({ length: count }, () => normal(next));

/** The same values for the evaluator and for the engine. */
export function pointOf(program: Program, sizes: Record<string, number>, arrays: Arrays): Point {
  const inputs = program.inputs.map((input): [string, Point['inputs'][string]] => [
    input.name,
    {
      dims: indexedSizes(input.shape).map((size) => sizes[size] ?? Number(size)),
      data: arrays[input.name] ?? [],
    },
  ]);
  return { sizes, inputs: Object.fromEntries(inputs) };
}

const SHAPES: readonly (readonly [string, Input['role'], readonly string[]])[] = [
  ['X', 'data', ['m', 'n']],
  ['T', 'data', ['k', 'm']],
  ['y', 'label', ['m']],
  ['q', 'label', ['m']],
  ['w', 'parameter', ['n']],
  ['V', 'parameter', ['n', 'k']],
  ['b', 'parameter', []],
];

/** A program of random bindings over inputs of mixed shapes, every kind of node included; a function of the seed. */
export function randomProgram(seed: number): Program {
  const next = random(seed);
  const pick = (n: number): number => Math.floor(next() * n);
  const arena = new Arena();
  const inputs: Input[] = SHAPES.map(([name, role, shape]) => ({
    name,
    code: name,
    role,
    shape,
    domain: name === 'q' ? { kind: 'class', size: 'k' } : { kind: 'real' },
    reason: '',
    span: null,
  }));
  const known: { name: string; shape: readonly string[] }[] = [...inputs];
  let fresh = 0;
  const index = (size: string): IndexNode => {
    fresh += 1;
    return arena.index(`x${fresh}`, size);
  };

  const argument = (size: string, scope: readonly IndexNode[]): Node => {
    const fitting = scope.filter((i) => i.size === size);
    const row = scope.find((i) => i.size === 'm');
    if (size === 'k' && row && pick(4) === 0) return arena.sym('q', row);
    const chosen = fitting[pick(fitting.length + 1)];
    return chosen ?? arena.num(pick(2));
  };
  const leaf = (scope: readonly IndexNode[]): Node => {
    const choice = pick(8);
    if (choice === 0) return arena.num(pick(7) - 3, 1 + pick(3));
    if (choice === 1) return arena.size(['m', 'n', 'k'][pick(3)] ?? 'm');
    if (choice === 2) return scope[pick(scope.length)] ?? arena.one;
    const symbol = known[pick(known.length)];
    if (!symbol || symbol.name === 'q') return arena.sym('b');
    return arena.sym(symbol.name, ...indexedSizes(symbol.shape).map((size) => argument(size, scope)));
  };
  const calls = OPS.filter((row) => row.domain.every((d) => d.low === -Infinity && d.high === Infinity));
  const expression = (depth: number, scope: readonly IndexNode[]): Node => {
    const sub = (): Node => expression(depth - 1, scope);
    if (depth === 0) return leaf(scope);
    switch (pick(10)) {
      case 0:
      case 1:
        return arena.add(sub(), sub());
      case 2:
      case 3:
        return arena.mul(sub(), sub());
      case 4: {
        const squared = arena.add(arena.pow(sub(), arena.num(2)), arena.one);
        return arena.pow(squared, [arena.minusOne, arena.num(1, 2), arena.num(-1, 2)][pick(3)] ?? arena.one);
      }
      case 5: {
        const row = calls[pick(calls.length)];
        if (!row) return sub();
        return arena.call(row.name, ...row.domain.map(() => arena.call('tanh', sub())));
      }
      case 6:
        return arena.where(
          arena.compare((['>', '>=', '==', '!='] as const)[pick(4)] ?? '>', sub(), sub()),
          sub(),
          sub(),
        );
      case 7: {
        const i = scope[pick(scope.length)];
        const other = i && scope.filter((j) => j.size === i.size)[0];
        return i && other ? arena.mul(arena.delta(i, pick(2) === 0 ? other : arena.num(1)), sub()) : sub();
      }
      default: {
        const over = index(['m', 'n', 'k'][pick(3)] ?? 'm');
        const op = (['sum', 'sum', 'sum', 'max', 'min', 'prod'] satisfies ReduceOp[])[pick(6)] ?? 'sum';
        const body = expression(depth - 1, [...scope, over]);
        return op === 'prod'
          ? arena.reduce(op, over, arena.call('tanh', body))
          : arena.reduce(op, over, body);
      }
    }
  };

  const bindings: Binding[] = [];
  const shapes = [[], ['m'], ['m', 'k'], ['n'], ['k', 'm'], ['n', 'k'], ['m', 'm']];
  for (let count = 2 + pick(4); count > 0; count -= 1) {
    const shape = shapes[pick(shapes.length)] ?? [];
    const axes: Axis[] = shape.map((size) => ({ size, index: index(size) }));
    const scope = axes.flatMap((axis) => (axis.index ? [axis.index] : []));
    const name = `v${bindings.length}`;
    bindings.push({ name, axes, def: expression(1 + pick(4), scope), span: null, origin: 'assignment' });
    known.push({ name, shape });
  }
  return { arena, inputs, bindings, output: bindings.at(-1)?.name ?? 'v0' };
}

/** Values for the inputs of `randomProgram`. */
export function randomInputs(sizes: Record<string, number>, seed: number): Record<string, Float64Array> {
  const next = random(seed);
  const arrays: Record<string, Float64Array> = {};
  for (const [name, , shape] of SHAPES) {
    const count = shape.reduce((product, size) => product * (sizes[size] ?? 1), 1);
    arrays[name] =
      name === 'q'
        ? Float64Array.from({ length: count }, () => Math.floor(next() * (sizes.k ?? 1)))
        : normals(count, next);
  }
  return arrays;
}

/** The program of these bindings, by default of all. */
export function compileAll(program: Program, names = program.bindings.map((b) => b.name)): LoopProgram {
  const outputs = names.flatMap((name) => {
    const value = bindingValue(program, name);
    return value ? [{ name, value }] : [];
  });
  return unwrap(compileProgram(program, outputs));
}

/** The values of the indices at each element of an array, in row-major order. */
export function elementsOf(
  axes: readonly Axis[],
  sizes: Readonly<Record<string, number>>,
): Readonly<Record<string, number>>[] {
  return axisIndices(axes).reduce<Readonly<Record<string, number>>[]>(
    (elements, { name, size }) =>
      elements.flatMap((at) => Array.from({ length: sizes[size] ?? 0 }, (_, k) => ({ ...at, [name]: k }))),
    [{}],
  );
}
