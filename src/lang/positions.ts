/** Offsets of a text as lines and columns, both 1-based; columns count UTF-16 units, as editors do. */
import type { Span } from '../core/definition';

export interface Positions {
  span(start: number, end: number): Span;
}

/** `file`: the path of a file that is read besides the one that was asked for. */
export function createPositions(text: string, file: string | null = null): Positions {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    span(start, end) {
      const first = lineOf(start);
      const last = lineOf(end);
      return {
        startLine: first + 1,
        startColumn: start - (lineStarts[first] ?? 0) + 1,
        endLine: last + 1,
        endColumn: end - (lineStarts[last] ?? 0) + 1,
        ...(file === null ? {} : { file }),
      };
    },
  };
}
