/**
 * Names that mean something only together: the queries, keys and values of attention; anchors with what is near and far
 * of them; scale and shift of a normalised input; mean and spread of a distribution.
 */
import { MATRIX, VECTOR } from './run';
import { MATRIX_FIRST, VECTOR_FIRST, type ShapeCosts } from './shapes';

interface Member {
  readonly names: RegExp;
  /** Shapes in order of cost; those of the name alone where there are none. */
  readonly shape: ShapeCosts | null;
  /** Whether the function is differentiated by it. */
  readonly learnt: boolean;
}

interface Group {
  readonly members: readonly Member[];
  /** The arguments of a layer, also where it is not named so. */
  readonly layer?: boolean;
  /** One of the names that stand beside the members. */
  readonly beside?: RegExp;
  /** None of them stands there. */
  readonly without?: RegExp;
}

const WEIGHTS = /^(w|theta|weights?|coefs?)$/i;
const LABELS = /^(y|t|targets?|labels?|y_?true|counts?)$/i;

const member = (names: RegExp, shape: ShapeCosts | null, learnt = true): Member => ({ names, shape, learnt });

/** Rows for a single query: the result is a vector, and not of rows of one entry. */
const ROWS: ShapeCosts = [
  [MATRIX, 0],
  [VECTOR, 4],
];

const GROUPS: readonly Group[] = [
  {
    members: [member(/^q$/, VECTOR_FIRST), member(/^(K|keys?)$/, ROWS), member(/^(V|values?)$/, ROWS)],
    layer: true,
  },
  {
    members: [
      member(/^(q|query|queries)$/i, MATRIX_FIRST),
      member(/^(k|keys?)$/i, MATRIX_FIRST),
      member(/^(v|values?)$/i, MATRIX_FIRST),
    ],
    layer: true,
  },
  {
    members: [member(/^(Q|query|queries)$/, MATRIX_FIRST), member(/^(K|keys?)$/, MATRIX_FIRST)],
    without: WEIGHTS,
  },
  {
    members: [
      member(/^(I|img|images?)(_?\w*)$/, MATRIX_FIRST),
      member(/^(T|txt|texts?)(_?\w*)$/, MATRIX_FIRST),
    ],
    without: WEIGHTS,
  },
  {
    members: [
      member(/^(a|anchors?)$/i, VECTOR_FIRST),
      member(/^(p|pos|positives?)$/i, VECTOR_FIRST),
      member(/^(n|neg|negatives?)$/i, VECTOR_FIRST),
    ],
    layer: true,
  },
  {
    members: [
      member(/^(x|inputs?|a|z|h)$/i, MATRIX_FIRST),
      member(/^(gamma|scale|g|gain)$/, VECTOR_FIRST),
      member(/^(beta|shift|offset|b|bias)$/, VECTOR_FIRST),
    ],
    layer: true,
    // Beside weights, b is their bias and gamma a setting.
    without: WEIGHTS,
  },
  {
    members: [member(/^(x|inputs?|h)$/, MATRIX_FIRST), member(/^(g|gain)$/, VECTOR_FIRST)],
    layer: true,
    without: WEIGHTS,
  },
  {
    members: [member(/^x_?1$/, VECTOR_FIRST), member(/^x_?2$/, VECTOR_FIRST)],
    beside: LABELS,
    without: WEIGHTS,
  },
  // Two distributions: mu1, sigma1, mu2, sigma2.
  {
    members: [
      member(/^(mu|mean|m|loc)_?(0|1|q|a|post\w*)$/, VECTOR_FIRST),
      member(/^(mu|mean|m|loc)_?(1|2|p|b|prior\w*)$/, VECTOR_FIRST),
      member(/^(s|sd|(log_?)?(sigma|std|var|scale))_?(0|1|q|a|post\w*)$/i, VECTOR_FIRST),
      member(/^(s|sd|(log_?)?(sigma|std|var|scale))_?(1|2|p|b|prior\w*)$/i, VECTOR_FIRST),
    ],
    without: WEIGHTS,
  },
  {
    members: [
      member(/^(mu|mean|z_mean)$/, VECTOR_FIRST),
      member(/^(z_)?(log_?var|log_?sigma\w*|log_?std)$/i, VECTOR_FIRST),
    ],
    without: WEIGHTS,
  },
  {
    members: [member(/^(mu|mean|loc)$/, VECTOR_FIRST), member(/^[SCK]$/, MATRIX_FIRST)],
    beside: /^(x|xs|y|z|data|samples?|obs\w*)$/i,
    without: WEIGHTS,
  },
  {
    members: [
      member(/^(mu|mean|loc)$/, VECTOR_FIRST),
      member(/^(sigma|sigma_?2|scale|std|var|variance|s2)$/, null),
    ],
    beside: LABELS,
    without: WEIGHTS,
  },
  {
    members: [member(/^(mu|mean|loc)$/, null), member(/^(sigma|sigma_?2|scale|std|var|variance|s2)$/, null)],
    beside: /^(x|xs|data|samples?|obs\w*)$/i,
    without: WEIGHTS,
  },
  {
    members: [
      member(/^x$/, VECTOR_FIRST, false),
      member(/^x_?(hat|rec\w*|pred\w*)$|^recon\w*$/, VECTOR_FIRST),
    ],
    without: WEIGHTS,
  },
  {
    members: [member(/^mu(_hat)?$/, VECTOR_FIRST)],
    beside: LABELS,
    without: /^(w|theta|weights?|coefs?|x|y_?hat|y_?pred|z|logits|preds?)$/i,
  },
];

function membersOf(name: string, siblings: readonly string[], groups: readonly Group[]): Member | null {
  const has = (names: RegExp): boolean => siblings.some((sibling) => names.test(sibling));
  for (const { members, beside, without } of groups) {
    const own = members.find(({ names }) => names.test(name));
    if (!own || !members.every(({ names }) => has(names))) continue;
    if ((beside && !has(beside)) || (without && has(without))) continue;
    return own;
  }
  return null;
}

/** The shapes that the names of all arguments give to this one. */
export const shapeTogether = (name: string, siblings: readonly string[]): ShapeCosts | null =>
  membersOf(name, siblings, GROUPS)?.shape ?? null;

/** Whether the names of all inputs say that a function is differentiated by this one: by q, k and v; by x, gamma and beta. */
export const learntTogether = (name: string, siblings: readonly string[]): boolean =>
  membersOf(name, siblings, GROUPS)?.learnt === true;

/** Whether the arguments are those of a layer. */
export const areOfLayer = (siblings: readonly string[]): boolean =>
  siblings.some(
    (name) =>
      membersOf(
        name,
        siblings,
        GROUPS.filter(({ layer }) => layer === true),
      )?.learnt === true,
  );
