/** Curves over epochs, drawn on a canvas in the colours of the theme. */
import './locale';
import uPlot from 'uplot';
import { h } from './dom';
import { formatNumber } from './format';
import { canBeLogarithmic, plotData } from './series';

/** One curve of a chart. */
export interface CurveStyle {
  readonly label: string;
  /** Names a theme variable. */
  readonly colour: string;
  /** Names the curve in the style sheet, for the legend. */
  readonly id: string;
  readonly dashed?: boolean;
}

export interface Chart {
  readonly element: HTMLElement;
  /** One list of values per curve, one value per epoch; empty for a curve that is not there. */
  draw(values: readonly (readonly number[])[], logarithmic: boolean): void;
}

const HEIGHT = 190;
/** How many times longer than its drawing a curve then rests. */
const REST = 8;
const DASHES = [7, 5];

export function createChart(title: string, curves: readonly CurveStyle[]): Chart {
  const holder = h('div', { class: 'chart-canvas', role: 'img' });
  const legend = h('span', { class: 'chart-legend' });
  const element = h('figure', { class: 'chart' }, h('figcaption', {}, h('span', {}, title), legend), holder);
  let values: readonly (readonly number[])[] = [];
  let logarithmic = false;
  let plot: uPlot | null = null;
  let pending = false;
  /** ms until the next drawing. */
  let rest = 0;
  let drawn: readonly number[] = [];

  function rebuild(): void {
    plot?.destroy();
    plot = null;
    paint();
  }

  function paint(): void {
    const width = holder.clientWidth;
    const shown = curves.flatMap((style, place) => {
      const own = values[place] ?? [];
      return own.length > 0 ? [{ style, own }] : [];
    });
    const scaled = logarithmic && shown.some(({ own }) => canBeLogarithmic(own));
    if (width === 0 || shown.length === 0) return;
    drawn = values.map(({ length }) => length);
    const data = plotData(
      shown.map(({ own }) => own),
      scaled,
    );
    if (plot) plot.setData(data);
    else
      plot = new uPlot(
        options(
          width,
          scaled,
          shown.map(({ style }) => style),
        ),
        data,
        holder,
      );
    legend.replaceChildren(
      ...shown.map(({ style, own }) =>
        h(
          'span',
          { class: `chart-key chart-key-${style.id}` },
          shown.length > 1 && h('span', { class: 'chart-label' }, style.label),
          h('span', { class: 'chart-value' }, formatNumber(own.at(-1) ?? NaN, 5)),
        ),
      ),
    );
    legend.classList.toggle('several', shown.length > 1);
    holder.setAttribute('aria-label', shown.map(({ style, own }) => spoken(title, style, own)).join('. '));
  }

  new ResizeObserver(() => {
    const width = holder.clientWidth;
    if (plot && width > 0) plot.setSize({ width, height: HEIGHT });
    else paint();
  }).observe(holder);
  // Canvas keeps its colours when the theme changes.
  new MutationObserver(rebuild).observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-id'],
  });

  return {
    element,
    draw: (next, log) => {
      const restart =
        log !== logarithmic ||
        next.some(({ length }, place) => {
          const before = drawn[place] ?? 0;
          return length < before || (before === 0 && length > 0);
        });
      values = next;
      logarithmic = log;
      if (restart) {
        plot?.destroy();
        plot = null;
      }
      if (pending) return;
      // Reports may come faster than the screen is drawn, and a long curve is not to keep the page from all else.
      pending = true;
      setTimeout(() => {
        requestAnimationFrame(() => {
          pending = false;
          const began = performance.now();
          paint();
          rest = REST * (performance.now() - began);
        });
      }, rest);
    },
  };
}

function spoken(title: string, { label }: CurveStyle, values: readonly number[]): string {
  const [first = NaN] = values;
  const final = values.at(-1) ?? NaN;
  return `${title}, ${label}, over ${String(values.length - 1)} epochs, from ${formatNumber(first, 4)} to ${formatNumber(final, 4)}`;
}

function options(width: number, logarithmic: boolean, curves: readonly CurveStyle[]): uPlot.Options {
  const style = getComputedStyle(document.body);
  const theme = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  const foreground = theme('--vscode-foreground', style.color);
  const grid = theme('--line', foreground);
  const font = `11px ${style.fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: foreground,
    font,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 16, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
    scales: {
      x: { time: false, range: (plot, min, max) => [min, isOne(plot) ? min + 1 : max] },
      y: { distr: logarithmic ? 3 : 1 },
    },
    axes: [
      { ...axis, size: 30, incrs: WHOLE_STEPS },
      {
        ...axis,
        size: 62,
        values: (_plot, ticks) =>
          ticks.map((tick: number | null) => (tick === null ? '' : formatNumber(tick, 4))),
      },
    ],
    series: [
      {},
      ...curves.map(({ colour, dashed = false }) => ({
        stroke: theme(colour, foreground),
        width: 1.75,
        // A single epoch makes no line.
        points: { show: isOne, size: 6 },
        spanGaps: false,
        ...(dashed ? { dash: DASHES } : {}),
      })),
    ],
  };
}

/** A run of one epoch. */
const isOne = (plot: uPlot): boolean => plot.data[0].length < 2;

/** Epochs are whole. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].map((power) => step * power))
  .sort((a, b) => a - b);
