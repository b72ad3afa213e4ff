/** Shapes that inputs may have, in order of what they cost. */
import { COLUMN, MATRIX, ROW, SCALAR, VECTOR, type Pattern } from './run';

export type ShapeCosts = readonly (readonly [Pattern, number])[];

export const MATRIX_FIRST: ShapeCosts = [
  [MATRIX, 0],
  [VECTOR, 1.5],
  [SCALAR, 2.5],
  [COLUMN, 3],
  [ROW, 4],
];

export const VECTOR_FIRST: ShapeCosts = [
  [VECTOR, 0],
  [SCALAR, 1],
  [ROW, 1.5],
  [COLUMN, 2],
  [MATRIX, 3],
];

/** Settings, such as the strength of a penalty. */
export const NUMBER_FIRST: ShapeCosts = [
  [SCALAR, -0.5],
  [VECTOR, 4],
  [MATRIX, 6],
  [COLUMN, 6],
  [ROW, 6],
];
