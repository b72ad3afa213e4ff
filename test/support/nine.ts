/**
 * Nine expressions on which symbolic packages are compared, each with the derivative that a person would write down, and the
 * yard-stick for sizes: nodes of the tree that mathjs reads.
 */
import {
  parse,
  type ConditionalNode,
  type ConstantNode,
  type FunctionNode,
  type MathNode,
  type OperatorNode,
  type ParenthesisNode,
} from 'mathjs';

export interface NineRow {
  readonly name: string;
  /** In the line language of model.ts; the output is the last binding. */
  readonly source: string;
  /** The input to differentiate by. */
  readonly wrt: string;
  /** The same in the syntax that mathjs and SymPy share; a choice is written as mathjs does. */
  readonly text: string;
  /** What SymPy reads instead, where the syntaxes differ. */
  readonly sympy?: string;
  /** The derivative by hand. */
  readonly hand: string;
  /** Nodes of `hand`. */
  readonly ideal: number;
}

const AFFINE = 'w1*x1+w2*x2+b';
const SIGMA = `1/(1+exp(-(${AFFINE})))`;
const TOTAL = 'exp(z1)+exp(z2)+exp(z3)';
const GELU = 'sqrt(2/pi)*(x+0.044715*x^3)';
const SOFTPLUS = 'log(1+exp(x))';
const A = '1/(1+exp(-z))';
const INNER = 'exp(-x^2)';
const ROOT = `sqrt(1+cos(${INNER}))`;
const TANH = `tanh(${ROOT})`;

export const NINE: readonly NineRow[] = [
  {
    name: 'BCE of the sigmoid of an affine function',
    source: `param w1; data w2; data b; data x1; data x2; label y binary
J = -(y*log(${SIGMA}) + (1-y)*log(1-${SIGMA}))`,
    wrt: 'w1',
    text: `-(y*log(${SIGMA}) + (1-y)*log(1-${SIGMA}))`,
    hand: `(${SIGMA}-y)*x1`,
    ideal: 20,
  },
  {
    name: 'softmax cross-entropy, own class',
    source: `param z1; data z2; data z3\nJ = -log(exp(z1)/(${TOTAL}))`,
    wrt: 'z1',
    text: `-log(exp(z1)/(${TOTAL}))`,
    hand: `exp(z1)/(${TOTAL})-1`,
    ideal: 17,
  },
  {
    name: 'softmax cross-entropy, other class',
    source: `data z1; param z2; data z3\nJ = -log(exp(z1)/(${TOTAL}))`,
    wrt: 'z2',
    text: `-log(exp(z1)/(${TOTAL}))`,
    hand: `exp(z2)/(${TOTAL})`,
    ideal: 15,
  },
  {
    name: 'GELU by tanh',
    source: `param x\nJ = x/2*(1+tanh(${GELU}))`,
    wrt: 'x',
    text: `x/2*(1+tanh(${GELU}))`,
    hand: `0.5*(1+tanh(${GELU})+x*(1-tanh(${GELU})^2)*sqrt(2/pi)*(1+0.134145*x^2))`,
    ideal: 55,
  },
  {
    name: 'mish',
    source: `param x\nJ = x*tanh(${SOFTPLUS})`,
    wrt: 'x',
    text: `x*tanh(${SOFTPLUS})`,
    hand: `tanh(${SOFTPLUS})+x*sech(${SOFTPLUS})^2*exp(x)/(1+exp(x))`,
    ideal: 33,
  },
  {
    name: 'focal',
    source: `param z\nJ = -(1-${A})^2*log(${A})`,
    wrt: 'z',
    text: `-(1-${A})^2*log(${A})`,
    hand: `(1-${A})^2*(${A}-1-2*${A}*log(1+exp(-z)))`,
    ideal: 43,
  },
  {
    name: 'Huber',
    source: `param a; label y; hyper d positive
J = where(abs(a-y) <= d, 1/2*(a-y)^2, d*(abs(a-y)-1/2*d))`,
    wrt: 'a',
    text: 'abs(a-y) <= d ? (a-y)^2/2 : d*(abs(a-y)-d/2)',
    sympy: 'Piecewise(((a-y)^2/2, Abs(a-y) <= d), (d*(Abs(a-y)-d/2), True))',
    hand: 'abs(a-y) <= d ? a-y : d*sign(a-y)',
    ideal: 18,
  },
  {
    name: 'pseudo-Huber',
    source: 'param a; label y; hyper d positive\nJ = d^2*(sqrt(1+((a-y)/d)^2)-1)',
    wrt: 'a',
    text: 'd^2*(sqrt(1+((a-y)/d)^2)-1)',
    hand: '(a-y)/sqrt(1+((a-y)/d)^2)',
    ideal: 15,
  },
  {
    name: 'nested, six levels',
    source: `param x; data w\nJ = w*log(1+${TANH}^2)`,
    wrt: 'x',
    text: `w*log(1+${TANH}^2)`,
    hand: `2*w*${TANH}*(1-${TANH}^2)*x*${INNER}*sin(${INNER})/(${ROOT}*(1+${TANH}^2))`,
    ideal: 87,
  },
];

/** σ and choices, which are printed as functions, are read as what they stand for. */
function plain(node: MathNode): MathNode {
  if (node.type === 'ParenthesisNode') return plain((node as ParenthesisNode).content);
  const read = node.map(plain);
  if (isCall(read, 'sigmoid') && read.args[0])
    return plain(parse('1/(1+exp(-u))')).transform((n) =>
      n.toString() === 'u' ? (read.args[0] as MathNode) : n,
    );
  if (isCall(read, 'where')) {
    const [condition, then, otherwise] = read.args;
    const choice = parse('c ? a : b') as ConditionalNode;
    if (condition && then && otherwise)
      return Object.assign(choice, { condition, trueExpr: then, falseExpr: otherwise });
  }
  return read;
}

const isCall = (node: MathNode, name: string): node is FunctionNode =>
  node.type === 'FunctionNode' && (node as FunctionNode).fn.toString() === name;

const operatorOf = (node: MathNode | null): string =>
  node?.type === 'OperatorNode' ? (node as OperatorNode).op : '';

/** `rest*(1/c)` says the same as `rest/c` with two nodes more. */
function isReciprocalFactor(node: MathNode, parent: MathNode | null): boolean {
  if (operatorOf(node) !== '/' || operatorOf(parent) !== '*') return false;
  const [one] = (node as OperatorNode).args;
  return one?.type === 'ConstantNode' && (one as ConstantNode).value === 1;
}

/** Nodes of an expression in mathjs syntax: symbols, constants, operators; a function counts with its name as two. */
export function nodesOf(text: string): number {
  let count = 0;
  plain(parse(text)).traverse((node, _, parent) => {
    count += isReciprocalFactor(node, parent) ? -1 : 1;
  });
  return count;
}
