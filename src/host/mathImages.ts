import type { Formula } from '../protocol';
import type { Renderer } from './mathjax';

/** How formulas are to look in the current theme; `fontSize` is in px. */
export interface MathStyle {
  readonly color: string;
  readonly fontSize: number;
}

/** Markdown pictures of formulas. */
export interface MathImages {
  /** The formulas below each other as one picture; null when MathJax cannot draw one of them. */
  stack(formulas: readonly Formula[], style: MathStyle): string | null;
}

const CACHED = 300;

/** Keeps the pictures that were asked for last: a hover asks for the same ones again and again. */
export function createMathImages(render: Renderer): MathImages {
  const cache = new Map<string, string | null>();
  return {
    stack(formulas, style) {
      const latex = stacked(formulas);
      const key = JSON.stringify([latex, style]);
      const known = cache.get(key);
      if (known !== undefined) {
        cache.delete(key);
        cache.set(key, known);
        return known;
      }
      const alt = formulas.map(({ text }) => text).join('; ');
      const image = imageOf(render, latex, alt, style);
      cache.set(key, image);
      const [oldest] = cache.keys();
      if (cache.size > CACHED && oldest !== undefined) cache.delete(oldest);
      return image;
    },
  };
}

function imageOf(render: Renderer, latex: string, alt: string, style: MathStyle): string | null {
  let svg: string;
  try {
    svg = render(latex, style.color, style.fontSize);
  } catch {
    // The formula is shown as text instead, which its reader can do more with than with MathJax's message.
    return null;
  }
  const data = Buffer.from(svg).toString('base64');
  return `![${escapeAlt(alt)}](data:image/svg+xml;base64,${data})`;
}

/** One formula as it is; several left-aligned, as a picture with `\\` outside an environment would be one long line. */
function stacked(formulas: readonly Formula[]): string {
  const [first] = formulas;
  if (first !== undefined && formulas.length === 1) return first.latex;
  const lines = formulas.map(({ latex }) => `\\displaystyle ${latex}`);
  return `\\begin{array}{l}${lines.join(' \\\\[3px] ')}\\end{array}`;
}

function escapeAlt(text: string): string {
  return text.replace(/[\\[\]`*_<>!]/g, '\\$&').replace(/\s+/g, ' ');
}
