/** `y.argmax(axis=1)` of labels that are one-hot: the class of each sample, as a position. */
import type { Span } from '../core/definition';
import type { IndexNode, Node } from '../core/expr';
import { axisPositions, toArray } from './arguments';
import { elementwise, reduce } from './arrays';
import { roleHint } from './names';
import { array, type CallArgument, type Run } from './run';
import type { ArrayV, UnknownValue, Value } from './values';

/** The sum of k times what stands at place k, which is where the only 1 stands; null for what is no label of several axes. */
export function classesOf(
  run: Run,
  labels: Value,
  args: readonly CallArgument[],
  span: Span,
): ArrayV | UnknownValue | null {
  const isInput =
    labels.kind === 'input' ||
    (labels.kind === 'array' && labels.element.kind === 'sym' && run.inputs.has(labels.element.name));
  const name =
    labels.kind === 'input'
      ? labels.input.name
      : labels.kind === 'array' && labels.element.kind === 'sym'
        ? labels.element.name
        : '';
  if (!isInput || roleHint(name, false) !== 'label') return null;
  const value = toArray(run, labels, span);
  if (value.kind === 'unknown' || value.axes.length < 2) return null;
  const axis = args.find((arg) => arg.name === null || arg.name === 'axis' || arg.name === 'dim')?.value;
  if (!axis) return null;
  const positions = axisPositions(run, axis, value.axes.length, span);
  if (!Array.isArray(positions)) return positions;
  const [along, ...more] = positions;
  const index = along === undefined ? null : value.axes[along]?.index;
  if (along === undefined || more.length > 0 || !index) return null;
  // Labels that are classes are the simpler ones.
  run.penalise(1, 'classes of one-hot labels');
  const counted = elementwise(run, [value, array(value.axes, index)], span, (y, k = run.arena.one) =>
    run.arena.mul(k, y),
  );
  return counted.kind === 'unknown' ? counted : reduce(run, counted, 'sum', [along], false);
}

/** A row of labels with a single 1, and the index that runs along it. */
export interface Ones {
  readonly index: IndexNode;
  readonly weight: Node;
}

/** The labels that a position is the class of. */
export function onesOf({ arena }: Run, position: Node): Ones | null {
  if (position.kind !== 'reduce' || position.op !== 'sum') return null;
  const { index, body } = arena.open(position);
  if (body.kind !== 'mul' || body.args.length !== 2 || !body.args.includes(index)) return null;
  const weight = body.args.find((arg) => arg !== index);
  return weight?.kind === 'sym' ? { index, weight } : null;
}
