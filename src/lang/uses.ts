/**
 * How the text of a function uses its parameters, before anything is executed: numbers that set how the function
 * behaves, and matrices of rows. Both only order the search.
 */
import { gradientOf, roleHint } from './names';
import { MATRIX, type Pattern } from './run';
import { containersOf, lengthsOf } from './containers';
import { ranksOf, type Ranks } from './ranks';
import { recordsOf, type RecordLists } from './records';
import { assignedNames, namesOnTheWay } from './assigned';
import { learntTogether } from './together';
import {
  eachStatement,
  type ClassNode,
  type Expression,
  type Family,
  type FunctionNode,
  type Statement,
} from './syntax';

export interface Uses {
  /** Parameters whose every use is that of a setting: temperatures, thresholds, powers, quantiles, scales. */
  readonly settings: ReadonlySet<string>;
  /** Whether no gradient is written: what is computed may then be read as more general than it needs to be. */
  readonly isForwardOnly: boolean;
  /** Parameters that hold several values: each of their uses reads one at a known place, or unpacks them all. */
  readonly containers: ReadonlySet<string>;
  /** Names of numbers that count the passes of loops. */
  readonly lengths: ReadonlySet<string>;
  /** Parameters and attributes that hold samples with fields, by code. */
  readonly records: RecordLists;
  /** Whether there are products of matrices in the first function. */
  readonly contracts: boolean;
  /** Shapes by parameter. */
  readonly shapes: ReadonlyMap<string, Pattern>;
  readonly ranks: Ranks;
}

/** What an expression is to the one around it. */
type Place = 'divisor' | 'exponent' | 'bound' | 'complement' | 'factor' | 'scaled-input' | 'summed' | 'other';

type Counts = Partial<Record<Place, number>>;

type Has = (...places: Place[]) => boolean;

/** Names that are settings in one function and predictions, labels or weights in another, and what tells. */
const AMBIGUOUS: readonly (readonly [RegExp, (has: Has, hasAlpha: Has | null) => boolean])[] = [
  // A temperature divides; a label is compared or subtracted.
  [/^[tT]$/, (has) => has('divisor') && !has('other', 'summed', 'bound', 'complement')],
  [/^beta$/, (has) => has('divisor', 'bound') && !has('other')],
  // Alpha and beta weigh two kinds of mistakes, unless one is added to the other: alpha + beta * x.
  [
    /^beta$/,
    (has, hasAlpha) =>
      hasAlpha?.('factor', 'scaled-input') === true &&
      !hasAlpha('other', 'summed') &&
      !has('other', 'summed'),
  ],
  [/^(p|q|power|rho)$/, (has) => has('exponent') && !has('other', 'summed', 'bound', 'scaled-input')],
  [
    /^(q|quantile)$/,
    (has) => has('complement') && !has('other', 'summed', 'bound', 'scaled-input', 'divisor'),
  ],
  [/^(s|scale)$/, (has) => has('factor') && !has('other', 'summed', 'bound', 'scaled-input', 'complement')],
];

/** `owners`: the classes whose methods the functions are, where attributes tell lengths. */
export function usesOf(
  functions: readonly FunctionNode[],
  family: Family,
  owners: readonly ClassNode[] = [],
): Uses {
  const settings = new Set<string>();
  const shapes = new Map<string, Pattern>();
  let contracts = false;
  for (const fn of functions) {
    const names = fn.parameters.map((parameter) => parameter.name);
    const counts = new Map(names.map((name): [string, Counts] => [name, {}]));
    const rows = new Set<string>();
    const products = { count: 0 };
    const second = new Set<string>();
    const square = new Set<string>();
    const given = givenIn(fn);
    visitStatements(fn.body, { names: new Set(names), counts, rows, second, square, given, products });
    if (fn === functions[0]) contracts = products.count > 0;
    const hasOf =
      (name: string): Has =>
      (...places) =>
        places.some((place) => counts.get(name)?.[place]);
    const hasAlpha = names.includes('alpha') ? hasOf('alpha') : null;
    const found = names.filter((name) =>
      AMBIGUOUS.some(([pattern, tells]) => pattern.test(name) && tells(hasOf(name), hasAlpha)),
    );
    // The slope of an activation: LeakyReLU(a, x).
    if (/leaky/i.test(fn.name) && names.includes('a') && names.some((name) => /^[xz]$/.test(name)))
      found.push('a');
    // Something else must be left to differentiate by.
    const others = fn.parameters.filter(({ name, fallback }) => {
      const hint = roleHint(name, true);
      const isLearnt = hint === 'hyper' ? learntTogether(name, names) : hint !== 'label';
      return fallback === null && !found.includes(name) && isLearnt;
    });
    if (others.length > 0) found.forEach((name) => settings.add(name));
    for (const name of rows) if (/^[A-Z]|logits$|scores$/.test(name)) shapes.set(name, MATRIX);
    for (const { name, fallback } of fn.parameters)
      if (
        second.has(name) &&
        fallback === null &&
        (roleHint(name, true) !== 'hyper' || learntTogether(name, names))
      )
        shapes.set(name, MATRIX);
    for (const name of square) shapes.set(name, MATRIX);
  }
  const [main, ...others] = functions;
  const isForwardOnly = main !== undefined && others.length === 0 && !mayWriteGradient(main);
  return {
    settings,
    shapes,
    isForwardOnly,
    ranks: ranksOf(functions),
    containers: containersOf(functions),
    lengths: lengthsOf(functions, methodsOf(owners)),
    records: recordsOf(functions, family),
    contracts,
  };
}

const methodsOf = (owners: readonly ClassNode[]): FunctionNode[] =>
  [...new Set(owners)].flatMap(({ body }) => body.flatMap((s) => (s.kind === 'function' ? [s.fn] : [])));

/** Whether several values are returned, or one is named as a gradient by a parameter. */
function mayWriteGradient(fn: FunctionNode): boolean {
  const names = fn.parameters.map((parameter) => parameter.name);
  const returnsSeveral = (statements: readonly Statement[]): boolean =>
    statements.some((s) => {
      if (s.kind === 'return') return s.value?.kind === 'sequence' || s.value?.kind === 'dict';
      if (s.kind === 'if') return returnsSeveral(s.then) || returnsSeveral(s.otherwise);
      return (s.kind === 'for' || s.kind === 'while' || s.kind === 'block') && returnsSeveral(s.body);
    });
  const onTheWay = namesOnTheWay(fn.body);
  return (
    returnsSeveral(fn.body) ||
    [...assignedNames(fn.body)].some(
      (name) => !onTheWay.has(name) && (/^d|grad/i.test(name) || gradientOf(name, names) !== null),
    )
  );
}

interface Visit {
  readonly names: ReadonlySet<string>;
  readonly counts: ReadonlyMap<string, Counts>;
  /** Reduced along a named axis. */
  readonly rows: Set<string>;
  /** Reduced along axis 1. */
  readonly second: Set<string>;
  /** Terms of what is inverted, or of what the determinant is taken. */
  readonly square: Set<string>;
  /** What the variables of the function are given. */
  readonly given: ReadonlyMap<string, Expression>;
  /** How many products of matrices were met. */
  readonly products: { count: number };
}

function visitStatements(statements: readonly Statement[], at: Visit): void {
  for (const s of statements) {
    if (s.kind === 'assign') {
      s.targets.forEach((target) => {
        visit(target, 'other', at);
      });
      visit(s.value, 'factor', at);
    } else if (s.kind === 'augment') {
      visit(s.target, 'other', at);
      visit(s.value, s.operator === '/' ? 'divisor' : 'factor', at);
    } else if (s.kind === 'expression') visit(s.value, 'other', at);
    else if (s.kind === 'return') {
      if (s.value) visit(s.value, s.value.kind === 'name' ? 'other' : 'factor', at);
    } else if (s.kind === 'if') {
      visit(s.test, 'other', at);
      visitStatements(s.then, at);
      visitStatements(s.otherwise, at);
    } else if (s.kind === 'for' || s.kind === 'while' || s.kind === 'block') visitStatements(s.body, at);
  }
}

function visit(e: Expression, place: Place, at: Visit): void {
  const go = (inner: Expression, where: Place): void => {
    visit(inner, where, at);
  };
  switch (e.kind) {
    case 'name': {
      const counts = at.counts.get(e.name);
      if (counts) counts[place] = (counts[place] ?? 0) + 1;
      return;
    }
    case 'unary':
      go(e.operand, place);
      return;
    case 'binary':
      visitBinary(e, place, at);
      return;
    case 'compare':
      e.operands.forEach((operand) => {
        go(operand, 'bound');
      });
      return;
    case 'conditional':
      [e.test, e.then, e.otherwise].forEach((part) => {
        go(part, 'other');
      });
      return;
    case 'attribute':
      go(e.object, 'other');
      return;
    case 'subscript':
      [e.object, ...e.indices].forEach((part) => {
        go(part, 'other');
      });
      return;
    case 'call': {
      noteRows(e, at);
      const [first] = e.args;
      if (first && SQUARE.test(lastName(e.callee))) noteSquare(first.value, at);
      if (/^(dot|matmul|einsum)$/.test(lastName(e.callee))) at.products.count += 1;
      if (e.callee.kind === 'attribute') go(e.callee.object, 'other');
      const isRoot = e.callee.kind === 'attribute' && e.callee.name === 'sqrt';
      for (const { value } of e.args) go(value, isRoot && place === 'divisor' ? place : 'other');
      return;
    }
    case 'sequence':
      e.items.forEach((item) => {
        go(item, 'other');
      });
      return;
    case 'starred':
      go(e.value, 'other');
      return;
    default:
  }
}

const SQUARE = /^(inv|inverse|det|slogdet|logdet|cholesky|eigh|eigvalsh)$/;

/** `S + np.eye(n)` is inverted: S is a matrix, as no row is added to all rows of one. */
function noteSquare(e: Expression, at: Visit, seen: ReadonlySet<string> = new Set()): void {
  if (e.kind === 'binary' && (e.operator === '+' || e.operator === '-')) {
    noteSquare(e.left, at, seen);
    noteSquare(e.right, at, seen);
  }
  if (e.kind !== 'name' || seen.has(e.name)) return;
  const value = at.given.get(e.name);
  if (value) noteSquare(value, at, new Set([...seen, e.name]));
  else if (at.names.has(e.name)) at.square.add(e.name);
}

/** The values of variables that are assigned once. */
function givenIn(fn: FunctionNode): ReadonlyMap<string, Expression> {
  const values = new Map<string, Expression[]>();
  eachStatement(fn.body, (s) => {
    if (s.kind !== 'assign') return;
    for (const target of s.targets)
      if (target.kind === 'name') values.set(target.name, [...(values.get(target.name) ?? []), s.value]);
  });
  return new Map(
    [...values].flatMap(([name, [value, ...more]]) => (value && more.length === 0 ? [[name, value]] : [])),
  );
}

function visitBinary(e: Expression & { kind: 'binary' }, place: Place, at: Visit): void {
  const { operator, left, right } = e;
  if (operator === '@') at.products.count += 1;
  const scales = place === 'divisor' || place === 'exponent' ? place : 'factor';
  const sides: readonly (readonly [Expression, Expression])[] = [
    [left, right],
    [right, left],
  ];
  if (operator === '*' || operator === '/')
    for (const [own, other] of sides) {
      // Beside one input alone, it may be an input of the same kind: y * s.
      const isBeside = scales === 'factor' && isNameAndNumber(own) && inputsIn(other, at.names).size === 1;
      const beside = isBeside ? 'scaled-input' : scales;
      visit(own, operator === '/' && own === right ? 'divisor' : beside, at);
    }
  else if (operator === '**') {
    visit(left, scales, at);
    visit(right, 'exponent', at);
  } else if (operator === '+' || operator === '-')
    for (const [own, other] of sides) {
      const isNumber = other.kind === 'number';
      const kept = place === 'scaled-input' ? place : scales === 'factor' ? 'complement' : scales;
      visit(own, isNumber ? kept : 'summed', at);
    }
  else for (const [own] of sides) visit(own, 'other', at);
}

/** Parameters that an expression mentions outside of containers and functions of its own. */
function inputsIn(
  e: Expression,
  names: ReadonlySet<string>,
  found: Set<string> = new Set(),
): ReadonlySet<string> {
  const go = (...parts: readonly Expression[]): void => {
    parts.forEach((part) => inputsIn(part, names, found));
  };
  if (e.kind === 'name' && names.has(e.name)) found.add(e.name);
  else if (e.kind === 'unary') go(e.operand);
  else if (e.kind === 'binary') go(e.left, e.right);
  else if (e.kind === 'attribute' || e.kind === 'subscript') go(e.object);
  else if (e.kind === 'call') go(e.callee, ...e.args.map(({ value }) => value));
  return found;
}

/** `(a - p).pow(2).sum(1)`, `torch.sum(x, dim=1)`: what has an axis 1 has rows. */
function noteSecondAxis(e: Expression & { kind: 'call' }, at: Visit): void {
  if (
    e.callee.kind !== 'attribute' ||
    !/^(sum|mean|max|norm|softmax|log_softmax|logsumexp)$/.test(e.callee.name)
  )
    return;
  const isModule = e.callee.object.kind === 'name' && /^(torch|F|np|jnp|tf|K)$/.test(e.callee.object.name);
  const positional = e.args.filter((arg) => arg.name === null).map((arg) => arg.value);
  const axis = e.args.find((arg) => arg.name === 'dim')?.value ?? positional[isModule ? 1 : 0];
  const operand = isModule ? positional[0] : e.callee.object;
  if (axis?.kind !== 'number' || axis.text !== '1' || !operand) return;
  inputsIn(operand, at.names).forEach((name) => at.second.add(name));
}
const lastName = (e: Expression): string => (e.kind === 'name' || e.kind === 'attribute' ? e.name : '');

/** `q`, or `q - 1`. */
const isNameAndNumber = (e: Expression): boolean =>
  e.kind === 'name' ||
  (e.kind === 'binary' && [e.left, e.right].every((side) => side.kind === 'name' || side.kind === 'number'));

/** `Z.max(axis=-1, keepdims=True)`, `np.sum(Z, axis=1)`: Z has rows. */
function noteRows(e: Expression & { kind: 'call' }, at: Visit): void {
  noteSecondAxis(e, at);
  if (e.callee.kind !== 'attribute' || !e.args.some((arg) => arg.name === 'axis')) return;
  for (const object of [e.callee.object, e.args[0]?.value]) {
    if (object?.kind === 'name' && at.names.has(object.name)) at.rows.add(object.name);
    if (object)
      inputsIn(object, at.names).forEach((name) => /(^|_)(logits|scores)$/.test(name) && at.rows.add(name));
  }
}
