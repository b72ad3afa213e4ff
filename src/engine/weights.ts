/** Weights that make every class count the same, where a definition takes weights. */
import { indexedSizes } from '../core/definition';
import type { Size } from '../core/expr';
import type { JobInput } from './loop';

export interface WeightInput {
  readonly input: JobInput;
  /** One per row, one per class, or one number by which the class 1 counts more than the class 0. */
  readonly kind: 'rows' | 'classes' | 'positive';
}

const WEIGHTS = /(^|_)(weights?|wts?)$/i;
const POSITIVE = /^pos(itive)?_?weight$/i;

/** The input that takes weights; null where there is none. `classes` is the size that counts them. */
export function weightInput(
  inputs: readonly JobInput[],
  rows: Size | null,
  classes: Size | null,
): WeightInput | null {
  for (const input of inputs) {
    const sizes = indexedSizes(input.shape);
    const [only] = sizes;
    if (input.role === 'hyper' && sizes.length === 0 && POSITIVE.test(input.name))
      return { input, kind: 'positive' };
    if (!WEIGHTS.test(input.name) || sizes.length !== 1 || only === undefined) continue;
    if (input.role === 'data' && only === rows) return { input, kind: 'rows' };
    if (input.role === 'hyper' && only === classes) return { input, kind: 'classes' };
  }
  return null;
}

/** Counts labels, which are the positions of classes, besides those that were counted before. */
export function countLabels(counts: Map<number, number>, labels: Float64Array): void {
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
}

export interface Balanced {
  /** The weight of a row by its label. */
  readonly of: (label: number) => number;
  /** The values of the input, where it does not run over the rows. */
  readonly values: Float64Array | null;
  readonly note: string;
}

/**
 * Balanced weights as scikit-learn defines them: rows / (classes · rows of the class), over the rows for training, whose labels
 * were counted. Null where there are fewer than two classes.
 */
export function balancedWeights(
  kind: WeightInput['kind'],
  counts: ReadonlyMap<number, number>,
  training: number,
): Balanced | null {
  if (counts.size < 2) return null;
  const classes = [...counts.keys()].sort((a, b) => a - b);
  const of = (label: number): number => training / (counts.size * (counts.get(label) ?? training));
  const shown = classes.slice(0, 5).map((label) => `${Number(of(label).toPrecision(4))} for ${label}`);
  const note = `Classes count the same by weights: ${shown.join(', ')}${classes.length > 5 ? ', …' : ''}.`;
  switch (kind) {
    case 'rows':
      return { of, values: null, note };
    case 'classes':
      return { of, values: Float64Array.from({ length: Math.max(...classes) + 1 }, (_, k) => of(k)), note };
    case 'positive': {
      const [low = 0, high = 1] = classes;
      const ratio = (counts.get(low) ?? 1) / (counts.get(high) ?? 1);
      return {
        of,
        values: Float64Array.of(ratio),
        note: `The classes count the same by a weight of ${Number(ratio.toPrecision(4))} for ${high}.`,
      };
    }
  }
}
