/** The elements that the body of a loop nest is written for. */
import type { Emission } from './accumulate';
import type { Combo } from './instantiate';
import { ROW, type Axis, type Nest, type Point } from './nest';

/** Points per tile of the last free axes; the others run one by one. */
export function freeAxes({ free, lengths, vector, lanes }: Emission, tiles: readonly number[]): Axis[] {
  return free.map((id, k) => ({
    id,
    length: lengths[id] ?? 1,
    tile: tiles[tiles.length - (free.length - k)] ?? 1,
    width: id === vector ? lanes : 1,
  }));
}

/** Nested loops over axes; the innermost is given the points of all. */
export function overAll(
  nest: Nest,
  axes: readonly Axis[],
  inside: (points: ReadonlyMap<number, readonly Point[]>) => void,
): void {
  const go = (k: number, chosen: ReadonlyMap<number, readonly Point[]>): void => {
    const axis = axes[k];
    if (!axis) inside(chosen);
    else
      nest.over(axis, (points) => () => {
        go(k + 1, new Map([...chosen, [axis.id, points]]));
      });
  };
  go(0, new Map());
}

/** Every element of a tile. */
export function combosOf(points: ReadonlyMap<number, readonly Point[]>): Combo[] {
  let combos: Combo[] = [[]];
  for (const [id, list] of points)
    combos = combos.flatMap((combo) =>
      list.map((point) => {
        const longer = [...combo];
        longer[id] = point;
        return longer;
      }),
    );
  return combos;
}

export const vectorsOfRows = (count: number, lanes: number): Point[] =>
  Array.from({ length: count }, (_, k) => ({ offset: k * lanes, lanes, stream: 0 }));

export const withPoint = (combo: Combo, axis: number, point: Point): Combo => {
  const full = [...combo];
  full[axis] = point;
  return full;
};

export const withRow = (combo: Combo, row: Point): Combo => withPoint(combo, ROW, row);
