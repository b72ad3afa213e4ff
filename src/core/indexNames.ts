/** Index letters for derivations: the letter that formulas use for the size, primed while it is taken. */
import type { Arena, IndexNode, Size } from './expr';
import type { Naming } from './print/naming';

export interface IndexNamer {
  /** A free index of that size whose name is not in `taken`. */
  fresh(size: Size, taken: ReadonlySet<string>): IndexNode;
}

export function createIndexNamer(arena: Arena, naming: Naming): IndexNamer {
  return {
    fresh(size, taken) {
      let name = naming.letter(size);
      while (taken.has(name)) name += "'";
      return arena.index(name, size);
    },
  };
}
