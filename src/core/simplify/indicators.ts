/** Forms over indicators and labels alone, which have few values: comparisons of them are decided value by value. */
import { ONE, ZERO, type Form } from './algebra';
import { factors, type Mono } from './mono';
import type { Normalizer } from './normalize';
import type { Term } from './polynomial';

const MOST_ATOMS = 3;

interface TwoValued {
  readonly low: number;
  readonly high: number;
}

/** [form > 0] as a polynomial in the indicators that it is made of; null where it is made of something else. */
export function positiveByValues(normalizer: Normalizer, form: Form): Form | null {
  const { algebra } = normalizer;
  const found = casesOf(normalizer, form);
  if (!found) return null;
  const atoms = [...found.atoms];
  const terms = found.cases.flatMap(({ assignment, value }) => {
    if (!(value > 0)) return [];
    const literals = atoms.map(([id, { low, high }]): Form => {
      const atom: Form = { num: 1, den: 1, mono: [id, 1] };
      const holds = algebra.add([atom, algebra.number(-low)]);
      const fails = algebra.add([algebra.number(high), algebra.scale(atom, -1)]);
      return algebra.scale(assignment.get(id) === high ? holds : fails, 1, high - low);
    });
    return [algebra.mul(ONE, ...literals)];
  });
  return terms.length === 0 ? ZERO : algebra.add(terms);
}

/** The form is 0 or 1 everywhere. */
export function isIndicator(normalizer: Normalizer, form: Form): boolean {
  return casesOf(normalizer, form)?.cases.every(({ value }) => value === 0 || value === 1) ?? false;
}

interface Case {
  readonly assignment: ReadonlyMap<number, number>;
  readonly value: number;
}

function casesOf(
  normalizer: Normalizer,
  form: Form,
): { readonly atoms: ReadonlyMap<number, TwoValued>; readonly cases: readonly Case[] } | null {
  const atoms = new Map<number, TwoValued>();
  if (!collectAtoms(normalizer, form.mono, atoms)) return null;
  let assignments: ReadonlyMap<number, number>[] = [new Map()];
  for (const [id, { low, high }] of atoms)
    assignments = assignments.flatMap((known) => [new Map(known).set(id, low), new Map(known).set(id, high)]);
  const cases = assignments.map((assignment) => ({
    assignment,
    value: (form.num * valueOf(normalizer, form.mono, assignment)) / form.den,
  }));
  return { atoms, cases };
}

/** False if something with other values occurs, or too much. */
function collectAtoms(normalizer: Normalizer, mono: Mono, into: Map<number, TwoValued>): boolean {
  for (const [id, e] of factors(mono)) {
    const { terms } = normalizer.algebra.base(id);
    if (e < 0) return false;
    if (terms) {
      if (!terms.every(({ m }) => collectAtoms(normalizer, m, into))) return false;
      continue;
    }
    const values = twoValues(normalizer, id);
    if (!values) return false;
    into.set(id, values);
    if (into.size > MOST_ATOMS) return false;
  }
  return true;
}

function twoValues({ algebra, facts }: Normalizer, id: number): TwoValued | null {
  const { atom } = algebra.base(id);
  if (atom?.kind === 'cmp' || atom?.kind === 'delta') return { low: 0, high: 1 };
  const values = atom?.kind === 'sym' ? facts.values(atom.name) : null;
  const [low, high] = values ?? [];
  return low !== undefined && high !== undefined && values?.length === 2 ? { low, high } : null;
}

function valueOf(normalizer: Normalizer, mono: Mono, assignment: ReadonlyMap<number, number>): number {
  const sum = (terms: readonly Term[]): number =>
    terms.reduce((total, { c, m }) => total + c * valueOf(normalizer, m, assignment), 0);
  let product = 1;
  for (const [id, e] of factors(mono)) {
    const { terms } = normalizer.algebra.base(id);
    product *= (terms ? sum(terms) : (assignment.get(id) ?? NaN)) ** e;
  }
  return product;
}
