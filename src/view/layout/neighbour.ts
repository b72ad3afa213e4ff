/** Moves over a laid out graph by arrow keys. Pure. */
import type { Layout, PlacedBox } from './layout';

/** Per key: steps along the flow and across it, in a layout to the right. */
const KEYS: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
};

/** The box that an arrow key leads to: along the flow over an edge, across it within the layer; null for none. */
export function neighbour(
  layout: Layout,
  id: string,
  key: string,
  direction: 'right' | 'down',
): string | null {
  const move = KEYS[key];
  const box = layout.boxes.find((candidate) => candidate.id === id);
  if (!move || !box) return null;
  const [along, across] = direction === 'right' ? [move.x, move.y] : [move.y, move.x];
  const centre = ({ x, y, width, height }: PlacedBox): number =>
    direction === 'right' ? y + height / 2 : x + width / 2;
  const distance = (candidate: PlacedBox): number => Math.abs(centre(candidate) - centre(box));
  const nearest = (candidates: readonly PlacedBox[]): string | null =>
    [...candidates].sort((a, b) => distance(a) - distance(b))[0]?.id ?? null;
  if (across !== 0)
    return nearest(
      layout.boxes.filter(
        (candidate) => candidate.layer === box.layer && Math.sign(centre(candidate) - centre(box)) === across,
      ),
    );
  const joined = new Set(
    layout.routes.flatMap(({ from, to }) => {
      if (along > 0) return from === id ? [to] : [];
      return to === id ? [from] : [];
    }),
  );
  return nearest(layout.boxes.filter((candidate) => joined.has(candidate.id)));
}
