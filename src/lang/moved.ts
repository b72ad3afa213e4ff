/** Plain data with places in a text, after lines were put in or taken out above them. */

import type { Span } from '../core/definition';

/** The line where what stood on a line is now. */
export type LineMap = (line: number) => number;

/**
 * A copy with all lines of its spans mapped, and with `inTexts` those that its texts name; parts without places are shared.
 * Only for data without cycles.
 */
export function moved<T>(value: T, line: LineMap, inTexts = false): T {
  const copy = (part: unknown): unknown => {
    if (typeof part === 'string') return inTexts ? movedText(part, line) : part;
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) {
      let items: unknown[] | null = null;
      for (const [k, item] of (part as readonly unknown[]).entries()) {
        const own = copy(item);
        if (own !== item) (items ??= [...(part as readonly unknown[])])[k] = own;
      }
      return items ?? part;
    }
    if (isSpan(part)) {
      const [startLine, endLine] = [line(part.startLine), line(part.endLine)];
      return startLine === part.startLine && endLine === part.endLine
        ? part
        : { ...part, startLine, endLine };
    }
    const from = part as Readonly<Record<string, unknown>>;
    let next: Record<string, unknown> | null = null;
    for (const key in from) {
      const item = from[key];
      const own = copy(item);
      if (own !== item) (next ??= { ...from })[key] = own;
    }
    return next ?? part;
  };
  return copy(value) as T;
}

const isSpan = (part: object): part is Span => 'startLine' in part;

/** Lines of other files, which are named with them, stay. */
const movedText = (text: string, line: LineMap): string =>
  text.includes('ine ')
    ? text.replace(
        /\b(line )(\d+)\b(?! of \S*\.)/gi,
        (_, word: string, number: string) => `${word}${line(Number(number))}`,
      )
    : text;

/** Whether any text in it names a line. */
export function namesLines(value: unknown): boolean {
  if (typeof value === 'string') return NAMED.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(namesLines);
}

const NAMED = /\blines? \d/i;
