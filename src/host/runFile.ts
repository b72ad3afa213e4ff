/** A run on its way, as the bytes of a file: a mark, a version, a header as JSON, the states, and a sum over all of it. */
import { createHash } from 'node:crypto';
import type { RunState } from '../engine/api';
import type { Curve, DataChoice, TrainOptions } from '../protocol/training';

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

export function encodeRun({ states, ...rest }: StoredRun): Uint8Array {
  const header: Header = {
    ...rest,
    parts: states.map(({ curve, epoch, bytes }) => ({ curve, epoch, length: bytes.length })),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = PREFIX + json.length + states.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const file = new Uint8Array(length + SUM);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode(MARK));
  view.setUint32(MARK.length, VERSION, true);
  view.setUint32(MARK.length + 4, json.length, true);
  file.set(json, PREFIX);
  let offset = PREFIX + json.length;
  for (const { bytes } of states) {
    file.set(bytes, offset);
    offset += bytes.length;
  }
  file.set(sumOf(file.subarray(0, length)), length);
  return file;
}

/** The run, or why the bytes are none. */
export function decodeRun(file: Uint8Array): StoredRun | { readonly fault: string } {
  const fault = (text: string): { readonly fault: string } => ({ fault: text });
  const mark = new TextDecoder().decode(file.subarray(0, MARK.length));
  if (file.length < PREFIX + SUM || mark !== MARK) return fault('it is no file of a run');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = view.getUint32(MARK.length, true);
  if (version !== VERSION) return fault(`it has the version ${version}, and this program reads ${VERSION}`);
  const end = file.length - SUM;
  if (!sumOf(file.subarray(0, end)).equals(file.subarray(end))) return fault('it is cut or damaged');
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

const sumOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
