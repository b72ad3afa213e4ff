/** nabla derive: the derivations of a file. */
import type { Analyzer } from '../check/analyze';
import { deriveDefinition, problemOutput, type DeriveOutput } from '../check/cli/json';
import { derivationText, problemText } from '../check/cli/text';
import type { NotebookText } from '../check/notebook';
import type { CodeTarget } from '../core/ops';
import type { DefinitionSummary, DerivationView, StabilityView } from '../protocol';
import { InputError, readSource } from './files';
import type { Command } from './options';
import type { Outcome } from './outcome';

export async function deriveCommand(
  command: Extract<Command, { kind: 'derive' }>,
  analyzer: Analyzer,
): Promise<Outcome> {
  const { path, language, text, around, notebook } = await readSource(command.file);
  const analysis = analyzer.analyze(text, language, around);
  const chosen = choose(analysis.definitions, command, path);
  const options = { kind: command.derivative, ...(command.wrt ? { wrt: command.wrt } : {}) };
  const views = chosen.map(({ id }): DerivationView =>
    analyzer.derivation(text, language, id, options, around),
  );
  const stabilityOf = ({ definition }: DerivationView): StabilityView =>
    analyzer.stability(text, language, definition.id, around);
  const output: DeriveOutput = {
    definitions: views.map((view) => deriveDefinition(view, stabilityOf(view), notebook)),
    problems: analysis.problems.map((problem) => problemOutput(problem, notebook)),
  };
  const asked =
    command.name !== null ||
    command.line !== null ||
    command.wrt !== null ||
    command.derivative !== 'gradient';
  const failed = asked && views.length > 0 && views.every(({ parameters }) => parameters.length === 0);
  return {
    exitCode: failed ? 2 : 0,
    output: command.json
      ? `${JSON.stringify(output, null, 2)}\n`
      : deriveText(path, command.code, views, stabilityOf, output, notebook),
    errors: failed
      ? views.flatMap(({ problems }) =>
          problems.map(
            (problem) => `${problemText(path, problemOutput(problem, notebook))}${hint(problem.id)}`,
          ),
        )
      : [],
  };
}

/** What to type instead. */
function hint(id: string): string {
  const [, instead] = /^derive-(\w+)-instead$/.exec(id) ?? [];
  if (instead === undefined) return '';
  return instead === 'gradient' ? ' Leave the option out.' : ` Use --${instead}.`;
}

/** The definition of that name (with or without its class), the innermost at that line, or all. */
function choose(
  definitions: readonly DefinitionSummary[],
  { name, line }: Extract<Command, { kind: 'derive' }>,
  path: string,
): readonly DefinitionSummary[] {
  const known =
    definitions.length > 0
      ? `it has ${definitions.map((each) => each.name).join(', ')}`
      : 'no definition was found in it';
  if (name !== null) {
    const found = byName(definitions, name);
    if (found.length === 0) throw new InputError(`${path} has no definition called ${name}; ${known}.`);
    return found;
  }
  if (line !== null) {
    const around = definitions.filter(({ span }) => span.startLine <= line && line <= span.endLine);
    const [first] = around.sort(
      (a, b) => a.span.endLine - a.span.startLine - (b.span.endLine - b.span.startLine),
    );
    if (!first) throw new InputError(`${path} has no definition at line ${line}; ${known}.`);
    return [first];
  }
  return definitions;
}

export function byName(definitions: readonly DefinitionSummary[], name: string): DefinitionSummary[] {
  const exact = definitions.filter((definition) => definition.name === name);
  return exact.length > 0 ? exact : definitions.filter((definition) => definition.name.endsWith(`.${name}`));
}

function deriveText(
  path: string,
  code: CodeTarget,
  views: readonly DerivationView[],
  stabilityOf: (view: DerivationView) => StabilityView,
  output: DeriveOutput,
  notebook: NotebookText | null,
): string {
  const problems = output.problems.map((problem) => `${problemText(path, problem)}\n`);
  if (views.length === 0)
    return `${problems.join('')}No loss or activation was found in ${path}. Name a function with --name to derive it whatever it looks like.\n`;
  return [...problems, ...views.map((view) => derivationText(view, code, stabilityOf(view), notebook))].join(
    '\n',
  );
}
