/** Which function of a file computes the gradient of which: by names without their telling words, and by parameters. */
import { choicesOf } from './choices';
import type { Callable } from './execution';
import { ownParameters } from './members';
import { isForwardKey, isGradientKey, isGradientName, isLossName, roleHint } from './names';
import { isSecondName } from './secondNames';
import type { ClassNode, Family, FunctionNode, Parameter } from './syntax';
import { isUpstreamName, isVjpName } from './upstream';

const TELLING =
  /gradients?|grads?|derivati(?:ves?|ons?)|derivates?|deriv|jacobian|prime|backward|backprop|bprop|fprop|der|bwd|value|compute|calculate|calc|get|loss(?:es)?|cost|error|objective|function|func|fn|forward|propagate|of|the|_d$|^d_|eval(?:uate)?/gi;

export const stemOf = (name: string): string =>
  name
    .replace(/^d(?!er|iff|elta)(?=[a-z]{3,})/, 'd_')
    .replace(/^__call__$/, '')
    .replace(TELLING, '')
    .replace(/[^A-Za-z0-9]/g, '')
    .toLowerCase();

/** Words for what is computed, which a gradient's name often leaves out or says differently: `poisson_nll`, `poisson_grad`. */
const KIND_WORDS =
  /(?<![a-z])(?:nll|mse|mae|rmse|sse|rss|bce|ce|xent|neg(?:ative)?|log|likelihood|loglik(?:elihood)?|cross|entropy|crossentropy)(?![a-z])/gi;

const looseStemOf = (name: string): string => stemOf(name.replace(KIND_WORDS, ''));

/** A function that remembers what it gave. */
function remembered<From, To extends object | string>(of: (from: From) => To): (from: From) => To {
  const known = new Map<From, To>();
  return (from) => {
    const found = known.get(from) ?? of(from);
    known.set(from, found);
    return found;
  };
}

/** Finds the gradient function that belongs to a function of a file, if there is just one. */
export function pairingOf(
  all: readonly Callable[],
  family: Family = 'python',
  choicesIn: (c: Callable) => ReadonlyMap<string, Callable> = choicesOf,
): (main: Callable) => Callable | null {
  const isLoss = ({ fn }: Callable): boolean => isLossName(fn.name) && !isGradientName(fn.name);
  const title = remembered(titleOf);
  const choices = remembered(choicesIn);
  const known: Known = {
    all,
    ofDerivatives: new Set(all.filter(({ owner }) => owner !== null && isGradientName(owner.name))),
    titles: new Map(
      [...groupBy(all, (c) => c.owner)].map(([owner, own]) => [
        owner,
        new Set(own.map((c) => title(c.fn.name))),
      ]),
    ),
    title,
    plainTitle: remembered((name) => titleOf(name.replace(GRADIENT_WORDS, ''))),
    stem: remembered(stemOf),
    looseStem: remembered(looseStemOf),
    choices,
    gradients: groupBy(
      all.filter((c) => isGradientName(c.fn.name) && !isDescent(c.fn.name)),
      (c) => c.owner,
    ),
    methods: groupBy(
      all.filter((c) => c.owner !== null && !isGradientName(c.fn.name)),
      (c) => c.owner,
    ),
    losses: groupBy(all.filter(isLoss), (c) => c.owner),
    forwards: groupBy(
      all.filter((c) => !isGradientName(c.fn.name)),
      (c) => c.owner,
    ),
    named: groupBy(
      all.filter((c) => /^_?[dD]|p$/.test(c.fn.name) && !isDescent(c.fn.name)),
      (c) => c.fn.name,
    ),
  };
  return (main) =>
    // Python's functions at the top of a file have names of their own; methods are often keys.
    (family === 'javascript' || main.owner ? keyedGradient(main, all) : null) ??
    (family === 'javascript' ? besideInDerivatives(main, known) : null) ??
    gradientFunctionOf(main, known);
}

/** The functions of a file that a pair may be made of. */
interface Known {
  readonly all: readonly Callable[];
  /** Functions of classes and objects of derivatives. */
  readonly ofDerivatives: ReadonlySet<Callable>;
  /** Names of all functions of an owner, without case and marks. */
  readonly titles: ReadonlyMap<ClassNode | null, ReadonlySet<string>>;
  readonly title: (name: string) => string;
  /** The title without words for gradients. */
  readonly plainTitle: (name: string) => string;
  readonly stem: (name: string) => string;
  readonly looseStem: (name: string) => string;
  readonly choices: (c: Callable) => ReadonlyMap<string, Callable>;
  readonly gradients: ReadonlyMap<ClassNode | null, readonly Callable[]>;
  /** Methods that are no gradients. */
  readonly methods: ReadonlyMap<ClassNode | null, readonly Callable[]>;
  readonly losses: ReadonlyMap<ClassNode | null, readonly Callable[]>;
  /** Functions whose names do not say that they compute a gradient. */
  readonly forwards: ReadonlyMap<ClassNode | null, readonly Callable[]>;
  /** Functions whose name begins with d or ends with p, by name. */
  readonly named: ReadonlyMap<string, readonly Callable[]>;
}

/** `output` and `der`, `f` and `df`, `activate` and `measure`: by their keys, where there is one of each in an object or file. */
function keyedGradient(main: Callable, all: readonly Callable[]): Callable | null {
  if (!isForwardKey(main.fn.name)) return null;
  const siblings = all.filter((c) => c.owner === main.owner);
  const [gradient, ...more] = siblings.filter((c) => isGradientKey(c.fn.name, main.fn.name));
  const forwards = siblings.filter((c) => isForwardKey(c.fn.name));
  if (!gradient || more.length > 0 || forwards.length > 1) return null;
  const count = names(gradient).length - names(main).length;
  return count === 0 || count === 1 ? gradient : null;
}

/** `Activation.relu` and `ActivationDerivative.relu`: the same name in a class or object of derivatives. */
function besideInDerivatives(
  main: Callable,
  { all, ofDerivatives, title, plainTitle }: Known,
): Callable | null {
  if (ofDerivatives.has(main)) return null;
  const own = title(main.fn.name);
  const [gradient, ...more] = [...ofDerivatives].filter(
    (c) => c.fn.name === main.fn.name || plainTitle(c.fn.name) === own,
  );
  if (!gradient || more.length > 0) return null;
  // There is no other function of its name.
  if (all.some((c) => c !== main && c !== gradient && c.fn.name === main.fn.name)) return null;
  return names(gradient).length === names(main).length ? gradient : null;
}

function groupBy<K>(all: readonly Callable[], key: (c: Callable) => K): Map<K, Callable[]> {
  const groups = new Map<K, Callable[]>();
  for (const c of all) {
    const group = groups.get(key(c));
    if (group) group.push(c);
    else groups.set(key(c), [c]);
  }
  return groups;
}

/** Names that a function gives to its derivative alone. */
export function derivativeNames(name: string): readonly string[] {
  if (/^_[A-Za-z]/.test(name)) return derivativeNames(name.slice(1)).map((derivative) => `_${derivative}`);
  const capital = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return [
    `d${name}`,
    `d_${name}`,
    `d${capital}`,
    `D${name}`,
    `D_${name}`,
    `dds${capital}`,
    `${name}p`,
    `${name}_p`,
  ];
}

function gradientFunctionOf(main: Callable, known: Known): Callable | null {
  const { name } = main.fn;
  if ((isGradientName(name) && !isLossName(name)) || isSecondName(name)) return null;
  const flagged = withFlagSet(main);
  if (flagged) return flagged;
  const exact = derivativeNames(name)
    .flatMap((d) => known.named.get(d) ?? [])
    .filter((c) => c.owner === main.owner);
  if (exact.length === 1) return exact[0] ?? null;
  const others = (known.gradients.get(main.owner) ?? []).filter(
    (c) => c.fn !== main.fn && !saysOther(c, main, known),
  );
  if (others.length === 0) return null;
  const mine = names(main);
  const { stem } = known;
  const wanted = stem(name);
  const same = others.filter(
    (c) =>
      stem(c.fn.name) === wanted &&
      !isOfNetwork(main, c) &&
      (isBackwardOf(main, c) || compatible(mine, names(c), wanted === '')),
  );
  if (same.length === 1) return same[0] ?? null;
  if (same.length > 1) {
    // `lossFn` and `lossGrad`, where `gradient` belongs to something else.
    const plain = known.plainTitle(name).replace(/(?:function|func|fn)$/, '');
    const [only, ...more] = same.filter((c) => known.plainTitle(c.fn.name) === plain);
    return only && more.length === 0 ? only : null;
  }
  const alone = onlyPairOf(main, others, known) ?? choosingAlike(main, others, known);
  if (alone) return alone;
  // `logistic_loss` and `gradient`: the only pair of the file that fits by parameters.
  const losses = known.losses.get(main.owner) ?? [];
  const loose = others.filter((c) => stem(c.fn.name) === '' && equalSets(mine, names(c)));
  const [open, ...more] = losses.length > 1 ? losses.filter((c) => isOpenFor(c, loose, known)) : losses;
  if (open?.fn === main.fn && more.length === 0 && loose.length === 1) return loose[0] ?? null;
  return byLooseStem(main, losses, others, known) ?? byBeginning(main, others, known);
}

/** A loss of the arguments of one of these gradients for which there is no other gradient by name. */
function isOpenFor(loss: Callable, gradients: readonly Callable[], { stem, gradients: all }: Known): boolean {
  const own = stem(loss.fn.name);
  const isTaken = (all.get(loss.owner) ?? []).some((c) => own !== '' && stem(c.fn.name) === own);
  return !isTaken && gradients.some((c) => equalSets(names(loss), names(c)));
}

/** `g(z)` and `activation_prime(z)`: the only function of a class that could be meant, and its only derivative. */
function onlyPairOf(main: Callable, gradients: readonly Callable[], known: Known): Callable | null {
  const [only, ...more] = gradients;
  if (main.owner === null || !only || more.length > 0) return null;
  if (!/^(activ\w*|func?|fn)?$/.test(known.stem(only.fn.name))) return null;
  const wanted = names(only);
  const forwards = known.methods
    .get(main.owner)
    ?.filter((c) => equalSets(names(c), wanted) && c.fn !== only.fn);
  return forwards?.length === 1 && forwards[0]?.fn === main.fn ? only : null;
}

/** Two functions that choose by the same names what they compute: `function(kind, x)` and `derivate_fun(kind, x)`. */
function choosingAlike(main: Callable, gradients: readonly Callable[], { choices }: Known): Callable | null {
  const mine = choices(main);
  if (mine.size < 2) return null;
  const alike = gradients.filter((c) => {
    const theirs = choices(c);
    const shared = [...mine.keys()].filter((name) => theirs.has(name)).length;
    return shared > 1 && 2 * shared >= theirs.size && equalSets(names(main), names(c));
  });
  const [only, ...more] = alike;
  return only && more.length === 0 ? only : null;
}

/** `softmaxLossGradient` says that it belongs to `softmaxLoss`, not to `softmax`. */
function saysOther(gradient: Callable, main: Callable, { titles, title, plainTitle }: Known): boolean {
  const said = plainTitle(gradient.fn.name);
  if (said === title(main.fn.name) || said === title(gradient.fn.name)) return false;
  return titles.get(main.owner)?.has(said) ?? false;
}

const GRADIENT_WORDS = /gradients?|grads?|derivatives?|deriv|jacobian|prime|backward|backprop|_d$|^d_/gi;

const titleOf = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();

/** `poisson_nll` and `poisson_grad`: alike but for the words for their kind, alone in that and on the same arguments. */
function byLooseStem(
  main: Callable,
  losses: readonly Callable[],
  gradients: readonly Callable[],
  { looseStem }: Known,
): Callable | null {
  const wanted = looseStem(main.fn.name);
  const alike = (c: Callable): boolean => looseStem(c.fn.name) === wanted;
  const mains = losses.filter(alike);
  const [only, ...more] = gradients.filter(alike);
  if (mains.length !== 1 || mains[0]?.fn !== main.fn || !only || more.length > 0) return null;
  return equalSets(names(main), names(only)) ? only : null;
}

/** `tweedie_deviance` and `d_tweedie`: the gradient leaves out the end of a name that no other function begins so. */
function byBeginning(
  main: Callable,
  gradients: readonly Callable[],
  { forwards, stem }: Known,
): Callable | null {
  const begins = (c: Callable, gradient: Callable): boolean => {
    const start = stem(gradient.fn.name);
    return start.length >= SHORTEST_BEGINNING && stem(c.fn.name).startsWith(start);
  };
  const [only, ...more] = gradients.filter((c) => begins(main, c));
  if (!only || more.length > 0 || !equalSets(names(main), names(only))) return null;
  return (forwards.get(main.owner) ?? []).filter((c) => begins(c, only)).length === 1 ? only : null;
}

/** Letters that two functions share by more than chance. */
const SHORTEST_BEGINNING = 4;

/** `def sigmoid(x, deriv=False)`: the same function with its flag set computes the derivative. */
function withFlagSet({ fn, owner }: Callable): Callable | null {
  const set = withFlag(fn, true);
  return set === fn ? null : { fn: set, owner };
}

/** `def sigmoid(x, deriv=True)`: the function itself is what it computes without its flag. */
export const withFlagClear = (fn: FunctionNode): FunctionNode => withFlag(fn, false);

/** The function with the other default of the flag that asks for the derivative; itself where that is its default. */
function withFlag(fn: FunctionNode, value: boolean): FunctionNode {
  const isFlag = ({ name, fallback }: Parameter): boolean =>
    /deriv|grad|prime|backward/i.test(name) && fallback?.kind === 'boolean' && fallback.value !== value;
  const at = fn.parameters.findIndex(isFlag);
  const flag = fn.parameters[at];
  if (flag?.fallback?.kind !== 'boolean') return fn;
  const other = { ...flag, fallback: { ...flag.fallback, value } };
  return { ...fn, parameters: fn.parameters.map((p, k) => (k === at ? other : p)) };
}

/** Functions with gradients that do not compute the gradient of another function. */
const isDescent = (name: string): boolean =>
  /descent|check|numeric|clip|update|zero|_and_|train|fit(_|$)|^(?:set|add|acc(?:umulate)?|clear|reset)_?grad/i.test(
    name,
  ) ||
  (/norm|step|forward/i.test(name) && !isVjpName(name));

const names = (c: Callable): string[] => ownParameters(c).map((p) => p.name);

function compatible(a: readonly string[], b: readonly string[], anyStem: boolean): boolean {
  const extra = b.filter((name) => !a.includes(name)).length;
  // One more argument is the gradient from above, or a count; a method may have none.
  if (extra < b.length || b.length === 0)
    return extra <= (anyStem ? 0 : 1) || (a.length === b.length && extra <= b.length / 2);
  return a.length === b.length;
}

/** `affine_backward(dout, cache)` beside `affine_forward(x, w, b)`: told by what it is given. */
function isBackwardOf(main: Callable, gradient: Callable): boolean {
  if (!isVjpName(gradient.fn.name) || isLossName(main.fn.name)) return false;
  if (!isForwardName(main.fn.name) && stemOf(main.fn.name) === '') return false;
  const own = names(main);
  return names(gradient).some((name) => !own.includes(name) && isUpstreamName(name));
}

/** `backward(X, y, a1, a2, W2)` beside `forward(X, W1, W2)`: of a loss of what is predicted, which takes the labels. */
function isOfNetwork(main: Callable, gradient: Callable): boolean {
  const own = names(main);
  const given = names(gradient).filter((name) => !own.includes(name));
  const has = (all: readonly string[], role: string): boolean =>
    all.some((name) => roleHint(name, false) === role);
  return (
    isForwardName(main.fn.name) &&
    has(given, 'label') &&
    given.length > 1 &&
    !given.some((name) => isUpstreamName(name))
  );
}

const isForwardName = (name: string): boolean => /forward|fprop|^__call__$|^call$/i.test(name);

const equalSets = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));
