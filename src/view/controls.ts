/** Buttons, tabs and other small controls with their keyboard behaviour. */
import type { Child } from './dom';
import { h, uniqueId } from './dom';
import type { IconName } from './icons';
import { icon } from './icons';
import type { ViewContext } from './context';

export interface ButtonOptions {
  readonly label: string;
  readonly icon?: IconName;
  /** Shows the icon alone; the label stays for screen readers and as a tooltip. */
  readonly iconOnly?: boolean;
  readonly class?: string;
  readonly title?: string;
  readonly onClick: () => void;
}

export function button(options: ButtonOptions): HTMLButtonElement {
  const { label, iconOnly = false } = options;
  return h(
    'button',
    {
      type: 'button',
      class: `button ${iconOnly ? 'icon-button' : ''} ${options.class ?? 'secondary'}`,
      title: options.title ?? (iconOnly ? label : undefined),
      'aria-label': iconOnly ? label : undefined,
      on: { click: options.onClick },
    },
    options.icon && icon(options.icon),
    !iconOnly && h('span', {}, label),
  );
}

/** Copies text and says so in place for a moment. `text` is asked for at the click. */
export function copyButton(
  context: ViewContext,
  label: string,
  text: () => string,
  iconOnly = false,
): HTMLElement {
  const element = button({ label, icon: 'copy', iconOnly, class: 'quiet copy', onClick: () => void copy() });
  let reset: ReturnType<typeof setTimeout> | undefined;
  const show = (copied: boolean): void => {
    element.classList.toggle('copied', copied);
    element.querySelector('.icon')?.replaceWith(icon(copied ? 'check' : 'copy'));
    const caption = element.querySelector('span');
    if (caption) caption.textContent = copied ? 'Copied' : label;
  };
  async function copy(): Promise<void> {
    if (!(await context.ask((host) => host.copy(text())))) return;
    show(true);
    context.announce('Copied');
    clearTimeout(reset);
    reset = setTimeout(() => {
      show(false);
    }, 1600);
  }
  return element;
}

export interface Tab {
  readonly id: string;
  readonly label: Child;
  /** Built when first shown. */
  readonly panel: () => HTMLElement;
}

/** Tabs with a roving tab stop. The chosen panel is built when it is shown, and kept. */
export function tabs(
  caption: string,
  items: readonly Tab[],
  chosen: string,
  onChoose: (id: string) => void,
): { readonly list: HTMLElement; readonly panels: HTMLElement } {
  const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': caption });
  const panels = h('div', { class: 'tab-panels' });
  const entries = items.map((item) => {
    const id = uniqueId('tab');
    const panel = h('div', { role: 'tabpanel', id: `${id}-panel`, 'aria-labelledby': id, hidden: true });
    const tab = h(
      'button',
      {
        type: 'button',
        class: 'tab',
        role: 'tab',
        id,
        'aria-controls': panel.id,
        on: {
          click: () => {
            choose(item.id);
            onChoose(item.id);
          },
        },
      },
      item.label,
    );
    list.append(tab);
    panels.append(panel);
    return { item, tab, panel };
  });
  const choose = (id: string): void => {
    for (const { item, tab, panel } of entries) {
      const active = item.id === id;
      tab.setAttribute('aria-selected', String(active));
      tab.tabIndex = active ? 0 : -1;
      panel.hidden = !active;
      if (active && panel.childElementCount === 0) panel.append(item.panel());
    }
  };
  list.addEventListener('keydown', (event) => {
    const place = entries.findIndex(({ tab }) => tab === event.target);
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: place + 1,
      ArrowLeft: place - 1 + entries.length,
      Home: 0,
      End: entries.length - 1,
    };
    const next = moves[event.key];
    const entry = next === undefined ? undefined : entries[next % entries.length];
    if (place < 0 || !entry) return;
    event.preventDefault();
    entry.tab.focus();
    choose(entry.item.id);
    onChoose(entry.item.id);
  });
  choose(items.some(({ id }) => id === chosen) ? chosen : (items[0]?.id ?? ''));
  return { list, panels };
}

/** A strip whose chosen button can be set from outside. */
export interface Segmented<T extends string> {
  readonly element: HTMLElement;
  set(value: T): void;
}

/** A choice of a few, as radio buttons drawn as one strip. */
export function segmented<T extends string>(
  caption: string,
  options: readonly { readonly value: T; readonly label: string; readonly title: string }[],
  chosen: T,
  onChoose: (value: T) => void,
): Segmented<T> {
  const name = uniqueId('choice');
  const buttons = options.map(({ value, label, title }) => {
    const input = h('input', {
      type: 'radio',
      name,
      value,
      checked: value === chosen,
      on: {
        change: () => {
          onChoose(value);
        },
      },
    });
    return { value, input, element: h('label', { title }, input, h('span', {}, label)) };
  });
  return {
    element: h(
      'fieldset',
      { class: 'segmented' },
      h('legend', { class: 'hidden-text' }, caption),
      ...buttons.map(({ element }) => element),
    ),
    set: (value) => {
      for (const each of buttons) each.input.checked = each.value === value;
    },
  };
}

/** A labelled form control. */
export function field(label: string, control: HTMLElement, hint?: string): HTMLElement {
  control.id = uniqueId('field');
  // For those who do not see it under the mouse.
  if (hint !== undefined) control.title = hint;
  return h(
    'div',
    { class: 'field', title: hint },
    h('label', { class: 'field-label', for: control.id }, label),
    control,
  );
}

/** A box that scrolls sideways when its content is wider, and takes the keyboard's focus only then. */
export function scroller(label: string, ...children: readonly Child[]): HTMLElement {
  const element = h('div', { class: 'scroller' }, ...children);
  new ResizeObserver(() => {
    const overflows = element.scrollWidth > element.clientWidth + 1;
    if (overflows) {
      element.tabIndex = 0;
      element.setAttribute('role', 'group');
      element.setAttribute('aria-label', label);
    } else {
      element.removeAttribute('tabindex');
      element.removeAttribute('role');
      element.removeAttribute('aria-label');
    }
  }).observe(element);
  return element;
}
