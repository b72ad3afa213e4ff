/** Which functions of torch.nn.functional the table of functions covers, and with which options. */
import { describe, expect, it } from 'vitest';
import { BREADTH } from '../../support/breadth';
import { stored } from '../../support/breadthOracle';

/** Parameters by function, in their order. */
const FUNCTIONS = stored<Record<string, readonly string[]>>('torch_functional') ?? {};

/** Functions without a definition element by element or row by row, by the reason. */
const APART: Readonly<Record<string, RegExp>> = {
  'windows that slide along axes':
    /^(adaptive_|fractional_)?(avg|max|lp)_(un)?pool\d|^conv(_transpose)?\dd|^conv_tbc$|^(un)?fold$/,
  'values at other places':
    /^(affine_grid|grid_sample|interpolate|upsample\w*|pad|\w*channel_shuffle|pixel_\w+)$/,
  'values drawn at random': /dropout\d?d?$|^gumbel_softmax$/,
  'a recursion over alignments': /^ctc_loss$/,
  'integers, which have no gradient': /^one_hot$/,
  'matrix products in low precision': /^(scaled_mm|grouped_mm|scaled_grouped_mm)$/,
  'a composition of layers that have rows of their own': /^multi_head_attention_forward$/,
  'no function of arrays':
    /^(assert_int_or_pair|boolean_dispatch|handle_torch_function|has_torch_function\w*)$/,
};

/** Parameters that leave what is computed as it is, by function where the name means something else elsewhere. */
const NEUTRAL: readonly RegExp[] = [
  /\.(inplace|out|dtype|_stacklevel|keepdim|sparse|momentum|options)$/,
  // Old names of the reductions.
  /\.(size_average|reduce)$/,
  // Which axis of an array: rows are along the last one.
  /^(glu|softmax|softmin|log_softmax)\.dim$/,
  // The gradient, not the function, differs, or the weights are changed in place.
  /^embedding(_bag)?\.(padding_idx|max_norm|norm_type|scale_grad_by_freq)$/,
  // Bags of different lengths.
  /^embedding_bag\.(offsets|include_last_offset)$/,
  /^scaled_dot_product_attention\.(dropout_p|enable_gqa)$/,
];

/** Values that rows give to a parameter which chooses between functions, besides its default. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  reduction: ["'sum'", "'none'"],
  'kl_div.reduction': ["'sum'", "'none'", "'batchmean'"],
  'gelu.approximate': ["'tanh'"],
  // The largest of a bag has ties wherever a class occurs twice, and PyTorch takes one of them.
  'embedding_bag.mode': ["'sum'", "'mean'"],
  'triplet_margin_loss.swap': ['True'],
  'gaussian_nll_loss.full': ['True'],
  'poisson_nll_loss.full': ['True'],
  'poisson_nll_loss.log_input': ['False'],
  'kl_div.log_target': ['True'],
  'scaled_dot_product_attention.is_causal': ['True'],
};

interface Call {
  readonly row: string;
  readonly fn: string;
  /** By parameter. */
  readonly given: ReadonlyMap<string, string>;
}

/** The parts of a text between commas that stand in no brackets, up to the bracket that closes it. */
function argumentsIn(text: string): string[] {
  const out = [''];
  let depth = 0;
  for (const char of text) {
    if ('([{'.includes(char)) depth += 1;
    if (')]}'.includes(char)) depth -= 1;
    if (depth < 0) break;
    if (char === ',' && depth === 0) out.push('');
    else out[out.length - 1] += char;
  }
  return out.map((part) => part.trim());
}

function callsIn(row: string, code: string): Call[] {
  return [...code.matchAll(/\b(?:F|torch)\.(\w+)\(/g)].flatMap((match) => {
    const [whole, fn = ''] = match;
    const parameters = FUNCTIONS[fn];
    if (!parameters) return [];
    const given = argumentsIn(code.slice(match.index + whole.length)).map((part, k): [string, string] => {
      const named = /^(\w+)=(?!=)(.*)$/s.exec(part);
      return named ? [named[1] ?? '', named[2] ?? ''] : [parameters[k] ?? `argument ${k}`, part];
    });
    return [{ row, fn, given: new Map(given) }];
  });
}

const CALLS = BREADTH.flatMap(({ name, torch }) => callsIn(name, torch));
const reasonsFor = (fn: string): string[] =>
  Object.keys(APART).filter((reason) => APART[reason]?.test(fn) === true);
const covered = Object.keys(FUNCTIONS).filter((fn) => reasonsFor(fn).length === 0);

it('knows the functions and their parameters', () => {
  expect(Object.keys(FUNCTIONS).length).toBeGreaterThan(100);
  expect(covered.filter((fn) => FUNCTIONS[fn]?.length === 0)).toEqual([]);
  expect(CALLS.filter(({ fn, given }) => [...given.keys()].some((p) => !FUNCTIONS[fn]?.includes(p)))).toEqual(
    [],
  );
});

it('leaves functions out for one reason each, and for no reason that fits none', () => {
  const reasons = Object.keys(FUNCTIONS).map(reasonsFor);
  expect(reasons.filter((each) => each.length > 1)).toEqual([]);
  expect(new Set(reasons.flat())).toEqual(new Set(Object.keys(APART)));
});

describe.each(covered)('%s', (fn) => {
  const calls = CALLS.filter((call) => call.fn === fn);

  it('has a row', () => expect(calls).not.toEqual([]));

  it('has rows for all that changes what it computes', () => {
    const parameters = (FUNCTIONS[fn] ?? []).filter(
      (name) => !NEUTRAL.some((pattern) => pattern.test(`${fn}.${name}`)),
    );
    const missing = parameters.flatMap((name) => {
      const values = new Set(calls.flatMap(({ given }) => given.get(name)?.replaceAll('"', "'") ?? []));
      const wanted = CHOICES[`${fn}.${name}`] ?? CHOICES[name];
      if (!wanted) return values.size > 0 ? [] : [name];
      return wanted.filter((value) => !values.has(value)).map((value) => `${name}=${value}`);
    });
    expect(missing).toEqual([]);
  });
});
