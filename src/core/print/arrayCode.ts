/** Array forms as source for NumPy and the libraries that share its vocabulary. */
import type { Size } from '../expr';
import { opRow, type CodeTarget } from '../ops';
import {
  indicesOf,
  parts,
  type CallForm,
  type CompareForm,
  type CumulativeForm,
  type Dim,
  type Form,
  type FullForm,
  type MatrixFunctionForm,
  type OneHotForm,
  type ProductForm,
  type ReduceForm,
  type TakeForm,
  type ViewForm,
  type WhereForm,
} from '../array/form';
import { isDecimal } from '../rational';
import { fillTemplate, LEVEL, wrap, type Code } from './template';

export type ArrayTarget = Exclude<CodeTarget, 'typescript'>;

export interface ArrayDialect {
  readonly target: ArrayTarget;
  /** The code that stands for a symbol. */
  symbol(name: string): string;
  /** The variable that holds the inverse of a symbol; null where none does. */
  inverse(name: string): string | null;
  /** The variable that holds one-hot rows, as numbers of the program's element type; null where none does. */
  oneHot(form: OneHotForm): string | null;
  /** The variable that holds a size; called for every size that is used. */
  size(size: Size): string;
  /** Whether a symbol may hold a number of the language, which is no tensor. */
  isNumber(name: string): boolean;
  /** An array of the program whose element type new arrays take; null where there is none. */
  readonly real: string | null;
}

const LIBRARY: Readonly<Record<ArrayTarget, string>> = { numpy: 'np', torch: 'torch', jax: 'jnp' };

/** Expression code for `form`. */
export function arrayCode(form: Form, dialect: ArrayDialect): string {
  return write(form, dialect).text;
}

const atom = (text: string): Code => ({ text, level: LEVEL.atom });

function write(form: Form, d: ArrayDialect): Code {
  const lib = LIBRARY[d.target];
  const sub = (f: Form, level: number): string => wrap(write(f, d), level);
  switch (form.kind) {
    case 'symbol':
      return atom(d.symbol(form.name));
    case 'scalar':
      return scalar(form.node, d);
    case 'range':
      return atom(`${lib}.arange(${d.size(form.size)})`);
    case 'add':
      return {
        level: LEVEL.sum,
        text: form.terms
          .map((t, k) => {
            const text = wrap(
              operand(
                t.form,
                form.terms.map((other) => other.form),
                d,
              ),
              LEVEL.product,
            );
            return k === 0 ? (t.negative ? `-${text}` : text) : `${t.negative ? ' - ' : ' + '}${text}`;
          })
          .join(''),
      };
    case 'product':
      return product(form, d);
    case 'power':
      return { text: `${sub(form.base, LEVEL.atom)}**${sub(form.exponent, LEVEL.atom)}`, level: LEVEL.power };
    case 'root': {
      const number = d.target === 'torch' && isPlain(form.arg, d);
      return atom(`${number ? 'math' : lib}.sqrt(${sub(form.arg, LEVEL.compare)})`);
    }
    case 'call':
      return call(form, d);
    case 'compare':
      return compare(form, d);
    case 'oneHot':
      return atom(oneHot(form, d, false));
    case 'where':
      return choice(form, d);
    case 'matmul':
      return {
        text: `${sub(form.left, LEVEL.unary)} @ ${sub(form.right, LEVEL.unary)}`,
        level: LEVEL.product,
      };
    case 'outer':
      return atom(`${lib}.outer(${sub(form.left, LEVEL.compare)}, ${sub(form.right, LEVEL.compare)})`);
    case 'reduce':
      return reduction(form, d);
    case 'transpose':
      if (form.order.length === 2) return atom(`${sub(form.arg, LEVEL.atom)}.T`);
      return atom(
        `${lib}.${d.target === 'torch' ? 'permute' : 'transpose'}(${sub(form.arg, LEVEL.compare)}, (${form.order.join(', ')}))`,
      );
    case 'view':
      return atom(`${sub(form.arg, LEVEL.atom)}[${viewIndex(form)}]`);
    case 'take':
      return atom(`${sub(form.arg, LEVEL.atom)}[${takeIndex(form, d)}]`);
    case 'matrix':
      return atom(matrixFunction(form, d));
    case 'diagonal':
    case 'diag':
      return atom(`${lib}.diag(${sub(form.arg, LEVEL.compare)})`);
    case 'cumulative':
      return atom(cumulative(form, d));
    case 'einsum':
      return einsum(form.args, form.dims, d);
    case 'full':
      return full(form, d);
  }
}

function cumulative(form: CumulativeForm, d: ArrayDialect): string {
  const { arg, axis, reverse, dims } = form;
  const lib = LIBRARY[d.target];
  const torch = d.target === 'torch';
  const along = dims.length > 1 || torch ? `, ${torch ? 'dim' : 'axis'}=${axis}` : '';
  const inner = write(arg, d);
  if (!reverse) return `${lib}.cumsum(${inner.text}${along})`;
  if (torch) return `torch.flip(torch.cumsum(torch.flip(${inner.text}, (${axis},))${along}), (${axis},))`;
  const turn = `[${':, '.repeat(axis)}::-1]`;
  return `${lib}.cumsum(${wrap(inner, LEVEL.atom)}${turn}${along})${turn}`;
}

function matrixFunction(form: MatrixFunctionForm, d: ArrayDialect): string {
  const library = `${LIBRARY[d.target]}.linalg`;
  const arg = d.symbol(form.arg.name);
  if (form.fn === 'inv') return d.inverse(form.arg.name) ?? `${library}.inv(${arg})`;
  return form.fn === 'det' ? `${library}.det(${arg})` : `${library}.slogdet(${arg})[1]`;
}

function choice({ condition, then, otherwise, dims }: WhereForm, d: ArrayDialect): Code {
  const [c, a, b] = [write(condition, d), write(then, d), write(otherwise, d)];
  const isTorch = d.target === 'torch';
  const plain = (f: Form): boolean => isTorch && isPlain(f, d);
  const fits = (f: Form): boolean => f.dims.length === dims.length && f.dims.every((x, k) => x === dims[k]);
  if (plain(condition) && fits(then) && fits(otherwise)) {
    const [chosen, other] = [wrap(a, LEVEL.sum), wrap(b, LEVEL.sum)];
    return { text: `${chosen} if ${c.text} else ${other}`, level: LEVEL.compare };
  }
  const mask = plain(condition) ? asTensor(c, null) : c;
  // Two numbers would make an array of the default element type.
  const first = plain(then) && plain(otherwise) ? asTensor(a, d) : a;
  return atom(`${LIBRARY[d.target]}.where(${mask.text}, ${first.text}, ${b.text})`);
}

function scalar(node: Extract<Form, { kind: 'scalar' }>['node'], d: ArrayDialect): Code {
  if (node.kind === 'size') return atom(d.size(node.size));
  if (node.kind === 'const') {
    const pi = d.target === 'torch' ? 'math.pi' : `${LIBRARY[d.target]}.pi`;
    return atom(node.name === 'pi' ? pi : node.name);
  }
  const whole = node.den === 1 || isDecimal(node.den);
  const text = whole ? String(Math.abs(node.num) / node.den) : `${Math.abs(node.num)} / ${node.den}`;
  if (node.num < 0) return { text: `-${text}`, level: LEVEL.sum };
  return { text, level: whole ? LEVEL.atom : LEVEL.product };
}

/** Functions of numbers in the language itself, for those of the library, which take tensors alone. */
const OF_NUMBERS: Readonly<Record<string, string>> = {
  abs: 'abs',
  maximum: 'max',
  minimum: 'min',
  ...Object.fromEntries(
    ['exp', 'log', 'log1p', 'expm1', 'sin', 'cos', 'tan', 'sinh', 'cosh', 'tanh', 'erf'].map((name) => [
      name,
      `math.${name}`,
    ]),
  ),
};

/** The keyword by which `clamp` takes the other argument. */
const CLAMPS: Readonly<Record<string, string>> = { maximum: 'min', minimum: 'max' };

/** Whether the code of `form` in PyTorch may have a number for its value, which is no tensor. */
export function isPlain(form: Form, d: ArrayDialect): boolean {
  if (form.kind === 'symbol') return form.dims.length === 0 && d.isNumber(form.name);
  if (form.kind === 'scalar') return true;
  if (form.kind === 'call' && !Object.hasOwn(OF_NUMBERS, form.fn)) return false;
  const arithmetic = ['add', 'product', 'power', 'root', 'call', 'compare', 'where'].includes(form.kind);
  return arithmetic && form.dims.length === 0 && parts(form).every((part) => isPlain(part, d));
}

function call(form: CallForm, d: ArrayDialect): Code {
  const args = form.args.map((a) => write(a, d));
  const plain = form.args.map((a) => isPlain(a, d));
  if (d.target !== 'torch' || !plain.includes(true)) return fillTemplate(opRow(form.fn).code[d.target], args);
  const own = OF_NUMBERS[form.fn];
  if (own !== undefined && !plain.includes(false))
    return atom(`${own}(${args.map((a) => a.text).join(', ')})`);
  const keyword = CLAMPS[form.fn];
  const [tensor, number] = plain[0] ? [args[1], args[0]] : args;
  if (keyword !== undefined && tensor && number)
    return atom(`torch.clamp(${tensor.text}, ${keyword}=${number.text})`);
  return fillTemplate(
    opRow(form.fn).code.torch,
    args.map((a, k) => (plain[k] ? asTensor(a, d) : a)),
  );
}

/** A number as a tensor, of the element type of the program's arrays unless `d` is null. */
const asTensor = (code: Code, d: ArrayDialect | null): Code =>
  atom(`torch.as_tensor(${code.text}${d ? elementType(d) : ''})`);

const elementType = (d: ArrayDialect): string =>
  d.target === 'torch' && d.real ? `, dtype=${d.real}.dtype` : '';

/** An operand among others: whole numbers take the element type of an array of reals that they meet. */
function operand(form: Form, among: readonly Form[], d: ArrayDialect): Code {
  const turned = form.kind === 'transpose' ? form.arg : form;
  if (turned.kind !== 'oneHot') return write(form, d);
  const holdsReals = (f: Form): boolean =>
    f.kind === 'symbol' ? f.dims.length > 0 : f.kind !== 'oneHot' && parts(f).some(holdsReals);
  return atom(`${oneHot(turned, d, among.some(holdsReals))}${turned === form ? '' : '.T'}`);
}

/** Rows of the identity, one for each label; `meetsReals` where its element type does not matter. */
function oneHot(form: OneHotForm, d: ArrayDialect, meetsReals: boolean): string {
  const variable = d.oneHot(form);
  if (variable !== null) return variable;
  const labels = write(form.labels, d).text;
  const size = d.size(form.size);
  if (d.target === 'numpy') return `np.eye(${size})[${labels}]`;
  if (d.target === 'jax') return `jax.nn.one_hot(${labels}, ${size})`;
  // A single label may be a number, for which the library has no one-hot vector.
  if (form.labels.dims.length === 0) return `torch.eye(${size}${elementType(d)})[${labels}]`;
  const whole = `torch.nn.functional.one_hot(${labels}, ${size})`;
  if (meetsReals) return whole;
  return d.real ? `${whole}.to(${d.real}.dtype)` : `${whole}.to(torch.get_default_dtype())`;
}

/** 0 and 1 by a choice: libraries add, negate and multiply truth values in ways of their own. */
function compare(form: CompareForm, d: ArrayDialect): Code {
  if (form.mask) return bare(form, d);
  const lib = LIBRARY[d.target];
  const size = identitySize(form);
  if (size !== null) return atom(`${lib}.eye(${d.size(size)}${elementType(d)})`);
  if (d.target === 'torch' && isPlain(form, d)) return atom(`float(${bare(form, d).text})`);
  if (d.target === 'torch' && d.real) return atom(`(${bare(form, d).text}).to(${d.real}.dtype)`);
  return atom(`${lib}.where(${bare(form, d).text}, 1.0, 0.0)`);
}

function bare(form: CompareForm, d: ArrayDialect): Code {
  const sides = [form.left, form.right].map((f) => wrap(write(f, d), LEVEL.sum));
  return { text: sides.join(` ${form.rel} `), level: LEVEL.compare };
}

/** The size of the identity matrix that a comparison of two ranges is, else null. */
function identitySize(form: CompareForm): Size | null {
  const range = (f: Form): Extract<Form, { kind: 'range' }> | null =>
    f.kind === 'range' ? f : f.kind === 'view' && f.arg.kind === 'range' ? f.arg : null;
  const [left, right] = [range(form.left), range(form.right)];
  if (form.rel !== '==' || !left || !right || form.dims.length !== 2) return null;
  return left.size === right.size && left.dims[0] !== right.dims[0] ? left.size : null;
}

function product(form: ProductForm, d: ArrayDialect): Code {
  const isIndicator = (f: Form): f is CompareForm =>
    f.kind === 'compare' && !f.mask && identitySize(f) === null;
  const values = form.top.filter((f) => !isIndicator(f));
  const indicators = form.top.filter(isIndicator);
  const sole = form.top.length === 1 && form.num === 1 && !form.negative;
  const all = [...form.top, ...form.bottom];
  const top = values.map((f) => wrap(operand(f, all, d), sole ? LEVEL.product : LEVEL.unary));
  if (form.num !== 1) top.unshift(String(form.num));
  // Once a number stands in the product, truth values act as 0 and 1.
  indicators.forEach((f) => {
    top.push(top.length === 0 ? compare(f, d).text : `(${bare(f, d).text})`);
  });
  const bottom = form.bottom.map((f) => wrap(write(f, d), LEVEL.unary));
  if (form.den !== 1) bottom.unshift(String(form.den));
  const divisor =
    bottom.length === 0 ? '' : ` / ${bottom.length === 1 ? bottom.join('') : `(${bottom.join(' * ')})`}`;
  const text = `${form.negative ? '-' : ''}${top.length === 0 ? '1' : top.join(' * ')}${divisor}`;
  return { text, level: form.negative ? LEVEL.sum : LEVEL.product };
}

const REDUCERS: Readonly<Record<ReduceForm['op'], Readonly<Record<ArrayTarget, string>>>> = {
  sum: { numpy: 'np.sum', torch: 'torch.sum', jax: 'jnp.sum' },
  max: { numpy: 'np.max', torch: 'torch.amax', jax: 'jnp.max' },
  min: { numpy: 'np.min', torch: 'torch.amin', jax: 'jnp.min' },
  prod: { numpy: 'np.prod', torch: 'torch.prod', jax: 'jnp.prod' },
};

function reduction(form: ReduceForm, d: ArrayDialect): Code {
  const torch = d.target === 'torch';
  if (form.op === 'sum' && form.arg.kind === 'diagonal' && form.dims.length === 0)
    return atom(`${LIBRARY[d.target]}.trace(${write(form.arg.arg, d).text})`);
  const arg = write(form.arg, d).text;
  const whole = form.axes.length === form.arg.dims.length && !form.keep;
  const axes = form.axes.length === 1 ? String(form.axes[0]) : `(${form.axes.join(', ')})`;
  const along = whole ? '' : `, ${torch ? 'dim' : 'axis'}=${axes}`;
  const keep = form.keep ? `, ${torch ? 'keepdim' : 'keepdims'}=True` : '';
  return atom(`${REDUCERS[form.op][d.target]}(${arg}${along}${keep})`);
}

/** `:, None` with what is redundant left out. */
function viewIndex(form: ViewForm): string {
  const last = form.parts.findLastIndex((p) => p !== 'keep');
  return form.parts
    .slice(0, last + 1)
    .map((p) => (p === 'keep' ? ':' : p === 'drop' ? '0' : 'None'))
    .join(', ');
}

/** Positions along the axes; whole rows at an array of positions need no word of the axes behind. */
function takeIndex({ at }: TakeForm, d: ArrayDialect): string {
  const [first] = at;
  const rows = first && first.dims.length > 0 && at.slice(1).every((f) => f === null);
  return (rows ? [first] : at).map((f) => (f ? positionCode(f, d) : ':')).join(', ');
}

/** Places beyond the end, which a choice leaves out, must be there all the same: they start over, as negative ones do. */
function positionCode(form: Form, d: ArrayDialect): string {
  const text = write(form, d).text;
  const terms = form.kind === 'add' ? form.terms : [];
  const range = terms.find((term) => term.form.kind === 'range')?.form;
  return range?.kind === 'range' && terms.every(({ negative }) => !negative)
    ? `(${text}) % ${d.size(range.size)}`
    : text;
}

function einsum(args: readonly Form[], dims: readonly Dim[], d: ArrayDialect): Code {
  const letters = new Map<string, string>();
  const letter = (index: string): string => {
    const known = letters.get(index) ?? 'ijklmnopqrstuvwxyz'.charAt(letters.size);
    letters.set(index, known);
    return known;
  };
  const spell = (list: readonly Dim[]): string => indicesOf(list).map(letter).join('');
  const inputs = args.map((a) => spell(a.dims)).join(',');
  const list = args
    .map((a) => (d.target === 'torch' && isPlain(a, d) ? asTensor(write(a, d), d) : write(a, d)).text)
    .join(', ');
  return atom(`${LIBRARY[d.target]}.einsum('${inputs}->${spell(dims)}', ${list})`);
}

function full(form: FullForm, d: ArrayDialect): Code {
  const lib = LIBRARY[d.target];
  const lengths = form.sizes.map((s) => (/^\d+$/.test(s) ? s : d.size(s)));
  const shape = `(${lengths.join(', ')}${lengths.length === 1 ? ',' : ''})`;
  const value = write(form.arg, d);
  if (value.text === '1') return atom(`${lib}.ones(${shape}${elementType(d)})`);
  if (value.text === '0') return atom(`${lib}.zeros(${shape}${elementType(d)})`);
  if (d.target !== 'torch') return atom(`${lib}.full(${shape}, ${value.text})`);
  return {
    text: `${wrap(value, LEVEL.unary)} * ${lib}.ones(${shape}${elementType(d)})`,
    level: LEVEL.product,
  };
}
