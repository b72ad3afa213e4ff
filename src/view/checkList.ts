/** The checks that were made during a run, one line each, which opens to the whole report. */
import type { Verdict } from '../protocol';
import type { CheckReport, ParameterCheck } from '../protocol/training';
import { checkReport, MOMENTS, overall } from './checkReport';
import type { ViewContext } from './context';
import { h } from './dom';
import { equal } from './equal';
import { formatCount } from './format';
import { verdictBadge, VERDICT_WORDS } from './verdict';

export interface CheckList {
  readonly element: HTMLElement;
  /** Reports that are shown already stay as they are, opened or not. */
  show(reports: readonly CheckReport[]): void;
}

export function checkList(context: ViewContext): CheckList {
  const list = h('ul', { class: 'check-list' });
  const element = h('div', { class: 'train-checks', hidden: true }, h('h3', {}, 'Gradient checks'), list);
  let shown: { readonly report: CheckReport; readonly item: HTMLElement }[] = [];
  return {
    element,
    show: (reports) => {
      element.hidden = reports.length === 0;
      const next = reports.map(
        (report, place) =>
          (equal(shown[place]?.report, report) ? shown[place] : undefined) ?? {
            report,
            item: h('li', {}, oneCheck(context, report)),
          },
      );
      if (next.length === shown.length && next.every((one, place) => one === shown[place])) return;
      shown = next;
      list.replaceChildren(...next.map(({ item }) => item));
    },
  };
}

function oneCheck(context: ViewContext, report: CheckReport): HTMLElement {
  const body = h('div', { class: 'check-body report' });
  const element = h(
    'details',
    { class: 'check-entry' },
    h(
      'summary',
      {},
      h('span', { class: 'check-epoch' }, `Epoch ${formatCount(report.epoch)}`),
      h('span', { class: 'dim' }, MOMENTS[report.at]),
      summaryOf('Derived', report.parameters, ({ derivedVerdict }) => derivedVerdict),
      summaryOf('Yours', report.parameters, ({ handVerdict }) => handVerdict),
    ),
    body,
  );
  element.addEventListener('toggle', () => {
    if (element.open && body.childElementCount === 0) body.append(...checkReport(context, report));
  });
  return element;
}

/** The verdict on all parameters, with the names of those that have it where not all have. */
function summaryOf(
  caption: string,
  checks: readonly ParameterCheck[],
  verdictOf: (check: ParameterCheck) => Verdict | null,
): HTMLElement | null {
  const verdict = overall(checks.map(verdictOf));
  if (verdict === null) return null;
  const told = checks.filter((check) => verdictOf(check) !== null);
  const own = told.filter((check) => verdictOf(check) === verdict);
  const names = own.length < told.length ? ` for ${own.map(({ name }) => name).join(', ')}` : '';
  return h(
    'span',
    { class: 'check-summary' },
    h('span', { class: 'dim' }, caption),
    verdictBadge(verdict, VERDICT_WORDS[verdict] + names),
  );
}
