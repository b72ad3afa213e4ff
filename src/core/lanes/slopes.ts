/** How an element of a node moves with one of its arguments: forward and backward differentiation share it. */
import type { Node, ReduceNode } from '../expr';
import { arg, powerSlope } from '../machine';
import { opRow } from '../ops';
import { at } from './layout';
import type { Lanes, LaneValues } from './values';

/** ∂node/∂argument, each array made once: element by element of the node's layout, of a reduction of that of its body. */
export function createSlopes(values: LaneValues): (node: Node, argument: number) => Float64Array {
  const memo = new Map<number, Float64Array[]>();
  const compute = (node: Node, argument: number): Float64Array => {
    if (node.kind === 'reduce') return reductionSlopes(values, node);
    return node.kind === 'mul' ? otherFactors(values, node, argument) : slopes(values, node, argument);
  };
  return (node, argument) => {
    let own = memo.get(node.id);
    if (!own) memo.set(node.id, (own = []));
    return (own[argument] ??= compute(node, argument));
  };
}

/** For powers and calls. */
function slopes(values: LaneValues, node: Node, argument: number): Float64Array {
  const { layouts } = values.source;
  const { layout } = values.of(node);
  const parts = node.args.map(values.of);
  const places = parts.map((part) => layouts.places(part.layout, layout));
  const slope =
    node.kind === 'call'
      ? opRow(node.fn).slopes[argument]
      : (...a: number[]) => powerSlope(node, a, argument);
  const out = layouts.zeros(layout.count);
  const now: number[] = parts.map(() => 0);
  for (let k = 0; k < out.length; k += 1) {
    for (let n = 0; n < parts.length; n += 1) now[n] = at((parts[n] as Lanes).data, places[n] ?? null, k);
    out[k] = slope ? slope(...now) : NaN;
  }
  return out;
}

/** For each element of a product, the product of all factors but one. */
function otherFactors(values: LaneValues, node: Node, but: number): Float64Array {
  const { layouts } = values.source;
  const { layout } = values.of(node);
  const out = layouts.zeros(layout.count).fill(1);
  node.args.forEach((factor, n) => {
    if (n === but) return;
    const part = values.of(factor);
    const places = layouts.places(part.layout, layout);
    for (let k = 0; k < out.length; k += 1) out[k] = (out[k] as number) * at(part.data, places, k);
  });
  return out;
}

/** For each element of a reduction's body, how the reduction moves with it. */
function reductionSlopes(values: LaneValues, node: ReduceNode): Float64Array {
  const { layouts } = values.source;
  const whole = values.of(node);
  const body = values.of(arg(node, 0));
  const places = layouts.places(whole.layout, body.layout);
  const out = layouts.zeros(body.data.length);
  if (node.op === 'sum') return out.fill(1);
  if (node.op === 'prod') {
    for (let k = 0; k < out.length; k += 1) {
      const n = places ? (places[k] as number) : k;
      let product = 1;
      for (let other = 0; other < out.length; other += 1)
        if (other !== k && (places ? places[other] : other) === n) product *= body.data[other] as number;
      out[k] = product;
    }
    return out;
  }
  // The first of several that attain the extremum counts.
  const attained = attaining(values, node);
  const taken = new Uint8Array(whole.data.length);
  for (let k = 0; k < out.length; k += 1) {
    const n = places ? (places[k] as number) : k;
    if (taken[n] === 1 || attained[k] === 0) continue;
    taken[n] = 1;
    out[k] = 1;
  }
  return out;
}

/** 1 for each element of the body of a maximum or minimum that attains it, else 0. */
export function attaining(values: LaneValues, node: ReduceNode): Uint8Array {
  const whole = values.of(node);
  const body = values.of(arg(node, 0));
  const places = values.source.layouts.places(whole.layout, body.layout);
  const out = new Uint8Array(body.data.length);
  for (let k = 0; k < out.length; k += 1) out[k] = Number(body.data[k] === at(whole.data, places, k));
  return out;
}
