/**
 * Calls that are arithmetic of arrays, as that arithmetic: `math.add(w, step)`, and the methods of a class of matrices that is
 * no library's: `Matrix.multiply(w, x)`, `errors.map(slope)`, `this.w.add(step)`. What is compared with a label, and what updates
 * what, is read off operators.
 */
import { canonicalModule } from './jsLibraries';
import {
  classOperation,
  findMatrixAttributes,
  isMatrix,
  matrixClasses,
  matrixNames,
  type Dialect,
} from './jsMatrices';
import { isRate } from './namedUpdates';
import { arraysCall, ofArrays } from './ofArrays';
import { rewritten, type Rewriting } from './rewritten';
import type { Expression, Statement } from './syntax';

type Call = Expression & { kind: 'call' };

/** Functions of libraries that are operators of arrays, element by element. */
const OPERATORS: Readonly<Record<string, Readonly<Record<string, '+' | '-' | '*'>>>> = {
  mathjs: { add: '+', subtract: '-', dotMultiply: '*' },
  numeric: { add: '+', sub: '-', mul: '*' },
  numjs: { add: '+', subtract: '-', multiply: '*' },
};

/** What the libraries are called where a script tag loads them. */
const USUAL_NAMES: Readonly<Record<string, string>> = { math: 'mathjs', numeric: 'numeric', nj: 'numjs' };

/** Whether a text may have any of these calls, which spares the others the search. */
export const mayCallArithmetic = (text: string): boolean =>
  /\b(?:math|numeric|nj|mathjs|numjs)\b|\bMat\.|Matri(?:x|z|ce|ks)\w*\./.test(text);

export function withArithmetic(body: readonly Statement[]): readonly Statement[] {
  const libraries = librariesOf(body);
  const dialect = matrixClasses(body);
  if (libraries.size === 0 && !dialect) return body;
  if (dialect) findMatrixAttributes(body, dialect);
  return rewritten(body, rewriting(libraries, dialect, new Set()));
}

/** Names of a file that are array libraries. */
function librariesOf(body: readonly Statement[]): Map<string, string> {
  const found = new Map(Object.entries(USUAL_NAMES));
  for (const s of body) {
    if (s.kind === 'function') found.delete(s.fn.name);
    else if (s.kind === 'class') found.delete(s.node.name);
    else if (s.kind === 'assign')
      for (const target of s.targets) if (target.kind === 'name') found.delete(target.name);
    if (s.kind !== 'import') continue;
    for (const { module, member, alias } of s.imports) {
      const known = canonicalModule(module);
      if ((member === null || member === 'default') && known in OPERATORS) found.set(alias, known);
      else found.delete(alias);
    }
  }
  return found;
}

function rewriting(
  libraries: ReadonlyMap<string, string>,
  dialect: Dialect | null,
  names: ReadonlySet<string>,
): Rewriting {
  return {
    expression(e) {
      if (e.kind !== 'call') return e;
      return ofLibrary(e, libraries) ?? (dialect && ofClass(e, dialect, names)) ?? e;
    },
    statement: (s) => (dialect && s.kind === 'expression' ? changed(s, s.value, dialect, names) : s),
    inside: (fn) => rewriting(libraries, dialect, dialect ? matrixNames(fn, dialect, names) : names),
  };
}

/** `math.subtract(y, a)`. */
function ofLibrary(call: Call, libraries: ReadonlyMap<string, string>): Expression | null {
  const { callee, args, span } = call;
  if (callee.kind !== 'attribute' || callee.object.kind !== 'name') return null;
  const library = libraries.get(callee.object.name);
  const table = library === undefined ? undefined : OPERATORS[library];
  const operator = table && Object.hasOwn(table, callee.name) ? table[callee.name] : undefined;
  const [left, right, ...more] = args;
  if (!operator || !left || !right || more.length > 0 || left.spread || right.spread) return null;
  return ofArrays(operator, left.value, right.value, span);
}

/** `Matrix.multiply(w, x)`, `errors.multiply(slopes)`, `new Matrix(rows, columns)`. */
function ofClass(call: Call, dialect: Dialect, names: ReadonlySet<string>): Expression | null {
  const { callee, span } = call;
  const args = call.args.map(({ value }) => value);
  if (call.args.some(({ spread }) => spread)) return null;
  if (callee.kind === 'name' && dialect.names.has(callee.name)) {
    const [only, second, ...more] = args;
    if (only && second && more.length === 0)
      return arraysCall('zeros', [{ kind: 'sequence', form: 'tuple', items: [only, second], span }], span);
    return only && !second ? only : null;
  }
  if (callee.kind !== 'attribute') return null;
  const isStatic = callee.object.kind === 'name' && dialect.names.has(callee.object.name);
  if (!isStatic && !isMatrix(callee.object, dialect, names)) return null;
  const [first, second, ...more] = isStatic ? args : [callee.object, ...args];
  const operation = classOperation(callee.name, isStatic, dialect);
  if (!first || more.length > 0 || operation === null) return null;
  switch (operation) {
    case 'transpose':
    case 'ravel':
      return second ? null : arraysCall(operation, [first], span);
    case 'column':
      return second ? null : arraysCall('expand_dims', [first, { kind: 'number', text: '1', span }], span);
    case 'copy':
      return second ? null : first;
    case 'zeros':
      return second
        ? arraysCall('zeros', [{ kind: 'sequence', form: 'tuple', items: [first, second], span }], span)
        : null;
    case 'map':
      return second ? arraysCall('map', [first, second], span) : null;
    case '@': {
      if (!second) return null;
      const scales = isScale(first) || isScale(second);
      return ofArrays(scales ? '*' : '@', first, second, span);
    }
    default:
      return second ? ofArrays(operation, first, second, span) : null;
  }
}

const isScale = (e: Expression): boolean => isRate(e) || e.kind === 'unary';

/** A method that is called for what it does: `gradients.multiply(errors)`, `hidden.map(sigmoid)`. */
function changed(
  s: Statement & { kind: 'expression' },
  value: Expression,
  dialect: Dialect,
  names: ReadonlySet<string>,
): Statement {
  const { span } = s;
  if (value.kind === 'binary' && value.ofArrays && isMatrix(value.left, dialect, names)) {
    const { left, right } = value;
    if (value.operator === '@' && dialect.ofObject === '@')
      return { kind: 'assign', targets: [left], value, span };
    const operator = value.operator === '@' ? '*' : value.operator;
    return { kind: 'augment', operator, target: left, value: right, ofArrays: true, span };
  }
  const [first] = value.kind === 'call' ? value.args : [];
  const callee = value.kind === 'call' && value.callee.kind === 'attribute' ? value.callee : null;
  if (callee?.name === 'map' && first && isMatrix(first.value, dialect, names))
    return { kind: 'assign', targets: [first.value], value, span };
  const fills =
    callee !== null &&
    isMatrix(callee.object, dialect, names) &&
    /^(randomi[sz]e|print|fill)$/.test(callee.name);
  return fills ? { kind: 'nothing', span } : s;
}
