/** A cache of the most recently used entries. */
export interface Cache<T> {
  get(key: string, make: () => T): T;
}

export function createCache<T>(capacity: number): Cache<T> {
  const entries = new Map<string, T>();
  return {
    get(key, make) {
      const known = entries.get(key);
      const value = known ?? make();
      entries.delete(key);
      entries.set(key, value);
      for (const oldest of entries.keys()) {
        if (entries.size <= capacity) break;
        entries.delete(oldest);
      }
      return value;
    },
  };
}

/** Computes once, on first use. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
