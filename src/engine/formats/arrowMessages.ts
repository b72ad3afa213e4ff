/**
 * The messages of Arrow's format one by one ("Encapsulated message format" of its specification): a file is a stream of them
 * between two marks, and each batch of rows can be read with the schema and the dictionaries before it.
 */
import { TableFault } from '../sniff';
import type { RandomAccess } from './zip';
import { readAll } from './zip';

export interface ArrowMessage {
  readonly kind: 'schema' | 'dictionary' | 'batch' | 'other';
  /** The message with its body, as in a stream. */
  readonly bytes: Uint8Array;
}

const MARK = 'ARROW1';
const CONTINUED = 0xffffffff;
const KINDS: readonly (ArrowMessage['kind'] | undefined)[] = ['other', 'schema', 'dictionary', 'batch'];

/** `fits` is told of the bytes of each message before they are read, and may throw. */
export async function* arrowMessages(
  file: RandomAccess,
  fits: (bytes: number) => void,
): AsyncGenerator<ArrowMessage> {
  const head = await readAll(file, 0, Math.min(8, file.size));
  let position = new TextDecoder().decode(head.subarray(0, MARK.length)) === MARK ? 8 : 0;
  while (position + 4 <= file.size) {
    const prefix = viewOf(await readAll(file, position, Math.min(8, file.size - position)));
    // Before version 0.15 the length came first.
    const isMarked = prefix.getUint32(0, true) === CONTINUED;
    if (isMarked && prefix.byteLength < 8) break;
    const length = prefix.getInt32(isMarked ? 4 : 0, true);
    if (length === 0) return;
    const start = position + (isMarked ? 8 : 4);
    if (length < 0 || start + length > file.size) throw cut();
    const { kind, body } = headerOf(viewOf(await readAll(file, start, length)));
    const end = start + length + body;
    if (body < 0 || end > file.size) throw cut();
    fits(end - position);
    yield { kind, bytes: await readAll(file, position, end - position) };
    position = end;
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const cut = (): TableFault =>
  new TableFault(
    'file-truncated',
    'The file is cut off: it ends before what its parts tell of. Get the whole file.',
  );

/** The kind of a message and the bytes of its body, from the FlatBuffers table of its metadata (fields 1 and 3 of `Message`). */
function headerOf(view: DataView): { readonly kind: ArrowMessage['kind']; readonly body: number } {
  const table = view.getUint32(0, true);
  const fields = table - view.getInt32(table, true);
  const count = (view.getUint16(fields, true) - 4) / 2;
  const placeOf = (field: number): number => {
    const offset = field < count ? view.getUint16(fields + 4 + 2 * field, true) : 0;
    return offset === 0 ? 0 : table + offset;
  };
  const [kind, body] = [placeOf(1), placeOf(3)];
  return {
    kind: (kind === 0 ? undefined : KINDS[view.getUint8(kind)]) ?? 'other',
    body: body === 0 ? 0 : Number(view.getBigInt64(body, true)),
  };
}
