/**
 * Readings of a program under which a gradient that looks wrong may be right: guards taken for 0, labels of a kind that the
 * code does not say. They are tried before anything is called wrong.
 */
import { indexedSizes, UNIT, type Domain, type Input, type Program } from '../core/definition';
import type { Node, Size } from '../core/expr';
import { unguarded, withoutGuards } from './guards';
import { BRIEF, trialsOneByOne, type Target, type Trial } from './points';

export interface Lenient {
  readonly target: Target;
  /** The gradient under this reading; null for the one as written. */
  readonly element: Node | null;
  /** A few trials, enough to rule it out. */
  readonly brief: Iterable<Trial>;
  /** What is assumed, as the end of "… is ∂J/∂w". */
  readonly suffix: string;
  readonly assumption: string;
}

/** The target with a program that says what is assumed; its points are drawn once for all gradients. */
function assuming(
  target: Target,
  assumption: string,
  program: Program,
): { readonly assumed: Target; readonly brief: Iterable<Trial> } {
  const assumed: Target = { ...target, pool: target.pool.under(assumption, () => program), derived: null };
  return { assumed, brief: trialsOneByOne(assumed, [], BRIEF) };
}

/** The gradient and the loss with every guard against log(0) or division by 0 taken for 0. */
export function guardReadings(program: Program, target: Target, element: Node): Lenient[] {
  const bare = withoutGuards(program.arena, element);
  const bareProgram = unguarded(program);
  if (!bareProgram && bare === element) return [];
  const suffix = 'up to the guard against log(0) or division by 0';
  const assumption = 'small constants that guard against log(0) or division by 0 are 0';
  const plain: Target = {
    ...target,
    pool: bareProgram ? target.pool.under(assumption, () => bareProgram) : target.pool,
    derived: null,
  };
  const brief = trialsOneByOne(plain, [bare], BRIEF);
  return [bare, null].map((own) => ({ target: plain, element: own, brief, suffix, assumption }));
}

/** Readings that are made under another one: labels of a kind, with the guards taken for 0. */
export const both = (first: Lenient, others: readonly Lenient[]): Lenient[] =>
  others.map((other) => ({
    ...other,
    element: other.element ?? first.element,
    assumption: `${first.assumption} and ${other.assumption}`,
  }));

/** A gradient of a quadratic form or of an inverse may be written for symmetric matrices without saying so. */
export function symmetricReadings(program: Program, target: Target): Lenient[] {
  const square = program.inputs.filter(({ domain, shape }) => {
    const sizes = indexedSizes(shape);
    return domain.kind === 'real' && sizes.length === 2 && sizes[0] === sizes[1];
  });
  return square.map((matrix): Lenient => {
    const domain: Domain = { kind: 'symmetric', definite: true };
    const inputs = program.inputs.map((input) => (input === matrix ? { ...input, domain } : input));
    const assumption = `${matrix.code} is symmetric`;
    const { assumed, brief } = assuming(target, assumption, { ...program, inputs });
    return { target: assumed, element: null, brief, suffix: `when ${assumption}`, assumption };
  });
}

/** `max(a * x, x)` is a leaky unit for slopes below 1 alone, which a slope by default of 2 is not. */
export function settingReadings(program: Program, target: Target): Lenient[] {
  const open = program.inputs.filter(
    ({ role, shape, domain, default: own }) =>
      role === 'hyper' &&
      shape.length === 0 &&
      domain.kind === 'interval' &&
      domain.high === Infinity &&
      (own === undefined || (own >= 0 && own <= 1)),
  );
  if (open.length === 0) return [];
  const inputs = program.inputs.map((input) => (open.includes(input) ? { ...input, domain: UNIT } : input));
  const assumption = `${open.map(({ code }) => code).join(' and ')} ${open.length > 1 ? 'are' : 'is'} between 0 and 1`;
  const { assumed, brief } = assuming(target, assumption, { ...program, inputs });
  return [{ target: assumed, element: null, brief, suffix: `when ${assumption}`, assumption }];
}

/**
 * The gradient may be written for one output, a column or row of labels, where nothing in the code says so: `np.mean` is then
 * over the samples alone. Not where nothing is left to differentiate then, as of a softmax of one class.
 */
export function singleReadings(program: Program, target: Target): Lenient[] {
  const sizesOf = (role: Input['role']): ReadonlySet<Size> =>
    new Set(program.inputs.flatMap((input) => (input.role === role ? indexedSizes(input.shape) : [])));
  const [data, learnt] = [sizesOf('data'), sizesOf('parameter')];
  const open = program.inputs.flatMap(({ role, shape }) => {
    const sizes = indexedSizes(shape);
    // The samples are those of the data.
    if (role !== 'label' || sizes.length !== 2 || !sizes.some((size) => data.has(size))) return [];
    return sizes.filter((size) => !data.has(size) && learnt.has(size));
  });
  return [...new Set(open)].flatMap((size): Lenient[] => {
    const assumption = `there is one output: ${size} is 1`;
    const pool = target.pool.under(assumption, () => target.pool.program, { [size]: 1 });
    const assumed: Target = { ...target, pool };
    const brief = trialsOneByOne(assumed, [], BRIEF);
    const depends = [...brief].some(({ exact }) => {
      const errors = exact.errors();
      return exact.values.some((value, k) => Math.abs(value) > 10 * (errors[k] ?? 0));
    });
    return depends
      ? [{ target: assumed, element: null, brief, suffix: `where ${assumption}`, assumption }]
      : [];
  });
}

/** What a label of unknown domain may be: 0/1, -1/1, or one-hot along either axis. */
function labelDomains(label: Input): { readonly domain: Domain; readonly text: string }[] {
  const oneHot = (axis: number, of: string): { domain: Domain; text: string } => ({
    domain: { kind: 'distribution', hard: true, axis },
    text: `is one-hot (each ${of} has one 1)`,
  });
  return [
    { domain: { kind: 'binary' }, text: 'is 0 or 1' },
    ...(label.domain.kind === 'real' ? [{ domain: { kind: 'sign' } as const, text: 'is -1 or 1' }] : []),
    ...(indexedSizes(label.shape).length === 1 ? [oneHot(0, 'vector')] : []),
    ...(indexedSizes(label.shape).length === 2 ? [oneHot(1, 'row'), oneHot(0, 'column')] : []),
  ];
}

/** Names of arrays that tell which entries count. */
const MASK_NAME = /^(R|M|I|\w*mask\w*|indicators?|rated|observed|valid)$/;

/** A mask of 0 and 1 may be left out of a gradient that holds it already: its square is the mask itself. */
export function maskReadings(program: Program, target: Target): Lenient[] {
  const open = program.inputs.filter(
    ({ name, role, domain, shape }) =>
      role !== 'label' && domain.kind === 'real' && shape.length > 0 && MASK_NAME.test(name),
  );
  return open.map((mask): Lenient => {
    const domain: Domain = { kind: 'binary' };
    const inputs = program.inputs.map((input) => (input === mask ? { ...input, domain } : input));
    const assumption = `${mask.code} is 0 or 1`;
    const { assumed, brief } = assuming(target, assumption, { ...program, inputs });
    return { target: assumed, element: null, brief, suffix: `when ${assumption}`, assumption };
  });
}

/** The gradient may be written for labels of one kind that the code does not say. */
export function labelReadings(program: Program, target: Target): Lenient[] {
  const open = program.inputs.filter(
    ({ role, domain }) => role === 'label' && (domain.kind === 'real' || domain.kind === 'interval'),
  );
  return open.flatMap((label) =>
    labelDomains(label).map(({ domain, text }): Lenient => {
      const inputs = program.inputs.map((input) => (input === label ? { ...input, domain } : input));
      const assumption = `${label.code} ${text}`;
      const { assumed, brief } = assuming(target, assumption, { ...program, inputs });
      return { target: assumed, element: null, brief, suffix: `when ${assumption}`, assumption };
    }),
  );
}
