/** Where a derivative does not exist, as words and formulas. */
import type { Kink, SentencePart } from '../core/derivation';
import type { Formula, Sentence } from '../protocol';
import type { Formulas } from './formulas';

export function kinkSentence({ text, where, taken, said }: Kink, formulas: Formulas): Sentence {
  const part = (each: SentencePart): string | Formula => {
    if (typeof each === 'string') return each;
    if (!('relation' in each)) return formulas.expression(each);
    const sides = [each.left, each.right];
    const [left, right] = [formulas.expression(each.left, sides), formulas.expression(each.right, sides)];
    return {
      latex: `${left.latex} ${each.relation} ${right.latex}`,
      text: `${left.text} ${each.relation} ${right.text}`,
    };
  };
  const opening = text.slice(0, text.indexOf(where));
  return {
    text,
    parts: [opening, ...said.where.map(part), ...(taken === null ? [] : ['; ', ...said.taken.map(part)])],
  };
}
