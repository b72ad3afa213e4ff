/** What TensorFlow's functions mean, and those of Keras' backend. Signatures are those of TensorFlow 2. */
import * as f from './formulas';
import { number } from './run';
import { stopped } from './held';
import * as losses from './losses';
import { row, rows, type LibraryTable } from './signature';
import * as t from './tensors';

const { applied } = f;
const numpy = t.likeNumpy;
const { alongLast } = t;

const UNARY =
  'exp expm1 log log1p sqrt rsqrt square reciprocal negative abs sign sin cos tan sinh cosh tanh erf sigmoid softplus logical_not';
const INVERSE = 'sin cos tan sinh cosh tanh';
const BINARY = 'add subtract multiply divide maximum minimum logical_and logical_or';
const COMPARED: Readonly<Record<string, string>> = {
  greater: '>',
  greater_equal: '>=',
  less: '<',
  less_equal: '<=',
  equal: '==',
  not_equal: '!=',
};
const REDUCTIONS: Readonly<Record<string, string>> = {
  reduce_sum: 'sum',
  reduce_mean: 'mean',
  reduce_max: 'max',
  reduce_min: 'min',
  reduce_prod: 'prod',
  reduce_variance: 'var',
  reduce_std: 'std',
  reduce_logsumexp: 'logsumexp',
};

const math: LibraryTable = {
  ...rows(UNARY, 'x name-', numpy),
  ...Object.fromEntries(INVERSE.split(' ').map((name) => [`a${name}`, row('x name-', numpy(`arc${name}`))])),
  ...rows(BINARY, 'x y name-', numpy),
  ...Object.fromEntries(Object.entries(COMPARED).map(([name, own]) => [name, row('x y name-', numpy(own))])),
  ...Object.fromEntries(
    Object.entries(REDUCTIONS).map(([name, own]) => [
      name,
      row('input_tensor axis: keepdims: name-', numpy(own)),
    ]),
  ),
  pow: row('x y name-', numpy('power')),
  squared_difference: row(
    'x y:y name-',
    applied((a, x, y = a.zero) => a.pow(a.sub(x, y), a.num(2)), ['y', '0']),
  ),
  log_sigmoid: row('x name-', applied(f.logSigmoid)),
  ...rows('lgamma digamma', 'x name-', numpy),
  polygamma: row('a:n x name-', numpy('polygamma')),
  cumsum: row('x axis: exclusive?0 reverse?0 name-', numpy('cumsum')),
  softmax: row('logits axis: name-', alongLast('softmax')),
  log_softmax: row('logits axis: name-', alongLast('log_softmax')),
  xlogy: row('x y: name-', applied(f.xlogy, ['y', '1'])),
};

/** Functions of `tf` itself. */
const top: LibraryTable = {
  ...Object.fromEntries(
    [
      'exp sqrt square negative abs sign sin cos tan sinh cosh tanh sigmoid',
      'asin acos atan asinh acosh atanh pow cumsum',
      BINARY,
      Object.keys(COMPARED).join(' '),
      'reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_logsumexp',
    ].flatMap((names) =>
      names.split(' ').flatMap((name) => {
        const found = math[name];
        return found ? [[name, found]] : [];
      }),
    ),
  ),
  matmul: row(
    'a b transpose_a:turn_a transpose_b:turn_b adjoint_a?0 adjoint_b?0 a_is_sparse- b_is_sparse- output_type- name-',
    t.productWithFlags,
  ),
  einsum: row('equation ... * name-', numpy('einsum')),
  transpose: row('a perm:axes conjugate?0 name-', numpy('transpose')),
  reshape: row('tensor shape:shape name-', numpy('reshape')),
  squeeze: row('input axis: name-', numpy('squeeze')),
  expand_dims: row('input axis: name-', numpy('expand_dims')),
  where: row('condition x y name-', numpy('where')),
  clip_by_value: row('t clip_value_min:min clip_value_max:max name-', numpy('clip')),
  cast: row('x dtype- name-', numpy('array')),
  ...rows('constant convert_to_tensor identity', 'value dtype- shape- name-', () => numpy('array')),
  ...rows('zeros_like ones_like', 'input dtype- name- layout-', numpy),
  stop_gradient: row('input name-', stopped),
  norm: row('tensor ord?euclidean axis: keepdims: name-', t.vectorNorm),
  one_hot: row('indices depth:classes on_value?1 off_value?0 axis?-1 dtype- name-', t.oneHot),
};

const nn: LibraryTable = {
  relu: row('features name-', numpy('relu')),
  relu6: row('features name-', applied(f.relu6)),
  leaky_relu: row('features alpha: name-', applied(f.leakyRelu, ['alpha', '0.2'])),
  elu: row('features name-', applied(f.elu)),
  selu: row('features name-', applied(f.selu)),
  ...rows('silu swish', 'features', () => applied(f.silu)),
  gelu: row('features approximate?0 name-', applied(f.gelu)),
  softplus: row('features name-', numpy('softplus')),
  softsign: row('features name-', applied(f.softsign)),
  ...rows('sigmoid tanh', 'x name-', numpy),
  softmax: row('logits axis: name-', alongLast('softmax')),
  log_softmax: row('logits axis: name-', alongLast('log_softmax')),
  sigmoid_cross_entropy_with_logits: row(
    'labels: logits: name-',
    losses.ofLabelsAndLogits(losses.lossOf(losses.binaryCrossEntropyOfLogits), 'none'),
  ),
  weighted_cross_entropy_with_logits: row(
    'labels: logits: pos_weight: name-',
    losses.ofLabelsAndLogits(losses.lossOf(losses.binaryCrossEntropyOfLogits, ['pos_weight', '1']), 'none'),
  ),
  softmax_cross_entropy_with_logits: row(
    'labels: logits: axis?-1 name-',
    losses.ofLabelsAndLogits(losses.crossEntropyOfProbabilities, 'none'),
  ),
  sparse_softmax_cross_entropy_with_logits: row(
    'labels: logits: name-',
    losses.ofLabelsAndLogits(losses.crossEntropyOfPositions, 'none'),
  ),
};

/** Keras' backend: `axis` and `keepdims` as NumPy has them. */
const backend: LibraryTable = {
  ...rows('exp log sqrt square abs sign sin cos tanh sigmoid softplus', 'x', numpy),
  ...rows('sum mean max min prod var std logsumexp', 'x axis: keepdims:', numpy),
  ...rows('maximum minimum', 'x y', numpy),
  pow: row('x a', numpy('power')),
  clip: row('x min_value:min max_value:max', numpy('clip')),
  dot: row('x y', numpy('dot')),
  transpose: row('x', numpy('transpose')),
  softmax: row('x axis:', alongLast('softmax')),
  flatten: row('x', numpy('ravel')),
  cast: row('x dtype-', numpy('array')),
  expand_dims: row('x axis:', numpy('expand_dims')),
  squeeze: row('x axis:', numpy('squeeze')),
  ...rows('zeros_like ones_like', 'x dtype- name-', numpy),
  stop_gradient: row('variables', stopped),
  epsilon: row('', (call) => number(call.run, 1e-7)),
  ...rows('zeros ones', 'shape dtype- name-', numpy),
  permute_dimensions: row('x pattern:axes', numpy('transpose')),
  batch_flatten: row('x', t.flattenedRows),
  reshape: row('x shape:shape', numpy('reshape')),
  ...rows('equal not_equal greater greater_equal less less_equal', 'x y', (name) =>
    numpy(COMPARED[name] ?? name),
  ),
  relu: row('x alpha?0 max_value? threshold?0', numpy('relu')),
  elu: row('x alpha?1', applied(f.elu)),
  binary_crossentropy: row(
    'target:labels output:logits from_logits?0',
    losses.ofLabelsAndLogits(losses.lossOf(losses.binaryCrossEntropy), 'none'),
  ),
  categorical_crossentropy: row(
    'target:labels output:probabilities from_logits?0 axis?-1',
    losses.crossEntropyOfOneHot,
  ),
};

export const TENSORFLOW: Readonly<Record<string, LibraryTable>> = {
  tensorflow: top,
  'tensorflow.math': math,
  'tensorflow.linalg': { matvec: row('a b name-', t.ofRanks(numpy('matmul'), 2, 1)) },
  'tensorflow.nn': nn,
  'tensorflow.keras.backend': backend,
  'keras.backend': backend,
};
