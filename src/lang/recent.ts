/** What was used most recently, up to a total weight. */
export interface Recent<T> {
  get(key: string): T | undefined;
  /** `weight`: what it takes of the capacity. */
  set(key: string, value: T, weight: number): void;
  /** What all entries take of the capacity. */
  total(): number;
}

export function createRecent<T>(capacity: number): Recent<T> {
  const entries = new Map<string, { readonly value: T; readonly weight: number }>();
  let total = 0;
  const remove = (key: string): void => {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  };
  return {
    total: () => total,
    get(key) {
      const known = entries.get(key);
      if (!known) return undefined;
      entries.delete(key);
      entries.set(key, known);
      return known.value;
    },
    set(key, value, weight) {
      remove(key);
      entries.set(key, { value, weight });
      total += weight;
      for (const oldest of entries.keys()) {
        if (total <= capacity || oldest === key) break;
        remove(oldest);
      }
    },
  };
}
