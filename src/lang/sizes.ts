/** Symbolic sizes: variables that operations unify, and, once a reading is chosen, their final names. */
import type { Size } from '../core/expr';

export interface Sizes {
  /** The representative of a size. */
  find(size: Size): Size;
  /** Makes two sizes one; false when they are different numbers (or, with final names, different names). */
  unify(a: Size, b: Size): boolean;
  /** The inputs of which unifying would make two axes equal. */
  squares(a: Size, b: Size): readonly string[];
  /** Declares a variable as an axis of an input. */
  own(size: Size, input: string): void;
  /** A name that the code gives to this size (`m = X.shape[0]`). */
  suggest(size: Size, name: string): void;
  /** All variables with their representatives, in order of creation. */
  classes(): Map<Size, Size[]>;
  suggestions(root: Size): readonly string[];
}

const isNumber = (size: Size): boolean => /^\d+$/.test(size);

/** Sizes under search: variables begin with `?`. */
export function createSizes(): Sizes {
  const parent = new Map<Size, Size>();
  const owners = new Map<Size, Set<string>>();
  const suggested = new Map<Size, string[]>();
  const find = (size: Size): Size => {
    let at = size;
    for (let up = parent.get(at); up !== undefined; up = parent.get(at)) at = up;
    return at;
  };
  const touch = (size: Size): void => {
    if (!owners.has(size)) owners.set(size, new Set());
  };
  return {
    find,
    unify(a, b) {
      const p = find(a);
      const q = find(b);
      if (p === q) return true;
      if (isNumber(p) && isNumber(q)) return false;
      touch(p);
      touch(q);
      const [root, other] = isNumber(q) ? [q, p] : [p, q];
      parent.set(other, root);
      for (const owner of owners.get(other) ?? []) owners.get(root)?.add(owner);
      suggested.set(root, [...(suggested.get(root) ?? []), ...(suggested.get(other) ?? [])]);
      return true;
    },
    squares(a, b) {
      const p = find(a);
      const q = find(b);
      const mine = owners.get(p);
      return p === q || !mine ? [] : [...(owners.get(q) ?? [])].filter((owner) => mine.has(owner));
    },
    own(size, input) {
      touch(size);
      owners.get(find(size))?.add(input);
    },
    suggest(size, name) {
      const root = find(size);
      touch(root);
      suggested.set(root, [...(suggested.get(root) ?? []), name]);
    },
    classes() {
      const groups = new Map<Size, Size[]>();
      for (const size of owners.keys()) {
        const root = find(size);
        groups.set(root, [...(groups.get(root) ?? []), size]);
      }
      return groups;
    },
    suggestions: (root) => suggested.get(find(root)) ?? [],
  };
}

/** Sizes with their final names: `names` maps each variable; nothing is unified any more. */
export function createNamedSizes(names: ReadonlyMap<Size, Size>): Sizes {
  const find = (size: Size): Size => names.get(size) ?? size;
  return {
    find,
    unify: (a, b) => find(a) === find(b),
    squares: () => [],
    own: () => undefined,
    suggest: () => undefined,
    classes: () => new Map(),
    suggestions: () => [],
  };
}
