/**
 * What a user says of a definition, where it was read otherwise: comments (`# nabla: X: (m, n), y: label`, `# nabla: derive`), and
 * the same without a place in the text. Roles and shapes of inputs, the convention of a derivative, and whether it is read at all.
 */
import type { Role, Span } from '../core/definition';
import type { Size } from '../core/expr';
import type { Correction, CorrectionOrigin, Problem, SaidOf, Surroundings } from '../protocol';
import type { Comment, FunctionNode } from './syntax';
import type { Assumed } from './otherwise';
import { entry } from './tables';

export interface Directives {
  /** Sizes by input; '1' is a unit axis, an empty list a single number. */
  readonly shapes: ReadonlyMap<string, readonly Size[]>;
  readonly roles: ReadonlyMap<string, Role>;
  /** Roles that names have unless something else is said. */
  readonly usual: ReadonlyMap<string, Role>;
  /** Where what is said of an input comes from. */
  readonly said: ReadonlyMap<string, SaidOf>;
  /** Whether the function is to be derived whatever it looks like. */
  readonly derive: boolean;
  /** Whether it is to be left alone. */
  readonly ignore: boolean;
  /** What a written derivative takes, where the code does not tell. */
  readonly convention: 'input' | 'output' | null;
  /** What could not be understood. */
  readonly problems: readonly Problem[];
  /** The comment that names an input. */
  readonly places: ReadonlyMap<string, Span>;
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
  setting: 'hyper',
  upstream: 'upstream',
};

const DIRECTIVE = /^#\s*nabla\s*:(.*)$/is;

export const isDirective = (comment: string): boolean => DIRECTIVE.test(comment);

/** Whether a function is asked for by a comment. */
export const asksFor = (fn: FunctionNode, comments: readonly Comment[]): boolean =>
  comments.some(
    ({ text, span }) =>
      belongs(span, fn.span) &&
      entriesOf(DIRECTIVE.exec(text)?.[1] ?? '').some((part) => /^derive$/i.test(part)),
  );

/** What comments in or right above a function say, and what was said of it (`id`) outside of the text. */
export function directivesFor(
  fn: FunctionNode,
  comments: readonly Comment[],
  id: string,
  { corrections = {}, roles: usual = {} }: Surroundings,
): Directives {
  const shapes = new Map<string, readonly Size[]>();
  const roles = new Map<string, Role>();
  const said = new Map<string, SaidOf>();
  const places = new Map<string, Span>();
  const problems: Problem[] = [];
  const flags: { derive: boolean; ignore: boolean; convention: 'input' | 'output' | null } = {
    derive: false,
    ignore: false,
    convention: null,
  };
  const note = (name: string, what: Partial<SaidOf>): void => {
    said.set(name, { ...said.get(name), ...what });
  };
  const setInput = (
    name: string,
    role: Role | undefined,
    shape: readonly Size[] | undefined,
    by: CorrectionOrigin,
  ): void => {
    if (role) roles.set(name, role);
    if (shape) shapes.set(name, shape);
    note(name, { ...(role ? { role: by } : {}), ...(shape ? { shape: by } : {}) });
  };
  const own: Correction = entry(corrections, id) ?? {};
  for (const [name, { role, shape }] of Object.entries(own.inputs ?? {})) setInput(name, role, shape, 'user');
  if (own.convention) flags.convention = own.convention;
  for (const { text, span } of comments) {
    const body = DIRECTIVE.exec(text)?.[1];
    if (body === undefined || !belongs(span, fn.span)) continue;
    for (const part of entriesOf(body)) {
      const read = entryOf(part);
      if (read.kind === 'derive') flags.derive = true;
      else if (read.kind === 'ignore') flags.ignore = true;
      else if (read.kind === 'convention') flags.convention = read.takes;
      else if (read.kind === 'input') {
        setInput(read.name, read.role, read.shape, 'comment');
        places.set(read.name, span);
      } else problems.push({ type: 'problem', id: 'directive', message: read.message, span });
    }
  }
  return { shapes, roles, usual: new Map(Object.entries(usual)), said, places, problems, ...flags };
}

/** With what is assumed of inputs of which nothing is said. */
export function assuming(directives: Directives, assumed: Assumed | null): Directives {
  if (!assumed) return directives;
  return {
    ...directives,
    roles: new Map([...assumed.roles, ...directives.roles]),
    shapes: new Map([...assumed.shapes, ...directives.shapes]),
  };
}

/** What is named in comments and no input of the definition. */
export function unknownNames(
  { places }: Directives,
  definition: string,
  inputs: readonly { readonly name: string; readonly code: string }[],
): Problem[] {
  return [...places].flatMap(([name, span]): Problem[] => {
    if (inputs.some((input) => input.name === name || input.code === name)) return [];
    const known = inputs.map((input) => input.name).join(', ');
    const message = `${name} is no input of ${definition}, which has ${known}. Correct the name in the comment.`;
    return [{ type: 'problem', id: 'directive-name', message, span }];
  });
}

/** Comments that say something of no function. */
export function astray(comments: readonly Comment[], functions: readonly FunctionNode[]): Problem[] {
  return comments.flatMap(({ span }): Problem[] => {
    if (functions.some((fn) => belongs(span, fn.span))) return [];
    const message = 'This comment belongs to no function. Put it into one, or right above it.';
    return [{ type: 'problem', id: 'directive-place', message, span }];
  });
}

const belongs = (comment: Span, fn: Span): boolean =>
  comment.startLine >= fn.startLine - 2 && comment.startLine <= fn.endLine;

/** The parts of a comment between commas that are not in brackets. */
function entriesOf(body: string): string[] {
  return (body.match(/(?:[^,()]|\([^()]*\)?|\))+/g) ?? [])
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

type Entry =
  | { readonly kind: 'derive' }
  | { readonly kind: 'ignore' }
  | { readonly kind: 'convention'; readonly takes: 'input' | 'output' }
  | { readonly kind: 'input'; readonly name: string; readonly role?: Role; readonly shape?: readonly Size[] }
  | { readonly kind: 'unreadable'; readonly message: string };

const HOW =
  'Write a role or a shape of an input, as in "nabla: X: data (m, n), y: label", or "derive", "ignore" or "convention: output".';

function entryOf(part: string): Entry {
  if (/^derive$/i.test(part)) return { kind: 'derive' };
  if (/^ignore$/i.test(part)) return { kind: 'ignore' };
  const [, name, rest] = /^([A-Za-z_$][\w$.]*)\s*:\s*(.*)$/s.exec(part) ?? [];
  if (name === undefined || rest === undefined)
    return { kind: 'unreadable', message: `"${part}" is not understood. ${HOW}` };
  if (/^convention$/i.test(name) && /^(in|out)put$/i.test(rest))
    return { kind: 'convention', takes: rest.toLowerCase() as 'input' | 'output' };
  const [, word = '', brackets, sizes = '', left = ''] = /^(\w*)\s*(\(([^()]*)\))?(.*)$/s.exec(rest) ?? [];
  const role = entry(ROLE_WORDS, word.toLowerCase());
  const isNumber = /^(scalar|number)$/i.test(word);
  if (left !== '' || (word !== '' && !role && !isNumber) || (word === '' && brackets === undefined))
    return {
      kind: 'unreadable',
      message: `"${rest}" is no role and no shape for ${name}. A role is parameter, data, label or setting; a shape reads (m, n), (m,) or scalar.`,
    };
  const shape = brackets === undefined ? (isNumber ? [] : undefined) : sizesOf(sizes);
  if (shape === null)
    return {
      kind: 'unreadable',
      message: `"(${sizes})" is no shape for ${name}. Write up to three sizes, each a name or a number, as in (m, n), (m, 1) or ().`,
    };
  return { kind: 'input', name, ...(role ? { role } : {}), ...(shape ? { shape } : {}) };
}

const MOST_AXES = 3;

function sizesOf(text: string): Size[] | null {
  const sizes = text.split(',').map((size) => size.trim());
  if (sizes.at(-1) === '') sizes.pop();
  return sizes.length <= MOST_AXES && sizes.every((size) => /^\w+$/.test(size)) ? sizes : null;
}
