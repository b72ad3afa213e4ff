/** What the functions of JAX mean that NumPy does not have. */
import * as f from './formulas';
import { flag, keyword } from './arguments';
import { stopped } from './held';
import * as losses from './losses';
import { row, rows, type LibraryTable, type Meaning } from './signature';
import { unsupported } from './run';
import * as t from './tensors';

const { applied } = f;
const numpy = t.likeNumpy;
const { alongLast } = t;

const gelu: Meaning = (call) => {
  const given = keyword(call, 'approximate');
  const approximate = given === undefined ? true : flag(given);
  if (approximate === null)
    return unsupported(`uses ${call.written} with approximate=`, call.span, 'unsupported-argument');
  return applied(approximate ? f.geluTanh : f.gelu)(call);
};

const nn: LibraryTable = {
  ...rows('relu sigmoid softplus tanh', 'x', numpy),
  relu6: row('x', applied(f.relu6)),
  ...rows('silu swish', 'x', () => applied(f.silu)),
  mish: row('x', applied(f.mish)),
  gelu: row('x approximate:', gelu),
  elu: row('x alpha:', applied(f.elu, ['alpha', '1'])),
  celu: row('x alpha:', applied(f.celu, ['alpha', '1'])),
  selu: row('x', applied(f.selu)),
  leaky_relu: row('x negative_slope:', applied(f.leakyRelu, ['negative_slope', '0.01'])),
  log_sigmoid: row('x', applied(f.logSigmoid)),
  soft_sign: row('x', applied(f.softsign)),
  hard_tanh: row('x', applied(f.hardTanh)),
  hard_sigmoid: row('x', applied(f.hardSigmoid)),
  ...rows('hard_silu hard_swish', 'x', () => applied(f.hardSwish)),
  squareplus: row('x b:', applied(f.squareplus, ['b', '4'])),
  softmax: row('x axis: where? initial-', alongLast('softmax')),
  log_softmax: row('x axis: where? initial-', alongLast('log_softmax')),
  logsumexp: row('x axis: b? keepdims: return_sign?0', numpy('logsumexp')),
  one_hot: row('x num_classes:classes * dtype- axis?-1', t.oneHot),
};

const lax: LibraryTable = {
  stop_gradient: row('x', stopped),
  ...rows('exp log log1p expm1 tanh sin cos abs sign sqrt rsqrt square reciprocal erf', 'x', numpy),
  ...rows('max min', 'x y', (name) => numpy(name === 'max' ? 'maximum' : 'minimum')),
  logistic: row('x', numpy('sigmoid')),
  select: row('pred on_true on_false', numpy('where')),
};

/** Losses of Optax, which are not reduced. */
const optax: LibraryTable = {
  squared_error: row('predictions targets', losses.notReduced(losses.squaredError)),
  l2_loss: row(
    'predictions targets',
    losses.notReduced((a, x, y) => a.mul(a.num(1, 2), losses.squaredError(a, x, y))),
  ),
  huber_loss: row('predictions targets delta:', losses.notReduced(losses.huber, ['delta', '1'])),
  log_cosh: row(
    'predictions targets',
    losses.notReduced((a, x, y) => a.call('log', a.call('cosh', a.sub(x, y)))),
  ),
  ...rows('sigmoid_binary_cross_entropy', 'logits labels', () =>
    losses.notReduced(losses.binaryCrossEntropyOfLogits),
  ),
  softmax_cross_entropy: row(
    'logits: labels: axis?-1',
    losses.ofLabelsAndLogits(losses.crossEntropyOfProbabilities, 'none'),
  ),
  softmax_cross_entropy_with_integer_labels: row(
    'logits: labels:',
    losses.ofLabelsAndLogits(losses.crossEntropyOfPositions, 'none'),
  ),
};

export const JAX: Readonly<Record<string, LibraryTable>> = {
  'jax.nn': nn,
  'flax.linen': nn,
  'jax.lax': lax,
  optax,
  'optax.losses': optax,
};
