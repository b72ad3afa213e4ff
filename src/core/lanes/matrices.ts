/** Functions of whole matrices, all elements at once: values, and how they move with an element of the matrix. */
import { stackPositions, type MatrixNode, type Node, type SymNode } from '../expr';
import { factorise, type Factorised } from '../linear';
import type { PointArray } from '../machine';
import { at, type Layout, type Layouts } from './layout';
import type { Lanes } from './values';

/** One matrix of a symbol: where its elements begin in the symbol's array, its order, and what elimination makes of it. */
interface MatrixAt extends Factorised {
  readonly start: number;
  readonly order: number;
}

export interface LaneMatrices {
  value(node: MatrixNode): Lanes;
  /** ∂node/∂by, where both are of one symbol. */
  tangent(node: MatrixNode, by: SymNode): Lanes;
  /** Adds the adjoints of a node's elements, times how these move, to those of the symbol's elements. */
  scatter(node: MatrixNode, adjoints: Lanes, into: Float64Array): void;
}

export interface MatrixSource {
  readonly layouts: Layouts;
  /** The place along the first axis of the arrays, where they have one for the point. */
  readonly points: Lanes | null;
  readonly array: (name: string) => PointArray | null;
  readonly of: (node: Node) => Lanes;
}

export function createLaneMatrices({ layouts, points, array, of }: MatrixSource): LaneMatrices {
  const known = new Map<string, MatrixAt | null>();

  const read = (name: string, stack: readonly number[]): MatrixAt | null => {
    const source = array(name);
    if (source?.dims.length !== stack.length + 2) return null;
    const [order = NaN, columns = NaN] = source.dims.slice(-2);
    if (order !== columns) return null;
    let start = 0;
    for (const [n, position] of stack.entries()) {
      const length = source.dims[n] ?? 0;
      if (!isPosition(position, length)) return null;
      start = start * length + position;
    }
    start *= order * order;
    const elements = Float64Array.from({ length: order * order }, (_, k) => source.data[start + k] ?? NaN);
    return { start, order, ...factorise(order, elements) };
  };

  const matrixAt = (name: string, stack: readonly number[]): MatrixAt | null => {
    const key = `${name}[${stack.join()}]`;
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = read(name, stack)));
    return found;
  };

  /** Reads positions, element by element of a layout that has all of theirs. */
  const positionsIn = (nodes: readonly Node[], layout: Layout): ((k: number) => number[]) => {
    const lanes = points ? [points, ...nodes.map(of)] : nodes.map(of);
    const parts = lanes.map((own) => ({ data: own.data, places: layouts.places(own.layout, layout) }));
    return (k) => parts.map(({ data, places }) => at(data, places, k));
  };

  const layoutOf = (nodes: readonly Node[]): Layout =>
    nodes.reduce((all, node) => layouts.union(all, of(node).layout), points?.layout ?? layouts.single);

  /** How many positions tell which matrix it is. */
  const depthOf = (node: MatrixNode): number => stackPositions(node).length + Number(points !== null);

  /** ∂node/∂A_pq, where the node's row and column are `r` and `s`. */
  const slope = (
    node: MatrixNode,
    matrix: MatrixAt,
    [r, s]: readonly number[],
    p: number,
    q: number,
  ): number => {
    const { inverse, order } = matrix;
    const element = (row = NaN, column = NaN): number => inverse[row * order + column] ?? NaN;
    if (node.fn === 'inv') return -element(r, p) * element(q, s);
    return node.fn === 'det' ? matrix.determinant * element(q, p) : element(q, p);
  };

  return {
    value(node) {
      const layout = layoutOf(node.args);
      const positions = positionsIn(node.args, layout);
      const depth = depthOf(node);
      const data = layouts.zeros(layout.count);
      for (let k = 0; k < data.length; k += 1) {
        const here = positions(k);
        const matrix = matrixAt(node.name, here.slice(0, depth));
        const [r = NaN, s = NaN] = here.slice(depth);
        if (!matrix) data[k] = NaN;
        else if (node.fn === 'det') data[k] = matrix.determinant;
        else if (node.fn === 'logabsdet') data[k] = matrix.logAbsDeterminant;
        else
          data[k] =
            isPosition(r, matrix.order) && isPosition(s, matrix.order)
              ? (matrix.inverse[r * matrix.order + s] ?? NaN)
              : NaN;
      }
      return { layout, data };
    },
    tangent(node, by) {
      const layout = layoutOf([...node.args, ...by.args]);
      const own = positionsIn(node.args, layout);
      const other = positionsIn(by.args, layout);
      const depth = depthOf(node);
      const data = layouts.zeros(layout.count);
      for (let k = 0; k < data.length; k += 1) {
        const [here, there] = [own(k), other(k)];
        const stack = here.slice(0, depth);
        const matrix = matrixAt(node.name, stack);
        const [p = NaN, q = NaN] = there.slice(depth);
        if (!matrix) data[k] = NaN;
        else if (stack.every((position, n) => position === there[n]))
          data[k] = slope(node, matrix, here.slice(depth), p, q);
      }
      return { layout, data };
    },
    scatter(node, { layout, data }, into) {
      const positions = positionsIn(node.args, layout);
      const depth = depthOf(node);
      for (let k = 0; k < data.length; k += 1) {
        const v = data[k] as number;
        if (v === 0) continue;
        const here = positions(k);
        const matrix = matrixAt(node.name, here.slice(0, depth));
        if (!matrix) {
          into.fill(NaN);
          return;
        }
        const { start, order } = matrix;
        for (let p = 0; p < order; p += 1)
          for (let q = 0; q < order; q += 1) {
            const place = start + p * order + q;
            into[place] = (into[place] as number) + v * slope(node, matrix, here.slice(depth), p, q);
          }
      }
    },
  };
}

const isPosition = (value: number, length: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < length;
