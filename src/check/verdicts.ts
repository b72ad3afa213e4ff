/** Verdicts on all hand-written gradients of one definition, conventions of intermediate ones included. */
import type { HandGradient, Program, Span } from '../core/definition';
import type { Derivation } from '../core/derivation';
import type { Node, Size } from '../core/expr';
import type { GradientCandidate, SourceDefinition } from '../lang/definition';
import { conventionFactor, judge, type Subject } from './judge';
import { misshapen, right, unknown, type Judgement } from './judgement';
import { derivativeName, plainName } from './mistakes/case';
import { createPool } from './points';

/** A hand-written gradient with its judgement. */
export interface Judged {
  readonly name: string;
  readonly of: string;
  readonly span: Span;
  readonly functionName: string | null;
  /** True when the code alone fixes what it must equal, so that mending it in place is safe. */
  readonly literal: boolean;
  readonly judgement: Judgement;
}

type Proves = (a: Node, b: Node) => boolean;

export function judgeDefinition(
  definition: SourceDefinition,
  derivation: Derivation | null,
  proves: Proves,
): Judged[] {
  const { program } = definition;
  const mismatched = definition.mismatches.map((mismatch): Judged => ({
    ...mismatch,
    literal: true,
    judgement: misshapen(
      'gradient-shape',
      mismatch.message,
      'NumPy raises an error here unless sizes happen to be equal',
    ),
  }));
  if (!program) return mismatched;
  const pool = createPool(program);
  const subject = (hand: HandGradient): Subject => ({ program, pool, derivation, hand, proves });
  const parameters = definition.gradients.map((hand) => ({ hand, judgement: judge(subject(hand)) }));
  const literal = parameters.map(({ hand, judgement }): Judged => ({
    name: hand.name,
    of: hand.of,
    span: hand.span,
    functionName: hand.functionName,
    literal: true,
    judgement,
  }));
  const candidates = definition.candidates.map((candidate): Judged => ({
    name: candidate.name,
    of: candidate.of,
    span: candidate.span,
    functionName: candidate.functionName,
    literal: candidate.readings.length === 1,
    judgement: judgeCandidate(candidate, subject, parameters, definition.samples),
  }));
  return [...literal, ...candidates, ...mismatched].sort(
    (a, b) => a.span.startLine - b.span.startLine || a.span.startColumn - b.span.startColumn,
  );
}

/** Right if any reading is; wrong only if every one is, and nothing right is made from it. */
function judgeCandidate(
  candidate: GradientCandidate,
  subject: (hand: HandGradient) => Subject,
  parameters: readonly { readonly hand: HandGradient; readonly judgement: Judgement }[],
  samples: Size | null,
): Judgement {
  const judged = candidate.readings.map(({ gradient, convention }) => ({
    hand: gradient,
    convention,
    judgement: judge(subject(gradient)),
  }));
  const fits = judged.find(({ judgement }) => judgement.verdict === 'right');
  if (fits) return fits.judgement;
  const [first] = judged;
  if (!first) return unknown(`${plainName(candidate.name)} could not be read.`);
  const users = parameters.filter(({ hand }) =>
    hand.bindings.some((binding) => plainName(binding.name) === plainName(candidate.name)),
  );
  const rightUsers = users.filter(({ judgement }) => judgement.verdict === 'right');
  const conventional = byConvention(
    subject(first.hand),
    rightUsers.map(({ hand }) => plainName(hand.name)),
  );
  if (conventional) return conventional;
  const open = judged.find(({ judgement }) => judgement.verdict === 'unknown');
  if (open) return open.judgement;
  const perSample = samples === null ? null : mistakePerSample(subject(first.hand), samples);
  const named = judged.find(({ judgement }) => judgement.rule !== 'gradient-differs');
  return perSample ?? named?.judgement ?? first.judgement;
}

/** The mistake's name may show only once the 1/m is applied that an intermediate gradient leaves for later. */
function mistakePerSample(subject: Subject, samples: Size): Judgement | null {
  const { program, hand } = subject;
  if (!program.bindings.some(({ name }) => name === hand.of)) return null;
  const { arena } = program;
  const element = arena.div(hand.value.element, arena.size(samples));
  const judgement = judge({ ...subject, hand: { ...hand, value: { ...hand.value, element } } });
  return judgement.verdict === 'wrong' && judgement.rule !== 'gradient-differs' ? judgement : null;
}

/**
 * An intermediate gradient may leave a factor to what is made from it: the 1/m always, any other one where a right gradient
 * is made from it.
 */
function byConvention(subject: Subject, users: readonly string[]): Judgement | null {
  const { program, hand } = subject;
  if (!program.bindings.some(({ name }) => name === hand.of)) return null;
  const name = plainName(hand.name);
  const derivative = derivativeName({ program, of: hand.of });
  const factor = conventionFactor(subject);
  const used = users.join(' and ');
  const are = users.length > 1 ? 'are' : 'is';
  if (users.length > 0 && factor === null)
    return unknown(`${name} is not ${derivative}, but ${used}, which ${are} made from it, ${are} right.`);
  if (factor === null || (users.length === 0 && (factor.kind !== 'size' || factor.text.startsWith('-'))))
    return null;
  return right(
    `${name} is ${derivative} times ${factor.text}, a factor that is left to what is made from it.`,
    `the ratio is ${factor.text} at every random point${users.length > 0 ? `, and ${used} ${are} right` : ''}`,
    [`the factor ${factor.inverse} is applied later`],
  );
}

/** "dw = ∂cost/∂w in propagate". */
export function subjectText(program: Program, judged: Judged, definitionName: string): string {
  const where = judged.functionName ?? definitionName;
  return `${plainName(judged.name)} = ${derivativeName({ program, of: judged.of })} in ${where}`;
}
