/** nabla check: verdicts on the hand-written gradients of files and folders. */
import type { Analyzer } from '../check/analyze';
import {
  findingOutput,
  problemOutput,
  summary,
  type CheckOutput,
  type FindingOutput,
} from '../check/cli/json';
import { checkText } from '../check/cli/text';
import { checkFileOnData, openTable } from './data';
import { counted } from './words';
import { findSources, InputError, readSource, type SourceFile, type Texts } from './files';
import type { Command } from './options';
import type { Outcome } from './outcome';

export async function checkCommand(
  command: Extract<Command, { kind: 'check' }>,
  analyzer: Analyzer,
): Promise<Outcome> {
  const findings: FindingOutput[] = [];
  const problems: CheckOutput['problems'][number][] = [];
  const errors: string[] = [];
  /** Those of the problems that the text shows; the others are told as errors and notes. */
  const shown: CheckOutput['problems'][number][] = [];
  const notes: string[] = [];
  let checkedOnData = 0;
  let unfit = false;
  const table = command.data ? await openTable(command.data) : null;
  if (table) notes.push(...table.notes);
  const texts: Texts = new Map();
  for (const { path, named } of await findSources(command.paths)) {
    const source = await tryRead(path, texts, named ? errors : notes);
    if (!source) continue;
    const analysis = analyzer.analyze(source.text, source.language, source.around);
    const own = [analysis, ...analysis.definitions].flatMap((each) =>
      each.problems.map((problem) => ({ file: path, ...problemOutput(problem, source.notebook) })),
    );
    problems.push(...own);
    const [problem, ...others] = analysis.problems;
    if (problem && analysis.definitions.length === 0) {
      const more = others.length > 0 ? ` (and ${counted(others.length, 'more place')})` : '';
      (named ? errors : notes).push(`${path}: nothing could be read in it. ${problem.message}${more}`);
      continue;
    }
    shown.push(...own);
    const onData = table ? checkFileOnData(source, analysis, analyzer, table) : null;
    notes.push(...(onData?.notes ?? []));
    unfit ||= (onData?.notes.length ?? 0) > 0;
    checkedOnData += onData?.checked ?? 0;
    findings.push(
      ...(onData?.findings ?? analysis.findings).map((finding) =>
        findingOutput(path, finding, source.notebook),
      ),
    );
  }
  // A table that fits nothing is unreadable input; one that fits something may leave the rest out.
  const unusable = table !== null && checkedOnData === 0 && unfit;
  problems.push(
    ...(table?.notes ?? []).map((message) => ({
      file: command.data?.path ?? '',
      type: 'problem' as const,
      id: 'column-left-out',
      message,
      line: null,
      column: null,
    })),
  );
  const output: CheckOutput = { findings, summary: summary(findings), problems };
  const text =
    errors.length > 0 && findings.length === 0 && shown.length === 0
      ? ''
      : checkText({ ...output, problems: briefly(shown) });
  return {
    exitCode: errors.length > 0 || unusable ? 2 : output.summary.wrong > 0 ? 1 : 0,
    output: command.json ? `${JSON.stringify(output, null, 2)}\n` : text,
    errors: [...errors, ...notes],
  };
}

const MOST_ALIKE = 3;

/** Problems of one kind in one file beyond the third are counted. */
function briefly(problems: CheckOutput['problems']): CheckOutput['problems'] {
  const alike = new Map<string, number>();
  const key = ({ file, id }: CheckOutput['problems'][number]): string => `${file} ${id}`;
  for (const problem of problems) alike.set(key(problem), (alike.get(key(problem)) ?? 0) + 1);
  const counts = new Map<string, number>();
  return problems.flatMap((problem) => {
    const count = (counts.get(key(problem)) ?? 0) + 1;
    counts.set(key(problem), count);
    if (count > MOST_ALIKE) return [];
    const more = (alike.get(key(problem)) ?? 0) - MOST_ALIKE;
    if (count < MOST_ALIKE || more <= 0) return [problem];
    return [{ ...problem, message: `${problem.message} (and ${counted(more, 'more place')})` }];
  });
}

async function tryRead(path: string, texts: Texts, errors: string[]): Promise<SourceFile | null> {
  try {
    return await readSource(path, texts);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    errors.push(error.message);
    return null;
  }
}
