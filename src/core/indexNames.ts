/** Readable index letters: the program's own letter for a size, else one that is not taken. */
import { axisIndices, type Program } from './definition';
import type { IndexNode, Size } from './expr';

const LETTERS = ['i', 'j', 'k', 'l', 'p', 'q', 'r', 's', 't', 'u', 'v'];

export interface IndexNamer {
  /** A free index of that size whose name is not in `taken`. */
  fresh(size: Size, taken: ReadonlySet<string>): IndexNode;
}

export function createIndexNamer(program: Program): IndexNamer {
  const preferred = new Map<Size, string[]>();
  const owner = new Map<string, Size>();
  for (const binding of program.bindings)
    for (const index of axisIndices(binding.axes)) {
      const names = preferred.get(index.size) ?? [];
      if (!names.includes(index.name) && !owner.has(index.name)) {
        names.push(index.name);
        owner.set(index.name, index.size);
      }
      preferred.set(index.size, names);
    }
  const letters = (size: Size): string[] => {
    const own = preferred.get(size) ?? [];
    const others = LETTERS.filter((letter) => !own.includes(letter));
    return [...own, ...others.filter((l) => !owner.has(l)), ...others.filter((l) => owner.has(l))];
  };
  return {
    fresh(size, taken) {
      const free = letters(size).find((letter) => !taken.has(letter));
      if (free !== undefined) return program.arena.index(free, size);
      let k = 1;
      while (taken.has(`i${k}`)) k += 1;
      return program.arena.index(`i${k}`, size);
    },
  };
}
