/** What kind of file it is, from its first bytes. */
import type { Problem } from '../protocol';

export const problem = (id: string, message: string): Problem => ({
  type: 'problem',
  id,
  message,
  span: null,
});

export const noRows = (): Problem =>
  problem('no-rows', 'The table has no rows. Choose a file with one row per sample.');

/** A table that cannot be read, with what to tell of it. */
export class TableFault extends Error {
  readonly problem: Problem;
  constructor(id: string, message: string) {
    super(message);
    this.problem = problem(id, message);
  }
}

export type FileKind =
  | 'text'
  | 'json'
  | 'gzip'
  | 'zip'
  | 'npy'
  | 'parquet'
  | 'arrow'
  | 'feather-1'
  | 'utf-16-little'
  | 'utf-16-big';

const startsWith = (head: Uint8Array, ...bytes: readonly number[]): boolean =>
  bytes.every((byte, k) => head[k] === byte);
const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));
/** Bytes that are looked at where there is no mark. */
const PROBED = 64;
const OPEN_BRACKETS: readonly (number | undefined)[] = ascii('[{');
const WHITE: readonly (number | undefined)[] = ascii(' \t\r\n');

/** Text is what is nothing else; `name` settles whether text that begins with a bracket is JSON. */
export function kindOf(head: Uint8Array, name: string): FileKind {
  if (startsWith(head, 0x1f, 0x8b)) return 'gzip';
  if (startsWith(head, 0x50, 0x4b, 3, 4) || startsWith(head, 0x50, 0x4b, 5, 6)) return 'zip';
  if (startsWith(head, 0x93, ...ascii('NUMPY'))) return 'npy';
  if (startsWith(head, ...ascii('PAR1'))) return 'parquet';
  if (startsWith(head, ...ascii('ARROW1')) || startsWith(head, 255, 255, 255, 255)) return 'arrow';
  if (startsWith(head, ...ascii('FEA1'))) return 'feather-1';
  if (startsWith(head, 0xff, 0xfe)) return 'utf-16-little';
  if (startsWith(head, 0xfe, 0xff)) return 'utf-16-big';
  const wide = wideText(head.subarray(0, PROBED));
  if (wide) return wide;
  const first = head.subarray(markLength(head)).find((byte) => !WHITE.includes(byte));
  return OPEN_BRACKETS.includes(first) && !/\.(csv|tsv|tab|txt|dat)$/i.test(name) ? 'json' : 'text';
}

/** Plain text of two bytes per character has a zero in each, always on the same side. */
function wideText(head: Uint8Array): FileKind | null {
  if (head.length < 4) return null;
  const zeros = (from: number): boolean => head.every((byte, k) => (k % 2 === from) === (byte === 0));
  return zeros(1) ? 'utf-16-little' : zeros(0) ? 'utf-16-big' : null;
}

/** Why the bytes cannot be read as a text table, or null. */
export function unreadable(head: Uint8Array): Problem | null {
  const zero = head.indexOf(0);
  if (zero >= 0)
    return problem(
      'csv-binary',
      `The file is not a text table: byte ${zero + 1} is zero. Choose a CSV, JSON, Parquet, Arrow or NumPy file.`,
    );
  return null;
}

/** Length of a UTF-8 byte order mark at the start. */
export function markLength(head: Uint8Array): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}
