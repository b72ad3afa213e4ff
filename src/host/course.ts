/** The course of a training run, as it is told bit by bit. */
import type { RunState } from '../engine/api';
import { decodeState } from '../engine/training/state';
import type { Curve, TrainProgress } from '../protocol/training';
import { nextTurn } from './pieces';

/** One entry per epoch; appended to in place, as copying a long curve at each of its steps would take quadratic time. */
export interface Course {
  readonly losses: number[];
  readonly gradientNorms: number[];
  /** Empty where no rows are held out. */
  readonly validationLosses: number[];
}

export type Courses = Readonly<Record<Curve, Course>>;

export const noCourses = (): Courses => ({
  derived: { losses: [], gradientNorms: [], validationLosses: [] },
  hand: { losses: [], gradientNorms: [], validationLosses: [] },
});

/** Epochs that are entered in well under a millisecond. */
const SLICE = 1 << 14;

/**
 * The courses become those that the states tell, from which the run goes on: what was told may be behind them or ahead. Those of
 * a long run come slice by slice, so that nothing else in the thread waits for long.
 */
export async function restore(courses: Courses, states: readonly RunState[]): Promise<Courses> {
  for (const [curve, course] of Object.entries(courses)) {
    const own = states.find((state) => state.curve === curve);
    const state = own === undefined ? null : decodeState(own.bytes, true);
    await fill(course.losses, state?.losses);
    await fill(course.gradientNorms, state?.gradientNorms);
    await fill(course.validationLosses, state?.validationLosses);
  }
  return courses;
}

async function fill(values: number[], all: Float64Array = new Float64Array(0)): Promise<void> {
  values.length = 0;
  for (let from = 0; from < all.length; from += SLICE) {
    if (from > 0) await nextTurn();
    for (const value of all.subarray(from, from + SLICE)) values.push(value);
  }
}

/** What a run that goes on from a checkpoint repeats takes the place of what it had told. */
export function extend(courses: Courses, progress: TrainProgress): void {
  const course = courses[progress.curve ?? 'derived'];
  write(course.losses, progress.firstEpoch, progress.losses);
  write(course.gradientNorms, progress.firstEpoch, progress.gradientNorms);
  write(course.validationLosses, progress.firstEpoch, progress.validationLosses);
}

function write(values: number[], from: number, added: Iterable<number> = []): void {
  values.length = Math.min(values.length, from);
  for (const value of added) values.push(value);
}
