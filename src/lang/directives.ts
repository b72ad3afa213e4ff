/** Comments that correct what was assumed (`# nabla: X: (m, n), y: labels`) or ask for a derivation (`# nabla: derive`). */
import type { Role, Span } from '../core/definition';
import type { Size } from '../core/expr';
import type { Comment, FunctionNode } from './syntax';

export interface Directives {
  /** Sizes by input; '1' is a unit axis, an empty list a single number. */
  readonly shapes: ReadonlyMap<string, readonly Size[]>;
  readonly roles: ReadonlyMap<string, Role>;
  /** Whether the function is to be derived whatever it looks like. */
  readonly derive: boolean;
}

const ROLE_WORDS: Readonly<Record<string, Role>> = {
  parameter: 'parameter',
  parameters: 'parameter',
  weight: 'parameter',
  weights: 'parameter',
  data: 'data',
  label: 'label',
  labels: 'label',
  target: 'label',
  targets: 'label',
  hyper: 'hyper',
  constant: 'hyper',
  upstream: 'upstream',
};

const DIRECTIVE = /^#\s*nabla\s*:(.*)$/i;

export const isDirective = (comment: string): boolean => DIRECTIVE.test(comment);

/** Directives in or right above a function. */
export function directivesFor(fn: FunctionNode, comments: readonly Comment[]): Directives {
  const shapes = new Map<string, Size[]>();
  const roles = new Map<string, Role>();
  let derive = false;
  for (const { text, span } of comments) {
    const body = DIRECTIVE.exec(text)?.[1];
    if (body === undefined || !belongs(span, fn.span)) continue;
    if (/(^|,)\s*derive\s*(,|$)/i.test(body)) derive = true;
    for (const [, name, shape, word] of body.matchAll(/(\w+)\s*:\s*(?:\(([^()]*)\)|(\w+))/g)) {
      if (name === undefined) continue;
      if (shape !== undefined) shapes.set(name, sizesOf(shape));
      const role = word === undefined ? undefined : ROLE_WORDS[word.toLowerCase()];
      if (role) roles.set(name, role);
      if (word === 'scalar') shapes.set(name, []);
    }
  }
  return { shapes, roles, derive };
}

const belongs = (comment: Span, fn: Span): boolean =>
  comment.startLine >= fn.startLine - 2 && comment.startLine <= fn.endLine;

function sizesOf(text: string): Size[] {
  return text
    .split(',')
    .map((size) => size.trim())
    .filter((size) => /^\w+$/.test(size));
}
