/** How a run ended: the reason, what computed it, what the hand-written gradient made of it, and the parameters. */
import type { HandRun, TrainedParameter, TrainEnd, TrainResult } from '../protocol/training';
import { coefficientReport } from './coefficients';
import type { ViewContext } from './context';
import { h } from './dom';
import {
  cellName,
  formatColumn,
  formatCount,
  formatDuration,
  formatNumber,
  formatShape,
  plural,
  typeset,
} from './format';
import { icon } from './icons';
import type { IconName } from './icons';
import { problemList } from './verdict';

interface End {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: string;
}

export const ENDS: Readonly<Record<TrainEnd, End>> = {
  finished: { word: 'Finished', icon: 'check', tone: 'right' },
  converged: { word: 'Converged', icon: 'check', tone: 'right' },
  cancelled: { word: 'Stopped', icon: 'info', tone: 'unknown' },
  diverged: { word: 'Diverged', icon: 'warning', tone: 'wrong' },
  failed: { word: 'Failed', icon: 'warning', tone: 'wrong' },
};

const COMPARED: Readonly<Record<HandRun['comparison']['kind'], Pick<End, 'icon' | 'tone'>>> = {
  same: { icon: 'check', tone: 'right' },
  close: { icon: 'info', tone: 'unknown' },
  slower: { icon: 'warning', tone: 'wrong' },
  faster: { icon: 'info', tone: 'unknown' },
  elsewhere: { icon: 'warning', tone: 'wrong' },
  diverges: { icon: 'warning', tone: 'wrong' },
  unknown: { icon: 'question', tone: 'unknown' },
};

/** Values of a parameter that are shown before the rest is left out. */
const SHOWN_VALUES = 60;

export function outcomeOf(context: ViewContext, result: TrainResult): HTMLElement[] {
  const { word, icon: name, tone } = ENDS[result.end];
  const problems = problemList(context, result.problems);
  // What all epochs came to is said by their number, and problems are told one by one.
  const isTold =
    result.end === 'cancelled' || problems !== null || /^Finished [\d,]+ epochs\.$/.test(result.message);
  return [
    h(
      'p',
      { class: `train-end verdict-${tone}` },
      icon(name),
      h('strong', {}, word),
      h('span', {}, isTold ? ' ' : ` ${typeset(result.message)} `),
      result.epochs > 0 &&
        h(
          'span',
          { class: 'dim' },
          `${plural(result.epochs, 'epoch')} in ${formatDuration(result.milliseconds)}`,
        ),
    ),
    ...(result.hand ? [comparison(result.hand)] : []),
    ...(result.computedBy === undefined
      ? []
      : [h('p', { class: 'dim computed-by' }, `Computed by ${result.computedBy}.`)]),
    ...(problems ? [problems] : []),
  ];
}

function comparison({ comparison: { kind, text } }: HandRun): HTMLElement {
  const { icon: name, tone } = COMPARED[kind];
  return h('p', { class: `train-end compared verdict-${tone}` }, icon(name), h('span', {}, typeset(text)));
}

export function parametersOf(result: TrainResult): HTMLElement[] {
  if (result.parameters.length === 0) return [];
  return [
    ...(result.coefficients ? coefficientReport(result.coefficients) : []),
    h('h3', {}, 'Parameters'),
    ...result.parameters.map((parameter) => {
      const own = result.hand?.parameters.find(({ name }) => name === parameter.name);
      return h(
        'div',
        { class: 'card parameter-values' },
        h(
          'div',
          {},
          h('code', {}, parameter.name),
          ' ',
          h('span', { class: 'dim' }, formatShape(parameter.shape)),
        ),
        own && h('div', { class: 'dim values-caption' }, 'By the derived gradient'),
        values(parameter),
        own && h('div', { class: 'dim values-caption' }, 'By yours'),
        own && values(own),
      );
    }),
  ];
}

function values({ name, shape, values: all }: TrainedParameter): HTMLElement {
  const shown = all.slice(0, SHOWN_VALUES);
  const texts = formatColumn(shown, 5);
  const rest = all.length - shown.length;
  return h(
    'div',
    { class: 'values' },
    ...texts.map((text, place) => h('span', { title: cellName(name, shape, place) }, text)),
    rest > 0 && h('span', { class: 'dim' }, `and ${formatCount(rest)} more`),
  );
}

/** An earlier result, while a later run goes on or has come to nothing. */
export function earlierResult(result: TrainResult): HTMLElement {
  const loss = result.losses.at(-1);
  return h(
    'details',
    { class: 'earlier' },
    h(
      'summary',
      {},
      `Earlier run: ${ENDS[result.end].word.toLowerCase()} after ${plural(result.epochs, 'epoch')}${loss === undefined ? '' : `, loss ${formatNumber(loss, 5)}`}`,
    ),
    ...parametersOf(result),
  );
}
