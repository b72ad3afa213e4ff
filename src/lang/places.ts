/** Where the code of a function gives its variables their values. */
import type { Span } from '../core/definition';
import { eachStatement, type Expression, type FunctionNode } from './syntax';

/** What a value is written as: a variable, an attribute, an entry by name, also through what only wraps it. */
export function nameOf(e: Expression): string | null {
  // grad.T
  if (e.kind === 'attribute' && e.name === 'T') return nameOf(e.object);
  if (e.kind === 'name' || e.kind === 'attribute') return e.name;
  if (e.kind === 'subscript' && e.indices[0]?.kind === 'string') return e.indices[0].value;
  // np.squeeze(cost), float(loss)
  if (e.kind === 'call' && e.args[0] && WRAPPERS.test(nameOf(e.callee) ?? '')) return nameOf(e.args[0].value);
  return null;
}

const WRAPPERS = /^(squeeze|float|array|asarray|item|copy|nan_to_num)$/;

/** What a target is called, or what it is an entry of. */
export const targetName = (e: Expression): string | null =>
  nameOf(e) ?? (e.kind === 'subscript' ? targetName(e.object) : null);

/** Where a variable is computed, if that is one statement but for zeros and it does not only take over another variable or begin a list. */
export function computationSpan(fn: FunctionNode, name: string): Span | null {
  const places: (Span | null)[] = [];
  eachStatement(fn.body, (s) => {
    const targets = s.kind === 'assign' ? s.targets : s.kind === 'augment' ? [s.target] : [];
    if (!targets.some((target) => targetName(target) === name)) return;
    if (s.kind === 'assign' && isZeros(s.value)) return;
    places.push(s.kind === 'assign' && !/^(name|sequence)$/.test(s.value.kind) ? s.span : null);
  });
  return places.length === 1 ? (places[0] ?? null) : null;
}

/** The last statement that gives a variable or attribute its value; where it begins at zeros, the one that adds to it. */
export function assignmentSpan(fn: FunctionNode, name: string): Span | null {
  let found: Span | null = null;
  let added: Span | null = null;
  let isZero = false;
  eachStatement(fn.body, (s) => {
    if (s.kind === 'assign' && s.targets.some((target) => targetName(target) === name)) {
      found = s.span;
      isZero = isZeros(s.value);
    } else if (s.kind === 'augment' && s.operator === '+' && targetName(s.target) === name) added ??= s.span;
  });
  return isZero ? (added ?? found) : found;
}

/** `0`, `np.zeros(n)`, `new Array(n).fill(0)`, `w.map(() => 0)`. */
function isZeros(e: Expression): boolean {
  if (e.kind === 'number') return Number(e.text) === 0;
  if (e.kind !== 'call' || (e.callee.kind !== 'name' && e.callee.kind !== 'attribute')) return false;
  const { name } = e.callee;
  const [first, second] = e.args.map((arg) => arg.value);
  // Array.from({ length: n }, () => 0)
  if (name === 'from' && second) return isZeroLambda(second);
  if (name === 'fill') return first !== undefined && isZeros(first);
  if (name === 'map') return first !== undefined && isZeroLambda(first);
  return /^zeros(_like)?$|^Float(32|64)Array$/.test(name);
}

function isZeroLambda(e: Expression): boolean {
  const [only] = e.kind === 'lambda' ? e.fn.body : [];
  return only?.kind === 'return' && only.value !== null && isZeros(only.value);
}

/** The key of an entry as a dict holds it; null for one that is not a constant. */
export const keyText = (key: Expression | null): string | null =>
  key?.kind === 'string' ? `s:${key.value}` : key?.kind === 'number' ? `n:${key.text}` : null;

/** From the key of an entry to the end of its value. */
export function spanning(key: Expression | null, value: Expression): Span {
  return key
    ? { ...value.span, startLine: key.span.startLine, startColumn: key.span.startColumn }
    : value.span;
}
