/** `map` and `reduce` of arrays, whose length may be symbolic. */
import type { Span } from '../core/definition';
import { toArray } from './arguments';
import { unsupported, type Run } from './run';
import type { Expression, Statement } from './syntax';
import type { FunctionV, Scope, Value } from './values';

/** `xs.map((x, i) => …)`; `pairs` are positions with their items. */
export function mapped(run: Run, pairs: Value, f: FunctionV, span: Span): Value {
  const one = (pair: Value): Value => {
    const [position, item] = pair.kind === 'sequence' ? pair.items : [];
    if (!position || !item) return unsupported('uses map()', span, 'unsupported-method');
    return run.call(
      f,
      [
        { name: null, value: item },
        { name: null, value: position },
      ],
      span,
    );
  };
  if (pairs.kind === 'stream') {
    const items: Value = {
      kind: 'stream',
      length: pairs.length,
      item: (index) => one(pairs.item(index)),
    };
    const array = toArray(run, items, span);
    return array.kind === 'array' ? array : items;
  }
  if (pairs.kind === 'sequence') return { kind: 'sequence', form: 'list', items: pairs.items.map(one) };
  return unsupported('uses map()', span, 'unsupported-method');
}

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
