/**
 * Where the statements at the margin of a Python text begin, found without parsing, so that each can be parsed by itself: a
 * key changes one of them.
 */

export interface Chunks {
  readonly chunks: readonly { readonly start: number; readonly end: number }[];
  /** False where a definition at the margin stands in what may be a string. */
  readonly isSure: boolean;
}

/** These say that no string and no bracket is open, whatever is half-typed above. */
const DEFINITION = /^(?:(?:async[ \t]+)?def|class)[ \t]+\w+[ \t]*[([:]/;

/** What goes on with the statement before. */
const CONTINUES = /^(?:else|elif|except|finally)\b/;

export function pythonChunks(text: string): Chunks {
  const starts = [0];
  let isSure = true;
  let state: State = { quote: null, depth: 0, isJoined: false };
  let isDecorated = false;
  let at = 0;
  for (const line of text.split('\n')) {
    if ((state.quote !== null || state.depth > 0) && DEFINITION.test(line)) {
      isSure &&= state.quote === null;
      state = { quote: null, depth: 0, isJoined: false };
    }
    const isOpen = state.quote !== null || state.depth > 0 || state.isJoined;
    if (!isOpen && /^[^\s#]/.test(line) && !CONTINUES.test(line)) {
      // Decorators stay with what they decorate.
      if (at > 0 && !isDecorated) starts.push(at);
      isDecorated = line.startsWith('@');
    }
    state = after(line, state);
    if (state.depth < 0) {
      isSure = false;
      state = { ...state, depth: 0 };
    }
    at += line.length + 1;
  }
  const chunks = starts.map((start, k) => ({ start, end: starts[k + 1] ?? text.length }));
  return { chunks, isSure: isSure && state.quote === null };
}

/** What is open between two lines. */
interface State {
  /** Of a string. */
  readonly quote: string | null;
  /** Brackets. */
  readonly depth: number;
  /** Whether a backslash joins the next line. */
  readonly isJoined: boolean;
}

function after(line: string, { quote: open, depth: before }: State): State {
  let quote = open;
  let depth = before;
  for (const { 0: token } of line.matchAll(/\\.|"""|'''|["'#()[\]{}]/g)) {
    if (quote !== null) {
      if (token === quote) quote = null;
      // Three quotes where one ends: the string and an empty one, or the beginning of the next.
      else if (quote.length === 1 && token.length === 3 && token.startsWith(quote)) quote = null;
    } else if (token === '#') return { quote, depth, isJoined: false };
    else if (/["']/.test(token) && !token.startsWith('\\')) quote = token;
    else if (/^[([{]$/.test(token)) depth += 1;
    else if (/^[)\]}]$/.test(token)) depth -= 1;
  }
  const isJoined = /(?:^|[^\\])(?:\\\\)*\\\r?$/.test(line);
  // A string of one line ends with it.
  return { quote: quote?.length === 1 && !isJoined ? null : quote, depth, isJoined };
}
