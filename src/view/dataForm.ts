/** Which table feeds the definition, and how: file, target, features, scaling, missing values. */
import type { ColumnInfo, DataChoice, DataState, InputSummary, TablePreview } from '../protocol';
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
    ),
    ...(scalars.length > 0 ? [settings(scalars, choice, (next) => set({ settings: next }))] : []),
    features(preview, choice, (names) => {
      set({ features: names });
    }),
  );
  return parts;
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
  return columns.map((column) => ({ value: column.name, label: `${column.name}${targetHint(column)}` }));
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
      // A text column that a file chose earlier can still be taken out.
      disabled: column.type !== 'number' && !chosen.has(column.name),
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
          { class: `chip ${column.type === 'number' ? '' : 'chip-text'}`, title: columnHint(column) },
          boxes[place],
          h('span', {}, column.name),
        ),
      ),
    ),
  );
}

function columnHint({ type, missing, min, max }: ColumnInfo): string {
  const parts = [type === 'number' ? 'numbers' : type === 'text' ? 'text: not usable as a feature' : 'empty'];
  if (min !== null && max !== null) parts.push(`${formatNumber(min, 4)} to ${formatNumber(max, 4)}`);
  if (missing > 0) parts.push(`${formatCount(missing)} missing`);
  return parts.join(', ');
}
