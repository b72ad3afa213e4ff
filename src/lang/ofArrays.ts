/** Expressions of arrays that are put into code whose own operators take single numbers. */
import { ARRAYS, ENTRIES } from './library';
import type { BinaryOperator, Expression } from './syntax';

export const ofArrays = (
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
  span: Expression['span'],
): Expression => ({ kind: 'binary', operator, left, right, ofArrays: true, span });

/** A call of a function of arrays under a name that no code has. */
export const arraysCall = (
  name: string,
  args: readonly Expression[],
  span: Expression['span'],
): Expression => ({
  kind: 'call',
  callee: {
    kind: 'attribute',
    object: { kind: 'name', name: name === 'map' ? ENTRIES : ARRAYS, span },
    name,
    span,
  },
  args: args.map((value) => ({ name: null, value, spread: false })),
  span,
});

/** Whether a call is one of these, of a function of this name. */
export const isArraysCall = (e: Expression, name: string | null = null): boolean =>
  e.kind === 'call' &&
  e.callee.kind === 'attribute' &&
  e.callee.object.kind === 'name' &&
  (e.callee.object.name === ARRAYS || e.callee.object.name === ENTRIES) &&
  (name === null || e.callee.name === name);
