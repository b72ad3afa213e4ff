/** Which columns a definition most likely means, from their names and values. */
import type { ColumnInfo, DataChoice, TablePreview } from '../protocol';
import type { GradientJob } from './job';

const TARGET_NAMES: ReadonlySet<string> = new Set([
  'target',
  'label',
  'labels',
  'y',
  'class',
  'classes',
  'diagnosis',
  'outcome',
  'output',
  'response',
  'result',
  'species',
  'price',
  'quality',
  'survived',
  'default',
  'churn',
]);
const IDENTIFIER = /^(id|index|uid|uuid|unnamed.*|row|rowid|\w+_id|column 1)?$/i;

/** Null when no column can be the target, or none is left for the features. */
export function guessChoice(
  preview: TablePreview,
  job: Pick<GradientJob, 'inputs' | 'rows'>,
): DataChoice | null {
  const label = job.inputs.find((input) => input.role === 'label');
  const kind = label?.domain.kind ?? 'real';
  const score = (column: ColumnInfo): number => {
    const name = column.name.trim().toLowerCase();
    let total = TARGET_NAMES.has(name) ? 20 : 0;
    if (label && name === label.name.toLowerCase()) total += 25;
    if (column === preview.columns.at(-1)) total += 10;
    if (kind === 'binary' || kind === 'sign') total += column.distinct === 2 ? 15 : -15;
    if (kind === 'class' || kind === 'distribution')
      total += column.distinct !== null && column.distinct <= 20 ? 15 : -15;
    if (kind === 'real' && column.type === 'text') total -= 30;
    return total - (IDENTIFIER.test(name) ? 30 : 0);
  };
  const candidates = preview.columns.filter((column) => column.type !== 'empty');
  const [target] = [...candidates].sort((a, b) => score(b) - score(a));
  if (!target) return null;
  const features = preview.columns.filter(
    (column) =>
      column.type === 'number' &&
      (column !== target || !label) &&
      column.min !== column.max &&
      !(IDENTIFIER.test(column.name.trim()) && column.distinct === null),
  );
  if (features.length === 0) return null;
  const vectors = job.inputs.filter((input) => input.role === 'data' && isVector(input.shape));
  const matrix = job.inputs.some((input) => input.role === 'data' && !isVector(input.shape));
  return {
    path: preview.path,
    target: target.name,
    features: features
      .slice(0, matrix || vectors.length === 0 ? undefined : vectors.length)
      .map((c) => c.name),
    standardise: true,
    missing: 'drop',
  };
}

const isVector = (shape: readonly string[]): boolean => shape.filter((size) => size !== '1').length === 1;
