/** Training: options, run, live curves, checks during the run, and how it ended. */
import type { TrainProgress, TrainResult } from '../protocol/training';
import type { DataState, PanelState, TrainingState } from '../protocol/panel';
import { createChart } from './chart';
import { checkList } from './checkList';
import type { Section, ViewContext } from './context';
import { fill, h } from './dom';
import { equal } from './equal';
import { formatCount, formatNumber, plural } from './format';
import { calm } from './frame';
import type { Frame } from './frame';
import { append } from './series';
import type { History } from './series';
import { trainControls } from './trainControls';
import { trainForm } from './trainForm';
import { earlierResult, ENDS, outcomeOf, parametersOf } from './trainOutcome';

/** Screen readers hear of the run at most this often. */
const ANNOUNCE_EVERY = 4000;

export interface TrainSection extends Section {
  readonly progress: (report: TrainProgress) => void;
}

const nothing = (): History => ({ losses: [], gradientNorms: [], validationLosses: [] });

/** `changeData` shows where the data are chosen. */
export function createTrain(context: ViewContext, frame: Frame, changeData: () => void): TrainSection {
  const begin = (): void => {
    const options = form.read();
    if (!options) return;
    context.preferences.set({ training: options });
    wanted = true;
    void context.ask((host) => host.train(options));
  };
  const form = trainForm(context.preferences.get().training, begin);
  const controls = trainControls(context, begin);
  const dataText = h('span');
  const data = h(
    'p',
    { class: 'train-data dim', hidden: true },
    dataText,
    h('button', { type: 'button', class: 'link', on: { click: changeData } }, 'Change'),
  );
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Epochs' });
  const status = h('span', { class: 'train-status' });
  const note = h('p', { class: 'dim', hidden: true });
  const progressRow = h('div', { class: 'train-progress' }, bar, status);
  const logScale = h('input', { type: 'checkbox', checked: context.preferences.get().logScale });
  const loss = createChart('Loss', [
    { id: 'loss', label: 'Derived', colour: '--vscode-charts-blue' },
    { id: 'hand', label: 'Yours', colour: '--vscode-charts-purple', dashed: true },
    { id: 'validation', label: 'Validation', colour: '--vscode-charts-green' },
  ]);
  const norm = createChart('Gradient norm', [
    { id: 'norm', label: 'Derived', colour: '--gradients' },
    { id: 'hand', label: 'Yours', colour: '--vscode-charts-purple', dashed: true },
  ]);
  const curves = h(
    'div',
    { class: 'curves' },
    h('label', { class: 'check' }, logScale, h('span', {}, 'Logarithmic scale')),
    h('div', { class: 'charts' }, loss.element, norm.element),
  );
  const outcome = h('div', { class: 'outcome' });
  const checks = checkList(context);
  const final = h('div', { class: 'train-final' });
  const earlier = h('div', { class: 'train-final' });
  frame.body.append(
    data,
    form.element,
    controls.element,
    progressRow,
    outcome,
    note,
    curves,
    checks.element,
    final,
    earlier,
  );

  /** Training was asked for here, and its curve is to be brought into sight. */
  let wanted = false;
  let runId = '';
  let history = nothing();
  let hand = nothing();
  let epochs = 0;
  let running = false;
  let paused = false;
  let lastSaid = 0;
  let shownResult: TrainResult | null | undefined;
  let shownEarlier: TrainResult | null | undefined;

  logScale.addEventListener('change', () => {
    context.preferences.set({ logScale: logScale.checked });
    drawCurves();
  });

  function drawCurves(): void {
    curves.hidden = history.losses.length === 0;
    loss.draw([history.losses, hand.losses, history.validationLosses], logScale.checked);
    norm.draw([history.gradientNorms, hand.gradientNorms], logScale.checked);
  }

  function drawProgress(epoch: number, running: boolean): void {
    bar.max = Math.max(1, epochs);
    bar.value = epoch;
    const value = history.losses.at(-1);
    const text = [`${paused ? 'Paused at epoch' : 'Epoch'} ${formatCount(epoch)} of ${formatCount(epochs)}`];
    if (value !== undefined) text.push(`loss ${formatNumber(value, 6)}`);
    status.textContent = text.join(', ');
    if (running && performance.now() - lastSaid > ANNOUNCE_EVERY) {
      lastSaid = performance.now();
      context.announce(text.join(', '));
    }
  }

  function drawTraining(training: TrainingState | null): void {
    running = training?.running === true;
    progressRow.hidden = !running;
    paused = training?.paused === true;
    bar.classList.toggle('running', running && !paused);
    if (!training) {
      history = nothing();
      hand = nothing();
      runId = '';
    } else {
      const newRun = training.runId !== runId;
      if (newRun) form.write(training.options);
      runId = training.runId;
      epochs = training.options.epochs;
      // Reports of the run may have come ahead of a state that was taken before them.
      if (newRun || training.losses.length >= history.losses.length) history = copyOf(training);
      if (newRun || (training.hand?.losses.length ?? 0) >= hand.losses.length)
        hand = training.hand ? copyOf(training.hand) : nothing();
      drawProgress(Math.max(training.epoch, history.losses.length - 1), training.running);
    }
    note.hidden = training?.note === undefined;
    note.textContent = training?.note ?? '';
    drawCurves();
    if (wanted && !curves.hidden) {
      wanted = false;
      curves.scrollIntoView({ block: 'nearest', behavior: calm() ? 'auto' : 'smooth' });
    }
    checks.show(training?.result?.checks ?? training?.checks ?? []);
    drawResult(training?.result ?? null);
    drawEarlier(training);
  }

  function drawResult(result: TrainResult | null): void {
    if (equal(result, shownResult)) return;
    shownResult = result;
    fill(outcome, ...(result ? outcomeOf(context, result) : []));
    fill(final, ...(result ? parametersOf(result) : []));
    if (result)
      context.announce(`${ENDS[result.end].word}. ${result.message} ${result.hand?.comparison.text ?? ''}`);
  }

  /** A good result makes an earlier one old; until then it stays. */
  function drawEarlier(training: TrainingState | null): void {
    const end = training?.result?.end;
    const before = end === 'finished' || end === 'converged' ? null : (training?.earlier ?? null);
    if (equal(before, shownEarlier)) return;
    shownEarlier = before;
    fill(earlier, before && earlierResult(before));
  }

  return {
    element: frame.element,
    update: (state: PanelState) => {
      controls.update(state);
      const chosen = dataOf(state.data);
      data.hidden = chosen === null;
      dataText.textContent = chosen === null ? '' : `On ${chosen}. `;
      const findings = state.derivation?.parameters.flatMap((parameter) => parameter.findings) ?? [];
      form.offerBeside(findings.length > 0);
      drawTraining(state.training);
    },
    progress: (report) => {
      if (report.runId !== runId) {
        runId = report.runId;
        history = nothing();
        hand = nothing();
        running = true;
      }
      epochs = report.epochs;
      append(report.curve === 'hand' ? hand : history, report);
      progressRow.hidden = !running;
      if (report.curve !== 'hand') drawProgress(report.epoch, running);
      drawCurves();
    },
  };
}

/** "data/cells.csv: malignant by 4 features"; null where nothing can be used yet. */
function dataOf({ files, choice }: DataState): string | null {
  if (!choice || choice.target === '' || choice.features.length === 0) return null;
  const { path, target, features } = choice;
  const label = files.find((file) => file.path === path)?.label ?? path;
  return `${label}: ${target} by ${plural(features.length, 'feature')}`;
}

type Told = Readonly<Partial<Record<keyof History, readonly number[]>>>;

const copyOf = ({ losses = [], gradientNorms = [], validationLosses = [] }: Told): History => ({
  losses: [...losses],
  gradientNorms: [...gradientNorms],
  validationLosses: [...validationLosses],
});
