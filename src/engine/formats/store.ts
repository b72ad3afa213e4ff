/** A column that comes in runs of values of any kind: numbers, until a text comes. */
import type { Problem } from '../../protocol';
import { createColumn, numberColumn, type Column, type ColumnBuilder } from '../column';
import { problem } from '../sniff';

/** What a reader of a format makes of a file. */
export interface ColumnTable {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly problems: readonly Problem[];
}

export interface ColumnStore {
  /** Takes up the values from a row on, those before the row `last`. */
  add(values: ArrayLike<unknown>, row: number, last: number): void;
  finish(name: string): Column;
}

/** A column of numbers until a text comes. Runs of values come in their order. */
export function createStore(rows: number): ColumnStore {
  const numbers = new Float64Array(rows);
  let builder: ColumnBuilder | null = null;
  /** The numbers before the first text, taken up by what can hold both. */
  const withTexts = (upTo: number): ColumnBuilder => {
    const made = createColumn(rows);
    for (let row = 0; row < upTo; row += 1) {
      const value = numbers[row] ?? NaN;
      if (Number.isNaN(value)) made.missing();
      else made.number(value);
    }
    return made;
  };
  return {
    add(values, row, last) {
      const count = Math.min(values.length, last - row);
      if (!builder && isNumeric(values)) {
        numbers.set(count === values.length ? values : values.subarray(0, count), row);
        return;
      }
      for (let k = 0; k < count; k += 1) {
        const value: unknown = values[k];
        const number = numberOf(value);
        if (!builder && number === null) builder = withTexts(row + k);
        if (!builder) numbers[row + k] = number ?? NaN;
        else if (number === null) builder.text(textOf(value));
        else if (Number.isNaN(number)) builder.missing();
        else builder.number(number);
      }
    },
    finish: (name) => (builder ? builder.finish(name) : numberColumn(name, numbers)),
  };
}

type Numeric =
  Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** Arrays whose values are numbers, none of them 64 bits wide. */
export function isNumeric(values: unknown): values is Numeric {
  return (
    ArrayBuffer.isView(values) &&
    !(values instanceof DataView) &&
    !(values instanceof BigInt64Array) &&
    !(values instanceof BigUint64Array)
  );
}

/** NaN for a missing value, null for what is no number. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return NaN;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  return null;
}

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Date ? value.toISOString() : (JSON.stringify(value) ?? '');
}

export const nestedColumn = (name: string): Problem =>
  problem('nested-column', `Column ${name} holds lists or records and is left out. Write them as columns.`);
