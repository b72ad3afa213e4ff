/** The two parts of a checked gradient as a small table: of the terms that read data, and of the penalty. */
import type { ParameterCheck, PartCheck } from '../protocol/training';
import { scroller } from './controls';
import { h } from './dom';
import { formatNumber, shortAgreement } from './format';
import { verdictBadge } from './verdict';

const NAMES: Readonly<Record<PartCheck['part'], { readonly name: string; readonly title: string }>> = {
  data: { name: 'Data', title: 'The terms of the loss that read data' },
  penalty: { name: 'Penalty', title: 'The terms of the loss that read no data, such as a regulariser' },
};

export function partsTable({ name, parts = [] }: ParameterCheck): HTMLElement | null {
  if (parts.length === 0) return null;
  const byHand = parts.some(({ handVerdict }) => handVerdict !== null);
  const heads = ['Largest entry', 'Derived', ...(byHand ? ['Yours'] : [])];
  return scroller(
    `Parts of the gradient of ${name}`,
    h(
      'table',
      { class: 'parts text-table' },
      h('caption', { class: 'hidden-text' }, `Largest entries of the parts of the gradient of ${name}`),
      h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
      h('tbody', {}, ...parts.map((part) => partRow(part, byHand))),
    ),
  );
}

function partRow(part: PartCheck, byHand: boolean): HTMLElement {
  const { name, title } = NAMES[part.part];
  return h(
    'tr',
    { title: part.reason },
    h('th', { scope: 'row', title }, name),
    h('td', {}, ...derivedCell(part)),
    byHand && h('td', {}, ...handCell(part)),
  );
}

function derivedCell({ size, derivedVerdict, derivedDifference }: PartCheck): (HTMLElement | string)[] {
  if (size === 0 && derivedVerdict === 'right') return ['none'];
  return [formatNumber(size, 4), verdictBadge(derivedVerdict, shortAgreement(derivedDifference))];
}

function handCell({ handVerdict, handDifference, handSize, size }: PartCheck): (HTMLElement | string)[] {
  if (handVerdict === null) return ['\u2013'];
  if (handVerdict === 'right' && handSize === 0) return ['none'];
  const number = handSize === null ? '' : formatNumber(handSize, 4);
  if (handVerdict === 'unknown') return [number, verdictBadge('unknown', 'cannot be told apart')];
  if (handVerdict === 'wrong' && handSize === 0) return [number, verdictBadge('wrong', 'missing')];
  if (handVerdict === 'wrong' && size === 0) return [number, verdictBadge('wrong', 'too much')];
  return [number, verdictBadge(handVerdict, shortAgreement(handDifference ?? NaN))];
}
