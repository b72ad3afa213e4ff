/** The whole state of a run between two epochs, as plain data. */
import type { CheckReport, OptimizerName, TrainOptions } from '../../protocol/training';
import type { Arrays } from '../interpret';
import type { Memory } from './optimizer';

/**
 * A run that is continued from its state goes on to the last bit as if it had never stopped: the order of the rows depends on the
 * seed and the epoch alone, the learning rate on the epoch. Can be cloned between threads; for storage see `encodeState`.
 */
export interface TrainerState {
  readonly version: 1;
  readonly definitionId: string;
  readonly options: TrainOptions;
  /** Epochs and steps done. */
  readonly epoch: number;
  readonly step: number;
  /** By name: all parameters, also those that are not trained. */
  readonly parameters: Arrays;
  /** The last ones at which the loss was a number. */
  readonly lastGood: Arrays;
  readonly optimizer: { readonly name: OptimizerName; readonly memory: Memory };
  /** Loss and gradient (flat) at `parameters`, where the last step computed them. */
  readonly evaluated: { readonly loss: number; readonly gradient: Float64Array } | null;
  /** One per epoch. */
  readonly losses: Float64Array;
  readonly gradientNorms: Float64Array;
  /** One per epoch where rows are held out, else empty. */
  readonly validationLosses: Float64Array;
  /** The epoch with the least loss, on the rows held out if there are any; kept where there is a patience. */
  readonly best: { readonly epoch: number; readonly loss: number; readonly parameters: Arrays } | null;
  readonly checks: readonly CheckReport[];
  /** That the run has taken so far. */
  readonly milliseconds: number;
}

const MARK = '$nabla';

/** The state as bytes: a length, JSON, and the numbers of all arrays as they are. */
export function encodeState(state: TrainerState): Uint8Array {
  const arrays: Float64Array[] = [];
  const text = JSON.stringify(state, (_key, value: unknown) => {
    if (value instanceof Float64Array) {
      arrays.push(value);
      return { [MARK]: 'array', length: value.length };
    }
    // JSON has no such numbers.
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return { [MARK]: Object.is(value, -0) ? '-0' : String(value) };
    return value;
  });
  const json = new TextEncoder().encode(text);
  const start = 8 + 8 * Math.ceil(json.length / 8);
  const bytes = new Uint8Array(start + arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  let offset = start;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return bytes;
}

/**
 * Null for bytes that hold no state of this version, cut ones included. The arrays are copies, unless `shared`: then they are
 * views of the bytes where these lie so that they can be, for who only reads them.
 */
export function decodeState(bytes: Uint8Array, shared = false): TrainerState | null {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = view.getUint32(0, true);
    if (8 + length > bytes.length) return null;
    let offset = 8 + 8 * Math.ceil(length / 8);
    const state: unknown = JSON.parse(
      new TextDecoder().decode(bytes.subarray(8, 8 + length)),
      (_key, value: unknown) => {
        const mark = markOf(value);
        if (mark === null) return value;
        if (mark.kind !== 'array') return Number(mark.kind);
        const size = 8 * mark.length;
        if (offset + size > bytes.length) throw new RangeError('the numbers end too early');
        const first = bytes.byteOffset + offset;
        const array =
          shared && first % 8 === 0
            ? new Float64Array(bytes.buffer, first, mark.length)
            : new Float64Array(bytes.slice(offset, offset + size).buffer);
        offset += size;
        return array;
      },
    );
    return isState(state) ? state : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

function markOf(value: unknown): { kind: string; length: number } | null {
  if (typeof value !== 'object' || value === null || !(MARK in value)) return null;
  const kind = value[MARK];
  const length = 'length' in value ? value.length : 0;
  return typeof kind === 'string' && typeof length === 'number' ? { kind, length } : null;
}

/** What this program has written; bytes of others are not told apart in every detail. */
const isState = (value: unknown): value is TrainerState =>
  typeof value === 'object' &&
  value !== null &&
  'version' in value &&
  value.version === 1 &&
  'epoch' in value;
