/** The parameters at a minimum as statisticians read them: estimates with their errors, and the closed form beside. */
import type { Coefficient, CoefficientReport } from '../protocol/training';
import { button, scroller } from './controls';
import { fill, h } from './dom';
import { agreement, formatCount, formatError, formatNumber } from './format';

/** Rows that are shown at first, and that each further click adds. */
const FIRST_ROWS = 20;
const MORE_ROWS = 200;

export function coefficientReport(report: CoefficientReport): HTMLElement[] {
  const table = h('div');
  showRows(report, table, FIRST_ROWS);
  const { units, about, closedForm } = report;
  return [
    h('h3', {}, 'Coefficients'),
    h(
      'p',
      { class: 'dim' },
      units === 'data' ? 'In the units of the data. ' : 'Of the standardised features. ',
      about,
    ),
    table,
    ...(closedForm
      ? [
          h(
            'p',
            { class: 'dim' },
            `The closed form (${closedForm.about}): ${agreement(closedForm.difference)}.`,
          ),
        ]
      : []),
  ];
}

function showRows(report: CoefficientReport, container: HTMLElement, count: number): void {
  const rows = report.coefficients.slice(0, count);
  const rest = report.coefficients.length - rows.length;
  fill(
    container,
    scroller('Coefficients', coefficientTable(rows, report.distribution)),
    rest > 0 &&
      button({
        label: `Show ${formatCount(Math.min(rest, MORE_ROWS))} more`,
        class: 'quiet',
        onClick: () => {
          showRows(report, container, count + MORE_ROWS);
        },
      }),
  );
}

function coefficientTable(
  rows: readonly Coefficient[],
  distribution: CoefficientReport['distribution'],
): HTMLElement {
  const withErrors = rows.some(({ standardError }) => standardError !== null);
  const heads = [
    'Coefficient',
    'Estimate',
    ...(withErrors ? ['Std. error', distribution === 't' ? 't' : 'z', 'p', '95 % interval'] : []),
  ];
  return h(
    'table',
    { class: 'coefficients' },
    h('caption', { class: 'hidden-text' }, 'Coefficients with their standard errors'),
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    h(
      'tbody',
      {},
      ...rows.map((row) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, h('code', {}, row.name)),
          h('td', {}, formatNumber(row.value, 5)),
          ...(withErrors ? errorCells(row) : []),
        ),
      ),
    ),
  );
}

function errorCells({ standardError, statistic, p, low, high }: Coefficient): HTMLElement[] {
  const cell = (value: number | null, write: (value: number) => string): HTMLElement =>
    h('td', {}, value === null ? '\u2013' : write(value));
  return [
    cell(standardError, (value) => formatNumber(value, 4)),
    cell(statistic, (value) => formatNumber(value, 3)),
    cell(p, (value) => (value < 1e-15 ? '< 10\u207b\u00b9\u2075' : formatError(value))),
    h(
      'td',
      { class: 'dim' },
      low === null || high === null ? '\u2013' : `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`,
    ),
  ];
}
