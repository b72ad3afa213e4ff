/**
 * Shapes that written gradients suggest before anything is executed: `db1 = np.sum(dZ1, axis=1, keepdims=True)` makes
 * b1 a column. They only order the search.
 */
import { namesOnTheWay } from './assigned';
import { gradientOf, isGradientName } from './names';
import { COLUMN, ROW, SCALAR, VECTOR, type Pattern } from './run';
import type { Expression, FunctionNode, Statement } from './syntax';

/** Patterns by parameter name; the first function is the one that is differentiated. */
export function gradientHints(functions: readonly FunctionNode[]): ReadonlyMap<string, Pattern> {
  const [main] = functions;
  const onTheWay = main && !isGradientName(main.name) ? namesOnTheWay(main.body) : null;
  const hints = new Map<string, Pattern>();
  const symbols = [...new Set(functions.flatMap(namesIn))];
  const note = (target: Expression, value: Expression): void => {
    if (target.kind === 'name' && onTheWay?.has(target.name)) return;
    const name = target.kind === 'name' ? target.name : keyOf(target);
    const pattern = name === null ? null : sumPattern(value);
    const of =
      name === null ? null : (gradientOf(name, symbols) ?? (target.kind === 'subscript' ? name : null));
    if (of !== null && pattern) hints.set(of, pattern);
  };
  const visit = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.kind === 'assign') for (const target of s.targets) note(target, s.value);
      if (s.kind === 'if') {
        visit(s.then);
        visit(s.otherwise);
      } else if (s.kind === 'for' || s.kind === 'block' || s.kind === 'while') visit(s.body);
    }
  };
  for (const fn of functions) visit(fn.body);
  return hints;
}

/** Names that a function's gradients may belong to: its parameters, and the keys of dicts it reads. */
function namesIn(fn: FunctionNode): string[] {
  const names = fn.parameters.map((parameter) => parameter.name);
  const visit = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.kind === 'assign') s.targets.forEach((t) => t.kind === 'name' && names.push(t.name));
      if (s.kind === 'assign' && s.value.kind === 'sequence') s.value.items.forEach(read);
      if (s.kind === 'assign') read(s.value);
    }
  };
  const read = (e: Expression): void => {
    const key = keyOf(e);
    if (key !== null) names.push(key);
    if (e.kind === 'attribute') names.push(e.name);
  };
  visit(fn.body);
  return names;
}

function keyOf(e: Expression): string | null {
  const [index] = e.kind === 'subscript' ? e.indices : [];
  return index?.kind === 'string' ? index.value : null;
}

/** The shape of a sum over samples as it is written, looking through factors. */
function sumPattern(e: Expression): Pattern | null {
  if (e.kind === 'binary')
    return e.operator === '*' || e.operator === '/' ? (sumPattern(e.left) ?? sumPattern(e.right)) : null;
  if (e.kind === 'unary') return sumPattern(e.operand);
  if (e.kind !== 'call' || e.callee.kind !== 'attribute' || !/^(sum|mean)$/.test(e.callee.name)) return null;
  const axis = e.args.find((arg) => arg.name === 'axis')?.value ?? axisByPosition(e);
  const keep = e.args.find((arg) => arg.name === 'keepdims')?.value;
  if (!axis) return keep ? null : SCALAR;
  if (axis.kind !== 'number') return null;
  if (keep?.kind === 'boolean' && keep.value) return axis.text === '0' ? ROW : COLUMN;
  return VECTOR;
}

/** np.sum(x, 0) and x.sum(0). */
function axisByPosition(e: Expression & { kind: 'call' }): Expression | undefined {
  const isMethod = e.callee.kind === 'attribute' && e.callee.object.kind !== 'name';
  const positional = e.args.filter((arg) => arg.name === null);
  return positional[isMethod ? 0 : 1]?.value;
}
