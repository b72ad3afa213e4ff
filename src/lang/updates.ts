/** What an update such as `w -= lr / m * dw` does to a written gradient besides the learning rate: its sign, and lengths. */
import type { Update } from '../core/definition';
import type { Node } from '../core/expr';
import type { Executed } from './execution';
import type { Run } from './run';
import type { Expression, Statement } from './syntax';
import { constantOf } from './values';

/** A factor of the step; `below` the fraction line or above. */
interface Part {
  readonly expression: Expression;
  readonly below: boolean;
}

interface Product {
  readonly negative: boolean;
  readonly parts: readonly Part[];
}

/**
 * The update of `of` by the gradient called `name` in the body of a function. Null where there is none, or where several do
 * not do the same.
 */
export function updateOf(run: Run, executed: Executed, name: string, of: string): Update | null {
  const found = statements(executed.callable.fn.body).flatMap((statement) => {
    const step = stepOf(statement, of);
    const product = step && without(productOf(step.added), name);
    if (!product) return [];
    const scale = scaleOf(run, executed, product);
    // Descent subtracts.
    return scale
      ? [{ scales: product.negative ? scale : scale.map(run.arena.neg.bind(run.arena)), statement }]
      : [];
  });
  const [first, ...others] = found;
  if (!first || others.some(({ scales }) => scales[0] !== first.scales[0])) return null;
  return { of, line: first.statement.span.startLine, scales: first.scales };
}

function statements(body: readonly Statement[]): Statement[] {
  return body.flatMap((statement) => {
    switch (statement.kind) {
      case 'if':
        return statements([...statement.then, ...statement.otherwise]);
      case 'for':
      case 'while':
      case 'block':
        return statements(statement.body);
      default:
        return [statement];
    }
  });
}

/** What `w += …`, `w -= …`, `w = w + …` and `w = w - …` add to w. */
function stepOf(statement: Statement, of: string): { readonly added: Expression } | null {
  if (statement.kind === 'nothing') return statement.update ? stepOf(statement.update, of) : null;
  if (statement.kind === 'augment') {
    if (nameOf(statement.target) !== of) return null;
    return stepBy(statement.operator, statement.value);
  }
  if (statement.kind !== 'assign') return null;
  const [target, ...others] = statement.targets;
  const { value } = statement;
  if (!target || others.length > 0 || nameOf(target) !== of || value.kind !== 'binary') return null;
  if (nameOf(value.left) === of) return stepBy(value.operator, value.right);
  return nameOf(value.right) === of && value.operator === '+' ? { added: value.left } : null;
}

function stepBy(operator: string, value: Expression): { readonly added: Expression } | null {
  if (operator === '+') return { added: value };
  return operator === '-'
    ? { added: { kind: 'unary', operator: '-', operand: value, span: value.span } }
    : null;
}

function nameOf(e: Expression): string | null {
  if (e.kind === 'name' || e.kind === 'attribute') return e.name;
  const [key] = e.kind === 'subscript' ? e.indices : [];
  return key?.kind === 'string' ? key.value : null;
}

function productOf(e: Expression, below = false): Product {
  if (e.kind === 'unary' && (e.operator === '-' || e.operator === '+')) {
    const inside = productOf(e.operand, below);
    return { negative: inside.negative !== (e.operator === '-'), parts: inside.parts };
  }
  if (e.kind === 'binary' && (e.operator === '*' || e.operator === '/')) {
    const left = productOf(e.left, below);
    const right = productOf(e.right, e.operator === '/' ? !below : below);
    return { negative: left.negative !== right.negative, parts: [...left.parts, ...right.parts] };
  }
  return { negative: false, parts: [{ expression: e, below }] };
}

/** The product without the gradient, which must be one of its factors. */
function without(product: Product, name: string): Product | null {
  const rest = product.parts.filter(({ expression, below }) => below || nameOf(expression) !== name);
  return rest.length === product.parts.length - 1 ? { ...product, parts: rest } : null;
}

/**
 * The lengths among the factors; and, where a learning rate of its own name is another factor, those with the numbers. Null
 * for a factor that differs from element to element.
 */
function scaleOf(run: Run, executed: Executed, { parts }: Product): Node[] | null {
  const { arena } = run;
  const lengths: Node[] = [];
  const numbers: Node[] = [];
  let named = false;
  const sort = (node: Node, below: boolean): void => {
    const binding = node.kind === 'sym' ? run.bindings.find((b) => b.name === node.name) : undefined;
    if (binding?.axes.length === 0) sort(binding.def, below);
    else if (node.kind === 'mul')
      node.args.forEach((arg) => {
        sort(arg, below);
      });
    else if (constantOf(node) !== null) numbers.push(below ? arena.pow(node, arena.minusOne) : node);
    else if (isLength(node)) lengths.push(below ? arena.pow(node, arena.minusOne) : node);
    else named = true;
  };
  for (const { expression, below } of parts) {
    const value = run.evaluate(expression, executed.scope);
    if (value.kind === 'array' && value.axes.some((axis) => axis.index)) return null;
    if (value.kind === 'array') sort(value.element, below);
    else named = true;
  }
  const plain = arena.mul(...lengths);
  return named && numbers.length > 0 ? [plain, arena.mul(plain, ...numbers)] : [plain];
}

/** Made of lengths of axes and numbers only. */
function isLength(node: Node): boolean {
  if (node.kind === 'num' || node.kind === 'const' || node.kind === 'size') return true;
  return (
    (node.kind === 'mul' || node.kind === 'add' || node.kind === 'pow') &&
    node.args.length > 0 &&
    node.args.every(isLength)
  );
}
