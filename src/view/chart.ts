/** A curve over epochs, drawn on a canvas in the colours of the theme. */
import './locale';
import uPlot from 'uplot';
import { h } from './dom';
import { formatNumber } from './format';
import { canBeLogarithmic, plotData } from './series';

export interface Chart {
  readonly element: HTMLElement;
  draw(values: readonly number[], logarithmic: boolean): void;
}

const HEIGHT = 190;

/** `colour` names a theme variable. */
export function createChart(title: string, colour: string): Chart {
  const holder = h('div', { class: 'chart-canvas', role: 'img' });
  const last = h('span', { class: 'chart-value' });
  const element = h('figure', { class: 'chart' }, h('figcaption', {}, h('span', {}, title), last), holder);
  let values: readonly number[] = [];
  let logarithmic = false;
  let plot: uPlot | null = null;
  let pending = false;
  let drawn = 0;

  function rebuild(): void {
    plot?.destroy();
    plot = null;
    paint();
  }

  function paint(): void {
    const width = holder.clientWidth;
    const scaled = logarithmic && canBeLogarithmic(values);
    if (width === 0 || values.length === 0) return;
    drawn = values.length;
    const data = plotData(values, scaled);
    if (plot) plot.setData(data);
    else plot = new uPlot(options(width, scaled, colour), data, holder);
    const first = values[0] ?? NaN;
    const final = values.at(-1) ?? NaN;
    last.textContent = formatNumber(final, 5);
    holder.setAttribute(
      'aria-label',
      `${title} over ${String(values.length - 1)} epochs, from ${formatNumber(first, 4)} to ${formatNumber(final, 4)}`,
    );
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
      const restart = next.length < drawn || log !== logarithmic;
      values = next;
      logarithmic = log;
      if (restart) {
        plot?.destroy();
        plot = null;
      }
      if (pending) return;
      // Reports may come faster than the screen is drawn.
      pending = true;
      requestAnimationFrame(() => {
        pending = false;
        paint();
      });
    },
  };
}

function options(width: number, logarithmic: boolean, colour: string): uPlot.Options {
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
    scales: { x: { time: false }, y: { distr: logarithmic ? 3 : 1 } },
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
      { stroke: theme(colour, foreground), width: 1.75, points: { show: false }, spanGaps: false },
    ],
  };
}

/** Epochs are whole. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].map((power) => step * power))
  .sort((a, b) => a - b);
