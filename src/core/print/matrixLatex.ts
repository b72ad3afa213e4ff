/** Matrix notation as LaTeX: \frac{1}{m} X^{\top} (a - y). */
import type { MatrixForm } from '../matrix';
import { constantLatex } from './latex';
import { spell, type Spelling } from './matrixNotation';
import { assemble, notationIn } from './names';
import type { Naming } from './naming';
import { isDecimal } from '../rational';

const isTall = (tex: string): boolean => /\\(frac|left|sqrt)(?![A-Za-z])/.test(tex);
const fence = (left: string, inner: string, right: string): string =>
  isTall(inner) ? `\\left${left} ${inner} \\right${right}` : `${left}${inner}${right}`;

const RELATIONS: Readonly<Record<string, string>> = { '>=': '\\ge', '<=': '\\le', '==': '=', '!=': '\\ne' };

export function matrixLatex(form: MatrixForm, naming: Naming): string {
  return spell(form, spelling(naming));
}

/** A superscript on a base that may have one: it moves inside, as two in a row are no LaTeX. */
function raise(base: string, exponent: string): string {
  const sup = /^(.*)\^\{([^{}]*)\}$/.exec(base);
  if (sup && !/^[(\\]/.test(base)) return `${sup[1] ?? ''}^{${sup[2] ?? ''}${exponent}}`;
  if (/'$/.test(base))
    return `${base.replace(/'+$/, '')}^{${'\\prime'.repeat((/'+$/.exec(base)?.[0] ?? '').length)}${exponent}}`;
  return /\^\{[^}]*\}$/.test(base) ? `{${base}}^{${exponent}}` : `${base}^{${exponent}}`;
}

function spelling(naming: Naming): Spelling {
  return {
    symbol: (name) => assemble(notationIn(naming, name)),
    number(node) {
      if (node.kind === 'size') return assemble(notationIn(naming, node.size, false));
      if (node.kind === 'const') return constantLatex(node.name);
      const [num, den] = isDecimal(node.den)
        ? [Math.abs(node.num) / node.den, 1]
        : [Math.abs(node.num), node.den];
      return `${node.num < 0 ? '-' : ''}${den === 1 ? String(num) : `\\frac{${num}}{${den}}`}`;
    },
    ones: '\\mathbf{1}',
    identity: 'I',
    hadamard: ' \\odot ',
    quotient: ' \\oslash ',
    juxtapose: ' ',
    brackets: (inner) => fence('(', inner, ')'),
    indicator: (inner) => fence('[', inner, ']'),
    relation: (rel) => RELATIONS[rel] ?? rel,
    fraction: (top, bottom) => `\\frac{${top}}{${bottom}}`,
    power: raise,
    transpose: (base) => raise(base, '\\top'),
    inverse: (base) => raise(base, '-1'),
    inverseTranspose: (base) => raise(base, '-\\top'),
    determinant: (inner, log) =>
      log ? `\\log \\left| \\det ${inner} \\right|` : `\\det${fence('(', inner, ')')}`,
    elementPower: (base, exponent) => raise(base, `\\odot ${exponent}`),
    root: (inner) => `\\sqrt{${inner}}`,
    norm: (inner, frobenius) => `\\left\\lVert ${inner} \\right\\rVert${frobenius ? '_{F}' : ''}`,
    squaredNorm: (inner, frobenius) => `\\left\\lVert ${inner} \\right\\rVert${frobenius ? '_{F}' : ''}^{2}`,
    operator: (name, inner) => `\\operatorname{${name}}${fence('(', inner, ')')}`,
    oneHot: (labels) => `\\operatorname{onehot}${fence('(', labels, ')')}`,
    isTaken: (name) => naming.isTaken(name),
    given: ', \\quad ',
    call(row, args) {
      const template = row.latex.includes('^{') ? `\\exp($0)` : row.latex;
      const filled = (args.length === 1 ? template : row.latex).replace(
        /\$(\d)/g,
        (_, k: string) => args[Number(k)] ?? '',
      );
      const plain = /^(\\\w+(?:\{\w+\})?)\((.*)\)$/s.exec(filled);
      return plain ? `${plain[1] ?? ''}${fence('(', plain[2] ?? '', ')')}` : filled;
    },
  };
}
