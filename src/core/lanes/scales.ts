/** How large the numbers were that were added up on the way to a value: what rounding errors are relative to. */
import type { Node } from '../expr';
import { arg } from '../machine';
import { at } from './layout';
import type { Lanes, LaneValues } from './values';

/**
 * At least |value|; sums count all their terms, products the scale of each factor times the others. It looks into less than
 * ../rounding.ts, so it is no more than that has, save for a small factor where exact numbers are added.
 */
export function createScales(values: LaneValues): (node: Node) => Lanes {
  const { layouts } = values.source;
  const memo = new Map<number, Lanes>();

  const terms = (node: Node, { layout }: Lanes): Float64Array => {
    const data = layouts.zeros(layout.count);
    for (const term of node.args) {
      const scale = of(term);
      const places = layouts.places(scale.layout, layout);
      for (let k = 0; k < data.length; k += 1) data[k] = (data[k] as number) + at(scale.data, places, k);
    }
    return data;
  };

  const factors = (node: Node, { layout }: Lanes): Float64Array => {
    const data = layouts.zeros(layout.count);
    const product = layouts.zeros(layout.count).fill(1);
    for (const factor of node.args) {
      const [value, scale] = [values.of(factor), of(factor)];
      const places = layouts.places(value.layout, layout);
      for (let k = 0; k < data.length; k += 1) {
        const size = Math.abs(at(value.data, places, k));
        const before = product[k] as number;
        data[k] = (data[k] as number) * size + at(scale.data, places, k) * before;
        product[k] = before * size;
      }
    }
    return data;
  };

  const elements = (node: Node, { layout }: Lanes): Float64Array => {
    const body = of(arg(node, 0));
    const places = layouts.places(layout, body.layout);
    const data = layouts.zeros(layout.count);
    for (let k = 0; k < body.data.length; k += 1) {
      const n = places ? (places[k] as number) : k;
      data[n] = (data[n] as number) + (body.data[k] as number);
    }
    return data;
  };

  const compute = (node: Node): Lanes => {
    const own = values.of(node);
    const { layout } = own;
    if (node.kind === 'add') return { layout, data: terms(node, own) };
    if (node.kind === 'mul') return { layout, data: factors(node, own) };
    if (node.kind === 'reduce' && node.op === 'sum') return { layout, data: elements(node, own) };
    return { layout, data: own.data.map(Math.abs) };
  };

  const of = (node: Node): Lanes => {
    let known = memo.get(node.id);
    if (!known) memo.set(node.id, (known = compute(node)));
    return known;
  };
  return of;
}
