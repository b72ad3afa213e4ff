/** Code that does not say its loss: which of the usual losses it means, told by its gradients. */
import type { OtherReading, SourceDefinition } from '../lang/definition';
import type { Finding } from '../protocol';
import type { Factor } from './mistakes/factor';
import { isOneScale } from './scaleFree';
import { proportionsOf } from './verdicts';

/** A reading of code that does not say its loss, and which of its gradients are multiples of the derivatives. */
interface Likely {
  readonly source: SourceDefinition;
  readonly at: number;
  readonly factors: readonly (Factor | null)[];
  readonly count: number;
}

/**
 * Whether verdicts on a loss that the code does not say may stand. Where most are wrong, it is rather another loss; and where
 * no matrix of weights has a right gradient, a penalty or a shape that the code leaves open may be the reason.
 */
function tellsItsLoss(
  { program, gradients, candidates, mismatches }: SourceDefinition,
  factors: readonly (Factor | null)[],
  findings: () => readonly Finding[],
): boolean {
  const isMatrix = (parameter: string): boolean =>
    (program?.inputs.find(({ name }) => name === parameter)?.shape.filter((size) => size !== '1').length ??
      0) > 1;
  const isTold = (right: readonly string[], wrong: number): boolean =>
    right.length > 0 && right.length >= wrong && (wrong === 0 || right.some(isMatrix));
  // Without verdicts, where they would all be the same.
  const others = candidates.length + mismatches.length;
  const all = gradients.map(({ of }) => of);
  if (isOneScale(gradients, factors) && isTold(all, others)) return true;
  const having = (wanted: string): string[] =>
    findings().flatMap(({ verdict, parameter }) => (verdict === wanted ? [parameter] : []));
  return isTold(having('right'), having('wrong').length);
}

/** The position of the reading of which most gradients are right; null if none is likely enough. It yields between readings. */
export function* chooseLoss(
  readings: readonly OtherReading[],
  findingsOf: (source: SourceDefinition) => readonly Finding[],
): Generator<void, number | null> {
  let best: Likely | null = null;
  for (const [at, reading] of readings.entries()) {
    yield;
    const source = reading();
    yield;
    if (!source) continue;
    const factors = proportionsOf(source);
    const count = factors.filter((factor) => factor !== null).length;
    if (count > (best?.count ?? 0)) best = { source, at, factors, count };
    if (count === source.gradients.length) break;
  }
  if (!best) return null;
  yield;
  const { source, at, factors } = best;
  return tellsItsLoss(source, factors, () => findingsOf(source)) ? at : null;
}
