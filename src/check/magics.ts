/** Lines of a notebook cell that are for the notebook and not for Python. */

/** Cell magics whose cells run as Python in the notebook. */
const PYTHON_CELLS = /^%%(?:time|capture|prun)\b/;

const LINE_MAGIC = /^\s*(?:%{1,2}[A-Za-z]|!|\?{1,2}\s*[A-Za-z_%])/;
const HELP = /^\s*%?[A-Za-z_][\w.]*\?{1,2}\s*$/;
const ASSIGNED = /^(\s*[A-Za-z_][\w, ]*=\s*)(?:!|%{1,2}[A-Za-z]).*$/;

/**
 * The lines of a cell as Python, at the same places: `%matplotlib inline`, `!pip install`, `np.dot?` do nothing, and cells such
 * as those of `%%bash` are empty.
 */
export function withoutMagics(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  const head = lines[first] ?? '';
  if (/^%%[A-Za-z!]/.test(head) && !PYTHON_CELLS.test(head)) return lines.map(() => '');
  const state: State = { quote: null, depth: 0 };
  let goesOn = false;
  let isMagic = false;
  return lines.map((line, k) => {
    if (k === first && head.startsWith('%%')) return '';
    const inside = goesOn || state.quote !== null || state.depth > 0;
    const isOwn = isMagic && goesOn;
    goesOn = /\\\s*$/.test(line);
    isMagic = isOwn || (!inside && (LINE_MAGIC.test(line) || HELP.test(line)));
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    if (isMagic) return isOwn ? '' : `${indent}pass`;
    const assigned = inside ? null : ASSIGNED.exec(line);
    if (assigned) return `${assigned[1] ?? ''}None`;
    advance(state, line);
    return line;
  });
}

/** Where a line begins: in a string of this quote, and in how many brackets. */
interface State {
  quote: string | null;
  depth: number;
}

/** Follows quotes and brackets through a line. */
function advance(state: State, line: string): void {
  for (let at = 0; at < line.length; at += 1) {
    const c = line.charAt(at);
    if (state.quote !== null) {
      if (c === '\\') at += 1;
      else if (line.startsWith(state.quote, at)) {
        at += state.quote.length - 1;
        state.quote = null;
      }
      continue;
    }
    if (c === '#') break;
    if (c === '"' || c === "'") {
      state.quote = line.startsWith(c.repeat(3), at) ? c.repeat(3) : c;
      at += state.quote.length - 1;
    } else if (/[([{]/.test(c)) state.depth += 1;
    else if (/[)\]}]/.test(c)) state.depth = Math.max(0, state.depth - 1);
  }
  // A string in one quote ends with its line.
  if (state.quote?.length === 1 && !line.endsWith('\\')) state.quote = null;
}
