/**
 * Lists that grow. While the body of a loop of symbolic length is read once, for all of its passes, a list that the pass adds
 * one item to holds that item; after the loop it is the array of these items.
 */
import type { Span } from '../core/definition';
import type { IndexNode } from '../core/expr';
import { placesOf } from './aliases';
import { collected } from './arguments';
import { levelOf } from './passes';
import { unsupported, type Run } from './run';
import { NONE, type SequenceV, type Value } from './values';

/** `list.append(value)`, `list.push(value)`. */
export function append(run: Run, list: SequenceV, value: Value, span: Span): Value {
  const pass = run.passes.at(-1);
  const isOutside = pass?.outside.has(list) ?? false;
  if (run.uncertain === levelOf(run) && !isOutside) {
    list.items.push(value);
    return NONE;
  }
  return putItem(run, list, pass?.index ?? null, value, span) ? NONE : spoil(run, list, span);
}

/** `list[i] = value` with the position of the pass; false when it is anything else. */
export function putItem(run: Run, list: SequenceV, at: IndexNode | null, value: Value, span: Span): boolean {
  const pass = run.passes.at(-1);
  if (!pass || at === null || pass.index !== at || run.uncertain !== pass.level) return false;
  if (!pass.outside.has(list) || run.passes.slice(0, -1).some((p) => p.outside.has(list))) return false;
  if (list.collecting === at) {
    // Set again in the same pass: the last one counts; a second one that is added does not fit.
    list.items = [unsupported('changes an item that was set before', span, 'list')];
    return true;
  }
  if (list.items.length > 0 || list.collecting) return false;
  list.collecting = at;
  list.items = [value];
  return true;
}

function spoil(run: Run, list: SequenceV, span: Span): Value {
  const cause = unsupported('adds to a list in a way that cannot be followed', span, 'list');
  replaceEverywhere(run, list, cause);
  return cause;
}

/** Puts a value in all places that hold another one. */
export function replaceEverywhere(run: Run, old: Value, value: Value): void {
  for (const place of placesOf(run)) if (place.value === old) place.put(value);
}

/** After a loop, the lists that it filled are arrays; `followed` is false where the loop was given up. */
export function finishLists(run: Run, index: IndexNode, followed: boolean, span: Span): void {
  const lists = placesOf(run).flatMap(({ value }) =>
    value.kind === 'sequence' && value.collecting === index ? [value] : [],
  );
  for (const list of new Set(lists)) {
    const [item] = list.items;
    const value: Value =
      followed && item
        ? collected(run, { kind: 'stream', length: index.size, item: () => item }, span)
        : unsupported('fills a list in a loop that cannot be followed', span, 'list');
    replaceEverywhere(run, list, value);
  }
}
