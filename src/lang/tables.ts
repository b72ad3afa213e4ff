/** Tables by names from the user's code, which may be those that every object has: `constructor`, `toString`. */

/** The entry of a table, if it has one of its own. */
export const entry = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
