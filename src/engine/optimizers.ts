/** Rules that turn a gradient into the next parameters. Each is a function of state and gradient; nothing is random. */
import type { Arrays } from './interpret';

export interface OptimizerSettings {
  readonly learningRate: number;
}

export interface Optimizer {
  /** The parameters after one step along `gradients` (by parameter name), as new arrays. */
  step(parameters: Arrays, gradients: Arrays): Record<string, Float64Array>;
}

export type OptimizerFactory = (settings: OptimizerSettings) => Optimizer;

/** Steepest descent with a fixed step: θ ← θ − η ∇J. */
const gradientDescent: OptimizerFactory = ({ learningRate }) => ({
  step: (parameters, gradients) =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, values]) => {
        const gradient = gradients[name];
        return [name, values.map((value, k) => value - learningRate * (gradient?.[k] ?? 0))];
      }),
    ),
});

export const OPTIMIZERS = { 'gradient-descent': gradientDescent } satisfies Record<string, OptimizerFactory>;
export type OptimizerName = keyof typeof OPTIMIZERS;
