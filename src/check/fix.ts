/** An edit of the source that mends a gradient which is off by a plain number. */
import type { Fix, TextSpan } from '../protocol';
import type { Judged } from './verdicts';

/** Python's own operators bind looser than a call's or a bracket's; anything else gets parentheses. */
const ATOM = /^[\w.]+(?:\([^()]*\)|\[[^[\]]*\])*$/;

/** The expression of `name = expression`, `return expression`, or the span's whole text. */
function expressionOf(text: string): { readonly before: string; readonly expression: string } | null {
  if (/[\n#]/.test(text)) return null;
  const match = /^(\s*(?:[\w.[\]"']+\s*=(?!=)\s*|return\s+)?)(\S.*)$/.exec(text);
  const expression = match?.[2]?.trimEnd();
  return match && expression !== undefined ? { before: match[1] ?? '', expression } : null;
}

/** The fix, if the mistake is a factor, the code is on one line and says it all. */
export function fixFor(judged: Judged, lines: readonly string[]): Fix | null {
  const { factor, verdict } = judged.judgement;
  const { span } = judged;
  if (factor === null || verdict !== 'wrong' || !judged.literal || span.startLine !== span.endLine)
    return null;
  const line = lines[span.startLine - 1] ?? '';
  const found = expressionOf(line.slice(span.startColumn - 1, span.endColumn - 1));
  if (!found || !balanced(found.expression)) return null;
  const newText = scaled(found.expression, factor);
  if (newText === null) return null;
  const offset = span.startColumn + found.before.length;
  const target: TextSpan = {
    startLine: span.startLine,
    endLine: span.startLine,
    startColumn: offset,
    endColumn: offset + found.expression.length,
  };
  const title = factor === -1 ? `Change the sign of ${judged.name}` : `Replace by ${newText}`;
  return { title, edits: [{ span: target, newText }] };
}

/** No comma at the top level (a tuple), and every bracket closed. */
function balanced(expression: string): boolean {
  let depth = 0;
  for (const character of expression) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (depth < 0 || (depth === 0 && character === ',')) return false;
  }
  return depth === 0 && !/["']/.test(expression);
}

/** The expression divided by `factor`, for a sign and small rationals only. */
function scaled(expression: string, factor: number): string | null {
  const inner = ATOM.test(expression) ? expression : `(${expression})`;
  if (factor === -1) {
    const rest = /^-\s*(.+)$/.exec(expression)?.[1];
    return rest !== undefined && isProduct(rest) ? rest : `-${inner}`;
  }
  const inverse = 1 / factor;
  if (Number.isInteger(inverse) && Math.abs(inverse) <= 100) return `${inverse} * ${inner}`;
  if (Number.isInteger(factor) && Math.abs(factor) <= 100) return `${inner} / ${factor}`;
  return null;
}

/** Without + or - outside brackets, so that the leading minus governs all of it. */
function isProduct(expression: string): boolean {
  let depth = 0;
  for (const character of expression) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (depth === 0 && '+-'.includes(character)) return false;
  }
  return true;
}
