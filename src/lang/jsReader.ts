/** What the readers of JavaScript and TypeScript share: the text, its places, and what was met on the way. */
import type { Span } from '../core/definition';
import type { SyntaxNode } from './parse';
import type { Positions } from './positions';
import type { Comment, Expression, Statement } from './syntax';

export interface JsReader {
  readonly text: string;
  /** Added to offsets of the node, for text that was parsed in pieces. */
  readonly offset: number;
  readonly hasError: boolean;
  readonly positions: Positions;
  readonly comments: Comment[];
  readonly errors: Span[];
  readonly deep: Span[];
  /** Variables of the functions around the present place; those of the file are not among them. */
  readonly outer: ReadonlySet<string>;
  /** Reads the statements of a body. */
  readonly block: (node: SyntaxNode | null, reader: JsReader) => Statement[];
  /** Reads an expression that is a statement of its own. */
  readonly simple: (node: SyntaxNode, reader: JsReader) => Statement[];
}

export const spanOf = (node: SyntaxNode, reader: JsReader): Span =>
  reader.positions.span(node.start + reader.offset, node.end + reader.offset);

export const textOf = (node: SyntaxNode, reader: JsReader): string => reader.text.slice(node.start, node.end);

export const unread = (node: SyntaxNode, reason: string, reader: JsReader): Expression => ({
  kind: 'unreadable',
  reason,
  span: spanOf(node, reader),
});

export const TOO_DEEP_REASON = 'this is too long or too deeply nested';

/** A statement in place of text that the grammar could not read. */
export function broken(node: SyntaxNode, reader: JsReader): Statement {
  const span = spanOf(node, reader);
  reader.errors.push(span);
  return { kind: 'unreadable', reason: 'this cannot be read', span };
}
