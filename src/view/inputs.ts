/** The inputs of a definition, with the role and the shape that each is taken to have; both can be corrected here. */
import type { DefinitionSummary, InputRole, InputSummary } from '../protocol';
import type { ViewContext } from './context';
import { button } from './controls';
import { h, type Child } from './dom';
import { formatShape } from './format';

const ROLE_WORDS: Readonly<Record<InputRole, string>> = {
  parameter: 'parameter',
  data: 'data',
  label: 'label',
  hyper: 'setting',
  upstream: 'upstream gradient',
  unknown: 'input',
};

/** What a user can choose. */
const CHOICES: readonly InputRole[] = ['parameter', 'data', 'label', 'hyper'];

export function inputList(context: ViewContext, { inputs }: DefinitionSummary): HTMLElement {
  return h('ul', { class: 'inputs', 'aria-label': 'Inputs' }, ...inputs.map((input) => item(context, input)));
}

function item(context: ViewContext, input: InputSummary): HTMLElement {
  const { name, code, role, said } = input;
  const byUser = said?.role === 'user' || said?.shape === 'user';
  return h(
    'li',
    { class: `input role-${role}` },
    h('code', {}, code === '' ? name : code),
    roleChip(context, input),
    shapeChip(context, input),
    byUser && h('span', { class: 'said' }, 'set by you'),
    byUser &&
      button({
        label: 'Reset',
        class: 'quiet small',
        title: `Let Nabla infer role and shape of ${name} again`,
        onClick: () => void context.ask((host) => host.correct(name, null)),
      }),
    !byUser && said !== undefined && h('span', { class: 'said' }, 'set by a comment'),
  );
}

/** What a comment says is changed in the code. */
function roleChip(context: ViewContext, { name, role, said }: InputSummary): HTMLElement {
  if (said?.role === 'comment')
    return h('span', { class: 'role', title: 'Set by a comment in the code' }, ROLE_WORDS[role]);
  const choices = CHOICES.includes(role) ? CHOICES : [role, ...CHOICES];
  const select = h(
    'select',
    {
      class: 'role-choice',
      'aria-label': `Role of ${name}`,
      title: `${name} is taken to be this; choose what it is`,
      on: {
        change: () => {
          const chosen = CHOICES.find((choice) => choice === select.value);
          if (chosen) void context.ask((host) => host.correct(name, { role: chosen }));
        },
      },
    },
    ...choices.map((choice) => h('option', { value: choice, selected: choice === role }, ROLE_WORDS[choice])),
  );
  return select;
}

function shapeChip(context: ViewContext, { name, shape, said }: InputSummary): HTMLElement {
  const text = formatShape(shape);
  if (said?.shape === 'comment')
    return h('span', { class: 'dim', title: 'Set by a comment in the code' }, text);
  const holder = h('span', { class: 'shape-choice' });
  const show = (...children: readonly Child[]): void => {
    holder.replaceChildren(...children.filter((child): child is HTMLElement => child instanceof HTMLElement));
  };
  const shown = button({
    label: text === '' ? 'number' : text,
    class: 'quiet small',
    title: `${name} is taken to have this shape; click to change it`,
    onClick: () => {
      edit();
    },
  });
  const edit = (): void => {
    const field = h('input', {
      type: 'text',
      class: 'shape-field',
      value: shape.join(', '),
      'aria-label': `Shape of ${name}, sizes with commas, empty for a number`,
      title: 'Sizes with commas, as in m, n; empty for a single number. Enter sets it, Escape leaves it.',
    });
    const close = (): void => {
      show(shown);
      shown.focus();
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close();
      if (event.key !== 'Enter') return;
      const sizes = sizesIn(field.value);
      if (sizes === null) {
        field.setCustomValidity('Up to three sizes, each a name or a number, as in m, n');
        field.reportValidity();
        return;
      }
      close();
      if (sizes.join() !== shape.join()) void context.ask((host) => host.correct(name, { shape: sizes }));
    });
    field.addEventListener('input', () => {
      field.setCustomValidity('');
    });
    show(field);
    field.focus();
    field.select();
  };
  show(shown);
  return holder;
}

const MOST_AXES = 3;

/** `(m, n)`, `m, n`, `m,` or nothing; null where it is no shape. */
export function sizesIn(text: string): string[] | null {
  const sizes = text
    .trim()
    .replace(/^\((.*)\)$/s, '$1')
    .split(',')
    .map((size) => size.trim());
  if (sizes.at(-1) === '') sizes.pop();
  return sizes.length <= MOST_AXES && sizes.every((size) => /^\w+$/.test(size)) ? sizes : null;
}
