/** Bytes that come in pieces: unpacked, or put into another encoding, on their way. */
import { TableFault } from '../sniff';

export type Chunks = AsyncIterable<Uint8Array>;

/** A gzip stream, unpacked. Throws a `TableFault` for one that is damaged. */
export async function* gunzip(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  let fault: { readonly error: unknown } | null = null;
  const write = async (): Promise<void> => {
    for await (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  };
  // What the source throws ends the unpacking, and is thrown there.
  const written = write().catch(async (error: unknown) => {
    fault = { error };
    await writer.abort(error);
  });
  try {
    for await (const chunk of stream.readable) yield chunk as Uint8Array;
    await written;
  } catch (error) {
    if (fault !== null) throw (fault as { readonly error: unknown }).error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TableFault(
      'file-damaged',
      `What is packed in the file cannot be unpacked (${reason}): it is damaged or cut off. Get the whole file.`,
    );
  }
}

/** UTF-16 to UTF-8; a byte order mark at the start is left out. */
export async function* fromUtf16(chunks: Chunks, bigEndian: boolean): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-16le');
  const encoder = new TextEncoder();
  let odd: number | null = null;
  for await (const chunk of chunks) {
    const whole: Uint8Array = odd === null ? chunk.slice() : Uint8Array.of(odd, ...chunk);
    odd = whole.length % 2 === 1 ? (whole.at(-1) ?? null) : null;
    const pairs = whole.subarray(0, whole.length - (whole.length % 2));
    if (bigEndian)
      for (let p = 0; p < pairs.length; p += 2) {
        const first = pairs[p] ?? 0;
        pairs[p] = pairs[p + 1] ?? 0;
        pairs[p + 1] = first;
      }
    yield encoder.encode(decoder.decode(pairs, { stream: true }));
  }
  yield encoder.encode(decoder.decode());
}

/** All bytes in one array; null where there are more than `most`. */
export async function gathered(chunks: Chunks, most: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most) return null;
    parts.push(chunk);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The first bytes, at least `length` of them if there are so many, and all bytes from the first on. */
export async function headOf(
  chunks: Chunks,
  length: number,
): Promise<{ readonly head: Uint8Array; readonly all: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < length) {
    const next = await iterator.next();
    if (next.done) break;
    head = head.length === 0 ? next.value : joined(head, next.value);
  }
  const all = (async function* () {
    yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  })();
  return { head, all };
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
