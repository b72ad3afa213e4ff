/**
 * Statements -> passes over the samples. A statement runs in the first pass in which what it reads is complete: values of
 * the same row are complete at once, so forward and backward share a pass; a sum over the rows is complete only when the
 * pass is over, so what reads it comes in the next one.
 */
import type { Size } from '../core/expr';
import type { BufferSpec, Pass, Place, Statement } from './loop';
import type { LooseBuffer, LooseStatement } from './lower';

export interface Schedule {
  readonly buffers: readonly BufferSpec[];
  readonly passes: readonly Pass[];
}

type Kind = 'rows' | 'accumulate' | 'uniform';

interface Item {
  readonly statement: Statement;
  readonly kind: Kind;
  pass: number;
}

/** `rows` is the sample axis (null: none); `kept` are buffers that must be whole at the end. */
export function schedule(
  buffers: readonly LooseBuffer[],
  statements: readonly LooseStatement[],
  rows: Size | null,
  kept: ReadonlySet<number>,
): Schedule {
  const items: Item[] = [];
  const writer = new Map<number, Item>();
  const full = new Set<number>(kept);

  for (const loose of statements) {
    const item = placed(loose, rows, buffers[loose.target]?.dims.length ?? 0, writer);
    items.push(item);
    writer.set(loose.target, item);
  }
  delay(items, kept);
  for (const item of items)
    for (const read of reads(item.statement)) {
      const source = writer.get(read.buffer);
      if (source?.kind !== 'rows') continue;
      if (!isAligned(read.places, source, item) || source.pass < item.pass) full.add(read.buffer);
    }

  const count = items.reduce((most, item) => Math.max(most, item.pass + 1), 0);
  const passes: Pass[] = [];
  for (let pass = 0; pass < count; pass += 1) {
    const here = items.filter((item) => item.pass === pass);
    passes.push({
      before: here.filter((item) => item.kind === 'uniform').map((item) => item.statement),
      rows: here.filter((item) => item.kind !== 'uniform').map((item) => item.statement),
    });
  }
  return {
    passes,
    buffers: buffers.map((buffer, id): BufferSpec => {
      const source = writer.get(id);
      const rowDim = source?.kind === 'rows' ? source.statement.row : -1;
      const storage = rowDim >= 0 && !full.has(id) ? 'block' : 'full';
      return { name: buffer.name, dims: buffer.dims, input: buffer.input, storage, rowDim };
    }),
  };
}

function placed(
  loose: LooseStatement,
  rows: Size | null,
  rank: number,
  writer: ReadonlyMap<number, Item>,
): Item {
  const candidates = rows === null ? [] : loose.axes.flatMap((size, axis) => (size === rows ? [axis] : []));
  const own = candidates.filter((axis) => axis < rank);
  const choices = own.length > 0 ? own : candidates;
  const kind: Kind = own.length > 0 ? 'rows' : choices.length > 0 ? 'accumulate' : 'uniform';
  let best: Item | null = null;
  for (const row of choices.length > 0 ? choices : [-1]) {
    const item: Item = { statement: { ...loose, row }, kind, pass: 0 };
    for (const read of reads(item.statement)) {
      const source = writer.get(read.buffer);
      if (source) item.pass = Math.max(item.pass, earliest(source, read.places, item));
    }
    if (!best || item.pass < best.pass) best = item;
  }
  return best ?? { statement: { ...loose, row: -1 }, kind: 'uniform', pass: 0 };
}

/** The first pass in which `item` can read what `source` writes. */
function earliest(source: Item, places: readonly Place[], item: Item): number {
  if (source.kind === 'uniform') return source.pass;
  if (source.kind === 'rows' && isAligned(places, source, item)) return source.pass;
  return source.pass + 1;
}

/** Whether a row of `item` reads the same row of what `source` writes. */
function isAligned(places: readonly Place[], source: Item, item: Item): boolean {
  const place = places[source.statement.row];
  return place?.kind === 'axis' && place.axis === item.statement.row;
}

/** Moves rows that only later passes read into the first of those, so that they need no buffer over all samples. */
function delay(items: readonly Item[], kept: ReadonlySet<number>): void {
  for (const item of [...items].reverse()) {
    if (item.kind !== 'rows' || kept.has(item.statement.target)) continue;
    let first = Infinity;
    for (const user of items)
      for (const read of reads(user.statement)) {
        if (read.buffer !== item.statement.target) continue;
        first = Math.min(first, isAligned(read.places, item, user) ? user.pass : -1);
      }
    if (first > item.pass && first !== Infinity) item.pass = first;
  }
}

export interface Read {
  readonly buffer: number;
  readonly places: readonly Place[];
}

export function reads(statement: Pick<Statement, 'tape'>): Read[] {
  return statement.tape.flatMap((instruction) =>
    instruction.op === 'load' ? [{ buffer: instruction.buffer, places: instruction.places }] : [],
  );
}
