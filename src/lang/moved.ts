/** Plain data with places in a text, after lines were put in or taken out above them. */

/** The line where what stood on a line is now. */
export type LineMap = (line: number) => number;

/** A copy with all lines of its spans mapped; parts without places are shared. Only for data without cycles. */
export function moved<T>(value: T, line: LineMap): T {
  return copy(value, line) as T;
}

function copy(value: unknown, line: LineMap): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    let changed = false;
    const items = value.map((item: unknown) => {
      const next = copy(item, line);
      changed ||= next !== item;
      return next;
    });
    return changed ? items : value;
  }
  let next: Record<string, unknown> | null = null;
  for (const [key, item] of Object.entries(value)) {
    const isLine = (key === 'startLine' || key === 'endLine') && typeof item === 'number';
    const own = isLine ? line(item) : copy(item, line);
    if (own !== item) (next ??= { ...value })[key] = own;
  }
  return next ?? value;
}

/** Whether any text in it names a line, which moving would leave as it is. */
export function namesLines(value: unknown): boolean {
  if (typeof value === 'string') return /\blines? \d/i.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(namesLines);
}
