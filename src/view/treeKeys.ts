/** The keyboard of a tree, after the tree pattern of the ARIA Authoring Practices. Pure. */

/** A visible item of a tree, in the order of the page. */
export interface TreeItem {
  readonly level: number;
  /** Null for an item without children. */
  readonly expanded: boolean | null;
}

export type TreeAction =
  | { readonly type: 'focus'; readonly place: number }
  | { readonly type: 'expand' | 'collapse'; readonly place: number }
  | { readonly type: 'expand-siblings'; readonly places: readonly number[] };

/** What a key does at the item at `place`; null for keys that a tree leaves alone. */
export function treeKey(items: readonly TreeItem[], place: number, key: string): TreeAction | null {
  const item = items[place];
  if (!item) return null;
  const focus = (target: number): TreeAction | null =>
    target !== place && target >= 0 && target < items.length ? { type: 'focus', place: target } : null;
  switch (key) {
    case 'ArrowDown':
      return focus(place + 1);
    case 'ArrowUp':
      return focus(place - 1);
    case 'Home':
      return focus(0);
    case 'End':
      return focus(items.length - 1);
    case 'ArrowRight':
      if (item.expanded === false) return { type: 'expand', place };
      return item.expanded === true ? focus(place + 1) : null;
    case 'ArrowLeft':
      if (item.expanded === true) return { type: 'collapse', place };
      return focus(parentOf(items, place));
    case 'Enter':
    case ' ':
      if (item.expanded === null) return null;
      return { type: item.expanded ? 'collapse' : 'expand', place };
    case '*':
      return { type: 'expand-siblings', places: siblingsOf(items, place) };
    default:
      return null;
  }
}

function parentOf(items: readonly TreeItem[], place: number): number {
  const level = items[place]?.level ?? 0;
  for (let other = place - 1; other >= 0; other -= 1) if ((items[other]?.level ?? 0) < level) return other;
  return place;
}

/** The closed items of the same level under the same parent. */
function siblingsOf(items: readonly TreeItem[], place: number): number[] {
  const level = items[place]?.level ?? 0;
  const result: number[] = [];
  for (
    let other = parentOf(items, place) === place ? 0 : parentOf(items, place) + 1;
    other < items.length;
    other += 1
  ) {
    const item = items[other];
    if (!item || item.level < level) break;
    if (item.level === level && item.expanded === false) result.push(other);
  }
  return result;
}
