/**
 * `da = a * (1 - a)`: the derivative of one step by what the step is made of, which a chain of them is multiplied together
 * from. By its name it could be the derivative of the whole by `a`.
 */
import type { HandGradient, Program } from '../core/definition';
import { symbolNames } from '../core/expr';
import { judgeRight, type Subject } from './judge';
import { right, type Judgement } from './judgement';
import { derivativeName, plainName } from './mistakes/case';
import { createPool } from './points';

/** Right if the gradient, by its name of an intermediate, is the derivative of that by something it depends on. */
export function rightAsStep(
  program: Program,
  hand: HandGradient,
  proves: Subject['proves'],
): Judgement | null {
  if (!program.bindings.some(({ name }) => name === hand.of)) return null;
  const step: Program = { ...program, output: hand.of };
  const pool = createPool(step);
  for (const of of sourcesOf(step)) {
    const judgement = judgeRight({ program: step, pool, derivation: null, hand: { ...hand, of }, proves });
    if (!judgement) continue;
    const name = plainName(hand.name);
    return right(
      `${name} is ${derivativeName({ program: step, of })}, the derivative of this step alone.`,
      judgement.evidence,
      [
        ...judgement.assumptions,
        `${name} is meant for the step from ${plainName(of)} to ${plainName(hand.of)}`,
      ],
    );
  }
  return null;
}

/** What the last binding depends on, nearest first: names in its definition, and in theirs. */
function sourcesOf({ inputs, bindings, output }: Program): string[] {
  const found: string[] = [];
  const queue = [output];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const def = bindings.find((binding) => binding.name === name)?.def;
    for (const next of def ? symbolNames(def) : [])
      if (!found.includes(next)) {
        found.push(next);
        queue.push(next);
      }
  }
  const differentiable = new Set(
    inputs.filter(({ role }) => role !== 'hyper' && role !== 'label').map(({ name }) => name),
  );
  return found.filter(
    (name) => differentiable.has(name) || bindings.some((binding) => binding.name === name),
  );
}
