/** Numbers and places in the words of a message. */
import { axisIndices } from '../core/definition';
import type { Place } from './compare';
import { derivativeName, plainName, type Case } from './mistakes/case';

/** "3e-16". */
export function relativeText(value: number): string {
  return value === 0 ? '0' : value.toExponential(0).replace('e+', 'e');
}

/** How far two values agree: "to 3e-16", or "exactly". */
export function agreementText(difference: number): string {
  return difference === 0 ? 'exactly' : `to ${relativeText(difference)}`;
}

export function numberText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** "at m = 5, n = 3: dw[1] = 0.12, but ∂cost/∂w[1] = 0.06". */
export function describePlace(c: Pick<Case, 'program' | 'name' | 'of' | 'axes'>, place: Place): string {
  const sizes = Object.entries(place.point.sizes).map(([size, length]) => `${size} = ${length}`);
  const at = cellText(c, place);
  const where = sizes.length > 0 ? `at a random point with ${sizes.join(', ')}` : 'at a random point';
  return `${where}: ${plainName(c.name)}${at} = ${numberText(place.given)}, but ${derivativeName(c)}${at} = ${numberText(place.exact)}`;
}

/** The cell with unit axes put back: `[2, 0]` for a column. */
function cellText(c: Pick<Case, 'axes'>, place: Place): string {
  if (axisIndices(c.axes).length === 0) return '';
  let next = 0;
  const parts = c.axes.map((axis) => (axis.index ? (place.cell[next++] ?? 0) : 0));
  return `[${parts.join(', ')}]`;
}

export function shapeText(sizes: readonly string[]): string {
  return sizes.length === 0 ? 'a scalar' : `shape (${sizes.join(', ')}${sizes.length === 1 ? ',' : ''})`;
}
