/** The check on data: the choice of the data, the run, the report. */
import type { InputSummary } from '../protocol';
import type { DataState, PanelState } from '../protocol/panel';
import type { DataUse } from '../protocol/training';
import { checkReport } from './checkReport';
import type { Section, ViewContext } from './context';
import { button } from './controls';
import { dataForm } from './dataForm';
import { fill, h } from './dom';
import { equal } from './equal';
import type { Frame } from './frame';
import { VERDICT_WORDS } from './verdict';

export function createCheck(context: ViewContext, frame: Frame): Section {
  const form = h('div', { class: 'data-form' });
  const run = button({
    label: 'Check gradient on data',
    icon: 'play',
    class: 'primary',
    onClick: () => void context.ask((host) => host.check()),
  });
  const cancel = button({
    label: 'Cancel',
    icon: 'stop',
    onClick: () => void context.ask((host) => host.cancel()),
  });
  const wait = h('span', { class: 'dim' });
  const report = h('div', { class: 'report' });
  frame.body.append(form, h('div', { class: 'actions' }, run, cancel, wait), report);
  let shownData: DataState | undefined;
  let shownInputs: readonly InputSummary[] | undefined;
  let shownReport: PanelState['check'] | undefined;
  /** What the last choice from the same file came to, shown until it is known of the next. */
  let lastUse: { readonly path: string; readonly use: DataUse } | null = null;

  return {
    element: frame.element,
    update: ({ data, check, busy, derivation }) => {
      const inputs = derivation?.definition.inputs ?? [];
      if (!equal(data, shownData) || !equal(inputs, shownInputs)) {
        shownData = data;
        shownInputs = inputs;
        const path = data.choice?.path ?? '';
        if (data.use) lastUse = { path, use: data.use };
        const use = data.use ?? (lastUse?.path === path ? lastUse.use : null);
        keepFocus(form, () => {
          fill(form, ...dataForm(context, { ...data, use }, inputs));
        });
      }
      const missing = whatIsMissing(data);
      run.disabled = busy !== null || missing !== null;
      cancel.hidden = busy !== 'checking';
      wait.textContent = busy === 'checking' ? 'Checking…' : (missing ?? '');
      report.classList.toggle('stale', busy === 'checking');
      if (equal(check, shownReport)) return;
      shownReport = check;
      fill(report, ...(check ? checkReport(context, check) : []));
      if (check)
        context.announce(
          `Check done. ${check.parameters
            .map(
              ({ name, derivedVerdict, handVerdict }) =>
                `${name}: ${VERDICT_WORDS[handVerdict ?? derivedVerdict]}`,
            )
            .join(', ')}`,
        );
    },
  };
}

/** Why a check cannot be run yet, as the next thing to do. */
export function whatIsMissing({ choice }: DataState): string | null {
  if (!choice || choice.path === '') return 'Choose a data file first.';
  if (choice.target === '') return 'Choose the target column.';
  if (choice.features.length === 0) return 'Choose at least one feature.';
  return null;
}

/** Redraws a form and gives the focus back to the control that had it. */
function keepFocus(form: HTMLElement, draw: () => void): void {
  const controls = (): HTMLElement[] => [...form.querySelectorAll<HTMLElement>('select, input, button')];
  const { activeElement } = document;
  const place = activeElement instanceof HTMLElement ? controls().indexOf(activeElement) : -1;
  const scrolled = form.querySelector('.chips')?.scrollTop ?? 0;
  draw();
  if (place >= 0) controls()[place]?.focus({ preventScroll: true });
  const chips = form.querySelector('.chips');
  if (chips) chips.scrollTop = scrolled;
}
