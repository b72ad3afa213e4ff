/** What one pass of a training loop begins with: variables and attributes that the pass before it has left. */
import { lookup, plainInput, type Scope } from './values';
import type { Statement } from './syntax';

/** Makes inputs of them. */
export function carry(
  { names, learnt, attributes, span }: Statement & { readonly kind: 'carry' },
  scope: Scope,
): void {
  for (const name of names) {
    const input = plainInput(name, span, 'argument');
    scope.names.set(name, {
      kind: 'input',
      input: learnt.includes(name) ? { ...input, isStepped: true } : input,
    });
  }
  for (const { object, name } of attributes) {
    const holder = lookup(scope, object);
    if (holder?.kind === 'object') holder.attributes.delete(name);
  }
}
