/** Small line drawings in the text colour; decoration, so hidden from screen readers. */
import { svg } from './dom';

const PATHS = {
  check: 'M3 8.6 6.4 12 13 4.6',
  cross: 'm4 4 8 8m0-8-8 8',
  question: 'M5.8 6.1a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2.9-1.2 1.9M8 12.4v.4',
  chevron: 'm6 4 4 4-4 4',
  copy: 'M5.5 5.5h7v8h-7zM3.5 10.5v-8h7',
  play: 'M5 3.5v9l7.5-4.5z',
  pause: 'M5.5 4v8M10.5 4v8',
  step: 'M4 3.5v9l6-4.5zM12.5 4v8',
  stop: 'M4.5 4.5h7v7h-7z',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  warning: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.4M8 11.6v.3',
  info: 'M8 7.2v4M8 4.6v.4M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  kink: 'M2 11.5h6l5.5-7.5',
  arrowRight: 'M2.5 8h10m-4-4 4 4-4 4',
  arrowLeft: 'M13.5 8h-10m4-4-4 4 4 4',
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  return svg(
    'svg',
    { class: `icon icon-${name}`, viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    svg('path', { d: PATHS[name] }),
  );
}
