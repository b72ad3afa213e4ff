/**
 * Layers, activations and losses that libraries offer as objects: made with settings, called with arrays. Signatures are
 * those of PyTorch 2, Keras 3 and Flax.
 */
import type { Span } from '../core/definition';
import { keyword, toArray, type LibraryCall } from './arguments';
import { matmul, add } from './arrays';
import { meaningOf } from './libraries';
import { layerNorm, rmsNorm } from './normalisation';
import { unsupported, type CallArgument, type Pattern, type Run } from './run';
import { bindCall, type Meaning } from './signature';
import { integerOf, numberOf, type NativeV, type Value } from './values';

export type CallValue = (
  run: Run,
  callee: Value,
  args: readonly CallArgument[],
  span: Span,
  name: string,
) => Value;

/** Makes the object from the arguments of its constructor. */
type Maker = (made: LibraryCall, callValue: CallValue) => Value;

const native = (call: NativeV['call'], own: Partial<Pick<NativeV, 'attribute' | 'adopt'>> = {}): NativeV => ({
  kind: 'native',
  call,
  attribute: () => undefined,
  ...own,
});

/** The function at `path` with the settings that the constructor takes, under the function's own names. */
const functionWith =
  (path: string, signature: string): Maker =>
  (made) => {
    const bound = bindCall(signature, made);
    if ('kind' in bound) return bound;
    return native((run, args, span, written) => {
      const meaning = meaningOf(path);
      return meaning
        ? meaning({ run, span, written, args: [...args, ...bound.args] })
        : unsupported(`uses ${written}`, span, 'unsupported-function');
    });
  };

/** A layer that leaves its argument as it is. */
const unchanged =
  (note: string | null): Maker =>
  () =>
    native((run, args, span, written) => {
      if (note !== null) run.notes.push({ subject: written, text: note, span });
      return toArray(run, args[0]?.value, span);
    });

/** A weight or another input that the code says is learnt; its code is that of the attribute that holds it. */
export function learntInput(code: string, pattern: Pattern | undefined): Value {
  const name = code
    .replace(/^(?:self|cls|this|ctx)\./, '')
    .replace(/\W+/g, '_')
    .replace(/^_+(?=\w)/, '');
  return {
    kind: 'input',
    input: {
      code,
      name,
      span: null,
      annotation: null,
      documentation: '',
      isLearnt: true,
      ...(pattern ? { pattern } : {}),
      entries: new Map(),
      origin: 'attribute',
    },
  };
}

/** A value that an attribute or a place in a list holds from now on: layers and weights get their code from it. */
export function adopted(value: Value, code: string): Value {
  if (value.kind === 'native') value.adopt?.(code);
  else if (value.kind === 'sequence') value.items.forEach((item, k) => adopted(item, `${code}.${k}`));
  else if (value.kind === 'input' && value.input.isLearnt && value.input.code.startsWith('%'))
    return learntInput(code, value.input.pattern);
  return value;
}

/** Weights by name, made when they are first used; the code of the layer is then known. */
function weightsOf(run: Run, kind: string, patterns: Readonly<Record<string, Pattern>>) {
  let code: string | null = null;
  const made = new Map<string, Value>();
  const weight = (name: string): Value => {
    if (code === null) {
      const count = run.unnamed.get(kind) ?? 0;
      run.unnamed.set(kind, count + 1);
      code = `${kind}_${count}`;
    }
    const known = made.get(name) ?? learntInput(`${code}.${name}`, patterns[name]);
    made.set(name, known);
    return known;
  };
  return {
    weight,
    attribute: (name: string): Value | undefined =>
      Object.hasOwn(patterns, name) ? weight(name) : undefined,
    adopt: (given: string): void => {
      code ??= given;
    },
  };
}

const isFalse = (value: Value | undefined): boolean => value !== undefined && integerOf(value) === 0;

/** One unit is one column; other numbers of units are symbolic, as sizes are wherever they can be. */
const unitsOf = (value: Value | undefined): '1' | '*' => (integerOf(value) === 1 ? '1' : '*');

const linearMeaning: Meaning = (call) =>
  meaningOf('torch.nn.functional.linear')?.(call) ??
  unsupported(`uses ${call.written}`, call.span, 'unsupported-function');

/** x Wᵀ + b with weights of shape (out, in). */
const torchLinear: Maker = (made) => {
  const bound = bindCall('in_features:in out_features:out bias: device- dtype-', made);
  if ('kind' in bound) return bound;
  const [inputs, outputs] = [keyword(bound, 'in'), keyword(bound, 'out')].map(unitsOf);
  const hasBias = !isFalse(keyword(bound, 'bias'));
  const out = outputs ?? '*';
  const own = weightsOf(made.run, 'linear', {
    weight: [out, inputs ?? '*'],
    ...(hasBias ? { bias: [out] } : {}),
  });
  return native((run, args, span, written) => {
    const parts = ['weight', ...(hasBias ? ['bias'] : [])];
    const given = parts.map((name) => ({ name: null, value: own.weight(name) }));
    return linearMeaning({ run, span, written, args: [...args, ...given] });
  }, own);
};

/** x W + b with weights of shape (in, out), and then the activation. */
const dense =
  (signature: string, bias: string): Maker =>
  (made, callValue) => {
    const bound = bindCall(signature, made);
    if ('kind' in bound) return bound;
    const units = unitsOf(keyword(bound, 'units'));
    const hasBias = !isFalse(keyword(bound, bias));
    const own = weightsOf(made.run, 'Dense', { kernel: ['*', units], ...(hasBias ? { bias: [units] } : {}) });
    const after = activationOf(keyword(bound, 'activation'), made.span);
    return native((run, args, span, written) => {
      const x = toArray(run, args[0]?.value, span);
      const kernel = toArray(run, own.weight('kernel'), span);
      if (x.kind === 'unknown') return x;
      if (kernel.kind === 'unknown') return kernel;
      const product = matmul(run, x, kernel, span, false);
      if (product.kind === 'unknown') return product;
      const shift = hasBias ? toArray(run, own.weight('bias'), span) : null;
      if (shift?.kind === 'unknown') return shift;
      const sum = shift ? add(run, product, shift, span) : product;
      return after === null || sum.kind === 'unknown'
        ? sum
        : callValue(run, after, [{ name: null, value: sum }], span, written);
    }, own);
  };

/** `activation="relu"`, or a function. */
function activationOf(given: Value | undefined, span: Span): Value | null {
  if (given === undefined || given.kind === 'none') return null;
  if (given.kind !== 'string') return given;
  if (given.value === 'linear') return null;
  const path = `tensorflow.nn.${given.value}`;
  return meaningOf(path)
    ? { kind: 'library', path }
    : unsupported(`uses the activation "${given.value}"`, span, 'unsupported-function');
}

/** A normalisation along the last axis, with weights for each of its entries. */
const normalisation =
  (
    kind: string,
    signature: string,
    meaning: Meaning,
    names: { readonly weight: string; readonly bias: string | null },
    eps: number,
  ): Maker =>
  (made) => {
    const bound = bindCall(signature, made);
    if ('kind' in bound) return bound;
    const isPlain = isFalse(keyword(bound, 'affine'));
    const hasBias = names.bias !== null && !isFalse(keyword(bound, 'bias'));
    const own = weightsOf(made.run, kind, {
      ...(isPlain ? {} : { [names.weight]: ['*'] }),
      ...(isPlain || !hasBias || names.bias === null ? {} : { [names.bias]: ['*'] }),
    });
    const guard = numberOf(keyword(bound, 'eps'));
    return native((run, args, span, written) => {
      const parts: [string, string | null][] = [
        ['weight', names.weight],
        ['bias', names.bias],
      ];
      const settings = parts.flatMap(([name, attribute]) => {
        const value = attribute === null ? undefined : own.attribute(attribute);
        return value ? [{ name, value }] : [];
      });
      const given = keyword(bound, 'eps') ?? undefined;
      const guarded: Value = given && guard !== null ? given : numberValue(run, eps);
      return meaning({ run, span, written, args: [...args, ...settings, { name: 'eps', value: guarded }] });
    }, own);
  };

const numberValue = (run: Run, value: number): Value => ({
  kind: 'array',
  axes: [],
  element: run.arena.literal(String(value)),
  base: null,
  mask: false,
  spread: false,
});

/** One after the other. */
const sequential: Maker = (made, callValue) => {
  const parts = made.args.flatMap(({ value }) => (value.kind === 'sequence' ? value.items : [value]));
  const unreadable = parts.find((part) => part.kind === 'unknown');
  if (unreadable) return unreadable;
  return native(
    (run, args, span, written) =>
      parts.reduce<Value>(
        (x, part) =>
          x.kind === 'unknown' ? x : callValue(run, part, [{ name: null, value: x }], span, written),
        args[0]?.value ?? unsupported(`calls ${written} without an argument`, span, 'missing-argument'),
      ),
    {
      adopt: (code) => {
        parts.forEach((part, k) => adopted(part, `${code}.${k}`));
      },
    },
  );
};

/** `nn.ModuleList([…])`: a list. */
const listOf: Maker = (made) => {
  const [first] = made.args;
  return first?.value ?? { kind: 'sequence', form: 'list', items: [] };
};

/** `nn.Parameter(tensor)`: an input that is learnt, named after the attribute that it becomes. */
const parameter: Maker = () => learntInput('%parameter', undefined);

const LOSS = 'size_average: reduce: reduction:';
const F = 'torch.nn.functional.';

const of = (name: string, signature = 'inplace-'): Maker => functionWith(`${F}${name}`, signature);

const TORCH_MODULES: Readonly<Record<string, Maker>> = {
  ReLU: of('relu'),
  ReLU6: of('relu6'),
  LeakyReLU: of('leaky_relu', 'negative_slope: inplace-'),
  ELU: of('elu', 'alpha: inplace-'),
  CELU: of('celu', 'alpha: inplace-'),
  SELU: of('selu'),
  GELU: of('gelu', 'approximate:'),
  SiLU: of('silu'),
  Mish: of('mish'),
  Sigmoid: of('sigmoid', ''),
  Tanh: of('tanh', ''),
  Softplus: of('softplus', 'beta: threshold-'),
  Softsign: of('softsign', ''),
  Tanhshrink: of('tanhshrink', ''),
  Softshrink: of('softshrink', 'lambd:'),
  Hardshrink: of('hardshrink', 'lambd:'),
  Hardtanh: of('hardtanh', 'min_val: max_val: inplace-'),
  Hardsigmoid: of('hardsigmoid'),
  Hardswish: of('hardswish'),
  LogSigmoid: of('logsigmoid', ''),
  Softmax: of('softmax', 'dim:'),
  LogSoftmax: of('log_softmax', 'dim:'),
  Softmin: of('softmin', 'dim:'),
  MSELoss: of('mse_loss', LOSS),
  L1Loss: of('l1_loss', LOSS),
  SmoothL1Loss: of('smooth_l1_loss', `${LOSS} beta:`),
  HuberLoss: of('huber_loss', 'reduction: delta:'),
  BCELoss: of('binary_cross_entropy', `weight: ${LOSS}`),
  BCEWithLogitsLoss: of('binary_cross_entropy_with_logits', `weight: ${LOSS} pos_weight:`),
  CrossEntropyLoss: of(
    'cross_entropy',
    'weight: size_average: ignore_index?-100 reduce: reduction: label_smoothing:',
  ),
  NLLLoss: of('nll_loss', 'weight: size_average: ignore_index?-100 reduce: reduction:'),
  KLDivLoss: of('kl_div', `${LOSS} log_target:`),
  PoissonNLLLoss: of('poisson_nll_loss', 'log_input: full?0 size_average: eps: reduce: reduction:'),
  GaussianNLLLoss: of('gaussian_nll_loss', '* full?0 eps: reduction:'),
  SoftMarginLoss: of('soft_margin_loss', LOSS),
  HingeEmbeddingLoss: of('hinge_embedding_loss', `margin: ${LOSS}`),
  MarginRankingLoss: of('margin_ranking_loss', `margin: ${LOSS}`),
  CosineEmbeddingLoss: of('cosine_embedding_loss', `margin: ${LOSS}`),
  TripletMarginLoss: of('triplet_margin_loss', `margin: p: eps: swap?0 ${LOSS}`),
  CosineSimilarity: of('cosine_similarity', 'dim: eps:'),
  PairwiseDistance: of('pairwise_distance', 'p: eps: keepdim:'),
  Identity: unchanged(null),
  Dropout: unchanged('dropout is left out, as in evaluation'),
  Linear: torchLinear,
  LayerNorm: normalisation(
    'norm',
    'normalized_shape- eps: elementwise_affine:affine bias: device- dtype-',
    layerNorm,
    { weight: 'weight', bias: 'bias' },
    1e-5,
  ),
  RMSNorm: normalisation(
    'norm',
    'normalized_shape- eps: elementwise_affine:affine device- dtype-',
    rmsNorm,
    { weight: 'weight', bias: null },
    1.1920928955078125e-7,
  ),
  Sequential: sequential,
  ModuleList: listOf,
  Parameter: parameter,
};

const KERAS_DENSE =
  'units: activation: use_bias: kernel_initializer- bias_initializer- kernel_regularizer- bias_regularizer- activity_regularizer- kernel_constraint- bias_constraint- name- input_shape- input_dim- dtype-';

const KERAS_LAYERS: Readonly<Record<string, Maker>> = {
  Dense: dense(KERAS_DENSE, 'use_bias'),
  Dropout: unchanged('dropout is left out, as in evaluation'),
  LayerNormalization: normalisation(
    'norm',
    'axis?-1 epsilon:eps center:bias scale:affine name- dtype-',
    layerNorm,
    { weight: 'gamma', bias: 'beta' },
    1e-3,
  ),
};

const FLAX: Readonly<Record<string, Maker>> = {
  Dense: dense(
    'features:units use_bias: dtype- param_dtype- precision- kernel_init- bias_init- name-',
    'use_bias',
  ),
  LayerNorm: normalisation(
    'norm',
    'epsilon:eps dtype- param_dtype- use_bias:bias use_scale:affine name-',
    layerNorm,
    { weight: 'scale', bias: 'bias' },
    1e-6,
  ),
};

const TABLES: Readonly<Record<string, Readonly<Record<string, Maker>>>> = {
  'torch.nn': TORCH_MODULES,
  'torch.nn.parameter': { Parameter: parameter },
  'tensorflow.keras.layers': KERAS_LAYERS,
  'keras.layers': KERAS_LAYERS,
  'flax.linen': FLAX,
};

function makerOf(path: string): Maker | null {
  const dot = path.lastIndexOf('.');
  const table = TABLES[path.slice(0, dot)];
  const name = path.slice(dot + 1);
  return table && Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}

export const isModulePath = (path: string): boolean => makerOf(path) !== null;

/** The layer, activation or loss that a constructor of a library makes; null where the path is none. */
export function makeModule(path: string, made: LibraryCall, callValue: CallValue): Value | null {
  return makerOf(path)?.(made, callValue) ?? null;
}
