/** Texts for the reading of files: pieces of the fixtures of all languages, edited at random. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { joinCells } from '../../../src/check/notebook';
import { createRandom } from '../../../src/core/random';
import type { Analyzer } from '../../../src/check/analyze';

const LANGUAGES: Readonly<Record<string, string>> = {
  py: 'python',
  js: 'javascript',
  jsx: 'javascriptreact',
  ts: 'typescript',
  mts: 'typescript',
  tsx: 'typescriptreact',
};

interface Source {
  readonly language: string;
  readonly text: string;
}

/** All fixtures below a folder. */
export function sourcesIn(folder: string): Source[] {
  return readdirSync(folder).flatMap((name): Source[] => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourcesIn(path);
    const language = LANGUAGES[name.split('.').at(-1) ?? ''];
    return language === undefined ? [] : [{ language, text: readFileSync(path, 'utf8') }];
  });
}

/** The most lines of a fixture that one text starts from. */
const MOST_LINES = 60;

const SCRAPS: readonly string[] = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ':',
  '"""',
  "'",
  '`',
  '\\',
  '\n',
  '\t',
  '    ',
  '@',
  ' = ',
  ' ** ',
  ' % ',
  '...',
  '=>',
  'def f(',
  'class C:',
  'return ',
  'lambda x: ',
  'for i in range(3):',
  'while True:',
  'if x > 0:',
  'else:',
  'yield ',
  'async ',
  'function f(',
  'const ',
  'new ',
  'this.',
  'self.',
  'super().',
  'import ',
  'from . import x',
  '# nabla: ',
  '// nabla: x: (m, n)',
  '# nabla: derive',
  '# %%',
  'np.',
  'torch.',
  'jax.grad(',
  'None',
  'NaN',
  '1e999',
  '0x1F',
  '-0.0',
  '[:, None]',
  '.T',
  '*args',
  '**kw',
  'é😀',
  '\u2028',
  '\r',
  '\ufeff',
  'x',
  'y',
  '0',
  '__proto__',
  'constructor',
  'toString',
];

export interface TextCase {
  readonly language: string;
  readonly text: string;
  /** The text before the edits, where that is read first. */
  readonly before?: string;
}

/** The case of a seed. */
export function textCase(sources: readonly Source[], seed: number): TextCase {
  const random = createRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const { language, text: whole } = pick(sources);
  const all = whole.split('\n');
  const from = Math.floor(random() * Math.max(1, all.length - MOST_LINES));
  let lines = all.slice(from, from + 5 + Math.floor(random() * MOST_LINES));
  const original = lines.join('\n');
  const at = (): number => Math.floor(random() * (lines.length + 1));
  const edits = 1 + Math.floor(random() * 6);
  for (let edit = 0; edit < edits; edit += 1) {
    const k = at();
    const kind = Math.floor(random() * 9);
    if (kind === 0) lines.splice(k, 1 + Math.floor(3 * random()));
    else if (kind === 1) lines.splice(k, 0, ...lines.slice(at(), at() + 1).slice(0, 8));
    else if (kind === 2) lines.splice(k, 0, lines[at()] ?? '');
    else if (kind === 3) {
      // Lines of another file, of any language.
      const other = pick(sources).text.split('\n');
      const start = Math.floor(random() * other.length);
      lines.splice(k, 0, ...other.slice(start, start + 1 + Math.floor(6 * random())));
    } else if (kind === 4) lines.splice(k, 2, `${lines[k] ?? ''}${lines[k + 1] ?? ''}`);
    else {
      const line = lines[k] ?? '';
      const column = Math.floor(random() * (line.length + 1));
      const cut = kind < 7 ? Math.floor(random() * 4) : 0;
      const words = line.match(/[A-Za-z_]\w*/g) ?? ['x'];
      const scrap = kind === 5 ? '' : kind === 8 ? pick(words) : pick(SCRAPS);
      lines[k] = line.slice(0, column) + scrap + line.slice(column + cut);
    }
  }
  if (random() < 0.05)
    lines = lines.map((line) => line.replace(/^ +/, (space) => '\t'.repeat(space.length / 4)));
  const edited = lines.join(random() < 0.05 ? '\r\n' : '\n');
  const text = random() < 0.03 ? edited.slice(0, Math.floor(random() * edited.length)) : edited;
  const before = random() < 0.3 ? { before: original } : {};
  if (language === 'python')
    return random() < 0.15 ? { language, text: asNotebook(text, random) } : { language, text, ...before };
  return { language: random() < 0.15 ? pick(SCRIPTS) : language, text, ...before };
}

const SCRIPTS: readonly string[] = ['javascript', 'javascriptreact', 'typescript', 'typescriptreact'];

const MAGICS: readonly string[] = [
  '%matplotlib inline',
  '%%timeit',
  '!pip list',
  '%%html',
  'x?',
  '%load_ext a',
];

/** The text in cells, cut at some of its empty lines, magics and Markdown in between. */
function asNotebook(text: string, random: () => number): string {
  const cells = text.split(/\n(?=\n)/).reduce<string[]>((all, part) => {
    const last = all.at(-1);
    if (last === undefined || random() < 0.5) return [...all, part];
    return [...all.slice(0, -1), `${last}\n${part}`];
  }, []);
  return joinCells(
    cells.map((cell) => {
      const magic = random() < 0.2 ? (MAGICS[Math.floor(random() * MAGICS.length)] ?? '') : null;
      return { text: magic === null ? cell : `${magic}\n${cell}`, isPython: random() < 0.9 };
    }),
  ).text;
}

/** What went wrong with a text, null if nothing did. */
export function faultOf(
  analyzer: Analyzer,
  made: TextCase,
  limit: number,
): { readonly fault: string | null; readonly milliseconds: number } {
  const earlier = made.before === undefined ? null : defectOf(analyzer, { ...made, text: made.before });
  const began = process.cpuUsage();
  const found = earlier ?? defectOf(analyzer, made);
  const milliseconds = process.cpuUsage(began).user / 1000;
  const slow = milliseconds > limit ? `it takes ${milliseconds.toFixed(0)} ms` : null;
  return { fault: found ?? slow, milliseconds };
}

function defectOf(analyzer: Analyzer, { text, language }: TextCase): string | null {
  try {
    const { definitions, findings, problems } = analyzer.analyze(text, language);
    const own = [...problems, ...definitions.flatMap((definition) => definition.problems)];
    const internal = own.find(({ id }) => id === 'internal');
    const lines = text.split('\n').length;
    const astray = [...definitions, ...findings].find(
      ({ span }) => span.startLine < 1 || span.endLine > lines,
    );
    if (internal) return internal.message;
    return astray ? `a place outside of the text: ${JSON.stringify(astray.span)}` : null;
  } catch (error) {
    const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
    return `${String(error)}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`;
  }
}
