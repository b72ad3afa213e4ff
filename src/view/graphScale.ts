/** How a picture of the graph fits the width of the panel. Pure. */

/** Below this, indices in the formulas can no longer be read. */
const SMALLEST = 0.72;

export interface Fit {
  readonly direction: 'right' | 'down';
  readonly scale: number;
}

/**
 * Columns if they fit when shrunk a little, else rows if those do, else whichever is cut less. Never enlarged.
 */
export function fitGraph(available: number, width: { readonly right: number; readonly down: number }): Fit {
  const scaleOf = (natural: number): number => Math.min(1, available / Math.max(1, natural));
  const right = scaleOf(width.right);
  const down = scaleOf(width.down);
  if (right >= SMALLEST || right >= down) return { direction: 'right', scale: Math.max(SMALLEST, right) };
  return { direction: 'down', scale: Math.max(SMALLEST, down) };
}
