/** Statements and expressions with parts of them replaced, from the inside out; what has nothing replaced in it is kept. */
import type { ClassNode, Expression, FunctionNode, Statement } from './syntax';

export interface Rewriting {
  /** An expression whose parts are rewritten already. */
  readonly expression: (e: Expression) => Expression;
  /** A statement whose expressions and inner statements are rewritten already. */
  readonly statement: (s: Statement) => Statement;
  /** What holds in a function besides. */
  readonly inside?: (fn: FunctionNode) => Rewriting;
}

export function rewritten(body: readonly Statement[], by: Rewriting): readonly Statement[] {
  return each(body, (s) => rewrittenStatement(s, by));
}

/** The same list where no item changes. */
function each<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = items.map(change);
  return changed.every((item, k) => item === items[k]) ? items : changed;
}

function rewrittenStatement(s: Statement, by: Rewriting): Statement {
  const inner = withParts(s, by);
  return by.statement(inner);
}

function withParts(s: Statement, by: Rewriting): Statement {
  const go = (e: Expression): Expression => rewrittenExpression(e, by);
  const block = (statements: readonly Statement[]): readonly Statement[] => rewritten(statements, by);
  switch (s.kind) {
    case 'assign':
      return kept(s, { targets: each(s.targets, go), value: go(s.value) });
    case 'augment':
      return kept(s, { target: go(s.target), value: go(s.value) });
    case 'expression':
      return kept(s, { value: go(s.value) });
    case 'return':
      return s.value ? kept(s, { value: go(s.value) }) : s;
    case 'if':
      return kept(s, { test: go(s.test), then: block(s.then), otherwise: block(s.otherwise) });
    case 'for':
      return kept(s, { iterable: go(s.iterable), body: block(s.body), otherwise: block(s.otherwise) });
    case 'while':
      return kept(s, { test: go(s.test), body: block(s.body) });
    case 'block':
      return kept(s, { body: block(s.body) });
    case 'function':
      return kept(s, { fn: rewrittenFunction(s.fn, by) });
    case 'class':
      return kept(s, { node: rewrittenClass(s.node, by) });
    default:
      return s;
  }
}

const rewrittenClass = (node: ClassNode, by: Rewriting): ClassNode =>
  kept(node, { body: rewritten(node.body, by) });

function rewrittenFunction(fn: FunctionNode, by: Rewriting): FunctionNode {
  const inner = by.inside?.(fn) ?? by;
  return kept(fn, { body: rewritten(fn.body, inner) });
}

export function rewrittenExpression(e: Expression, by: Rewriting): Expression {
  return by.expression(withOperands(e, (inner) => rewrittenExpression(inner, by), by));
}

function withOperands(e: Expression, go: (e: Expression) => Expression, by: Rewriting): Expression {
  switch (e.kind) {
    case 'attribute':
      return kept(e, { object: go(e.object) });
    case 'subscript':
      return kept(e, { object: go(e.object), indices: each(e.indices, go) });
    case 'call': {
      const args = each(e.args, (arg) => kept(arg, { value: go(arg.value) }));
      return kept(e, { callee: go(e.callee), args });
    }
    case 'unary':
      return kept(e, { operand: go(e.operand) });
    case 'binary':
    case 'logical':
      return kept(e, { left: go(e.left), right: go(e.right) });
    case 'compare':
      return kept(e, { operands: each(e.operands, go) });
    case 'conditional':
      return kept(e, { test: go(e.test), then: go(e.then), otherwise: go(e.otherwise) });
    case 'sequence':
      return kept(e, { items: each(e.items, go) });
    case 'dict':
      return kept(e, { entries: each(e.entries, (entry) => kept(entry, { value: go(entry.value) })) });
    case 'starred':
      return kept(e, { value: go(e.value) });
    case 'lambda':
      return kept(e, { fn: rewrittenFunction(e.fn, by) });
    default:
      return e;
  }
}

/** The object with these properties, or itself where it has them. */
function kept<T extends object>(old: T, changes: Partial<T>): T {
  const same = (Object.keys(changes) as (keyof T)[]).every((key) => changes[key] === old[key]);
  return same ? old : { ...old, ...changes };
}
