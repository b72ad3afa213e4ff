/** Which table feeds the definition, and how: file, target, features, scaling, missing values. */
import type { InputSummary } from '../protocol';
import type { ColumnInfo, DataChoice, DataUse, TablePreview } from '../protocol/training';
import type { DataState } from '../protocol/panel';
import type { ViewContext } from './context';
import { button, field } from './controls';
import { h } from './dom';
import { formatCount, formatNumber, plural } from './format';
import { problemList } from './verdict';

/** The controls for a state of the data. Changes go to the host, which answers with the next state. */
export function dataForm(
  context: ViewContext,
  data: DataState,
  inputs: readonly InputSummary[],
): HTMLElement[] {
  const { files, preview, choice } = data;
  const set = (change: Partial<DataChoice>): void => {
    if (choice) void context.ask((host) => host.setData({ ...choice, ...change }));
  };
  const parts: HTMLElement[] = [fileRow(context, data)];
  if (files.length === 0 && !choice)
    parts.push(
      h('p', { class: 'dim' }, 'No data file in this workspace yet. Choose one to check on real numbers.'),
    );
  if (preview) {
    const problems = problemList(context, preview.problems);
    if (problems) parts.push(problems);
  }
  if (!preview || !choice) return parts;
  const scalars = inputs.filter(({ role, shape }) => role === 'hyper' && shape.length === 0);
  parts.push(
    h(
      'div',
      { class: 'fields' },
      field(
        'Target',
        select(targetOptions(preview), choice.target, (target) => {
          set({ target, features: choice.features.filter((name) => name !== target) });
        }),
      ),
      field(
        'Missing values',
        select(
          [
            { value: 'drop', label: 'leave the row out' },
            { value: 'mean', label: 'use the mean of the column' },
            { value: 'stop', label: 'stop with a message' },
          ],
          choice.missing,
          (missing) => {
            if (missing === 'drop' || missing === 'mean' || missing === 'stop') set({ missing });
          },
        ),
      ),
      checkbox(
        'Standardise the features',
        'Mean 0 and standard deviation 1 per column',
        choice.standardise,
        (on) => {
          set({ standardise: on });
        },
      ),
      ...preparation(preview, choice, data.use ?? null, set),
    ),
    ...(scalars.length > 0 ? [settings(scalars, choice, (next) => set({ settings: next }))] : []),
    features(preview, choice, (names) => {
      set({ features: names });
    }),
    ...(data.use ? useOf(context, data.use) : []),
  );
  return parts;
}

/** Shares of the rows for validation, in per cent. */
const SHARES = [0, 10, 20, 30, 40] as const;

/** What is offered only where it makes sense: for texts among the features, and for what the definition takes. */
function preparation(
  preview: TablePreview,
  choice: DataChoice,
  use: DataUse | null,
  set: (change: Partial<DataChoice>) => void,
): HTMLElement[] {
  const chosen = new Set(choice.features);
  const texts = preview.columns.some(({ name, type }) => type === 'text' && chosen.has(name));
  const share = Math.round(100 * (choice.validation?.share ?? 0));
  const shares = [...new Set([...SHARES, share])].sort((a, b) => a - b);
  const parts: HTMLElement[] = [];
  if (texts)
    parts.push(
      field(
        'Categories',
        select(
          [
            { value: 'number', label: 'a number for each' },
            { value: 'indicators', label: 'a column of 0 and 1 for each' },
          ],
          choice.categories ?? 'number',
          (categories) => {
            if (categories === 'number' || categories === 'indicators') set({ categories });
          },
        ),
      ),
    );
  parts.push(
    field(
      'Validation',
      select(
        shares.map((value) => ({
          value: String(value),
          label: value === 0 ? 'no rows' : `${value} % of the rows`,
        })),
        String(share),
        (value) => {
          set({ validation: { share: Number(value) / 100, seed: choice.validation?.seed ?? 0 } });
        },
      ),
      'Rows that are not trained on, drawn at random from a fixed seed',
    ),
  );
  if (use?.offers.intercept)
    parts.push(
      checkbox(
        'Intercept',
        'A column of ones before the features, as the definition has no bias of its own',
        choice.intercept === true,
        (intercept) => {
          set({ intercept });
        },
      ),
    );
  if (use?.offers.weights)
    parts.push(
      checkbox(
        'Balance the classes',
        `Gives ${use.offers.weights} so that every class counts the same`,
        choice.balance === true,
        (balance) => {
          set({ balance });
        },
      ),
    );
  return parts;
}

/** What the choice comes to: the rows and features that will be used, and what is done to them. */
function useOf(
  context: ViewContext,
  { rows, validationRows, features: count, notes, problems }: DataUse,
): HTMLElement[] {
  const trouble = problemList(context, problems);
  if (trouble) return [trouble];
  const held = validationRows > 0 ? `, ${plural(validationRows, 'row')} for validation` : '';
  return [
    h('p', { class: 'dim' }, `Used: ${plural(rows, 'row')}, ${plural(count, 'feature')}${held}.`),
    ...notes.map((note) => h('p', { class: 'dim' }, note)),
  ];
}

function fileRow(context: ViewContext, { files, preview, choice }: DataState): HTMLElement {
  const current = choice?.path ?? preview?.path ?? '';
  const listed = files.some(({ path }) => path === current) || current === '';
  const options = [
    ...(current === '' ? [{ value: '', label: 'Choose a file' }] : []),
    ...(listed ? [] : [{ value: current, label: current }]),
    ...files.map(({ path, label }) => ({ value: path, label })),
  ];
  const control = select(options, current, (path) => {
    if (path === '') return;
    // The host guesses target and features of another file.
    void context.ask((host) =>
      host.setData({
        path,
        target: '',
        features: [],
        standardise: choice?.standardise ?? true,
        missing: choice?.missing ?? 'drop',
      }),
    );
  });
  return h(
    'div',
    { class: 'fields' },
    options.length > (current === '' ? 1 : 0) ? field('Data', control) : null,
    button({ label: 'Browse…', icon: 'file', onClick: () => void context.ask((host) => host.chooseData()) }),
    preview &&
      h(
        'span',
        { class: 'dim' },
        `${plural(preview.rows, 'row')}, ${plural(preview.columns.length, 'column')}`,
      ),
    preview?.format === undefined || preview.format === ''
      ? null
      : h('span', { class: 'dim' }, `(${preview.format})`),
  );
}

/** Hyper-parameters of the definition; an empty field leaves the value to the host's default. */
function settings(
  scalars: readonly InputSummary[],
  choice: DataChoice,
  onChange: (values: Readonly<Record<string, number>>) => void,
): HTMLElement {
  const known = choice.settings ?? {};
  const fieldOf = ({ name, code }: InputSummary): HTMLElement => {
    const box = h('input', {
      type: 'number',
      step: 'any',
      value: known[name],
      placeholder: 'default',
      on: {
        change: () => {
          const others = Object.entries(known).filter(([other]) => other !== name);
          const own: [string, number][] = Number.isFinite(box.valueAsNumber)
            ? [[name, box.valueAsNumber]]
            : [];
          onChange(Object.fromEntries([...others, ...own]));
        },
      },
    });
    return field(code === '' ? name : code, box, `Value of the hyper-parameter ${name}`);
  };
  return h('div', { class: 'fields' }, ...scalars.map(fieldOf));
}

interface Option {
  readonly value: string;
  readonly label: string;
}

function select(
  options: readonly Option[],
  chosen: string,
  onChange: (value: string) => void,
): HTMLSelectElement {
  const element = h(
    'select',
    {
      on: {
        change: () => {
          onChange(element.value);
        },
      },
    },
    ...options.map(({ value, label }) => h('option', { value, selected: value === chosen }, label)),
  );
  return element;
}

function checkbox(
  label: string,
  title: string,
  checked: boolean,
  onChange: (on: boolean) => void,
): HTMLElement {
  const box = h('input', {
    type: 'checkbox',
    checked,
    on: {
      change: () => {
        onChange(box.checked);
      },
    },
  });
  return h('label', { class: 'check', title }, box, h('span', {}, label));
}

function targetOptions({ columns }: TablePreview): Option[] {
  return columns
    .filter(isUsable)
    .map((column) => ({ value: column.name, label: `${column.name}${targetHint(column)}` }));
}

/** Categories with the numbers that they get. */
function textHint({ distinct, examples }: ColumnInfo): string {
  if (distinct === null) return 'text: too many different ones for categories';
  if (examples.length === 0) return `${formatCount(distinct)} categories, numbered in their order`;
  return `categories: ${examples.map((text, k) => `${text} = ${k}`).join(', ')}`;
}

function targetHint({ distinct, examples, type }: ColumnInfo): string {
  if (distinct !== null && distinct <= 4 && examples.length > 0) return ` (${examples.join(', ')})`;
  return type === 'number' ? '' : ` (${type})`;
}

function features(
  preview: TablePreview,
  choice: DataChoice,
  onChange: (names: readonly string[]) => void,
): HTMLElement {
  const candidates = preview.columns.filter(({ name }) => name !== choice.target);
  const numbers = candidates.filter(({ type }) => type === 'number').map(({ name }) => name);
  const chosen = new Set(choice.features);
  const boxes = candidates.map((column) => {
    const box = h('input', {
      type: 'checkbox',
      value: column.name,
      checked: chosen.has(column.name),
      // A column that a file chose earlier can still be taken out.
      disabled: !isUsable(column) && !chosen.has(column.name),
      on: { change: () => onChange(boxes.filter(({ checked }) => checked).map(({ value }) => value)) },
    });
    return box;
  });
  return h(
    'fieldset',
    { class: 'features' },
    h('legend', {}, `Features (${formatCount(chosen.size)} of ${formatCount(candidates.length)})`),
    h(
      'div',
      { class: 'features-tools' },
      button({
        label: 'All',
        class: 'quiet',
        title: 'Take every column of numbers',
        onClick: () => onChange(numbers),
      }),
      button({ label: 'None', class: 'quiet', title: 'Take no column', onClick: () => onChange([]) }),
    ),
    h(
      'div',
      { class: 'chips' },
      ...candidates.map((column, place) =>
        h(
          'label',
          { class: `chip ${isUsable(column) ? '' : 'chip-text'}`, title: columnHint(column) },
          boxes[place],
          h('span', {}, column.name),
        ),
      ),
    ),
  );
}

/** A column of numbers, or one of categories. */
function isUsable({ type, distinct }: ColumnInfo): boolean {
  return type === 'number' || (type === 'text' && distinct !== null);
}

function columnHint(column: ColumnInfo): string {
  const { type, missing, min, max } = column;
  const parts = [type === 'number' ? 'numbers' : type === 'text' ? textHint(column) : 'empty'];
  if (min !== null && max !== null) parts.push(`${formatNumber(min, 4)} to ${formatNumber(max, 4)}`);
  if (missing > 0) parts.push(`${formatCount(missing)} missing`);
  return parts.join(', ');
}
