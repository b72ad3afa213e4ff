/** What the readers of Python share: the text, places in it, and what was met on the way. */
import type { Span } from '../core/definition';
import type { SyntaxNode } from './parse';
import type { Positions } from './positions';
import type { Comment } from './syntax';

export interface Reader {
  readonly text: string;
  /** Added to offsets of the node, for text that was parsed in pieces. */
  readonly offset: number;
  readonly positions: Positions;
  readonly comments: Comment[];
  readonly errors: Span[];
  readonly deep: Span[];
}

export const TOO_DEEP_REASON = 'this is too long or too deeply nested';

export const spanOf = (node: SyntaxNode, reader: Reader): Span =>
  reader.positions.span(node.start + reader.offset, node.end + reader.offset);

export const textOf = (node: SyntaxNode, reader: Reader): string => reader.text.slice(node.start, node.end);
