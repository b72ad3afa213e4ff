/** Tables on the command line: read, fitted to a definition, and used to check its gradients. */
import { createReadStream } from 'node:fs';
import type { Analyzer } from '../check/analyze';
import { checkOnDataNow } from '../check/dataCheck';
import { createCsvReader, describeTable, type Table as CsvTable } from '../engine/csv';
import { prepareDataset, someRows, type Dataset } from '../engine/dataset';
import { leftOutNotes } from '../engine/leftOut';
import { initialParameters } from '../engine/initial';
import type { GradientJob } from '../engine/job';
import type { Analysis, CheckReport, DataChoice, Finding, ParameterCheck, Problem } from '../protocol';
import { InputError, reason, type SourceFile } from './files';
import type { DataOptions } from './options';
import { counted } from './words';

export interface Table {
  readonly csv: CsvTable;
  readonly choice: DataChoice;
  /** Columns that are not used because they cannot be. */
  readonly notes: readonly string[];
}

/** Differences of the loss are taken on this many rows at most, evenly spaced. */
export const CHECK_ROWS = 20_000;

/** Reads the table and settles which columns are used. Throws an `InputError`. */
export async function openTable(options: DataOptions): Promise<Table> {
  const reader = createCsvReader();
  try {
    for await (const chunk of createReadStream(options.path)) if (!reader.push(chunk as Uint8Array)) break;
  } catch (error) {
    throw new InputError(reason(options.path, error));
  }
  const csv = reader.finish();
  const preview = describeTable(options.path, csv);
  const [problem] = csv.problems;
  if (csv.rows === 0 || csv.columns.length === 0)
    throw new InputError(`${options.path}: ${problem?.message ?? 'there are no rows in it.'}`);
  const names = preview.columns.map(({ name }) => name);
  for (const name of [options.target, ...(options.features ?? [])])
    if (!names.includes(name))
      throw new InputError(
        `${options.path} has no column ${name}; it has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}.`,
      );
  const features =
    options.features ??
    preview.columns
      .filter(({ name, type }) => type === 'number' && name !== options.target)
      .map(({ name }) => name);
  const { path, target, standardise, missing, settings } = options;
  return {
    csv,
    choice: { path, target, features, standardise, missing, settings },
    notes: options.features ? [] : leftOutNotes(csv.columns, new Set([target])),
  };
}

export type Fitted =
  | { readonly dataset: Dataset; readonly problems?: undefined }
  | { readonly dataset?: undefined; readonly problems: readonly Problem[] };

export function fit(job: GradientJob, table: Table): Fitted {
  const prepared = prepareDataset(job, table.csv, table.choice);
  return prepared.ok ? { dataset: prepared.dataset } : { problems: prepared.problems.map(withOptions) };
}

/** What the message asks for, in the options of the command line. */
function withOptions(problem: Problem): Problem {
  if (problem.id !== 'missing-values') return problem;
  const message = `${problem.message} The options are --missing drop, --missing mean, and --features A,B.`;
  return { ...problem, message };
}

/** A check at random parameters, which is harder on a gradient than the zeros that training starts from. */
export function checkJob(job: GradientJob, full: Dataset): CheckReport {
  const dataset = someRows(job, full, CHECK_ROWS);
  return checkOnDataNow({
    job,
    sizes: dataset.sizes,
    data: dataset.inputs,
    parameters: initialParameters(job.inputs, dataset.sizes, { seed: 1, initScale: 0.1 }),
    at: 'on-demand',
    epoch: 0,
    features: dataset.features.length,
    now: () => performance.now(),
  });
}

export interface DataFindings {
  readonly findings: readonly Finding[];
  /** Why definitions were not checked on the table. */
  readonly notes: readonly string[];
  /** Definitions that were. */
  readonly checked: number;
}

/** The findings of a file with what the data says added. Definitions that the table does not fit keep their findings. */
export function checkFileOnData(
  source: SourceFile,
  analysis: Analysis,
  analyzer: Analyzer,
  table: Table,
): DataFindings {
  const notes: string[] = [];
  let checked = 0;
  const findings = analysis.definitions.flatMap((definition) => {
    const own = analysis.findings.filter((finding) => finding.definitionId === definition.id);
    if (own.length === 0) return own;
    const made = analyzer.job(source.text, source.language, definition.id, source.around);
    if (!('job' in made)) return own.map((finding) => withNote(finding, made.problems));
    const { dataset, problems } = fit(made.job, table);
    if (!dataset) {
      notes.push(
        ...problems.map(
          ({ message }) => `${source.path}: ${definition.name} on ${table.choice.path}: ${message}`,
        ),
      );
      return own;
    }
    checked += 1;
    const report = checkJob(made.job, dataset);
    return own.map((finding) => {
      const parameter = report.parameters.find(({ name }) => name === finding.parameter);
      return parameter ? withData(finding, parameter, report) : finding;
    });
  });
  return { findings, notes, checked };
}

function withNote(finding: Finding, problems: readonly Problem[]): Finding {
  const note = problems.map(({ message }) => message).join(' ');
  return note === ''
    ? finding
    : { ...finding, evidence: joined(finding.evidence, `not checked on data: ${note}`) };
}

const joined = (a: string, b: string): string => (a === '' ? b : `${a}; ${b}`);

/** Numbers on data settle what could not be told before; they add to what was. */
function withData(finding: Finding, parameter: ParameterCheck, report: CheckReport): Finding {
  const { handVerdict } = parameter;
  const evidence = joined(finding.evidence, `on ${counted(report.rows, 'row')} of data: ${parameter.reason}`);
  if (finding.verdict !== 'unknown' || handVerdict === null) return { ...finding, evidence };
  const rules = { right: 'gradient-right', wrong: 'gradient-differs', unknown: finding.rule };
  return { ...finding, verdict: handVerdict, rule: rules[handVerdict], evidence };
}
