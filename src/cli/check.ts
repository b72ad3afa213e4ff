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
import { findSources, InputError, readSource, type SourceFile } from './files';
import type { Command } from './options';
import type { Outcome } from './outcome';

export async function checkCommand(
  command: Extract<Command, { kind: 'check' }>,
  analyzer: Analyzer,
): Promise<Outcome> {
  const findings: FindingOutput[] = [];
  const problems: CheckOutput['problems'][number][] = [];
  const errors: string[] = [];
  const notes: string[] = [];
  let checkedOnData = 0;
  const table = command.data ? await openTable(command.data) : null;
  for (const path of await findSources(command.paths)) {
    const source = await tryRead(path, errors);
    if (!source) continue;
    const analysis = analyzer.analyze(source.text, source.language);
    problems.push(...analysis.problems.map((problem) => ({ file: path, ...problemOutput(problem) })));
    for (const definition of analysis.definitions)
      problems.push(...definition.problems.map((problem) => ({ file: path, ...problemOutput(problem) })));
    const onData = table ? checkFileOnData(source, analysis, analyzer, table) : null;
    notes.push(...(onData?.notes ?? []));
    checkedOnData += onData?.checked ?? 0;
    findings.push(...(onData?.findings ?? analysis.findings).map((finding) => findingOutput(path, finding)));
  }
  // A table that fits nothing is unreadable input; one that fits something may leave the rest out.
  const unusable = table !== null && checkedOnData === 0 && notes.length > 0;
  const output: CheckOutput = { findings, summary: summary(findings), problems };
  return {
    exitCode: errors.length > 0 || unusable ? 2 : output.summary.wrong > 0 ? 1 : 0,
    output: command.json ? `${JSON.stringify(output, null, 2)}\n` : checkText(output),
    errors: [...errors, ...notes],
  };
}

async function tryRead(path: string, errors: string[]): Promise<SourceFile | null> {
  try {
    return await readSource(path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    errors.push(error.message);
    return null;
  }
}
