/** Verdicts and findings: never by colour alone. */
import type { Finding, Problem, TextSpan, Verdict } from '../protocol';
import type { ViewContext } from './context';
import { scroller } from './controls';
import type { Child } from './dom';
import { h } from './dom';
import type { IconName } from './icons';
import { icon } from './icons';
import { math } from './math';

export const VERDICT_ICONS: Readonly<Record<Verdict, IconName>> = {
  right: 'check',
  wrong: 'cross',
  unknown: 'question',
};

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  right: 'right',
  wrong: 'wrong',
  unknown: 'cannot tell',
};

/** A mark with the verdict's word, or with a text in its place. */
export function verdictBadge(verdict: Verdict, ...text: readonly Child[]): HTMLElement {
  return h(
    'span',
    { class: `verdict verdict-${verdict}` },
    icon(VERDICT_ICONS[verdict]),
    h('span', {}, ...(text.length > 0 ? text : [VERDICT_WORDS[verdict]])),
  );
}

/** A hand-written gradient with its verdict, the reason, and where it stands. */
export function findingCard(context: ViewContext, finding: Finding): HTMLElement {
  return h(
    'div',
    { class: `card finding finding-${finding.verdict}` },
    h(
      'div',
      { class: 'finding-head' },
      verdictBadge(finding.verdict),
      h('code', {}, finding.subject),
      lineLink(context, finding.span),
    ),
    h('p', { class: 'finding-message' }, finding.message),
    finding.evidence !== '' && h('p', { class: 'dim' }, finding.evidence),
    finding.verdict === 'wrong' &&
      finding.expected !== null &&
      h(
        'div',
        { class: 'finding-expected' },
        h('span', { class: 'dim' }, 'Expected'),
        scroller('Expected gradient', math(finding.expected)),
      ),
  );
}

/** A link to a line of the document. */
export function lineLink(context: ViewContext, span: TextSpan): HTMLElement {
  return h(
    'button',
    {
      type: 'button',
      class: 'link line-link',
      on: { click: () => void context.ask((host) => host.reveal(span)) },
    },
    `line ${String(span.startLine)}`,
  );
}

/** Problems with their place; declines are quiet. Null when there are none. */
export function problemList(context: ViewContext, problems: readonly Problem[]): HTMLElement | null {
  if (problems.length === 0) return null;
  return h(
    'ul',
    { class: 'problems' },
    ...problems.map((problem) =>
      h(
        'li',
        { class: `problem problem-${problem.type}` },
        icon(problem.type === 'problem' ? 'warning' : 'info'),
        h('span', {}, problem.message, ' ', problem.span && lineLink(context, problem.span)),
      ),
    ),
  );
}
