/** What can be done with a training run: start, pause, go on, one epoch, check, stop; and the offer to go on with a kept one. */
import type { CheckpointState, PanelState } from '../protocol/panel';
import { whatIsMissing } from './check';
import type { ViewContext } from './context';
import { button } from './controls';
import { fill, h } from './dom';
import { formatCount, formatNumber } from './format';
import { icon } from './icons';

export interface TrainControls {
  readonly element: HTMLElement;
  update(state: PanelState): void;
}

/** `onStart` starts a run with the options of the form. */
export function trainControls(context: ViewContext, onStart: () => void): TrainControls {
  const start = button({ label: 'Start training', icon: 'play', class: 'primary', onClick: onStart });
  const pause = button({
    label: 'Pause',
    icon: 'pause',
    onClick: () => void context.ask((host) => host.pause()),
  });
  const resume = button({
    label: 'Go on',
    icon: 'play',
    class: 'primary',
    onClick: () => void context.ask((host) => host.resume()),
  });
  const step = button({
    label: 'One epoch',
    icon: 'step',
    onClick: () => void context.ask((host) => host.step()),
  });
  const check = button({
    label: 'Check now',
    icon: 'check',
    title: 'Checks the gradients at the parameters that the run has reached',
    onClick: () => void context.ask((host) => host.check()),
  });
  const stop = button({
    label: 'Stop',
    icon: 'stop',
    onClick: () => void context.ask((host) => host.cancel()),
  });
  const wait = h('span', { class: 'dim' });
  const offer = h('div', { class: 'kept-run card', hidden: true });
  let shownOffer: CheckpointState | null = null;

  function drawOffer(kept: CheckpointState | null, canResume: boolean): void {
    offer.hidden = kept === null;
    if (kept === null || kept === shownOffer) return;
    shownOffer = kept;
    const when = new Date(kept.savedAt).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
    const loss = kept.loss === null ? '' : `, loss ${formatNumber(kept.loss, 5)}`;
    fill(
      offer,
      h(
        'p',
        {},
        icon(kept.changed === null ? 'info' : 'warning'),
        h(
          'span',
          {},
          `A run stands at epoch ${formatCount(kept.epoch)} of ${formatCount(kept.epochs)}${loss} (${when}). `,
          kept.changed !== null && `It cannot go on: ${kept.changed}`,
        ),
      ),
      h(
        'div',
        { class: 'actions' },
        kept.changed === null &&
          canResume &&
          button({
            label: `Go on at epoch ${formatCount(kept.epoch)}`,
            icon: 'play',
            class: 'primary',
            onClick: () => void context.ask((host) => host.resume()),
          }),
        button({
          label: 'Discard',
          class: 'quiet',
          onClick: () => void context.ask((host) => host.discardRun()),
        }),
      ),
    );
  }

  /** Buttons that go away take the focus with them; the one that comes in their place gets it. */
  function show(visible: readonly HTMLButtonElement[]): void {
    const all = [start, pause, resume, step, check, stop];
    const lost = all.find((one) => one === document.activeElement && !visible.includes(one));
    for (const one of all) one.hidden = !visible.includes(one);
    if (lost) visible.find((one) => !one.disabled)?.focus({ preventScroll: true });
  }

  return {
    element: h(
      'div',
      {},
      offer,
      h('div', { class: 'actions' }, start, pause, resume, step, check, stop, wait),
    ),
    update: ({ training, busy, data, checkpoint = null }) => {
      const running = training?.running === true || busy === 'training';
      const missing = whatIsMissing(data);
      start.disabled = busy !== null || running || missing !== null;
      show(
        !running ? [start] : training?.paused === true ? [resume, step, check, stop] : [pause, check, stop],
      );
      wait.textContent = running ? '' : (missing ?? '');
      drawOffer(running ? null : checkpoint, busy === null);
    },
  };
}
