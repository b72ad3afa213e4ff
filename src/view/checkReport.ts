/** A check on data, parameter by parameter, with its cells on demand. */
import type { Verdict } from '../protocol';
import type { CheckPoint, CheckReport, ParameterCheck } from '../protocol/training';
import type { CellRow } from './cells';
import { worstFirst, worstParameters } from './cells';
import { partsTable } from './checkParts';
import type { ViewContext } from './context';
import { button, scroller } from './controls';
import { fill, h, uniqueId } from './dom';
import {
  agreement,
  capitalised,
  disagreement,
  formatColumn,
  formatCount,
  formatDuration,
  formatError,
  formatNumber,
  formatShape,
  plural,
  typeset,
} from './format';
import { icon } from './icons';
import { problemList, verdictBadge } from './verdict';

/** Cells that are shown at first, and that each further click adds. */
const FIRST_CELLS = 10;
const MORE_CELLS = 200;

/** When a check was made, for the middle of a sentence. */
export const MOMENTS: Readonly<Record<CheckPoint, string>> = {
  start: 'at the start',
  middle: 'after a burn-in',
  end: 'at the end',
  'on-demand': 'when asked for',
};

/** Parameters worst first. */
export function checkReport(context: ViewContext, report: CheckReport): HTMLElement[] {
  const problems = problemList(context, report.problems);
  return [
    h('p', { class: 'dim' }, whereText(report)),
    ...(problems ? [problems] : []),
    ...worstParameters(report.parameters).map(parameterCheck),
  ];
}

function whereText({ rows, features, loss, penalty, epoch, milliseconds }: CheckReport): string {
  const parts = [
    `${plural(rows, 'row')} of ${plural(features, 'feature')}`,
    epoch > 0 ? `at the parameters of epoch ${formatCount(epoch)}` : 'at the initial parameters',
    `loss ${formatNumber(loss, 6)}${penalty === undefined ? '' : `, of it ${formatNumber(penalty, 4)} penalty`}`,
    `in ${formatDuration(milliseconds)}`,
  ];
  return parts.join(', ');
}

/** What the check says of a gradient as a whole: one that is wrong somewhere is wrong. */
export function overall(verdicts: readonly (Verdict | null)[]): Verdict | null {
  const told = verdicts.filter((verdict) => verdict !== null);
  if (told.length === 0) return null;
  return told.includes('wrong') ? 'wrong' : told.includes('unknown') ? 'unknown' : 'right';
}

function parameterCheck(check: ParameterCheck): HTMLElement {
  const table = h('div');
  const cells = h('div', { class: 'cells', id: uniqueId('cells'), hidden: true }, table);
  const toggle = h(
    'button',
    { type: 'button', class: 'link cells-toggle', 'aria-expanded': 'false', 'aria-controls': cells.id },
    icon('chevron'),
    h(
      'span',
      {},
      check.cells.length === 1 ? 'Value' : `${formatCount(check.cells.length)} cells, worst first`,
    ),
  );
  toggle.addEventListener('click', () => {
    const open = cells.hasAttribute('hidden');
    if (open && table.childElementCount === 0) showCells(check, table, FIRST_CELLS);
    cells.hidden = !open;
    toggle.setAttribute('aria-expanded', String(open));
  });
  const { handVerdict, handDifference } = check;
  const isRight = check.derivedVerdict === 'right' && (handVerdict ?? 'right') === 'right';
  // Where all is right it says with more digits what is above, so it is among the details.
  const reason = check.reason !== '' && h('p', { class: 'reason' }, typeset(capitalised(check.reason)));
  if (isRight && reason) cells.prepend(reason);
  return h(
    'article',
    {
      class: `card check-parameter finding-${handVerdict ?? check.derivedVerdict}`,
      'aria-label': `Check of ${check.name}`,
    },
    h('h3', {}, h('code', {}, check.name), h('span', { class: 'dim' }, formatShape(check.shape))),
    h(
      'dl',
      { class: 'comparisons' },
      h('dt', {}, 'Derived'),
      h(
        'dd',
        {},
        verdictBadge(check.derivedVerdict),
        h(
          'span',
          { class: 'dim' },
          comparisonText(check.derivedVerdict, check.derivedDifference, 'finite differences'),
        ),
      ),
      handVerdict !== null && h('dt', {}, 'Yours'),
      handVerdict !== null &&
        h(
          'dd',
          {},
          verdictBadge(handVerdict),
          handDifference !== null &&
            h('span', { class: 'dim' }, comparisonText(handVerdict, handDifference, 'the derived one')),
        ),
    ),
    !isRight && reason,
    partsTable(check),
    toggle,
    cells,
  );
}

function comparisonText(verdict: Verdict, difference: number, other: string): string {
  return verdict === 'wrong' ? disagreement(difference, other) : agreement(difference, other);
}

function showCells(check: ParameterCheck, container: HTMLElement, count: number): void {
  const all = worstFirst(check);
  const rows = all.slice(0, count);
  const rest = all.length - rows.length;
  fill(
    container,
    scroller(`Cells of ${check.name}`, cellTable(check, rows)),
    rest > 0 &&
      button({
        label: `Show ${formatCount(Math.min(rest, MORE_CELLS))} more`,
        class: 'quiet',
        onClick: () => {
          showCells(check, container, count + MORE_CELLS);
        },
      }),
  );
}

function cellTable(check: ParameterCheck, rows: readonly CellRow[]): HTMLElement {
  const hand = check.handWritten !== null;
  const derived = formatColumn(rows.map((row) => row.derived));
  const yours = formatColumn(rows.map((row) => row.handWritten ?? NaN));
  const finite = formatColumn(rows.map((row) => row.finite));
  const heads = ['Cell', 'Derived', ...(hand ? ['Yours'] : []), 'Finite difference', 'Error', 'Off by'];
  return h(
    'table',
    {},
    h('caption', { class: 'hidden-text' }, `Gradient cells of ${check.name}, worst first`),
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    h(
      'tbody',
      {},
      ...rows.map((row, place) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, h('code', {}, row.name)),
          h('td', {}, derived[place]),
          hand && h('td', {}, yours[place]),
          h('td', {}, finite[place]),
          h('td', { class: 'dim' }, `± ${formatError(row.finiteError)}`),
          h(
            'td',
            { class: differs(check, row) ? 'verdict-wrong' : undefined },
            formatError(Math.max(row.handDifference ?? 0, row.derivedDifference)),
          ),
        ),
      ),
    ),
  );
}

/** Differences from here on are shown as such, in the cells of a gradient that is wrong. */
const APART = 1e-5;

function differs({ derivedVerdict, handVerdict }: ParameterCheck, row: CellRow): boolean {
  if (handVerdict === 'wrong' && (row.handDifference ?? 0) > APART) return true;
  return derivedVerdict === 'wrong' && row.derivedDifference > APART;
}
