/** A cache of the most recently used entries. */
export interface Cache<T> {
  get(key: string, make: () => T): T;
  /** What is kept under a key, if anything; its age does not change. */
  peek(key: string): T | undefined;
}

export function createCache<T>(capacity: number): Cache<T> {
  const entries = new Map<string, T>();
  return {
    peek: (key) => entries.get(key),
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
