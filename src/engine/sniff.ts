/** What kind of text a file is, from its first bytes. */
import type { Problem } from '../protocol';
import { isMissing, readNumber } from './cell';

export const problem = (id: string, message: string): Problem => ({
  type: 'problem',
  id,
  message,
  span: null,
});

const DELIMITERS = [',', ';', '\t', '|'] as const;
const QUOTE = '"';

/** Why the bytes cannot be read as a text table, or null. */
export function unreadable(head: Uint8Array): Problem | null {
  const [a, b, c, d] = head;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    return problem(
      'csv-encoding',
      'The file is encoded in UTF-16. Save it as UTF-8 (in Excel: "CSV UTF-8") and choose it again.',
    );
  if (a === 0x1f && b === 0x8b)
    return problem(
      'csv-compressed',
      'The file is compressed with gzip. Unpack it and choose the CSV file inside.',
    );
  if (a === 0x50 && b === 0x4b && c === 3 && d === 4)
    return problem(
      'csv-compressed',
      'The file is a ZIP archive or an Excel workbook. Export the table as CSV and choose that file.',
    );
  const zero = head.indexOf(0);
  if (zero >= 0)
    return problem(
      'csv-binary',
      `The file is not a text table: byte ${zero + 1} is zero. Choose a CSV or TSV file in UTF-8.`,
    );
  return null;
}

/** Length of a UTF-8 byte order mark at the start. */
export function markLength(head: Uint8Array): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}

/** The delimiter that splits the first lines into the same number of fields, more than one if there is any. */
export function sniffDelimiter(text: string): string {
  let best: { delimiter: string; score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const counts = countPerLine(text, delimiter);
    const first = counts[0] ?? 0;
    if (first === 0) continue;
    const same = counts.filter((count) => count === first).length / counts.length;
    const score = same * 1000 + Math.min(first, 999);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function countPerLine(text: string, delimiter: string): number[] {
  const counts: number[] = [];
  let count = 0;
  let quoted = false;
  let used = false;
  for (const char of text) {
    if (char === QUOTE) quoted = !quoted;
    if (char === '\n' && !quoted) {
      if (used) counts.push(count);
      count = 0;
      used = false;
      if (counts.length >= 30) return counts;
    } else if (char !== '\r') {
      used = true;
      if (char === delimiter && !quoted) count += 1;
    }
  }
  // The last line may be cut off: it counts only when it is the only one.
  if (counts.length === 0 && used) counts.push(count);
  return counts;
}

/** A first record is a header when it holds names: some text, and no number. */
export function looksLikeHeader(fields: readonly string[]): boolean {
  const cells = fields.map((field) => field.trim());
  return cells.some((cell) => !isMissing(cell)) && cells.every((cell) => Number.isNaN(readNumber(cell)));
}
