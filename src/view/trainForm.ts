/** The options of a training run: what the optimizer uses, the rest on demand. */
import type { TrainOptions } from '../protocol/training';
import { field } from './controls';
import { fill, h, uniqueId } from './dom';
import { checkbox } from './formControls';
import type { FieldGroup, FieldId, FormChoice, NumberField } from './trainFields';
import { FIELDS, isUsed, numbersOf, OPTIMIZERS, optionsOf, SCHEDULES, usesSchedule } from './trainFields';

export interface TrainForm {
  readonly element: HTMLElement;
  /** The options, or null after pointing at the field that is not valid. */
  read(): TrainOptions | null;
  /** Shows the options of a run that was started elsewhere. */
  write(options: TrainOptions): void;
  /** Whether there is a hand-written gradient to train beside the derived one. */
  offerBeside(offered: boolean): void;
}

interface Row {
  readonly field: NumberField;
  readonly input: HTMLInputElement;
  readonly element: HTMLElement;
  readonly fault: HTMLElement;
}

const GROUPS: readonly { readonly id: FieldGroup; readonly title: string }[] = [
  { id: 'step', title: 'Step' },
  { id: 'schedule', title: 'Schedule' },
  { id: 'stop', title: 'Stop early' },
  { id: 'start', title: 'Start' },
];

export function trainForm(initial: TrainOptions, onSubmit: () => void): TrainForm {
  const rows = FIELDS.map(numberRow);
  const optimizer = choiceOf(OPTIMIZERS);
  const schedule = choiceOf(SCHEDULES);
  const precision = choiceOf([
    { id: 'double', label: 'Double' },
    { id: 'single', label: 'Single' },
  ] as const);
  const lineSearch = h('input', { type: 'checkbox' });
  const beside = h('input', { type: 'checkbox' });
  const choice = (): FormChoice => ({
    optimizer: optimizer.value(),
    schedule: schedule.value(),
    lineSearch: lineSearch.checked && optimizer.value() === 'gradient-descent',
  });

  const scheduleField = field(
    'Rate over time',
    schedule.element,
    'How the learning rate changes with the epochs',
  );
  const lineSearchField = checkbox(
    'Line search',
    'Looks for the length of each step along the gradient, starting at the learning rate',
    lineSearch,
  );
  const besideField = checkbox(
    'Train your gradient beside the derived one',
    'A second run from the same start that follows your gradient',
    beside,
  );
  const inGroup = (group: FieldGroup): HTMLElement[] =>
    rows.filter((row) => row.field.group === group).map(({ element }) => element);
  const extra: Readonly<Partial<Record<FieldGroup, readonly HTMLElement[]>>> = {
    step: [lineSearchField],
    schedule: [scheduleField],
    start: [field('Precision', precision.element, 'Of the data and their products; totals are double')],
  };
  const groups = GROUPS.map(({ id, title }) =>
    h(
      'fieldset',
      { class: 'field-group' },
      h('legend', {}, title),
      h('div', { class: 'fields even' }, ...(extra[id] ?? []), ...inGroup(id)),
    ),
  );

  function update(): void {
    const now = choice();
    lineSearchField.hidden = now.optimizer !== 'gradient-descent';
    scheduleField.hidden = !usesSchedule(now);
    for (const { field: own, input, element } of rows) {
      element.hidden = !isUsed(own, now);
      const usual = own.byDefault?.(now);
      if (usual !== undefined) input.placeholder = usual === 0 ? (own.zero ?? '0') : String(usual);
    }
    for (const group of groups)
      group.hidden = ![...group.querySelectorAll('.fields > *')].some(
        (child) => !child.hasAttribute('hidden'),
      );
  }
  for (const control of [optimizer.element, schedule.element, lineSearch])
    control.addEventListener('change', update);

  const element = h(
    'form',
    {
      id: uniqueId('options'),
      class: 'train-form',
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          onSubmit();
        },
      },
    },
    h('div', { class: 'fields main-fields' }, field('Optimizer', optimizer.element), ...inGroup('main')),
    besideField,
    h(
      'details',
      { class: 'more' },
      h('summary', {}, 'Advanced'),
      h('div', { class: 'field-groups' }, ...groups),
    ),
    // Enter in a field submits only where there is a submit button.
    h('input', { type: 'submit', hidden: true }),
  );

  const write = (options: TrainOptions): void => {
    const numbers = numbersOf(options);
    optimizer.set(options.optimizer ?? 'gradient-descent');
    schedule.set(options.schedule?.kind ?? 'constant');
    precision.set(options.precision ?? 'double');
    lineSearch.checked = options.lineSearch ?? false;
    beside.checked = options.sideBySide ?? false;
    const now = choice();
    for (const { field: own, input } of rows) {
      const value = numbers[own.id];
      // What is usual is told by the empty field.
      const shown = value === undefined || value === own.byDefault?.(now) ? '' : String(value);
      if (input.value !== shown) input.value = shown;
    }
    update();
  };
  write(initial);

  return {
    element,
    write,
    offerBeside: (offered) => {
      besideField.hidden = !offered;
    },
    read: () => {
      const now = choice();
      const numbers: Partial<Record<FieldId, number>> = {};
      let wrong: Row | undefined;
      for (const row of rows) {
        const fault = isUsed(row.field, now) ? faultOf(row) : '';
        showFault(row, fault);
        if (fault !== '') wrong ??= row;
        else if (row.input.value !== '') numbers[row.field.id] = row.input.valueAsNumber;
      }
      if (wrong) {
        wrong.element.closest('details')?.setAttribute('open', '');
        wrong.input.focus();
        return null;
      }
      const more = { precision: precision.value(), sideBySide: beside.checked && !besideField.hidden };
      return optionsOf(now, numbers, more);
    },
  };
}

function numberRow(own: NumberField): Row {
  const input = h('input', {
    type: 'number',
    min: own.min,
    ...(own.max === undefined ? {} : { max: own.max }),
    step: own.whole === true ? 1 : 'any',
    required: own.byDefault === undefined,
  });
  const fault = h('span', { class: 'field-fault', id: uniqueId('fault'), hidden: true });
  const element = field(own.label, input, own.hint);
  element.append(fault);
  const row = { field: own, input, element, fault };
  input.addEventListener('input', () => {
    showFault(row, '');
  });
  return row;
}

function faultOf({ field: { min, above = false, max, whole = false }, input }: Row): string {
  const { validity } = input;
  if (validity.valid) return above && input.valueAsNumber === min ? `More than ${String(min)}.` : '';
  if (validity.valueMissing) return 'A number is needed.';
  if (validity.badInput) return 'This is not a number.';
  if (validity.rangeOverflow && max !== undefined) return `At most ${String(max)}.`;
  if (validity.stepMismatch || (whole && validity.rangeUnderflow))
    return `A whole number from ${String(min)}.`;
  return `${above ? 'More than' : 'At least'} ${String(min)}.`;
}

function showFault({ input, fault }: Row, text: string): void {
  fill(fault, text);
  fault.hidden = text === '';
  if (text === '') {
    input.removeAttribute('aria-invalid');
    input.removeAttribute('aria-describedby');
  } else {
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', fault.id);
  }
}

/** A list of named choices whose value keeps its type. */
function choiceOf<T extends string>(
  items: readonly { readonly id: T; readonly label: string }[],
): { readonly element: HTMLSelectElement; value(): T; set(value: T): void } {
  const element = h('select', {}, ...items.map(({ id, label }) => h('option', { value: id }, label)));
  const [first] = items;
  if (!first) throw new Error('a choice of nothing');
  return {
    element,
    value: () => (items[element.selectedIndex] ?? first).id,
    set: (value) => {
      element.selectedIndex = items.findIndex(({ id }) => id === value);
    },
  };
}
