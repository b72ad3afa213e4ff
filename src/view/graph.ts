/** The computational graph: values flow forward along it, gradients backward. */
import type { DerivationView } from '../protocol';
import type { Section, ViewContext } from './context';
import { segmented } from './controls';
import { fill, h, svg } from './dom';
import { equal } from './equal';
import type { Frame } from './frame';
import { graphDetails } from './graphDetails';
import { graphEdge } from './graphEdge';
import type { DrawnEdge } from './graphEdge';
import { graphNode } from './graphNode';
import { fitGraph } from './graphScale';
import { layoutGraph } from './layout/layout';
import type { Layout } from './layout/layout';
import { neighbour } from './layout/neighbour';
import type { Preferences } from './preferences';

type Graph = DerivationView['graph'];

const GAPS = { right: { layerGap: 56, boxGap: 18 }, down: { layerGap: 48, boxGap: 18 } } as const;
/** Room for focus outlines at the rim. */
const MARGIN = 6;

export function createGraph(context: ViewContext, frame: Frame): Section {
  const canvas = h('div', { class: 'graph-canvas' });
  // A transform leaves the room that an element takes as it was; this one takes the room of the shrunk picture.
  const sizer = h('div', { class: 'graph-sizer' }, canvas);
  const viewport = h(
    'div',
    { class: 'graph-viewport', role: 'group', 'aria-label': 'Computational graph' },
    sizer,
  );
  const details = h('div', { class: 'graph-details', 'aria-live': 'polite' });
  frame.aside.append(
    segmented(
      'Show in the graph',
      [
        { value: 'values', label: 'Values', title: 'How each value is computed' },
        { value: 'gradients', label: 'Gradients', title: 'How the output changes with each value' },
        { value: 'both', label: 'Both', title: 'Values and gradients' },
      ],
      context.preferences.get().graph,
      (mode: Preferences['graph']) => {
        context.preferences.set({ graph: mode });
        draw();
      },
    ).element,
  );
  frame.body.append(viewport, legend(), details);
  dragToScroll(viewport);

  const wholeSwitch = h('input', {
    type: 'checkbox',
    on: {
      change: () => {
        whole = wholeSwitch.checked;
        draw();
      },
    },
  });
  const wholeBox = h('label', { class: 'check', hidden: true }, wholeSwitch, h('span', {}, 'Fit to width'));
  frame.aside.prepend(wholeBox);

  let whole = false;
  let shown: Graph | undefined;
  let selected: string | null = null;
  let drawnWidth = 0;

  function draw(): void {
    const graph = shown;
    fill(canvas);
    viewport.hidden = !graph || graph.nodes.length === 0;
    if (!graph || graph.nodes.length === 0) {
      fill(details);
      return;
    }
    drawnWidth = viewport.clientWidth;
    drawGraph(graph);
  }

  function drawGraph(graph: Graph): void {
    const mode = context.preferences.get().graph;
    const output = graph.nodes.find(({ role }) => role === 'output') ?? null;
    const nodes = new Map(
      graph.nodes.map((node) => [
        node.id,
        graphNode(node, output, mode, {
          select: () => {
            select(node.id);
            const { span } = node;
            if (span) void context.ask((host) => host.reveal(span));
          },
          point: (on) => {
            mark(on ? node.id : selected);
          },
        }),
      ]),
    );
    canvas.append(...nodes.values());
    // All sizes are read in one go, before anything is written.
    const boxes = [...nodes].map(([id, element]) => ({
      id,
      width: Math.ceil(element.offsetWidth),
      height: Math.ceil(element.offsetHeight),
    }));
    const layouts = {
      right: layoutGraph(boxes, graph.edges, { direction: 'right', ...GAPS.right }),
      down: layoutGraph(boxes, graph.edges, { direction: 'down', ...GAPS.down }),
    };
    const natural = { right: layouts.right.width, down: layouts.down.width };
    const readable = fitGraph(drawnWidth - 2 * MARGIN, natural);
    const fit = whole ? fitGraph(drawnWidth - 2 * MARGIN, natural, 0) : readable;
    wholeBox.hidden = natural[readable.direction] * readable.scale <= drawnWidth - 2 * MARGIN;
    const layout = layouts[fit.direction];
    const picture = svg('svg', { class: 'graph-edges', 'aria-hidden': 'true' });
    const edges = drawEdges(graph, layout, fit.direction, mode);
    picture.append(...edges.flatMap(({ lines }) => lines));
    canvas.prepend(picture);
    canvas.append(...edges.flatMap(({ handle }) => (handle ? [handle] : [])));
    for (const box of layout.boxes) {
      const element = nodes.get(box.id);
      if (!element) continue;
      element.style.left = `${String(box.x + MARGIN)}px`;
      element.style.top = `${String(box.y + MARGIN)}px`;
    }
    const width = layout.width + 2 * MARGIN;
    const height = layout.height + 2 * MARGIN;
    picture.setAttribute(
      'viewBox',
      `${String(-MARGIN)} ${String(-MARGIN)} ${String(width)} ${String(height)}`,
    );
    for (const element of [canvas, picture]) {
      element.style.width = `${String(width)}px`;
      element.style.height = `${String(height)}px`;
    }
    canvas.style.transform = `scale(${String(fit.scale)})`;
    sizer.style.width = `${String(Math.ceil(width * fit.scale))}px`;
    sizer.style.height = `${String(Math.ceil(height * fit.scale))}px`;
    // Rows that are cut at both sides show their middle first.
    if (fit.direction === 'down') viewport.scrollLeft = (viewport.scrollWidth - viewport.clientWidth) / 2;
    arrowKeys(layout, nodes, fit.direction);
    if (selected !== null && !nodes.has(selected)) selected = null;
    mark(selected);
    const stop = nodes.get(selected ?? output?.id ?? '') ?? [...nodes.values()][0];
    if (stop) stop.tabIndex = 0;
    explain(graph);
  }

  function drawEdges(
    graph: Graph,
    layout: Layout,
    direction: 'right' | 'down',
    mode: Preferences['graph'],
  ): DrawnEdge[] {
    const views = new Map(graph.edges.map((edge) => [`${edge.from} ${edge.to}`, edge]));
    const labels = new Map(graph.nodes.map(({ id, label }) => [id, label]));
    return layout.routes.flatMap((route) => {
      const view = views.get(`${route.from} ${route.to}`);
      const from = labels.get(route.from);
      const to = labels.get(route.to);
      return view && from && to
        ? [graphEdge({ view, route, from, to, direction, mode, margin: MARGIN })]
        : [];
    });
  }

  function select(id: string): void {
    selected = selected === id ? null : id;
    mark(selected);
    if (shown) explain(shown);
  }

  function explain(graph: Graph): void {
    fill(details, graphDetails(graph, selected));
  }

  /** Brings out a node with its edges. */
  function mark(id: string | null): void {
    for (const element of canvas.querySelectorAll<HTMLElement | SVGElement>('[data-node],[data-from]')) {
      const { node, from, to } = element.dataset;
      const near = id !== null && (node === id || from === id || to === id);
      element.classList.toggle('near', near);
      if (node !== undefined) element.setAttribute('aria-pressed', String(node === selected));
    }
  }

  function arrowKeys(
    layout: Layout,
    nodes: ReadonlyMap<string, HTMLElement>,
    direction: 'right' | 'down',
  ): void {
    canvas.onkeydown = (event) => {
      const current = [...nodes].find(([, element]) => element === event.target)?.[0];
      const next = current === undefined ? null : neighbour(layout, current, event.key, direction);
      const element = next === null ? undefined : nodes.get(next);
      if (!element) return;
      event.preventDefault();
      for (const other of nodes.values()) other.tabIndex = -1;
      element.tabIndex = 0;
      element.focus();
      element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    };
  }

  new ResizeObserver(() => {
    if (viewport.clientWidth > 0 && Math.abs(viewport.clientWidth - drawnWidth) > 2) draw();
  }).observe(viewport);
  // Formulas change their size when their fonts arrive.
  let pending = false;
  document.fonts.addEventListener('loadingdone', () => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      draw();
    });
  });

  return {
    element: frame.element,
    update: ({ derivation }) => {
      const graph = derivation?.graph;
      if (equal(graph, shown)) return;
      shown = graph;
      draw();
    },
  };
}

function legend(): HTMLElement {
  const entry = (className: string, text: string): HTMLElement =>
    h('li', {}, h('span', { class: `swatch ${className}`, 'aria-hidden': 'true' }), text);
  return h(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    entry('role-parameter', 'parameter'),
    entry('role-data', 'data'),
    entry('role-label', 'label'),
    entry('role-intermediate', 'intermediate'),
    entry('role-output', 'output'),
    entry('flow-values', 'value, forward'),
    entry('flow-gradients', 'gradient, backward'),
  );
}

/** Dragging the empty canvas with the mouse scrolls it. */
function dragToScroll(viewport: HTMLElement): void {
  viewport.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.pointerType !== 'mouse') return;
    if (event.target instanceof Element && event.target.closest('button')) return;
    if (viewport.scrollWidth <= viewport.clientWidth) return;
    const start = { x: event.clientX, left: viewport.scrollLeft };
    viewport.setPointerCapture(event.pointerId);
    viewport.classList.add('dragging');
    const move = (moved: PointerEvent): void => {
      viewport.scrollLeft = start.left - (moved.clientX - start.x);
    };
    viewport.addEventListener('pointermove', move);
    viewport.addEventListener(
      'lostpointercapture',
      () => {
        viewport.removeEventListener('pointermove', move);
        viewport.classList.remove('dragging');
      },
      { once: true },
    );
  });
}
