/** Normalisations along the last axis, as libraries define them. */
import { argument, keyword, toArray, type LibraryCall } from './arguments';
import { elementwise, reduce, shapeText } from './arrays';
import { array, number, shapeError } from './run';
import type { Meaning } from './signature';
import type { ArrayV, UnknownValue, Value } from './values';

/** The argument and, along its last axis, the mean of its squares after `centre`. */
function moments(call: LibraryCall, centre: boolean): { x: ArrayV; square: ArrayV } | UnknownValue {
  const { run, span } = call;
  const given = toArray(run, argument(call, 0), span);
  if (given.kind === 'unknown') return given;
  if (given.axes.length === 0)
    return shapeError(run, `${call.written} normalises along an axis, not ${shapeText(given)}`, span);
  const last = [given.axes.length - 1];
  const mean = reduce(run, given, 'mean', last, true);
  const x = centre ? elementwise(run, [given, mean], span, (a, b) => run.arena.sub(a, b)) : given;
  if (x.kind === 'unknown') return x;
  const squares = array(x.axes, run.arena.pow(x.element, run.arena.num(2)));
  return { x, square: reduce(run, squares, 'mean', last, true) };
}

const normalised =
  (centre: boolean): Meaning =>
  (call) => {
    const { run, span } = call;
    const { arena } = run;
    const found = moments(call, centre);
    if ('kind' in found) return found;
    const eps = toArray(run, keyword(call, 'eps') ?? number(run, 1e-5), span);
    if (eps.kind === 'unknown') return eps;
    let result: Value = elementwise(run, [found.x, found.square, eps], span, (x, square, e) =>
      arena.div(x, arena.sqrt(arena.add(square, e))),
    );
    for (const [name, build] of [
      ['weight', arena.mul.bind(arena)],
      ['bias', arena.add.bind(arena)],
    ] as const) {
      const given = keyword(call, name);
      if (given === undefined || given.kind === 'none' || result.kind !== 'array') continue;
      const operand = toArray(run, given, span);
      if (operand.kind === 'unknown') return operand;
      result = elementwise(run, [result, operand], span, (a, b) => build(a, b));
    }
    return result;
  };

/** (x - mean) / sqrt(var + ε), scaled and shifted; Ba et al. (2016). */
export const layerNorm = normalised(true);

/** x / sqrt(mean x² + ε), scaled; Zhang and Sennrich (2019). */
export const rmsNorm = normalised(false);
