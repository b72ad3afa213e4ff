/** Matrix notation as plain text: 1/m X^T (a - y). */
import type { MatrixForm } from '../matrix';
import { spell, type Spelling } from './matrixNotation';
import type { Naming } from './naming';
import { isDecimal } from '../rational';

export function matrixText(form: MatrixForm, naming: Naming): string {
  return spell(form, spelling(naming));
}

const bracketed = (text: string): string =>
  /^([\w.]+|\w+\([^()]*\)|‖[^‖]*‖²?)$/.test(text) ? text : `(${text})`;

function spelling(naming: Naming): Spelling {
  const known = new Set(naming.program.inputs.map((i) => i.name));
  return {
    symbol: (name) => (known.has(name) ? name : name.replace('@', '_')),
    number(node) {
      if (node.kind === 'size') return node.size;
      if (node.kind === 'const') return node.name;
      return node.den === 1 || isDecimal(node.den) ? String(node.num / node.den) : `${node.num}/${node.den}`;
    },
    ones: '1',
    identity: 'I',
    hadamard: ' ∘ ',
    quotient: ' ⊘ ',
    juxtapose: ' ',
    brackets: (inner) => `(${inner})`,
    indicator: (inner) => `[${inner}]`,
    relation: (rel) => rel,
    fraction: (top, bottom) => `${bracketed(top)}/${bracketed(bottom)}`,
    power: (base, exponent) => `${base}^${bracketed(exponent)}`,
    transpose: (base) => `${base}ᵀ`,
    inverse: (base) => `${base}⁻¹`,
    inverseTranspose: (base) => `${base}⁻ᵀ`,
    determinant: (inner, log) => (log ? `logdet(${inner})` : `det(${inner})`),
    elementPower: (base, exponent) => `${base}^${bracketed(exponent)}`,
    root: (inner) => `sqrt(${inner})`,
    norm: (inner) => `‖${inner}‖`,
    squaredNorm: (inner) => `‖${inner}‖²`,
    operator: (name, inner) => `${name}(${inner})`,
    oneHot: (labels) => `onehot(${labels})`,
    isTaken: (name) => naming.isTaken(name),
    given: ', ',
    call: (row, args) => row.text.replace(/\$(\d)/g, (_, k: string) => args[Number(k)] ?? ''),
  };
}
