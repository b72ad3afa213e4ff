/** A route as an SVG path: straight inside layers, bent in the gaps between them. */
import type { Point, Route } from './layout';

const number = (value: number): string => String(Math.round(value * 10) / 10);
const point = ({ x, y }: Point): string => `${number(x)} ${number(y)}`;

/** The curves of a route, with `shift` added across the direction of travel to draw two lines beside each other. */
export function curves(
  route: Route,
  direction: 'right' | 'down',
  shift = 0,
): { readonly start: Point; readonly path: string; readonly end: Point } | null {
  const points = route.points.map(({ x, y }) =>
    direction === 'right' ? { x, y: y + shift } : { x: x + shift, y },
  );
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return null;
  const parts = [`M ${point(first)}`];
  for (let index = 1; index < points.length; index += 1) {
    const from = points[index - 1];
    const to = points[index];
    if (!from || !to) continue;
    if (index % 2 === 1) parts.push(`L ${point(to)}`);
    else parts.push(bend(from, to, direction));
  }
  return { start: first, path: parts.join(' '), end: last };
}

function bend(from: Point, to: Point, direction: 'right' | 'down'): string {
  if (direction === 'right') {
    const middle = (from.x + to.x) / 2;
    return `C ${point({ x: middle, y: from.y })} ${point({ x: middle, y: to.y })} ${point(to)}`;
  }
  const middle = (from.y + to.y) / 2;
  return `C ${point({ x: from.x, y: middle })} ${point({ x: to.x, y: middle })} ${point(to)}`;
}

/** The middle of the bend in the middle of a route: the place for its label. */
export function labelPoint(route: Route): Point | null {
  const gaps = Math.max(0, route.points.length / 2 - 1);
  const middle = Math.floor((gaps - 1) / 2);
  const from = route.points[2 * middle + 1];
  const to = route.points[2 * middle + 2];
  return from && to ? { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 } : null;
}
