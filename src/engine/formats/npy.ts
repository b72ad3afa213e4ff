/** NumPy's array files (numpy.lib.format, versions 1 to 3): the axes after the first become columns. */
import type { Problem } from '../../protocol';
import { createColumn, numberColumn, type Column } from '../column';
import { problem, TableFault } from '../sniff';
import { headOf, joined, type Chunks } from './stream';

/** A value of a row, as its bytes hold it. */
interface Field {
  /** After the array's name: empty, `[3]`, `[2, 5]`, or the name of a field of a record. */
  readonly label: string;
  /** Bytes from the start of the row, or from the start of its own stretch of the file where columns come first. */
  readonly offset: number;
  readonly type: ElementType;
}

interface ElementType {
  readonly kind: 'number' | 'text';
  readonly size: number;
  readonly get: (view: DataView, at: number) => number;
  readonly text: (view: DataView, at: number) => string;
}

export interface NpyHeader {
  readonly rows: number;
  readonly fields: readonly Field[];
  /** Bytes per row. */
  readonly stride: number;
  /** Column after column (Fortran order) rather than row after row. */
  readonly byColumn: boolean;
  /** Bytes before the values. */
  readonly start: number;
}

/** The header of an array, and all of its bytes. Throws a `TableFault` for one that is no table. */
export async function npyOf(
  name: string,
  chunks: Chunks,
): Promise<{ readonly header: NpyHeader; readonly all: AsyncGenerator<Uint8Array> }> {
  const { head, all } = await headOf(chunks, NPY_HEAD);
  const parsed = npyHeader(head);
  if ('fault' in parsed) throw new TableFault('npy-array', `The array ${name} ${parsed.fault}.`);
  return { header: parsed.header, all };
}

type Parsed = { readonly header: NpyHeader } | { readonly fault: string };

const MAGIC = '\u0093NUMPY';
/** Header bytes are read in one go; NumPy itself refuses more than 10,000. */
const NPY_HEAD = 1 << 16;
const MOST_COLUMNS = 100_000;

const fault = (text: string): Parsed => ({ fault: text });

/** Reads the header from the first bytes of the file. A fault is a sentence that begins after the array's name. */
export function npyHeader(head: Uint8Array): Parsed {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 12 || String.fromCharCode(...head.subarray(0, 6)) !== MAGIC)
    return fault('is not a NumPy array');
  const wide = (head[6] ?? 1) >= 2;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (wide ? 12 : 10) + length;
  if (start > head.length)
    return fault('is cut off, or its header is too long. Save it again, as in np.save(path, a)');
  const text = new TextDecoder().decode(head.subarray(wide ? 12 : 10, start));
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shapeText = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  const simple = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const record = /'descr'\s*:\s*(\[[\s\S]*?\])\s*,\s*'(?:fortran|shape)/.exec(text)?.[1];
  if (fortran === undefined || shapeText === undefined || (simple ?? record) === undefined)
    return fault('has a header that is not understood. Save it again, as in np.save(path, a)');
  const shape = shapeText
    .split(',')
    .map((part) => part.replace('L', '').trim())
    .filter((part) => part !== '')
    .map(Number);
  const [rows, ...rest] = shape;
  if (rows === undefined) return fault('is a single value, not one per sample');
  const elements = simple !== undefined ? [{ name: '', descr: simple }] : recordFields(record ?? '');
  const width = rest.reduce((product, size) => product * size, 1);
  if (width * elements.length > MOST_COLUMNS)
    return fault(`has ${width} values per row, more than ${MOST_COLUMNS}. Save fewer`);
  const types: { readonly name: string; readonly type: ElementType; readonly offset: number }[] = [];
  let itemSize = 0;
  for (const { name, descr } of elements) {
    const type = elementType(descr);
    if (typeof type === 'string') return fault(type);
    types.push({ name, type, offset: itemSize });
    itemSize += type.size;
  }
  const byColumn = fortran === 'True' && rest.length > 0;
  const places = Array.from({ length: width }, (_, k) => placeOf(k, rest));
  const fields = places.flatMap(({ label, inColumns }, k) =>
    types.map(({ name, type, offset }): Field => {
      const own = byColumn ? inColumns * rows * itemSize + offset : k * itemSize + offset;
      return { label: name === '' ? label : `${label}.${name}`, offset: own, type };
    }),
  );
  return { header: { rows, fields, stride: byColumn ? itemSize : itemSize * width, byColumn, start } };
}

/** The indices of the k-th value of a row, and its place where the first axis runs fastest. */
function placeOf(
  k: number,
  sizes: readonly number[],
): { readonly label: string; readonly inColumns: number } {
  if (sizes.length === 0) return { label: '', inColumns: 0 };
  const indices: number[] = [];
  let rest = k;
  for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
    const size = sizes[axis] ?? 1;
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  let inColumns = 0;
  let step = 1;
  indices.forEach((index, axis) => {
    inColumns += index * step;
    step *= sizes[axis] ?? 1;
  });
  return { label: `[${indices.join(', ')}]`, inColumns };
}

function recordFields(text: string): { readonly name: string; readonly descr: string }[] {
  return [...text.matchAll(/\(\s*'([^']*)'\s*,\s*'([^']*)'\s*\)/g)].map(([, name = '', descr = '']) => ({
    name,
    descr,
  }));
}

const noText = (): string => '';
const noNumber = (): number => NaN;
const TWO_32 = 2 ** 32;

/** By `descr` such as `<f8`; a text says why there is none. */
function elementType(descr: string): ElementType | string {
  const [, order = '', code = '', digits = ''] = /^([<>|=]?)([a-zA-Z?])(\d*)/.exec(descr) ?? [];
  const little = order !== '>';
  const count = Number(digits);
  const number = (size: number, get: (view: DataView, at: number) => number): ElementType => ({
    kind: 'number',
    size,
    get,
    text: noText,
  });
  switch (`${code}${code === 'U' || code === 'S' ? '' : digits}`) {
    case 'b1':
    case '?':
    case 'u1':
      return number(1, (view, at) => view.getUint8(at));
    case 'i1':
      return number(1, (view, at) => view.getInt8(at));
    case 'u2':
      return number(2, (view, at) => view.getUint16(at, little));
    case 'i2':
      return number(2, (view, at) => view.getInt16(at, little));
    case 'u4':
      return number(4, (view, at) => view.getUint32(at, little));
    case 'i4':
      return number(4, (view, at) => view.getInt32(at, little));
    // The upper half is exact, so that the sum rounds once.
    case 'u8':
      return number(
        8,
        (view, at) =>
          view.getUint32(at + (little ? 4 : 0), little) * TWO_32 +
          view.getUint32(at + (little ? 0 : 4), little),
      );
    case 'i8':
      return number(
        8,
        (view, at) =>
          view.getInt32(at + (little ? 4 : 0), little) * TWO_32 +
          view.getUint32(at + (little ? 0 : 4), little),
      );
    case 'f2':
      return number(2, (view, at) => half(view.getUint16(at, little)));
    case 'f4':
      return number(4, (view, at) => view.getFloat32(at, little));
    case 'f8':
      return number(8, (view, at) => view.getFloat64(at, little));
    case 'U':
      return {
        kind: 'text',
        size: 4 * count,
        get: noNumber,
        text: (view, at) => codePoints(count, (k) => view.getUint32(at + 4 * k, little)),
      };
    case 'S':
      return {
        kind: 'text',
        size: count,
        get: noNumber,
        text: (view, at) => codePoints(count, (k) => view.getUint8(at + k)),
      };
    default:
      break;
  }
  if (code === 'O')
    return 'holds Python objects, which only Python can read. Save it with a numeric dtype, as in np.save(path, a.astype(float))';
  if (code === 'c') return 'holds complex numbers. Save its real and imaginary parts as arrays of their own';
  return `has the dtype ${descr}, which is not supported. Save it as float64`;
}

function codePoints(count: number, at: (k: number) => number): string {
  let text = '';
  for (let k = 0; k < count; k += 1) text += String.fromCodePoint(Math.min(at(k), 0x10ffff));
  return text.replace(/\0+$/, '');
}

/** The value of an IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export type NpyColumns =
  | { readonly columns: readonly Column[]; readonly problem: null }
  | { readonly columns: null; readonly problem: Problem };

/** The columns of an array whose bytes come from its start on. `name` is the array's. */
export async function npyColumns(name: string, header: NpyHeader, chunks: Chunks): Promise<NpyColumns> {
  const { rows, fields, stride, byColumn, start } = header;
  const numbers = fields.map(({ type }) => (type.kind === 'number' ? new Float64Array(rows) : null));
  const texts = fields.map(({ type }) => (type.kind === 'text' ? createColumn(rows) : null));
  // Row after row is one run of all fields; column after column has one run for each stretch of the file.
  const stretch = byColumn ? Math.max(1, rows * stride) : Infinity;
  const runs = new Map<number, { start: number; take: { k: number; offset: number; type: ElementType }[] }>();
  for (const [k, { offset, type }] of fields.entries()) {
    const number = Math.floor(offset / stretch);
    const from = number === 0 ? 0 : number * stretch;
    const own = runs.get(number) ?? { start: start + from, take: [] };
    own.take.push({ k, offset: offset - from, type });
    runs.set(number, own);
  }
  const ordered = [...runs.values()].sort((x, y) => x.start - y.start);
  let run = 0;
  let row = 0;
  let position = 0;
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes: Uint8Array = rest.length === 0 ? chunk : joined(rest, chunk);
    const first = position - rest.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    position += chunk.length;
    let used = Math.min(Math.max(0, start - first), bytes.length);
    for (;;) {
      const own = ordered[run];
      if (!own || stride === 0) break;
      let at = own.start + row * stride - first;
      for (; row < rows && at + stride <= bytes.length; row += 1, at += stride)
        for (const { k, offset, type } of own.take) {
          const column = numbers[k];
          if (column) column[row] = type.get(view, at + offset);
          else texts[k]?.text(type.text(view, at + offset));
        }
      used = Math.max(used, Math.min(at, bytes.length));
      if (row < rows) break;
      run += 1;
      row = 0;
    }
    rest = bytes.subarray(used);
  }
  if (rows > 0 && run < ordered.length)
    return {
      columns: null,
      problem: cutOff(name, rows, byColumn ? 'the values of not all columns are' : `only ${row} are`),
    };
  return {
    columns: fields.map(({ label }, k) => {
      const own = numbers[k];
      return own
        ? numberColumn(`${name}${label}`, own)
        : (texts[k] ?? createColumn()).finish(`${name}${label}`);
    }),
    problem: null,
  };
}

/** `there` tells what of it is. */
const cutOff = (name: string, rows: number, there: string): Problem =>
  problem(
    'npy-cut-off',
    `${name} is cut off: its header tells of ${rows} rows, but ${there} there. Save it again.`,
  );

/** Names of the columns of an array. */
export const npyNames = (name: string, { fields }: NpyHeader): string[] =>
  fields.map(({ label }) => `${name}${label}`);

/** Values of each column of an array, some rows at a time. Throws a `TableFault` for one that is cut off. */
export async function* npyRows(
  name: string,
  header: NpyHeader,
  chunks: Chunks,
  block: number,
): AsyncGenerator<ArrayLike<unknown>[]> {
  const { rows, fields, stride, start } = header;
  let done = 0;
  let skip = start;
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const skipped = Math.min(skip, chunk.length);
    skip -= skipped;
    rest = joined(rest, chunk.subarray(skipped));
    for (;;) {
      const count = Math.min(block, rows - done);
      if (count === 0 || rest.length < count * stride) break;
      const view = new DataView(rest.buffer, rest.byteOffset, count * stride);
      yield fields.map((field) => valuesAt(view, field, field.offset, stride, count));
      rest = rest.subarray(count * stride);
      done += count;
    }
  }
  if (done < rows)
    throw new CutOff(name, rows, `only ${done + Math.floor(rest.length / Math.max(1, stride))} are`);
}

/** The same of an array whose columns follow each other; `read` gives all bytes of a range, or fewer at the end of the file. */
export async function* npyColumnRows(
  name: string,
  header: NpyHeader,
  read: (position: number, length: number) => Promise<Uint8Array>,
  block: number,
): AsyncGenerator<ArrayLike<unknown>[]> {
  const { rows, fields, stride, start } = header;
  for (let done = 0; done < rows; done += block) {
    const count = Math.min(block, rows - done);
    const columns: ArrayLike<unknown>[] = [];
    for (const field of fields) {
      const bytes = await read(start + field.offset + done * stride, (count - 1) * stride + field.type.size);
      if (bytes.length < (count - 1) * stride + field.type.size)
        throw new CutOff(name, rows, 'the values of not all columns are');
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      columns.push(valuesAt(view, field, 0, stride, count));
    }
    yield columns;
  }
}

class CutOff extends TableFault {
  constructor(name: string, rows: number, there: string) {
    const { id, message } = cutOff(name, rows, there);
    super(id, message);
  }
}

function valuesAt(
  view: DataView,
  { type }: Field,
  offset: number,
  stride: number,
  count: number,
): ArrayLike<unknown> {
  if (type.kind === 'text')
    return Array.from({ length: count }, (_, row) => type.text(view, offset + row * stride));
  const out = new Float64Array(count);
  for (let row = 0; row < count; row += 1) out[row] = type.get(view, offset + row * stride);
  return out;
}
