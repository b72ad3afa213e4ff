/** Names at the top level of a file, evaluated when a definition asks for them. */
import type { Span } from '../core/definition';
import { before } from './cells';
import { evaluate } from './expressions';
import { canonicalModule, javascriptArrays } from './jsLibraries';
import { arrayLibrary, meaningOf } from './libraries';
import { BUILTINS, INSERTED, JAVASCRIPT_GLOBALS } from './library';
import { unsupported, type ArrayLibrary, type Run } from './run';
import { functionValue } from './statements';
import {
  functionsOf,
  type Expression,
  type Family,
  type Import,
  type Module,
  type ModulePiece,
  type Statement,
} from './syntax';
import { plainInput, type Scope, type Value } from './values';
import { entry } from './tables';
import { importedBy, type Neighbours } from './workspace';

export interface ModuleIndex {
  readonly family: Family;
  readonly pieces: readonly ModulePiece[];
  readonly cells: readonly number[];
  readonly statements: ReadonlyMap<string, readonly Statement[]>;
  /** Modules of `from … import *`. */
  readonly wildcards: readonly string[];
  /** Whose arrays the file works with. */
  readonly arrays: ArrayLibrary;
  /** Methods of the classes of the file. */
  readonly methods: ReadonlySet<string>;
  /** Where the file is and what is around it, where that is known. */
  readonly home: Home | null;
}

export interface Home {
  readonly path: string;
  readonly neighbours: Neighbours;
}

export function indexModule(module: Module, home: Home | null = null): ModuleIndex {
  const statements = new Map<string, Statement[]>();
  const wildcards: string[] = [];
  const modules = new Set<string>();
  eachTopLevel(module.body, (s, names) => {
    for (const name of names) {
      const others = statements.get(name);
      if (others) others.push(s);
      else statements.set(name, [s]);
    }
    if (s.kind !== 'import') return;
    for (const item of s.imports) {
      modules.add(item.module);
      if (item.alias === '*') wildcards.push(item.module);
    }
  });
  const { family, pieces, cells } = module;
  const methods = new Set(
    functionsOf(module.body).flatMap(({ fn, owner, nested }) => (owner && !nested ? [fn.name] : [])),
  );
  const arrays = family === 'javascript' ? javascriptArrays(modules) : arrayLibrary(modules);
  return { family, pieces, cells, statements, wildcards, arrays, methods, home };
}

/** The names that statements at the top level of a file define. */
export function statementNames(body: readonly Statement[]): string[] {
  const found: string[] = [];
  eachTopLevel(body, (_, names) => found.push(...names));
  return found;
}

/** Visits all statements that are not in functions and classes, with the names that each defines. */
function eachTopLevel(
  body: readonly Statement[],
  visit: (s: Statement, names: readonly string[]) => void,
): void {
  const targets = (e: Expression): string[] =>
    e.kind === 'name' ? [e.name] : e.kind === 'sequence' ? e.items.flatMap(targets) : [];
  const go = (statements: readonly Statement[]): void => eachTopLevel(statements, visit);
  for (const s of body) {
    if (s.kind === 'function') visit(s, [s.fn.name]);
    else if (s.kind === 'class') visit(s, [s.node.name]);
    else if (s.kind === 'assign') visit(s, s.targets.flatMap(targets));
    else if (s.kind === 'augment' || s.kind === 'for') {
      visit(s, targets(s.target));
      if (s.kind === 'for') go(s.body);
    } else if (s.kind === 'import')
      visit(
        s,
        s.imports.flatMap(({ alias }) => (alias === '*' ? [] : [alias])),
      );
    else if (s.kind === 'if') {
      go(s.then);
      go(s.otherwise);
    } else if (s.kind === 'block') go(s.body);
  }
}

const lineOf = ({ span }: Statement): number => span.startLine;

/** The value of a top-level name, or undefined when the file does not define it. */
export function globalValue(
  run: Run,
  index: ModuleIndex,
  scope: Scope,
  name: string,
  span: Span,
): Value | undefined {
  const known = scope.names.get(name);
  if (known) return known;
  const statements = index.statements.get(name);
  // Python keeps the last definition of a name.
  const held = statements && before(statements, index.cells.length > 0 ? run.until : Infinity, lineOf);
  const last = held?.at(-1);
  if (!last) {
    const inner = index.wildcards
      .map((module) => importedBy(index, { module, member: '*', alias: '*' })?.module)
      .find((module) => module?.statements.has(name));
    if (inner) return run.globalOf(inner, name, span);
    const path =
      index.wildcards.map((module) => `${module}.${name}`).find((p) => meaningOf(p)) ??
      (index.family === 'python' ? entry(CONVENTIONAL, name) : undefined);
    return path === undefined ? builtin(index.family, name) : { kind: 'library', path };
  }
  // A name that is defined by itself stays unknown.
  scope.names.set(name, unsupported(`uses ${name}, which is defined by itself`, span, 'recursion'));
  const value = valueOf(run, index, last, scope, name, held?.length === 1, span);
  scope.names.set(name, value);
  return value;
}

/** What names mean in files that leave out their imports: parts of notebooks and of lessons. */
const CONVENTIONAL: Readonly<Record<string, string>> = {
  np: 'numpy',
  numpy: 'numpy',
  math: 'math',
  jnp: 'jax.numpy',
  torch: 'torch',
  tf: 'tensorflow',
  exp: 'numpy.exp',
  log: 'numpy.log',
  sqrt: 'numpy.sqrt',
  tanh: 'numpy.tanh',
  sigmoid: 'sigmoid',
};

/** What an import means, of a file of the workspace or of a library. */
export const imported = (run: Run, from: ModuleIndex | undefined, item: Import, span: Span): Value =>
  importedValue(run, from, item, span) ?? libraryValue(item);

/** What an import from a file of the workspace means; null for any other. */
function importedValue(run: Run, from: ModuleIndex | undefined, item: Import, span: Span): Value | null {
  const found = from && importedBy(from, item);
  if (!found) return null;
  const { module, member } = found;
  if (member === null) return { kind: 'module', module };
  return run.globalOf(module, member, span) ?? null;
}

/** What a name means that the file does not define. */
function builtin(family: Family, name: string): Value | undefined {
  const inserted = entry(INSERTED, name);
  if (inserted === undefined && family === 'python')
    return BUILTINS.has(name) ? { kind: 'library', path: `builtins.${name}` } : undefined;
  const path = inserted ?? entry(JAVASCRIPT_GLOBALS, name);
  return path === undefined ? undefined : { kind: 'library', path };
}

function valueOf(
  run: Run,
  index: ModuleIndex,
  statement: Statement,
  scope: Scope,
  name: string,
  once: boolean,
  span: Span,
): Value {
  if (statement.kind === 'function') return functionValue(statement.fn, scope);
  if (statement.kind === 'class') return { kind: 'class', node: statement.node, scope };
  if (statement.kind === 'import') {
    const item = statement.imports.find((i) => i.alias === name);
    if (item) return imported(run, scope.module, item, span);
  }
  const isNamed =
    statement.kind === 'assign' && statement.targets.length === 1 && statement.targets[0]?.kind === 'name';
  if (statement.kind === 'assign' && isNamed) {
    if (statement.value.kind === 'lambda')
      return functionValue({ ...statement.value.fn, name, nameSpan: statement.span }, scope);
    if (
      once &&
      (isPlain(statement.value) ||
        (run.family === 'javascript' && (isTable(statement.value) || isInstance(statement.value, index))))
    )
      return evaluate(run, statement.value, scope);
    if (once && isLayer(run, statement.value, scope)) return evaluate(run, statement.value, scope);
  }
  return { kind: 'input', input: plainInput(name, span, 'global') };
}

function libraryValue({ module, member }: Import): Value {
  const path = canonicalModule(module);
  return { kind: 'library', path: member === null || member === 'default' ? path : `${path}.${member}` };
}

/** Constants and aliases, whose value does not depend on data. */
function isPlain(e: Expression): boolean {
  switch (e.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'none':
    case 'name':
      return true;
    case 'attribute':
      return isPlain(e.object);
    case 'unary':
      return isPlain(e.operand);
    case 'binary':
      return isPlain(e.left) && isPlain(e.right);
    case 'call':
      return PLAIN_CALLS.test(lastName(e.callee)) && e.args.every((arg) => isPlain(arg.value));
    default:
      return false;
  }
}

/** `sigmoid = nn.Sigmoid()`: a layer without weights, or one that a class of PyTorch makes of numbers. */
function isLayer(run: Run, e: Expression, scope: Scope): boolean {
  if (e.kind !== 'call' || !/^[A-Z]/.test(lastName(e.callee))) return false;
  if (!e.args.every((arg) => isPlain(arg.value))) return false;
  const made = evaluate(run, e.callee, scope);
  return made.kind === 'library' && made.path.startsWith('torch.nn.');
}

/** `new Activations()` of a class of the file. */
const isInstance = (e: Expression, index: ModuleIndex): boolean =>
  e.kind === 'call' &&
  e.callee.kind === 'name' &&
  index.statements.get(e.callee.name)?.at(-1)?.kind === 'class' &&
  e.args.every((arg) => !arg.spread && isPlain(arg.value));

/** `{ LEAKY: 0.01 }`, and the members of an enumeration. */
const isTable = (e: Expression): boolean =>
  e.kind === 'dict' &&
  e.entries.length > 0 &&
  e.entries.every(({ key, value }) => key !== null && (isPlain(value) || isTable(value)));

/** `ROOT_2 = np.sqrt(2.0)`, `erf = np.vectorize(math.erf)`. */
const PLAIN_CALLS = /^(vectorize|sqrt|log|exp|float|finfo)$/;

const lastName = (e: Expression): string => (e.kind === 'name' || e.kind === 'attribute' ? e.name : '');
