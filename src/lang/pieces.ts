/** Files as the pieces that they consist of, each of which is read once whatever changes around it. */
import type { Span } from '../core/definition';
import { moved } from './moved';
import type { ParsedText, Parsers, Piece } from './parse';
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
  /** The text without its comments. */
  readonly code: string;
}

/** Reads one piece; `offset` is where it begins in the whole text, `part` where its part does. */
export type PieceReader = (
  piece: Piece,
  offset: number,
  part: number,
) => Omit<PieceReading, 'line' | 'file' | 'id' | 'code'>;

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
    return { line: startLine, file, code: codeOf(piece, startLine, startColumn, made.comments), ...made };
  };
  const { line, code, ...kept } = known ?? fresh();
  const moving = { ...moved(kept, (at) => at + startLine - line), line: startLine, code };
  const id = known?.id ?? idOf(contentOf(piece, startColumn, moving));
  const reading = { ...moving, id };
  if (startColumn === 1) readings.set(piece.node, reading);
  return reading;
}

/** The text of a piece without the comments that end its lines. */
function codeOf(
  { text }: Piece,
  startLine: number,
  startColumn: number,
  comments: readonly Comment[],
): string {
  if (comments.length === 0) return text;
  const lines = text.split('\n');
  for (const { span } of comments) {
    const first = span.startLine - startLine;
    const last = span.endLine - startLine;
    const before = (k: number): number => (k === 0 ? startColumn : 1);
    if (/\S/.test(lines[last]?.slice(span.endColumn - before(last)) ?? '')) continue;
    lines[first] = (lines[first] ?? '').slice(0, span.startColumn - before(first)).trimEnd();
    for (let k = first + 1; k <= last; k += 1) lines[k] = '';
  }
  return lines.join('\n');
}

/** All that the statements of a piece are made of: its code, and the places where they end, which comments may move. */
function contentOf(
  { node }: Piece,
  startColumn: number,
  { code, statements, line }: Pick<PieceReading, 'code' | 'statements' | 'line'>,
): string {
  const ends: number[] = [];
  const note = (s: Statement): void => {
    ends.push(s.span.endLine - line, s.span.endColumn);
    if (s.kind === 'function') eachStatement(s.fn.body, note);
    if (s.kind === 'class') eachStatement(s.node.body, note);
  };
  eachStatement(statements, note);
  return `${node.type} ${startColumn} ${ends.join()}\n${code}`;
}
