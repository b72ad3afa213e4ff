/** A run on its way, as the bytes of a file: a mark, a version, a header as JSON, the states, and a sum over all of it. */
import { createHash } from 'node:crypto';
import type { RunState } from '../engine/api';
import type { Curve, DataChoice, TrainOptions } from '../protocol/training';
import { nextTurn, piecesOf } from './pieces';

export interface StoredRun {
  /** Of the definition, as in the name of the file. */
  readonly key: string;
  /** Name of the definition. */
  readonly name: string;
  readonly options: TrainOptions;
  readonly choice: DataChoice;
  /** Hash of what is computed. */
  readonly definition: string;
  /** Hash of the file's content. */
  readonly data: string;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  readonly states: readonly RunState[];
}

const MARK = 'NABLARUN';
const VERSION = 1;
const PREFIX = MARK.length + 8;
const SUM = 32;

interface Header extends Omit<StoredRun, 'states'> {
  readonly parts: readonly { readonly curve: Curve; readonly epoch: number; readonly length: number }[];
}

/** The bytes of the file, piece by piece: those of a long run take longer than all else may wait. */
export async function* encodeRun({ states, ...rest }: StoredRun): AsyncGenerator<Uint8Array> {
  const header: Header = {
    ...rest,
    parts: states.map(({ curve, epoch, bytes }) => ({ curve, epoch, length: bytes.length })),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const prefix = new Uint8Array(PREFIX);
  const view = new DataView(prefix.buffer);
  prefix.set(new TextEncoder().encode(MARK));
  view.setUint32(MARK.length, VERSION, true);
  view.setUint32(MARK.length + 4, json.length, true);
  const hash = createHash('sha256');
  for (const part of [prefix, json, ...states.map(({ bytes }) => bytes)])
    for (const piece of piecesOf(part)) {
      hash.update(piece);
      yield piece;
      await nextTurn();
    }
  yield hash.digest();
}

/** The run, or why the bytes are none. */
export async function decodeRun(file: Uint8Array): Promise<StoredRun | { readonly fault: string }> {
  const fault = (text: string): { readonly fault: string } => ({ fault: text });
  const mark = new TextDecoder().decode(file.subarray(0, MARK.length));
  if (file.length < PREFIX + SUM || mark !== MARK) return fault('it is no file of a run');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = view.getUint32(MARK.length, true);
  if (version !== VERSION) return fault(`it has the version ${version}, and this program reads ${VERSION}`);
  const end = file.length - SUM;
  const sum = await sumOf(file.subarray(0, end));
  if (!sum.equals(file.subarray(end))) return fault('it is cut or damaged');
  const start = PREFIX + view.getUint32(MARK.length + 4, true);
  const header: unknown = JSON.parse(new TextDecoder().decode(file.subarray(PREFIX, start)));
  // The sum says that this program wrote the bytes, and the version that it was one with this header.
  const { parts, ...rest } = header as Header;
  let offset = start;
  const states = parts.map(({ curve, epoch, length }): RunState => {
    // A slice of a Buffer would be a view that keeps all of it.
    const bytes = new Uint8Array(file.subarray(offset, offset + length));
    offset += length;
    return { curve, epoch, bytes };
  });
  return { ...rest, states };
}

async function sumOf(bytes: Uint8Array): Promise<Buffer> {
  const hash = createHash('sha256');
  for (const piece of piecesOf(bytes)) {
    hash.update(piece);
    await nextTurn();
  }
  return hash.digest();
}
