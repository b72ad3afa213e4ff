/**
 * Rules that make a step of one gradient g at the parameters θ, with the learning rate η. Weight decay λ adds λθ to g, but in
 * AdamW. As in torch.optim, to which the tests compare them.
 */
import type { Memory, StepSettings, Update, UpdateRule } from './optimizer';
import { plus, scaled, zip } from './vectors';

type Vector = Float64Array;

const decayed = (gradient: Vector, parameters: Vector, { weightDecay }: StepSettings): Vector =>
  weightDecay === 0 ? gradient : plus(gradient, weightDecay, parameters);

const zeros = (like: Vector): Vector => new Float64Array(like.length);

/** Steepest descent: θ ← θ - η g (Cauchy 1847; with batches: Robbins and Monro 1951). */
export const gradientDescent: UpdateRule = (parameters, gradient, memory, settings) => ({
  parameters: plus(parameters, -settings.rate, decayed(gradient, parameters, settings)),
  memory,
});

/** v ← μ v + g, θ ← θ - η v; v is g at the first step (Polyak, "Some methods of speeding up the convergence of iteration methods", 1964). */
export const momentum: UpdateRule = (parameters, gradient, memory, settings) => {
  const g = decayed(gradient, parameters, settings);
  const velocity = memory.velocity ? plus(g, settings.momentum, memory.velocity) : g;
  return { parameters: plus(parameters, -settings.rate, velocity), memory: { velocity } };
};

/** v ← μ v + g, θ ← θ - η (g + μ v) (Nesterov 1983, in the form of Sutskever et al., "On the importance of initialization and momentum", 2013). */
export const nesterov: UpdateRule = (parameters, gradient, memory, settings) => {
  const g = decayed(gradient, parameters, settings);
  const velocity = memory.velocity ? plus(g, settings.momentum, memory.velocity) : g;
  const ahead = plus(g, settings.momentum, velocity);
  return { parameters: plus(parameters, -settings.rate, ahead), memory: { velocity } };
};

/**
 * m ← β₁ m + (1-β₁) g, v ← β₂ v + (1-β₂) g², θ ← θ - η m̂ / (√v̂ + ε) with m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ) at step t (Kingma and Ba,
 * "Adam", 2015).
 */
export const adam: UpdateRule = (parameters, gradient, memory, settings) =>
  adamStep(parameters, decayed(gradient, parameters, settings), memory, settings);

/** Adam's step without decay, from (1 - ηλ) θ (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019). */
export const adamw: UpdateRule = (parameters, gradient, memory, settings) =>
  adamStep(scaled(parameters, 1 - settings.rate * settings.weightDecay), gradient, memory, settings);

function adamStep(parameters: Vector, g: Vector, memory: Memory, settings: StepSettings): Update {
  const { rate, beta1, beta2, epsilon } = settings;
  // Counted with the memory: a run that goes on with another optimizer begins anew.
  const step = (memory.step?.[0] ?? 0) + 1;
  const first = zip(memory.first ?? zeros(g), g, (m, x) => beta1 * m + (1 - beta1) * x);
  const second = zip(memory.second ?? zeros(g), g, (v, x) => beta2 * v + (1 - beta2) * x * x);
  const size = rate / (1 - beta1 ** step);
  const correction = Math.sqrt(1 - beta2 ** step);
  const direction = zip(first, second, (m, v) => m / (Math.sqrt(v) / correction + epsilon));
  return {
    parameters: plus(parameters, -size, direction),
    memory: { step: Float64Array.of(step), first, second },
  };
}

/** v ← β v + (1-β) g², θ ← θ - η u, where u = g/(√v + ε), or its velocity with momentum (Tieleman and Hinton, "Lecture 6.5: RMSProp", 2012). */
export const rmsprop: UpdateRule = (parameters, gradient, memory, settings): Update => {
  const { rate, beta2, epsilon } = settings;
  const g = decayed(gradient, parameters, settings);
  const square = zip(memory.square ?? zeros(g), g, (v, x) => beta2 * v + (1 - beta2) * x * x);
  const direction = zip(g, square, (x, v) => x / (Math.sqrt(v) + epsilon));
  if (settings.momentum === 0) return { parameters: plus(parameters, -rate, direction), memory: { square } };
  const velocity = plus(direction, settings.momentum, memory.velocity ?? zeros(g));
  return { parameters: plus(parameters, -rate, velocity), memory: { square, velocity } };
};

/** s ← s + g², θ ← θ - η g/(√s + ε) (Duchi, Hazan and Singer, "Adaptive Subgradient Methods", 2011). */
export const adagrad: UpdateRule = (parameters, gradient, memory, settings) => {
  const g = decayed(gradient, parameters, settings);
  const sum = zip(memory.sum ?? zeros(g), g, (s, x) => s + x * x);
  const direction = zip(g, sum, (x, s) => x / (Math.sqrt(s) + settings.epsilon));
  return { parameters: plus(parameters, -settings.rate, direction), memory: { sum } };
};
