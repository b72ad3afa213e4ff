/** TypeScript source: element by element over nested arrays, in which a vector is `number[]` and a matrix `number[][]`. */
import type { Binding, Program } from '../definition';
import type {
  CmpNode,
  IndexNode,
  MatrixFunction,
  MatrixNode,
  Node,
  ReduceNode,
  ReduceOp,
  Size,
  SymNode,
} from '../expr';
import { opRow } from '../ops';
import { fresh, identifier, identifiers } from './identifiers';
import { createNaming, type Naming } from './naming';
import { fraction, radicand, readsSwapped, SWAPPED, terms } from './shape';
import { fillTemplate, LEVEL, wrap, type Code } from './template';

interface Writer {
  readonly program: Program;
  readonly naming: Naming;
  readonly symbols: ReadonlyMap<string, string>;
  /** Axes of every symbol, '1' for a unit axis. */
  readonly layouts: ReadonlyMap<string, readonly Size[]>;
  readonly sizes: Map<Size, string>;
  readonly helpers: Map<Helper, string>;
  readonly taken: Set<string>;
  /** Functions of matrices that are used, each computed once. */
  readonly matrices: Map<
    string,
    { readonly variable: string; readonly fn: MatrixFunction; readonly name: string }
  >;
}

type Helper = ReduceOp | MatrixFunction | OwnFunction;

/** Functions that `Math` lacks. */
const OWN_FUNCTIONS = ['erf', 'lgamma', 'digamma', 'trigamma'] as const;
type OwnFunction = (typeof OWN_FUNCTIONS)[number];

/** Variables of the indices in scope, by the index's name. */
type Scope = ReadonlyMap<string, string>;

const loop = (start: string, step: string): string =>
  `(n: number, f: (i: number) => number): number => {\n  let r = ${start};\n  for (let i = 0; i < n; i += 1) r = ${step};\n  return r;\n};`;

/** Gauss-Jordan elimination with partial pivoting: the inverse, or what becomes of `start` as the pivots come up. */
const elimination = (fn: MatrixFunction, start: string, onSwap: string, onPivot: string): string => {
  const inverts = fn === 'inv';
  const lines = [
    `(a: number[][]): ${inverts ? 'number[][]' : 'number'} => {`,
    inverts
      ? '  const rows = a.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);'
      : `  const rows = a.map((row) => [...row]);\n  let r = ${start};`,
    '  for (let k = 0; k < a.length; k += 1) {',
    '    let p = k;',
    '    for (let i = k + 1; i < a.length; i += 1) if (Math.abs(rows[i][k]) > Math.abs(rows[p][k])) p = i;',
    ...(onSwap === '' ? [] : [`    if (p !== k) ${onSwap};`]),
    '    const top = rows[p];',
    '    rows[p] = rows[k];',
    inverts ? '    rows[k] = top.map((v) => v / top[k]);' : '    rows[k] = top;',
    ...(onPivot === '' ? [] : [`    ${onPivot};`]),
    inverts
      ? '    for (let i = 0; i < a.length; i += 1)\n      if (i !== k) rows[i] = rows[i].map((v, j) => v - rows[i][k] * rows[k][j]);'
      : '    for (let i = k + 1; i < a.length; i += 1)\n      rows[i] = rows[i].map((v, j) => v - (rows[i][k] / top[k]) * top[j]);',
    '  }',
    `  return ${inverts ? 'rows.map((row) => row.slice(a.length))' : 'r'};`,
    '};',
  ];
  return lines.join('\n');
};

const HELPERS: Readonly<Record<Helper, string>> = {
  inv: elimination('inv', '', '', ''),
  det: elimination('det', '1', 'r = -r', 'r *= top[k]'),
  logabsdet: elimination('logabsdet', '0', '', 'r += Math.log(Math.abs(top[k]))'),
  sum: loop('0', 'r + f(i)'),
  prod: loop('1', 'r * f(i)'),
  max: loop('-Infinity', 'Math.max(r, f(i))'),
  min: loop('Infinity', 'Math.min(r, f(i))'),
  erf: `(x: number): number => {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  let r = a < 2 ? 1 : a;
  if (a < 2) for (let k = 40; k > 0; k -= 1) r = 1 + ((2 * a * a) / (2 * k + 1)) * r;
  else for (let k = 80; k > 0; k -= 1) r = a + k / 2 / r;
  const g = Math.exp(-a * a) / Math.sqrt(Math.PI);
  return Math.sign(x) * (a < 2 ? 2 * a * g * r : 1 - g / r);
};`,
  lgamma: `(x: number): number => {
  let r = 0;
  for (; x < 15; x += 1) r -= Math.log(x);
  const q = 1 / (x * x);
  const t = 1 / 12 - q * (1 / 360 - q * (1 / 1260 - q * (1 / 1680 - q / 1188)));
  return r + (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + t / x;
};`,
  digamma: `(x: number): number => {
  let r = 0;
  for (; x < 15; x += 1) r -= 1 / x;
  const q = 1 / (x * x);
  const t = q * (1 / 12 - q * (1 / 120 - q * (1 / 252 - q * (1 / 240 - q / 132))));
  return r + Math.log(x) - 0.5 / x - t;
};`,
  trigamma: `(x: number): number => {
  let r = 0;
  for (; x < 15; x += 1) r += 1 / (x * x);
  const q = 1 / (x * x);
  const t = q * (1 / 6 - q * (1 / 30 - q * (1 / 42 - q * (1 / 30 - (q * 5) / 66))));
  return r + (1 + 0.5 / x + t) / x;
};`,
};

/** Declarations of the statements, the last one being the result. */
export function loopCode(
  program: Program,
  extra: readonly Binding[],
  statements: readonly Binding[],
): string {
  const last = statements.at(-1)?.name ?? '';
  const symbols = identifiers(program, statements, last);
  const w: Writer = {
    program,
    naming: createNaming(program, extra),
    symbols,
    layouts: new Map([
      ...program.inputs.map((i) => [i.name, i.shape] as const),
      ...[...program.bindings, ...extra].map(
        (b) => [b.name, b.axes.map((a) => (a.index ? a.size : '1'))] as const,
      ),
    ]),
    sizes: new Map(),
    helpers: new Map(),
    taken: new Set([...symbols.values(), last]),
    matrices: new Map(),
  };
  const own = statements.map(
    (b) =>
      `const ${b === statements.at(-1) ? b.name : (symbols.get(b.name) ?? b.name)} = ${statement(w, b)};`,
  );
  const lines = [
    ...program.inputs.flatMap((input) => matrixLines(w, input.name)),
    ...own.flatMap((line, k) => [line, ...matrixLines(w, statements[k]?.name ?? '')]),
  ];
  const helpers = [...w.helpers].map(([op, name]) => `const ${name} = ${HELPERS[op]}`);
  const lengths = [...w.sizes].map(([size, name]) => `const ${name} = ${lengthOf(w, size)};`);
  return `${[...helpers, ...lengths, ...lines].join('\n')}\n`;
}

function lengthOf(w: Writer, size: Size): string {
  for (const input of w.program.inputs) {
    const axis = input.shape.indexOf(size);
    if (axis >= 0) return `${w.symbols.get(input.name) ?? input.name}${'[0]'.repeat(axis)}.length`;
  }
  return `NaN; // the length ${size}, which no input has as an axis`;
}

function sizeCode(w: Writer, size: Size): string {
  if (/^\d+$/.test(size)) return size;
  const name = w.sizes.get(size) ?? fresh(identifier(size), 'n_', w.taken);
  w.sizes.set(size, name);
  return name;
}

function helper(w: Writer, op: Helper): string {
  const name = w.helpers.get(op) ?? fresh(op, '_', w.taken);
  w.helpers.set(op, name);
  return name;
}

/** A variable for an index: its letter, with a number for the second one of a size. */
function variable(w: Writer, index: IndexNode, scope: Scope): string {
  const letter = identifier(w.naming.letter(index.size));
  const used = new Set([...scope.values(), ...w.taken]);
  let name = letter;
  for (let k = 2; used.has(name); k += 1) name = `${letter}${k}`;
  return name;
}

function statement(w: Writer, binding: Binding): string {
  const nest = (k: number, scope: Scope): string => {
    const axis = binding.axes[k];
    if (!axis) return write(w, binding.def, scope).text;
    if (!axis.index) return `[${nest(k + 1, scope)}]`;
    const name = variable(w, axis.index, scope);
    const inner = nest(k + 1, new Map(scope).set(axis.index.name, name));
    return `Array.from({ length: ${sizeCode(w, axis.size)} }, (_, ${name}) => ${inner})`;
  };
  return nest(0, new Map());
}

const atom = (text: string): Code => ({ text, level: LEVEL.atom });

function write(w: Writer, node: Node, scope: Scope): Code {
  const sub = (n: Node, level: number): string => wrap(write(w, n, scope), level);
  switch (node.kind) {
    case 'num':
    case 'mul':
      return product(w, node, scope);
    case 'const':
      return atom(node.name === 'pi' ? 'Math.PI' : node.name);
    case 'size':
      return atom(sizeCode(w, node.size));
    case 'index':
      return atom(scope.get(node.name) ?? node.name);
    case 'sym':
      return symbol(w, node, scope);
    case 'matrix':
      return matrix(w, node, scope);
    case 'add': {
      const list = terms(w.program.arena, node).map((t, k) => {
        const sign = k === 0 ? (t.negative ? '-' : '') : t.negative ? ' - ' : ' + ';
        const text = sub(t.node, LEVEL.product);
        return sign === '-' ? negated(text) : sign + text;
      });
      return { text: list.join(''), level: LEVEL.sum };
    }
    case 'pow': {
      const [base, exponent] = node.args as [Node, Node];
      const root = radicand(node);
      if (root) return atom(`Math.sqrt(${sub(root, LEVEL.compare)})`);
      const f = fraction(w.program.arena, node);
      if (f.denominator.length + f.sizes.length > 0) return product(w, node, scope);
      return { text: `${sub(base, LEVEL.atom)} ** ${sub(exponent, LEVEL.atom)}`, level: LEVEL.power };
    }
    case 'call': {
      const template = opRow(node.fn).code.typescript;
      const own = OWN_FUNCTIONS.find((name) => name === node.fn);
      const named = own ? template.replace(own, helper(w, own)) : template;
      return fillTemplate(
        named,
        node.args.map((a) => write(w, a, scope)),
      );
    }
    case 'cmp':
      return atom(`Number(${comparison(w, node, scope)})`);
    case 'where':
      return atom(
        `(${condition(w, node.args[0] as Node, scope)} ? ${sub(node.args[1] as Node, LEVEL.sum)} : ${sub(node.args[2] as Node, LEVEL.sum)})`,
      );
    case 'delta':
      return atom(`Number(${node.args.map((a) => sub(a, LEVEL.sum)).join(' === ')})`);
    case 'reduce':
      return reduction(w, node, scope);
    case 'diff':
      throw new RangeError('a derivative that has not been carried out has no code');
  }
}

/** A function of a matrix is computed once, for all of its elements. */
function matrix(w: Writer, node: MatrixNode, scope: Scope): Code {
  const key = `${node.fn} ${node.name}`;
  const known = w.matrices.get(key);
  const variable =
    known?.variable ??
    fresh(`${w.symbols.get(node.name) ?? node.name}_${node.fn}`.replace(/\W/g, '_'), '_', w.taken);
  w.matrices.set(key, { variable, fn: node.fn, name: node.name });
  const at = node.args.map((arg) => `[${write(w, arg, scope).text}]`);
  return atom(variable + at.join(''));
}

/** The declarations of functions of `name`, which exist from here on. */
function matrixLines(w: Writer, name: string): string[] {
  const shape = w.layouts.get(name) ?? [];
  return [...w.matrices.values()]
    .filter((m) => m.name === name)
    .map(({ variable, fn }) => {
      let code = helper(w, fn);
      for (let axis = 2; axis < shape.length; axis += 1) code = `(a: number[][][]) => a.map(${code})`;
      const callee = shape.length > 2 ? `(${code})` : code;
      return `const ${variable} = ${callee}(${w.symbols.get(name) ?? name});`;
    });
}

function symbol(w: Writer, node: SymNode, scope: Scope): Code {
  const layout = w.layouts.get(node.name) ?? node.args.map(() => '');
  let k = 0;
  const at = layout.map((size) => {
    const position = size === '1' ? undefined : node.args[k++];
    return `[${position ? write(w, position, scope).text : '0'}]`;
  });
  return atom((w.symbols.get(node.name) ?? node.name) + at.join(''));
}

function reduction(w: Writer, node: ReduceNode, scope: Scope): Code {
  const { index, body } = w.program.arena.open(node);
  const name = variable(w, index, scope);
  const inner = write(w, body, new Map(scope).set(index.name, name)).text;
  return atom(`${helper(w, node.op)}(${sizeCode(w, index.size)}, (${name}) => ${inner})`);
}

const STRICT: Readonly<Record<string, string>> = { '==': '===', '!=': '!==' };

function comparison(w: Writer, node: CmpNode, scope: Scope): string {
  const [left = '', right = ''] = node.args.map((a) => wrap(write(w, a, scope), LEVEL.sum));
  const rel = readsSwapped(node) ? SWAPPED[node.rel] : node.rel;
  const sign = STRICT[rel] ?? rel;
  return readsSwapped(node) ? `${right} ${sign} ${left}` : `${left} ${sign} ${right}`;
}

const condition = (w: Writer, node: Node, scope: Scope): string =>
  node.kind === 'cmp' ? comparison(w, node, scope) : `${wrap(write(w, node, scope), LEVEL.sum)} !== 0`;

/** A minus sign may not stand in front of a power. */
const negated = (text: string): string => (text.includes('**') ? `-(${text})` : `-${text}`);

function product(w: Writer, node: Node, scope: Scope): Code {
  const f = fraction(w.program.arena, node);
  const top = f.numerator.map((n) => wrap(write(w, n, scope), LEVEL.unary));
  if (f.num !== 1 || top.length === 0) top.unshift(String(f.num));
  const bottom = [...f.sizes, ...f.denominator].map((d) => wrap(write(w, d.node, scope), LEVEL.unary));
  if (f.den !== 1) bottom.unshift(String(f.den));
  const divisor = bottom.length > 1 ? ` / (${bottom.join(' * ')})` : bottom.map((b) => ` / ${b}`).join('');
  const single = top.length === 1 && bottom.length === 0;
  const level = f.negative ? LEVEL.sum : single ? LEVEL.unary : LEVEL.product;
  const text = top.join(' * ') + divisor;
  return {
    text: f.negative ? negated(text) : text,
    level: node.kind === 'num' && single && !f.negative ? LEVEL.atom : level,
  };
}
