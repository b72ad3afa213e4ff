/** Special functions and the normal distribution of SciPy in the library function table, by their definitions. */
import type { Arena, Node } from '../core/expr';
import { argument, arrayArgument, type LibraryCall } from './arguments';
import { elementwise } from './arrays';
import { number, unsupported, type Run } from './run';
import type { Value } from './values';

type Handler = (call: LibraryCall) => Value;

const unary =
  (build: (run: Run, x: Node) => Node): Handler =>
  (c) => {
    if (c.args.length > 1)
      return unsupported(`uses ${c.written} with more than one argument`, c.span, 'unsupported-function');
    const x = arrayArgument(c, 0, 'x', 'z');
    return x.kind === 'unknown' ? x : elementwise(c.run, [x], c.span, (e) => build(c.run, e));
  };

const binary =
  (build: (run: Run, x: Node, y: Node) => Node): Handler =>
  (c) => {
    const x = arrayArgument(c, 0, 'x');
    const y = arrayArgument(c, 1, 'y');
    if (x.kind === 'unknown') return x;
    return y.kind === 'unknown' ? y : elementwise(c.run, [x, y], c.span, (a, b) => build(c.run, a, b));
  };

/** Φ(z) = (1 + erf(z / √2)) / 2. */
function cumulativeNormal({ arena }: Run, z: Node): Node {
  const error = arena.call('erf', arena.div(z, arena.sqrt(arena.num(2))));
  return arena.mul(arena.num(1, 2), arena.add(arena.one, error));
}

/** A function of the normal distribution at x, with mean `loc` and standard deviation `scale`. */
const normal =
  (build: (run: Run, z: Node, scale: Node) => Node): Handler =>
  (c) => {
    const x = arrayArgument(c, 0, 'x', 'q');
    if (x.kind === 'unknown') return x;
    const mean = argument(c, 1, 'loc') ? arrayArgument(c, 1, 'loc') : number(c.run, 0);
    if (mean.kind === 'unknown') return mean;
    const scale = argument(c, 2, 'scale') ? arrayArgument(c, 2, 'scale') : number(c.run, 1);
    if (scale.kind === 'unknown') return scale;
    const { arena } = c.run;
    return elementwise(c.run, [x, mean, scale], c.span, (value, m, s) =>
      build(c.run, arena.div(arena.sub(value, m), s), s),
    );
  };

const halfSquare = ({ arena }: Run, z: Node): Node => arena.mul(arena.num(-1, 2), arena.pow(z, arena.num(2)));

const twoPi = (run: Run): Node => run.arena.mul(run.arena.num(2), run.arena.constant('pi', Math.PI));

/** `np.vectorize(math.erf)`: the function for arrays. Own functions may branch on single numbers and are not read so. */
const vectorized: Handler = (c) => {
  const fn = argument(c, 0, 'pyfunc', 'func');
  return fn?.kind === 'library'
    ? { kind: 'library', path: fn.path.replace(/^math\./, 'scipy.special.') }
    : unsupported(`uses ${c.written} of a function that is not of a library`, c.span, 'unsupported-function');
};

const logBeta = (arena: Arena, x: Node, y: Node): Node =>
  arena.sub(
    arena.add(arena.call('lgamma', x), arena.call('lgamma', y)),
    arena.call('lgamma', arena.add(x, y)),
  );

/** `polygamma(n, x)`, the derivative of order n of the digamma function, for 0 and 1. */
const polygamma: Handler = (c) => {
  const order = arrayArgument(c, 0, 'n', 'input');
  const name = order.kind === 'array' && order.element.kind === 'num' ? ORDERS[order.element.num] : undefined;
  if (name === undefined)
    return unsupported(`uses ${c.written} of this order`, c.span, 'unsupported-function');
  const x = arrayArgument(c, 1, 'x', 'other');
  return x.kind === 'unknown' ? x : elementwise(c.run, [x], c.span, (v) => c.run.arena.call(name, v));
};
const ORDERS = ['digamma', 'trigamma'];

export const SPECIAL_FUNCTIONS: Readonly<Record<string, Handler>> = {
  erfc: unary(({ arena }, x) => arena.sub(arena.one, arena.call('erf', x))),
  ndtr: unary(cumulativeNormal),
  logit: unary(({ arena }, x) => arena.sub(arena.call('log', x), arena.call('log1p', arena.neg(x)))),
  log_sigmoid: unary(({ arena }, x) => arena.neg(arena.call('softplus', arena.neg(x)))),
  xlogy: binary(({ arena }, x, y) => arena.mul(x, arena.call('log', y))),
  xlog1py: binary(({ arena }, x, y) => arena.mul(x, arena.call('log1p', y))),
  // 0 where x is 0, as its limit.
  rel_entr: binary(({ arena }, x, y) => arena.mul(x, arena.call('log', arena.div(x, y)))),
  'pointwise-kl': binary(({ arena }, x, y) =>
    arena.add(arena.mul(x, arena.call('log', arena.div(x, y))), arena.neg(x), y),
  ),
  entr: unary(({ arena }, x) => arena.neg(arena.mul(x, arena.call('log', x)))),
  'normal-cdf': normal((run, z) => cumulativeNormal(run, z)),
  'normal-sf': normal((run, z) => cumulativeNormal(run, run.arena.neg(z))),
  'normal-logcdf': normal((run, z) => run.arena.call('log', cumulativeNormal(run, z))),
  'normal-pdf': normal((run, z, scale) => {
    const { arena } = run;
    return arena.div(arena.call('exp', halfSquare(run, z)), arena.mul(arena.sqrt(twoPi(run)), scale));
  }),
  'normal-logpdf': normal((run, z, scale) => {
    const { arena } = run;
    const constant = arena.mul(arena.num(-1, 2), arena.call('log', twoPi(run)));
    return arena.add(halfSquare(run, z), arena.neg(arena.call('log', scale)), constant);
  }),
  gamma: unary(({ arena }, x) => arena.call('exp', arena.call('lgamma', x))),
  factorial: unary(({ arena }, x) => arena.call('exp', arena.call('lgamma', arena.add(x, arena.one)))),
  betaln: binary(({ arena }, x, y) => logBeta(arena, x, y)),
  beta: binary(({ arena }, x, y) => arena.call('exp', logBeta(arena, x, y))),
  polygamma: polygamma,
  vectorize: vectorized,
};
