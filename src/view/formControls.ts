/** Controls of forms: lists to choose from, boxes to tick, numbers to type. */
import { h } from './dom';

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function select(
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

/** A box with its label beside it; the hint shows under the mouse. */
export function checkbox(label: string, hint: string, box: HTMLInputElement): HTMLLabelElement {
  return h('label', { class: 'check', title: hint }, box, h('span', {}, label));
}

/** The same with a box of its own. */
export function choiceBox(
  label: string,
  hint: string,
  checked: boolean,
  onChange: (on: boolean) => void,
): HTMLLabelElement {
  const box = h('input', {
    type: 'checkbox',
    checked,
    on: {
      change: () => {
        onChange(box.checked);
      },
    },
  });
  return checkbox(label, hint, box);
}
