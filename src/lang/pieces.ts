/** Files as the pieces that they consist of, each of which is read once whatever changes around it. */
import type { Span } from '../core/definition';
import { moved } from './moved';
import type { ParsedText, Parsers, Piece } from './parse';
import type { Positions } from './positions';
import type { Comment, ModulePiece, Statement } from './syntax';

/** What a reader makes of one piece, with places as in the whole text. */
export interface PieceReading {
  readonly line: number;
  /** As in the spans. */
  readonly file: string | null;
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  readonly errors: readonly Span[];
  readonly deep: readonly Span[];
  /** Tells pieces with different texts apart. */
  readonly id: number;
}

/** Reads one piece; `offset` is where it begins in the whole text, `part` where its part does. */
export type PieceReader = (
  piece: Piece,
  offset: number,
  part: number,
) => Omit<PieceReading, 'line' | 'file' | 'id'>;

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
        text: piece.text,
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
  { readings, nextId }: Parsers,
  read: () => ReturnType<PieceReader>,
): PieceReading {
  // Columns of the first line depend on what stands before it.
  const before = startColumn === 1 ? readings.get(piece.node) : undefined;
  const known = before?.file === file ? before : undefined;
  if (known?.line === startLine) return known;
  const { line, id, ...kept } = known ?? { line: startLine, id: before?.id ?? nextId(), file, ...read() };
  const reading = { ...moved(kept, (at) => at + startLine - line), line: startLine, id };
  if (startColumn === 1) readings.set(piece.node, reading);
  return reading;
}
