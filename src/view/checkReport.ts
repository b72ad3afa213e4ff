/** A check on data, parameter by parameter, with its cells on demand. */
import type { CheckReport, ParameterCheck } from '../protocol';
import type { CellRow } from './cells';
import { worstFirst } from './cells';
import type { ViewContext } from './context';
import { button, scroller } from './controls';
import { fill, h, uniqueId } from './dom';
import {
  agreement,
  capitalised,
  formatColumn,
  formatCount,
  formatDuration,
  formatError,
  formatNumber,
  formatShape,
  plural,
} from './format';
import { icon } from './icons';
import { problemList, verdictBadge } from './verdict';

/** Cells that are shown at first, and that each further click adds. */
const FIRST_CELLS = 10;
const MORE_CELLS = 200;

export function checkReport(context: ViewContext, report: CheckReport): HTMLElement[] {
  const parts: HTMLElement[] = [
    h(
      'p',
      { class: 'dim' },
      `${plural(report.rows, 'row')} of ${plural(report.features, 'feature')}, loss ${formatNumber(report.loss, 6)}, in ${formatDuration(report.milliseconds)}`,
    ),
  ];
  const problems = problemList(context, report.problems);
  if (problems) parts.push(problems);
  return [...parts, ...report.parameters.map(parameterCheck)];
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
  const reason = check.reason !== '' && h('p', { class: 'reason' }, capitalised(check.reason));
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
        h('span', { class: 'dim' }, agreement(check.derivedDifference, 'finite differences')),
      ),
      handVerdict !== null && h('dt', {}, 'Yours'),
      handVerdict !== null &&
        h(
          'dd',
          {},
          verdictBadge(handVerdict),
          handDifference !== null &&
            h('span', { class: 'dim' }, agreement(handDifference, 'the derived one')),
        ),
    ),
    !isRight && reason,
    toggle,
    cells,
  );
}

function showCells(check: ParameterCheck, container: HTMLElement, count: number): void {
  const all = worstFirst(check);
  const rows = all.slice(0, count);
  const rest = all.length - rows.length;
  fill(
    container,
    scroller(`Cells of ${check.name}`, cellTable(check.name, rows, check.handWritten !== null)),
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

function cellTable(name: string, rows: readonly CellRow[], hand: boolean): HTMLElement {
  const derived = formatColumn(rows.map((row) => row.derived));
  const yours = formatColumn(rows.map((row) => row.handWritten ?? NaN));
  const finite = formatColumn(rows.map((row) => row.finite));
  const heads = [
    'Cell',
    'Derived',
    ...(hand ? ['Yours'] : []),
    'Finite difference',
    'Estimated error',
    'Relative difference',
  ];
  return h(
    'table',
    {},
    h('caption', { class: 'hidden-text' }, `Gradient cells of ${name}, worst first`),
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
          h('td', {}, formatError(Math.max(row.handDifference ?? 0, row.derivedDifference))),
        ),
      ),
    ),
  );
}
