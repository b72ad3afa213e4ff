/** Library functions of arrays in pieces. */
import type { Span } from '../core/definition';
import { toArray } from './arguments';
import {
  dotOfPieces,
  flat,
  inItsPieces,
  joiningCall,
  overPieces,
  reducedPieces,
  shapeOfPieces,
  splittingCall,
  transposedPieces,
} from './joined';
import { libraryFunction } from './library';
import { meaningOf } from './libraries';
import { shapedInput } from './packed';
import { unsupported, type CallArgument, type Run } from './run';
import { ELEMENTWISE } from './slices';
import { integerOf, type Value } from './values';

/** Functions that work on each element by itself, besides the arithmetic ones. */
const EACH =
  /^(zeros_like|ones_like|empty_like|full_like|copy|asarray|array|nan_to_num|expit|logaddexp|square|reciprocal|clip_by_value|where|greater|less|isnan|float32|float64|softplus|sigmoid)$/;

/** What a call gives that joins arrays, takes one apart, or is of one in pieces; null for any other call. */
export function callOfPieces(
  run: Run,
  path: string,
  args: readonly CallArgument[],
  span: Span,
  written: string,
): Value | null {
  const row = libraryFunction(path) ?? path.slice(path.lastIndexOf('.') + 1);
  const isReshape = /^(reshape|view)$/.test(row);
  const [first, second, ...more] = args.map((arg) => arg.value);
  if (isReshape) {
    const shaped = shapedInput(run, first, args.slice(1), span);
    if (shaped) return shaped;
  }
  const meaning = meaningOf(path);
  const call = (values: readonly Value[], given = args, as = meaning): Value =>
    as
      ? as({ run, span, written, args: given.map((arg, k) => ({ ...arg, value: values[k] ?? arg.value })) })
      : unsupported(`uses ${written}`, span, 'unsupported-function');
  const values = args.map((arg) => inItsPieces(run, arg.value, span));
  const isPart = (value: Value): boolean =>
    value.kind === 'part' || (value.kind === 'sequence' && value.items.some((item) => item.kind === 'part'));
  if (values.some(isPart)) return null;
  const joining = joiningCall(run, path, args, span) ?? splittingCall(run, path, args, span);
  if (joining) return joining;
  if (isFlattening(row, args) && first && first.kind !== 'joined') {
    const whole = toArray(run, first, span);
    if (whole.kind === 'array' && whole.axes.filter((axis) => axis.index).length > 1) {
      // A vector needs no flattening, and tells as much.
      if (first.kind === 'input') run.penalise(3, 'flattening');
      return flat(whole);
    }
  }
  const pieces = values.find((value) => value.kind === 'joined');
  if (!pieces) return null;
  const [own, other] = values;
  if (ELEMENTWISE.test(row) || EACH.test(row)) return overPieces(run, values, span, call);
  if (/^(dot|matmul|inner|vdot|mm|mv)$/.test(row) && own && other)
    return dotOfPieces(run, own, other, span, (a, b) => call([a, b, ...more]));
  if (own?.kind !== 'joined') return unsupported('joins arrays', span, 'concatenate');
  if (row === 'transpose' && args.length === 1) return transposedPieces(run, own);
  if (row === 'shape') return { kind: 'sequence', form: 'tuple', items: shapeOfPieces(run, own) };
  if (row === 'len') return shapeOfPieces(run, own)[0] ?? unsupported(`uses ${written}`, span);
  if (isFlattening(row, args)) return shapeOfPieces(run, own).length === 1 ? own : flat(own);
  if (isReshape && isColumn(second, args) && shapeOfPieces(run, own).length === 1)
    return overColumns(run, own, span, (value) => call([value, ...values.slice(1)]));
  const sum = meaningOf('numpy.sum');
  const reduced = reducedPieces(run, row, own, args, span, (piece, others) =>
    call([piece], [{ name: null, value: piece }, ...others], sum),
  );
  return reduced ?? unsupported('joins arrays', span, 'concatenate');
}

const isFlattening = (row: string, args: readonly CallArgument[]): boolean =>
  (/^(ravel|flatten)$/.test(row) && args.length === 1) ||
  (row === 'reshape' && args.length === 2 && integerOf(args[1]?.value) === -1);

/** `reshape(-1, 1)`. */
const isColumn = (second: Value | undefined, args: readonly CallArgument[]): boolean => {
  const items = second?.kind === 'sequence' ? second.items : args.slice(1).map((arg) => arg.value);
  return items.length === 2 && integerOf(items[1]) === 1;
};

/** A vector in pieces as a column. */
function overColumns(
  run: Run,
  value: Value & { kind: 'joined' },
  span: Span,
  column: (piece: Value) => Value,
): Value {
  const made = overPieces(run, [value], span, ([piece = value]) => column(piece));
  return made.kind === 'joined' ? { ...made, axis: 0 } : made;
}
