/** Problems of a file as a whole: what its grammar cannot read, and what is too much. */
import type { Span } from '../core/definition';
import type { Problem } from '../protocol';
import type { Callable } from './execution';
import type { Module } from './syntax';

export function syntaxProblems({ errors, deep }: Module, title: string): Problem[] {
  return [
    ...placeProblems(
      errors,
      'syntax-error',
      `cannot be read as ${title}; definitions that contain it are left out until it is complete`,
    ),
    ...placeProblems(
      deep,
      'too-deep',
      'is too long or too deeply nested to be read; compute it in several steps',
    ),
  ];
}

const MAX_PLACES = 3;

/** One problem for each line, and the rest of many as a number. */
function placeProblems(spans: readonly Span[], id: string, says: string): Problem[] {
  const lines = [...new Map([...spans].reverse().map((span) => [span.startLine, span])).values()].reverse();
  const rest = lines.length - MAX_PLACES;
  const more = rest > 0 ? ` The same holds for ${rest} more ${rest === 1 ? 'place' : 'places'}.` : '';
  return lines.slice(0, MAX_PLACES).map((span, k) => ({
    type: 'problem',
    id,
    message: `Line ${span.startLine} ${says}.${k === MAX_PLACES - 1 ? more : ''}`,
    span,
  }));
}

export const NOT_TEXT: Problem = {
  type: 'problem',
  id: 'not-text',
  message: 'This is not a text file: it contains NUL characters.',
  span: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
};

/** Functions that came after too much work. */
export function unreadProblems([first, ...more]: readonly Callable[]): Problem[] {
  if (!first) return [];
  const others = more.length === 0 ? '' : ` and ${more.length} more functions after it`;
  return [
    {
      type: 'decline',
      id: 'file-too-long',
      message: `${first.fn.name}${others} ${more.length === 0 ? 'is' : 'are'} not analysed: this file has too many functions. Move losses and their gradients to a file of their own.`,
      span: first.fn.nameSpan,
    },
  ];
}
