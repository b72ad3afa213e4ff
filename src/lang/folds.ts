/** `map` and `reduce` of arrays, whose length may be symbolic. */
import type { Span } from '../core/definition';
import { toArray } from './arguments';
import { reduce } from './arrays';
import { scalar, unsupported, type CallArgument, type Run } from './run';
import type { Expression, Statement } from './syntax';
import type { FunctionV, Scope, Value } from './values';

/** Calls any value that can be called. */
export type Apply = (callee: Value, args: readonly CallArgument[], span: Span) => Value;

/** `xs.map((x, i) => …)`; `pairs` are positions with their items. */
export function mapped(
  run: Run,
  pairs: Value,
  f: (item: Value, position: Value) => Value,
  span: Span,
): Value {
  const one = (pair: Value): Value => {
    const [position, item] = pair.kind === 'sequence' ? pair.items : [];
    return position && item ? f(item, position) : unsupported('uses map()', span, 'unsupported-method');
  };
  if (pairs.kind === 'stream') {
    const items: Value = { kind: 'stream', length: pairs.length, item: (index) => one(pairs.item(index)) };
    const array = toArray(run, items, span);
    // What is no number stays as it is, to be taken apart later.
    return array.kind === 'array' || array.cause.id !== 'not-an-array' ? array : items;
  }
  if (pairs.kind === 'sequence') return { kind: 'sequence', form: 'list', items: pairs.items.map(one) };
  return unsupported('uses map()', span, 'unsupported-method');
}

/** `xs.reduce((a, b) => a + b)`: a sum or an extremum begins with the first item. */
export function foldedFromFirst(run: Run, pairs: Value, f: FunctionV, span: Span): Value {
  const refuse = (): Value =>
    unsupported('uses reduce() without an initial value', span, 'unsupported-method');
  if (pairs.kind === 'sequence') {
    const [first, ...rest] = pairs.items.map((pair) =>
      pair.kind === 'sequence' ? pair.items[1] : undefined,
    );
    return rest.reduce<Value>(
      (total, item) => (item ? run.call(f, plain(total, item), span) : refuse()),
      first ?? refuse(),
    );
  }
  if (pairs.kind !== 'stream') return refuse();
  const items = toArray(
    run,
    {
      kind: 'stream',
      length: pairs.length,
      item: (index) => {
        const pair = pairs.item(index);
        return pair.kind === 'sequence' ? (pair.items[1] ?? refuse()) : refuse();
      },
    },
    span,
  );
  if (items.kind === 'unknown') return items;
  const [total, item] = ['⟨total⟩', '⟨item⟩'].map((name) => run.arena.sym(name));
  if (items.axes.length !== 1 || !total || !item) return refuse();
  const result = run.call(f, plain(scalar(total), scalar(item)), span);
  if (result.kind !== 'array') return refuse();
  const { arena } = run;
  const op = (
    [
      ['sum', arena.add(total, item)],
      ['max', arena.call('maximum', total, item)],
      ['min', arena.call('minimum', total, item)],
      ['max', arena.where(arena.compare('>', total, item), total, item)],
      ['min', arena.where(arena.compare('<', total, item), total, item)],
    ] as const
  ).find(([, node]) => node === result.element)?.[0];
  return op ? reduce(run, items, op, [0], false) : refuse();
}

const plain = (...values: readonly Value[]): CallArgument[] => values.map((value) => ({ name: null, value }));

/** `xs.reduce((total, x, i) => …, initial)`, as a loop that sets the total anew in each pass. */
export function folded(run: Run, pairs: Value, f: FunctionV, initial: Value, span: Span): Value {
  const name = (text: string): Expression => ({ kind: 'name', name: text, span });
  const scope: Scope = {
    names: new Map([
      ['%pairs', pairs],
      ['%f', f],
      ['%total', initial],
    ]),
    parent: null,
  };
  const pass: Statement = {
    kind: 'assign',
    targets: [name('%total')],
    value: {
      kind: 'call',
      callee: name('%f'),
      args: ['%total', '%item', '%position'].map((n) => ({ name: null, value: name(n), spread: false })),
      span,
    },
    span,
  };
  const loop: Statement = {
    kind: 'for',
    target: { kind: 'sequence', form: 'tuple', items: [name('%position'), name('%item')], span },
    iterable: name('%pairs'),
    body: [pass],
    otherwise: [],
    span,
  };
  run.execute([loop], scope);
  return scope.names.get('%total') ?? unsupported('uses reduce()', span, 'unsupported-method');
}
