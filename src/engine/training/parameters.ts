/** All trained parameters as one vector, in the order of the job. */
import { indexedSizes } from '../../core/definition';
import type { Arrays } from '../interpret';
import type { GradientJob } from '../job';
import { sizeOf, type Sizes } from '../loop';

export interface Slot {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  /** Lengths of the axes, unit axes included. */
  readonly shape: readonly number[];
}

export interface ParameterLayout {
  readonly slots: readonly Slot[];
  readonly length: number;
}

export function parameterLayout(job: Pick<GradientJob, 'parameters'>, sizes: Sizes): ParameterLayout {
  let offset = 0;
  const slots = job.parameters.map(({ name, shape }): Slot => {
    const length = indexedSizes(shape).reduce((product, size) => product * sizeOf(size, sizes), 1);
    const slot = { name, offset, length, shape: shape.map((size) => sizeOf(size, sizes)) };
    offset += length;
    return slot;
  });
  return { slots, length: offset };
}

/** Throws a RangeError for an array that is missing or has another length. */
export function flatten({ slots, length }: ParameterLayout, arrays: Arrays): Float64Array {
  const flat = new Float64Array(length);
  for (const slot of slots) {
    const values = arrays[slot.name];
    if (values?.length !== slot.length)
      throw new RangeError(`${slot.name} has ${values?.length ?? 0} values, expected ${slot.length}`);
    flat.set(values, slot.offset);
  }
  return flat;
}

/** Views into the vector, not copies. */
export function unflatten({ slots }: ParameterLayout, flat: Float64Array): Record<string, Float64Array> {
  return Object.fromEntries(
    slots.map(({ name, offset, length }) => [name, flat.subarray(offset, offset + length)]),
  );
}
