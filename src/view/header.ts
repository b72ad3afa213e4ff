/** The head of the panel: what is shown, where it stands, how its gradients fare, and the way to each section. */
import { KIND_WORDS, type Verdict } from '../protocol';
import type { PanelState } from '../protocol/panel';
import type { Section, ViewContext } from './context';
import { button } from './controls';
import { h } from './dom';
import { equal } from './equal';
import { icon } from './icons';
import { VERDICT_WORDS, verdictBadge } from './verdict';

/** A section that the navigation can go to. */
export interface Destination {
  readonly label: string;
  readonly open: () => void;
}

export interface Header extends Section {
  /** Offers the way to a section, or does not. */
  readonly offer: (label: string, offered: boolean) => void;
}

export function createHeader(
  context: ViewContext,
  destinations: readonly Destination[],
  openResult: () => void,
): Header {
  const top = h('div', { class: 'header-top' });
  const summary = h('div', { class: 'header-summary' });
  const links = destinations.map(({ label, open }) =>
    h('button', { type: 'button', class: 'link', on: { click: open } }, label),
  );
  const navigation = h('nav', { class: 'sections-nav', 'aria-label': 'Sections', hidden: true }, ...links);
  const element = h('div', { class: 'head' }, h('header', { class: 'header' }, top, summary), navigation);
  let shown: unknown;
  return {
    element,
    offer: (label, offered) => {
      for (const link of links) if (link.textContent === label) link.hidden = !offered;
    },
    update: (state) => {
      const part = [state.subject, state.derivation?.definition, state.siblings, findingsOf(state)];
      if (equal(part, shown)) return;
      shown = part;
      top.replaceChildren(...title(context, state));
      summary.replaceChildren(...verdicts(state, openResult));
      summary.hidden = summary.childElementCount === 0;
      navigation.hidden = state.derivation === null;
    },
  };
}

function title(context: ViewContext, state: PanelState): HTMLElement[] {
  const definition = state.derivation?.definition;
  if (!definition) return [h('h1', {}, 'Nabla')];
  const file = state.subject?.fileName ?? '';
  const parts: HTMLElement[] = [
    h(
      'h1',
      {},
      h('code', {}, definition.name),
      ' ',
      h('span', { class: 'kind' }, KIND_WORDS[definition.kind]),
    ),
    button({
      label:
        file === ''
          ? `line ${String(definition.nameSpan.startLine)}`
          : `${file}:${String(definition.nameSpan.startLine)}`,
      icon: 'file',
      class: 'quiet file-link',
      title: 'Show the definition in the editor',
      onClick: () => void context.ask((host) => host.reveal(definition.nameSpan)),
    }),
  ];
  const choices = state.siblings.some(({ id }) => id === definition.id)
    ? state.siblings
    : [definition, ...state.siblings];
  if (choices.length > 1) parts.push(switcher(context, definition, choices));
  return parts;
}

type Choice = PanelState['siblings'][number];

function switcher(context: ViewContext, current: Choice, choices: readonly Choice[]): HTMLElement {
  const select = h(
    'select',
    {
      class: 'switcher',
      'aria-label': 'Definition to show',
      title: 'The definitions of this file',
      on: { change: () => void context.ask((host) => host.selectDefinition(select.value)) },
    },
    ...choices.map(({ id, name, kind }) =>
      h('option', { value: id, selected: id === current.id }, `${name} (${KIND_WORDS[kind]})`),
    ),
  );
  return select;
}

function findingsOf(state: PanelState): { name: string; verdict: Verdict; subject: string }[] {
  return (state.derivation?.parameters ?? []).flatMap(({ name, findings }) =>
    findings.map(({ verdict, subject }) => ({ name, verdict, subject })),
  );
}

/** One chip per hand-written gradient: the answer that most readers came for. */
function verdicts(state: PanelState, open: () => void): HTMLElement[] {
  return findingsOf(state).map(({ verdict, subject }) => {
    const name = subject.split('=')[0]?.trim() ?? subject;
    return h(
      'button',
      { type: 'button', class: 'chip-button', title: `${subject}: show the result`, on: { click: open } },
      verdictBadge(
        verdict,
        h('code', {}, name),
        ` is ${verdict === 'unknown' ? 'not decided' : VERDICT_WORDS[verdict]}`,
      ),
    );
  });
}

/** What went wrong, and what is being done. */
export function createBanner(): Section & { readonly showError: (message: string) => void } {
  const message = h('div', { class: 'banner', role: 'alert', hidden: true });
  const progress = h('div', { class: 'busy', role: 'status', hidden: true });
  const draw = (text: string | null): void => {
    message.hidden = text === null;
    message.replaceChildren(...(text === null ? [] : [icon('warning'), h('span', {}, text)]));
  };
  const words = { deriving: 'Deriving…', checking: 'Checking the gradient…', training: 'Training…' } as const;
  let shown: string | null = null;
  return {
    element: h('div', { class: 'notices' }, progress, message),
    update: (state) => {
      if (state.message !== shown || state.message === null) draw(state.message);
      shown = state.message;
      progress.hidden = state.busy === null;
      const text = state.busy === null ? '' : words[state.busy];
      if (progress.textContent !== text) progress.replaceChildren(h('span', { class: 'hidden-text' }, text));
    },
    showError: draw,
  };
}
