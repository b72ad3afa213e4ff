/** The steps of one derivation as a tree. Children are drawn when their step is first opened. */
import type { StepView } from '../protocol';
import type { ViewContext } from './context';
import { h } from './dom';
import { icon } from './icons';
import { stepRow } from './stepRow';
import { continues, openableKeys, stepKey } from './steps';
import { treeKey } from './treeKeys';

export interface StepTree {
  readonly element: HTMLElement;
  readonly expandAll: () => void;
  readonly collapseAll: () => void;
}

interface Item {
  readonly element: HTMLElement;
  readonly level: number;
  readonly controls: readonly HTMLElement[];
  readonly expandable: boolean;
  expanded: boolean;
  toggle(expanded: boolean): void;
}

/** `key` names the derivation among all that the panel has shown, so that opened steps stay open. */
export function stepTree(
  context: ViewContext,
  steps: readonly StepView[],
  key: string,
  label: string,
): StepTree {
  const items = new Map<Element, Item>();
  let current: Item | null = null;

  const root = h('div', { class: 'steps', role: 'tree', 'aria-label': label });
  const branch = (
    children: readonly StepView[],
    parent: string,
    level: number,
    number: string,
  ): HTMLElement[] =>
    children.map((step, place) => {
      const previous = children[place - 1];
      const own = number === '' ? String(place + 1) : `${number}.${String(place + 1)}`;
      return draw(step, stepKey(parent, place), level, own, {
        goesOn: continues(step, previous),
        place: place + 1,
        of: children.length,
      });
    });

  function draw(
    step: StepView,
    itemKey: string,
    level: number,
    number: string,
    position: { readonly goesOn: boolean; readonly place: number; readonly of: number },
  ): HTMLElement {
    const expandable = step.children.length > 0;
    const row = stepRow(context, step, number, position.goesOn);
    const group = h('div', { role: 'group', class: 'step-children', hidden: true });
    const element = h(
      'div',
      {
        class: `step ${expandable ? 'expandable' : ''}`,
        role: 'treeitem',
        tabindex: -1,
        'aria-level': level,
        'aria-posinset': position.place,
        'aria-setsize': position.of,
        'aria-labelledby': row.element.id,
        'aria-expanded': expandable ? 'false' : undefined,
      },
      row.element,
      expandable && group,
    );
    row.element.prepend(h('span', { class: 'twist', 'aria-hidden': 'true' }, expandable && icon('chevron')));
    const item: Item = {
      element,
      level,
      controls: row.controls,
      expandable,
      expanded: false,
      toggle: (expanded) => {
        if (!expandable || item.expanded === expanded) return;
        item.expanded = expanded;
        if (expanded && group.childElementCount === 0)
          group.append(...branch(step.children, itemKey, level + 1, number));
        group.hidden = !expanded;
        element.setAttribute('aria-expanded', String(expanded));
        remember(itemKey, expanded);
      },
    };
    items.set(element, item);
    row.element.addEventListener('click', (event) => {
      if (event.target instanceof Element && event.target.closest('button, .step-details')) return;
      // Selecting a formula to copy it is no click on its step.
      if (getSelection()?.isCollapsed === false) return;
      makeCurrent(item);
      element.focus({ preventScroll: true });
      item.toggle(!item.expanded);
    });
    if (expandable && context.preferences.get().openSteps.includes(itemKey)) item.toggle(true);
    return element;
  }

  function remember(itemKey: string, open: boolean): void {
    const known = context.preferences.get().openSteps;
    if (known.includes(itemKey) === open) return;
    context.preferences.set({
      openSteps: open ? [...known, itemKey] : known.filter((other) => other !== itemKey),
    });
  }

  function makeCurrent(item: Item): void {
    if (current) for (const element of [current.element, ...current.controls]) element.tabIndex = -1;
    current = item;
    for (const element of [item.element, ...item.controls]) element.tabIndex = 0;
  }

  /** Items that are not inside of a closed one, in the order of the page. */
  function visible(): Item[] {
    return [...root.querySelectorAll('[role=treeitem]')].flatMap((element) => {
      const item = items.get(element);
      return item && !element.parentElement?.closest('[role=group][hidden]') ? [item] : [];
    });
  }

  root.addEventListener('focusin', (event) => {
    const item = event.target instanceof Element ? items.get(event.target) : undefined;
    if (item) makeCurrent(item);
  });
  root.addEventListener('keydown', (event) => {
    const item = event.target instanceof Element ? items.get(event.target) : undefined;
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const list = visible();
    const action = treeKey(
      list.map(({ level, expandable, expanded }) => ({ level, expanded: expandable ? expanded : null })),
      list.indexOf(item),
      event.key,
    );
    if (!action) return;
    event.preventDefault();
    if (action.type === 'expand-siblings') for (const place of action.places) list[place]?.toggle(true);
    else if (action.type === 'focus') list[action.place]?.element.focus();
    else list[action.place]?.toggle(action.type === 'expand');
  });

  root.append(...branch(steps, key, 1, ''));
  const [first] = visible();
  if (first) makeCurrent(first);

  const toggleAll = (expanded: boolean): void => {
    const keys = openableKeys(steps, key);
    const others = context.preferences.get().openSteps.filter((known) => !keys.includes(known));
    context.preferences.set({ openSteps: expanded ? [...others, ...keys] : others });
    // Opening draws further items, which the map then yields as well; they open themselves.
    for (const item of items.values()) item.toggle(expanded);
    if (current && !expanded && current.level > 1 && first) makeCurrent(first);
  };
  return {
    element: root,
    expandAll: () => {
      toggleAll(true);
    },
    collapseAll: () => {
      toggleAll(false);
    },
  };
}
