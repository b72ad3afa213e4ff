/** The symbolic core as a product without formulas on a screen would load it: no LaTeX, no code. */
export { derive } from '../../src/core/derive';
export { createEvaluator } from '../../src/core/evaluate';
export { Arena } from '../../src/core/expr';
export { createSimplifier } from '../../src/core/simplify/simplifier';
