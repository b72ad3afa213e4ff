/** Files of cells (`# %%`), which run from the first to the last: names are what the cells before made them. */
import type { Callable } from './execution';

const MARK = /^#\s?%%/;

/** Lines, from 1, on which cells begin. */
export function cellLines(text: string): number[] {
  if (!text.includes('%%')) return [];
  return text.split('\n').flatMap((line, k) => (MARK.test(line) ? [k + 1] : []));
}

/** The cells as parts of a text; the whole of one without cells. */
export function cellParts(text: string): { readonly start: number; readonly end: number }[] {
  const starts = [0];
  let at = 0;
  for (const line of text.split('\n')) {
    if (at > 0 && MARK.test(line)) starts.push(at);
    at += line.length + 1;
  }
  return starts.map((start, k) => ({ start, end: starts[k + 1] ?? text.length }));
}

/** The line after the last one of a line's cell. */
export const endOfCell = (cells: readonly number[], line: number): number =>
  cells.find((start) => start > line) ?? Infinity;

/** Of things that define the same name, those which hold before a line; the first where none does. */
export function before<T>(all: readonly T[], until: number, lineOf: (item: T) => number): readonly T[] {
  const found = all.filter((item) => lineOf(item) < until);
  return found.length > 0 ? found : all.slice(0, 1);
}

/**
 * The functions that go with one of several of its name: of each name the first one after it and before its next
 * definition, else the last one before it.
 */
export function around(main: Callable, all: readonly Callable[]): Callable[] {
  const lineOf = ({ fn }: Callable): number => fn.nameSpan.startLine;
  const own = lineOf(main);
  const others = all.filter((c) => !c.owner && c.fn.name === main.fn.name).map(lineOf);
  const next = Math.min(...others.filter((line) => line > own), Infinity);
  const last = Math.max(...others.filter((line) => line < own), -Infinity);
  const byName = new Map<string, Callable[]>();
  for (const c of all)
    if (!c.owner && c.fn.name !== main.fn.name) byName.set(c.fn.name, [...(byName.get(c.fn.name) ?? []), c]);
  const chosen = [...byName.values()].flatMap((versions) => {
    const after = versions.find((c) => lineOf(c) > own && lineOf(c) < next);
    return after ?? versions.findLast((c) => lineOf(c) < own && lineOf(c) > last) ?? [];
  });
  return [...all.filter((c) => c.owner), main, ...chosen];
}
