/** How a text table is written, found out from its first lines: delimiter, decimals, comments, and the names of columns. */
import { isMissing, readNumber, type Decimal } from './cell';

export interface Dialect {
  /** One character; a blank stands for any run of blanks and tabs. */
  readonly delimiter: string;
  readonly decimal: Decimal;
  /** The character with which lines begin that are not read. */
  readonly comment: string | null;
}

export interface DialectOptions {
  readonly delimiter?: string;
  readonly decimal?: Decimal;
  readonly header?: boolean;
}

/** What the first lines say of the whole. */
export interface Layout {
  readonly dialect: Dialect;
  /** Whether the first record holds the names. */
  readonly header: boolean;
  /** Names as they are written, one per column; null where there are none. */
  readonly names: readonly string[] | null;
}

const DELIMITERS = [',', ';', '\t', '|', ' '] as const;
const COMMENTS = ['#', '%'] as const;
/** Lines that are looked at. */
const LINES = 100;

/** The delimiter that a first line `sep=;` tells, as spreadsheets read and write it, with the length of the line. */
export function toldDelimiter(head: string): { readonly delimiter: string; readonly length: number } | null {
  const [line, delimiter] = /^sep=([,;|\t])(?:\r\n|\r|\n)/i.exec(head) ?? [];
  return line === undefined || delimiter === undefined ? null : { delimiter, length: line.length };
}

/** The layout of a text that begins with `head`; `whole` where nothing follows. */
export function sniffLayout(head: string, whole: boolean, options: DialectOptions = {}): Layout {
  const lines = linesOf(head, whole);
  const comment = sniffComment(lines);
  const body = comment === null ? lines : lines.filter((line) => !line.trimStart().startsWith(comment));
  const delimiter = options.delimiter ?? sniffDelimiter(body);
  const records = body.map((line) => splitLine(line, delimiter));
  const decimal = options.decimal ?? sniffDecimal(records, delimiter);
  const dialect: Dialect = { delimiter, decimal, comment };
  const [first = [], ...rest] = records;
  const header = options.header ?? (looksLikeHeader(first, decimal) || looksLikeLabels(first, rest, decimal));
  if (header) return { dialect, header, names: withRowNames(first, rest) };
  const told =
    comment === null || options.header === false ? null : toldNames(lines, comment, dialect, first);
  return { dialect, header, names: told };
}

/** A header with one name fewer than the rows have fields leaves out the name of the first, or rows end in a delimiter. */
function withRowNames(header: readonly string[], rest: readonly (readonly string[])[]): readonly string[] {
  const more = rest.length >= 2 && rest.every((fields) => fields.length === header.length + 1);
  if (!more) return header;
  return rest.every((fields) => fields.at(-1) === '') ? [...header, ''] : ['', ...header];
}

/** Names in the last comment before the data, as `numpy.savetxt` writes them. */
function toldNames(
  lines: readonly string[],
  comment: string,
  dialect: Dialect,
  first: readonly string[],
): readonly string[] | null {
  const start = lines.findIndex((line) => !line.trimStart().startsWith(comment));
  const told = lines[start - 1];
  if (told === undefined) return null;
  const names = splitLine(told.trim().replaceAll(comment, ''), dialect.delimiter);
  return names.length > 1 && names.length === first.length && looksLikeHeader(names, dialect.decimal)
    ? names
    : null;
}

/** The first lines that are not blank, breaks inside quotes aside. */
function linesOf(text: string, whole: boolean): string[] {
  const lines: string[] = [];
  let quoted = false;
  let from = 0;
  for (let p = 0; p < text.length && lines.length < LINES; p += 1) {
    const char = text[p];
    if (char === '"') quoted = !quoted;
    if (quoted || (char !== '\n' && char !== '\r')) continue;
    if (text.slice(from, p).trim() !== '') lines.push(text.slice(from, p));
    from = p + 1;
  }
  // The last line may be cut off: it counts only when it is the only one.
  if (lines.length < LINES && (whole || lines.length === 0) && text.slice(from).trim() !== '')
    lines.push(text.slice(from));
  return lines;
}

/** Lines that begin with a comment character are comments when they are the first or the fewer. */
function sniffComment(lines: readonly string[]): string | null {
  for (const mark of COMMENTS) {
    const marked = lines.map((line) => line.trimStart().startsWith(mark));
    const count = marked.filter(Boolean).length;
    if (count > 0 && count < lines.length && (marked[0] === true || 2 * count <= lines.length)) return mark;
  }
  return null;
}

/** The delimiter that splits the lines into the same number of fields, of which the most are numbers. */
export function sniffDelimiter(lines: readonly string[]): string {
  let best: { readonly delimiter: string; readonly score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const records = lines.map((line) => splitLine(line, delimiter));
    const usual = mostFrequent(records.map((fields) => fields.length));
    if (usual < 2) continue;
    // The name of the first column may be left out, as R does.
    const [header, ...rest] = records;
    const short = delimiter === ' ' && rest.length >= 2 && header?.length === usual - 1;
    const alike = records.filter((fields) => fields.length === usual).length + (short ? 1 : 0);
    const same = alike / records.length;
    const score = 2 * same + numericShare(records, delimiter) + Math.min(usual, 999) / 1e6;
    // Blanks are in texts too: they delimit only where nothing else does.
    if (score > best.score && (delimiter !== ' ' || same === 1)) best = { delimiter, score };
  }
  return best.delimiter;
}

function numericShare(records: readonly (readonly string[])[], delimiter: string): number {
  const decimal = sniffDecimal(records, delimiter);
  const cells = (records.length > 1 ? records.slice(1) : records).flat();
  const numbers = cells.filter((cell) => isMissing(cell) || !Number.isNaN(readNumber(cell, decimal)));
  return cells.length === 0 ? 0 : numbers.length / cells.length;
}

function mostFrequent(counts: readonly number[]): number {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  let best = 0;
  for (const [count, n] of times) if (n > (times.get(best) ?? 0)) best = count;
  return best;
}

/** Three digits after one comma may be a group or decimals: such cells decide nothing by themselves. */
const UNDECIDED = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;
const COMMA = /^[+-]?(?:\d+|\d{1,3}(?:[. '\u00a0\u202f]\d{3})+|),\d+(?:e[+-]?\d+)?$/i;
const POINT = /^[+-]?(?:\d+|\d{1,3}(?:[, '\u00a0\u202f]\d{3})+|)\.\d*(?:e[+-]?\d+)?$/i;

function sniffDecimal(records: readonly (readonly string[])[], delimiter: string): Decimal {
  let commas = 0;
  let points = 0;
  let undecided = 0;
  for (const cell of records.flat()) {
    if (UNDECIDED.test(cell)) undecided += cell.includes(',') ? 1 : 0;
    else if (COMMA.test(cell)) commas += 1;
    else if (POINT.test(cell)) points += 1;
  }
  if (commas !== points) return commas > points ? ',' : '.';
  // Who delimits by something else than a comma usually does so because the comma marks decimals.
  return points === 0 && undecided > 0 && delimiter !== ',' ? ',' : '.';
}

/** The trimmed fields of a line, quotes taken off. */
export function splitLine(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  const blank = delimiter === ' ';
  const ends = (char: string | undefined): boolean =>
    blank ? char === ' ' || char === '\t' : char === delimiter;
  let p = 0;
  const text = blank ? line.trim() : line;
  for (;;) {
    while (text[p] === ' ' && p < text.length) p += 1;
    let field = '';
    if (text[p] === '"') {
      const { value, end } = unquoted(text, p);
      field = value;
      p = end;
    }
    const from = p;
    while (p < text.length && !ends(text[p])) p += 1;
    fields.push((field + text.slice(from, p)).trim());
    if (p >= text.length) return fields;
    while (blank && ends(text[p + 1])) p += 1;
    p += 1;
  }
}

/** A quoted text from its first quote on; two quotes inside stand for one. */
function unquoted(text: string, start: number): { readonly value: string; readonly end: number } {
  let value = '';
  let p = start + 1;
  for (;;) {
    const close = text.indexOf('"', p);
    if (close < 0) return { value: value + text.slice(p), end: text.length };
    value += text.slice(p, close);
    if (text[close + 1] !== '"') return { value, end: close + 1 };
    value += '"';
    p = close + 2;
  }
}

/** A first record is a header when it holds names: some text, and no number. */
export function looksLikeHeader(cells: readonly string[], decimal: Decimal = '.'): boolean {
  return (
    cells.some((cell) => !isMissing(cell)) && cells.every((cell) => Number.isNaN(readNumber(cell, decimal)))
  );
}

/** Years, as names of columns, and numbers that whoever writes a table gives columns without names. */
const isYear = (label: number): boolean => label >= 1800 && label < 2200;
const LEAST_NUMBERED = 3;
/** A share of cells that are years by chance. */
const BY_CHANCE = 0.05;

/**
 * Whether a first record holds names of which some or all are whole numbers at equal steps: years over values that are none,
 * or numbers beside a name (or a gap) over a column that has numbers (or no gaps). What may as well be data is data.
 */
function looksLikeLabels(
  first: readonly string[],
  rest: readonly (readonly string[])[],
  decimal: Decimal,
): boolean {
  const places = first.flatMap((cell, k) => (/^\d+$/.test(cell) ? [k] : []));
  const labels = places.map((k) => Number(first[k]));
  const [low = 0, next = low] = labels;
  const step = next - low;
  const even = labels.every((label, k) => label === low + k * step);
  if (rest.length === 0 || labels.length < 2 || step === 0 || !even) return false;
  const others = first.flatMap((_, k) => (places.includes(k) ? [] : [k]));
  if (others.some((k) => !Number.isNaN(readNumber(first[k] ?? '', decimal)))) return false;
  const cellsOf = (columns: readonly number[]): string[] =>
    rest.flatMap((record) => columns.map((k) => record[k] ?? '')).filter((cell) => !isMissing(cell));
  const named = others.filter((k) => !isMissing(first[k] ?? ''));
  const isNumber = (cell: string): boolean => !Number.isNaN(readNumber(cell, decimal));
  if (named.some((k) => cellsOf([k]).length > 0 && cellsOf([k]).every(isNumber))) return true;
  const cells = cellsOf(places);
  const years = cells.filter((cell) => /^\d{4}$/.test(cell) && isYear(Number(cell)));
  if (labels.every(isYear) && cells.length > 0 && years.length <= BY_CHANCE * cells.length) return true;
  const numbered = low === 0 && step === 1 && labels.length >= LEAST_NUMBERED;
  return numbered && first[0] === '' && rest.every((record) => !isMissing(record[0] ?? ''));
}

const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
  ' ': 'blanks',
};

/** How the table was read, in words. */
export function describeLayout({ dialect, header, names }: Layout): string {
  const parts = [`columns apart by ${DELIMITER_NAMES[dialect.delimiter] ?? `"${dialect.delimiter}"`}`];
  parts.push(
    header ? 'names in the first line' : names ? `names after "${dialect.comment ?? ''}"` : 'no names',
  );
  if (dialect.decimal === ',') parts.push('decimal commas');
  if (dialect.comment !== null) parts.push(`lines with ${dialect.comment} left out`);
  return parts.join(', ');
}
