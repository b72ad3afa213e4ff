/** Hashes by which a run that is picked up knows its data and its definition again. */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import type { GradientJob } from '../engine/job';
import { nextTurn, PIECE, piecesOf } from './pieces';

/** Bytes of a file that are read whole; of a larger one, evenly spaced blocks are. */
const MOST_READ = 256e6;
const BLOCK = 1 << 16;
const PIECE_BLOCKS = PIECE / BLOCK;

/** Of what a job computes: its programs and what they read; second derivatives follow from these. */
export function jobHash(job: GradientJob): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...job, curvature: undefined }))
    .digest('hex');
}

/** Of a text: the same as that of a small file with it. */
export async function textHash(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = createHash('sha256').update(String(bytes.length));
  for (const piece of piecesOf(bytes)) {
    hash.update(piece);
    await nextTurn();
  }
  return hash.digest('hex');
}

/** Of a file's size and content; null where it cannot be read, or changes meanwhile. */
export async function fileHash(path: string): Promise<string | null> {
  try {
    const before = await stat(path);
    const file = await open(path);
    try {
      const hash = createHash('sha256').update(String(before.size));
      const step = Math.max(BLOCK, BLOCK * Math.ceil(before.size / MOST_READ));
      const buffer = new Uint8Array(BLOCK);
      for (let position = 0; position < before.size; position += step) {
        const { bytesRead } = await file.read(buffer, 0, BLOCK, position);
        hash.update(buffer.subarray(0, bytesRead));
        // A file in the system's cache is read without ever waiting.
        if ((position / step) % PIECE_BLOCKS === PIECE_BLOCKS - 1) await nextTurn();
      }
      const after = await stat(path);
      return after.size === before.size && after.mtimeMs === before.mtimeMs ? hash.digest('hex') : null;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
