/** What PyTorch's functions, losses and tensor methods mean. Signatures are those of PyTorch 2. */
import * as f from './formulas';
import { stopped } from './held';
import * as losses from './losses';
import * as filling from './overwriting';
import { layerNorm, rmsNorm } from './normalisation';
import * as similarity from './similarity';
import { row, rows, type LibraryTable, type Meaning } from './signature';
import * as t from './tensors';

const { applied } = f;
const numpy = t.likeNumpy;

const UNARY =
  'exp exp2 expm1 log log1p log2 log10 sqrt rsqrt square reciprocal abs sign sin cos tan sinh cosh tanh erf sigmoid relu logical_not nan_to_num';
const INVERSE = 'sin cos tan sinh cosh tanh';
const STEPS = 'floor ceil round';
const REDUCED = 'input dim:axis keepdim:keepdims * dtype- out?';
const RENAMED: Readonly<Record<string, string>> = {
  absolute: 'abs',
  neg: 'negative',
  negative: 'negative',
  mul: 'multiply',
  multiply: 'multiply',
  pow: 'power',
  maximum: 'maximum',
  minimum: 'minimum',
  fmax: 'fmax',
  fmin: 'fmin',
  logaddexp: 'logaddexp',
  gt: '>',
  greater: '>',
  ge: '>=',
  greater_equal: '>=',
  lt: '<',
  less: '<',
  le: '<=',
  less_equal: '<=',
  eq: '==',
  ne: '!=',
  not_equal: '!=',
  logical_and: 'logical_and',
  logical_or: 'logical_or',
};

const special: LibraryTable = {
  ...rows('expit', 'input * out?', () => numpy('sigmoid')),
  ...rows('erf exp2 expm1 log1p digamma', 'input * out?', numpy),
  gammaln: row('input * out?', numpy('lgamma')),
  psi: row('input * out?', numpy('digamma')),
  polygamma: row('n input:other * out?', numpy('polygamma')),
  erfc: row('input * out?', applied(f.erfc)),
  logit: row('input eps? * out?', applied(f.logit)),
  entr: row('input * out?', applied(f.entropy)),
  xlogy: row('input other:other * out?', applied(f.xlogy, ['other', '1'])),
  softmax: row('input dim:axis dtype-', numpy('softmax')),
  log_softmax: row('input dim:axis * dtype-', numpy('log_softmax')),
  logsumexp: row('input dim:axis keepdim:keepdims * out?', numpy('logsumexp')),
};

/** What has no bearing on the values of a tensor that is made. */
const MADE = 'dtype- device- requires_grad- layout- out? pin_memory-';

/** Functions of `torch`, most of which are methods of tensors, too. */
const functions: LibraryTable = {
  ...rows(UNARY, 'input * out?', numpy),
  ...rows(STEPS, 'input * decimals?0 out?', (name) => applied((a, x) => a.call(name, x))),
  ...Object.fromEntries(
    INVERSE.split(' ').flatMap((name) =>
      ['a', 'arc'].map((prefix) => [`${prefix}${name}`, row('input * out?', numpy(`arc${name}`))]),
    ),
  ),
  ...Object.fromEntries(
    Object.entries(RENAMED).map(([name, own]) => [
      name,
      row(own === 'negative' || own === 'abs' ? 'input * out?' : 'input other * out?', numpy(own)),
    ]),
  ),
  pow: row('input exponent * out?', numpy('power')),
  float_power: row('input exponent * out?', numpy('power')),
  ...rows('add', 'input other * alpha: out?', () => t.scaledSum(1)),
  ...rows('sub subtract', 'input other * alpha: out?', () => t.scaledSum(-1)),
  ...rows('div divide true_divide', 'input other * rounding_mode? out?', () => numpy('divide')),
  erfc: row('input * out?', applied(f.erfc)),
  ...rows('lgamma digamma', 'input * out?', numpy),
  polygamma: row('n input:other * out?', numpy('polygamma')),
  logit: row('input eps? * out?', applied(f.logit)),
  xlogy: row('input other:other * out?', applied(f.xlogy, ['other', '1'])),
  where: row('condition input other', numpy('where')),
  ...rows('clamp clip', 'input min:min max:max * out?', () => numpy('clip')),
  clamp_min: row('input min:min * out?', numpy('clip')),
  clamp_max: row('input max:max * out?', numpy('clip')),
  ...rows('sum mean prod amax amin', REDUCED, (name) =>
    numpy(name === 'amax' ? 'max' : name === 'amin' ? 'min' : name),
  ),
  max: row('input other:other keepdim:keepdims dim:other', t.extremum('max')),
  min: row('input other:other keepdim:keepdims dim:other', t.extremum('min')),
  ...rows('var std', 'input dim:axis unbiased: keepdim:keepdims * correction: out?', (name) =>
    t.unbiased(name === 'var' ? 'var' : 'std'),
  ),
  norm: row('input p:ord dim:axis keepdim:keepdims out? dtype-', t.vectorNorm),
  softmax: row('input dim:axis dtype-', numpy('softmax')),
  log_softmax: row('input dim:axis dtype-', numpy('log_softmax')),
  logsumexp: row('input dim:axis keepdim:keepdims * out?', numpy('logsumexp')),
  cumsum: row('input dim:axis * dtype- out?', numpy('cumsum')),
  matmul: row('input other * out?', numpy('matmul')),
  mm: row('input mat2 * out?', t.ofRanks(numpy('matmul'), 2, 2)),
  mv: row('input vec * out?', t.ofRanks(numpy('matmul'), 2, 1)),
  bmm: row('input mat2 * out?', t.ofRanks(numpy('matmul'), 3, 3)),
  dot: row('input tensor * out?', t.ofRanks(numpy('dot'), 1, 1)),
  vdot: row('input other * out?', t.ofRanks(numpy('dot'), 1, 1)),
  inner: row('input other * out?', numpy('inner')),
  ...rows('outer ger', 'input vec2 * out?', () => numpy('outer')),
  einsum: row('equation ...', numpy('einsum')),
  t: row('input', numpy('transpose')),
  ...rows('transpose swapaxes swapdims', 'input dim0:first dim1:second', () => t.swapped),
  permute: row('input ... * dims:axes', numpy('transpose')),
  unsqueeze: row('input dim:axis', numpy('expand_dims')),
  squeeze: row('input dim:axis', t.squeezedWherePossible),
  reshape: row('input ... * shape:shape', numpy('reshape')),
  flatten: row('input start_dim?0 end_dim?-1', numpy('ravel')),
  ravel: row('input', numpy('ravel')),
  trace: row('input', numpy('trace')),
  diag: row('input diagonal:diagonal * out?', numpy('diag')),
  ...rows('diagonal', 'input offset:offset dim1?0 dim2?1', numpy),
  ...rows('det logdet slogdet inverse', 'input * out?', numpy),
  gather: row('input dim:axis index: * sparse_grad- out?', t.gathered),
  ...rows('zeros_like ones_like', 'input * dtype- device- requires_grad- layout- memory_format-', numpy),
  full_like: row(
    'input fill_value * dtype- device- requires_grad- layout- memory_format-',
    numpy('full_like'),
  ),
  eye: row('n * dtype- device- requires_grad- out? layout-', numpy('eye')),
  arange: row('end * dtype- device- requires_grad- out? layout-', numpy('arange')),
  ...rows('tensor as_tensor asarray', 'data dtype- device- * requires_grad- pin_memory- copy-', () =>
    numpy('array'),
  ),
  from_numpy: row('ndarray', numpy('array')),
  clone: row('input * memory_format-', numpy('array')),
  detach: row('input', stopped),
  numel: row('input', numpy('size')),
  scatter: row('input dim:axis index: src:value value:value', filling.scattered),
  ...rows('zeros ones empty', `... * size: ${MADE}`, (name) => filling.madeOf(name === 'ones' ? 1 : 0)),
  full: row(`size: fill_value:value * ${MADE}`, filling.madeOf(null)),
  tril: row('input diagonal: * out?', filling.triangle('lower')),
  triu: row('input diagonal: * out?', filling.triangle('upper')),
};

const linalg: LibraryTable = {
  ...rows('norm', 'A ord:ord dim:axis keepdim:keepdims * dtype- out?', numpy),
  vector_norm: row('x ord:ord dim:axis keepdim:keepdims * dtype- out?', t.vectorNorm),
  ...rows('det slogdet inv', 'A * out?', numpy),
  solve: row('A B * left?1 out?', numpy('solve')),
  diagonal: row('A * offset:offset', numpy('diagonal')),
  matmul: row('input other * out?', numpy('matmul')),
};

/** Dropout is left out, as in evaluation. */
const dropped: Meaning = (call) => {
  call.run.notes.push({
    subject: call.written,
    text: 'dropout is left out, as in evaluation',
    span: call.span,
  });
  return numpy('array')(call);
};

const LOSS = 'size_average: reduce: reduction:';

const functional: LibraryTable = {
  ...rows('sigmoid tanh', 'input', numpy),
  relu: row('input inplace-', numpy('relu')),
  relu6: row('input inplace-', applied(f.relu6)),
  leaky_relu: row(
    'input negative_slope:negative_slope inplace-',
    applied(f.leakyRelu, ['negative_slope', '0.01']),
  ),
  prelu: row('input weight:weight', applied(f.leakyRelu, ['weight', '0.25'])),
  elu: row('input alpha: inplace-', applied(f.elu, ['alpha', '1'])),
  celu: row('input alpha: inplace-', applied(f.celu, ['alpha', '1'])),
  selu: row('input inplace-', applied(f.selu)),
  gelu: row('input approximate:', (call) => {
    const form = call.args.find((arg) => arg.name === 'approximate')?.value;
    const isTanh = form?.kind === 'string' && form.value === 'tanh';
    return applied(isTanh ? f.geluTanh : f.gelu)(call);
  }),
  silu: row('input inplace-', applied(f.silu)),
  mish: row('input inplace-', applied(f.mish)),
  softplus: row('input beta: threshold-', applied(f.softplus, ['beta', '1'])),
  softsign: row('input', applied(f.softsign)),
  tanhshrink: row('input', applied(f.tanhShrink)),
  softshrink: row('input lambd:', applied(f.softShrink, ['lambd', '0.5'])),
  hardshrink: row('input lambd:', applied(f.hardShrink, ['lambd', '0.5'])),
  hardtanh: row('input min_val: max_val: inplace-', applied(f.hardTanh, ['min_val', '-1'], ['max_val', '1'])),
  hardsigmoid: row('input inplace-', applied(f.hardSigmoid)),
  hardswish: row('input inplace-', applied(f.hardSwish)),
  threshold: row(
    'input threshold: value: inplace-',
    applied(f.thresholded, ['threshold', '0'], ['value', '0']),
  ),
  logsigmoid: row('input', applied(f.logSigmoid)),
  softmax: row('input dim:axis _stacklevel- dtype-', numpy('softmax')),
  softmin: row('input dim:axis _stacklevel- dtype-', t.softmin),
  log_softmax: row('input dim:axis _stacklevel- dtype-', numpy('log_softmax')),
  linear: row('input weight bias:', t.linear),
  one_hot: row('input num_classes:classes', t.oneHot),
  normalize: row('input p?2 dim:axis eps- out?', similarity.unit),
  cosine_similarity: row('x1 x2 dim:axis eps-', similarity.cosine),
  pairwise_distance: row('x1 x2 p?2 eps: keepdim:keepdims', similarity.distance),
  layer_norm: row('input normalized_shape- weight: bias: eps:', layerNorm),
  rms_norm: row('input normalized_shape- weight: eps:', rmsNorm),
  ...rows('dropout', 'input p- training- inplace-', () => dropped),
  cosine_embedding_loss: row(`input1 input2 target margin: ${LOSS}`, similarity.cosineEmbedding),
  triplet_margin_loss: row(`anchor positive negative margin: p?2 eps: swap?0 ${LOSS}`, similarity.triplet),
  mse_loss: row(`input target ${LOSS} weight:`, losses.lossOf(losses.squaredError)),
  l1_loss: row(`input target ${LOSS} weight:`, losses.lossOf(losses.absoluteError)),
  smooth_l1_loss: row(`input target ${LOSS} beta:`, losses.lossOf(losses.smoothL1, ['beta', '1'])),
  huber_loss: row('input target reduction: delta: weight:', losses.lossOf(losses.huber, ['delta', '1'])),
  binary_cross_entropy: row(`input target weight: ${LOSS}`, losses.lossOf(losses.binaryCrossEntropy)),
  binary_cross_entropy_with_logits: row(
    `input target weight: ${LOSS} pos_weight:`,
    losses.lossOf(losses.binaryCrossEntropyOfLogits, ['pos_weight', '1']),
  ),
  cross_entropy: row(
    'input target weight: size_average: ignore_index?-100 reduce: reduction: label_smoothing:smoothing',
    losses.crossEntropy,
  ),
  nll_loss: row(
    'input target weight: size_average: ignore_index?-100 reduce: reduction:',
    losses.negativeLogLikelihood,
  ),
  kl_div: row(`input target ${LOSS} log_target:log_target`, losses.divergenceWithFlag),
  poisson_nll_loss: row(
    'input target log_input:flag full?0 size_average: eps:eps reduce: reduction:',
    losses.poissonWithFlag,
  ),
  gaussian_nll_loss: row(
    'input target var full?0 eps: reduction:',
    losses.lossOfThree(losses.gaussian, ['eps', '1e-6']),
  ),
  soft_margin_loss: row(`input target ${LOSS}`, losses.lossOf(losses.softMargin)),
  hinge_embedding_loss: row(
    'input target margin: size_average: reduce: reduction:',
    losses.lossOf(losses.hingeEmbedding, ['margin', '1']),
  ),
  margin_ranking_loss: row(
    'input1 input2 target margin: size_average: reduce: reduction:',
    losses.lossOfThree(losses.marginRanking, ['margin', '0']),
  ),
};

/** Methods that are not functions of `torch`, and those that have other parameters there. */
const methods: LibraryTable = {
  ...rows('masked_fill', 'input mask value', () => filling.maskedFill),
  ...rows('expand_as view_as reshape_as', 'input other', () => filling.expandedAs),
  expand: row('input ...', filling.expanded),
  ...rows('zero', 'input', () => numpy('zeros_like')),
  fill: row('input value', numpy('full_like')),
  copy: row('input other non_blocking-', filling.copied),
  addcmul: row('input tensor1 tensor2 * value:', filling.addProduct(1)),
  addcdiv: row('input tensor1 tensor2 * value:', filling.addProduct(-1)),
  view: row('input ...', numpy('reshape')),
  reshape: row('input ...', numpy('reshape')),
  size: row('input dim:dim', t.sizes),
  nelement: row('input', numpy('size')),
  ...rows('dim ndimension', 'input', () => t.rank),
  item: row('input', t.item),
  ...rows(
    'float double half bfloat16 long int short bool byte contiguous cpu requires_grad_ numpy',
    'input ...',
    () => numpy('array'),
  ),
  fill_diagonal: row('input value wrap?0', filling.filledDiagonal),
  ...rows('to type type_as cuda', 'input ... * dtype- device- non_blocking- copy-', () => numpy('array')),
};

/** Modules by their canonical path. */
export const TORCH: Readonly<Record<string, LibraryTable>> = {
  torch: functions,
  'torch.special': special,
  'torch.linalg': linalg,
  'torch.nn.functional': functional,
  'torch.Tensor': { ...functions, ...methods },
};
