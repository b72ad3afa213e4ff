/** Formulas in mathjs syntax to and from the trees of compute-engine. */
import { parse, type MathNode, type OperatorNode, type FunctionNode, type ConditionalNode } from 'mathjs';

export type MathJson = string | number | readonly MathJson[] | { readonly num: string };

const OPERATORS: Readonly<Record<string, string>> = {
  '+': 'Add',
  '-': 'Subtract',
  '*': 'Multiply',
  '/': 'Divide',
  '^': 'Power',
  '<=': 'LessEqual',
  '>': 'Greater',
};
const FUNCTIONS: Readonly<Record<string, string>> = {
  exp: 'Exp',
  log: 'Ln',
  sqrt: 'Sqrt',
  sin: 'Sin',
  cos: 'Cos',
  tanh: 'Tanh',
  sech: 'Sech',
  abs: 'Abs',
  sign: 'Sign',
};

export function toMathJson(text: string): MathJson {
  const visit = (node: MathNode): MathJson => {
    switch (node.type) {
      case 'ParenthesisNode':
        return visit((node as MathNode & { content: MathNode }).content);
      case 'ConstantNode':
        return Number(node.toString());
      case 'SymbolNode':
        return node.toString() === 'pi' ? 'Pi' : node.toString();
      case 'ConditionalNode': {
        const { condition, trueExpr, falseExpr } = node as ConditionalNode;
        return ['Which', visit(condition), visit(trueExpr), 'True', visit(falseExpr)];
      }
      case 'FunctionNode': {
        const { fn, args } = node as FunctionNode;
        const name = FUNCTIONS[fn.toString()];
        if (name === undefined) throw new Error(`no name for ${fn.toString()}`);
        return [name, ...args.map(visit)];
      }
      case 'OperatorNode': {
        const { op, args } = node as OperatorNode;
        const name = args.length === 1 && op === '-' ? 'Negate' : OPERATORS[op];
        if (name === undefined) throw new Error(`no name for ${String(op)}`);
        return [name, ...args.map(visit)];
      }
      default:
        throw new Error(`cannot read ${String(node)}`);
    }
  };
  return visit(parse(text));
}

const INFIX: Readonly<Record<string, string>> = {
  Add: '+',
  Subtract: '-',
  Multiply: '*',
  Divide: '/',
  Rational: '/',
  Power: '^',
  LessEqual: '<=',
  Less: '<',
  Greater: '>',
  GreaterEqual: '>=',
  Equal: '==',
};
const CONSTANTS: Readonly<Record<string, string>> = { Pi: 'pi', ExponentialE: 'e', Half: '(1/2)' };

export function fromMathJson(json: MathJson): string {
  if (typeof json === 'number') return json < 0 ? `(${json})` : String(json);
  if (typeof json === 'string') return CONSTANTS[json] ?? json.replace(/^'|'$/g, '');
  if (!Array.isArray(json)) return (json as { num: string }).num;
  const [head, ...rest] = json as readonly MathJson[];
  const args = rest.map(fromMathJson);
  const name = typeof head === 'string' ? head : '';
  const infix = INFIX[name];
  if (infix !== undefined) return `(${args.join(infix)})`;
  if (name === 'Negate') return `(-${args[0] ?? ''})`;
  if (name === 'Square') return `(${args[0] ?? ''}^2)`;
  if (name === 'Root') return `(${args[0] ?? ''}^(1/${args[1] ?? ''}))`;
  if (name === 'Which' || name === 'If')
    return rest.length >= 3 ? `((${args[0] ?? ''}) ? (${args[1] ?? ''}) : (${args.at(-1) ?? ''}))` : 'NaN';
  const called = Object.entries(FUNCTIONS).find(([, other]) => other === name)?.[0];
  if (called === undefined) throw new Error(`no function for ${name}`);
  return `${called}(${args.join(',')})`;
}
