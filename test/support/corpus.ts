/**
 * The corpus: files in the idioms of the field, one idiom a file, one folder a language. Comments say what is to be found on a
 * line: `#: loss`, `#: activation` and the other kinds where a definition begins, `#: right` or `#: wrong` where a hand-written
 * gradient stands. Everything else has to stay silent.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Analyzer } from '../../src/check/analyze';

const MARK = / +(?:#|\/\/): (\w+)$/;
const VERDICTS: ReadonlySet<string> = new Set(['right', 'wrong']);
const LANGUAGES: Readonly<Record<string, string>> = {
  '.py': 'python',
  '.js': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.tsx': 'typescriptreact',
};

export interface CorpusFile {
  readonly language: string;
  readonly idiom: string;
  /** Without the marks. */
  readonly text: string;
  /** What is expected where, by line from 1. */
  readonly definitions: ReadonlyMap<number, string>;
  readonly verdicts: ReadonlyMap<number, string>;
}

export interface Outcome {
  readonly file: CorpusFile;
  /** Lines of definitions that were found and read. */
  readonly read: readonly number[];
  /** Found with another kind than expected. */
  readonly otherKind: readonly number[];
  /** Found, but declined. */
  readonly declined: readonly number[];
  readonly missed: readonly number[];
  /** Lines of what was taken for a definition and is none. */
  readonly spurious: readonly number[];
  /** Gradients with the expected verdict. */
  readonly agreed: readonly number[];
  /** Right ones called wrong, and findings where nothing stands. */
  readonly accused: readonly number[];
  /** Wrong ones called right. */
  readonly absolved: readonly number[];
  /** Gradients without a verdict. */
  readonly silent: readonly number[];
}

/** `folder`: `test/cases/corpus`; `only`: one of its folders. */
export function corpusFiles(folder: string, only?: string): CorpusFile[] {
  const languages = only === undefined ? readdirSync(folder) : [only];
  return languages.flatMap((language) =>
    readdirSync(join(folder, language)).map((file) => corpusFile(folder, language, file)),
  );
}

function corpusFile(root: string, folder: string, file: string): CorpusFile {
  const lines = readFileSync(join(root, folder, file), 'utf8').split('\n');
  const definitions = new Map<number, string>();
  const verdicts = new Map<number, string>();
  lines.forEach((line, at) => {
    const mark = MARK.exec(line)?.[1];
    if (mark) (VERDICTS.has(mark) ? verdicts : definitions).set(at + 1, mark);
  });
  const extension = extname(file);
  const text = lines.map((line) => line.replace(MARK, '')).join('\n');
  return {
    language: LANGUAGES[extension] ?? folder,
    idiom: file.slice(0, -extension.length),
    text,
    definitions,
    verdicts,
  };
}

/** What the analyzer makes of the file. */
export function outcomeOf(analyzer: Analyzer, file: CorpusFile): Outcome {
  const { definitions, findings } = analyzer.analyze(file.text, file.language);
  const found = new Map(
    definitions.map(({ nameSpan, kind, formulas }) => [
      nameSpan.startLine,
      { kind, isRead: formulas.length > 0 },
    ]),
  );
  const expected = [...file.definitions.keys()];
  const verdictAt = (line: number): string[] =>
    findings.filter(({ span }) => span.startLine === line).map(({ verdict }) => verdict);
  const marked = [...file.verdicts];
  const accusedElsewhere = findings
    .filter(({ span, verdict }) => verdict === 'wrong' && !file.verdicts.has(span.startLine))
    .map(({ span }) => span.startLine);
  return {
    file,
    read: expected.filter((line) => found.get(line)?.isRead),
    otherKind: expected.filter((line) => {
      const kind = found.get(line)?.kind;
      return kind !== undefined && kind !== file.definitions.get(line);
    }),
    declined: expected.filter((line) => found.get(line)?.isRead === false),
    missed: expected.filter((line) => !found.has(line)),
    spurious: [...found].flatMap(([line, { isRead }]) =>
      isRead && !file.definitions.has(line) ? [line] : [],
    ),
    agreed: marked.flatMap(([line, verdict]) =>
      verdictAt(line).length > 0 && verdictAt(line).every((v) => v === verdict) ? [line] : [],
    ),
    accused: [
      ...marked.flatMap(([line, verdict]) =>
        verdict === 'right' && verdictAt(line).includes('wrong') ? [line] : [],
      ),
      ...accusedElsewhere,
    ],
    absolved: marked.flatMap(([line, verdict]) =>
      verdict === 'wrong' && verdictAt(line).includes('right') ? [line] : [],
    ),
    silent: marked.flatMap(([line]) =>
      verdictAt(line).every((v) => v !== 'right' && v !== 'wrong') ? [line] : [],
    ),
  };
}
