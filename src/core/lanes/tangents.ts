/** Derivatives that have not been carried out, of expressions as they stand: forward, all elements at once. */
import { arg } from '../machine';
import type { Node, SymNode } from '../expr';
import { createSlopes } from './slopes';
import { at } from './layout';
import type { Lanes, LaneValues } from './values';

/** The derivative of a node by a symbol at its indices, all other symbols fixed; null where it is 0. */
export function createTangents(values: LaneValues): (node: Node, by: SymNode) => Lanes | null {
  const { source } = values;
  const { layouts } = source;
  const slope = createSlopes(values);
  const memos = new Map<number, Map<number, Lanes | null>>();

  /** weights (in the layout of `like`) · moved. */
  const weighted = (like: Lanes, weights: Float64Array, moved: Lanes): Lanes => {
    const layout = layouts.union(like.layout, moved.layout);
    const [p, q] = [layouts.places(like.layout, layout), layouts.places(moved.layout, layout)];
    const data = layouts.zeros(layout.count);
    for (let k = 0; k < data.length; k += 1) {
      const m = at(moved.data, q, k);
      data[k] = m === 0 ? 0 : m * at(weights, p, k);
    }
    return { layout, data };
  };

  /** moved where `chosen` is 1, else 0, even where nothing is known of it. */
  const selected = (like: Lanes, chosen: Float64Array, moved: Lanes): Lanes => {
    const layout = layouts.union(like.layout, moved.layout);
    const [p, q] = [layouts.places(like.layout, layout), layouts.places(moved.layout, layout)];
    const data = layouts.zeros(layout.count);
    for (let k = 0; k < data.length; k += 1) {
      const choice = at(chosen, p, k);
      data[k] = choice === 0 ? 0 : choice * at(moved.data, q, k);
    }
    return { layout, data };
  };

  const total = (parts: readonly (Lanes | null)[]): Lanes | null => {
    const moving = parts.filter((part) => part !== null);
    const [first] = moving;
    if (!first || moving.length === 1) return first ?? null;
    const layout = moving.reduce((all, part) => layouts.union(all, part.layout), layouts.single);
    const data = layouts.zeros(layout.count);
    for (const part of moving) {
      const places = layouts.places(part.layout, layout);
      for (let k = 0; k < data.length; k += 1) data[k] = (data[k] as number) + at(part.data, places, k);
    }
    return { layout, data };
  };

  const compute = (node: Node, by: SymNode): Lanes | null => {
    const part = (n: number): Lanes | null => of(arg(node, n), by);
    switch (node.kind) {
      case 'sym': {
        if (node.name !== by.name) return null;
        const { arena } = source;
        return values.of(arena.mul(...node.args.map((a, n) => arena.delta(a, arg(by, n)))));
      }
      case 'add':
        return total(node.args.map((_, n) => part(n)));
      case 'mul':
      case 'pow':
      case 'call': {
        const whole = values.of(node);
        const moved = node.args.map((_, n) => {
          const inner = part(n);
          return inner && weighted(whole, slope(node, n), inner);
        });
        return total(moved);
      }
      case 'where': {
        const condition = values.of(arg(node, 0));
        const chosen = condition.data.map((c) => (Number.isNaN(c) ? NaN : Number(c !== 0)));
        const [then, otherwise] = [part(1), part(2)];
        return total([
          then && selected(condition, chosen, then),
          otherwise &&
            selected(
              condition,
              chosen.map((c) => 1 - c),
              otherwise,
            ),
        ]);
      }
      case 'reduce': {
        const inner = part(0);
        if (!inner) return null;
        const body = values.of(arg(node, 0));
        const moved = weighted(body, slope(node, 0), inner);
        const layout = layouts.without(
          moved.layout,
          layouts.axis(node.index.name, source.length(node.index.size)),
        );
        const places = layouts.places(layout, moved.layout);
        const data = layouts.zeros(layout.count);
        for (let k = 0; k < moved.data.length; k += 1) {
          const n = places ? (places[k] as number) : k;
          data[n] = (data[n] as number) + (moved.data[k] as number);
        }
        return { layout, data };
      }
      case 'matrix':
        return node.name === by.name ? values.matrices.tangent(node, by) : null;
      case 'diff':
        return source.unknown;
      default:
        return null;
    }
  };

  const of = (node: Node, by: SymNode): Lanes | null => {
    let memo = memos.get(by.id);
    if (!memo) memos.set(by.id, (memo = new Map<number, Lanes | null>()));
    let known = memo.get(node.id);
    if (known === undefined) memo.set(node.id, (known = compute(node, by)));
    return known;
  };
  return of;
}
