/** Training: options, run and cancel, live curves, checks during the run, and how it ended. */
import type { PanelState, TrainEnd, TrainProgress, TrainResult, TrainingState } from '../protocol';
import { createChart } from './chart';
import { whatIsMissing } from './check';
import type { Section, ViewContext } from './context';
import { checkList } from './checkList';
import { button } from './controls';
import { fill, h } from './dom';
import { equal } from './equal';
import { cellName, formatColumn, formatCount, formatDuration, formatNumber, formatShape } from './format';
import { calm } from './frame';
import type { Frame } from './frame';
import { icon } from './icons';
import type { IconName } from './icons';
import { append } from './series';
import type { History } from './series';
import { trainForm } from './trainForm';
import { problemList } from './verdict';

const ENDS: Readonly<
  Record<TrainEnd, { readonly word: string; readonly icon: IconName; readonly tone: string }>
> = {
  finished: { word: 'Finished', icon: 'check', tone: 'right' },
  converged: { word: 'Converged', icon: 'check', tone: 'right' },
  cancelled: { word: 'Cancelled', icon: 'info', tone: 'unknown' },
  diverged: { word: 'Diverged', icon: 'warning', tone: 'wrong' },
  failed: { word: 'Failed', icon: 'warning', tone: 'wrong' },
};

/** Values of a parameter that are shown before the rest is left out. */
const SHOWN_VALUES = 60;
/** Screen readers hear of the run at most this often. */
const ANNOUNCE_EVERY = 4000;

export interface TrainSection extends Section {
  readonly progress: (report: TrainProgress) => void;
}

export function createTrain(context: ViewContext, frame: Frame): TrainSection {
  const start = button({
    label: 'Start training',
    icon: 'play',
    class: 'primary',
    onClick: () => {
      const options = form.read();
      if (!options) return;
      context.preferences.set({ training: options });
      wanted = true;
      void context.ask((host) => host.train(options));
    },
  });
  const cancel = button({
    label: 'Cancel',
    icon: 'stop',
    onClick: () => void context.ask((host) => host.cancel()),
  });
  const wait = h('span', { class: 'dim' });
  const form = trainForm(context.preferences.get().training, () => {
    start.click();
  });
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Epochs' });
  const status = h('span', { class: 'train-status' });
  const progressRow = h('div', { class: 'train-progress' }, bar, status);
  const logScale = h('input', { type: 'checkbox', checked: context.preferences.get().logScale });
  const loss = createChart('Loss', '--vscode-charts-blue');
  const norm = createChart('Gradient norm', '--gradients');
  const curves = h(
    'div',
    { class: 'curves' },
    h('label', { class: 'check' }, logScale, h('span', {}, 'Logarithmic scale')),
    h('div', { class: 'charts' }, loss.element, norm.element),
  );
  const outcome = h('div', { class: 'outcome' });
  const checks = checkList(context);
  const final = h('div', { class: 'train-final' });
  frame.body.append(
    form.element,
    h('div', { class: 'actions' }, start, cancel, wait),
    progressRow,
    outcome,
    curves,
    checks.element,
    final,
  );

  /** Training was asked for here, and its curve is to be brought into sight. */
  let wanted = false;
  let runId = '';
  let history: History = { losses: [], gradientNorms: [] };
  let epochs = 0;
  let lastSaid = 0;
  let shownResult: TrainResult | null | undefined;

  logScale.addEventListener('change', () => {
    context.preferences.set({ logScale: logScale.checked });
    drawCurves();
  });

  function drawCurves(): void {
    curves.hidden = history.losses.length === 0;
    loss.draw(history.losses, logScale.checked);
    norm.draw(history.gradientNorms, logScale.checked);
  }

  function drawProgress(epoch: number, running: boolean): void {
    bar.max = Math.max(1, epochs);
    bar.value = epoch;
    const value = history.losses.at(-1);
    const text = [`Epoch ${formatCount(epoch)} of ${formatCount(epochs)}`];
    if (value !== undefined) text.push(`loss ${formatNumber(value, 6)}`);
    status.textContent = text.join(', ');
    if (running && performance.now() - lastSaid > ANNOUNCE_EVERY) {
      lastSaid = performance.now();
      context.announce(text.join(', '));
    }
  }

  function drawTraining(training: TrainingState | null): void {
    progressRow.hidden = training === null || training.result !== null;
    bar.classList.toggle('running', training?.running === true);
    if (!training) {
      history = { losses: [], gradientNorms: [] };
      runId = '';
    } else {
      const newRun = training.runId !== runId;
      if (newRun) form.write(training.options);
      runId = training.runId;
      epochs = training.options.epochs;
      // Reports of the run may have come ahead of a state that was taken before them.
      if (newRun || training.losses.length >= history.losses.length)
        history = { losses: [...training.losses], gradientNorms: [...training.gradientNorms] };
      drawProgress(Math.max(training.epoch, history.losses.length - 1), training.running);
    }
    drawCurves();
    if (wanted && !curves.hidden) {
      wanted = false;
      curves.scrollIntoView({ block: 'nearest', behavior: calm() ? 'auto' : 'smooth' });
    }
    checks.show(training?.result?.checks ?? training?.checks ?? []);
    const result = training?.result ?? null;
    if (equal(result, shownResult)) return;
    shownResult = result;
    fill(outcome, ...(result ? outcomeOf(context, result) : []));
    fill(final, ...(result ? parametersOf(result) : []));
    if (result) context.announce(`${ENDS[result.end].word}. ${result.message}`);
  }

  return {
    element: frame.element,
    update: (state: PanelState) => {
      const running = state.training?.running === true || state.busy === 'training';
      const missing = whatIsMissing(state.data);
      start.disabled = state.busy !== null || running || missing !== null;
      cancel.hidden = !running;
      wait.textContent = running ? '' : (missing ?? '');
      drawTraining(state.training);
    },
    progress: (report) => {
      if (report.runId !== runId) {
        runId = report.runId;
        history = { losses: [], gradientNorms: [] };
      }
      epochs = report.epochs;
      append(history, report);
      progressRow.hidden = false;
      drawProgress(report.epoch, true);
      drawCurves();
    },
  };
}

function outcomeOf(context: ViewContext, result: TrainResult): HTMLElement[] {
  const { word, icon: name, tone } = ENDS[result.end];
  const problems = problemList(context, result.problems);
  return [
    h(
      'p',
      { class: `train-end verdict-${tone}` },
      icon(name),
      h('strong', {}, word),
      // What all epochs came to is said by their number.
      h('span', {}, result.end === 'finished' ? ' ' : ` ${result.message} `),
      h(
        'span',
        { class: 'dim' },
        `${formatCount(result.epochs)} epochs in ${formatDuration(result.milliseconds)}`,
      ),
    ),
    ...(problems ? [problems] : []),
  ];
}

function parametersOf(result: TrainResult): HTMLElement[] {
  if (result.parameters.length === 0) return [];
  return [
    h('h3', {}, 'Parameters'),
    ...result.parameters.map(({ name, shape, values }) => {
      const shown = values.slice(0, SHOWN_VALUES);
      const texts = formatColumn(shown, 5);
      const rest = values.length - shown.length;
      return h(
        'div',
        { class: 'card parameter-values' },
        h('div', {}, h('code', {}, name), ' ', h('span', { class: 'dim' }, formatShape(shape))),
        h(
          'div',
          { class: 'values' },
          ...texts.map((text, place) => h('span', { title: cellName(name, shape, place) }, text)),
          rest > 0 && h('span', { class: 'dim' }, `and ${formatCount(rest)} more`),
        ),
      );
    }),
  ];
}
