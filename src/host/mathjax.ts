/**
 * TeX to SVG for hovers. A bundle of its own (`dist/mathjax.cjs`), as it is 1.6 MB and its first formula takes 0.2 s: it
 * is loaded after activation, when the editor is idle.
 */
import { liteAdaptor } from 'mathjax-full/js/adaptors/liteAdaptor.js';
import { RegisterHTMLHandler } from 'mathjax-full/js/handlers/html.js';
import { TeX } from 'mathjax-full/js/input/tex.js';
import 'mathjax-full/js/input/tex/ams/AmsConfiguration.js';
import 'mathjax-full/js/input/tex/base/BaseConfiguration.js';
import 'mathjax-full/js/input/tex/boldsymbol/BoldsymbolConfiguration.js';
import { mathjax } from 'mathjax-full/js/mathjax.js';
import { SVG } from 'mathjax-full/js/output/svg.js';

/** Draws display mathematics. `color` is a CSS colour, `fontSize` is in px; throws when the TeX cannot be read. */
export type Renderer = (latex: string, color: string, fontSize: number) => string;

/** px per ex of the font MathJax measures in, at a font size of 1 px. */
const EX = 0.431;

export function createRenderer(): Renderer {
  const adaptor = liteAdaptor();
  RegisterHTMLHandler(adaptor);
  const input = new TeX({
    packages: ['base', 'ams', 'boldsymbol'],
    // By default an error becomes a yellow box in the picture.
    formatError: (_: unknown, error: { message: string }) => {
      throw new Error(error.message);
    },
  });
  const page = mathjax.document('', { InputJax: input, OutputJax: new SVG({ fontCache: 'local' }) });
  return (latex, color, fontSize) => {
    const container: unknown = page.convert(latex, { display: true });
    return compact(adaptor.innerHTML(container as Parameters<typeof adaptor.innerHTML>[0]), color, fontSize);
  };
}

/** Sizes in px, a colour, and nothing that a picture does not need: a hover may have 100,000 characters in all. */
export function compact(svg: string, color: string, fontSize: number): string {
  const px = (ex: string) => `${Math.round(Number(ex) * EX * fontSize * 100) / 100}px`;
  return (
    svg
      .replace(/ (?:data-[\w-]+|role|focusable|style|aria-\w+)="[^"]*"/g, '')
      .replace(/ (width|height)="([\d.]+)ex"/g, (_, name: string, ex: string) => ` ${name}="${px(ex)}"`)
      // A number per picture: without it equal formulas give equal pictures.
      .replace(/MJX-\d+-/g, '')
      .replace(/currentColor/g, color)
  );
}
