/** The files in a ZIP archive (PKWARE APPNOTE 6.3), by its directory at the end. */
import { TableFault } from '../sniff';
import { gunzip, type Chunks } from './stream';

export interface ZipEntry {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  open(): Chunks;
}

export interface RandomAccess {
  readonly size: number;
  read(position: number, length: number): Promise<Uint8Array>;
}

const broken = (what: string): TableFault => new TableFault('zip-damaged', `The file ${what}.`);

const END = 0x06054b50;
const END_64_PLACE = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const CHUNK = 1 << 18;
const IN_64 = 0xffffffff;

/** Throws a `TableFault` for what is no archive that can be read. */
export async function zipEntries(file: RandomAccess): Promise<readonly ZipEntry[]> {
  const tailLength = Math.min(file.size, END_LENGTH + LONGEST_COMMENT);
  const tail = view(await readAll(file, file.size - tailLength, tailLength));
  let end = tail.byteLength - END_LENGTH;
  while (end >= 0 && tail.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw broken('is a ZIP archive without its directory: it is cut off. Get the whole file');
  let count = tail.getUint16(end + 10, true);
  let length = tail.getUint32(end + 12, true);
  let place = tail.getUint32(end + 16, true);
  if (end >= 20 && tail.getUint32(end - 20, true) === END_64_PLACE) {
    const record = view(await readAll(file, Number(tail.getBigUint64(end - 12, true)), 56));
    if (record.getUint32(0, true) !== END_64) throw broken('is a ZIP archive that is damaged');
    count = Number(record.getBigUint64(32, true));
    length = Number(record.getBigUint64(40, true));
    place = Number(record.getBigUint64(48, true));
  }
  const directory = view(await readAll(file, place, length));
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let k = 0; k < count; k += 1) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== ENTRY)
      throw broken('is a ZIP archive whose directory is damaged');
    const nameLength = directory.getUint16(at + 28, true);
    const extraLength = directory.getUint16(at + 30, true);
    entries.push(entryAt(file, directory, at));
    at += 46 + nameLength + extraLength + directory.getUint16(at + 32, true);
  }
  return entries.filter(({ name }) => !name.endsWith('/') && !name.startsWith('__MACOSX/'));
}

function entryAt(file: RandomAccess, directory: DataView, at: number): ZipEntry {
  const flags = directory.getUint16(at + 8, true);
  const method = directory.getUint16(at + 10, true);
  const crc = directory.getUint32(at + 16, true);
  const nameLength = directory.getUint16(at + 28, true);
  const bytes = new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameLength);
  const name = new TextDecoder().decode(bytes);
  let [packed, size, place] = [20, 24, 42].map((offset) => directory.getUint32(at + offset, true)) as [
    number,
    number,
    number,
  ];
  // Sizes that need 64 bits are in an extra field, in this order.
  let extra = at + 46 + nameLength;
  const extraEnd = extra + directory.getUint16(at + 30, true);
  while (extra + 4 <= extraEnd) {
    if (directory.getUint16(extra, true) === 1) {
      let field = extra + 4;
      const next = (value: number): number => {
        if (value !== IN_64) return value;
        field += 8;
        return Number(directory.getBigUint64(field - 8, true));
      };
      size = next(size);
      packed = next(packed);
      place = next(place);
    }
    extra += 4 + directory.getUint16(extra + 2, true);
  }
  const open = async function* (): AsyncGenerator<Uint8Array> {
    if ((flags & 1) !== 0) throw broken(`is encrypted: ${name} in it cannot be read without a password`);
    if (method !== STORED && method !== DEFLATED)
      throw broken(`packs ${name} by a method that is not known (${method}). Pack it with "deflate"`);
    const local = view(await readAll(file, place, 30));
    if (local.getUint32(0, true) !== LOCAL) throw broken(`is a ZIP archive in which ${name} is damaged`);
    const start = place + 30 + local.getUint16(26, true) + local.getUint16(28, true);
    const chunks = range(file, start, packed);
    yield* method === STORED ? chunks : gunzip(asGzip(chunks, crc, size));
  };
  return { name, size, open };
}

/** Deflated bytes between a gzip header and trailer (RFC 1952): hosts unpack gzip, and check its sum. */
async function* asGzip(deflated: Chunks, crc: number, size: number): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
  yield* deflated;
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, crc, true);
  trailer.setUint32(4, size % 2 ** 32, true);
  yield new Uint8Array(trailer.buffer);
}

async function* range(file: RandomAccess, start: number, length: number): AsyncGenerator<Uint8Array> {
  let position = start;
  while (position < start + length) {
    const chunk = await file.read(position, Math.min(CHUNK, start + length - position));
    if (chunk.length === 0) throw broken('is a ZIP archive that is cut off. Get the whole file');
    position += chunk.length;
    yield chunk;
  }
}

/** Exactly that many bytes. */
export async function readAll(file: RandomAccess, position: number, length: number): Promise<Uint8Array> {
  const all = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const chunk = await file.read(position + at, length - at);
    if (chunk.length === 0)
      throw new TableFault(
        'file-truncated',
        'The file is cut off: it ends before what its parts tell of. Get the whole file.',
      );
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
