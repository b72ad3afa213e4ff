/** Values to start from: parameters at random, settings by their usual defaults. */
import { indexedSizes } from '../core/definition';
import { createRandom, normal } from '../core/random';
import type { Arrays } from './interpret';
import type { JobInput, Sizes } from './loop';
import { sizeOf } from './loop';

/** Usual values of settings by the words in their names. */
const SETTINGS: readonly (readonly [RegExp, number])[] = [
  [/^(eps|epsilon|tiny)/i, 1e-8],
  [/^(lam|lambda|lambd|reg|l1|l2|alpha|weight_?decay|wd|beta)/i, 0.1],
  [/^(gamma)/i, 2],
  [/^(delta|margin|temp|temperature|tau|scale|sigma)/i, 1],
];

/** The default of the user's own code, else what is usual for the name. */
export function defaultSetting(input: Pick<JobInput, 'name' | 'domain' | 'default'>): number {
  if (input.default !== undefined) return input.default;
  const usual = SETTINGS.find(([pattern]) => pattern.test(input.name))?.[1] ?? 0.1;
  const { domain } = input;
  if (domain.kind !== 'interval') return usual;
  if (usual > domain.low && usual < domain.high) return usual;
  return Number.isFinite(domain.high) && Number.isFinite(domain.low)
    ? (domain.low + domain.high) / 2
    : Number.isFinite(domain.low)
      ? domain.low + 1
      : domain.high - 1;
}

const BIAS = /^(b|b_?\w?\d*|bias\w*|intercept|beta_?0|w_?0|theta_?0|c)$/i;

/**
 * Normal values times `initScale`, biases (scalars, and what is called so) zero; inside the domain where there is one. A
 * function of the seed.
 */
export function initialParameters(
  inputs: readonly JobInput[],
  sizes: Sizes,
  options: { readonly seed: number; readonly initScale: number },
): Arrays {
  const random = createRandom(options.seed);
  const parameters: Record<string, Float64Array> = {};
  for (const input of inputs) {
    if (input.role !== 'parameter') continue;
    const dims = indexedSizes(input.shape).map((size) => sizeOf(size, sizes));
    const length = dims.reduce((product, n) => product * n, 1);
    const bias = dims.length === 0 || (dims.length < 2 && BIAS.test(input.name));
    const values = Float64Array.from({ length }, () => options.initScale * normal(random));
    parameters[input.name] = intoDomain(bias ? values.fill(0) : values, input);
  }
  return parameters;
}

function intoDomain(values: Float64Array, { domain }: JobInput): Float64Array {
  if (domain.kind !== 'interval') return values;
  const { low, high } = domain;
  if (Number.isFinite(low) && Number.isFinite(high))
    return values.map((v) => low + (high - low) / (1 + Math.exp(-v)));
  if (Number.isFinite(low)) return values.map((v) => low + Math.exp(v));
  return Number.isFinite(high) ? values.map((v) => high - Math.exp(v)) : values;
}
