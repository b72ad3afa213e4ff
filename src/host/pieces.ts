/** Many bytes a piece at a time, so that nothing else in the thread waits for long. */

/** Bytes that are hashed in well under a millisecond. */
export const PIECE = 1 << 18;

export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE);
}

/** Resolves after what else is waiting for the thread had its turn. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
