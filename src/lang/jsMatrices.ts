/** Classes of matrices that are no library's: what their methods compute by their names, which a class in the file has to bear out. */
import { canonicalModule } from './jsLibraries';
import { isArraysCall } from './ofArrays';
import {
  childrenOf,
  eachStatement,
  expressionsOf,
  functionsOf,
  type ClassNode,
  type Expression,
  type FunctionNode,
  type Statement,
} from './syntax';

/** `multiply` is a product of matrices or one of entries. */
type Operation = '+' | '-' | '*' | '@' | 'transpose' | 'ravel' | 'column' | 'copy' | 'zeros' | 'map';

const OPERATIONS: readonly (readonly [RegExp, Operation | 'multiply'])[] = [
  [/^(add|plus|sum|addition|add_?matrix)$/i, '+'],
  [/^(subtract|sub|minus|substract|subtraction)$/i, '-'],
  [/^(hadamard\w*|element_?wise\w*|(multiply|mult|mul)_?elements?\w*)$/i, '*'],
  [/^(scale|scalar_?(mult\w*|product)?|e?scalar_?multiply|(multiply|mult)_?(by_?)?e?scalar)$/i, '*'],
  [/^(dot|dot_?product|product|mat_?mul|mmul|matrix_?(multiply|product|mult\w*))$/i, '@'],
  [/^(multiply|mult|mul|multiplication|times)$/i, 'multiply'],
  [/^(transposed?|t)$/i, 'transpose'],
  [/^(map\d?|map_?function|apply(_?function)?)$/i, 'map'],
  [/^(from_?(1d_?)?(array|vector|list)|(array|vector|list)_?to_?(matrix|column))$/i, 'column'],
  [/^(to_?(1d_?)?(array|list|vector)|matrix_?to_?(array|list|vector)|flatten)$/i, 'ravel'],
  [/^(copy|clone)$/i, 'copy'],
  [/^(zeros|random|rand|randomi[sz]e)$/i, 'zeros'],
];

const operationOf = (method: string): Operation | 'multiply' | null =>
  OPERATIONS.find(([pattern]) => pattern.test(method))?.[1] ?? null;

const CLASS_NAME = /^(?:[A-Z]\w*)?Matri(?:x|z|ce|ks)\w*$|^Mat$/;

/** How a file works with matrices. */
export interface Dialect {
  /** Names of the classes. */
  readonly names: ReadonlySet<string>;
  /** Attributes that hold matrices. */
  readonly attributes: Set<string>;
  /** What `multiply` computes as a function of the class, and as a method of a matrix. */
  readonly ofClass: '@' | '*';
  readonly ofObject: '@' | '*';
}

/** What a method computes; `fill` and everything else is no value. */
export function classOperation(
  method: string,
  isStatic: boolean,
  { ofClass, ofObject }: Dialect,
): Operation | null {
  const operation = operationOf(method);
  if (operation === 'multiply') return isStatic ? ofClass : ofObject;
  return operation === 'zeros' && !isStatic ? null : operation;
}

/** The classes that a file multiplies matrices by; null where there are none, or where one in the file does something else. */
export function matrixClasses(body: readonly Statement[]): Dialect | null {
  const names = new Set<string>();
  const methods = new Set<string>();
  eachCallee(body, ({ object, name }) => {
    const operation = operationOf(name);
    if (object.kind === 'name' && CLASS_NAME.test(object.name) && operation) names.add(object.name);
    if (operation) methods.add(operation === '@' ? '@' : name);
  });
  for (const s of body)
    if (s.kind === 'import')
      for (const { module, alias } of s.imports)
        // A package of its own says itself what it means.
        if (/^[@\w]/.test(canonicalModule(module))) names.delete(alias);
  if (names.size === 0) return null;
  const owners = body.flatMap((s) => (s.kind === 'class' && names.has(s.node.name) ? [s.node] : []));
  if (!owners.every(bearsOut)) return null;
  const own = owners
    .flatMap((node) => methodsOf(node))
    .filter(({ fn }) => operationOf(fn.name) === 'multiply');
  const kind = (isStatic: boolean): '@' | '*' | undefined => {
    const found = own.find((method) => method.isStatic === isStatic);
    return found && productKind(found.fn);
  };
  const named: '@' | '*' = methods.has('@') ? '*' : '@';
  const ofClass = kind(true) ?? named;
  // Where the class has the product of matrices, its objects have that of entries.
  return {
    names,
    attributes: new Set(),
    ofClass,
    ofObject: kind(false) ?? (usesStatic(body, names) ? '*' : named),
  };
}

function usesStatic(body: readonly Statement[], names: ReadonlySet<string>): boolean {
  let found = false;
  eachCallee(body, ({ object, name }) => {
    found ||= object.kind === 'name' && names.has(object.name) && operationOf(name) === 'multiply';
  });
  return found;
}

const methodsOf = (node: ClassNode): { fn: FunctionNode; isStatic: boolean }[] =>
  node.body.flatMap((s) =>
    s.kind === 'function' ? [{ fn: s.fn, isStatic: s.fn.parameters[0]?.name !== 'this' }] : [],
  );

/** Whether the products of a class are what their names say. */
const bearsOut = (node: ClassNode): boolean =>
  methodsOf(node).every(({ fn }) => {
    const operation = operationOf(fn.name);
    return (operation !== '@' && operation !== '*') || productKind(fn) === operation;
  });

/** Whether a method sums products over a third position, or multiplies entry by entry. */
function productKind(fn: FunctionNode): '@' | '*' {
  let deepest = 0;
  const visit = (body: readonly Statement[], level: number): void => {
    for (const s of body) {
      if (s.kind === 'augment' && s.operator === '+' && multiplies(s.value))
        deepest = Math.max(deepest, level);
      if (
        s.kind === 'return' &&
        s.value?.kind === 'binary' &&
        s.value.operator === '+' &&
        multiplies(s.value)
      )
        deepest = Math.max(deepest, level);
      for (const e of expressionsOf(s))
        eachLambda(e, (inner) => {
          visit(inner.body, level + 1);
        });
      if (s.kind === 'if') visit([...s.then, ...s.otherwise], level);
      else if (s.kind === 'for' || s.kind === 'while') visit(s.body, level + 1);
      else if (s.kind === 'block') visit(s.body, level);
    }
  };
  visit(fn.body, 0);
  return deepest > 1 ? '@' : '*';
}

const multiplies = (e: Expression): boolean =>
  (e.kind === 'binary' && e.operator === '*') || childrenOf(e).some(multiplies);

function eachLambda(e: Expression, visit: (fn: FunctionNode) => void): void {
  if (e.kind === 'lambda') visit(e.fn);
  else for (const part of childrenOf(e)) eachLambda(part, visit);
}

/** Every attribute that is called in a file. */
function eachCallee(
  body: readonly Statement[],
  visit: (callee: Expression & { kind: 'attribute' }) => void,
): void {
  const go = (e: Expression): void => {
    if (e.kind === 'call' && e.callee.kind === 'attribute') visit(e.callee);
    if (e.kind === 'lambda') within(e.fn.body);
    childrenOf(e).forEach(go);
  };
  const within = (statements: readonly Statement[]): void => {
    eachStatement(statements, (s) => {
      expressionsOf(s).forEach(go);
    });
  };
  within(body);
  for (const { fn } of functionsOf(body)) within(fn.body);
}

/** Whether a value is a matrix, by what makes it. */
export function isMatrix(e: Expression, dialect: Dialect, names: ReadonlySet<string>): boolean {
  if (e.kind === 'name') return names.has(e.name);
  if (e.kind === 'attribute') return dialect.attributes.has(e.name);
  if (e.kind === 'binary') return e.ofArrays === true;
  if (e.kind !== 'call') return false;
  if (isArraysCall(e)) return !isArraysCall(e, 'ravel');
  const { callee } = e;
  if (callee.kind === 'name') return dialect.names.has(callee.name);
  if (callee.kind !== 'attribute') return false;
  const isStatic = callee.object.kind === 'name' && dialect.names.has(callee.object.name);
  const operation = classOperation(callee.name, isStatic, dialect);
  return operation !== null && operation !== 'ravel' && (isStatic || isMatrix(callee.object, dialect, names));
}

/** Names of a function that hold matrices, besides those that are given. */
export function matrixNames(
  fn: FunctionNode,
  dialect: Dialect,
  given: ReadonlySet<string>,
): ReadonlySet<string> {
  const names = new Set(given);
  for (const { name, annotation } of fn.parameters)
    if (annotation !== null && dialect.names.has(annotation.trim())) names.add(name);
    else names.delete(name);
  eachStatement(fn.body, (s) => {
    if (s.kind !== 'assign' || !isMatrix(s.value, dialect, names)) return;
    for (const target of s.targets) if (target.kind === 'name') names.add(target.name);
  });
  return names;
}

/** Notes the attributes that methods give matrices to. */
export function findMatrixAttributes(body: readonly Statement[], dialect: Dialect): void {
  const functions = functionsOf(body).map(({ fn }) => fn);
  for (let before = -1; before !== dialect.attributes.size;) {
    before = dialect.attributes.size;
    for (const fn of functions) {
      const names = matrixNames(fn, dialect, new Set());
      eachStatement(fn.body, (s) => {
        if (s.kind !== 'assign' || !isMatrix(s.value, dialect, names)) return;
        for (const target of s.targets) if (target.kind === 'attribute') dialect.attributes.add(target.name);
      });
    }
  }
}
