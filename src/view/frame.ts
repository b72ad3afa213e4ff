/** The frame of a section: a heading that folds it, and tools beside the heading. */
import { h, uniqueId } from './dom';
import { icon } from './icons';
import type { ViewContext } from './context';

export interface Frame {
  readonly element: HTMLElement;
  readonly body: HTMLElement;
  /** Shown at the right of the heading. */
  readonly aside: HTMLElement;
  /** Unfolds the section and scrolls to it; the focus stays where it is, which may be in the editor. */
  readonly bringIntoSight: () => void;
  /** The same, and puts the focus there. */
  readonly open: () => void;
}

export function sectionFrame(context: ViewContext, id: string, title: string): Frame {
  const headingId = uniqueId('heading');
  const body = h('div', { class: 'section-body', id: `${id}-body` });
  const aside = h('div', { class: 'section-aside' });
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'fold',
      'aria-controls': body.id,
      on: { click: () => show(body.hasAttribute('hidden')) },
    },
    icon('chevron'),
    h('span', { id: headingId }, title),
  );
  const element = h(
    'section',
    { class: 'section', id, 'aria-labelledby': headingId },
    h('div', { class: 'section-head' }, h('h2', {}, toggle), aside),
    body,
  );
  const draw = (visible: boolean): void => {
    body.hidden = !visible;
    aside.hidden = !visible;
    toggle.setAttribute('aria-expanded', String(visible));
  };
  function show(visible: boolean): void {
    draw(visible);
    const others = context.preferences.get().folded.filter((folded) => folded !== id);
    context.preferences.set({ folded: visible ? others : [...others, id] });
  }
  const bringIntoSight = (): void => {
    if (body.hasAttribute('hidden')) show(true);
    element.scrollIntoView({ block: 'start', behavior: calm() ? 'auto' : 'smooth' });
  };
  draw(!context.preferences.get().folded.includes(id));
  return {
    element,
    body,
    aside,
    bringIntoSight,
    open: () => {
      bringIntoSight();
      toggle.focus({ preventScroll: true });
    },
  };
}

/** Whether the reader asked for less motion, of the system or of VS Code. */
export function calm(): boolean {
  return (
    document.body.classList.contains('vscode-reduce-motion') ||
    matchMedia('(prefers-reduced-motion: reduce)').matches
  );
}
