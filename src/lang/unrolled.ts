/**
 * Loops whose passes depend on each other, `h[t] = np.tanh(W @ h[t - 1])`: no sum and no array says what they compute, so
 * they are carried out one after another for a few passes. An execution asks for the lengths that this takes; the next one
 * has inputs of that length.
 */
import type { Span } from '../core/definition';
import type { Size } from '../core/expr';
import { isRate, splitRate } from './namedUpdates';
import type { Run } from './run';
import { childrenOf, eachStatement, expressionsOf, type Expression, type Statement } from './syntax';
import type { StreamV, Value } from './values';

/** Passes that show how each depends on the one before: the first, one between, and the last. */
const PASSES = 3;

/** The length that unrolled axes have. */
export const UNROLLED: Size = String(PASSES);

/** Asks for the axes of inputs that a loop runs over to be short, so that it can be carried out. */
export function askForPasses(run: Run, length: Size | null, body: readonly Statement[]): void {
  if (length === null || run.unrolled.size > 0 || trains(body)) return;
  const root = run.sizes.find(length);
  if (/^\d+$/.test(root)) return;
  const members = [root, ...(run.sizes.classes().get(root) ?? [])];
  for (const size of members) if (isAxis(size)) run.askedPasses.add(size);
}

/** An axis of an input, and not just a number of passes. */
const isAxis = (size: Size): boolean => /^\?.*\.\d+$/.test(size);

/** The items of a stream one by one where its length is one that was asked for; null for any other stream. */
export function unrolledItems(run: Run, stream: StreamV): Value[] | null {
  if (run.unrolled.size === 0 || stream.length === null || run.sizes.find(stream.length) !== UNROLLED)
    return null;
  const items = Array.from({ length: PASSES }, (_, k) => stream.item(run.arena.num(k)));
  return stream.isReversed ? items.reverse() : items;
}

/** What is told of it. */
export const unrolledNote = (span: Span): { subject: string; text: string; span: Span } => ({
  subject: `the loop in line ${span.startLine}`,
  text: `each of its passes depends on the one before: gradients are compared for ${PASSES} of them`,
  span,
});

/** Whether passes are steps of training: then what a pass computes belongs to the parameters of that pass alone. */
function trains(body: readonly Statement[]): boolean {
  let found = false;
  const isNamedRate = (e: Expression): boolean => e.kind !== 'number' && isRate(e);
  const steps = (e: Expression): boolean => splitRate(e).rates.some(isNamedRate);
  const calls = (e: Expression): boolean =>
    (e.kind === 'call' && TRAINING.test(calledName(e.callee))) || childrenOf(e).some(calls);
  eachStatement(body, (s) => {
    if (s.kind === 'augment' && (s.operator === '-' || s.operator === '+') && steps(s.value)) found = true;
    if (s.kind === 'assign' && s.value.kind === 'binary' && /^[-+]$/.test(s.value.operator))
      if (steps(s.value.right)) found = true;
    if (expressionsOf(s).some(calls)) found = true;
  });
  return found;
}

/** Functions that take steps of training. */
const TRAINING = /update|optimi[sz]e|train|^_?fit(_|$)|^step$|apply_grad/i;

const calledName = (e: Expression): string => (e.kind === 'name' || e.kind === 'attribute' ? e.name : '');
