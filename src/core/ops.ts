/** THE operator table: one row per elementwise function. A new row needs no other code and no new test. */
import type { Arena, Node } from './expr';
import { digamma, lgamma, tetragamma, trigamma } from './gamma';
import { erf, logaddexp, roundHalfEven, sigmoid, softplus } from './special';

export type CodeTarget = 'numpy' | 'torch' | 'jax' | 'typescript';
export const CODE_TARGETS: readonly CodeTarget[] = ['numpy', 'torch', 'jax', 'typescript'];

/** A real interval with what of it is excluded. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly open: boolean;
}

/** How a derivative is carried out and explained, for one argument. */
export interface DerivativeRule {
  /** Frozen rule id, e.g. `log-derivative`. */
  readonly rule: string;
  /** The rule as LaTeX, over x (and y for a second argument). */
  readonly formula: string;
  /** ∂out/∂arg; may use the operator's own output (σ' = a(1 − a)). */
  readonly build: (arena: Arena, args: readonly Node[], out: Node) => Node;
}

export interface OpRow {
  readonly name: string;
  /** English name as it stands in a sentence: "the natural logarithm". */
  readonly title: string;
  /** One entry per argument; null where the function is not differentiable in it. */
  readonly derivatives: readonly (DerivativeRule | null)[];
  /** Float64 value; NaN outside the domain. */
  readonly evaluate: (...args: number[]) => number;
  /** ∂out/∂arg as numbers, one entry per argument: closed forms of their own, so that they can check `derivatives`. */
  readonly slopes: readonly ((...args: number[]) => number)[];
  /** Where each argument must lie. */
  readonly domain: readonly Interval[];
  readonly range: Interval;
  /** Arguments at which the function has a kink or a jump (first argument), e.g. 0 for abs. */
  readonly kinks: readonly number[];
  /** The piece that the arguments lie in, for functions made of smooth pieces; null where there is one piece. */
  readonly branch: ((...args: number[]) => number) | null;
  readonly parity: 'odd' | 'even' | 'none';
  /** Whether derivatives hold its value constant although it depends on the argument: then slopes are no slopes of it. */
  readonly isHeld: boolean;
  /**
   * Templates over $0, $1, … ; each argument is printed ready to stand in a call's parentheses. Parentheses around one
   * argument that do not follow a name (`-($0)`) are dropped where the argument does not need them.
   */
  readonly latex: string;
  readonly text: string;
  readonly code: Readonly<Record<CodeTarget, string>>;
}

const ALL: Interval = { low: -Infinity, high: Infinity, open: true };
const closed = (low: number, high: number): Interval => ({ low, high, open: false });
const open = (low: number, high: number): Interval => ({ low, high, open: true });

type Build = DerivativeRule['build'];

/** The one argument of a unary operator. */
const x = (args: readonly Node[]): Node => nth(args, 0);
function nth(args: readonly Node[], k: number): Node {
  const arg = args[k];
  if (!arg) throw new RangeError(`an operator lacks argument ${k}`);
  return arg;
}
const square = (a: Arena, n: Node): Node => a.pow(n, a.num(2));
const reciprocal = (a: Arena, n: Node): Node => a.pow(n, a.minusOne);
const inverseRoot = (a: Arena, n: Node): Node => a.pow(n, a.num(-1, 2));
const isLiteral = (n: Node): boolean => n.kind === 'num' || n.kind === 'const';

const rule = (id: string, formula: string, build: Build): DerivativeRule => ({ rule: id, formula, build });

/** Derivative of a step function: 0 wherever it exists. */
const flat = (latex: string): DerivativeRule =>
  rule('piecewise-constant-derivative', `\\frac{d}{dx}${latex} = 0`, (a) => a.zero);

type Shape = Omit<OpRow, 'domain' | 'range' | 'kinks' | 'branch' | 'parity' | 'isHeld' | 'text' | 'code'> &
  Partial<Pick<OpRow, 'domain' | 'range' | 'kinks' | 'branch' | 'parity' | 'isHeld'>> & {
    /** numpy, torch, jax, typescript; a name without `$` is a call of it with all arguments. */
    readonly targets: readonly [string, string, string, string];
  };

function row({ targets, ...shape }: Shape): OpRow {
  const params = shape.derivatives.map((_, k) => `$${k}`).join(', ');
  const call = (template: string): string => (template.includes('$') ? template : `${template}(${params})`);
  const [numpy, torch, jax, typescript] = targets;
  return {
    domain: shape.derivatives.map(() => ALL),
    range: ALL,
    kinks: [],
    branch: null,
    parity: 'none',
    isHeld: false,
    ...shape,
    text: call(shape.name),
    code: { numpy: call(numpy), torch: call(torch), jax: call(jax), typescript: call(typescript) },
  };
}

/** Targets that call the function `name` in every library. */
const everywhere = (name: string, math = name): [string, string, string, string] => [
  `np.${name}`,
  `torch.${name}`,
  `jnp.${name}`,
  `Math.${math}`,
];

const rows: readonly OpRow[] = [
  row({
    name: 'exp',
    title: 'the exponential',
    derivatives: [rule('exp-derivative', '\\frac{d}{dx}e^x = e^x', (_, __, out) => out)],
    evaluate: Math.exp,
    slopes: [Math.exp],
    range: open(0, Infinity),
    latex: 'e^{$0}',
    targets: everywhere('exp'),
  }),
  row({
    name: 'log',
    title: 'the natural logarithm',
    derivatives: [
      rule('log-derivative', '\\frac{d}{dx}\\log x = \\frac{1}{x}', (a, args) => reciprocal(a, x(args))),
    ],
    evaluate: Math.log,
    slopes: [(v) => (v > 0 ? 1 / v : NaN)],
    domain: [open(0, Infinity)],
    latex: '\\log($0)',
    targets: everywhere('log'),
  }),
  row({
    name: 'log1p',
    title: 'the logarithm of 1 + x',
    derivatives: [
      rule('log1p-derivative', '\\frac{d}{dx}\\log(1 + x) = \\frac{1}{1 + x}', (a, args) =>
        reciprocal(a, a.add(a.one, x(args))),
      ),
    ],
    evaluate: Math.log1p,
    slopes: [(v) => (v > -1 ? 1 / (1 + v) : NaN)],
    domain: [open(-1, Infinity)],
    latex: '\\operatorname{log1p}($0)',
    targets: everywhere('log1p'),
  }),
  row({
    name: 'expm1',
    title: 'the exponential minus 1',
    derivatives: [
      rule('expm1-derivative', '\\frac{d}{dx}(e^x - 1) = e^x', (a, args) => a.call('exp', x(args))),
    ],
    evaluate: Math.expm1,
    slopes: [Math.exp],
    range: open(-1, Infinity),
    latex: '\\operatorname{expm1}($0)',
    targets: everywhere('expm1'),
  }),
  row({
    name: 'tanh',
    title: 'the hyperbolic tangent',
    derivatives: [
      rule('tanh-derivative', '\\frac{d}{dx}\\tanh x = 1 - \\tanh^2 x', (a, _, out) =>
        a.sub(a.one, square(a, out)),
      ),
    ],
    evaluate: Math.tanh,
    slopes: [(v) => Math.cosh(v) ** -2],
    range: open(-1, 1),
    parity: 'odd',
    latex: '\\tanh($0)',
    targets: everywhere('tanh'),
  }),
  row({
    name: 'sigmoid',
    title: 'the logistic sigmoid',
    derivatives: [
      rule('sigmoid-derivative', "\\sigma'(x) = \\sigma(x)\\,(1 - \\sigma(x))", (a, _, out) =>
        a.mul(out, a.sub(a.one, out)),
      ),
    ],
    evaluate: sigmoid,
    slopes: [(v) => sigmoid(v) * sigmoid(-v)],
    range: open(0, 1),
    latex: '\\sigma($0)',
    targets: ['1 / (1 + np.exp(-($0)))', 'torch.sigmoid', 'jax.nn.sigmoid', '1 / (1 + Math.exp(-($0)))'],
  }),
  row({
    name: 'softplus',
    title: 'the softplus',
    derivatives: [
      rule('softplus-derivative', '\\frac{d}{dx}\\log(1 + e^x) = \\sigma(x)', (a, args) =>
        a.call('sigmoid', x(args)),
      ),
    ],
    evaluate: softplus,
    slopes: [sigmoid],
    range: open(0, Infinity),
    latex: '\\operatorname{softplus}($0)',
    targets: [
      'np.logaddexp(0, $0)',
      'torch.nn.functional.softplus',
      'jax.nn.softplus',
      'Math.max($0, 0) + Math.log1p(Math.exp(-Math.abs($0)))',
    ],
  }),
  row({
    name: 'relu',
    title: 'the rectifier',
    derivatives: [
      rule('relu-derivative', '\\frac{d}{dx}\\max(0, x) = [x > 0]', (a, args) =>
        a.compare('>', x(args), a.zero),
      ),
    ],
    evaluate: (v) => (v > 0 ? v : v <= 0 ? 0 : NaN),
    slopes: [(v) => (v > 0 ? 1 : 0)],
    range: closed(0, Infinity),
    kinks: [0],
    branch: Math.sign,
    latex: '\\max(0, $0)',
    targets: ['np.maximum(0, $0)', 'torch.relu', 'jax.nn.relu', 'Math.max(0, $0)'],
  }),
  row({
    name: 'abs',
    title: 'the absolute value',
    derivatives: [
      rule('abs-derivative', '\\frac{d}{dx}|x| = \\operatorname{sign}(x)', (a, args) =>
        a.call('sign', x(args)),
      ),
    ],
    evaluate: Math.abs,
    slopes: [Math.sign],
    range: closed(0, Infinity),
    kinks: [0],
    branch: Math.sign,
    parity: 'even',
    latex: '\\left|$0\\right|',
    targets: everywhere('abs'),
  }),
  row({
    name: 'sign',
    title: 'the sign',
    derivatives: [flat('\\operatorname{sign}(x)')],
    evaluate: Math.sign,
    slopes: [() => 0],
    range: closed(-1, 1),
    kinks: [0],
    branch: Math.sign,
    parity: 'odd',
    latex: '\\operatorname{sign}($0)',
    targets: everywhere('sign'),
  }),
  row({
    name: 'stop',
    title: 'a value that is held constant',
    derivatives: [
      rule('held-constant', '\\frac{d}{dx}\\operatorname{sg}(x) = 0\\text{: held constant}', (a) => a.zero),
    ],
    evaluate: (v) => v,
    slopes: [() => 0],
    isHeld: true,
    latex: '\\operatorname{sg}($0)',
    targets: ['np.positive', 'torch.Tensor.detach', 'jax.lax.stop_gradient', '+($0)'],
  }),
  row({
    name: 'floor',
    title: 'the floor',
    derivatives: [flat('\\lfloor x \\rfloor')],
    evaluate: Math.floor,
    slopes: [() => 0],
    branch: (v) => Math.floor(v) + (Number.isInteger(v) ? 0.5 : 0),
    latex: '\\left\\lfloor $0 \\right\\rfloor',
    targets: everywhere('floor'),
  }),
  row({
    name: 'ceil',
    title: 'the ceiling',
    derivatives: [flat('\\lceil x \\rceil')],
    evaluate: Math.ceil,
    slopes: [() => 0],
    branch: (v) => Math.floor(v) + (Number.isInteger(v) ? 0.5 : 0),
    latex: '\\left\\lceil $0 \\right\\rceil',
    targets: everywhere('ceil'),
  }),
  row({
    name: 'round',
    title: 'the nearest integer',
    derivatives: [flat('\\operatorname{round}(x)')],
    evaluate: roundHalfEven,
    slopes: [() => 0],
    branch: (v) => Math.floor(v + 0.5) + (Number.isInteger(v + 0.5) ? 0.5 : 0),
    parity: 'odd',
    latex: '\\operatorname{round}($0)',
    targets: everywhere('round'),
  }),
  row({
    name: 'sin',
    title: 'the sine',
    derivatives: [
      rule('sin-derivative', '\\frac{d}{dx}\\sin x = \\cos x', (a, args) => a.call('cos', x(args))),
    ],
    evaluate: Math.sin,
    slopes: [Math.cos],
    range: closed(-1, 1),
    parity: 'odd',
    latex: '\\sin($0)',
    targets: everywhere('sin'),
  }),
  row({
    name: 'cos',
    title: 'the cosine',
    derivatives: [
      rule('cos-derivative', '\\frac{d}{dx}\\cos x = -\\sin x', (a, args) => a.neg(a.call('sin', x(args)))),
    ],
    evaluate: Math.cos,
    slopes: [(v) => -Math.sin(v)],
    range: closed(-1, 1),
    parity: 'even',
    latex: '\\cos($0)',
    targets: everywhere('cos'),
  }),
  row({
    name: 'tan',
    title: 'the tangent',
    derivatives: [
      rule('tan-derivative', '\\frac{d}{dx}\\tan x = 1 + \\tan^2 x', (a, _, out) =>
        a.add(a.one, square(a, out)),
      ),
    ],
    evaluate: Math.tan,
    slopes: [(v) => Math.cos(v) ** -2],
    parity: 'odd',
    latex: '\\tan($0)',
    targets: everywhere('tan'),
  }),
  row({
    name: 'sinh',
    title: 'the hyperbolic sine',
    derivatives: [
      rule('sinh-derivative', '\\frac{d}{dx}\\sinh x = \\cosh x', (a, args) => a.call('cosh', x(args))),
    ],
    evaluate: Math.sinh,
    slopes: [Math.cosh],
    parity: 'odd',
    latex: '\\sinh($0)',
    targets: everywhere('sinh'),
  }),
  row({
    name: 'cosh',
    title: 'the hyperbolic cosine',
    derivatives: [
      rule('cosh-derivative', '\\frac{d}{dx}\\cosh x = \\sinh x', (a, args) => a.call('sinh', x(args))),
    ],
    evaluate: Math.cosh,
    slopes: [Math.sinh],
    range: closed(1, Infinity),
    parity: 'even',
    latex: '\\cosh($0)',
    targets: everywhere('cosh'),
  }),
  row({
    name: 'arcsin',
    title: 'the inverse sine',
    derivatives: [
      rule('arcsin-derivative', '\\frac{d}{dx}\\arcsin x = \\frac{1}{\\sqrt{1 - x^2}}', (a, args) =>
        inverseRoot(a, a.sub(a.one, square(a, x(args)))),
      ),
    ],
    evaluate: Math.asin,
    slopes: [(v) => 1 / Math.sqrt((1 - v) * (1 + v))],
    domain: [closed(-1, 1)],
    range: closed(-Math.PI / 2, Math.PI / 2),
    parity: 'odd',
    latex: '\\arcsin($0)',
    targets: everywhere('arcsin', 'asin'),
  }),
  row({
    name: 'arccos',
    title: 'the inverse cosine',
    derivatives: [
      rule('arccos-derivative', '\\frac{d}{dx}\\arccos x = -\\frac{1}{\\sqrt{1 - x^2}}', (a, args) =>
        a.neg(inverseRoot(a, a.sub(a.one, square(a, x(args))))),
      ),
    ],
    evaluate: Math.acos,
    slopes: [(v) => -1 / Math.sqrt((1 - v) * (1 + v))],
    domain: [closed(-1, 1)],
    range: closed(0, Math.PI),
    latex: '\\arccos($0)',
    targets: everywhere('arccos', 'acos'),
  }),
  row({
    name: 'arctan',
    title: 'the inverse tangent',
    derivatives: [
      rule('arctan-derivative', '\\frac{d}{dx}\\arctan x = \\frac{1}{1 + x^2}', (a, args) =>
        reciprocal(a, a.add(a.one, square(a, x(args)))),
      ),
    ],
    evaluate: Math.atan,
    slopes: [(v) => 1 / (1 + v * v)],
    range: open(-Math.PI / 2, Math.PI / 2),
    parity: 'odd',
    latex: '\\arctan($0)',
    targets: everywhere('arctan', 'atan'),
  }),
  row({
    name: 'arcsinh',
    title: 'the inverse hyperbolic sine',
    derivatives: [
      rule(
        'arcsinh-derivative',
        '\\frac{d}{dx}\\operatorname{arsinh} x = \\frac{1}{\\sqrt{x^2 + 1}}',
        (a, args) => inverseRoot(a, a.add(square(a, x(args)), a.one)),
      ),
    ],
    evaluate: Math.asinh,
    slopes: [(v) => 1 / Math.hypot(v, 1)],
    parity: 'odd',
    latex: '\\operatorname{arsinh}($0)',
    targets: everywhere('arcsinh', 'asinh'),
  }),
  row({
    name: 'arccosh',
    title: 'the inverse hyperbolic cosine',
    derivatives: [
      rule(
        'arccosh-derivative',
        '\\frac{d}{dx}\\operatorname{arcosh} x = \\frac{1}{\\sqrt{x^2 - 1}}',
        (a, args) => inverseRoot(a, a.sub(square(a, x(args)), a.one)),
      ),
    ],
    evaluate: Math.acosh,
    slopes: [(v) => (v > 1 ? 1 / Math.sqrt((v - 1) * (v + 1)) : NaN)],
    domain: [closed(1, Infinity)],
    range: closed(0, Infinity),
    latex: '\\operatorname{arcosh}($0)',
    targets: everywhere('arccosh', 'acosh'),
  }),
  row({
    name: 'arctanh',
    title: 'the inverse hyperbolic tangent',
    derivatives: [
      rule('arctanh-derivative', '\\frac{d}{dx}\\operatorname{artanh} x = \\frac{1}{1 - x^2}', (a, args) =>
        reciprocal(a, a.sub(a.one, square(a, x(args)))),
      ),
    ],
    evaluate: Math.atanh,
    slopes: [(v) => (Math.abs(v) < 1 ? 1 / ((1 - v) * (1 + v)) : NaN)],
    domain: [open(-1, 1)],
    parity: 'odd',
    latex: '\\operatorname{artanh}($0)',
    targets: everywhere('arctanh', 'atanh'),
  }),
  row({
    name: 'erf',
    title: 'the error function',
    derivatives: [
      rule(
        'erf-derivative',
        '\\frac{d}{dx}\\operatorname{erf}(x) = \\frac{2}{\\sqrt{\\pi}}\\,e^{-x^2}',
        (a, args) =>
          a.mul(
            a.num(2),
            inverseRoot(a, a.constant('pi', Math.PI)),
            a.call('exp', a.neg(square(a, x(args)))),
          ),
      ),
    ],
    evaluate: erf,
    slopes: [(v) => (2 / Math.sqrt(Math.PI)) * Math.exp(-v * v)],
    range: open(-1, 1),
    parity: 'odd',
    latex: '\\operatorname{erf}($0)',
    targets: ['np.vectorize(math.erf, otypes=[float])($0)', 'torch.erf', 'jax.scipy.special.erf', 'erf'],
  }),
  row({
    name: 'lgamma',
    title: 'the logarithm of the gamma function',
    derivatives: [
      rule('log-gamma-derivative', '\\frac{d}{dx}\\ln\\Gamma(x) = \\psi(x)', (a, args) =>
        a.call('digamma', x(args)),
      ),
    ],
    evaluate: lgamma,
    slopes: [digamma],
    domain: [open(0, Infinity)],
    latex: '\\ln\\Gamma($0)',
    targets: [
      'np.vectorize(math.lgamma, otypes=[float])($0)',
      'torch.lgamma',
      'jax.scipy.special.gammaln',
      'lgamma',
    ],
  }),
  row({
    name: 'digamma',
    title: 'the digamma function',
    derivatives: [
      rule('digamma-derivative', "\\frac{d}{dx}\\psi(x) = \\psi'(x)", (a, args) =>
        a.call('trigamma', x(args)),
      ),
    ],
    evaluate: digamma,
    slopes: [trigamma],
    domain: [open(0, Infinity)],
    latex: '\\psi($0)',
    targets: ['scipy.special.digamma', 'torch.digamma', 'jax.scipy.special.digamma', 'digamma'],
  }),
  row({
    name: 'trigamma',
    title: 'the trigamma function',
    derivatives: [null],
    evaluate: trigamma,
    slopes: [tetragamma],
    domain: [open(0, Infinity)],
    range: open(0, Infinity),
    latex: "\\psi'($0)",
    targets: [
      'scipy.special.polygamma(1, $0)',
      // `torch.polygamma(1, …)` is right to 8 digits only.
      'torch.special.zeta(2, $0)',
      'jax.scipy.special.polygamma(1, $0)',
      'trigamma',
    ],
  }),
  row({
    name: 'maximum',
    title: 'the larger of two values',
    derivatives: [
      // Ties go to the first argument, unless the second is a literal, where max(x, 0) must act as the rectifier.
      rule('maximum-derivative', '\\frac{\\partial}{\\partial x}\\max(x, y) = [x > y]', (a, args) =>
        a.compare(isLiteral(nth(args, 1)) ? '>' : '>=', nth(args, 0), nth(args, 1)),
      ),
      rule('maximum-derivative', '\\frac{\\partial}{\\partial y}\\max(x, y) = [y > x]', (a, args) =>
        a.compare(isLiteral(nth(args, 1)) ? '>=' : '>', nth(args, 1), nth(args, 0)),
      ),
    ],
    evaluate: (u, v) => Math.max(at(u), at(v)),
    slopes: [(u, v) => Number(at(u) >= at(v)), (u, v) => Number(at(v) > at(u))],
    branch: (u, v) => Math.sign(at(u) - at(v)),
    latex: '\\max($0, $1)',
    targets: ['np.maximum', 'torch.maximum', 'jnp.maximum', 'Math.max'],
  }),
  row({
    name: 'minimum',
    title: 'the smaller of two values',
    derivatives: [
      // A tie belongs to the argument that max leaves out, so that max(x, 0) + min(x, 0) has the slope of x everywhere.
      rule('minimum-derivative', '\\frac{\\partial}{\\partial x}\\min(x, y) = [x < y]', (a, args) =>
        a.compare('<=', nth(args, 0), nth(args, 1)),
      ),
      rule('minimum-derivative', '\\frac{\\partial}{\\partial y}\\min(x, y) = [y < x]', (a, args) =>
        a.compare(isLiteral(nth(args, 0)) ? '<=' : '<', nth(args, 1), nth(args, 0)),
      ),
    ],
    evaluate: (u, v) => Math.min(at(u), at(v)),
    slopes: [(u, v) => Number(at(u) <= at(v)), (u, v) => Number(at(v) < at(u))],
    branch: (u, v) => Math.sign(at(u) - at(v)),
    latex: '\\min($0, $1)',
    targets: ['np.minimum', 'torch.minimum', 'jnp.minimum', 'Math.min'],
  }),
  row({
    name: 'logaddexp',
    title: 'the logarithm of a sum of exponentials',
    derivatives: [
      rule(
        'logaddexp-derivative',
        '\\frac{\\partial}{\\partial x}\\log(e^x + e^y) = \\sigma(x - y)',
        (a, args) => a.call('sigmoid', a.sub(nth(args, 0), nth(args, 1))),
      ),
      rule(
        'logaddexp-derivative',
        '\\frac{\\partial}{\\partial y}\\log(e^x + e^y) = \\sigma(y - x)',
        (a, args) => a.call('sigmoid', a.sub(nth(args, 1), nth(args, 0))),
      ),
    ],
    evaluate: (u, v) => logaddexp(at(u), at(v)),
    slopes: [
      (u, v) => Math.exp(at(u) - logaddexp(at(u), at(v))),
      (u, v) => Math.exp(at(v) - logaddexp(at(u), at(v))),
    ],
    latex: '\\log\\left(e^{$0} + e^{$1}\\right)',
    targets: [
      'np.logaddexp',
      'torch.logaddexp',
      'jnp.logaddexp',
      'Math.max($0, $1) + Math.log1p(Math.exp(-Math.abs(($0) - ($1))))',
    ],
  }),
];

function at(value: number | undefined): number {
  return value ?? NaN;
}

export const OPS: readonly OpRow[] = rows;

const byName: ReadonlyMap<string, OpRow> = new Map(rows.map((r) => [r.name, r]));

export const hasOp = (name: string): boolean => byName.has(name);

/** The row of an elementwise function. Throws a RangeError for a name that has none. */
export function opRow(name: string): OpRow {
  const found = byName.get(name);
  if (!found) throw new RangeError(`no operator is called ${name}`);
  return found;
}
