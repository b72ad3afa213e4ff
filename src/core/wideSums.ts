/** Which terms of a wide sum hold a symbol, found by one pass over the sum for all its symbols together. */
import { symbolNames, type Node } from './expr';

/** Parts beyond this many are differentiated in one step: a step for each would show all the others every time. */
export const MOST_PARTS = 24;

/** The terms by the names that occur in them, each list in the order of the sum. */
export type TermsByName = (sum: Node) => ReadonlyMap<string, readonly Node[]>;

export function createTermsByName(): TermsByName {
  const memo = new Map<number, ReadonlyMap<string, readonly Node[]>>();
  return (sum) => {
    const known = memo.get(sum.id);
    if (known) return known;
    const found = new Map<string, Node[]>();
    for (const term of sum.args)
      for (const name of symbolNames(term)) {
        const terms = found.get(name);
        if (terms) terms.push(term);
        else found.set(name, [term]);
      }
    memo.set(sum.id, found);
    return found;
  };
}
