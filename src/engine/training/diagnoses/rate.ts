/** Learning rates that the curvature of the loss allows. */
import type { Oracle } from '../optimizer';
import type { TrainSettings } from '../settings';
import { dot, euclidean, scaled } from '../vectors';

const PRODUCTS = 12;

/** The largest curvature |λ| of the loss at the parameters, from below: power iteration, begun with the gradient. */
export function* largestCurvature(
  parameters: Float64Array,
  gradient: Float64Array,
  oracle: Oracle,
): Generator<void, number> {
  const length = euclidean(gradient);
  if (!(length > 0) || !Number.isFinite(length)) return 0;
  let direction = scaled(gradient, 1 / length);
  let most = 0;
  for (let k = 0; k < PRODUCTS; k += 1) {
    const product = yield* oracle.product(parameters, direction);
    const size = euclidean(product);
    if (!(size > 0) || !Number.isFinite(size)) return most;
    most = Math.max(most, size, Math.abs(dot(direction, product)));
    direction = scaled(product, 1 / size);
  }
  return most;
}

/**
 * The learning rate up to which steps do not grow on a parabola of this curvature, by the roots of the recursion: 2/λ for descent,
 * 2(1+μ)/λ with momentum, (2+2μ)/((1+2μ)λ) with Nesterov's (O'Donoghue and Candès, "Adaptive restart", 2015). Null for rules whose
 * steps do not grow with the gradient.
 */
export function stableRate(curvature: number, { optimizer, momentum }: TrainSettings): number | null {
  if (!(curvature > 0)) return null;
  if (optimizer === 'gradient-descent') return 2 / curvature;
  if (optimizer === 'momentum') return (2 * (1 + momentum)) / curvature;
  if (optimizer === 'nesterov') return (2 * (1 + momentum)) / ((1 + 2 * momentum) * curvature);
  return null;
}

/** "try 0.4, …": half of what is stable, or a tenth of what was tried. */
export function* suggestedRate(
  parameters: Float64Array,
  oracle: Oracle,
  settings: TrainSettings,
): Generator<void, string> {
  const { learningRate } = settings;
  const { gradient } = yield* oracle.evaluate(parameters);
  const curvature = yield* largestCurvature(parameters, gradient, oracle);
  const stable = stableRate(curvature, settings);
  if (stable === null || stable >= learningRate) return `try ${short(learningRate / 10)}.`;
  return `try ${short(stable / 2)}, as the curvature of the loss is up to ${short(curvature)}, for which steps grow from a rate of ${short(stable)} on.`;
}

const short = (value: number): string => String(Number(value.toPrecision(2)));
