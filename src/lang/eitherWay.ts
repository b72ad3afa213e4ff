/** `if a <= d: out.append(x)` and `else: out.append(y)`: a list that gets one item, whichever way the code goes. */
import type { Expression, Statement } from './syntax';

type Appending = Expression & { kind: 'call' };

/** The call with the items of all branches as one choice; null for any other condition. */
export function appendedEitherWay(statement: Statement & { kind: 'if' }): Appending | null {
  const then = onlyAppended(statement.then);
  const otherwise = onlyAppended(statement.otherwise);
  if (!then || !otherwise || listOf(then) !== listOf(otherwise)) return null;
  const [a, b] = [then.args[0], otherwise.args[0]];
  if (!a || !b) return null;
  const { test, span } = statement;
  const value: Expression = { kind: 'conditional', test, then: a.value, otherwise: b.value, span };
  return { ...then, args: [{ name: null, value, spread: false }], span };
}

/** What a branch appends, if it does nothing else. */
function onlyAppended(body: readonly Statement[]): Appending | null {
  const [only, ...more] = body.filter((s) => s.kind !== 'nothing');
  if (!only || more.length > 0) return null;
  if (only.kind === 'if') return appendedEitherWay(only);
  const call = only.kind === 'expression' && only.value.kind === 'call' ? only.value : null;
  const [argument, ...others] = call?.args ?? [];
  const isPlain = argument !== undefined && others.length === 0 && argument.name === null && !argument.spread;
  return call && isPlain && listOf(call) !== null ? call : null;
}

/** The name of the list that a call appends to. */
function listOf({ callee }: Appending): string | null {
  if (callee.kind !== 'attribute' || !/^(append|push)$/.test(callee.name)) return null;
  return callee.object.kind === 'name' ? callee.object.name : null;
}
