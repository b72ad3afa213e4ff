/** Matrix notation in two spellings, LaTeX and plain text, from one layout. */
import type { MatrixForm } from '../matrix';
import { opRow } from '../ops';
import type { Relation } from '../expr';
import { ONE_HOT_NAMES } from './naming';

export interface Spelling {
  symbol(name: string): string;
  number(node: Extract<MatrixForm, { kind: 'number' }>['node']): string;
  readonly ones: string;
  readonly identity: string;
  readonly hadamard: string;
  readonly quotient: string;
  brackets(inner: string): string;
  indicator(inner: string): string;
  relation(rel: Relation | '<' | '<='): string;
  /** A coefficient num/den; `null` for a numerator of 1 without factors. */
  fraction(top: string, bottom: string): string;
  power(base: string, exponent: string): string;
  transpose(base: string): string;
  inverse(base: string): string;
  inverseTranspose(base: string): string;
  determinant(inner: string, log: boolean): string;
  elementPower(base: string, exponent: string): string;
  root(inner: string): string;
  /** The Euclidean norm, or for a matrix the Frobenius norm. */
  norm(inner: string, frobenius: boolean): string;
  squaredNorm(inner: string, frobenius: boolean): string;
  operator(name: string, inner: string): string;
  /** The one-hot rows of labels. */
  oneHot(labels: string): string;
  /** Whether a name means something else. */
  isTaken(name: string): boolean;
  /** Between a formula and what a name in it stands for. */
  readonly given: string;
  call(template: { readonly latex: string; readonly text: string }, args: readonly string[]): string;
  /** Products are written by placing side by side. */
  readonly juxtapose: string;
}

/** Products that need brackets inside an elementwise product. */
const LOOSE: ReadonlySet<MatrixForm['kind']> = new Set(['scaled', 'hadamard', 'matmul']);

type Hold = 'sum' | 'negative' | 'product' | 'atom' | 'script';
interface Piece {
  readonly text: string;
  readonly hold: Hold;
}

/** Writes `form` in a spelling. One-hot rows that occur several times get a name, which is told behind the formula. */
export function spell(form: MatrixForm, s: Spelling): string {
  const uses = new Map<string, number>();
  const text = write(form, {
    ...s,
    oneHot(labels) {
      uses.set(labels, (uses.get(labels) ?? 0) + 1);
      return s.oneHot(labels);
    },
  }).text;
  const names = new Map<string, string>();
  for (const [labels, count] of uses) {
    const name = ONE_HOT_NAMES.find((each) => !s.isTaken(each) && ![...names.values()].includes(each));
    if (count > 1 && name !== undefined) names.set(labels, name);
  }
  if (names.size === 0) return text;
  const named = write(form, { ...s, oneHot: (labels) => names.get(labels) ?? s.oneHot(labels) });
  const told = [...names].map(([labels, name]) => `${name} = ${s.oneHot(labels)}`);
  return [named.text, ...told].join(s.given);
}

function write(form: MatrixForm, s: Spelling): Piece {
  const atom = (f: MatrixForm): string => {
    const { text, hold } = write(f, s);
    return hold === 'atom' ? text : s.brackets(text);
  };
  const factor = (f: MatrixForm): string => {
    const { text, hold } = write(f, s);
    return hold === 'sum' || hold === 'negative' ? s.brackets(text) : text;
  };
  switch (form.kind) {
    case 'symbol':
      return { text: s.symbol(form.name), hold: 'atom' };
    case 'number': {
      const negative = form.node.kind === 'num' && form.node.num < 0;
      return { text: s.number(form.node), hold: negative ? 'negative' : 'atom' };
    }
    case 'ones':
      return { text: s.ones, hold: 'atom' };
    case 'zero':
      return { text: '0', hold: 'atom' };
    case 'identity':
      return { text: s.identity, hold: 'atom' };
    case 'sum':
      return {
        text: form.terms
          .map((t, k) => {
            const text = factor(t.form);
            return k === 0 ? (t.negative ? `-${text}` : text) : `${t.negative ? ' - ' : ' + '}${text}`;
          })
          .join(''),
        hold: 'sum',
      };
    case 'scaled':
      return scaled(form, s, factor);
    case 'matmul':
      // Hadamard products do not associate with matrix products.
      return {
        text: form.factors.map((f) => (f.kind === 'hadamard' ? atom(f) : factor(f))).join(s.juxtapose),
        hold: 'product',
      };
    case 'hadamard': {
      const text = form.factors
        .map((f) => (form.factors.length > 1 && LOOSE.has(f.kind) ? atom(f) : factor(f)))
        .join(s.hadamard);
      const list = [text === '' ? '1' : text, ...form.divisors.map(atom)];
      return { text: list.join(s.quotient), hold: 'product' };
    }
    case 'transpose':
      if (form.arg.kind === 'inverse')
        return { text: s.inverseTranspose(atom(form.arg.arg)), hold: 'script' };
      return { text: s.transpose(atom(form.arg)), hold: 'script' };
    case 'diag': {
      const text = s.operator('diag', write(form.arg, s).text);
      return form.inverse ? { text: s.inverse(text), hold: 'script' } : { text, hold: 'atom' };
    }
    case 'oneHot':
      return { text: s.oneHot(write(form.labels, s).text), hold: 'atom' };
    case 'inverse':
      return { text: s.inverse(atom(form.arg)), hold: 'script' };
    case 'determinant':
      return { text: s.determinant(write(form.arg, s).text, form.log), hold: 'atom' };
    case 'trace':
      return { text: s.operator('tr', write(form.arg, s).text), hold: 'atom' };
    case 'squaredNorm':
      return { text: s.squaredNorm(write(form.arg, s).text, form.frobenius), hold: 'script' };
    case 'power': {
      const exponent = write(form.exponent, s).text;
      const base = atom(form.base);
      return {
        text: form.elementwise ? s.elementPower(base, exponent) : s.power(base, exponent),
        hold: 'script',
      };
    }
    case 'root':
      if (form.arg.kind === 'squaredNorm')
        return { text: s.norm(write(form.arg.arg, s).text, form.arg.frobenius), hold: 'atom' };
      return { text: s.root(write(form.arg, s).text), hold: 'atom' };
    case 'triangle': {
      const whole = `${s.ones}${s.juxtapose}${s.transpose(s.ones)}`;
      const offset = form.strict ? `, ${form.lower ? '-1' : '1'}` : '';
      return { text: s.operator(form.lower ? 'tril' : 'triu', `${whole}${offset}`), hold: 'atom' };
    }
    case 'extreme': {
      const name = form.along === 'all' ? form.op : `${form.along === 'row' ? 'row' : 'col'}${form.op}`;
      return { text: s.operator(name, write(form.arg, s).text), hold: 'atom' };
    }
    case 'where': {
      const condition = form.condition.kind === 'indicator' ? relation(form.condition, s) : null;
      const list = [
        condition ?? write(form.condition, s).text,
        ...[form.then, form.otherwise].map((f) => write(f, s).text),
      ];
      return { text: s.operator('where', list.join(', ')), hold: 'atom' };
    }
    case 'call':
      return {
        text: s.call(
          opRow(form.fn),
          form.args.map((a) => write(a, s).text),
        ),
        hold: 'atom',
      };
    case 'indicator':
      return {
        text: s.indicator(relation(form, s)),
        hold: 'atom',
      };
  }
}

const relation = (form: Extract<MatrixForm, { kind: 'indicator' }>, s: Spelling): string =>
  `${write(form.left, s).text} ${s.relation(form.rel)} ${write(form.right, s).text}`;

function scaled(
  form: Extract<MatrixForm, { kind: 'scaled' }>,
  s: Spelling,
  factor: (f: MatrixForm) => string,
): Piece {
  const alone = (forms: readonly MatrixForm[]): boolean => forms.length === 1;
  const scalar = (f: MatrixForm, _: number, among: readonly MatrixForm[]): string => {
    const divides =
      alone(among) && (among === form.bottom ? form.den === 1 : form.num === 1 && form.bottom.length > 0);
    // A sum that is all of a numerator or denominator needs no brackets of its own.
    if (f.kind === 'sum' && divides) return write(f, s).text;
    return f.kind === 'matmul' && !divides ? s.brackets(write(f, s).text) : factor(f);
  };
  const top = gathered(form.top, s).map(scalar);
  if (form.num !== 1) top.unshift(String(form.num));
  const bottom = gathered(form.bottom, s).map(scalar);
  if (form.den !== 1) bottom.unshift(String(form.den));
  const coefficient =
    bottom.length > 0
      ? s.fraction(top.length === 0 ? '1' : top.join(s.juxtapose), bottom.join(s.juxtapose))
      : top.join(s.juxtapose);
  const arg =
    form.arg && (form.arg.kind === 'hadamard' ? s.brackets(write(form.arg, s).text) : factor(form.arg));
  const body = [coefficient, arg ?? ''].filter((t) => t !== '').join(s.juxtapose);
  const text = `${form.negative ? '-' : ''}${body === '' ? '1' : body}`;
  return { text, hold: form.negative ? 'negative' : 'product' };
}

/** The factors with each norm and its square as one power, ‖u‖³. */
function gathered(factors: readonly MatrixForm[], s: Spelling): readonly MatrixForm[] {
  const norms = new Map<string, { readonly at: number; readonly norm: MatrixForm; exponent: number }>();
  const out: MatrixForm[] = [];
  for (const factor of factors) {
    const square = factor.kind === 'root' ? factor.arg : factor;
    if (square.kind !== 'squaredNorm') {
      out.push(factor);
      continue;
    }
    const key = write(square, s).text;
    const known = norms.get(key);
    if (known) known.exponent += factor.kind === 'root' ? 1 : 2;
    else {
      const norm: MatrixForm = { kind: 'root', arg: square };
      norms.set(key, { at: out.push(factor) - 1, norm, exponent: factor.kind === 'root' ? 1 : 2 });
    }
  }
  for (const { at, norm, exponent } of norms.values())
    if (exponent > 2) {
      const count: MatrixForm = {
        kind: 'scaled',
        negative: false,
        num: exponent,
        den: 1,
        top: [],
        bottom: [],
        arg: null,
      };
      out[at] = { kind: 'power', base: norm, exponent: count, elementwise: false };
    }
  return out;
}
