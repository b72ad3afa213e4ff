/**
 * Texts that are not read as no person wrote them: bundles, and what a minifier made. Reading one takes seconds, and what it
 * defines stands in the files that it was made from.
 */
import type { Problem } from '../protocol';
import type { Family } from './syntax';

/** Characters of the longest text that is read: some 25,000 lines. */
const LONGEST = 1_000_000;

/** Characters of a line that nobody writes, and of such lines that a file may have. */
const LONG_LINE = 500;
const FEW = 20_000;

/** A file may hold data in long lines; code has a word of its own for every so many characters that stand in no string. */
const STRING = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g;
const WORD = /\b(?:function|return|var|let|const|if|for|this)\b|=>/g;
const PER_WORD = 200;

/** Why a text is not read; null for one that is. */
export function generatedProblem(text: string, family: Family): Problem | null {
  if (text.length > LONGEST)
    return declined(
      'text-too-long',
      `This file is not analysed: it has ${(text.length / 1e6).toFixed(1)} million characters, as bundles and generated code have. Open the files that it was made from, or move losses and their gradients to a file of their own.`,
    );
  if (family === 'javascript' && isMinified(text))
    return declined(
      'minified',
      'This file is not analysed: most of its code stands in lines of many hundred characters, as a minifier writes them. Open the files that it was made from.',
    );
  return null;
}

function isMinified(text: string): boolean {
  if (text.length < FEW) return false;
  const long = text.split('\n').filter((line) => line.length > LONG_LINE);
  const length = long.reduce((sum, line) => sum + line.length, 0);
  if (length < FEW || length < text.length / 2) return false;
  const words = long.reduce((sum, line) => sum + (line.replace(STRING, '').match(WORD)?.length ?? 0), 0);
  return words > length / PER_WORD;
}

const declined = (id: string, message: string): Problem => ({
  type: 'decline',
  id,
  message,
  span: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
});
