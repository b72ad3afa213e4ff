/** Identifiers of code as mathematical notation: `y_hat` is ŷ, `W1` is W⁽¹⁾, `lam` is λ. */

import type { Naming } from './naming';

/** A symbol in LaTeX, in parts so that indices, primes and exponents can be added to it. */
export interface Notation {
  readonly base: string;
  /** Subscript of the name itself, before any indices; empty if none. */
  readonly sub: string;
  /** Superscript of the name itself; empty if none. */
  readonly sup: string;
  readonly primes: number;
}

const GREEK: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    (
      'alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega ' +
      'Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega'
    )
      .split(' ')
      .map((name) => [name, `\\${name}`]),
  ),
  epsilon: '\\varepsilon',
  eps: '\\varepsilon',
  lam: '\\lambda',
  lambda_: '\\lambda',
  lambd: '\\lambda',
  lmbda: '\\lambda',
  sig: '\\sigma',
  varepsilon: '\\varepsilon',
  varphi: '\\varphi',
  ell: '\\ell',
};

const ACCENTS: Readonly<Record<string, string>> = {
  hat: '\\hat',
  bar: '\\bar',
  tilde: '\\tilde',
  dot: '\\dot',
  vec: '\\vec',
};

/** A word in upright letters, safe for any identifier. */
export function upright(word: string): string {
  if (/^[A-Za-z0-9]+$/.test(word)) return `\\mathrm{${word}}`;
  return `\\text{${word.replace(/[\\{}$&#^_%~]/g, (c) => (c === '\\' || c === '^' || c === '~' ? ' ' : `\\${c}`))}}`;
}

/** A letter as it is, a Greek name as its letter, anything longer in upright letters. */
function word(text: string): string {
  if (/^[A-Za-z]$/.test(text)) return text;
  return GREEK[text] ?? upright(text);
}

const plain = (base: string): Notation => ({ base, sub: '', sup: '', primes: 0 });

/**
 * The notation of an identifier. `isKnown` tells names of the program, so that `dw` is the differential of a `w` that
 * exists; `indexed` tells that the symbol carries indices, which take the subscript: its number then goes on top.
 */
export function notation(name: string, indexed: boolean, isKnown: (name: string) => boolean): Notation {
  const [stem = name, version] = name.split('@');
  if (version !== undefined) {
    const own = notation(stem, indexed, isKnown);
    const count = Number(version) - 1;
    return count <= 3
      ? { ...own, primes: count }
      : { ...own, sup: own.sup === '' ? `(${version})` : `${own.sup},(${version})` };
  }
  const differential = /^d_?(.+)$/.exec(name)?.[1];
  if (differential !== undefined && isKnown(differential)) {
    const of = notation(differential, indexed, isKnown);
    return { ...of, base: `\\mathrm{d}${of.base}` };
  }
  if (GREEK[name] !== undefined) return plain(GREEK[name]);
  const accented = /^([A-Za-z]|[A-Za-z]+?(?=_))_?(hat|bar|tilde|dot|vec|Hat|Bar|Tilde)$/.exec(name);
  if (accented) {
    const [, letter = '', accent = ''] = accented;
    return plain(`${ACCENTS[accent.toLowerCase()] ?? '\\hat'}{${word(letter)}}`);
  }
  const numbered = /^(.*[^\d_])_?(\d+)$/.exec(name);
  if (numbered) {
    const [, letters = '', digits = ''] = numbered;
    const own = notation(letters, indexed, isKnown);
    if (own.sub !== '') return { ...own, sub: `${own.sub},${digits}` };
    return indexed ? { ...own, sup: `(${digits})` } : { ...own, sub: digits };
  }
  const parts = name.replace(/^_+|_+$/g, '').split(/_+/);
  const [head = '', ...rest] = parts;
  if (rest.length > 0 && head !== '') {
    const own = notation(head, indexed, isKnown);
    // A subscript belongs to a letter: of two words neither is one.
    if (own.base === upright(head)) return plain(upright(name));
    const sub = rest.map(word).join(',');
    return { ...own, sub: own.sub === '' ? sub : `${own.sub},${sub}` };
  }
  const camel = /^([a-z])([A-Z][a-z]+)$/.exec(head);
  if (camel) return { ...plain(camel[1] ?? ''), sub: word((camel[2] ?? '').toLowerCase()) };
  return plain(word(head === '' ? name : head));
}

/** A symbol's notation in a program; `indexed` overrides whether it carries indices. */
export function notationIn(naming: Naming, name: string, indexed = naming.isIndexed(name)): Notation {
  const key = `${name}|${indexed}`;
  let known = naming.notations.get(key);
  if (!known) naming.notations.set(key, (known = notation(name, indexed, naming.isKnown)));
  return known;
}

/** A notation with indices as subscript and `power` as further superscript, as one LaTeX atom. */
export function assemble(n: Notation, indices = '', power = ''): string {
  const sub = n.sub !== '' && indices !== '' ? `${n.sub},${indices}` : n.sub + indices;
  // A prime is a superscript: it cannot be followed by another one after a subscript.
  const alone = n.sup + power === '';
  const sup = n.sup + (alone ? '' : '\\prime'.repeat(n.primes)) + power;
  return (
    n.base +
    (alone ? "'".repeat(n.primes) : '') +
    (sub === '' ? '' : `_{${sub}}`) +
    (sup === '' ? '' : `^{${sup}}`)
  );
}
