/** Builds DOM without markup strings: the page's policy refuses inline style, and text stays text. */

export type Child = Node | string | null | undefined | false;

type Events = { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

export interface Properties {
  readonly class?: string | undefined;
  readonly on?: Events;
  /** Blocked by the policy as an attribute; set `element.style` instead. */
  readonly style?: never;
  readonly [attribute: string]: string | number | boolean | Events | undefined;
}

/** An HTML element. A `true` attribute is written empty, a `false` or undefined one is left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'object' || name === 'on') continue;
    setAttribute(element, name, value);
  }
  for (const [type, listener] of Object.entries(properties.on ?? {}))
    element.addEventListener(type, listener as EventListener);
  element.append(...present(children));
  return element;
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...present(children));
  return element;
}

export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | undefined,
): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** Replaces the children and keeps nothing of the old ones. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...present(children));
}

export function present(children: readonly Child[]): (Node | string)[] {
  return children.filter(
    (child): child is Node | string => child !== null && child !== undefined && child !== false,
  );
}

let lastId = 0;

/** An id that is unique in the page, for aria references. */
export function uniqueId(stem: string): string {
  lastId += 1;
  return `${stem}-${String(lastId)}`;
}
