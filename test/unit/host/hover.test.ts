import { beforeAll, describe, expect, it } from 'vitest';
import { escapeMarkdown, hoverMarkdown, LIMIT } from '../../../src/host/hoverText';
import { createMathImages } from '../../../src/host/mathImages';
import { compact, createRenderer } from '../../../src/host/mathjax';
import type { Renderer } from '../../../src/host/mathjax';
import { definition, finding, formula, hoverInfo } from './samples';

const STYLE = { color: '#cccccc', fontSize: 14 };
const URI = 'file:///x.py';

function svgsIn(markdown: string): string[] {
  return [...markdown.matchAll(/data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/g)].map(([, data = '']) =>
    Buffer.from(data, 'base64').toString(),
  );
}

describe('mathematics as pictures', () => {
  let render: Renderer;
  beforeAll(() => {
    render = createRenderer();
  });

  it('has a size in px, the colour, and nothing that a picture does not need', () => {
    const svg = render('J = -\\frac{1}{m}\\sum_i y_i \\log a_i', '#123456', 14);
    expect(svg).toMatch(/^<svg [^>]*width="[\d.]+px" height="[\d.]+px"/);
    expect(svg).toContain('#123456');
    expect(svg).not.toMatch(/currentColor|data-|role=|MJX/);
  });

  it('grows with the font size', () => {
    const width = (size: number) => Number(/width="([\d.]+)px"/.exec(render('x + y', '#000', size))?.[1]);
    expect(width(28)).toBeCloseTo(2 * width(14), 0);
  });

  it('reads what the printers write', () => {
    for (const latex of [
      '\\hat y_{ij}',
      '\\operatorname{softmax}(z)',
      '\\mathbb{1}[z > 0]',
      '\\ell',
      '\\boldsymbol{X}^{\\top}',
    ])
      expect(render(latex, '#000', 14), latex).toContain('<use');
  });

  it('is refused with the message of the mistake', () => {
    expect(() => render('\\frac{1', '#000', 14)).toThrow(/brace/);
  });

  it('keeps what it has drawn', () => {
    let calls = 0;
    const images = createMathImages((latex) => {
      calls += 1;
      return `<svg>${latex}</svg>`;
    });
    for (let count = 0; count < 3; count += 1) images.stack([formula('x')], STYLE);
    images.stack([formula('x')], { ...STYLE, color: '#000' });
    expect(calls).toBe(2);
  });

  it('gives ids that are short', () => {
    expect(
      compact('<svg width="2ex" data-x="1"><use xlink:href="#MJX-12-TEX-I-1D44E"/></svg>', '#000', 10),
    ).toBe('<svg width="8.62px"><use xlink:href="#TEX-I-1D44E"/></svg>');
  });
});

describe('hover', () => {
  const images = createMathImages((latex) => `<svg>${latex}</svg>`);

  it('has one picture for the formulas, one for the gradients, and links', () => {
    const markdown = hoverMarkdown(hoverInfo(), definition('propagate'), URI, images, STYLE);
    const svgs = svgsIn(markdown);
    expect(svgs).toHaveLength(2);
    expect(svgs[0]).toContain('a = 1 \\\\[3px] \\displaystyle J = a');
    for (const command of ['derive', 'checkOnData', 'train'])
      expect(markdown).toContain(`(command:nabla.${command}?`);
  });

  it('has no links to data for what no data can be fed to', () => {
    const sigmoid = definition('sigmoid', { inputs: [] });
    expect(hoverMarkdown(hoverInfo(), sigmoid, URI, images, STYLE)).not.toContain('nabla.train');
  });

  it('tells the state of the checks, with names as they are', () => {
    const findings = [finding('w_1', { verdict: 'wrong', message: 'dw_1 * 2 is twice', evidence: 'at [1]' })];
    const markdown = hoverMarkdown(hoverInfo({ findings }), null, URI, images, STYLE);
    expect(markdown).toContain('✗ dw\\_1 \\* 2 is twice  \nat \\[1\\]');
  });

  it('is short about what is right', () => {
    const evidence = 'proved: it and the derived gradient have the same normal form; agrees at 3 points';
    const findings = ['w', 'b'].map((name) => finding(name, { message: `d${name} is right.`, evidence }));
    expect(hoverMarkdown(hoverInfo({ findings }), null, URI, images, STYLE)).toContain(
      '✓ dw is right \\(proved\\)  \n✓ db is right \\(proved\\)',
    );
  });

  it('names the state of findings that it does not explain', () => {
    const findings = [finding('w', { verdict: 'wrong', message: 'a long message' })];
    const markdown = hoverMarkdown(hoverInfo({ findings }), null, URI, images, STYLE, []);
    expect(markdown).toContain('✗ dw wrong');
    expect(markdown).not.toContain('a long message');
  });

  it('shows a formula that cannot be drawn as text', () => {
    const broken = createMathImages((latex) => {
      if (latex.includes('bad')) throw new Error('no');
      return `<svg>${latex}</svg>`;
    });
    const info = hoverInfo({ formulas: [formula('x = 1'), formula('bad_y = 2')], gradients: [] });
    const markdown = hoverMarkdown(info, null, URI, broken, STYLE);
    expect(svgsIn(markdown)).toHaveLength(1);
    expect(markdown).toContain('`bad_y = 2`');
  });

  it('stays below the length at which VS Code cuts, with whole pictures and the links', () => {
    const large = createMathImages(() => `<svg>${'x'.repeat(20_000)}</svg>`);
    const many = Array.from({ length: 40 }, (_, place) => formula(`x_${place} = ${'y'.repeat(300)}`));
    const findings = Array.from({ length: 80 }, (_, place) =>
      finding(`w${place}`, { message: 'm'.repeat(400) }),
    );
    const markdown = hoverMarkdown(
      hoverInfo({ formulas: many, gradients: many, findings }),
      null,
      URI,
      large,
      STYLE,
    );
    expect(markdown.length).toBeLessThanOrEqual(LIMIT);
    expect(markdown).toContain('(command:nabla.derive?');
    for (const svg of svgsIn(markdown)) expect(svg).toMatch(/<\/svg>$/);
  });

  it.each([
    ['a_b*c', 'a\\_b\\*c'],
    ['[x](command:y)', '\\[x\\]\\(command:y\\)'],
    ['<b>', '\\<b\\>'],
  ])('writes %s literally', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });
});
