/** Verdicts on all hand-written gradients of one definition, conventions of intermediate ones included. */
import type { HandGradient, Input, Program, SecondDerivative, Span } from '../core/definition';
import type { Derivation } from '../core/derivation';
import type { Node, Size } from '../core/expr';
import type { GradientCandidate, SourceDefinition } from '../lang/definition';
import { gradientOf, isGenericGradient, roleHint } from '../lang/names';
import { withCauses } from './consequences';
import { conventionFactor, DIAGONAL_ALONE, judge, judgeRight, proportionOf, type Subject } from './judge';
import type { Judgements } from './known';
import { judgeSecond } from './second';
import { rightAsStep } from './localStep';
import { misshapen, right, unknown, type Judgement } from './judgement';
import { derivativeName, plainName } from './mistakes/case';
import type { Factor } from './mistakes/factor';
import { createPool } from './points';
import { scaleFree } from './scaleFree';
import { withWholes } from './wholes';

/** A hand-written gradient with its judgement. */
export interface Judged {
  readonly name: string;
  readonly of: string;
  readonly span: Span;
  readonly functionName: string | null;
  /** True when the code alone fixes what it must equal, so that mending it in place is safe. */
  readonly literal: boolean;
  readonly judgement: Judgement;
  /** What it is, where that is no first derivative: "∂²J/∂w²". */
  readonly second?: { readonly symbol: string; readonly hand: SecondDerivative };
}

/** Judgements on gradients of one program. */
interface Judging {
  readonly program: Program;
  readonly proves: Proves;
  readonly judge: (hand: HandGradient) => Judgement;
  /** The judgement where it is right. */
  readonly right: (hand: HandGradient) => Judgement | null;
  readonly factor: (hand: HandGradient) => Factor | null;
}

type Proves = (a: Node, b: Node) => boolean;

export function judgeDefinition(
  definition: SourceDefinition,
  derivation: () => Derivation | null,
  proves: Proves,
  known: Judgements,
): Judged[] {
  const { program } = definition;
  const mismatched = definition.mismatches.map((mismatch): Judged => ({
    ...mismatch,
    literal: true,
    judgement: misshapen(
      'gradient-shape',
      mismatch.message,
      mismatch.raises
        ? 'NumPy raises an error here unless sizes happen to be equal'
        : 'the shapes differ for all sizes that are not equal by chance',
    ),
  }));
  if (!program) return mismatched;
  const judging = judgingOf(program, derivation, proves, known);
  // Arrays of JavaScript know no operators that would mend them as a whole.
  const isNumber = ({ value }: HandGradient): boolean =>
    !/^(java|type)script/.test(definition.language) || value.axes.length === 0;
  const each = definition.gradients.map((hand) =>
    ofEachSample(judging, definition.seconds, judgeParameter(judging, hand)),
  );
  const { implied } = definition;
  const parameters = implied
    ? scaleFree(program, implied.loss, each, judging.factor, judging.judge)
    : withMeans(judging, each);
  const candidates = definition.candidates.map((candidate) => ({
    candidate,
    hand: candidate.readings[0]?.gradient ?? null,
    judgement: judgeCandidate(candidate, judging, parameters, definition),
  }));
  const wrong = [...parameters, ...candidates].flatMap(({ hand, judgement }) =>
    hand && judgement.verdict === 'wrong' ? [{ hand, judgement }] : [],
  );
  const caused = withCauses(
    program,
    derivation,
    wrong.sort((a, b) => inOrder(a.hand.span, b.hand.span)),
    judging.right,
  );
  const told = parameters.map(({ hand, judgement }) => ({ hand, judgement: caused.get(hand) ?? judgement }));
  const literal = withWholes(told).map(({ hand, judgement }): Judged => ({
    name: hand.name,
    of: hand.of,
    span: hand.span,
    functionName: hand.functionName,
    literal: isNumber(hand) && hand.whole === undefined,
    judgement,
  }));
  const others = candidates.map(({ candidate, hand, judgement }): Judged => {
    const { name, of, span, functionName, readings } = candidate;
    // The factor of one reading alone, that of the code as it stands, tells what is meant.
    const isTold = readings.every(
      ({ gradient }, k) => (judging.judge(gradient).factor !== null) === (k === 0) && isNumber(gradient),
    );
    const literal = readings.length === 1 || (judgement.factor !== null && isTold);
    const because = hand && caused.get(hand);
    return { name, of, span, functionName, literal, judgement: because ?? judgement };
  });
  const seconds = judgedSeconds(definition, program, derivation, proves, known);
  return [...literal, ...others, ...seconds, ...mismatched].sort((a, b) => inOrder(a.span, b.span));
}

/** Hessians; of one whose entries are judged apart, the entries that are wrong, or that it is right. */
function judgedSeconds(
  { kind, gradients, seconds }: SourceDefinition,
  program: Program,
  derivation: () => Derivation | null,
  proves: Proves,
  known: Judgements,
): Judged[] {
  const all = seconds.map((hand): Judged => {
    const { judgement, symbol } = known.second(hand, () =>
      judgeSecond({ kind, program, derivation, gradients, proves }, hand),
    );
    const { name, by: of, span, functionName } = hand;
    // What is written for an activation may be meant for its output.
    const isOpen = kind === 'activation' && judgement.verdict === 'wrong';
    const told = isOpen
      ? unknown(`${plainName(name)} is not ${symbol} by its input: whether it takes the input is not known.`)
      : judgement;
    return { name, of, span, functionName, literal: false, judgement: told, second: { symbol, hand } };
  });
  const whole = (name: string): string => name.replace(/\[\d+, \d+\]$/, '');
  return all.flatMap((each, k): Judged[] => {
    const name = whole(each.name);
    const same = all.filter((other) => whole(other.name) === name && other.span === each.span);
    if (name === each.name || same.length === 1) return [each];
    const wrong = same.filter(({ judgement }) => judgement.verdict === 'wrong');
    if (wrong.length > 0) return wrong.includes(each) ? [each] : [];
    const shown = same.find(({ judgement }) => judgement.verdict === 'unknown') ?? same[0];
    if (all.indexOf(each) !== k || each !== same[0] || !shown) return [];
    const symbol = `the Hessian of ${plainName(program.output)}`;
    const { judgement } = shown;
    const message = judgement.verdict === 'right' ? `${plainName(name)} is ${symbol}.` : judgement.message;
    const second = shown.second && { ...shown.second, symbol };
    return [{ ...shown, name, judgement: { ...judgement, message }, ...(second ? { second } : {}) }];
  });
}

/**
 * The longest part of the same, gradient by gradient, so that others get their turn in between: what it works out is then known.
 */
export function* judgingInParts(
  { program, gradients }: SourceDefinition,
  derivation: () => Derivation | null,
  proves: Proves,
  known: Judgements,
): Generator<void> {
  if (!program || gradients.length < 2) return;
  const judging = judgingOf(program, derivation, proves, known);
  for (const hand of gradients) {
    judging.judge(hand);
    yield;
  }
}

function judgingOf(
  program: Program,
  derivation: () => Derivation | null,
  proves: Proves,
  known: Judgements,
): Judging {
  const pool = createPool(program);
  const subject = (hand: HandGradient): Subject => ({
    program,
    pool,
    derivation: derivation(),
    hand,
    proves,
  });
  return {
    program,
    proves,
    judge: (hand) => known.judgement(hand, () => judge(subject(hand))),
    right: (hand) => known.right(hand, () => judgeRight(subject(hand))),
    factor: (hand) => known.factor(hand, () => conventionFactor(subject(hand))),
  };
}

const inOrder = (a: Span, b: Span): number => a.startLine - b.startLine || a.startColumn - b.startColumn;

/** By which constants the written gradients are the derivative's multiples, null for those that are none: from a few points. */
export function proportionsOf({ program, gradients }: SourceDefinition): (Factor | null)[] {
  if (!program) return gradients.map(() => null);
  const pool = createPool(program);
  const proves = (): boolean => false;
  return gradients.map((hand) => proportionOf({ program, pool, derivation: null, hand, proves }));
}

/** What a gradient function returns without saying what it differentiates by may be by another input than the one at its place. */
function judgeParameter({ program, judge, right: rightOf }: Judging, hand: HandGradient): JudgedHand {
  const judgement = judge(hand);
  const tells = hand.functionName === null && !isGenericGradient(hand.name) && hand.name !== 'g';
  const isNamed = tells || gradientOf(hand.name, [hand.of]) !== null;
  if (judgement.verdict === 'right' || isNamed) return { hand, judgement };
  for (const input of program.inputs) {
    if (input.name === hand.of || input.role === 'hyper') continue;
    // Names may say label where a prediction is meant: cross_entropy(y, y0). The other way round, it is the wrong sign.
    if (input.role === 'label' && judgement.rule !== 'gradient-differs') continue;
    const other = { ...hand, of: input.name };
    const found = rightOf(other);
    if (found) return { hand: other, judgement: found };
  }
  return { hand, judgement };
}

/** What is returned with its own derivative (`return grad, hess`) belongs to each sample, also where the loss is a mean. */
function ofEachSample(
  { program, factor }: Judging,
  seconds: readonly SecondDerivative[],
  judged: JudgedHand,
): JudgedHand {
  const { hand, judgement } = judged;
  const isPaired = seconds.some(({ beside, of, form }) => beside && of === hand.of && form === 'diagonal');
  if (judgement.verdict !== 'wrong' || !isPaired || factor(hand)?.kind !== 'size') return judged;
  const derivative = derivativeName({ program, of: hand.of });
  return {
    hand,
    judgement: right(
      `${plainName(hand.name)} is ${derivative} of the loss of each sample, of which the mean is taken.`,
      'the ratio is the same at every random point',
      ['trees are given what belongs to each sample'],
    ),
  };
}

interface JudgedHand {
  readonly hand: HandGradient;
  readonly judgement: Judgement;
}

/**
 * A layer may take the mean over samples of gradients from above that are those of each sample: 1/m in the gradient of every
 * weight, and not in what flows on.
 */
function withMeans({ program, factor }: Judging, parameters: readonly JudgedHand[]): readonly JudgedHand[] {
  const upstream = program.inputs.find(({ role }) => role === 'upstream');
  if (!upstream) return parameters;
  for (const size of new Set(upstream.shape)) {
    // What has no axis for the samples is a weight.
    const isWeight = (shape: readonly Size[]): boolean => !shape.includes(size);
    const isIn = (name: string): boolean =>
      isWeight(program.inputs.find((input) => input.name === name)?.shape ?? []);
    const weights = parameters.filter(({ hand }) => isIn(hand.of));
    const learnt = program.inputs.filter(({ role }) => role === 'parameter');
    const all = learnt.filter(({ shape }) => isWeight(shape));
    const hasData = all.some(({ name }) => ['data', 'prediction'].includes(roleHint(name, false) ?? ''));
    if (2 * all.length < learnt.length || hasData) continue;
    // One that could not be read may be a sum.
    if (all.some(({ name }) => !weights.some(({ hand }) => hand.of === name))) continue;
    const isMean = ({ hand, judgement }: JudgedHand): boolean => {
      const found = judgement.verdict === 'wrong' ? factor(hand) : null;
      return found?.kind === 'size' && found.text === `1/${size}`;
    };
    if (weights.length > 0 && weights.every(isMean)) return meansOver(program, upstream, parameters, weights);
  }
  return parameters;
}

function meansOver(
  program: Program,
  upstream: Input,
  parameters: readonly JudgedHand[],
  weights: readonly JudgedHand[],
): readonly JudgedHand[] {
  return parameters.map((each) => {
    if (!weights.includes(each)) return each;
    const { hand } = each;
    const derivative = derivativeName({ program, of: hand.of });
    const assumption = `${upstream.code} holds the gradients of each sample, of whose losses the mean is meant`;
    return {
      hand,
      judgement: right(
        `${plainName(hand.name)} is the mean of ${derivative} over the samples.`,
        'the ratio is the same at every random point, and in every gradient of a weight',
        [assumption],
      ),
    };
  });
}

const isSamePlace = (a: Span, b: Span): boolean =>
  a.startLine === b.startLine && a.startColumn === b.startColumn;

/** Right if any reading is; wrong only if every one is, and nothing right is made from it. */
function judgeCandidate(
  candidate: GradientCandidate,
  judging: Judging,
  parameters: readonly JudgedHand[],
  { samples, implied }: SourceDefinition,
): Judgement {
  const [literal] = candidate.readings;
  if (!literal) return unknown(`${plainName(candidate.name)} could not be read.`);
  const users = parameters.filter(
    ({ hand, judgement }) =>
      judgement.verdict === 'right' &&
      // What a parameter is updated by as it stands is made from nothing else.
      (isSamePlace(hand.span, candidate.span) ||
        hand.bindings.some((binding) => plainName(binding.name) === plainName(candidate.name))),
  );
  // Before anything else, as the names of mistakes are dear and most intermediate gradients leave out the 1/m.
  const conventional = byConvention(
    judging,
    literal.gradient,
    users.map(({ hand }) => plainName(hand.name)),
  );
  if (conventional) return conventional;
  for (const { gradient } of candidate.readings) {
    const judgement = judging.right(gradient);
    if (judgement) return judgement;
  }
  const judged = candidate.readings.map(({ gradient }) => judging.judge(gradient));
  const [first = unknown('')] = judged;
  if (users.length > 0)
    return unknown(
      `${plainName(candidate.name)} is not ${derivativeName({ program: judging.program, of: candidate.of })}, but what is made from it is right.`,
    );
  // Of a loss that is not in the code, what is on the way to right gradients is named as the code likes.
  if (implied && parameters.length > 0 && parameters.every(({ judgement }) => judgement.verdict === 'right'))
    return unknown(
      `${plainName(candidate.name)} is not ${derivativeName({ program: judging.program, of: candidate.of })}, but the gradients of the parameters are right.`,
    );
  const diagonal = judged.find(({ rule }) => rule === DIAGONAL_ALONE);
  if (diagonal) return diagonal;
  const open = judged.find(({ verdict }) => verdict === 'unknown');
  if (open) return open;
  const step = rightAsStep(judging.program, literal.gradient, judging.proves);
  if (step) return step;
  const perSample = samples === null ? null : mistakePerSample(judging, literal.gradient, samples);
  return perSample ?? judged.find(({ rule }) => rule !== 'gradient-differs') ?? first;
}

/** The mistake's name may show only once the 1/m is applied that an intermediate gradient leaves for later. */
function mistakePerSample({ program, judge }: Judging, hand: HandGradient, samples: Size): Judgement | null {
  if (!program.bindings.some(({ name }) => name === hand.of)) return null;
  const { arena } = program;
  const element = arena.div(hand.value.element, arena.size(samples));
  const judgement = judge({ ...hand, value: { ...hand.value, element } });
  return judgement.verdict === 'wrong' && judgement.rule !== 'gradient-differs' ? judgement : null;
}

/** A measured ratio this close to 1 is 1. */
const ONE = 1e-6;

/** m or 1/m alone. */
const isLength = ({ kind, text }: Factor): boolean => kind === 'size' && /^(?:1\/)?[A-Za-z_]\w*$/.test(text);

/**
 * An intermediate gradient may leave a factor to what is made from it: the 1/m always, any other one where a right gradient
 * is made from it.
 */
function byConvention(
  { program, factor: factorOf }: Judging,
  hand: HandGradient,
  users: readonly string[],
): Judgement | null {
  if (!program.bindings.some(({ name }) => name === hand.of)) return null;
  const factor = factorOf(hand);
  if (factor === null || (factor.value !== null && Math.abs(factor.value - 1) < ONE)) return null;
  if (users.length === 0 && !isLength(factor)) return null;
  const name = plainName(hand.name);
  const derivative = derivativeName({ program, of: hand.of });
  const used =
    users.length > 0 ? `, and ${users.join(' and ')} ${users.length > 1 ? 'are' : 'is'} right` : '';
  return right(
    `${name} is ${derivative} times ${factor.text}, a factor that is left to what is made from it.`,
    `the ratio is ${factor.text} at every random point${used}`,
    [`the factor ${factor.inverse} is applied later`],
  );
}

/** "dw = ∂cost/∂w in propagate". */
export function subjectText(program: Program, judged: Judged, definitionName: string): string {
  const where = judged.functionName ?? definitionName;
  return `${plainName(judged.name)} = ${judged.second?.symbol ?? derivativeName({ program, of: judged.of })} in ${where}`;
}
