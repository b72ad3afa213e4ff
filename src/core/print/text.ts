/** Expressions as one line of plain text, with indices in brackets: `1/m*sum(i<m, (a[i] - y[i])*X[i,j])`. */
import {
  stackPositions,
  type Arena,
  type CmpNode,
  type MatrixFunction,
  type Node,
  type ReduceNode,
} from '../expr';
import { opRow } from '../ops';
import { createScope, type Naming, type Scope } from './naming';
import { fraction, radicand, readsSwapped, SWAPPED, terms } from './shape';

/** Binding strength: what a context needs, and what a piece of text has. */
const enum Level {
  Compare,
  Sum,
  Product,
  Power,
  Atom,
}

const MATRIX_NAMES: Readonly<Record<MatrixFunction, string>> = {
  inv: 'inv',
  det: 'det',
  logabsdet: 'logdet',
};

/**
 * `node` as text. Positions count from 0, as in code. Reads back as the same value, apart from derivatives that have not
 * been carried out, which are written `d(…)/d(w[j])`. `among`: other expressions of the same equation, whose indices are named
 * together with the expression's own.
 */
export function toText(node: Node, naming: Naming, among: readonly Node[] = []): string {
  return write(naming, node, createScope(naming, [...among, node]), Level.Compare);
}

/** Letters with primes are no identifiers, so the second index of a size is `i2`. */
function indexName(scope: Scope, index: Parameters<Scope['name']>[0]): string {
  const name = scope.name(index);
  const letter = name.replace(/'+$/, '');
  const primes = name.length - letter.length;
  return primes === 0 ? letter : `${letter}${primes + 1}`;
}

function write(naming: Naming, node: Node, scope: Scope, context: Level): string {
  const { arena } = naming.program;
  const sub = (n: Node, level: Level): string => write(naming, n, scope, level);
  const at = (level: Level, text: string): string => (level < context ? `(${text})` : text);
  const list = (): string => node.args.map((a) => sub(a, Level.Compare)).join(', ');
  switch (node.kind) {
    case 'num':
    case 'mul':
      return product(naming, node, scope, context);
    case 'const':
      return node.name;
    case 'size':
      return node.size;
    case 'index':
      return indexName(scope, node);
    case 'sym':
      return node.args.length === 0
        ? node.name
        : `${node.name}[${node.args.map((a) => sub(a, Level.Compare)).join(',')}]`;
    case 'matrix': {
      const [row, column] = node.args.slice(-2);
      const name = naming.program.arena.sym(node.name, ...stackPositions(node));
      const text = `${MATRIX_NAMES[node.fn]}(${sub(name, Level.Compare)})`;
      return node.fn === 'inv' && row && column
        ? `${text}[${sub(row, Level.Compare)},${sub(column, Level.Compare)}]`
        : text;
    }
    case 'add':
      return at(
        Level.Sum,
        terms(arena, node)
          .map((t, k) => {
            const text = sub(t.node, Level.Product);
            return k === 0 ? (t.negative ? `-${text}` : text) : `${t.negative ? ' - ' : ' + '}${text}`;
          })
          .join(''),
      );
    case 'pow':
      return power(naming, node, scope, context);
    case 'call':
      return opRow(node.fn).text.replace(/\$(\d)/g, (_, k: string) => {
        const arg = node.args[Number(k)];
        return arg ? sub(arg, Level.Compare) : '';
      });
    case 'cmp':
      return at(
        Level.Compare,
        comparison(node, (n) => sub(n, Level.Sum)),
      );
    case 'where':
      return `where(${list()})`;
    case 'delta':
      return `delta(${list()})`;
    case 'diff':
      return `d(${sub(node.args[0] as Node, Level.Compare)})/d(${sub(node.args[1] as Node, Level.Compare)})`;
    case 'reduce':
      return reduction(naming, arena, node, scope);
  }
}

function comparison(node: CmpNode, text: (n: Node) => string): string {
  const [left, right] = node.args as [Node, Node];
  return readsSwapped(node)
    ? `${text(right)} ${SWAPPED[node.rel]} ${text(left)}`
    : `${text(left)} ${node.rel} ${text(right)}`;
}

function reduction(naming: Naming, arena: Arena, node: ReduceNode, scope: Scope): string {
  const { index, body } = arena.open(node);
  const inner = scope.with(index);
  return `${node.op}(${indexName(inner, index)}<${index.size}, ${write(naming, body, inner, Level.Compare)})`;
}

function power(naming: Naming, node: Node, scope: Scope, context: Level): string {
  const [base, exponent] = node.args as [Node, Node];
  const root = radicand(node);
  if (root) return `sqrt(${write(naming, root, scope, Level.Compare)})`;
  const { denominator, sizes } = fraction(naming.program.arena, node);
  if (denominator.length + sizes.length > 0) return product(naming, node, scope, context);
  const text = `${write(naming, base, scope, Level.Atom)}^${write(naming, exponent, scope, Level.Atom)}`;
  return context > Level.Power ? `(${text})` : text;
}

function product(naming: Naming, node: Node, scope: Scope, context: Level): string {
  const f = fraction(naming.program.arena, node);
  const factors = f.numerator.map((n) => write(naming, n, scope, Level.Power));
  const sizes = f.sizes.map((d) => write(naming, d.node, scope, Level.Power));
  const divisors = f.denominator.map((d) => write(naming, d.node, scope, Level.Power));
  if (f.den !== 1) sizes.unshift(String(f.den));
  const under = (top: string, bottom: readonly string[]): string =>
    bottom.length === 0 ? top : `${top}/${bottom.length > 1 ? `(${bottom.join('*')})` : bottom.join('')}`;
  if (f.num !== 1 || factors.length === 0 || sizes.length > 0) factors.unshift(under(String(f.num), sizes));
  const text = under(factors.join('*'), divisors);
  const single = factors.length === 1 && divisors.length === 0 && sizes.length === 0;
  const level = f.negative ? Level.Sum : single ? Level.Atom : Level.Product;
  const signed = f.negative ? `-${text}` : text;
  return level < context ? `(${signed})` : signed;
}
