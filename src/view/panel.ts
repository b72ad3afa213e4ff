/** The whole panel: sections in the order of a textbook page, redrawn where the state differs. */
import type { DefinitionSummary } from '../protocol';
import type { TrainProgress } from '../protocol/training';
import type { HostApi, PanelState } from '../protocol/panel';
import { createCheck } from './check';
import type { Section, ViewContext } from './context';
import { createDerivation } from './derivation';
import { showsFindings } from './derivatives';
import { h } from './dom';
import { createFormulas } from './formulas';
import { sectionFrame } from './frame';
import { createGraph } from './graph';
import { createBanner, createHeader } from './header';
import { createNumerics } from './numerics';
import type { PreferenceStore } from './preferences';
import { createResult } from './result';
import { createTrain } from './train';
import { problemList } from './verdict';

export interface Panel {
  readonly show: (state: PanelState) => void;
  readonly trainProgress: (progress: TrainProgress) => void;
  readonly showError: (message: string) => void;
}

/** Height in px of what stays at the top of the page. */
const STICKY_HEAD = 44;
const FRAMES_TO_SETTLE = 3;

export function createPanel(root: HTMLElement, host: HostApi, preferences: PreferenceStore): Panel {
  const live = h('div', { class: 'hidden-text', role: 'status', 'aria-live': 'polite' });
  const banner = createBanner();
  const context: ViewContext = {
    host,
    preferences,
    ask: async (intent) => {
      try {
        await intent(host);
        return true;
      } catch (error) {
        banner.showError(error instanceof Error ? error.message : String(error));
        return false;
      }
    },
    announce: (message) => {
      live.textContent = message;
    },
  };

  const frames = {
    formulas: sectionFrame(context, 'formulas', 'Formulas'),
    graph: sectionFrame(context, 'graph', 'Computational graph'),
    derivation: sectionFrame(context, 'derivation', 'Derivation'),
    result: sectionFrame(context, 'result', 'Result'),
    numerics: sectionFrame(context, 'numerics', 'Numerically'),
    check: sectionFrame(context, 'check', 'Check on data'),
    train: sectionFrame(context, 'train', 'Train'),
  };
  let latest: PanelState | undefined;
  const train = createTrain(context, frames.train, frames.check.open);
  const header = createHeader(
    context,
    [
      { label: 'Formulas', open: frames.formulas.open },
      { label: 'Graph', open: frames.graph.open },
      { label: 'Derivation', open: frames.derivation.open },
      { label: 'Result', open: frames.result.open },
      { label: 'Check', open: frames.check.open },
      { label: 'Train', open: frames.train.open },
    ],
    () => {
      const kind = latest?.derivative?.kind ?? 'gradient';
      const [first] = latest?.derivation?.kinds ?? [];
      if (first !== undefined && !showsFindings(kind)) void context.ask((ask) => ask.selectDerivative(first));
      frames.result.open();
    },
  );
  const sections: readonly Section[] = [
    createFormulas(context, frames.formulas),
    createGraph(context, frames.graph),
    createDerivation(context, frames.derivation),
    createResult(context, frames.result),
    createNumerics(context, frames.numerics),
    createCheck(context, frames.check),
    train,
  ];
  let attended: number | undefined;
  const empty = h('div', { class: 'empty' });
  const problems = h('div', { class: 'page-problems' });
  const page = h('div', { class: 'page', hidden: true }, ...sections.map(({ element }) => element));
  root.append(header.element, h('main', {}, banner.element, empty, problems, page), live);

  let shownDefinition: string | undefined;
  return {
    show: (state) => {
      latest = state;
      const definition = state.derivation?.definition;
      const started = definition !== undefined;
      if (definition?.id !== shownDefinition) scrollTo({ top: 0 });
      shownDefinition = definition?.id;
      const numeric = definition !== undefined && runsOnData(definition);
      header.offer('Check', numeric);
      header.offer('Train', numeric);
      for (const { element } of [frames.check, frames.train]) element.hidden = !numeric;
      // A section draws by the room that it has, so it is brought in before it is told.
      page.hidden = !started;
      empty.hidden = started;
      empty.replaceChildren(...(started ? [] : emptyState(state)));
      const list = problemList(context, state.derivation?.problems ?? []);
      problems.replaceChildren(...(list ? [list] : []));
      root.setAttribute('aria-busy', String(state.busy === 'deriving'));
      page.classList.toggle('stale', state.busy === 'deriving' && state.derivative?.busy !== true);
      keepingPlace(page, () => {
        for (const section of [header, banner, ...sections]) section.update(state);
      });
      const { attention } = state;
      if (attention && attention.count !== attended) {
        frames[attention.section].bringIntoSight();
        attended = attention.count;
      }
    },
    trainProgress: train.progress,
    showError: banner.showError,
  };
}

/** What is looked at stays where it is on the screen, whatever becomes longer or shorter above it. */
function keepingPlace(page: HTMLElement, change: () => void): void {
  const looked = document.activeElement?.closest('.kind-switch')?.closest('.section');
  const sections = [...page.children];
  const isChoosing = looked ? isInSight(looked) : false;
  const anchor = isChoosing ? looked : scrollY > 0 ? sections.find((each) => isInSight(each)) : undefined;
  if (!anchor) {
    change();
    return;
  }
  const before = anchor.getBoundingClientRect().top;
  change();
  // Steps out of sight have their size a frame or two after they were drawn.
  const settle = (frames: number): void => {
    const moved = anchor.getBoundingClientRect().top - before;
    if (Math.abs(moved) > 0.5) scrollBy({ top: moved, behavior: 'instant' });
    if (frames > 0)
      requestAnimationFrame(() => {
        settle(frames - 1);
      });
  };
  settle(isChoosing ? FRAMES_TO_SETTLE : 0);
}

function isInSight(element: Element): boolean {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && bottom > STICKY_HEAD && top < innerHeight;
}

/** Whether a table can feed it: it has parameters to differentiate by, and an input for the features. */
function runsOnData({ inputs }: DefinitionSummary): boolean {
  return inputs.some(({ role }) => role === 'parameter') && inputs.some(({ role }) => role === 'data');
}

function emptyState(state: PanelState): HTMLElement[] {
  if (state.busy === 'deriving') return [h('p', {}, 'Deriving…')];
  const mark = h('div', { class: 'empty-mark', 'aria-hidden': 'true' }, '∇');
  if (state.subject)
    return [
      mark,
      h('p', {}, `There is nothing to derive at this place of ${state.subject.fileName}.`),
      h(
        'p',
        { class: 'dim' },
        'Put the cursor into a function that computes a loss or an activation, and run “Nabla: Derive gradient”.',
      ),
    ];
  return [
    mark,
    h('p', {}, 'Open a file with a loss or an activation.'),
    h(
      'p',
      { class: 'dim' },
      'Then run “Nabla: Derive gradient” from the command palette, or choose “Derive” above the function.',
    ),
  ];
}
