/** Files of the product's own, in which numbers lie that are too many for memory. The engine opens none itself: what can is given. */
import type { Problem } from '../protocol';
import type { RowSource, Strip } from './rowSource';

export interface StorageFile {
  /** Bytes written so far, up to the last. */
  readonly size: number;
  /** Throws a `StorageFault`, as do the others. */
  write(position: number, bytes: Uint8Array): void;
  /** Fills the target. */
  read(position: number, target: Uint8Array): void;
  /** Closes the file, and removes it unless it is kept for later sessions. */
  discard(): void;
}

/** A strip of the rows of a dataset with its place in the file, in bytes. */
export interface FiledStrip extends Strip {
  readonly offset: number;
}

export interface Storage {
  create(): StorageFile;
  /** Rows of a file: its strips, all `rows` of them. */
  rows(
    file: StorageFile,
    strips: readonly FiledStrip[],
    rows: number,
    sample: RowSource['sample'],
  ): RowSource;
  /** Bytes that a block of rows may take in memory, and those that all chosen rows may: fewer are taken there. */
  readonly blockBytes: number;
  readonly memory: number;
}

/** Numbers that cannot be kept, or read again, with what to tell of it. */
export class StorageFault extends Error {
  readonly problem: Problem;
  constructor(id: string, message: string) {
    super(message);
    this.problem = { type: 'problem', id, message, span: null };
  }
}
