/** Files as the pieces that they consist of, each of which is read once whatever changes around it. */
import type { Span } from '../core/definition';
import { moved } from './moved';
import { containsError, type ParsedText, type Parsers, type Piece, type SyntaxNode } from './parse';
import type { Positions } from './positions';
import { eachStatement, type Comment, type ModulePiece, type Statement } from './syntax';

/** What a reader makes of one piece, with places as in the whole text. */
export interface PieceReading {
  readonly line: number;
  /** As in the spans. */
  readonly file: string | null;
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  readonly errors: readonly Span[];
  readonly deep: readonly Span[];
  /** Tells pieces with different statements apart. */
  readonly id: number;
  /** The text without its comments and empty lines. */
  readonly code: string;
  /** The lines that are not empty, counted from the first one. */
  readonly lines: readonly number[];
}

/** Reads one piece; `offset` is where it begins in the whole text, `part` where its part does. */
export type PieceReader = (
  piece: Piece,
  offset: number,
  part: number,
) => Omit<PieceReading, 'line' | 'file' | 'id' | 'code' | 'lines'>;

/** A part of a text that was parsed by itself. */
export interface Part {
  readonly parsed: ParsedText;
  readonly offset: number;
}

export interface PieceList {
  readonly pieces: readonly ModulePiece[];
  readonly comments: readonly Comment[];
  readonly errors: readonly Span[];
  readonly deep: readonly Span[];
}

/** Reads the pieces of a text in order, those that were read before only where they have other lines now. */
export function readPieces(
  parts: readonly Part[],
  positions: Positions,
  parsers: Parsers,
  file: string | null,
  read: PieceReader,
): PieceList {
  const pieces: ModulePiece[] = [];
  const comments: Comment[] = [];
  const errors: Span[] = [];
  const deep: Span[] = [];
  for (const { parsed, offset } of parts)
    for (const piece of parsed.pieces) {
      const span = positions.span(offset + piece.start, offset + piece.start + piece.text.length);
      const reading = readingOf(piece, span, file, parsers, () => read(piece, offset + piece.start, offset));
      comments.push(...reading.comments);
      errors.push(...reading.errors);
      deep.push(...reading.deep);
      pieces.push({
        id: reading.id,
        type: piece.node.type,
        code: reading.code,
        startLine: span.startLine,
        endLine: span.endLine,
        lines: reading.lines,
        part: offset,
        statements: reading.statements,
      });
    }
  return { pieces, comments, errors, deep };
}

function readingOf(
  piece: Piece,
  { startLine, startColumn }: Span,
  file: string | null,
  { readings, idOf }: Parsers,
  read: () => ReturnType<PieceReader>,
): PieceReading {
  // Columns of the first line depend on what stands before it.
  const before = startColumn === 1 ? readings.get(piece.node) : undefined;
  const known = before?.file === file ? before : undefined;
  if (known?.line === startLine) return known;
  const fresh = (): Omit<PieceReading, 'id'> => {
    const made = read();
    return { line: startLine, file, ...codeOf(piece, startLine, startColumn, made.comments), ...made };
  };
  const { line, code, lines, ...kept } = known ?? fresh();
  const moving = { ...moved(kept, (at) => at + startLine - line), line: startLine, code, lines };
  const id = known?.id ?? idOf(contentOf(piece, startColumn, moving));
  const reading = { ...moving, id };
  if (startColumn === 1) readings.set(piece.node, reading);
  return reading;
}

/** The text of a piece without the comments that end its lines, without empty lines and without spaces at the ends of lines. */
function codeOf(
  { text, node }: Piece,
  startLine: number,
  startColumn: number,
  comments: readonly Comment[],
): { readonly code: string; readonly lines: readonly number[] } {
  const all = text.split('\n');
  for (const { span } of comments) {
    const first = span.startLine - startLine;
    const last = span.endLine - startLine;
    const before = (k: number): number => (k === 0 ? startColumn : 1);
    if (/\S/.test(all[last]?.slice(span.endColumn - before(last)) ?? '')) continue;
    all[first] = (all[first] ?? '').slice(0, span.startColumn - before(first)).trimEnd();
    for (let k = first + 1; k <= last; k += 1) all[k] = '';
  }
  const isExact = exactLines(node, text);
  const code: string[] = [];
  const lines: number[] = [];
  all.forEach((line, k) => {
    const own = isExact(k) ? line : line.trimEnd();
    if (own === '' && !isExact(k) && !isExact(k - 1) && !code.at(-1)?.endsWith('\\')) return;
    code.push(own);
    lines.push(k);
  });
  return { code: code.join('\n'), lines };
}

/** Lines that end inside of a string, where white space counts; all lines of what could not be parsed. */
function exactLines(node: SyntaxNode, text: string): (line: number) => boolean {
  if (containsError(node)) return () => true;
  const exact = new Set<number>();
  const visit = (inner: SyntaxNode): void => {
    if (!/string|jsx_text/.test(inner.type)) {
      inner.children.forEach(visit);
      return;
    }
    const own = text.slice(inner.start, inner.end).split('\n').length - 1;
    if (own === 0) return;
    const first = text.slice(0, inner.start).split('\n').length - 1;
    for (let k = 0; k < own; k += 1) exact.add(first + k);
  };
  visit(node);
  return (line) => exact.has(line);
}

/** All that the statements of a piece are made of: its code, and the places where they end, which comments may move. */
function contentOf(
  { node }: Piece,
  startColumn: number,
  { code, lines, statements, line }: Pick<PieceReading, 'code' | 'lines' | 'statements' | 'line'>,
): string {
  const ends: number[] = [];
  const note = (s: Statement): void => {
    const end = s.span.endLine - line;
    const k = lastUpTo(lines, end);
    ends.push(k, end - (lines[k] ?? 0), s.span.endColumn);
    if (s.kind === 'function') eachStatement(s.fn.body, note);
    if (s.kind === 'class') eachStatement(s.node.body, note);
  };
  eachStatement(statements, note);
  return `${node.type} ${startColumn} ${ends.join()}\n${code}`;
}

/** The position of the last of these lines that is not after `line`. */
export function lastUpTo(lines: readonly number[], line: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle] ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}
