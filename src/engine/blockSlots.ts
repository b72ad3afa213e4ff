/** Which blocks of rows are in the slots of a feed: the one that is worked on, and the one that is read meanwhile. */
import { SLOTS, type RowFeed, type RowSource } from './rowSource';

/** Milliseconds to wait at a time. */
const PATIENCE = 1;

export interface BlockSlots {
  /** Waits in pieces until a block is there; returns its slot, which stays as it is until another block is held. */
  hold(block: number): Generator<void, number>;
  /** Begins to read a block beside the one that is held. */
  ask(block: number): Generator<void>;
}

export function createBlockSlots(
  feed: RowFeed,
  { rows }: Pick<RowSource, 'rows'>,
  blockRows: number,
): BlockSlots {
  /** The block that each slot has, or has been asked for. */
  const inSlot: number[] = [];
  let held = SLOTS - 1;

  function* filled(slot: number): Generator<void> {
    while (!feed.wait(slot, PATIENCE)) yield;
  }

  function* slotOf(block: number): Generator<void, number> {
    const known = inSlot.indexOf(block);
    if (known >= 0) return known;
    const slot = (held + 1) % SLOTS;
    // Work that was left in the middle may have asked for a block that nobody has waited for.
    if (inSlot[slot] !== undefined) yield* filled(slot);
    inSlot[slot] = block;
    const first = block * blockRows;
    feed.ask(slot, slot * blockRows, first, Math.min(blockRows, rows - first));
    return slot;
  }

  return {
    *hold(block) {
      const slot = yield* slotOf(block);
      yield* filled(slot);
      held = slot;
      return slot;
    },
    *ask(block) {
      yield* slotOf(block);
    },
  };
}
