/** One edge of the graph: a line forward for the value, one backward for the gradient, and a handle with the partial. */
import type { Formula, GraphEdgeView } from '../protocol';
import { h, svg } from './dom';
import { partial, withLeftSide } from './equation';
import type { Point, Route } from './layout/layout';
import { curves, labelPoint } from './layout/path';
import { math } from './math';
import type { Preferences } from './preferences';

export interface DrawnEdge {
  readonly lines: readonly SVGElement[];
  /** Shows the local partial when pointed at or focused; null where nothing is differentiated. */
  readonly handle: HTMLElement | null;
}

export interface EdgeInput {
  readonly view: GraphEdgeView;
  readonly route: Route;
  readonly from: Formula;
  readonly to: Formula;
  readonly direction: 'right' | 'down';
  readonly mode: Preferences['graph'];
  readonly margin: number;
}

/** Half the distance between the two lines of an edge. */
const APART = 3.5;
const ARROW = 7;
/** Space around the label of an edge. */
const CHIP_GAP = 6;

export function graphEdge(input: EdgeInput): DrawnEdge {
  const { view, route, direction, mode } = input;
  const both = mode === 'both' && view.partial !== null;
  const lines: SVGElement[] = [];
  if (mode !== 'gradients' || view.partial === null) {
    const curve = curves(route, direction, both ? -APART : 0);
    if (curve) lines.push(line('flow-values', curve.path, arrow(curve.end, direction, 1), view));
  }
  if (mode !== 'values' && view.partial !== null) {
    const curve = curves(route, direction, both ? APART : 0);
    if (curve) lines.push(line('flow-gradients', curve.path, arrow(curve.start, direction, -1), view));
  }
  return { lines, handle: mode === 'values' ? null : handle(input) };
}

function line(flow: string, path: string, head: string, view: GraphEdgeView): SVGElement {
  return svg(
    'g',
    {
      class: `edge ${flow} ${view.partial === null ? 'edge-constant' : ''}`,
      'data-from': view.from,
      'data-to': view.to,
    },
    svg('path', { class: 'edge-line', d: path }),
    svg('path', { class: 'edge-head', d: head }),
  );
}

function arrow(tip: Point, direction: 'right' | 'down', sense: 1 | -1): string {
  const back = -sense * ARROW;
  const side = ARROW * 0.45;
  const corners =
    direction === 'right'
      ? [
          { x: tip.x + back, y: tip.y - side },
          { x: tip.x + back, y: tip.y + side },
        ]
      : [
          { x: tip.x - side, y: tip.y + back },
          { x: tip.x + side, y: tip.y + back },
        ];
  return `M ${[tip, ...corners].map(({ x, y }) => `${String(x)} ${String(y)}`).join(' L ')} Z`;
}

function handle({ view, route, from, to, margin }: EdgeInput): HTMLElement | null {
  const place = labelPoint(route);
  if (!view.partial || !place) return null;
  // In the top layer, where the scrolling picture does not cut it.
  const chip = h('span', { class: 'edge-chip', popover: 'manual' });
  const formula = withLeftSide(partial(to, from), view.partial);
  const reveal = (): void => {
    if (chip.childElementCount === 0) chip.append(math(formula));
    if (!chip.matches(':popover-open')) chip.showPopover();
    const { left, top, width } = element.getBoundingClientRect();
    const room = document.documentElement.clientWidth - chip.offsetWidth - CHIP_GAP;
    const centred = left + width / 2 - chip.offsetWidth / 2;
    chip.style.left = `${String(Math.max(CHIP_GAP, Math.min(centred, room)))}px`;
    chip.style.top = `${String(Math.max(CHIP_GAP, top - chip.offsetHeight - CHIP_GAP))}px`;
  };
  const conceal = (): void => {
    if (chip.matches(':popover-open')) chip.hidePopover();
  };
  const element = h(
    'button',
    {
      type: 'button',
      class: 'edge-handle',
      // The details of a node list its partials, so the keyboard needs no stop at every edge.
      tabindex: -1,
      'data-from': view.from,
      'data-to': view.to,
      'aria-label': formula.text,
      on: { pointerenter: reveal, focus: reveal, pointerleave: conceal, blur: conceal },
    },
    h('span', { class: 'edge-dot' }),
    chip,
  );
  element.style.left = `${String(place.x + margin)}px`;
  element.style.top = `${String(place.y + margin)}px`;
  return element;
}
