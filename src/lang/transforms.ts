/** Functions of libraries that make functions of functions: `jax.vmap`, `jax.jit`, `functools.partial`. */
import { collected, keyword, toArray, type LibraryCall } from './arguments';
import { select } from './indexing';
import type { CallValue } from './modules';
import { scalar, shapeError, unsupported, type CallArgument } from './run';
import { integerOf, type ArrayV, type NativeV, type UnknownValue, type Value } from './values';

const native = (call: NativeV['call']): NativeV => ({ kind: 'native', call, attribute: () => undefined });

/** Transformations that change nothing about what a function computes. */
const TRANSPARENT =
  /^(?:jax\.(?:jit|checkpoint|remat|named_call)|torch\.(?:compile|jit\.script)|tensorflow\.function|numba\.n?jit)$/;

/** What a transformation makes of its function; null for what is none. */
export function transformed(path: string, call: LibraryCall, callValue: CallValue): Value | null {
  const f = call.args[0]?.value;
  if (!f || !(f.kind === 'function' || f.kind === 'native' || f.kind === 'library')) return null;
  if (TRANSPARENT.test(path)) return f;
  if (path === 'functools.partial') {
    const given = call.args.slice(1);
    return native((run, args, span, written) => callValue(run, f, [...given, ...args], span, written));
  }
  return path === 'jax.vmap' ? mapped(f, call, callValue) : null;
}

/** `vmap(f)`: f at each position of the first axes of its arguments. */
function mapped(f: Value, made: LibraryCall, callValue: CallValue): Value {
  const axes = keyword(made, 'in_axes') ?? made.args.filter((arg) => arg.name === null)[1]?.value;
  const out = keyword(made, 'out_axes');
  if (out !== undefined && integerOf(out) !== 0)
    return unsupported(`uses ${made.written} with out_axes`, made.span, 'unsupported-argument');
  return native((run, args, span, written) => {
    const moving: (ArrayV | null)[] = [];
    for (const [k, { value }] of args.entries()) {
      const axis = axes === undefined ? 0 : axisFor(axes, k);
      if (axis === 'other')
        return unsupported(`uses ${made.written} with in_axes`, span, 'unsupported-argument');
      const operand: ArrayV | UnknownValue | null = axis === null ? null : toArray(run, value, span);
      if (operand?.kind === 'unknown') return operand;
      if (operand && !operand.axes[0]?.index)
        return shapeError(run, `${written} maps over an axis that is not there`, span);
      moving.push(operand);
    }
    const lengths = moving.flatMap((operand) => (operand?.axes[0] ? [operand.axes[0].size] : []));
    const [length, ...others] = lengths;
    if (length === undefined)
      return unsupported(`maps ${written} over nothing`, span, 'unsupported-argument');
    if (!others.every((other) => run.sizes.unify(length, other)))
      return shapeError(run, `${written} maps over axes of different lengths`, span);
    return collected(
      run,
      {
        kind: 'stream',
        length,
        item: (index) => {
          const given: CallArgument[] = args.map((arg, k) => {
            const operand = moving[k];
            return operand ? { name: arg.name, value: select(run, operand, [scalar(index)], span) } : arg;
          });
          return callValue(run, f, given, span, written);
        },
      },
      span,
    );
  });
}

/** The axis that an argument is mapped over: the first, none, or another one. */
function axisFor(axes: Value, k: number): 0 | null | 'other' {
  const own = axes.kind === 'sequence' ? axes.items[k] : axes;
  if (own === undefined || own.kind === 'none') return null;
  return integerOf(own) === 0 ? 0 : 'other';
}
