/**
 * Right, wrong or cannot tell, for one hand-written gradient. Evidence in this order: equal normal forms, which is proof;
 * agreement with the exact derivative (dual numbers, which the derived gradient must agree with too) at random points and
 * several sizes. Tolerances are relative to the gradient and to the rounding of its evaluation, never absolute. A gradient
 * is wrong only if it differs beyond doubt at several points under every reading that could excuse it.
 */
import { axisIndices, type Domain, type HandGradient, type Program } from '../core/definition';
import type { Derivation } from '../core/derivation';
import type { Node } from '../core/expr';
import { createRandom } from '../core/random';
import { align, type Aligned } from './align';
import { APPROXIMATE, DIFFER, agrees, compare, type Comparison } from './compare';
import { unguarded, withoutGuards } from './guards';
import { inlineBindings } from './inline';
import { right, unknown, type Judgement } from './judgement';
import { nameMistake } from './mistakes';
import { derivativeName, plainName, type Case } from './mistakes/case';
import { explainRatio, ratios } from './mistakes/factor';
import { drawTrials, type Target, type Trials } from './points';
import { targetOf } from './target';
import { describePlace, relativeText } from './words';

export interface Subject {
  readonly program: Program;
  readonly derivation: Derivation | null;
  readonly hand: HandGradient;
  /** Proof of equality by normal forms. */
  readonly proves: (a: Node, b: Node) => boolean;
}

const POINTS = 12;
const ATTEMPTS = 40;
const FEWEST = 3;
const SEED = 0x6e61626c;

export function judge(subject: Subject): Judgement {
  const { program, hand } = subject;
  const found = targetOf(program, subject.derivation, hand.of);
  if ('reason' in found) return unknown(`${plainName(hand.name)} cannot be compared: ${found.reason}.`);
  const { target } = found;
  const { arena } = program;
  const value = { axes: hand.value.axes, element: inlineBindings(arena, hand.value.element, hand.bindings) };
  const aligned = align(arena, value, target.axes);
  if (aligned.layout !== 'same' && aligned.layout !== 'units') return judgeLayout(subject, target, aligned);
  const element = aligned.element ?? value.element;
  const proved = target.derived !== null && subject.proves(element, target.derived);
  const first = judgeNumbers(subject, target, element, proved);
  if (first.verdict !== 'wrong') return withLayoutNote(subject, aligned, first);
  return excusedByGuards(subject, target, element) ?? excusedByLabels(subject, target, element) ?? first;
}

const derivativeText = (subject: Subject): string =>
  derivativeName({ program: subject.program, of: subject.hand.of });

function shapeText(sizes: readonly string[]): string {
  return sizes.length === 0 ? 'a scalar' : `shape (${sizes.join(', ')}${sizes.length === 1 ? ',' : ''})`;
}

function withLayoutNote(subject: Subject, aligned: Aligned, judgement: Judgement): Judgement {
  if (aligned.layout === 'same' || judgement.verdict !== 'right') return judgement;
  const have = subject.hand.value.axes.map((axis) => axis.size);
  const note = `${plainName(subject.hand.name)} has ${shapeText(have)}, unlike ${plainName(subject.hand.of)}: the values are the same, the update broadcasts`;
  return { ...judgement, assumptions: [...judgement.assumptions, note] };
}

function trialsFor(target: Target, watched: readonly Node[]): Trials {
  return drawTrials(target, watched, { random: createRandom(SEED), count: POINTS, attempts: ATTEMPTS });
}

function judgeNumbers(subject: Subject, target: Target, element: Node, proved: boolean): Judgement {
  const { trials, setAside, inconsistent } = trialsFor(target, [element]);
  const name = plainName(subject.hand.name);
  const derivative = derivativeText(subject);
  if (inconsistent > trials.length)
    return unknown(
      `${name} cannot be judged: the derived ${derivative} does not agree with dual numbers, which is a defect of Nabla's.`,
    );
  const bound = approximateConstants(element) || approximateConstants(target.exact) ? APPROXIMATE : DIFFER;
  const comparison = compare(element, target.axes, trials, bound);
  const numbers = `agrees at ${comparison.agreeing} random points, to ${relativeText(comparison.worst)}`;
  if (proved && comparison.differing === 0)
    return right(
      `${name} is ${derivative}.`,
      `proved: it and the derived gradient have the same normal form${comparison.agreeing > 0 ? `; ${numbers}` : ''}`,
    );
  if (trials.length < FEWEST) return unknown(`${name} cannot be judged: ${fewPoints(setAside)}.`);
  if (
    comparison.differing === 0 &&
    comparison.undecided <= trials.length / 2 &&
    comparison.agreeing >= FEWEST
  )
    return right(`${name} is ${derivative}.`, numbers);
  const c = caseOf(subject, target, element, trials);
  if (comparison.differing >= 2 && comparison.counterExample) return wrong(c, comparison, trials.length);
  const constant = comparison.worst > 1e-8 ? constantRatio(c) : null;
  if (constant !== null && comparison.counterExample) return wrong(c, comparison, trials.length);
  if (comparison.worst > 1e-9)
    return unknown(
      `${name} is ${derivative} only approximately: they differ by up to ${relativeText(comparison.worst)}.`,
      `compared at ${trials.length} random points`,
    );
  return unknown(`${name} cannot be judged: at most points rounding hides the difference.`);
}

function caseOf(subject: Subject, target: Target, element: Node, trials: Case['trials']): Case {
  const { program, derivation, hand } = subject;
  return {
    program,
    derivation,
    name: hand.name,
    of: hand.of,
    axes: target.axes,
    element,
    exact: target.exact,
    trials,
  };
}

/** A ratio other than 1 that is the same everywhere: a mistake however small it is, where an approximation varies. */
function constantRatio(c: Case): number | null {
  const values = ratios(c.element, c.exact, c.axes, c.trials, 1e-9);
  const [first] = values ?? [];
  return first !== undefined && values?.every((value) => Math.abs(value - first) <= 1e-9 * Math.abs(first))
    ? first
    : null;
}

function wrong(c: Case, comparison: Comparison, points: number): Judgement {
  const mistake = comparison.allZero
    ? {
        rule: 'gradient-zero',
        message: `${plainName(c.name)} is 0 everywhere, ${derivativeName(c)} is not.`,
      }
    : nameMistake(c);
  const place = comparison.counterExample;
  const times = `differs at ${Math.max(comparison.differing, 1)} of ${points} random points`;
  return {
    verdict: 'wrong',
    rule: mistake.rule,
    message: mistake.message,
    evidence: place ? `${describePlace(c, place)}; ${times}` : times,
    counterExample: place,
    factor: mistake.factor ?? null,
    assumptions: [],
  };
}

function fewPoints(setAside: Trials['setAside']): string {
  if (setAside.kinks > setAside.notFinite) return 'nearly every random point lies at a kink';
  if (setAside.notFinite > 0) return 'the loss or its derivative is not finite at nearly every random point';
  return 'too few random points could be used';
}

/** Decimal constants with three or more decimals, as an approximation has them (0.044715, 1.702). */
function approximateConstants(node: Node, seen = new Set<number>()): boolean {
  if (seen.has(node.id)) return false;
  seen.add(node.id);
  if (node.kind === 'const') return /^\d*\.\d{3,}$/.test(node.name) && node.value > 1e-3;
  return node.args.some((arg) => approximateConstants(arg, seen));
}

/** The judgement with every guard against log(0) or division by 0 taken for 0, if that makes the gradient right. */
function excusedByGuards(subject: Subject, target: Target, element: Node): Judgement | null {
  const { arena } = subject.program;
  const program = unguarded(subject.program);
  const bare = withoutGuards(arena, element);
  if (!program && bare === element) return null;
  const plain: Target = { ...target, program: program ?? subject.program, derived: null };
  const { trials } = trialsFor(plain, [bare]);
  const either = [bare, element].find((node) => holds(node, plain, trials));
  if (!either) return null;
  return right(
    `${plainName(subject.hand.name)} is ${derivativeText(subject)} up to the guard against log(0) or division by 0.`,
    `agrees at ${trials.length} random points once the guards are taken for 0`,
    ['small constants that guard against log(0) or division by 0 are taken for 0'],
  );
}

function holds(node: Node, target: Target, trials: Trials['trials']): boolean {
  return trials.length >= FEWEST && agrees(node, target.axes, trials);
}

const LABELS: readonly { readonly domain: Domain; readonly text: string }[] = [
  { domain: { kind: 'binary' }, text: 'is 0 or 1' },
  { domain: { kind: 'sign' }, text: 'is -1 or 1' },
  { domain: { kind: 'distribution', hard: true }, text: 'is one-hot' },
];

/** Labels of unknown domain may be 0/1, -1/1 or one-hot; the gradient may be written for just that. */
function excusedByLabels(subject: Subject, target: Target, element: Node): Judgement | null {
  const { program } = subject;
  for (const label of program.inputs) {
    if (label.role !== 'label' || (label.domain.kind !== 'real' && label.domain.kind !== 'interval'))
      continue;
    for (const { domain, text } of LABELS) {
      if (domain.kind === 'distribution' && label.shape.length < 2) continue;
      const inputs = program.inputs.map((input) => (input === label ? { ...input, domain } : input));
      const assumed: Target = { ...target, program: { ...program, inputs }, derived: null };
      const { trials } = trialsFor(assumed, [element]);
      if (holds(element, assumed, trials))
        return right(
          `${plainName(subject.hand.name)} is ${derivativeText(subject)} when ${label.code} ${text}.`,
          `agrees at ${trials.length} random points with such labels`,
          [`${label.code} ${text}`],
        );
    }
  }
  return null;
}

/** Gradients of another shape than what they differentiate by. */
function judgeLayout(subject: Subject, target: Target, aligned: Aligned): Judgement {
  const { hand } = subject;
  const name = plainName(hand.name);
  const of = plainName(hand.of);
  const have = hand.value.axes.map((axis) => axis.size);
  const want = target.axes.map((axis) => axis.size);
  const shapes = `${name} has ${shapeText(have)}, ${of} has ${shapeText(want)}`;
  const layout = (rule: string, message: string, evidence: string): Judgement => ({
    verdict: 'wrong',
    rule,
    message,
    evidence,
    counterExample: null,
    factor: null,
    assumptions: [],
  });
  const { element } = aligned;
  const trials = element ? trialsFor(target, [element]).trials : [];
  const same = element !== null && holds(element, target, trials);
  const evidence = same ? `${shapes}; checked at ${trials.length} random points` : shapes;
  switch (aligned.layout) {
    case 'transposed':
      return layout(
        'gradient-transposed',
        `${name} is ${same ? '' : 'not even '}the transpose of ${derivativeText(subject)}: it has ${shapeText(have)}, not ${shapeText(want)}.`,
        evidence,
      );
    case 'larger':
      return same
        ? layout(
            'gradient-missing-sum',
            `${name} is not summed over ${aligned.sizes.join(' and ')}: it has ${shapeText(have)}, ${of} has ${shapeText(want)}.`,
            evidence,
          )
        : layout('gradient-shape', `${name} has the wrong shape: ${shapes}.`, evidence);
    case 'smaller':
      return summedAway(subject, target, aligned)
        ? layout(
            'gradient-summed-away',
            `${name} is ${derivativeText(subject)} summed over ${aligned.sizes.join(' and ')}: it is a scalar, ${of} has ${shapeText(want)}.`,
            evidence,
          )
        : layout('gradient-shape', `${name} has the wrong shape: ${shapes}.`, evidence);
    default:
      return layout('gradient-shape', `${name} has the wrong shape: ${shapes}.`, evidence);
  }
}

function summedAway(subject: Subject, target: Target, aligned: Aligned): boolean {
  if (!aligned.element) return false;
  const { arena } = subject.program;
  const total = (node: Node): Node =>
    axisIndices(target.axes).reduce((inner, index) => arena.sum(index, inner), node);
  const whole: Target = { ...target, exact: total(target.exact), axes: [], derived: null };
  return holds(aligned.element, whole, trialsFor(whole, [aligned.element]).trials);
}

/** How an intermediate gradient relates to the derivative: the constant factor between them, if there is one. */
export function conventionFactor(subject: Subject): string | null {
  const { program, hand } = subject;
  const found = targetOf(program, subject.derivation, hand.of);
  if ('reason' in found) return null;
  const { arena } = program;
  const value = { axes: hand.value.axes, element: inlineBindings(arena, hand.value.element, hand.bindings) };
  const { element } = align(arena, value, found.target.axes);
  if (!element) return null;
  const { trials } = trialsFor(found.target, [element]);
  const values =
    trials.length >= FEWEST ? ratios(element, found.target.exact, found.target.axes, trials) : null;
  return values ? (explainRatio({ program, trials }, values)?.text ?? null) : null;
}
