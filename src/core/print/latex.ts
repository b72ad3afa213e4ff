/** Expressions as LaTeX, as a person writes them; valid in KaTeX and in MathJax 3. */
import type { Axis } from '../definition';
import {
  isNum,
  stackPositions,
  type CallNode,
  type CmpNode,
  type DiffNode,
  type MatrixNode,
  type Node,
  type ReduceNode,
} from '../expr';
import { opRow } from '../ops';
import { assemble, notationIn } from './names';
import { createScope, type Naming, type Scope } from './naming';
import { complement, conjuncts, fraction, layout, radicand, readsSwapped, terms, type Part } from './shape';

export interface LatexOptions {
  /** Sub-expressions to mark with `\htmlClass` (KaTeX with `trust`; other renderers need the marks taken out). */
  readonly marked?: ReadonlySet<Node>;
  /** Class of marked sub-expressions; `touched` by default. */
  readonly markClass?: string;
  /** Other expressions of the same equation: their indices are named together with the expression's own. */
  readonly among?: readonly Node[];
}

/**
 * How a piece of LaTeX holds together. `open` pieces reach as far to the right as they can (a sum over an index, `\log x`),
 * `cases` end without a bracket.
 */
type Hold = 'sum' | 'negative' | 'product' | 'open' | 'cases' | 'fraction' | 'power' | 'atom' | 'symbol';

interface Piece {
  readonly tex: string;
  readonly hold: Hold;
  /** An open piece with brackets of its own, `\\log(x)`, for where something follows. */
  readonly closed?: string;
}

interface Context {
  readonly naming: Naming;
  readonly scope: Scope;
  /** In exponents fractions are written with a slash. */
  readonly inline: boolean;
  readonly marked: ReadonlySet<Node>;
  readonly markClass: string;
}

const NOTHING: ReadonlySet<Node> = new Set();

/** `node` as LaTeX for display style. Positions count from 1, as in mathematics. */
export function toLatex(node: Node, naming: Naming, options: LatexOptions = {}): string {
  const scope = createScope(naming, [...(options.among ?? []), node]);
  const { marked = NOTHING, markClass = 'touched' } = options;
  return write({ naming, scope, inline: false, marked, markClass }, node).tex;
}

/** A symbol with the indices of its axes, `z_i`, or without any. */
export function symbolLatex(name: string, axes: readonly Axis[], naming: Naming): string {
  const { arena } = naming.program;
  return toLatex(arena.sym(name, ...axes.flatMap((a) => (a.index ? [a.index] : []))), naming);
}

const isTall = (tex: string): boolean => /\\(frac|sum|prod|begin|left|sqrt)(?![A-Za-z])/.test(tex);
const brackets = (tex: string, left = '(', right = ')'): string =>
  isTall(tex) ? `\\left${left} ${tex} \\right${right}` : `${left}${tex}${right}`;

function write(c: Context, node: Node): Piece {
  const piece = unmarked(c, node);
  if (!c.marked.has(node)) return piece;
  const mark = (tex: string): string => `\\htmlClass{${c.markClass}}{${tex}}`;
  return {
    ...piece,
    tex: mark(piece.tex),
    ...(piece.closed === undefined ? {} : { closed: mark(piece.closed) }),
  };
}

/** A factor of a product; `last` says that nothing follows it. */
function factor(c: Context, node: Node, last: boolean): string {
  const { tex, hold, closed } = write(c, node);
  if (!last && closed !== undefined) return closed;
  const wrap = hold === 'sum' || hold === 'negative' || (!last && (hold === 'open' || hold === 'cases'));
  return wrap ? brackets(tex) : tex;
}

function unmarked(c: Context, node: Node): Piece {
  switch (node.kind) {
    case 'num':
    case 'mul':
      return product(c, node);
    case 'const':
      return constant(node.name);
    case 'size':
      return { tex: assemble(notationIn(c.naming, node.size, false)), hold: 'symbol' };
    case 'index':
      return { tex: `${c.scope.name(node)} - 1`, hold: 'sum' };
    case 'sym':
      return symbol(c, node.name, node.args);
    case 'matrix':
      return matrix(c, node);
    case 'add':
      return { tex: sum(c, node), hold: 'sum' };
    case 'pow':
      return power(c, node);
    case 'call':
      return call(c, node);
    case 'cmp':
      return { tex: brackets(relation(c, node, false), '[', ']'), hold: 'atom' };
    case 'where':
      return { tex: cases(c, node), hold: 'cases' };
    case 'delta':
      return delta(c, node);
    case 'reduce':
      return reduction(c, node);
    case 'diff':
      return derivative(c, node);
  }
}

function constant(name: string): Piece {
  const scientific = /^(.+)e([+-]?\d+)$/.exec(name);
  if (scientific) {
    const [, mantissa = '', exponent = ''] = scientific;
    const ten = `10^{${Number(exponent)}}`;
    return mantissa === '1'
      ? { tex: ten, hold: 'power' }
      : { tex: `${mantissa} \\cdot ${ten}`, hold: 'product' };
  }
  return { tex: name === 'pi' ? '\\pi' : name, hold: 'symbol' };
}

/** A constant by name: π, a decimal, a power of ten. */
export const constantLatex = (name: string): string => constant(name).tex;

/** An index expression as a subscript: positions count from 1. */
function position(c: Context, node: Node): string {
  if (node.kind === 'index') return c.scope.name(node);
  if (node.kind === 'num' && node.den === 1) return String(node.num + 1);
  return write(c, node).tex;
}

function subscript(c: Context, args: readonly Node[]): string {
  const parts = args.map((a) => position(c, a));
  return parts.join(parts.every((p) => /^[A-Za-z]'*$/.test(p)) ? '' : ',');
}

function symbol(c: Context, name: string, args: readonly Node[]): Piece {
  const notation = notationIn(c.naming, name);
  const tex = assemble(notation, subscript(c, args));
  return { tex, hold: notation.sup === '' && notation.primes === 0 ? 'symbol' : 'power' };
}

/** (Σ⁻¹)ᵢⱼ, |Σ| and log |Σ|. */
function matrix(c: Context, node: MatrixNode): Piece {
  const stack = stackPositions(node);
  const whole = assemble(notationIn(c.naming, node.name), stack.length > 0 ? subscript(c, stack) : '');
  if (node.fn === 'inv') {
    const inverse = assemble(
      notationIn(c.naming, node.name),
      stack.length > 0 ? subscript(c, stack) : '',
      '-1',
    );
    return { tex: `${brackets(inverse)}_{${subscript(c, node.args.slice(-2))}}`, hold: 'symbol' };
  }
  const determinant = `\\det ${whole}`;
  if (node.fn === 'det') return { tex: determinant, hold: 'open', closed: `\\det(${whole})` };
  return { tex: `\\log \\left| ${determinant} \\right|`, hold: 'atom' };
}

function sum(c: Context, node: Node): string {
  const list = terms(c.naming.program.arena, node);
  return list
    .map((t, k) => {
      const piece = write(c, t.node);
      const clash = piece.hold === 'sum' || piece.hold === 'negative';
      const tex = clash || (piece.hold === 'cases' && k < list.length - 1) ? brackets(piece.tex) : piece.tex;
      return k === 0 ? `${t.negative ? '-' : ''}${tex}` : `${t.negative ? ' - ' : ' + '}${tex}`;
    })
    .join('');
}

/** Factors side by side, with a dot or a thin space where they would run into each other. */
function juxtapose(factors: readonly string[]): string {
  return factors
    .map((right, k) => {
      const left = factors[k - 1];
      if (left === undefined) return right;
      if (/^\d/.test(right)) return ` \\cdot ${right}`;
      const words =
        /^\\(mathrm|text|operatorname|max|min)\b/.test(right) || /^\\(mathrm|text)\{\w*\}$/.test(left);
      // A thin space keeps a (1 - a) from looking like a function of 1 - a.
      const applied = /^(\(|\\left\(|\[)/.test(right) && !/^(\d|\(|\[|\\left|\\frac)/.test(left);
      return words || applied ? ` \\, ${right}` : /^[([]/.test(right) ? right : ` ${right}`;
    })
    .join('');
}

/** A fraction's part above or below the line. */
function level(c: Context, number: number, nodes: readonly Node[], mark: ReadonlySet<Node>): string {
  const tex = nodes.map((n) => {
    const alone = nodes.length === 1 && number === 1 && !c.inline;
    const piece = alone ? write(c, n).tex : factor(c, n, n === nodes.at(-1));
    return mark.has(n) ? `\\htmlClass{${c.markClass}}{${piece}}` : piece;
  });
  return juxtapose(number === 1 && tex.length > 0 ? tex : [String(number), ...tex]);
}

function quotient(c: Context, part: Extract<Part, { kind: 'fraction' }>): string {
  const parts = [...part.top, ...part.bottom.map((d) => d.source)];
  if (parts.length > 0 && parts.every((node) => c.marked.has(node))) {
    const rest = new Set([...c.marked].filter((node) => !parts.includes(node)));
    return `\\htmlClass{${c.markClass}}{${quotient({ ...c, marked: rest }, part)}}`;
  }
  const top = level(c, part.num, part.top, NOTHING);
  const marks = new Set(part.bottom.filter((d) => c.marked.has(d.source)).map((d) => d.node));
  const bottom = level(
    c,
    part.den,
    part.bottom.map((d) => d.node),
    marks,
  );
  if (!c.inline) return `\\frac{${top}}{${bottom}}`;
  return `${top} / ${part.bottom.length + Number(part.den !== 1) > 1 ? brackets(bottom) : bottom}`;
}

/** A choice between a value and 0 is the value times an indicator: what stands beside [false] is 0, even if undefined. */
function withIndicators({ naming, marked }: Context, node: Node): Node {
  const { arena } = naming.program;
  if (node.kind !== 'mul') return node;
  return arena.mul(
    ...node.args.map((arg) => {
      const [condition, then, otherwise] = arg.args;
      const isMasked = arg.kind === 'where' && otherwise !== undefined && isNum(otherwise, 0);
      if (!isMasked || !condition || !then || marked.has(arg) || marked.has(then)) return arg;
      return arena.mul(then, condition);
    }),
  );
}

function product(c: Context, node: Node): Piece {
  const f = fraction(c.naming.program.arena, withIndicators(c, node));
  const parts = layout(f);
  const out = parts.map((part, k) => {
    if (part.kind === 'number') return String(part.value);
    if (part.kind === 'fraction') return quotient(c, part);
    // A lone factor keeps its own brackets only after a minus sign.
    return parts.length === 1 && !f.negative
      ? write(c, part.node).tex
      : factor(c, part.node, k === parts.length - 1);
  });
  const tex = out.length === 0 ? '1' : juxtapose(out);
  return f.negative ? { tex: `-${tex}`, hold: 'negative' } : { tex, hold: productHold(c, parts) };
}

function productHold(c: Context, parts: readonly Part[]): Hold {
  const last = parts.at(-1);
  if (last?.kind === 'factor') {
    const { hold } = write(c, last.node);
    return parts.length === 1 || hold === 'open' || hold === 'cases' ? hold : 'product';
  }
  if (parts.length !== 1) return parts.length === 0 ? 'symbol' : 'product';
  if (last?.kind === 'number') return 'symbol';
  return c.inline ? 'product' : 'fraction';
}

function power(c: Context, node: Node): Piece {
  const [base, exponent] = node.args as [Node, Node];
  const root = radicand(node);
  if (root) return { tex: `\\sqrt{${write(c, root).tex}}`, hold: 'atom' };
  const f = fraction(c.naming.program.arena, node);
  if (f.denominator.length + f.sizes.length > 0) return product(c, node);
  const raised = write({ ...c, inline: true }, exponent).tex;
  if (base.kind === 'call' && SQUARED.has(base.fn) && /^\d+$/.test(raised) && !c.marked.has(base))
    return prefix(c, `${prefixName(base) ?? ''}^{${raised}}`, base);
  const { tex, hold } = write(c, base);
  return { tex: `${hold === 'symbol' || hold === 'atom' ? tex : brackets(tex)}^{${raised}}`, hold: 'power' };
}

/** Functions whose powers are written on the name: tanh² z. */
const SQUARED: ReadonlySet<string> = new Set(['sin', 'cos', 'tan', 'sinh', 'cosh', 'tanh']);

/** `\log` of a template `\log($0)` whose function needs no brackets around a plain argument. */
function prefixName(node: CallNode): string | null {
  const name = /^(\\(?!operatorname|sigma)[a-z]+)\(\$0\)$/.exec(opRow(node.fn).latex);
  return name?.[1] ?? null;
}

function prefix(c: Context, name: string, node: CallNode): Piece {
  const arg = write({ ...c, inline: false }, node.args[0] as Node);
  return arg.hold === 'symbol'
    ? { tex: `${name} ${arg.tex}`, hold: 'open', closed: `${name}(${arg.tex})` }
    : { tex: `${name}${brackets(arg.tex)}`, hold: 'atom' };
}

function call(c: Context, node: CallNode): Piece {
  const name = prefixName(node);
  if (name !== null) return prefix(c, name, node);
  if (node.fn === 'exp') {
    const raised = write({ ...c, inline: true }, node.args[0] as Node).tex;
    if (!isTall(raised)) return { tex: `e^{${raised}}`, hold: 'power' };
    return { tex: `\\exp${brackets(write(c, node.args[0] as Node).tex)}`, hold: 'atom' };
  }
  const inExponent = /\^\{\$\d\}/.test(opRow(node.fn).latex);
  const args = node.args.map((a) => write({ ...c, inline: c.inline || inExponent }, a).tex);
  const filled = opRow(node.fn).latex.replace(/\$(\d)/g, (_, k: string) => args[Number(k)] ?? '');
  const plain = /^(\\\w+(?:\{\w+\})?)\((.*)\)$/s.exec(filled);
  return { tex: plain ? `${plain[1] ?? ''}${brackets(plain[2] ?? '')}` : filled, hold: 'atom' };
}

const RELATIONS: Readonly<Record<CmpNode['rel'], Record<'plain' | 'swapped', readonly [string, string]>>> = {
  '>': { plain: ['>', '\\le'], swapped: ['<', '\\ge'] },
  '>=': { plain: ['\\ge', '<'], swapped: ['\\le', '>'] },
  '==': { plain: ['=', '\\ne'], swapped: ['=', '\\ne'] },
  '!=': { plain: ['\\ne', '='], swapped: ['\\ne', '='] },
};

/** A comparison, or its negation, without brackets: what varies stands on the left. */
function relation(c: Context, node: CmpNode, negated: boolean): string {
  const positions = node.args.some((a) => a.kind === 'index');
  const [left = '', right = ''] = node.args.map((a) => (positions ? position(c, a) : write(c, a).tex));
  const swap = readsSwapped(node);
  const sign = RELATIONS[node.rel][swap ? 'swapped' : 'plain'][negated ? 1 : 0];
  return swap ? `${right} ${sign} ${left}` : `${left} ${sign} ${right}`;
}

function condition(c: Context, node: Node, negated: boolean): string {
  const { arena } = c.naming.program;
  if (node.kind === 'cmp') return relation(c, node, negated);
  const other = complement(arena, node);
  if (other) return condition(c, other, !negated);
  const all = conjuncts(node);
  if (all.length > 1 && !negated) return all.map((n) => condition(c, n, false)).join(' \\text{ and } ');
  return `${write(c, node).tex} ${negated ? '=' : '\\ne'} 0`;
}

function cases(c: Context, node: Node): string {
  const rows: string[] = [];
  let rest = node;
  while (rest.kind === 'where') {
    const [when, then, otherwise] = rest.args as [Node, Node, Node];
    rows.push(`${write(c, then).tex} & \\text{if } ${condition(c, when, false)}`);
    rest = otherwise;
  }
  rows.push(`${write(c, rest).tex} & \\text{otherwise}`);
  return `\\begin{cases} ${rows.join(' \\\\ ')} \\end{cases}`;
}

function delta(c: Context, node: Node): Piece {
  const [a = '', b = ''] = node.args.map((n) => position(c, n));
  if (node.args.every((n) => n.kind === 'index' || n.kind === 'num'))
    return { tex: `\\delta_{${subscript(c, node.args)}}`, hold: 'symbol' };
  return { tex: `[${a} = ${b}]`, hold: 'atom' };
}

const REDUCERS = { sum: '\\sum', prod: '\\prod', max: '\\max', min: '\\min' } as const;

function reduction(c: Context, node: ReduceNode): Piece {
  const { arena } = c.naming.program;
  const { index, body } = arena.open(node);
  // Parts to mark that stand under the sum are told with its bound index.
  const opened = (part: Node): Node => arena.substitute(part, node.index, index);
  const marked = c.marked.size === 0 ? c.marked : new Set([...c.marked].map(opened));
  const inner = { ...c, scope: c.scope.with(index), inline: false, marked };
  const name = inner.scope.name(index);
  const length = write(inner, arena.size(index.size)).tex;
  const ranged = node.op === 'sum' || node.op === 'prod';
  const head = `${REDUCERS[node.op]}_{${ranged ? `${name}=1` : name}}${ranged ? `^{${length}}` : ''}`;
  const piece = write(inner, body);
  const loose = piece.hold === 'sum' || piece.hold === 'negative';
  if (!loose) return { tex: `${head} ${piece.tex}`, hold: 'open' };
  // Square brackets keep a long summand apart from the parentheses in it.
  const nested = node.op === 'sum' && piece.tex.includes('(');
  const tex = nested ? ` \\left[ ${piece.tex} \\right]` : `${ranged ? ' ' : ''}${brackets(piece.tex)}`;
  return { tex: head + tex, hold: 'open' };
}

/** ∂w ∂w', and ∂z² for what is differentiated by in succession. */
function below(by: readonly Piece[]): string {
  const runs: { readonly piece: Piece; times: number }[] = [];
  for (const piece of by) {
    const last = runs.at(-1);
    if (last?.piece.tex === piece.tex) last.times += 1;
    else runs.push({ piece, times: 1 });
  }
  return runs
    .map(({ piece: { tex, hold }, times }) => {
      if (times === 1) return `\\partial ${tex}`;
      return `\\partial ${hold === 'symbol' ? tex : brackets(tex)}^{${times}}`;
    })
    .join(' \\, ');
}

/** ∂J/∂w, or ∂/∂w (…) where the operand is more than a symbol; repeated ones are joined: ∂²J/∂w∂w'. */
function derivative(c: Context, node: DiffNode): Piece {
  const by: Node[] = [];
  let operand: Node = node;
  while (operand.kind === 'diff' && (operand === node || !c.marked.has(operand))) {
    by.unshift(operand.args[1] as Node);
    operand = operand.args[0] as Node;
  }
  const order = by.length > 1 ? `^{${by.length}}` : '';
  const denominator = below(by.map((b) => write(c, b)));
  const { tex, hold } = write(c, operand);
  if (operand.kind === 'sym')
    return { tex: `\\frac{\\partial${order} ${tex}}{${denominator}}`, hold: 'fraction' };
  const tight = hold === 'atom' || hold === 'symbol' || hold === 'power';
  return {
    tex: `\\frac{\\partial${order}}{${denominator}} ${tight ? tex : brackets(tex)}`,
    hold: tight ? 'product' : 'atom',
  };
}
