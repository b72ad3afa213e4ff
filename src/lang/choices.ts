/** Functions that choose by a name what they compute (`switch (type) { case 'relu': … }`): one function for each name. */
import type { Span } from '../core/definition';
import type { Callable } from './execution';
import { childrenOf, eachStatement, type Expression, type FunctionNode, type Statement } from './syntax';

/** The function for each name that it knows, with the name added to its own; empty where it does not choose so. */
export function choicesOf(
  { fn, owner }: Callable,
  compares: (body: readonly Statement[]) => boolean = comparesTwice,
): ReadonlyMap<string, Callable> {
  if (!compares(fn.body)) return NO_CHOICES;
  const bySubject = new Map<string, Map<string, Expression>>();
  const note = (e: Expression): null => {
    const found = comparisonOf(e);
    if (found) {
      const labels = bySubject.get(found.subject) ?? new Map<string, Expression>();
      if (!labels.has(found.label)) labels.set(found.label, found.constant);
      bySubject.set(found.subject, labels);
    }
    return null;
  };
  mapStatements(fn.body, note);
  const subjects = [...bySubject].filter(([subject, labels]) => labels.size > 1 && isOpen(fn, subject));
  const [only, ...more] = subjects;
  if (!only || more.length > 0) return NO_CHOICES;
  const [subject, labels] = only;
  return new Map(
    [...labels].map(([text, constant]): [string, Callable] => {
      const name = `${fn.name}_${text.replace(/\W+/g, '_')}`;
      const { span } = constant;
      // For the functions that it calls.
      const said: Statement = {
        kind: 'assign',
        targets: [expressionOf(subject, span)],
        value: constant,
        span,
      };
      return [
        text,
        { fn: { ...fn, name, nameSpan: span, body: [said, ...chosen(fn.body, subject, text)] }, owner },
      ];
    }),
  );
}

const NO_CHOICES: ReadonlyMap<string, Callable> = new Map();

/** Whether there are two comparisons with constants at all, which few functions have. */
export function comparesTwice(body: readonly Statement[]): boolean {
  let count = 0;
  const inExpression = (e: Expression): void => {
    if (e.kind === 'compare' && comparisonOf(e)) count += 1;
    if (e.kind === 'lambda') inBody(e.fn.body);
    else childrenOf(e).forEach(inExpression);
  };
  const inBody = (statements: readonly Statement[]): void => {
    eachStatement(statements, (s) => {
      if (s.kind === 'if') inExpression(s.test);
      else if (s.kind === 'assign' || s.kind === 'augment' || s.kind === 'expression') inExpression(s.value);
      else if (s.kind === 'return' && s.value) inExpression(s.value);
    });
  };
  inBody(body);
  return count > 1;
}

/** Whether nothing says which name is meant. */
function isOpen(fn: FunctionNode, subject: string): boolean {
  const parameter = fn.parameters.find(({ name }) => name === subject);
  return subject.includes('.') || (parameter !== undefined && parameter.fallback === null);
}

/** `type === 'relu'`, `this.type === Type.Relu`. */
function comparisonOf(
  e: Expression,
): { subject: string; label: string; holds: boolean; constant: Expression } | null {
  if (e.kind !== 'compare' || e.operands.length !== 2) return null;
  const [operator] = e.operators;
  if (operator !== '==' && operator !== '!=') return null;
  const [left, right] = e.operands;
  const subject = left ? pathOf(left) : null;
  const label = right?.kind === 'string' ? right.value : right ? constantPath(right) : null;
  if (subject === null || !right || label === null || label === '') return null;
  return { subject, label, holds: operator === '==', constant: right };
}

function pathOf(e: Expression): string | null {
  if (e.kind === 'name') return e.name;
  const object = e.kind === 'attribute' ? pathOf(e.object) : null;
  return e.kind === 'attribute' && object !== null ? `${object}.${e.name}` : null;
}

function expressionOf(path: string, span: Span): Expression {
  const dot = path.lastIndexOf('.');
  return dot < 0
    ? { kind: 'name', name: path, span }
    : { kind: 'attribute', object: expressionOf(path.slice(0, dot), span), name: path.slice(dot + 1), span };
}

/** `Type.Relu`: a member of something with a capital. */
const constantPath = (e: Expression): string | null =>
  e.kind === 'attribute' && e.object.kind === 'name' && /^[A-Z]/.test(e.object.name) ? e.name : null;

function chosen(body: readonly Statement[], subject: string, label: string): Statement[] {
  return mapStatements(body, (e) => {
    const found = comparisonOf(e);
    if (found?.subject !== subject) return null;
    return { kind: 'boolean', value: (found.label === label) === found.holds, span: e.span };
  });
}

type Change = (e: Expression) => Expression | null;

/** The statements with every expression for which `change` gives another one. */
function mapStatements(body: readonly Statement[], change: Change): Statement[] {
  const on = (e: Expression): Expression => mapExpression(e, change);
  return body.map((s): Statement => {
    switch (s.kind) {
      case 'assign':
        return { ...s, value: on(s.value) };
      case 'augment':
      case 'expression':
        return { ...s, value: on(s.value) };
      case 'return':
        return { ...s, value: s.value && on(s.value) };
      case 'if':
        return {
          ...s,
          test: on(s.test),
          then: mapStatements(s.then, change),
          otherwise: mapStatements(s.otherwise, change),
        };
      case 'for':
      case 'while':
      case 'block':
        return { ...s, body: mapStatements(s.body, change) };
      default:
        return s;
    }
  });
}

function mapExpression(e: Expression, change: Change): Expression {
  const changed = change(e);
  if (changed) return changed;
  const on = (inner: Expression): Expression => mapExpression(inner, change);
  switch (e.kind) {
    case 'call':
      return { ...e, callee: on(e.callee), args: e.args.map((arg) => ({ ...arg, value: on(arg.value) })) };
    case 'unary':
      return { ...e, operand: on(e.operand) };
    case 'binary':
    case 'logical':
      return { ...e, left: on(e.left), right: on(e.right) };
    case 'compare':
      return { ...e, operands: e.operands.map(on) };
    case 'conditional':
      return { ...e, test: on(e.test), then: on(e.then), otherwise: on(e.otherwise) };
    case 'attribute':
      return { ...e, object: on(e.object) };
    case 'subscript':
      return { ...e, object: on(e.object), indices: e.indices.map(on) };
    case 'sequence':
      return { ...e, items: e.items.map(on) };
    case 'lambda':
      return { ...e, fn: { ...e.fn, body: mapStatements(e.fn.body, change) } };
    default:
      return e;
  }
}
