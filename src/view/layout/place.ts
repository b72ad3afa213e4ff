/** Step three of the layered layout: coordinates across the layers, for a given order. */
import type { Edge } from './layers';

const ROUNDS = 16;

/** One box on the axis across the layers: its extent, and the space it wants to its successor in the layer. */
export interface Slot {
  readonly id: string;
  readonly extent: number;
}

/**
 * The centre of each box across its layer. Boxes keep their order and at least `gap` between them, and stand as near to
 * the mean of their neighbours as that allows: least squares under order constraints, by pooling adjacent violators.
 */
export function placeAcross(
  layers: readonly (readonly Slot[])[],
  edges: readonly Edge[],
  gap: number,
): Map<string, number> {
  const centres = new Map<string, number>();
  for (const layer of layers) for (const [id, centre] of stack(layer, gap)) centres.set(id, centre);
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  for (const { from, to } of edges) {
    before.set(to, [...(before.get(to) ?? []), from]);
    after.set(from, [...(after.get(from) ?? []), to]);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const forward = round % 2 === 0;
    for (const layer of forward ? layers : [...layers].reverse()) {
      const wishes = layer.map(({ id }) => {
        const first = (forward ? before : after).get(id) ?? [];
        const near = first.length > 0 ? first : ((forward ? after : before).get(id) ?? []);
        const own = centres.get(id) ?? 0;
        if (near.length === 0) return own;
        return near.reduce((sum, other) => sum + (centres.get(other) ?? 0), 0) / near.length;
      });
      for (const [id, centre] of settle(layer, wishes, gap)) centres.set(id, centre);
    }
  }
  return centres;
}

/** One under the other, around zero. */
function stack(layer: readonly Slot[], gap: number): Map<string, number> {
  const total = layer.reduce((sum, { extent }) => sum + extent, 0) + gap * Math.max(0, layer.length - 1);
  const result = new Map<string, number>();
  let edge = -total / 2;
  for (const { id, extent } of layer) {
    result.set(id, edge + extent / 2);
    edge += extent + gap;
  }
  return result;
}

/** The centres nearest to the wishes that keep order and gaps. */
function settle(layer: readonly Slot[], wishes: readonly number[], gap: number): Map<string, number> {
  // With the offset of the tight packing subtracted, "order and gaps" becomes "does not decrease".
  const offsets: number[] = [];
  let offset = 0;
  for (const [place, slot] of layer.entries()) {
    const previous = layer[place - 1];
    if (previous) offset += previous.extent / 2 + gap + slot.extent / 2;
    offsets.push(offset);
  }
  const blocks: { sum: number; count: number }[] = [];
  for (const [place] of layer.entries()) {
    let block = { sum: (wishes[place] ?? 0) - (offsets[place] ?? 0), count: 1 };
    for (
      let last = blocks.at(-1);
      last && last.sum / last.count >= block.sum / block.count;
      last = blocks.at(-1)
    ) {
      block = { sum: last.sum + block.sum, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  const result = new Map<string, number>();
  let place = 0;
  for (const { sum, count } of blocks)
    for (let member = 0; member < count; member += 1, place += 1) {
      const slot = layer[place];
      if (slot) result.set(slot.id, sum / count + (offsets[place] ?? 0));
    }
  return result;
}
