/** Names for variables of printed code. */
import type { Binding, Program } from '../definition';

/** A text as an identifier: letters, digits and underscores of any script. */
export const identifier = (name: string): string =>
  name.replace(/[^\p{L}\p{N}_]/gu, '_').replace(/^(?=\p{N})/u, '_');

/** Identifiers for symbols: inputs as the user's code reads them, bindings by name, `A@2` as `A_2`; all distinct. */
export function identifiers(
  program: Program,
  statements: readonly Binding[],
  last: string,
): ReadonlyMap<string, string> {
  const names = new Map(program.inputs.map((input) => [input.name, input.code]));
  const taken = new Set([...names.values(), last]);
  for (const b of statements) {
    if (b.name === last) continue;
    let name = identifier(b.name);
    while (taken.has(name)) name += '_';
    names.set(b.name, name);
    taken.add(name);
  }
  return names;
}

/** A name that `taken` does not hold, which then holds it. */
export function fresh(name: string, prefix: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free = prefix + free;
  taken.add(free);
  return free;
}
