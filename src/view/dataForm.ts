/** Which table feeds the definition, and how: file, target, features, scaling, missing values. */
import type { InputSummary } from '../protocol';
import type { ColumnInfo, DataChoice, DataUse, TablePreview } from '../protocol/training';
import type { DataState } from '../protocol/panel';
import type { ViewContext } from './context';
import { button, field } from './controls';
import { h } from './dom';
import { choiceBox, select } from './formControls';
import type { Option } from './formControls';
import { formatCount, formatNumber, plural } from './format';
import { problemList } from './verdict';

/** The controls for a state of the data. Changes go to the host, which answers with the next state. */
export function dataForm(
  context: ViewContext,
  data: DataState,
  inputs: readonly InputSummary[],
): HTMLElement[] {
  const { files, preview, choice, use } = data;
  const set = (change: Partial<DataChoice>): void => {
    if (choice) void context.ask((host) => host.setData({ ...choice, ...change }));
  };
  const parts: HTMLElement[] = [fileRow(context, data)];
  if (files.length === 0 && !choice)
    parts.push(
      h('p', { class: 'dim' }, 'No data file in this workspace yet. Choose one to check on real numbers.'),
    );
  if (preview) {
    parts.push(h('p', { class: 'dim' }, tableText(preview)));
    // Of a choice only the problems of its own columns matter, which are told below.
    const problems = choice ? null : problemList(context, preview.problems);
    if (problems) parts.push(problems);
  }
  if (!preview || !choice) return parts;
  const scalars = inputs.filter(({ role, shape }) => role === 'hyper' && shape.length === 0);
  parts.push(
    h(
      'div',
      { class: 'fields even' },
      targetField(preview, choice, set),
      ...preparation(preview, choice, set),
      ...scalars.map((scalar) =>
        settingField(scalar, choice, (settings) => {
          set({ settings });
        }),
      ),
    ),
    h('div', { class: 'checks' }, ...boxes(choice, use ?? null, set)),
    features(preview, choice, (names) => {
      set({ features: names });
    }),
    ...(use ? useOf(context, use) : []),
  );
  return parts;
}

type Change = (change: Partial<DataChoice>) => void;

/** "240 rows, 6 columns; columns apart by commas, names in the first line" without saying columns twice. */
function tableText({ rows, columns, format = '' }: TablePreview): string {
  const size = `${plural(rows, 'row')}, ${plural(columns.length, 'column')}`;
  const rest = format.replace(/^columns /, '');
  if (rest === '') return size;
  return rest === format ? `${size}; ${rest}` : `${size} ${rest}`;
}

function targetField(preview: TablePreview, choice: DataChoice, set: Change): HTMLElement {
  const options = targetOptions(preview);
  return field(
    'Target',
    select(options, choice.target, (target) => {
      set({ target, features: choice.features.filter((name) => name !== target) });
    }),
    'The column that the definition takes as its label',
  );
}

/** Shares of the rows for validation, in per cent. */
const SHARES = [0, 10, 20, 30, 40] as const;

/** What is offered only where it makes sense: for values that are missing, for texts among the features, for rows held out. */
function preparation(preview: TablePreview, choice: DataChoice, set: Change): HTMLElement[] {
  const chosen = new Set(choice.features);
  const used = preview.columns.filter(({ name }) => chosen.has(name) || name === choice.target);
  const missing = used.reduce((sum, column) => sum + column.missing, 0);
  const texts = used.some(({ name, type }) => type === 'text' && chosen.has(name));
  const { share = 0, seed = 0 } = choice.validation ?? {};
  const percent = Math.round(100 * share);
  const shares = [...new Set([...SHARES, percent])].sort((a, b) => a - b);
  const parts: HTMLElement[] = [];
  if (missing > 0)
    parts.push(
      field(
        `Missing values (${formatCount(missing)})`,
        select(
          [
            { value: 'drop', label: 'leave the row out' },
            { value: 'mean', label: 'mean of the column' },
            { value: 'stop', label: 'stop the run' },
          ],
          choice.missing,
          (way) => {
            if (way === 'drop' || way === 'mean' || way === 'stop') set({ missing: way });
          },
        ),
        'What is done about missing values in the columns that are used',
      ),
    );
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
        'What features that are texts become',
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
        String(percent),
        (value) => {
          set({ validation: { share: Number(value) / 100, seed } });
        },
      ),
      'Rows that are not trained on, drawn at random',
    ),
  );
  if (share > 0) parts.push(seedField(share, seed, set));
  return parts;
}

function seedField(share: number, seed: number, set: Change): HTMLElement {
  const box = h('input', {
    type: 'number',
    min: 0,
    step: 1,
    value: seed,
    on: {
      change: () => {
        if (Number.isSafeInteger(box.valueAsNumber) && box.valueAsNumber >= 0)
          set({ validation: { share, seed: box.valueAsNumber } });
        else box.value = String(seed);
      },
    },
  });
  return field('Seed of the rows', box, 'Another seed draws other rows for validation');
}

/** What is done to the columns, and what the definition can be given besides. */
function boxes(choice: DataChoice, use: DataUse | null, set: Change): HTMLElement[] {
  const parts = [
    choiceBox(
      'Standardise the features',
      'Mean 0 and standard deviation 1 per column',
      choice.standardise,
      (standardise) => {
        set({ standardise });
      },
    ),
  ];
  if (use?.offers.intercept)
    parts.push(
      choiceBox(
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
      choiceBox(
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
  const used = h('p', { class: 'dim' }, `Used: ${plural(rows, 'row')}, ${plural(count, 'feature')}${held}.`);
  if (notes.length === 0) return [used];
  return [used, h('ul', { class: 'notes dim' }, ...notes.map((note) => h('li', {}, note)))];
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
  const file = options.length > (current === '' ? 1 : 0) ? field('Data', control) : null;
  file?.classList.add('file-field');
  return h(
    'div',
    { class: 'fields' },
    file,
    button({ label: 'Browse…', icon: 'file', onClick: () => void context.ask((host) => host.chooseData()) }),
  );
}

/** The value of a hyper-parameter of the definition; an empty field leaves it to the host's default. */
function settingField(
  { name, code }: InputSummary,
  { settings: known = {} }: DataChoice,
  onChange: (values: Readonly<Record<string, number>>) => void,
): HTMLElement {
  const box = h('input', {
    type: 'number',
    step: 'any',
    value: known[name],
    placeholder: 'default',
    on: {
      change: () => {
        const others = Object.entries(known).filter(([other]) => other !== name);
        const own: [string, number][] = Number.isFinite(box.valueAsNumber) ? [[name, box.valueAsNumber]] : [];
        onChange(Object.fromEntries([...others, ...own]));
      },
    },
  });
  return field(code === '' ? name : code, box, `Value of the hyper-parameter ${name}`);
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
