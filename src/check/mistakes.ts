/** Gives a mistake its name by trying corrections: the first that turns the gradient into the derivative is the mistake. */
import { axisIndices } from '../core/definition';
import { elementAt } from './inline';
import { agrees } from './compare';
import { swappedCases } from './mistakes/cases';
import { derivativeName, plainName, type Case, type Detector, type Mistake } from './mistakes/case';
import { extraFactor, missingFactor, termSign, wrongPower } from './mistakes/edits';
import { constantFactor } from './mistakes/factor';
import { activationDerivative } from './mistakes/links';
import { missingSummand, transposedFactor, wrongVariable } from './mistakes/symbols';
import { lossTerm, wrongTerm } from './mistakes/terms';

/** The gradient is the transpose of the derivative, which only square shapes leave open. */
const transposed: Detector = (c) => {
  const indices = axisIndices(c.axes);
  const [first, second] = indices;
  if (indices.length !== 2 || first?.size !== second?.size) return null;
  const turned = elementAt(c.program.arena, { axes: c.axes, element: c.element }, [...indices].reverse());
  return agrees(turned, c.axes, c.trials)
    ? {
        rule: 'gradient-transposed',
        message: `${plainName(c.name)} is the transpose of ${derivativeName(c)}.`,
      }
    : null;
};

/** Most specific first: a factor explains more than a swapped variable that happens to give the same. */
const DETECTORS: readonly Detector[] = [
  constantFactor,
  transposed,
  lossTerm,
  swappedCases,
  activationDerivative,
  transposedFactor,
  termSign,
  wrongVariable,
  missingSummand,
  wrongPower,
  extraFactor,
  missingFactor,
  wrongTerm,
];

/** The mistake's name, or `gradient-differs` when no known correction mends it. */
export function nameMistake(c: Case): Mistake {
  for (const detect of DETECTORS) {
    const mistake = detect(c);
    if (mistake) return mistake;
  }
  return {
    rule: 'gradient-differs',
    message: `${plainName(c.name)} is not ${derivativeName(c)}, and no common mistake explains the difference.`,
  };
}
