/** One judgement on the gradient of an input that is read in pieces: that of all of them. */
import type { HandGradient, Span } from '../core/definition';
import type { Judgement } from './judgement';
import { plainName } from './mistakes/case';

interface OfPiece {
  readonly hand: HandGradient;
  readonly judgement: Judgement;
}

const samePlace = (a: Span, b: Span): boolean =>
  a.startLine === b.startLine && a.startColumn === b.startColumn && a.file === b.file;

/** The gradients with those of the pieces of one input as one, wrong where one of them is. */
export function withWholes<T extends OfPiece>(judged: readonly T[]): T[] {
  return judged.flatMap((each, k) => {
    const { whole } = each.hand;
    if (whole === undefined) return [each];
    const isSame = ({ hand }: T): boolean =>
      hand.whole === whole && hand.name === each.hand.name && samePlace(hand.span, each.hand.span);
    if (judged.slice(0, k).some(isSame)) return [];
    const all = judged.filter(isSame);
    const worst =
      all.find(({ judgement }) => judgement.verdict === 'wrong') ??
      all.find(({ judgement }) => judgement.verdict === 'unknown');
    if (worst) return [worst];
    // What is least certain is told.
    const told = all.find(({ judgement }) => !judgement.evidence.startsWith('proved')) ?? each;
    return [{ ...told, judgement: ofWhole(told, whole) }];
  });
}

function ofWhole({ hand, judgement }: OfPiece, whole: string): Judgement {
  const piece = `∂${plainName(hand.of)}`;
  return { ...judgement, message: judgement.message.replaceAll(piece, `∂${plainName(whole)}`) };
}
