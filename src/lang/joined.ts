/**
 * Arrays one axis of which consists of pieces: `np.hstack((np.ones((m, 1)), X))`, the gates of an LSTM side by side. The
 * pieces are arrays of their own, so that what is computed of the whole is computed of each.
 */
import type { Span } from '../core/definition';
import type { Node } from '../core/expr';
import { expandDims, isSingle, permuted, sizeValue } from './arrays';
import { argument, axisPositions, flag, keyword, toArray, type LibraryCall } from './arguments';
import { assigned, select } from './indexing';
import { askFor, askForCuts, askForEqual, inPieces, lengthOf } from './joints';
import { array, makeAxes, scalar, shapeError, unsupported, type CallArgument, type Run } from './run';
import { integerOf, type ArrayV, type JoinedV, type UnknownValue, type Value } from './values';

const decline = (span: Span, what = 'joins arrays'): UnknownValue => unsupported(what, span, 'concatenate');

/** An input that is to be in pieces, as these; anything else as it is. */
export const inItsPieces = (run: Run, value: Value, span: Span): Value =>
  value.kind === 'input' &&
  run.joints.has(value.input.code) &&
  // What is yet to be given its shape has no axes.
  (value.input.pattern === undefined || run.wholes.has(value.input.code))
    ? inPieces(run, value.input, span)
    : value;

/** One piece is an array. */
const made = (axis: number | null, pieces: readonly ArrayV[]): Value => {
  const [only, ...more] = pieces;
  return only && more.length === 0 && axis !== null ? only : { kind: 'joined', axis, pieces: [...pieces] };
};

const rankOf = ({ pieces: [first] }: JoinedV): number => first?.axes.length ?? 0;

/** The pieces of an array along an axis where others are in pieces; null where they have to be asked for. */
function cut(run: Run, value: ArrayV, axis: number, like: JoinedV, at: number): ArrayV[] | null {
  const index = value.axes[axis]?.index;
  if (!index) return like.pieces.map(() => value);
  if (value.element.free.has(index.name)) return null;
  return like.pieces.map((piece) => {
    const sizes = value.axes.map((own, p) => (p === axis ? (piece.axes[at]?.size ?? '1') : own.size));
    const axes = makeAxes(run, sizes);
    return array(axes, value.element, { mask: value.mask });
  });
}

const lengths = ({ pieces }: JoinedV, at: number): string[] =>
  pieces.map((piece) => piece.axes[at]?.size ?? '1');

/** Applies an elementwise operation to arrays in pieces, each piece by itself. */
export function overPieces(
  run: Run,
  values: readonly Value[],
  span: Span,
  apply: (values: readonly Value[]) => Value,
): Value {
  const joined = values.filter((value) => value.kind === 'joined');
  const [first] = [...joined].sort((a, b) => rankOf(b) - rankOf(a));
  if (!first) return apply(values);
  const fromEnd = first.axis === null ? null : rankOf(first) - first.axis;
  const columns: (readonly Value[])[] = [];
  for (const value of values) {
    if (value.kind === 'joined') {
      const own = value.axis === null ? null : rankOf(value) - value.axis;
      if (own !== fromEnd || value.pieces.length !== first.pieces.length) return decline(span);
      columns.push(value.pieces);
      continue;
    }
    if (value.kind !== 'array' && value.kind !== 'input' && value.kind !== 'sequence') {
      columns.push(first.pieces.map(() => value));
      continue;
    }
    const whole = toArray(run, value, span);
    if (whole.kind === 'unknown') return whole;
    if (fromEnd === null) {
      if (!isSingle(whole) && first.pieces.length > 1) return decline(span);
      columns.push(first.pieces.map(() => whole));
      continue;
    }
    const axis = whole.axes.length - fromEnd;
    const pieces = axis < 0 ? first.pieces.map(() => whole) : cut(run, whole, axis, first, first.axis ?? 0);
    if (!pieces) return askFor(run, whole.axes[axis]?.size ?? '1', lengths(first, first.axis ?? 0), span);
    columns.push(pieces);
  }
  return each(first, fromEnd, span, (k) =>
    apply(columns.map((column) => column[k] ?? column[0] ?? decline(span))),
  );
}

/** What is made of each piece, in pieces along the axis at this place from the end. */
function each(like: JoinedV, fromEnd: number | null, span: Span, make: (k: number) => Value): Value {
  const pieces: ArrayV[] = [];
  for (const k of like.pieces.keys()) {
    const piece = make(k);
    if (piece.kind !== 'array') return piece.kind === 'unknown' ? piece : decline(span);
    pieces.push(piece);
  }
  const rank = pieces[0]?.axes.length ?? 0;
  if (fromEnd !== null && (rank < fromEnd || pieces.some((piece) => piece.axes.length !== rank)))
    return decline(span);
  return made(fromEnd === null ? null : rank - fromEnd, pieces);
}

/** The product of matrices or vectors of which one is, or both are, in pieces. */
export function dotOfPieces(
  run: Run,
  left: Value,
  right: Value,
  span: Span,
  dot: (a: Value, b: Value) => Value,
): Value {
  const a = left.kind === 'joined' ? left : toArray(run, left, span);
  const b = right.kind === 'joined' ? right : toArray(run, right, span);
  if (a.kind === 'unknown') return a;
  if (b.kind === 'unknown') return b;
  if ((a.kind === 'joined' && a.axis === null) || (b.kind === 'joined' && b.axis === null))
    return decline(span);
  const ranks = [a, b].map((value) => (value.kind === 'joined' ? rankOf(value) : value.axes.length));
  const [rankA = 0, rankB = 0] = ranks;
  if (rankA === 0 || rankB === 0) return overPieces(run, [left, right], span, ([x = a, y = b]) => dot(x, y));
  if (rankA > 2 || rankB > 2) return decline(span);
  const inner = [rankA - 1, Math.max(0, rankB - 2)] as const;
  const along = [a.kind === 'joined' && a.axis === inner[0], b.kind === 'joined' && b.axis === inner[1]];
  if (along[0] || along[1]) {
    const x = along[0] ? a : b;
    const like = x.kind === 'joined' ? x : null;
    if (!like) return decline(span);
    const at = along[0] ? inner[0] : inner[1];
    const piecesOf = (value: ArrayV | JoinedV, own: number): readonly ArrayV[] | UnknownValue => {
      if (value.kind === 'joined')
        return value.axis === own && value.pieces.length === like.pieces.length
          ? value.pieces
          : decline(span);
      return (
        cutIndexed(run, value, own, like, at) ??
        askFor(run, value.axes[own]?.size ?? '1', lengths(like, at), span)
      );
    };
    const xs = piecesOf(a, inner[0]);
    const ys = piecesOf(b, inner[1]);
    if ('kind' in xs) return xs;
    if ('kind' in ys) return ys;
    let total: ArrayV | null = null;
    for (const [k, own] of xs.entries()) {
      const other = ys[k];
      const product = other ? dot(own, other) : decline(span);
      if (product.kind !== 'array') return product;
      total = total ? { ...product, element: run.arena.add(total.element, product.element) } : product;
    }
    return total ?? decline(span);
  }
  if (a.kind === 'joined' && b.kind === 'joined') return decline(span);
  if (a.kind === 'joined') return each(a, rankB === 1 ? 1 : 2, span, (k) => dot(a.pieces[k] ?? left, b));
  return b.kind === 'joined' ? each(b, 1, span, (k) => dot(a, b.pieces[k] ?? right)) : decline(span);
}

/** As `cut`, for a contracted axis, where a unit axis is one element and not spread over the others. */
const cutIndexed = (run: Run, value: ArrayV, axis: number, like: JoinedV, at: number): ArrayV[] | null =>
  value.axes[axis]?.index ? cut(run, value, axis, like, at) : null;

/** `np.concatenate((a, b), axis=1)` and its kin. */
export function joinedArrays(run: Run, given: readonly Value[], axis: number, span: Span): Value {
  const pieces: ArrayV[] = [];
  let isFlat = false;
  for (const raw of given) {
    const value = inItsPieces(run, raw, span);
    if (value.kind === 'joined') {
      if (value.axis === null) isFlat = true;
      else if (value.axis !== (axis < 0 ? axis + rankOf(value) : axis)) return decline(span);
      pieces.push(...value.pieces);
      continue;
    }
    const piece = toArray(run, value, span);
    if (piece.kind === 'unknown') return piece;
    pieces.push(piece.axes.length === 0 ? array([{ size: '1', index: null }], piece.element) : piece);
  }
  if (pieces.length < 2 && !isFlat) return pieces[0] ?? decline(span);
  if (isFlat) return { kind: 'joined', axis: null, pieces };
  const rank = pieces[0]?.axes.length ?? 0;
  const at = axis < 0 ? axis + rank : axis;
  if (pieces.some((piece) => piece.axes.length !== rank) || at >= rank)
    return shapeError(run, 'arrays of different numbers of axes cannot be joined', span);
  const sizes = (pieces[0]?.axes ?? []).map(({ size }) => size);
  for (const piece of pieces)
    for (const [p, { size }] of piece.axes.entries())
      if (p !== at && !run.sizes.unify(size, sizes[p] ?? size))
        return shapeError(run, 'arrays of these shapes cannot be joined', span);
  return { kind: 'joined', axis: at, pieces };
}

const NAMES =
  /^(?:numpy|jax\.numpy|torch|tensorflow|cupy|autograd\.numpy)\.(concatenate|concat|cat|hstack|vstack|column_stack|append|insert)$/;

/** What a call that joins arrays gives; null for another one. */
export function joiningCall(run: Run, path: string, args: readonly CallArgument[], span: Span): Value | null {
  const name = NAMES.exec(path)?.[1];
  if (name === undefined) return null;
  const call: LibraryCall = { run, span, written: path, args };
  const [first, second, third, fourth] = args.filter((arg) => arg.name === null).map((arg) => arg.value);
  if (name === 'append' || name === 'insert') {
    const at = keyword(call, 'axis') ?? (name === 'append' ? third : fourth);
    const given = name === 'append' ? [first, second] : [third, first];
    if (name === 'insert' && integerOf(second) !== 0) return decline(span);
    const axis = at === undefined ? 0 : integerOf(at);
    const values = given.flatMap((value) => value ?? []);
    if (axis === null || values.length < 2) return decline(span);
    return joinedArrays(run, name === 'insert' ? spread(run, values, axis, span) : values, axis, span);
  }
  const list = first ?? keyword(call, 'arrays', 'tensors', 'tup', 'values');
  const items = list?.kind === 'sequence' ? list.items : [];
  if (items.length === 0) return decline(span);
  const values = items.map((item) => inItsPieces(run, item, span));
  const ranks = values.map((value) => rankOfValue(run, value, span));
  const isFlat = ranks.every((rank) => rank <= 1);
  if (name === 'hstack') return joinedArrays(run, values, isFlat ? 0 : 1, span);
  if (name === 'vstack') return isFlat ? decline(span) : joinedArrays(run, values, 0, span);
  if (name === 'column_stack')
    return joinedArrays(
      run,
      values.map((v) => asColumn(run, v, span)),
      1,
      span,
    );
  const axis = argument(
    { ...call, args: args.filter((arg) => arg.value !== list || arg.name !== null) },
    0,
    'axis',
    'dim',
  );
  const at = axis === undefined ? 0 : integerOf(axis);
  return at === null ? decline(span) : joinedArrays(run, values, at, span);
}

const rankOfValue = (run: Run, value: Value, span: Span): number => {
  if (value.kind === 'joined') return value.axis === null ? 1 : rankOf(value);
  const own = toArray(run, value, span);
  return own.kind === 'array' ? own.axes.length : 0;
};

/** A vector as a column of a matrix. */
function asColumn(run: Run, value: Value, span: Span): Value {
  const own = value.kind === 'joined' ? value : toArray(run, value, span);
  return own.kind === 'array' && own.axes.length === 1 ? expandDims(run, own, 1) : own;
}

/** `np.insert(X, 0, 1, axis=1)`: the number in the shape of a slice of the array. */
function spread(run: Run, [number, raw]: readonly Value[], axis: number, span: Span): Value[] {
  const whole = raw ? toArray(run, raw, span) : decline(span);
  const value = number ? toArray(run, number, span) : decline(span);
  if (whole.kind !== 'array' || value.kind !== 'array' || value.axes.length > 0) return [value, whole];
  const at = axis < 0 ? axis + whole.axes.length : axis;
  const sizes = whole.axes.map((own, p) => (p === at ? '1' : own.size));
  return [array(makeAxes(run, sizes), value.element), whole];
}

/** `np.c_[np.ones(m), X]` joins columns, `np.r_[a, b]` rows. */
export function joinedByIndex(run: Run, path: string, items: readonly Value[], span: Span): Value {
  const values = items
    .flatMap((item) => (item.kind === 'sequence' && item.form === 'tuple' ? item.items : [item]))
    .map((item) => inItsPieces(run, item, span));
  return path.endsWith('.c_')
    ? joinedArrays(
        run,
        values.map((value) => asColumn(run, value, span)),
        1,
        span,
      )
    : joinedArrays(run, values, 0, span);
}

/** `np.split(a, 4, axis=1)`, `np.hsplit(a, 4)`, `torch.chunk(a, 4, dim=1)`: the pieces as a list; null for another call. */
export function splittingCall(
  run: Run,
  path: string,
  args: readonly CallArgument[],
  span: Span,
): Value | null {
  const name = /^(?:numpy|jax\.numpy|torch|tensorflow)\.(split|array_split|hsplit|vsplit|chunk)$/.exec(
    path,
  )?.[1];
  if (name === undefined || (name === 'split' && path.startsWith('torch'))) return null;
  const call: LibraryCall = { run, span, written: path, args };
  const first = argument(call, 0, 'ary', 'a', 'input', 'value');
  const count = integerOf(argument(call, 1, 'indices_or_sections', 'chunks', 'num_or_size_splits'));
  const given = argument(call, 2, 'axis', 'dim');
  const raw = first && inItsPieces(run, first, span);
  const value = raw?.kind === 'joined' ? raw : toArray(run, raw, span);
  if (value.kind === 'unknown') return value;
  const rank = value.kind === 'joined' ? rankOf(value) : value.axes.length;
  const usual = name === 'hsplit' && rank > 1 ? 1 : 0;
  const axis = given === undefined ? usual : integerOf(given);
  if (axis === null || count === null || count < 2) return decline(span, `uses ${name} with these arguments`);
  const at = axis < 0 ? axis + rank : axis;
  if (value.kind === 'array') return askForEqual(run, value.axes[at]?.size ?? '1', count, span);
  if (value.axis !== at || value.pieces.length !== count) return decline(span);
  return { kind: 'sequence', form: 'list', items: [...value.pieces] };
}

/** The place of a bound of a slice among the ends of the pieces, or null. */
function boundary(run: Run, value: JoinedV, bound: Value, atNone: number): number | null {
  if (bound.kind === 'none') return atNone;
  if (bound.kind !== 'array' || bound.axes.length > 0) return null;
  const given = lengthOf(run, bound.element);
  if (given === null) return null;
  const ends = [0];
  for (const piece of value.pieces) {
    const axis = piece.axes[value.axis ?? 0];
    const own = axis && lengthOf(run, sizeValue(run, axis).element);
    if (own === null || own === undefined) return null;
    ends.push((ends.at(-1) ?? 0) + own);
  }
  const wanted = given < 0 ? (ends.at(-1) ?? 0) + given : given;
  const found = ends.indexOf(wanted);
  return found < 0 ? null : found;
}

const WHOLE: Value = {
  kind: 'slice',
  start: { kind: 'none' },
  stop: { kind: 'none' },
  step: { kind: 'none' },
};

interface Taken {
  readonly from: number;
  readonly to: number;
  /** The index with the part that is taken of the axis written for each piece. */
  readonly items: readonly Value[];
  /** Where the axis is afterwards; null where it is gone. */
  readonly axis: number | null;
}

/** Which pieces an index takes. */
function taken(run: Run, value: JoinedV, items: readonly Value[], span: Span): Taken | UnknownValue {
  const { axis } = value;
  if (axis === null) return decline(span, 'uses a reshape that joins or splits axes');
  const rank = rankOf(value);
  const count = items.filter((item) => item.kind !== 'none' && item.kind !== 'ellipsis').length;
  const full = items.flatMap((item) =>
    item.kind === 'ellipsis' ? Array.from({ length: Math.max(0, rank - count) }, () => WHOLE) : [item],
  );
  let at = 0;
  let place = -1;
  let after = 0;
  for (const [k, item] of full.entries()) {
    if (item.kind === 'none') {
      after += 1;
      continue;
    }
    if (at === axis) {
      place = k;
      break;
    }
    if (item.kind === 'slice') after += 1;
    else if (item.kind !== 'array' || item.axes.length > 0)
      return decline(span, 'mixes slices and index arrays');
    at += 1;
  }
  if (place < 0) return { from: 0, to: value.pieces.length, items: full, axis: axis - at + after };
  const own = full[place];
  const put = (item: Value): Value[] => full.map((other, k) => (k === place ? item : other));
  if (own?.kind === 'slice') {
    if (own.step.kind !== 'none' && integerOf(own.step) !== 1) return decline(span, 'uses a part of an axis');
    const from = boundary(run, value, own.start, 0);
    const to = boundary(run, value, own.stop, value.pieces.length);
    if (from === null || to === null || from >= to) return decline(span, 'uses a part of an axis');
    return { from, to, items: put(WHOLE), axis: after };
  }
  const position = integerOf(own);
  const from = position === null ? null : boundary(run, value, scalar(run.arena.num(position)), 0);
  const piece = from === null ? undefined : value.pieces[from];
  if (from === null || !piece || piece.axes[axis]?.index) return decline(span, 'uses an index here');
  return { from, to: from + 1, items: put(scalar(run.arena.zero)), axis: null };
}

/** `value[items]` of an array in pieces. */
export function selectPieces(run: Run, value: JoinedV, items: readonly Value[], span: Span): Value {
  const which = taken(run, value, items, span);
  if ('kind' in which) return which;
  const pieces: ArrayV[] = [];
  for (const piece of value.pieces.slice(which.from, which.to)) {
    const part = select(run, piece, which.items, span);
    if (part.kind === 'unknown') return part;
    pieces.push({ ...part, base: null });
  }
  return which.axis === null ? (pieces[0] ?? decline(span)) : made(which.axis, pieces);
}

/** `a[:, H:2*H]` of an array: asks for it in pieces; null where the index takes no such part. */
export function selectCut(run: Run, value: ArrayV, items: readonly Value[], span: Span): UnknownValue | null {
  if (items.some((item) => item.kind === 'none' || item.kind === 'ellipsis')) return null;
  for (const [axis, item] of items.entries()) {
    const own = value.axes[axis];
    if (item.kind !== 'slice' || !own?.index) continue;
    const bounds = [item.start, item.stop].filter(
      (bound) => bound.kind === 'array' && bound.axes.length === 0,
    );
    const nodes = bounds.flatMap((bound) => (bound.kind === 'array' ? [bound.element] : []));
    const isSymbolic = nodes.some((node) => node.kind !== 'num' && lengthOf(run, node) !== null);
    const whole = lengthOf(run, sizeValue(run, own).element);
    if (!isSymbolic || nodes.every((node) => [0, whole].includes(lengthOf(run, node)))) continue;
    return askForCuts(run, own.size, nodes, span);
  }
  return null;
}

/** An array of zeros in pieces where an index begins and ends, so that each can be given values; else null. */
export function cutAt(run: Run, value: ArrayV | JoinedV, items: readonly Value[]): JoinedV | null {
  const axis =
    value.kind === 'joined'
      ? value.axis
      : items.findIndex((item) => item.kind === 'slice' && isBounded(item));
  const item = axis === null ? undefined : items[axis];
  if (axis === null || item?.kind !== 'slice' || !isBounded(item)) return null;
  let pieces = value.kind === 'joined' ? [...value.pieces] : [value];
  for (const bound of [item.start, item.stop]) {
    if (bound.kind !== 'array') continue;
    const joined: JoinedV = { kind: 'joined', axis, pieces };
    if (boundary(run, joined, bound, 0) !== null) continue;
    const last = pieces.at(-1);
    const own = last?.axes[axis];
    if (!last || !own?.index || last.element.free.has(own.index.name)) return null;
    const before = pieces.slice(0, -1).map((piece) => {
      const place = piece.axes[axis];
      return place ? sizeValue(run, place).element : run.arena.one;
    });
    const length = run.arena.sub(bound.element, run.arena.add(run.arena.zero, ...before));
    const size = length.kind === 'size' ? length.size : length.kind === 'num' ? String(length.num) : null;
    if (size === null) return null;
    const withSize = (next: string): ArrayV =>
      array(
        makeAxes(
          run,
          last.axes.map((a, p) => (p === axis ? next : a.size)),
        ),
        last.element,
      );
    pieces = [...pieces.slice(0, -1), withSize(size), withSize(`${own.size}+`)];
  }
  return pieces.length > 1 ? { kind: 'joined', axis, pieces } : null;
}

const isBounded = (item: Value & { kind: 'slice' }): boolean =>
  [item.start, item.stop].some(
    (bound) => bound.kind === 'array' && bound.axes.length === 0 && bound.element.kind !== 'num',
  );

/** The array in pieces after `target[items] = value`, or after an augmented assignment, whose operator is `combine`. */
export function assignedPieces(
  run: Run,
  target: JoinedV,
  items: readonly Value[],
  value: Value,
  combine: ((old: Node, change: Node) => Node) | null,
  span: Span,
): Value {
  const which = taken(run, target, items, span);
  if ('kind' in which) return which;
  const own = inItsPieces(run, value, span);
  const pieces: ArrayV[] = [...target.pieces];
  for (let k = which.from; k < which.to; k += 1) {
    const piece = target.pieces[k];
    const change = own.kind === 'joined' ? own.pieces[k - which.from] : toArray(run, own, span);
    if (!piece || !change) return decline(span);
    if (change.kind === 'unknown') return change;
    if (own.kind === 'joined' && own.pieces.length !== which.to - which.from) return decline(span);
    if (own.kind !== 'joined' && which.to - which.from > 1 && change.axes.length > 0) return decline(span);
    const result = assigned(run, piece, which.items, change, combine, span);
    if (result.kind === 'unknown') return result;
    pieces[k] = result;
  }
  return { ...target, pieces };
}

export function transposedPieces(run: Run, value: JoinedV): Value {
  const rank = rankOf(value);
  if (rank < 2 || value.axis === null) return value;
  const order = Array.from({ length: rank }, (_, p) => rank - 1 - p);
  return {
    ...value,
    axis: rank - 1 - value.axis,
    pieces: value.pieces.map((piece) => permuted(run, piece, order)),
  };
}

/** The lengths of all axes. */
export function shapeOfPieces(run: Run, value: JoinedV): ArrayV[] {
  const [first] = value.pieces;
  return (first?.axes ?? []).map((axis, p) =>
    p === value.axis ? scalar(totalLength(run, value)) : sizeValue(run, axis),
  );
}

const totalLength = (run: Run, { pieces, axis }: JoinedV): Node =>
  run.arena.add(
    ...pieces.flatMap((piece) => {
      const own = piece.axes[axis ?? 0];
      return own ? [sizeValue(run, own).element] : [];
    }),
  );

/** A sum, mean or norm of an array in pieces; null for another function. */
export function reducedPieces(
  run: Run,
  row: string,
  value: JoinedV,
  args: readonly CallArgument[],
  span: Span,
  sum: (piece: ArrayV, others: readonly CallArgument[]) => Value,
): Value | null {
  if (!/^(sum|mean)$/.test(row)) return null;
  const others = args.slice(1);
  const call: LibraryCall = { run, span, written: row, args: others };
  const rank = rankOf(value);
  const positions = axisPositions(run, argument(call, 0, 'axis', 'dim'), rank, span);
  if (!Array.isArray(positions)) return positions;
  const keepdims = flag(keyword(call, 'keepdims', 'keepdim'));
  if (keepdims === null) return decline(span);
  const isAlong = value.axis === null || positions.includes(value.axis);
  const results = value.pieces.map((piece) => sum(piece, others));
  const bad = results.find((result) => result.kind !== 'array');
  if (bad) return bad;
  const arrays = results.flatMap((result) => (result.kind === 'array' ? [result] : []));
  const kept = (value.axis ?? 0) - (keepdims ? 0 : positions.filter((p) => p < (value.axis ?? 0)).length);
  const [first] = arrays;
  if (!first) return decline(span);
  const total = isAlong ? { ...first, element: run.arena.add(...arrays.map((a) => a.element)) } : null;
  const counts = shapeOfPieces(run, value).flatMap((length, p) =>
    positions.includes(p) ? [length.element] : [],
  );
  if (row === 'mean' && value.axis === null) return decline(span);
  const scaled = (own: ArrayV): ArrayV =>
    row === 'mean' ? { ...own, element: run.arena.div(own.element, run.arena.mul(...counts)) } : own;
  return total ? scaled(total) : made(kept, arrays.map(scaled));
}

/** Laid out flat: `W.ravel()`. */
export const flat = (value: ArrayV | JoinedV): JoinedV =>
  value.kind === 'joined' ? { ...value, axis: null } : { kind: 'joined', axis: null, pieces: [value] };
