/** Newton's method: for the losses of generalised linear models it is iteratively reweighted least squares. */
import { cholesky, solve } from './cholesky';
import { NO_DECREASE } from './lbfgs';
import { backtrack } from './lineSearch';
import type { Moved, Oracle, Position, Search } from './optimizer';
import { dot, euclidean, plus, scaled } from './vectors';

/** Up to so many parameters the Hessian is formed; beyond, only its products with vectors are used. */
const FORMED = 100;

/**
 * The direction -H⁻¹g with Armijo's backtracking. Where H is not positive definite, a multiple of its diagonal is added until it
 * is (Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithm 3.3); with many parameters the system is solved by conjugate
 * gradients, which stop where the loss curves down (algorithm 7.1).
 */
export const newton: Search = function* (at, _memory, _settings, oracle): Generator<void, Moved> {
  const { parameters, gradient, loss } = at;
  const wanted =
    parameters.length <= FORMED ? yield* formedDirection(at, oracle) : yield* truncatedDirection(at, oracle);
  const evaluate = (x: Float64Array) => oracle.evaluate(x);
  for (const direction of [wanted, scaled(gradient, -1)]) {
    const first = direction === wanted ? 1 : Math.min(1, 1 / euclidean(gradient));
    const found = yield* backtrack({ from: parameters, loss, gradient, direction, evaluate }, first);
    if (found) return { parameters: found.parameters, memory: {}, evaluated: found };
  }
  return { parameters, memory: {}, evaluated: at, stuck: NO_DECREASE };
};

/** The Hessian, row-major, made symmetric: one product per parameter. */
export function* formHessian(parameters: Float64Array, oracle: Oracle): Generator<void, Float64Array> {
  const n = parameters.length;
  const out = new Float64Array(n * n);
  for (let j = 0; j < n; j += 1) {
    const unit = new Float64Array(n);
    unit[j] = 1;
    const column = yield* oracle.product(parameters, unit);
    for (let i = 0; i < n; i += 1) {
      const half = (column[i] ?? NaN) / 2;
      out[i * n + j] = (out[i * n + j] ?? 0) + half;
      out[j * n + i] = (out[j * n + i] ?? 0) + half;
    }
  }
  return out;
}

const FIRST_DAMPING = 1e-8;
const MOST_DAMPING = 1e8;

function* formedDirection({ parameters, gradient }: Position, oracle: Oracle): Generator<void, Float64Array> {
  const hessian = yield* formHessian(parameters, oracle);
  for (let damping = 0; damping <= MOST_DAMPING; damping = damping === 0 ? FIRST_DAMPING : 10 * damping) {
    const factored = cholesky(hessian, parameters.length, damping);
    if (factored.ok) return scaled(solve(factored.factor, gradient), -1);
  }
  return scaled(gradient, -1);
}

/** Conjugate gradients, to a residual of min(½, √|g|) |g|, which makes the convergence faster than linear. */
function* truncatedDirection(
  { parameters, gradient }: Position,
  oracle: Oracle,
): Generator<void, Float64Array> {
  const norm = euclidean(gradient);
  const target = Math.min(0.5, Math.sqrt(norm)) * norm;
  let z: Float64Array = new Float64Array(parameters.length);
  let residual = gradient;
  let d = scaled(gradient, -1);
  for (let k = 0; k < parameters.length; k += 1) {
    const product = yield* oracle.product(parameters, d);
    const bend = dot(d, product);
    if (!(bend > 0)) return k === 0 ? d : z;
    const square = dot(residual, residual);
    const alpha = square / bend;
    z = plus(z, alpha, d);
    residual = plus(residual, alpha, product);
    if (euclidean(residual) <= target) return z;
    d = plus(scaled(residual, -1), dot(residual, residual) / square, d);
  }
  return z;
}
