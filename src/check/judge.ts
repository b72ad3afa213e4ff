/**
 * Right, wrong or cannot tell, for one hand-written gradient. Evidence in this order: equal normal forms, which is proof;
 * agreement with the exact derivative (dual numbers, which the derived gradient must agree with too) at random points and
 * several sizes. Tolerances are relative to the gradient and to the rounding of its evaluation, never absolute. A gradient
 * is wrong only if it differs beyond doubt at several points under every reading that could excuse it.
 */
import type { HandGradient, Program } from '../core/definition';
import type { Derivation } from '../core/derivation';
import { symbolNames, type Node } from '../core/expr';
import { align, type Aligned } from './align';
import { exactReading } from './approximations';
import { APPROXIMATE, DIFFER, FEWEST, compare, differsTwice, holds, type Comparison } from './compare';
import { inlineBindings } from './inline';
import { right, unknown, type Judgement } from './judgement';
import { judgeLayout } from './layout';
import { logitReadings } from './logits';
import { withMatrices } from './matrixHelpers';
import { nameMistake } from './mistakes';
import { derivativeName, plainName, type Case } from './mistakes/case';
import { explainRatio, ratios, type Factor } from './mistakes/factor';
import {
  BRIEF,
  evaluateCells,
  THOROUGH,
  trialsFor,
  trialsOneByOne,
  type PointPool,
  type Target,
  type Trials,
} from './points';
import {
  both,
  guardReadings,
  labelReadings,
  maskReadings,
  settingReadings,
  singleReadings,
  symmetricReadings,
  type Lenient,
} from './readings';
import { reducedPrograms } from './reduction';
import { hasRoundedConstant } from './rounded';
import { jacobianTarget, targetOf } from './target';
import { agreementText, describePlace, relativeText, shapeText } from './words';

export interface Subject {
  readonly program: Program;
  /** Of the program; shared by the gradients that are judged together. */
  readonly pool: PointPool;
  readonly derivation: Derivation | null;
  readonly hand: HandGradient;
  /** Proof of equality by normal forms. */
  readonly proves: (a: Node, b: Node) => boolean;
}

/**
 * What a judgement is for: a verdict with all that is known of it, or just whether the gradient is right. What is not right is
 * then left without a name for the mistake, after a few points.
 */
type Aim = 'verdict' | 'right';

export function judge(subject: Subject): Judgement {
  return judgeFor(knowing(subject), 'verdict');
}

/** The same judgement where it is right, else null, which takes a fraction of the work. */
export function judgeRight(subject: Subject): Judgement | null {
  const judgement = judgeFor(knowing(subject), 'right');
  return judgement.verdict === 'right' ? judgement : null;
}

/** With the matrices that the gradient makes itself. */
function knowing(subject: Subject): Subject {
  const found = withMatrices(subject.program, subject.hand);
  if (!found) return subject;
  const pool = subject.pool.under(found.key, () => found.program);
  return { ...subject, program: pool.program, pool };
}

function judgeFor(subject: Subject, aim: Aim): Judgement {
  const judgement = judgeAsWritten(subject, aim);
  if (judgement.verdict === 'right') return judgement;
  const isComparable = 'target' in targetOf(subject.pool, subject.derivation, subject.hand.of);
  const reduced = judgeReduced(subject, isComparable ? 'right' : aim);
  if (reduced?.verdict === 'right') return reduced;
  if (judgement.verdict === 'wrong') return rightByUpdate(subject) ?? rightAsNegative(subject) ?? judgement;
  return (isComparable ? null : reduced) ?? judgement;
}

/** What second derivatives are judged by: one target that is settled beforehand. */
export function judgeAgainst(of: Subject, target: Target): Judgement {
  const subject = knowing(of);
  const { program, hand } = subject;
  const value = {
    axes: hand.value.axes,
    element: inlineBindings(program.arena, hand.value.element, hand.bindings),
  };
  const { element } = align(program.arena, value, target.axes);
  return element
    ? judgeTarget(subject, target, element, 'verdict')
    : unknown(`${plainName(hand.name)} cannot be compared: it has another shape.`);
}

/** A loss of each sample may be meant with its mean or its sum: wrong only if the gradient is of neither. */
function judgeReduced(subject: Subject, aim: Aim): Judgement | null {
  let first: Judgement | null = null;
  for (const { program, how } of reducedPrograms(subject.program)) {
    const pool = subject.pool.under(`the ${how} of the losses`, () => program);
    const of = { ...subject, program: pool.program, pool, derivation: null };
    const judgement = judgeAsWritten(of, aim);
    if (judgement.verdict === 'right') {
      const assumption = `the ${how} of the losses is meant, which the code around takes`;
      return { ...judgement, assumptions: [...judgement.assumptions, assumption] };
    }
    // How many there are to take the mean of is a matter of convention.
    if (judgement.verdict === 'wrong' && conventionFactor(of)?.kind === 'size') return null;
    first ??= judgement;
  }
  return first;
}

/** What counts is the step that is taken: the update may apply the sign or the 1/m that the gradient leaves out. */
function rightByUpdate(subject: Subject): Judgement | null {
  const { program, hand } = subject;
  const { update } = hand;
  if (!update) return null;
  const { arena } = program;
  for (const scale of update.scales) {
    if (scale === arena.one) continue;
    const element = arena.mul(scale, hand.value.element);
    const scaled = { ...subject, hand: { ...hand, value: { ...hand.value, element } } };
    const judgement = judgeAsWritten(scaled, 'right');
    if (judgement.verdict !== 'right') continue;
    const factor = conventionFactor(subject);
    const name = plainName(hand.name);
    const how =
      factor?.kind === 'sign'
        ? `is the negative gradient, -${derivativeText(subject)}: the update of ${update.of} in line ${update.line} adds it, which descends`
        : `is ${derivativeText(subject)} but for a factor${factor ? `, ${factor.text},` : ''} that the update of ${update.of} in line ${update.line} makes up for`;
    return right(`${name} ${how}.`, judgement.evidence, [
      ...judgement.assumptions,
      `${name} is used by the update in line ${update.line} alone`,
    ]);
  }
  return null;
}

/** Functions of boosting: what each sample is to be moved by. */
const NEGATIVE = /neg(ative)?_?grad|pseudo_?resid/i;

/** `negative_gradient(y, pred)` has the sign that its name says, and is of the loss of each sample. */
function rightAsNegative(subject: Subject): Judgement | null {
  const { program, hand } = subject;
  if (!NEGATIVE.test(hand.functionName ?? hand.name)) return null;
  const { arena } = program;
  const sizes = [...new Set(hand.value.axes.flatMap(({ index }) => (index ? [index.size] : [])))];
  for (const scale of [arena.one, ...sizes.map((size) => arena.pow(arena.size(size), arena.minusOne))]) {
    const element = arena.neg(arena.mul(scale, hand.value.element));
    const judgement = judgeAsWritten(
      { ...subject, hand: { ...hand, value: { ...hand.value, element } } },
      'right',
    );
    if (judgement.verdict !== 'right') continue;
    const ofEach = scale === arena.one ? '' : ', of the loss of each sample';
    return right(
      `${plainName(hand.name)} is -${derivativeText(subject)}, as its name says${ofEach}.`,
      judgement.evidence,
      judgement.assumptions,
    );
  }
  const factor = conventionFactor(subject);
  return factor?.text.startsWith('-')
    ? unknown(
        `${plainName(hand.name)} is -${derivativeText(subject)} but for a factor, ${factor.text.slice(1)}, which boosting may leave to its step.`,
      )
    : null;
}

function judgeAsWritten(subject: Subject, aim: Aim): Judgement {
  const { program, hand } = subject;
  const jacobian = jacobianTarget(subject.pool, hand.of, hand.value.axes);
  if (jacobian) return judgeJacobian(subject, jacobian);
  const found = targetOf(subject.pool, subject.derivation, hand.of);
  if ('reason' in found)
    return (
      diagonalAlone(subject, found.diagonal) ??
      unknown(`${plainName(hand.name)} cannot be compared: ${found.reason}.`)
    );
  const { target } = found;
  const { arena } = program;
  const value = { axes: hand.value.axes, element: inlineBindings(arena, hand.value.element, hand.bindings) };
  const aligned = align(arena, value, target.axes);
  if (aligned.layout !== 'same' && aligned.layout !== 'units') return judgeLayout(hand, target, aligned);
  const element = aligned.element ?? value.element;
  return withLayoutNote(subject, aligned, judgeTarget(subject, target, element, aim));
}

/** The judgement of a gradient that has the axes of what it is compared with. */
function judgeTarget(subject: Subject, target: Target, element: Node, aim: Aim): Judgement {
  const { program, hand } = subject;
  const proved = target.derived !== null && subject.proves(element, target.derived);
  const first =
    (aim === 'right' && !proved ? soonWrong(subject, target, element) : null) ??
    judgeNumbers(subject, target, element, proved);
  if (first.verdict === 'unknown')
    return excused(subject, element, guardReadings(program, target, element)) ?? first;
  if (first.verdict !== 'wrong') return first;
  const guards = guardReadings(program, target, element);
  const singles = [
    ...singleReadings(program, target),
    ...guards.flatMap((guard) => both(guard, singleReadings(guard.target.pool.program, guard.target))),
  ];
  const forOne = excused(subject, element, singles);
  if (forOne) return forOne;
  // What is off by a factor for all labels and guards is so for each kind of them.
  if (FACTOR_RULES.has(first.rule))
    return aim === 'right' ? first : plainerFactor(subject, element, singles, first);
  const lenient = [
    ...guards,
    ...labelReadings(program, target),
    ...guards.flatMap((guard) => both(guard, labelReadings(guard.target.pool.program, guard.target))),
    ...maskReadings(program, target),
    ...symmetricReadings(program, target),
    ...settingReadings(program, target),
  ];
  const logits = logitReadings(subject.pool, hand.of).flatMap((carried) => [
    carried,
    ...both(carried, labelReadings(carried.target.pool.program, carried.target)),
  ]);
  const excuse = excused(subject, element, [...lenient, ...logits]);
  if (excuse || aim === 'right') return excuse ?? first;
  const exact = exactReading(program, target, element);
  if (exact?.element && holds(exact.element, exact.target.axes, exact.brief))
    return unknown(
      `${plainName(hand.name)} is ${derivativeText(subject)} only approximately: one is of GELU by erf, the other of its approximation by tanh.`,
      'equal at random points once both are written by erf',
    );
  const named = renamed(subject, element, lenient, first);
  if (named.rule !== first.rule || named.verdict !== 'wrong') return named;
  // A factor by the logits is told as one: p - y beside the mean of a cross-entropy.
  const carried = renamed(subject, element, logits, first);
  return FACTOR_RULES.has(carried.rule) ? carried : named;
}

/** A factor that is a plain number for one output is told as that: 2, and not 2/k. */
function plainerFactor(
  subject: Subject,
  element: Node,
  singles: readonly Lenient[],
  judgement: Judgement,
): Judgement {
  if (judgement.factor !== null) return judgement;
  const found = renamed(subject, element, singles, { ...judgement, rule: 'gradient-differs' });
  return found.verdict === 'wrong' && found.factor !== null ? found : judgement;
}

/** The rule of a gradient that leaves out how the elements depend on each other. */
export const DIAGONAL_ALONE = 'gradient-diagonal-only';

/** `s * (1 - s)` of a softmax: the diagonal of the Jacobian, in the place of the whole of it. */
function diagonalAlone(subject: Subject, diagonal: Target | undefined): Judgement | null {
  if (!diagonal) return null;
  const { program, hand } = subject;
  const element = inlineBindings(program.arena, hand.value.element, hand.bindings);
  const aligned = align(program.arena, { axes: hand.value.axes, element }, diagonal.axes);
  if (aligned.layout !== 'same' || !aligned.element) return null;
  const judgement = judgeNumbers(subject, diagonal, aligned.element, false);
  if (judgement.verdict !== 'right') return null;
  const of = plainName(hand.of);
  return {
    ...judgement,
    verdict: 'wrong',
    rule: DIAGONAL_ALONE,
    message: `${plainName(hand.name)} is only the diagonal of the Jacobian: each element of ${plainName(program.output)} depends on the other elements of ${of} too. With a gradient g from above it is s * (g - sum(g * s)) for a softmax s, and not a product of two arrays.`,
    evidence: `it ${judgement.evidence} with the diagonal, and the derivatives beside the diagonal are not 0`,
  };
}

/** The matrix of all derivatives of the output's elements, in either layout. */
function judgeJacobian(
  subject: Subject,
  { target, transposed }: { target: Target; transposed: Target },
): Judgement {
  const { program, hand } = subject;
  const value = {
    axes: hand.value.axes,
    element: inlineBindings(program.arena, hand.value.element, hand.bindings),
  };
  const { element } = align(program.arena, value, target.axes);
  if (!element) return unknown(`${plainName(hand.name)} cannot be compared with a Jacobian of its shape.`);
  const judgement = judgeNumbers(subject, target, element, false);
  if (judgement.verdict !== 'wrong' || transposed === target) return judgement;
  const turned = judgeNumbers(subject, transposed, element, false);
  return turned.verdict === 'right' ? turned : judgement;
}

const FACTOR_RULES: ReadonlySet<string> = new Set([
  'gradient-sign',
  'gradient-missing-factor',
  'gradient-constant-factor',
]);

const derivativeText = (subject: Subject): string =>
  derivativeName({ program: subject.program, of: subject.hand.of });

function withLayoutNote(subject: Subject, aligned: Aligned, judgement: Judgement): Judgement {
  if (aligned.layout === 'same' || judgement.verdict !== 'right') return judgement;
  const have = subject.hand.value.axes.map((axis) => axis.size);
  const note = `${plainName(subject.hand.name)} has ${shapeText(have)}, unlike ${plainName(subject.hand.of)}: the values are the same, the update broadcasts`;
  return { ...judgement, assumptions: [...judgement.assumptions, note] };
}

function judgeNumbers(subject: Subject, target: Target, element: Node, proved: boolean): Judgement {
  const { trials, setAside, inconsistent } = trialsFor(target, [element], proved ? BRIEF : THOROUGH);
  const name = plainName(subject.hand.name);
  const derivative = derivativeText(subject);
  if (inconsistent > trials.length)
    return unknown(
      `${name} cannot be judged: the derived ${derivative} does not agree with dual numbers, which is a defect of Nabla's.`,
    );
  const bound = hasRoundedConstant(element) ? APPROXIMATE : DIFFER;
  const comparison = compare(element, target.axes, trials, bound);
  const numbers = `agrees at ${comparison.agreeing} random points, ${agreementText(comparison.worst)}`;
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
  if (isFlat(c))
    return unknown(
      `${name} stands in for ${derivative}, which is 0 wherever it exists: a surrogate on purpose.`,
    );
  if (comparison.differing >= 2 && comparison.counterExample) return wrong(c, comparison, trials.length);
  if (comparison.counterExample && isConstantFactor(c)) return wrong(c, comparison, trials.length);
  if (comparison.worst > 1e-9)
    return unknown(
      `${name} is ${derivative} only approximately: they differ by up to ${relativeText(comparison.worst)}.`,
      `compared at ${trials.length} random points`,
    );
  return unknown(`${name} cannot be judged: at most points rounding hides the difference.`);
}

/**
 * The verdict `wrong` after a few points, with the rule of a constant factor if it is that and no other name; null where it
 * takes more to tell.
 */
function soonWrong(subject: Subject, target: Target, element: Node): Judgement | null {
  // How far the derived gradient agrees with dual numbers shows at all points.
  if (target.derived) return null;
  const trials = trialsOneByOne(target, [element]);
  const bound = hasRoundedConstant(element) ? APPROXIMATE : DIFFER;
  if (!differsTwice(element, target.axes, trials, bound)) return null;
  const few = firstOf(trials, FEWEST);
  if (isFlat(caseOf(subject, target, element, few))) return null;
  const isFactor = ratios(element, target.exact, target.axes, few) !== null;
  // A factor must be the same at all points.
  return isFactor ? null : { ...unknown(''), verdict: 'wrong', rule: 'gradient-differs' };
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const found: T[] = [];
  for (const item of items) {
    found.push(item);
    if (found.length >= count) break;
  }
  return found;
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

/** A step function: it depends on the variable, and its derivative is 0 at every point. */
const isFlat = ({ program, of, exact, axes, trials }: Case): boolean =>
  program.bindings.some(({ def }) => symbolNames(def).has(of)) &&
  trials.every(({ evaluator, cells }) =>
    evaluateCells(evaluator, exact, axes, cells).values.every((value) => value === 0),
  );

/** Factors closer to 1 than this may be rounded constants. */
const LEAST_FACTOR = 5e-4;

/** Whether the ratio is the same everywhere and not 1: a mistake, where an approximation varies. */
function isConstantFactor(c: Case): boolean {
  const told = ratios(c.element, c.exact, c.axes, c.trials, 1e-9)?.filter((value) => value !== null) ?? [];
  const [first = 1] = told;
  return (
    Math.abs(first - 1) > LEAST_FACTOR &&
    told.every((value) => Math.abs(value - first) <= 1e-9 * Math.abs(first))
  );
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

function excused(subject: Subject, element: Node, readings: readonly Lenient[]): Judgement | null {
  for (const { target, element: own, brief, suffix, assumption } of readings) {
    const node = own ?? element;
    if (!holds(node, target.axes, brief)) continue;
    const { trials } = trialsFor(target, [node]);
    if (holds(node, target.axes, trials))
      return right(
        `${plainName(subject.hand.name)} is ${derivativeText(subject)} ${suffix}.`,
        `agrees at ${trials.length} random points, assuming that ${assumption}`,
        [assumption],
      );
  }
  return null;
}

/** The mistake's name may show only under a lenient reading (the sign, once labels are one-hot). */
function renamed(
  subject: Subject,
  element: Node,
  readings: readonly Lenient[],
  judgement: Judgement,
): Judgement {
  if (judgement.rule !== 'gradient-differs') return judgement;
  for (const { target, element: own, brief, assumption } of readings) {
    const trials = [...brief];
    if (trials.length < FEWEST) continue;
    if (compare(own ?? element, target.axes, trials).differing === 0)
      return unknown(
        `${plainName(subject.hand.name)} cannot be judged: assuming that ${assumption}, it differs nowhere from ${derivativeText(subject)} beyond rounding.`,
      );
    const mistake = nameMistake(caseOf(subject, target, own ?? element, trials));
    if (mistake.rule !== 'gradient-differs')
      return {
        ...judgement,
        rule: mistake.rule,
        message: mistake.message,
        factor: mistake.factor ?? null,
        assumptions: [assumption],
      };
  }
  return judgement;
}

/** How an intermediate gradient relates to the derivative: the constant factor between them, if there is one. */
export const conventionFactor = (subject: Subject): Factor | null =>
  factorsUnder(subject, () => [])[0] ?? null;

/** The same as the labels are, or as they may be. */
export const proportionOf = (subject: Subject): Factor | null =>
  factorsUnder(subject, (target) => labelReadings(subject.program, target))[0] ?? null;

function factorsUnder(of: Subject, readings: (target: Target) => readonly Lenient[]): Factor[] {
  const subject = knowing(of);
  const { program, hand } = subject;
  const found = targetOf(subject.pool, subject.derivation, hand.of);
  if ('reason' in found) return [];
  const { arena } = program;
  const value = { axes: hand.value.axes, element: inlineBindings(arena, hand.value.element, hand.bindings) };
  const { element } = align(arena, value, found.target.axes);
  if (!element) return [];
  const { exact, axes } = found.target;
  const factorAt = (brief: Iterable<Trials['trials'][number]>): Factor[] => {
    const values = ratios(element, exact, axes, brief);
    const trials = values ? [...brief] : [];
    const factor = values && trials.length >= FEWEST ? explainRatio({ program, trials }, values) : null;
    return factor ? [factor] : [];
  };
  const plain = factorAt(trialsOneByOne(found.target, [element], BRIEF));
  return plain.length > 0 ? plain : readings(found.target).flatMap(({ brief }) => factorAt(brief));
}
