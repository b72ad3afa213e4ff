/** Code that is read once in place of many times. */
import type { IndexNode } from '../core/expr';
import { placesOf } from './aliases';
import type { Run } from './run';
import type { Value } from './values';

/** The body of a loop, the function of a `map`. */
export interface Pass {
  /** The position; null where nothing may be added to what is outside. */
  readonly index: IndexNode | null;
  /** Lists that exist before the pass. */
  readonly outside: ReadonlySet<Value>;
  /** How many conditions the pass is under. */
  readonly level: number;
  /** Variables and attributes that hold their values from before the pass as placeholders. */
  readonly held: readonly { readonly map: Map<string, Value>; readonly key: string }[];
}

/** Conditions that are open outside of what depends on data. */
export const levelOf = (run: Run): number => run.passes.at(-1)?.level ?? 0;

/** Reads code once for all of its passes. */
export function inPass<T>(run: Run, index: IndexNode | null, held: Pass['held'], read: () => T): T {
  run.uncertain += 1;
  const outside = new Set(
    placesOf(run).flatMap(({ value }) => (value.kind === 'sequence' && value.form === 'list' ? [value] : [])),
  );
  run.passes.push({ index, outside, level: run.uncertain, held });
  const result = read();
  run.passes.pop();
  run.uncertain -= 1;
  return result;
}
