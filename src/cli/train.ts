/** nabla train: training of one definition, in this process. */
import { setImmediate } from 'node:timers/promises';
import type { Analyzer } from '../check/analyze';
import { checkOnDataNow } from '../check/dataCheck';
import { someRows } from '../engine/split';
import type { GradientJob } from '../engine/job';
import { train } from '../engine/train';
import { usesCurvature } from '../engine/training/settings';
import type { TrainResult } from '../protocol/training';
import { CHECK_ROWS, fit, openTable } from './data';
import { byName } from './derive';
import { InputError, readSource } from './files';
import { coefficientsText } from './coefficientsText';
import type { Command } from './options';
import type { Outcome } from './outcome';
import { UsageError } from './values';
import { counted } from './words';

export async function trainCommand(
  command: Extract<Command, { kind: 'train' }>,
  analyzer: Analyzer,
): Promise<Outcome> {
  const { path, language, text, around } = await readSource(command.file);
  const { definitions } = analyzer.analyze(text, language, around);
  const [definition] = byName(definitions, command.name);
  if (!definition) {
    const known = definitions.map(({ name }) => name).join(', ') || 'no definitions';
    throw new InputError(`${path} has no definition called ${command.name}; it has ${known}.`);
  }
  const curvature = usesCurvature(command.options);
  const made = analyzer.job(text, language, definition.id, around, { curvature });
  if (!('job' in made))
    throw new InputError(made.problems.map(({ message }) => `${path}: ${message}`).join('\n'));
  const { job } = made;
  if (!readsData(job)) {
    const others = definitions.filter(({ id }) => {
      const other = analyzer.job(text, language, id, around);
      return 'job' in other && readsData(other.job);
    });
    throw new InputError(
      `${definition.name} reads no data and no labels: there is nothing to fit. ${others.length > 0 ? `${path} can train ${others.map(({ name }) => name).join(', ')}` : `${path} has no definition that can be trained`}.`,
    );
  }
  checkSettings(job, command.data.settings);
  const table = await openTable(command.data, { share: command.validation, seed: command.options.seed });
  const { dataset, problems } = fit(job, table);
  if (!dataset)
    throw new InputError(problems.map(({ message }) => `${table.choice.path}: ${message}`).join('\n'));
  const rows = someRows(job, dataset, CHECK_ROWS);
  const result = await train(
    {
      runId: 'command-line',
      job,
      dataset,
      options: command.options,
      ...(dataset.validation ? { validation: dataset.validation } : {}),
    },
    {
      now: () => performance.now(),
      pause: () => setImmediate(),
      cancelled: () => false,
      progress: () => undefined,
      check: (parameters, at, epoch) =>
        Promise.resolve(
          checkOnDataNow({
            job,
            sizes: rows.sizes,
            data: rows.inputs,
            parameters,
            at,
            epoch,
            features: dataset.features.length,
            now: () => performance.now(),
          }),
        ),
    },
  );
  const notes = [...job.notes, ...dataset.notes];
  const failed = result.end === 'failed' || result.end === 'diverged';
  return {
    exitCode: failed ? 1 : 0,
    output: command.json
      ? `${JSON.stringify({ ...result, features: dataset.features, rows: dataset.rows, notes }, null, 2)}\n`
      : trainText(definition.name, result, notes),
    errors: [],
  };
}

const readsData = (job: GradientJob): boolean =>
  job.inputs.some(({ role }) => role === 'data' || role === 'label');

/** Throws a `UsageError` for a value that is given to what is no setting. */
function checkSettings(job: GradientJob, given: Readonly<Record<string, number>>): void {
  const settings = job.inputs.filter(({ role }) => role === 'hyper').map(({ name }) => name);
  const stray = Object.keys(given).find((name) => !settings.includes(name));
  if (stray === undefined) return;
  throw new UsageError(
    `${job.name} has no setting ${stray}; ${settings.length > 0 ? `it has ${settings.join(', ')}` : 'it has none'}.`,
  );
}

const SHOWN_EPOCHS = 10;
const SHOWN_VALUES = 8;

function trainText(name: string, result: TrainResult, notes: readonly string[]): string {
  const lines = [`${name}: ${result.message}`];
  for (const note of notes) lines.push(`  ${note}`);
  const held = result.validationLosses ?? [];
  lines.push('', `  epoch  loss          |gradient|${held.length > 0 ? '  validation' : ''}`);
  const last = result.losses.length - 1;
  const every = Math.max(1, Math.ceil(result.losses.length / SHOWN_EPOCHS));
  result.losses.forEach((loss, k) => {
    if (k % every !== 0 && k !== last) return;
    const norm = result.gradientNorms[k] ?? NaN;
    lines.push(
      `  ${String(k + 1).padStart(5)}  ${loss.toPrecision(8).padEnd(12)}  ${norm.toExponential(3)}${held[k] === undefined ? '' : `   ${held[k].toPrecision(8)}`}`,
    );
  });
  for (const report of result.checks) {
    lines.push(
      '',
      `  Gradient check after ${counted(report.epoch, 'epoch')}, on ${counted(report.rows, 'row')}:`,
    );
    for (const problem of report.problems) lines.push(`    ${problem.message}`);
    for (const parameter of report.parameters) lines.push(`    ${parameter.name}: ${parameter.reason}`);
  }
  lines.push('');
  if (result.coefficients) return `${[...lines, ...coefficientsText(result.coefficients)].join('\n')}\n`;
  for (const { name: parameter, shape, values } of result.parameters) {
    const shown = values.slice(0, SHOWN_VALUES).map((value) => value.toPrecision(6));
    const more = values.length > SHOWN_VALUES ? ', …' : '';
    lines.push(
      `  ${parameter}${shape.length > 0 ? ` (${shape.join(' x ')})` : ''} = ${shown.join(', ')}${more}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
