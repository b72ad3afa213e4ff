/** What the definitions of bindings teach the simplifier: equations, ranges and known sums. */
import { axisIndices, type Binding } from '../definition';
import type { IndexNode, Node } from '../expr';
import { UNIT_RANGE } from '../facts';
import type { Base, Form } from './algebra';
import { isExponential } from './build';
import { exponentOf, factors, filterMono } from './mono';
import type { Normalizer } from './normalize';
import type { Relation } from './relations';

/** Equations that are tried only for the sake of a shorter answer: E = P·S from P = E/S. */
export interface Learned {
  readonly optional: readonly Relation[];
}

/** α·u + β. */
interface Linear {
  readonly slope: number;
  readonly offset: number;
}

/** numerator / denominator, both linear in u^power. */
interface Moebius {
  readonly atom: Node;
  readonly power: number;
  readonly top: Linear;
  readonly bottom: Linear;
}

export function learnBinding(
  normalizer: Normalizer,
  binding: Binding,
  describeFact: (fact: string) => void,
): Learned {
  const { arena, facts } = normalizer;
  const indices = axisIndices(binding.axes);
  const self = arena.sym(binding.name, ...indices);
  const optional: Relation[] = [];
  const form = normalizer.norm(binding.def);
  const equation = (pattern: Node, to: Node, rule: string): Relation => ({
    pattern,
    indices,
    to,
    binding: binding.name,
    rule,
  });
  const moebius = moebiusOf(normalizer, form, indices);
  const folded = foldable(normalizer, form);
  if (folded) {
    normalizer.relations.add(equation(folded, self, 'fold-definition'));
    if (folded.kind === 'call' && folded.fn === 'sigmoid') {
      const odds = normalizer.norm(arena.call('exp', folded.args[0] as Node));
      const u = singleAtom(normalizer, odds);
      const ratio = arena.div(self, arena.sub(arena.one, self));
      if (u)
        normalizer.relations.add(
          equation(
            u.node,
            u.exponent === 1 ? ratio : arena.pow(ratio, arena.minusOne),
            'sigmoid-in-terms-of-output',
          ),
        );
    }
  } else if (moebius) {
    const { atom, power, top, bottom } = moebius;
    if (bottom.slope * bottom.offset > 0 && facts.isPositive(atom)) {
      const ends = [top.offset / bottom.offset, top.slope / bottom.slope];
      facts.learn(binding.name, {
        low: Math.min(...ends),
        high: Math.max(...ends),
        lowOpen: true,
        highOpen: true,
      });
    }
    const solved = arena.div(
      arena.sub(arena.mul(arena.num(bottom.offset), self), arena.num(top.offset)),
      arena.sub(arena.num(top.slope), arena.mul(arena.num(bottom.slope), self)),
    );
    const pattern = power === 1 ? atom : arena.call('exp', arena.mul(arena.num(power), atom.args[0] as Node));
    const logistic = bottom.slope === bottom.offset && top.slope * top.offset === 0;
    const rule = logistic ? 'sigmoid-in-terms-of-output' : 'in-terms-of-output';
    if (atom.kind === 'sym') optional.push(equation(atom, solved, rule));
    else normalizer.relations.add(equation(pattern, solved, rule));
  } else {
    for (const relation of invertMonomial(normalizer, form, self, indices, binding.name)) {
      if (relation.pattern.kind === 'sym') optional.push(relation);
      else normalizer.relations.add(relation);
    }
    if (isShareOfSum(normalizer, form)) {
      facts.learn(binding.name, UNIT_RANGE);
      describeFact(`${binding.name} is a share of a positive sum, so it is in (0, 1)`);
    }
  }
  if (facts.symmetry(binding.name) !== null) describeFact(`${binding.name} is symmetric`);
  learnSums(normalizer, binding, indices);
  normalizer.reset();
  return { optional };
}

function singleAtom(normalizer: Normalizer, form: Form): { node: Node; exponent: number } | null {
  const [id, e] = form.mono;
  if (form.num !== 1 || form.den !== 1 || form.mono.length !== 2 || id === undefined || e === undefined)
    return null;
  const { atom } = normalizer.algebra.base(id);
  return atom && Math.abs(e) === 1 ? { node: atom, exponent: e } : null;
}

/** The definition is one function, sum, root or choice: wherever that occurs, the name may stand. */
function foldable(normalizer: Normalizer, form: Form): Node | null {
  const atom = singleAtom(normalizer, form);
  if (atom?.exponent !== 1) return null;
  return ['call', 'matrix', 'reduce', 'pow', 'where'].includes(atom.node.kind) ? atom.node : null;
}

/** An exponential, or a binding over the same indices. */
function moebiusOf(normalizer: Normalizer, form: Form, indices: readonly IndexNode[]): Moebius | null {
  const { algebra } = normalizer;
  const atoms = new Map<number, Base>();
  const scan = (id: number): boolean => {
    const base = algebra.base(id);
    if (!base.terms) {
      atoms.set(id, base);
      const symbol = base.atom?.kind === 'sym' && normalizer.definitions.has(base.atom.name);
      return isExponential(base) || (symbol && indices.every((index) => base.free.has(index.name)));
    }
    return base.terms.every(({ m }) => [...factors(m)].every(([inner]) => scan(inner)));
  };
  if (form.mono.length === 0 || ![...factors(form.mono)].every(([id]) => scan(id)) || atoms.size !== 1)
    return null;
  const [base] = atoms.values();
  if (!base?.atom) return null;
  const { id: u, atom } = base;
  let top: number[] = [form.num];
  let bottom: number[] = [form.den];
  for (const [id, e] of factors(form.mono)) {
    if (Math.abs(e) > 2) return null;
    const poly: number[] = [];
    for (const { c, m } of algebra.base(id).terms ?? [{ c: 1, m: [u, 1] }]) {
      const degree = exponentOf(m, u);
      if (degree < 0 || m.length > 2 || degree > 2) return null;
      poly[degree] = c;
    }
    for (let k = 0; k < Math.abs(e); k++) {
      if (e > 0) top = convolve(top, poly);
      else bottom = convolve(bottom, poly);
    }
  }
  const degree = Math.max(top.length, bottom.length) - 1;
  const even = degree === 2 && !top[1] && !bottom[1];
  if (degree !== 1 && !(even && isExponential(base))) return null;
  const linear = (p: readonly number[]): Linear => ({ slope: p[degree] ?? 0, offset: p[0] ?? 0 });
  return { atom, power: degree, top: linear(top), bottom: linear(bottom) };
}

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const out: number[] = new Array<number>(a.length + b.length - 1).fill(0);
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < b.length; j++) out[i + j] = (out[i + j] ?? 0) + (a[i] ?? 0) * (b[j] ?? 0);
  return out;
}

/** P = E·R gives E = P/R, for a factor that has all the indices of P. */
function* invertMonomial(
  normalizer: Normalizer,
  form: Form,
  self: Node,
  indices: readonly IndexNode[],
  binding: string,
): Generator<Relation> {
  const { algebra, arena } = normalizer;
  const parts = [...factors(form.mono)].map(([id, e]) => ({ id, e, atom: algebra.base(id).atom }));
  if (parts.length < 2 && form.num === 1 && form.den === 1) return;
  if (parts.some((p) => p.atom === null)) return;
  const names = indices.map((index) => index.name);
  const whole = (node: Node): boolean =>
    names.every((name) => node.free.has(name)) && [...node.free].every((name) => names.includes(name));
  const solve = (id: number, atom: Node, rule: string): Relation => {
    const rest = algebra.power({ ...form, mono: filterMono(form.mono, (other) => other !== id) }, -1);
    return { pattern: atom, indices, to: arena.mul(self, algebra.toNode(rest)), binding, rule };
  };
  const exponentials = parts.filter(
    (p) => p.e === 1 && p.atom?.kind === 'call' && p.atom.fn === 'exp' && whole(p.atom),
  );
  const [exponential] = exponentials;
  if (exponential?.atom && parts.every((p) => p.atom?.kind !== 'reduce'))
    yield solve(exponential.id, exponential.atom, 'in-terms-of-output');
  const sums = parts.filter((p) => p.e === 1 && p.atom?.kind === 'reduce' && whole(p.atom));
  const [sum] = sums;
  if (sum?.atom && parts.every((p) => p === sum || p.atom?.free.size === 0))
    yield solve(sum.id, sum.atom, 'fold-definition');
  const symbols = parts.filter((p) => p.e === 1 && p.atom?.kind === 'sym' && whole(p.atom));
  const [symbol] = symbols;
  if (symbol?.atom && symbols.length === 1 && names.length > 0 && !isInput(normalizer, symbol.atom))
    yield solve(symbol.id, symbol.atom, 'in-terms-of-output');
}

const isInput = (normalizer: Normalizer, node: Node): boolean =>
  node.kind === 'sym' && !normalizer.definitions.has(node.name);

/** E_q / Σ_r E_r with positive E. */
function isShareOfSum(normalizer: Normalizer, form: Form): boolean {
  const { algebra, arena, facts } = normalizer;
  const parts = [...factors(form.mono)];
  const above = parts.filter(([, e]) => e === 1);
  const below = parts.filter(([, e]) => e === -1);
  if (parts.length !== above.length + below.length || form.num !== 1 || form.den !== 1) return false;
  if (below.length !== 1 || above.length === 0) return false;
  const share = algebra.toNode({ ...form, mono: filterMono(form.mono, (_, e) => e > 0) });
  let total = algebra.base(below[0]?.[0] ?? 0).atom;
  if (total?.kind === 'sym') total = normalizer.definitionOf(total);
  if (total?.kind !== 'reduce' || total.op !== 'sum' || !facts.isPositive(share)) return false;
  const { index, body } = arena.open(total);
  return [...share.free].some((name) => {
    const at = arena.index('@share', index.size);
    const renamed = arena.substitute(body, index, at);
    return (
      sizeOfFree(share, name) === index.size &&
      arena.substitute(renamed, at, freeIndex(share, name) ?? at) === share
    );
  });
}

function freeIndex(node: Node, name: string): IndexNode | null {
  if (!node.free.has(name)) return null;
  if (node.kind === 'index') return node;
  for (const arg of node.args) {
    const found = freeIndex(arg, name);
    if (found) return found;
  }
  return null;
}

const sizeOfFree = (node: Node, name: string): string | null => freeIndex(node, name)?.size ?? null;

/** Σ over an axis that the definition proves to be a number: ΣP = 1 for P = E/S. */
function learnSums(normalizer: Normalizer, binding: Binding, indices: readonly IndexNode[]): void {
  const { arena, algebra } = normalizer;
  indices.forEach((index, position) => {
    const total = normalizer.norm(arena.sum(index, binding.def));
    if (total.mono.length > 0) return;
    const value = algebra.toNode(total);
    const rules = normalizer.sumRules.get(binding.name) ?? [];
    const rule = total.num === total.den ? 'rows-sum-to-one' : 'rows-sum-to-constant';
    normalizer.sumRules.set(binding.name, [...rules, { position, rule, value: () => value }]);
  });
}
