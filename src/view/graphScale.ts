/** How a picture of the graph fits the width of the panel. Pure. */

/** Columns, the usual way to draw a flow, may be shrunk so far before rows are tried. */
const COMFORTABLE = 0.85;
/** Below this, indices in the formulas can no longer be read. */
const SMALLEST = 0.75;

export interface Fit {
  readonly direction: 'right' | 'down';
  readonly scale: number;
}

/**
 * Columns if they fit when shrunk a little, else rows if those do, else whichever is cut less. Never enlarged.
 */
export function fitGraph(
  available: number,
  width: { readonly right: number; readonly down: number },
  smallest: number = SMALLEST,
): Fit {
  const scaleOf = (natural: number): number => Math.min(1, available / Math.max(1, natural));
  const right = scaleOf(width.right);
  const down = scaleOf(width.down);
  if (right >= COMFORTABLE || right >= down) return { direction: 'right', scale: Math.max(smallest, right) };
  return { direction: 'down', scale: Math.max(smallest, down) };
}
