/** Which parts of the program ran, as V8 counts blocks: a rewriting that never fires is a block that never runs. */
import { readFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector';
import { SourceMap } from 'node:module';

export interface IdleBlock {
  /** Path from the root of the project. */
  readonly file: string;
  readonly line: number;
  /** Its first line. */
  readonly text: string;
}

export interface BlockCoverage {
  /** Functions of the files that ran, of all that they have. */
  readonly functions: { readonly ran: number; readonly all: number };
  readonly lines: { readonly ran: number; readonly all: number };
  readonly idle: readonly IdleBlock[];
}

/** Starts to count; the function returned tells of the source files whose path contains `folder`. */
export function countBlocks(bundle: string, folder: string): () => BlockCoverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return () => {
    let scripts: Profiler.ScriptCoverage[] = [];
    session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error) throw error;
      scripts = answer.result;
    });
    session.post('Profiler.stopPreciseCoverage');
    session.disconnect();
    const script = scripts.find(({ url }) => url.endsWith(bundle.replaceAll('\\', '/')));
    if (!script) throw new Error(`nothing was counted in ${bundle}`);
    return inSources(script, bundle, folder);
  };
}

function inSources(script: Profiler.ScriptCoverage, bundle: string, folder: string): BlockCoverage {
  const text = readFileSync(bundle, 'utf8');
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as never);
  const lines = text.split('\n');
  const starts: number[] = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  const source = (offset: number): { file: string; line: number; column: number } | null => {
    const row = starts.findIndex((start) => start > offset) - 1;
    const column = offset - (starts[row] ?? 0);
    const entry = map.findEntry(row, column);
    if (!('originalSource' in entry) || !entry.originalSource.includes(folder)) return null;
    return {
      file: entry.originalSource.replace(/^(\.\.\/)+/, ''),
      line: entry.originalLine + 1,
      column: entry.originalColumn,
    };
  };
  const functions = { ran: 0, all: 0 };
  const idle: IdleBlock[] = [];
  const idleLines = new Set<string>();
  const all = new Set<string>();
  for (const { ranges } of script.functions) {
    const [whole] = ranges;
    const place = whole && source(whole.startOffset);
    if (!whole || !place) continue;
    functions.all += 1;
    functions.ran += Number(whole.count > 0);
    for (const range of ranges) {
      if (range.count > 0) continue;
      // A block begins at the brace or the operator before its first token.
      const skipped = /^[\s{?:&|]*/.exec(text.slice(range.startOffset, range.endOffset))?.[0].length ?? 0;
      const first = source(range.startOffset + skipped);
      if (!first) continue;
      const code = text.slice(range.startOffset + skipped, range.endOffset);
      // What throws on an impossible state, and what stands in for a value that is always there, is no rewriting.
      const before = text.slice(Math.max(0, range.startOffset - 4), range.startOffset + skipped);
      if (/^(throw|\}|$)/.test(code) || before.includes('??')) continue;
      idle.push({ file: first.file, line: first.line, text: code.split('\n')[0]?.slice(0, 90) ?? '' });
      for (let at = range.startOffset + skipped; at < range.endOffset; at += 20) {
        const inside = source(at);
        if (inside) idleLines.add(`${inside.file}:${inside.line}`);
      }
    }
  }
  for (const [row, line] of lines.entries()) {
    if (line.trim().length < 2) continue;
    const place = source((starts[row] ?? 0) + line.length - line.trimStart().length);
    if (place) all.add(`${place.file}:${place.line}`);
  }
  idle.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  return { functions, lines: { ran: all.size - idleLines.size, all: all.size }, idle };
}
