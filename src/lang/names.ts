/** What names suggest. Names are hints only: they break ties between readings that run equally well. */
import type { Role } from '../core/definition';
import { COLUMN, CUBE, MATRIX, ROW, SCALAR, VECTOR, patternId, type Pattern } from './run';
import { MATRIX_FIRST, NUMBER_FIRST, VECTOR_FIRST, type ShapeCosts } from './shapes';
import { shapeTogether } from './together';

const ROLE_NAMES: readonly (readonly [RegExp, Role])[] = [
  [
    /^(sample_?weights?|class_?weights?|pos_?weights?|mask|(teacher|ref|reference|old|next)_\w+|rewards?|advantages?)$/i,
    'data',
  ],
  [
    /^(y|t|targets?|labels?|y_?true|truth|ground_truth|y_?i|expected|desired|one_?hot|y_?train|y_?batch|yb|y_?(?:oh|one_?hot|enc(?:oded)?)|(?:targets?|labels?)_?one_?hot|actual|gold|gt|true|y_?real|(?:target|expected|desired|ideal|true|actual|correct)_?(?:outputs?|values?|y|labels?)|answers?|observed|ideal|counts)$/i,
    'label',
  ],
  [
    /^(lam|lambda_?|lambd|lmbda|lmbd|reg|reg_\w+|\w+_reg|alpha|gamma|eps|epsilon|lr|l_?rate|step_?size|eta|delta|c|l1|l2|mu|tau|temp|temperature|kappa|margin|smooth|slope|strength|learning_?rate|m|n|k|d|num_\w+|n_\w+|batch_?size|decay|weight_decay)$/i,
    'hyper',
  ],
  [/^(x|xs|x_?i|features?|inputs?|data|x_(?!hat|rec|pred)\w+|xb|samples?|a_prev|a0|design)$/i, 'data'],
  [
    /^(w|ws|b|bs|weights?_?\w?\d+|biase?s?_?\w?\d+|syn(?:apse)?_?\d+|\w*synaptic_weights\w*|theta|thetas|beta|betas|weights?|bias|biases|coefs?|coefficients?|intercept|u|v|[wbuv]_?\w?\d+|[wb]_\w+|theta_?\d+|beta_?\d+|\w+_weights?|\w+_bias|slope|a\b)$/i,
    'parameter',
  ],
];

/** Names of predictions: what a loss that takes them is differentiated by. */
const PREDICTION =
  /^(y_?hat|y_?pred\w*|preds?|predict\w*|p|q|a|al|a_?\d|outputs?|outs?|logits?|scores?|z|z_?\d|h|probs?|(\w+_)?log_?probs?|\w+_logps|log_?[pq]|probabilit\w*|y_?prob|y_?score|y_?est\w*|estimat\w*|guess(?:es)?|calculated|computed|x_?hat|x_?rec\w*|recon\w*|o|f|s)$/i;

/** The role that a name suggests on its own. */
export function roleHint(name: string, isScalar: boolean): Role | 'prediction' | null {
  for (const [pattern, role] of ROLE_NAMES) {
    if (!pattern.test(name)) continue;
    // n, m, C, d are counts or strengths when they are single numbers, else data.
    if (role === 'hyper' && !isScalar) continue;
    return role;
  }
  return PREDICTION.test(name) ? 'prediction' : null;
}

/** A name in camel case with underscores between its words, which is how the patterns here tell words apart. */
const snake = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1_$2');

/** Keys of objects under which a function stands beside its derivative. */
export const isForwardKey = (name: string): boolean =>
  /^(output|activate|activation|activation_?fn|activation_?func(tion)?|apply|call|__call__|f|fn|fx|func|function|forward|value|eval|evaluate|compute|calc|calculate|squash|normal|original|loss|error|cost|get_?(?:loss|error|cost))$/i.test(
    snake(name),
  );

/** Keys of the derivative beside a forward key; `measure` only goes with `activate`, and `d` with `f`. */
export const isGradientKey = (name: string, forward: string): boolean =>
  name === 'measure'
    ? forward === 'activate'
    : name === 'd'
      ? /^(f|fn)$/.test(forward)
      : /^(df|dfn|dfx|dfunc|d_?func|d_?fn|der|deriv|derivative|derivate|derivation|differential|diff|grad|gradient|prime|backward|d_?activate|d_?activation|d_?output|d_?loss|d_?error|d_?cost)$/i.test(
          snake(name),
        );

/** Names of activations, or of what holds them. */
export const isActivationContext = (name: string): boolean => [name, snake(name)].some(isActivationWord);

const isActivationWord = (name: string): boolean =>
  isKnownActivationName(name) ||
  /(^|_)(activations?|sigmoid|logistic|tanh|relu|elu|selu|gelu|silu|swish|mish|squash|soft_?plus|soft_?sign|soft_?max|bent_?identity)(_|$)/i.test(
    name,
  );

export const isLossName = (name: string): boolean =>
  /(^|_)(loss|cost|error|objective|obj|criterion|risk|nll|n?llk|mse|mae|rmse|sse|rss|bce|ce|xent|hinge|huber|likelihood|penalty)(es|s)?(\d|_|$)|loss|cost|crossentropy|cross_entropy|likelihood|squared_?error|log_?cosh|^(j|l|e)$/i.test(
    name,
  );

export const isRegulariserName = (name: string): boolean =>
  /regulari[sz]|penalty|weight_decay|elastic_?net|(^|_)(l1|l2|ridge|lasso)(_|$)/i.test(name);

export const isGradientName = (name: string): boolean =>
  (isGradientWord(name) || isGradientWord(snake(name))) &&
  !/loss\w*_(?:no|without)_grads?$|^policy_?gradient_?loss$/i.test(name);

const isGradientWord = (name: string): boolean =>
  /grad|deriv|prime|backward|back_?prop|bprop|(^|_)(der|bwd|jac|jacobian)(_|$)|^d_|_d$|^d(sigmoid|tanh|relu|softmax|softplus|elu|gelu|loss|cost|mse)/i.test(
    name,
  );

/** Variables that are gradients by their names, which do not tell what they are by. */
export const isGenericGradient = (name: string): boolean =>
  /^(?:grads?|gradients?|d?j?_?grad|nabla|dj|dl|dloss|dcost|der|derivs?|derivatives?|derivate|prime|df|dfdx|dydx)$/i.test(
    name,
  );

/** Functions that do something with losses or gradients rather than define one. */
export const isProcedureName = (name: string): boolean =>
  /update|(^|_)step|train|(^|_)fit|optimi[sz]e|numeric|check|plot|print|(^|_)init|load|save|^test|(^|_)main(_|$)|generate|encode/i.test(
    name,
  );

/** Functions that measure something else than a loss. */
export const isMeasureName = (name: string): boolean => [name, snake(name)].some(isMeasureWord);

const isMeasureWord = (name: string): boolean =>
  /^(squared_?)?euclid(ean|ian)?$|^cosine$|^(bray_?curtis|canberra|hellinger|haversine|taxicab|city_?block)$|sensitivity|(^|_)dist(ance)?s?(_|$)|ratio(_|$)|distance|similarity|accuracy|kernel|metric|score|precision|recall|(^|_)r2(_|$)|^entropy|density|(^|_)(pdf|cdf)(_|$)|normali[sz]|standardi[sz]|(^|_)re_?scale|(^|_)window(_|$)|gini|impurity|correlation|pearson|covariance|minkowski|manhattan|chebyshev|hamming|rel(ative)?_?err|hessian|(^|_)(psnr|ssim|snr|iou)(_|$)|(?<!weight_?)decay|schedul|anneal|warm_?up|learning_?rate|(^|_)lr(_|$)/i.test(
    name,
  );

/** Names that say nothing but that a loss is computed, or which loss. */
export const isPlainLossName = (name: string): boolean =>
  /^_*(?:(?:compute|calculate|calc|get|eval|evaluate|my|the|total|data|batch|train|val|test|full|forward)_?)*(?:losse?s?|costs?|objective|obj|criterion|risk|error|j|l|e)(?:_?(?:function|func|fn|value|val|with_reg\w*|regulari[sz]ed|reg|f|total|\d+))*$|(?:^|_)(?:nll|mse|mae|rmse|sse|rss|bce|ce|xent|hinge|huber)(?:\d|_|$)|cross_?entropy|likelihood|squared_?error|(?:log|square|squared|quadratic|logistic|focal|hinge|huber|pinball|quantile|poisson|mse|mae|bce|ce)_?loss/i.test(
    name,
  );

/** Names of what predicts from one sample, too. */
export const isPredictorName = (name: string): boolean =>
  isModelName(name) || /(^|_)(model|hypothesis|net_?input|linear_?output|model_?output)(_|$)/i.test(name);

/** Losses of the field whose names do not say that they are losses. */
export const isKnownLossName = (name: string): boolean =>
  /(^|_)(kld?|js|kl_?div(ergence)?|elbo|distill(ation)?|info_?nce|nt_?xent|simclr|triplet|contrastive|tversky|dice|jaccard|focal|pinball|quantile|expectile|tweedie|deviance|log_?lik|multi_?margin|soft_?margin|margin_?ranking|cosine_?embedding|crammer_?singer|tukey|biweight|cauchy|charbonnier|total_?variation|barlow(_?twins)?|vicreg|word2vec|glove|bpr|ppo|mahalanobis|quad(ratic)?(_?form)?|log_?det|log_?cosh|log_?sum_?exp|k_?means|autoencoder|vae)(\d|_|$)/i.test(
    name,
  );

/** Activations of the field, also those with parameters of their own. */
export const isKnownActivationName = (name: string): boolean =>
  /^_?(sigmoid|swish|silu|glu|geglu|swiglu|reglu|p_?relu|r?relu\d?|leaky_?relu|elu|celu|selu|gelu|mish|soft_?plus|soft_?sign|soft_?shrink|hard_?\w+|threshold(ed_?relu)?|square_?plus|bent_?identity|snake|maxout|tanh_?\w*)$/i.test(
    name,
  );

/** Names of what predicts: its result is rarely a single number. */
export const isModelName = (name: string): boolean => /forward|predict|fprop|feed_?forward/i.test(name);

/** Methods whose class says what they compute. */
export const isPlainMethodName = (name: string): boolean =>
  /^(__call__|forward|call|apply|fn|func|function|f|value|activate|activation|output)$/.test(name);

/** What says what a function computes: its name, that of its class, or that of the function which makes it. */
export function titleOf(name: string, owner: string | null, outer: string | null): string {
  if (owner !== null && isPlainMethodName(name)) return snake(owner);
  return outer !== null && !isLossName(name) ? outer : name;
}

/** Names of weights and biases, which are learnt whatever value they start at. */
export const isWeightName = (name: string): boolean =>
  /^([wb]|[wb]_?\d+|theta\w*|weights?|bias)$/i.test(name);

/** Names of small constants that only keep a value finite. */
export const GUARD_NAMES = /^(eps\w*|tiny|smooth\w*|tol\w*|delta_?clip)$/i;

/** Names of whole numbers that say where something stands. */
export const isPositionName = (name: string): boolean =>
  /^_?(i|j|k|n|idx|index|pos|position|offset|at|row|col|column)$/i.test(name);

/** Names of whole numbers that count something. */
export const isCountName = (name: string): boolean => /^([nmkN]|num_\w+|n_\w+)$/.test(name);

/** The symbol that a gradient of this name differentiates by: `dw`, `d_w`, `grad_w`, `w_grad`, `dj_dw`; null if none. */
export function gradientOf(name: string, symbols: readonly string[]): string | null {
  return namedGradient(name, symbols) ?? gradientOfLayer(name, symbols);
}

/** `nabla_w_1` for `weights_1`: the same name in the lists of two kinds. */
function gradientOfLayer(name: string, symbols: readonly string[]): string | null {
  const [, list, place] = /^(\w+)(_\d+)$/.exec(name) ?? [];
  if (list === undefined || place === undefined) return null;
  const lists = symbols.flatMap((s) => (s.endsWith(place) ? [s.slice(0, -place.length)] : []));
  const found = lists.length > 0 ? namedGradient(list, lists) : null;
  return found === null ? null : found + place;
}

function namedGradient(name: string, symbols: readonly string[]): string | null {
  const stems: string[] = [];
  for (const pattern of GRADIENT_NAMES) {
    const found = pattern.exec(name)?.[1];
    if (found) stems.push(found);
  }
  for (const stem of stems) if (symbols.includes(stem)) return stem;
  for (const stem of stems) {
    const same = symbols.filter((s) => s.toLowerCase() === stem.toLowerCase());
    if (same.length === 1) return same[0] ?? null;
  }
  // `dw` for weights, `db` for bias; `gradPred` for predicted.
  for (const stem of stems) {
    const [, short = stem, of = ''] = /^([a-z]+?)_?(\d+|(?<=_)\w+)?$/i.exec(stem) ?? [];
    // `dw2` for weights2 or weights_2: what comes after the short name comes after the full one.
    const rest = (s: string): string =>
      s.endsWith(of) ? s.slice(0, s.length - of.length).replace(/_$/, '') : '';
    const full = symbols.filter((s) => FULL_NAMES.get(short.toLowerCase())?.test(rest(s)));
    if (full.length === 1) return full[0] ?? null;
  }
  for (const stem of stems) {
    const longer = symbols.filter((s) => s.toLowerCase().startsWith(stem.toLowerCase()));
    if (stem.length > 3 && longer.length === 1) return longer[0] ?? null;
  }
  return null;
}

/** The same in a function that errors flow back through: `weights_error`, `delta_w`. */
export function flowOf(name: string, symbols: readonly string[]): string | null {
  const stems = FLOW_NAMES.flatMap((pattern) => pattern.exec(name)?.[1] ?? []);
  return gradientOf(name, symbols) ?? stems.find((stem) => symbols.includes(stem)) ?? null;
}

const FLOW_NAMES: readonly RegExp[] = [/^(\w+?)_?(?:errors?|err|deltas?)$/i, /^(?:delta|error|err)_?(\w+)$/i];

/** What gradients abbreviate. */
const FULL_NAMES: ReadonlyMap<string, RegExp> = new Map([
  ['w', /^weights?$/i],
  ['weight', /^weights?$/i],
  ['b', /^(bias|biases|intercept)$/i],
  ['bias', /^bias(es)?$/i],
]);

const GRADIENT_NAMES: readonly RegExp[] = [
  /^d_?(?:j|l|e|c|loss|cost|f)_?d_?(\w+)$/i,
  /^d_?(?:j|l|e|c|loss|cost)_(\w+)$/i,
  /^(?:grad|gradient|gradients|nabla|partial|del|g|dl|dj)_?(?:of_|wrt_)?(\w+)$/i,
  /^(\w+?)_?(?:grad|gradient|grads|gradients|derivative|deriv|prime)$/i,
  /^d_?(\w+)$/,
  /^D_?(\w+)$/,
];

/** Weights of a layer among several: `W2`, `Wq`, `W_ih`. They are matrices, also where a single unit follows. */
const LAYER_WEIGHTS = /^(?:[WU]_?(\d+|[a-zA-Z]{1,2}\d?)|weights?_?\d+|syn(?:apse)?_?\d+)$/;

export const isLayerWeight = (name: string): boolean => LAYER_WEIGHTS.test(name) || /^[WU]$/.test(name);

const LAYER_BIAS = /^b(_?(\d+|[a-zA-Z]{1,2}\d?))?$/;

const LAYER_SHAPES: readonly (readonly [RegExp, ShapeCosts])[] = [
  [
    new RegExp(`${LAYER_WEIGHTS.source}|^W$`),
    [
      [MATRIX, 0],
      [COLUMN, 2],
      [ROW, 2.5],
      [VECTOR, 3],
      [SCALAR, 4],
    ],
  ],
  [
    LAYER_BIAS,
    [
      [VECTOR, 0],
      [SCALAR, 0.5],
      [COLUMN, 0.75],
      [ROW, 0.75],
      [MATRIX, 4],
    ],
  ],
  [
    /^(Y|T|y|t|targets?|y_?true)$/,
    [
      [VECTOR, 0],
      [MATRIX, 0.25],
      [COLUMN, 1],
      [ROW, 1],
      [SCALAR, 1.5],
    ],
  ],
];

const MEAN_OR_SAMPLE = /^(mu|mean|means|loc|mu_?\d|m_?\d|x|x_?i|y|z|obs|sample)$/;

/** Names of covariances, precisions and kernels, which are symmetric and positive definite. */
export const isCovarianceName = (name: string): boolean =>
  /^(Sigma|Sig|Omega|Cov|covariance|cov|precision|prec|gram|spd|psd)(_?(inv|hat|matrix|mat|x|y|\d))?$|^(inv|\w+)_?(Sigma|cov|covariance|precision)$/.test(
    name,
  );

/**
 * Shape patterns for an input in order of cost, from its name and those of the other arguments, its annotation and
 * documentation.
 */
export function shapePatterns(
  name: string,
  siblings: readonly string[],
  annotation: string | null,
  documentation: string,
  { isSetting = false, isForwardOnly = false, isFlowing = false } = {},
): { pattern: Pattern; cost: number }[] {
  const costs = new Map(BASE.map(([pattern, cost]) => [patternId(pattern), { pattern, cost }]));
  const preferred = isSetting
    ? NUMBER_FIRST
    : (shapeTogether(name, siblings) ??
      (isCovarianceName(name)
        ? MATRIX_FIRST
        : MEAN_OR_SAMPLE.test(name) && siblings.some(isCovarianceName)
          ? VECTOR_FIRST
          : ((isFlowing ? shapesOfFlow(name) : undefined) ??
            shapesOfLayers(name, siblings, isForwardOnly) ??
            NAME_SHAPES.find(([names]) => names.test(name))?.[1])));
  for (const [pattern, cost] of preferred ?? []) costs.set(patternId(pattern), { pattern, cost });
  const said = statedPattern(name, annotation, documentation);
  if (said) {
    for (const [id, entry] of costs) costs.set(id, { ...entry, cost: entry.cost + 3 });
    const known = costs.get(patternId(said));
    costs.set(patternId(said), { pattern: said, cost: Math.min(0, (known?.cost ?? 3) - 3) });
  }
  return [...costs.values()].sort((a, b) => a.cost - b.cost);
}

const countLayers = (siblings: readonly string[]): number =>
  siblings.filter((sibling) => LAYER_WEIGHTS.test(sibling)).length;

/** Whether a name is that of a weight or bias of one layer among several. */
export const isOfLayer = (name: string, siblings: readonly string[]): boolean =>
  countLayers(siblings) > 1 && (LAYER_WEIGHTS.test(name) || LAYER_BIAS.test(name));

/** A layer by itself: W and b in the usual capitals, with rows X, and no labels of one column. */
const isSingleLayer = (siblings: readonly string[]): boolean =>
  ['X', 'W', 'b'].every((name) => siblings.includes(name)) &&
  !siblings.some((sibling) => /^(y|t|targets?|labels?|y_?true)$/.test(sibling));

/** Where a gradient is written, it tells whether a single layer has one unit or many. */
const shapesOfLayers = (name: string, siblings: readonly string[], isForwardOnly: boolean) =>
  countLayers(siblings) > (isForwardOnly ? 0 : 1) || (isForwardOnly && isSingleLayer(siblings))
    ? LAYER_SHAPES.find(([names]) => names.test(name))?.[1]
    : undefined;

/** A layer of weights that gradients flow back through has many units and samples, whatever a mistake in them would ask for. */
const shapesOfFlow = (name: string): ShapeCosts | undefined =>
  /^\w*(weights?|kernel)$|^[wWUV](_?\w{1,3})?$/.test(name)
    ? WEIGHTS_OF_FLOW
    : roleHint(name, false) === 'data'
      ? DATA_OF_FLOW
      : undefined;

const DATA_OF_FLOW: ShapeCosts = [
  [MATRIX, 0],
  [VECTOR, 6],
  [COLUMN, 6],
  [ROW, 6],
  [SCALAR, 8],
];

const WEIGHTS_OF_FLOW: ShapeCosts = [
  [MATRIX, 0],
  [VECTOR, 12],
  [COLUMN, 12],
  [ROW, 12],
  [SCALAR, 12],
];

/** The shape that documentation or annotation states. */
export const statedPattern = (
  name: string,
  annotation: string | null,
  documentation: string,
): Pattern | null => documentedPattern(name, documentation) ?? annotatedPattern(annotation);

const BASE: ShapeCosts = [
  [SCALAR, 0],
  [VECTOR, 1],
  [MATRIX, 2],
  [COLUMN, 2.5],
  [ROW, 2.75],
  [CUBE, 9],
];

const NAME_SHAPES: readonly (readonly [RegExp, ShapeCosts])[] = [
  [
    /^(X|X_\w+|features|inputs|data|design|A_?prev|A0)$/,
    [
      [MATRIX, 0],
      [VECTOR, 2.25],
      [SCALAR, 2.5],
      [COLUMN, 3],
      [ROW, 4],
    ],
  ],
  [
    /^(x|xs|xb)$/,
    [
      [SCALAR, 0],
      [VECTOR, 0.75],
      [MATRIX, 1.25],
      [COLUMN, 2.5],
      [ROW, 3],
    ],
  ],
  [
    /^(Y|A|AL|A\d|Z|Z\d|P|S|T|H)$/,
    [
      [VECTOR, 0],
      [MATRIX, 0.75],
      [COLUMN, 1],
      [ROW, 1],
      [SCALAR, 1.5],
    ],
  ],
  [
    /^(y|t|target|targets|labels?|y_?true|y_?pred|y_?hat|yhat|preds?|predictions?|outputs?|probs)$/,
    [
      [VECTOR, 0],
      [COLUMN, 1],
      [ROW, 1.5],
      [MATRIX, 1.5],
      [SCALAR, 1.25],
    ],
  ],
  [
    /^(w|theta|weights|beta|coefs?|coefficients)$/,
    [
      [VECTOR, 0],
      [COLUMN, 1],
      [ROW, 2],
      [SCALAR, 1.5],
      [MATRIX, 2],
    ],
  ],
  [
    /^(W|W_?\w*\d+|W_\w+|V|U|Theta\d?)$/,
    [
      [MATRIX, 0],
      [VECTOR, 0.5],
      [COLUMN, 1],
      [ROW, 1.5],
      [SCALAR, 2],
    ],
  ],
  [
    /^(log_?[pq]|(\w+_)?log_?(probs?|ps)|\w+_logits|\w+_scores)$/,
    [
      [VECTOR, 0],
      [MATRIX, 0.25],
      [SCALAR, 1.25],
      [COLUMN, 2],
      [ROW, 2],
    ],
  ],
  [
    /^([BDEFGLMQR]|mask)$/,
    [
      [MATRIX, 0],
      [VECTOR, 0.5],
      [SCALAR, 1],
      [COLUMN, 2],
      [ROW, 2],
    ],
  ],
  [
    /^(b|bias|intercept|b\w?\d*|b_\w+)$/,
    [
      [SCALAR, 0],
      [VECTOR, 1],
      [COLUMN, 1.5],
      [ROW, 1.5],
      [MATRIX, 4],
    ],
  ],
  [
    /^(lam|lambda_?|lambd|lmbda|reg|alpha|gamma|eps|epsilon|lr|eta|delta|C|c|m|n|k|N|tau|temp|temperature|kappa|mu|margin|learning_rate|logit_scale|num_\w+|n_\w+)$/,
    NUMBER_FIRST,
  ],
];

/** The shape that a docstring states for a parameter: `X -- data of size (n, m)`, `w (ndarray (n,)): …`, `b: scalar`. */
function documentedPattern(name: string, documentation: string): Pattern | null {
  if (!documentation) return null;
  const escaped = name.replace(/[^\w]/g, '');
  const line = new RegExp(
    `^[ \\t]*(?::param(?:eter)?\\s+|[-*]\\s*)?\`*${escaped}\`*\\s*(?:--|:|-|=|\\(|,)([^\\n]*(?:\\n(?!\\s*\\w+\\s*(?:--|:|\\())[^\\n]*)?)`,
    'm',
  ).exec(documentation);
  const text = line?.[1];
  if (text === undefined) return null;
  const shape = /\(\s*((?:[^(),]|\([^()]*\))*,(?:[^(),]|\([^()]*\)|,)*)\)/.exec(text);
  if (shape?.[1]) {
    const axes = shape[1].split(',').map((axis) => axis.trim());
    if (axes.at(-1) === '') axes.pop();
    if (axes.length > 0 && axes.length <= 3 && axes.every((axis) => /^[\w\s*+.\-^/]*$/.test(axis)))
      return axes.map((axis) => (axis === '1' ? '1' : '*'));
  }
  if (/^\s*(?:an? )?int(?:eger)?\b|\bscalar\b|\(float\)|^\s*float\b|\bfloat\b|a number\b/i.test(text))
    return SCALAR;
  return null;
}

function annotatedPattern(annotation: string | null): Pattern | null {
  if (annotation === null) return null;
  if (/^number$/.test(annotation)) return SCALAR;
  if (/^(?:readonly )?number\[\]$|^(?:Readonly)?Array<number>$|^Float(?:32|64)Array$/.test(annotation))
    return VECTOR;
  if (/^(?:readonly )?number\[\]\[\]$|^Array<Array<number>>$/.test(annotation)) return MATRIX;
  if (/^(float|int|np\.float\d*|Scalar)$/.test(annotation)) return SCALAR;
  // jaxtyping: Float[Array, "m n"]
  const typed = /\[\s*[\w.]+\s*,\s*["']([^"']*)["']\s*\]/.exec(annotation)?.[1];
  if (typed === undefined) return null;
  const axes = typed.split(/\s+/).filter((axis) => axis !== '');
  return axes.length <= 3 && axes.every((axis) => /^\w+$/.test(axis))
    ? axes.map((axis) => (axis === '1' ? '1' : '*'))
    : null;
}
