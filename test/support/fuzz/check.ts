/** What must hold of every expression, whatever it is; each breach is told as text. */
import { axisIndices, type Binding, type Program } from '../../../src/core/definition';
import type { Step } from '../../../src/core/derivation';
import { derive } from '../../../src/core/derive';
import { NoSuchDerivative } from '../../../src/core/derivatives';
import { createEvaluator, type Evaluator, type IndexValues } from '../../../src/core/evaluate';
import { dagSize, symbolNames, type Arena, type Node, type SymNode } from '../../../src/core/expr';
import { jacobian } from '../../../src/core/jacobian';
import { jvp } from '../../../src/core/jvp';
import { createRandom, type Random } from '../../../src/core/random';
import { hessian, hessianVectorProduct } from '../../../src/core/second';
import { createSimplifier } from '../../../src/core/simplify/simplifier';
import { ballArithmetic, isKnown, isWithin, toNumber } from '../../../src/core/stability/ball';
import { createLayouts, createValuesIn, type Layouts } from '../../../src/core/stability/values';
import { vjp } from '../../../src/core/vjp';
import { parseModel } from '../model';
import { exactText } from './exactText';
import { mutated } from './mutate';
import { placesOf, type Place } from './points';

export type Law =
  | 'working form keeps the value'
  | 'shown form keeps the value'
  | 'decision form keeps the value'
  | 'decision form is idempotent'
  | 'each step keeps the value'
  | 'steps chain'
  | 'gradient is kept'
  | 'derived gradient'
  | 'equal is true'
  | 'no crash'
  | 'no runaway';

export interface Breach {
  readonly law: Law;
  readonly what: string;
}

export interface Outcome {
  readonly breaches: readonly Breach[];
  /** Comparisons of values that said something. */
  readonly compared: number;
  /** Comparisons given up because a part left the floating-point numbers or cancelled wholly. */
  readonly overflowed: number;
  /** `equal` proved the shown form equal to the original. */
  readonly proved: boolean;
  /** Pairs with different values that `equal` was asked about. */
  readonly differing: number;
  /** Nodes of the shown form over those of the original. */
  readonly growth: number;
  readonly milliseconds: number;
  /** Rules of the steps that lead to the shown form and to the gradients. */
  readonly rules: readonly string[];
  /** Some part was left as it is. */
  readonly budget: boolean;
}

export interface CheckOptions {
  readonly seed: number;
  /** Derive the gradients too. */
  readonly derivation: boolean;
  /** Expressions of another value that `equal` is asked about. */
  readonly mutants: number;
}

/** The bounds on rounding are of first order; this much above them is no rounding. */
const ROUNDINGS = 8 * 2 ** -53;
const LARGEST = 1e12;
/** 1 + e^-70 is 1: what remains of such a sum is nothing. */
const ABSORBED = 1e-14;
/** Nodes of what is differentiated twice. */
const LARGEST_TWICE = 14;
/** Relative error of a part from which on nothing is said. */
const LOST = 1e-3;
/** Milliseconds of processor time for all checks of one expression. */
const SLOWEST = 8000;

export function checkModel(model: string, options: CheckOptions): Outcome {
  const program = parseModel(model);
  const tested = program.bindings.at(-1);
  const breaches: Breach[] = [];
  const outcome = {
    compared: 0,
    overflowed: 0,
    proved: false,
    differing: 0,
    growth: 1,
    milliseconds: 0,
    budget: false,
  };
  const rules: string[] = [];
  if (!tested) return { ...outcome, breaches, rules };
  const began = process.cpuUsage();
  try {
    lawsOf(program, tested, options, outcome, breaches, rules);
  } catch (error) {
    breaches.push({
      law: 'no crash',
      what: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
  outcome.milliseconds = process.cpuUsage(began).user / 1000;
  if (outcome.milliseconds > SLOWEST)
    breaches.push({ law: 'no runaway', what: `${outcome.milliseconds.toFixed(0)} ms` });
  return { ...outcome, breaches, rules };
}

type Tally = { -readonly [K in keyof Omit<Outcome, 'breaches' | 'rules'>]: Outcome[K] };

function lawsOf(
  program: Program,
  tested: Binding,
  options: CheckOptions,
  tally: Tally,
  breaches: Breach[],
  rules: string[],
): void {
  const { arena } = program;
  const node = tested.def;
  const others = program.bindings.slice(0, -1);
  // The name of what is tested must not be an answer.
  const around: Program = {
    ...program,
    bindings: [...others, { ...tested, axes: [], def: arena.zero }],
  };
  const random = createRandom(options.seed);
  const places = placesOf(around, options.seed).map((place) => placed(around, tested, place, random));
  const simplifier = createSimplifier(around);
  const compare = (law: Law, other: Node): void => {
    for (const place of places) {
      const verdict = agreement(place, node, other);
      if (verdict === 'agree') tally.compared += 1;
      else if (verdict === 'overflow') tally.overflowed += 1;
      else if (verdict !== 'unknown') {
        breaches.push({
          law,
          what: `${exactText(arena, other)} at a ${place.manner} point: ${verdict.differs}`,
        });
        return;
      }
    }
  };

  compare('working form keeps the value', simplifier.plain(node));
  const { node: shown, via } = simplifier.shownWithRewritings(node);
  compare('shown form keeps the value', shown);
  const traced = simplifier.traced(node, true);
  const [first] = places;
  const defined = places.some((place) => !isOutside(place, node));
  for (const { rule, node: state } of [...traced.states, ...via]) {
    rules.push(rule);
    const verdict = first ? agreement(first, node, state) : 'unknown';
    if (typeof verdict === 'object')
      breaches.push({
        law: 'each step keeps the value',
        what: `${rule} to ${exactText(arena, state)}: ${verdict.differs}`,
      });
  }
  const end = traced.states.at(-1)?.node ?? node;
  if (end !== traced.node && defined)
    breaches.push({
      law: 'steps chain',
      what: `the steps end with ${exactText(arena, end)}, not with ${exactText(arena, traced.node)}`,
    });
  const normalizer = simplifier.decision.normalizerFor(node);
  const decided = normalizer.simplify(node);
  compare('decision form keeps the value', decided);
  const again = normalizer.simplify(decided);
  tally.budget = normalizer.budget !== null;
  if (again !== decided && !tally.budget && defined)
    breaches.push({
      law: 'decision form is idempotent',
      what: `${exactText(arena, decided)} becomes ${exactText(arena, again)}`,
    });
  tally.growth = dagSize(shown) / Math.max(1, dagSize(node));
  tally.proved = simplifier.equal(node, shown);
  for (const mutant of mutated(arena, node, random, options.mutants)) {
    const differs = places.some((place) => differ(place, node, mutant));
    if (differs) tally.differing += 1;
    if (differs && simplifier.equal(node, mutant))
      breaches.push({ law: 'equal is true', what: exactText(arena, mutant) });
  }
  gradients(program, tested, shown, places, options, breaches, tally, rules);
}

function gradients(
  program: Program,
  tested: Binding,
  shown: Node,
  places: readonly Standing[],
  options: CheckOptions,
  breaches: Breach[],
  tally: Tally,
  rules: string[],
): void {
  const { arena } = program;
  const names = dependencies(program, tested.def);
  const parameters = program.inputs.filter((i) => i.role === 'parameter' && names.has(i.name));
  const smooth = places.filter((place) => place.manner === 'ordinary');
  for (const input of parameters) {
    const at = input.shape.map((size, k) => arena.index(`g${k}`, size));
    const by = arena.sym(input.name, ...at);
    const original = arena.diff(tested.def, by, true);
    const positions = Object.fromEntries(at.map((index) => [index.name, 0]));
    for (const place of smooth) {
      const standing = { ...place, indices: { ...place.indices, ...positions } };
      const verdict = gradientAgreement(standing, tested.def, by, original, arena.diff(shown, by, true));
      if (verdict === 'agree') tally.compared += 1;
      else if (typeof verdict === 'object')
        breaches.push({ law: 'gradient is kept', what: `by ${input.name}: ${verdict.differs}` });
    }
  }
  if (!options.derivation || parameters.length === 0) return;
  const wrt = parameters.map((input) => input.name);
  if (dagSize(tested.def) <= LARGEST_TWICE) furtherDerivatives(program, wrt, breaches, rules);
  if (axisIndices(tested.axes).length > 0) return;
  const derivation = derive(program, { wrt, verify: false });
  for (const gradient of [...derivation.gradients, ...derivation.backward.adjoints]) {
    rules.push(...rulesOf(gradient.steps));
    for (const fault of chainFaults(gradient.steps, gradient.element))
      breaches.push({ law: 'steps chain', what: `by ${gradient.of}: ${fault}` });
  }
  for (const gradient of derivation.gradients) {
    const indices = axisIndices(gradient.axes);
    const by = arena.sym(gradient.of, ...indices);
    const original = arena.diff(tested.def, by, true);
    for (const place of smooth) {
      const evaluator = createEvaluator(program, place.point, derivation.named);
      const positions = Object.fromEntries(indices.map((index) => [index.name, 0]));
      const standing = { ...place, evaluator, indices: positions };
      const verdict = gradientAgreement(standing, tested.def, by, original, gradient.element);
      if (verdict === 'agree') tally.compared += 1;
      else if (typeof verdict === 'object')
        breaches.push({ law: 'derived gradient', what: `by ${gradient.of}: ${verdict.differs}` });
    }
  }
}

/** Jacobians, second derivatives and products with a vector: their steps chain. */
function furtherDerivatives(
  program: Program,
  wrt: readonly string[],
  breaches: Breach[],
  rules: string[],
): void {
  for (const make of [hessian, hessianVectorProduct, jacobian, vjp, jvp])
    try {
      for (const block of make(program, { wrt, verify: false }).blocks) {
        rules.push(...rulesOf(block.steps));
        for (const fault of chainFaults(block.steps))
          breaches.push({ law: 'steps chain', what: `${make.name} by ${block.by.join(', ')}: ${fault}` });
      }
    } catch (error) {
      if (!(error instanceof NoSuchDerivative)) throw error;
    }
}

const rulesOf = (steps: readonly Step[]): string[] =>
  steps.flatMap((step) => [step.rule, ...rulesOf(step.children)]);

function chainFaults(steps: readonly Step[], end?: Node): string[] {
  return steps.flatMap((step, k) => {
    const next = k + 1 < steps.length ? steps[k + 1]?.before : end;
    const broken = next !== undefined && step.after !== next;
    return [...(broken ? [`${step.rule} is not followed on`] : []), ...chainFaults(step.children)];
  });
}

function dependencies(program: Program, node: Node): ReadonlySet<string> {
  const names = symbolNames(node);
  for (const binding of [...program.bindings].reverse())
    if (names.has(binding.name) && binding.def !== node)
      for (const name of symbolNames(binding.def)) names.add(name);
  return names;
}

interface Standing extends Place {
  readonly program: Program;
  readonly evaluator: Evaluator;
  readonly indices: IndexValues;
}

function placed(program: Program, tested: Binding, place: Place, random: Random): Standing {
  const indices = axisIndices(tested.axes).map(
    (index) => [index.name, Math.floor(random() * (place.point.sizes[index.size] ?? 1))] as const,
  );
  return {
    ...place,
    program,
    evaluator: createEvaluator(program, place.point),
    indices: Object.fromEntries(indices),
  };
}

type Verdict = 'agree' | 'unknown' | 'overflow' | { readonly differs: string };

/** Compares two nodes at a point; `unknown` where the first is undefined or its rounding hides everything. */
function agreement(place: Standing, a: Node, b: Node): Verdict {
  const { evaluator, indices } = place;
  const left = evaluator.valueWithScale(a, indices);
  if (!Number.isFinite(left.value) || !(left.scale < LARGEST)) return 'unknown';
  const right = evaluator.valueWithScale(b, indices);
  if (Math.abs(left.value - right.value) <= ROUNDINGS * (left.scale + right.scale)) return 'agree';
  if (isOutside(place, a)) return 'unknown';
  const certain = exactAgreement(place, a, b, Math.max(left.scale, Math.abs(left.value)));
  if (certain !== 'unknown') return certain;
  // What is left are functions and comparisons that the exact arithmetic does not decide.
  if (!Number.isFinite(right.scale) || overflows(place, a) || overflows(place, b)) return 'overflow';
  if (Math.abs(left.value - right.value) < ABSORBED || isLost(place, a) || isLost(place, b))
    return 'overflow';
  return { differs: `${left.value} becomes ${right.value}` };
}

/** Many digits more than floating point has; more where they cancel. */
const PRECISIONS = [256, 2048];
/** Bits of the size of what was computed beyond which a difference is none. */
const AGREEING = 120;

/** The verdict of an arithmetic without overflow that knows its errors; `unknown` where it lacks a function or leaves a comparison open. */
function exactAgreement(place: Standing, a: Node, b: Node, scale: number): Verdict {
  if (hasDerivative(a) || hasDerivative(b)) return 'unknown';
  for (const precision of PRECISIONS) {
    const arithmetic = ballArithmetic(precision);
    const values = createValuesIn(arithmetic, place.program, place.point, [], asWritten(place.program.arena));
    const [left, right] = [values.at(a, place.indices), values.at(b, place.indices)];
    const difference = arithmetic.add(left, arithmetic.neg(right));
    if (difference === null) continue;
    const [x, y] = [toNumber(left), toNumber(right)];
    const apart = Math.abs(toNumber(difference));
    const size = Math.max(scale, Math.abs(x), Math.abs(y));
    const none = apart <= size * 2 ** -AGREEING && isWithin(difference, Math.log2(size) - AGREEING);
    if (none || difference.mantissa === 0n) return 'agree';
    if (isKnown(difference, 8)) return { differs: `${x} becomes ${y}, in exact arithmetic` };
  }
  return 'unknown';
}

/** Printed code has 3 · 0.044715 as one decimal, which is rounded. */
function asWritten(arena: Arena): Layouts {
  const layouts = createLayouts(arena);
  return {
    ...layouts,
    fraction: (node: Node) =>
      node.kind === 'mul'
        ? { negative: false, num: 1, den: 1, sizes: [], numerator: node.args, denominator: [] }
        : layouts.fraction(node),
  };
}

const hasDerivative = (node: Node): boolean => node.kind === 'diff' || node.args.some(hasDerivative);

/** Both are defined and have different values. */
const differ = (place: Standing, a: Node, b: Node): boolean =>
  typeof agreement(place, a, b) === 'object' && typeof agreement(place, b, a) === 'object';

/** Some part is infinite or undefined somewhere, even if the whole is not (0·∞, the branch that is not taken). */
function isOutside(place: Standing, top: Node): boolean {
  const { evaluator } = place;
  return somewhere(place, top, (part, where) => {
    if (!Number.isFinite(evaluator.value(part, where))) return true;
    // 0^0 is 1 by convention only: powers of what is 0 do not come near it.
    const [base, exponent] = part.kind === 'pow' ? part.args : [];
    if (!base || !exponent || exponent.kind === 'num') return false;
    return evaluator.value(base, where) === 0 && evaluator.value(exponent, where) === 0;
  });
}

/** Some part of the node, or of a binding that it depends on, satisfies the condition at some position. */
function somewhere(place: Standing, top: Node, condition: (node: Node, at: IndexValues) => boolean): boolean {
  const { program, point } = place;
  const visit = (node: Node, at: IndexValues): boolean => someValue(place, node, at, condition);
  if (visit(top, place.indices)) return true;
  const names = dependencies(program, top);
  return program.bindings.some((binding) => {
    if (!names.has(binding.name)) return false;
    let at: IndexValues[] = [{}];
    for (const { name, size } of axisIndices(binding.axes))
      at = at.flatMap((known) =>
        Array.from({ length: point.sizes[size] ?? 0 }, (_, k) => ({ ...known, [name]: k })),
      );
    return at.some((known) => visit(binding.def, known));
  });
}

/** Some part satisfies the condition at some position. */
function someValue(
  { program, point }: Standing,
  top: Node,
  indices: IndexValues,
  condition: (node: Node, at: IndexValues) => boolean,
): boolean {
  const seen = new Set<Node>();
  const visit = (node: Node, at: IndexValues): boolean => {
    if (node.free.size === 0) {
      if (seen.has(node)) return false;
      seen.add(node);
    }
    if (node.kind === 'num' || node.kind === 'index') return false;
    if (condition(node, at)) return true;
    if (node.kind !== 'reduce') {
      if (node.kind === 'sym' || node.kind === 'matrix')
        return node.args.some((arg) => arg.kind === 'sym' && visit(arg, at));
      return node.args.some((arg) => visit(arg, at));
    }
    const { index, body } = program.arena.open(node);
    const length = /^\d+$/.test(index.size) ? Number(index.size) : (point.sizes[index.size] ?? 0);
    for (let k = 0; k < length; k += 1) if (visit(body, { ...at, [index.name]: k })) return true;
    return false;
  };
  return visit(top, indices);
}

/** Cancellation has left nothing of some part, where bounds of first order say nothing. */
function isLost(place: Standing, top: Node): boolean {
  return someValue(place, top, place.indices, (node, at) => {
    if (node.kind === 'index' || node.kind === 'sym') return false;
    const { value, scale } = place.evaluator.valueWithScale(node, at);
    return scale * 2 ** -53 > LOST * Math.abs(value) && scale > Math.abs(value);
  });
}

/** A power, a product or an exponential leaves the floating-point numbers. */
function overflows(place: Standing, top: Node): boolean {
  const { evaluator } = place;
  return somewhere(place, top, (node, at) => {
    const [base] = node.args;
    if (node.kind === 'mul')
      return evaluator.value(node, at) === 0 && node.args.every((arg) => evaluator.value(arg, at) !== 0);
    if (!base || (node.kind !== 'pow' && node.kind !== 'call')) return false;
    const [inside, value] = [evaluator.value(base, at), evaluator.value(node, at)];
    if (!Number.isFinite(inside)) return false;
    if (node.kind === 'call') return Math.abs(inside) > 300 && (!Number.isFinite(value) || value === 0);
    return inside !== 0 && (Math.abs(value) === Infinity || value === 0);
  });
}

function gradientAgreement(place: Standing, whole: Node, by: SymNode, a: Node, b: Node): Verdict {
  const verdict = agreement(place, a, b);
  if (typeof verdict !== 'object') return verdict === 'overflow' ? 'unknown' : verdict;
  if (isOutside(place, whole)) return 'unknown';
  const slopes = oneSided(place, whole, by);
  if (slopes === null) return 'unknown';
  const [left, right] = slopes;
  const size = Math.max(Math.abs(left), Math.abs(right), 1e-3);
  const said = { differs: `${verdict.differs}, by differences ${left} and ${right}` };
  const margin = NEARBY * size;
  const value = place.evaluator.value(b, place.indices);
  const isNear = (x: number): boolean => Math.abs(x - left) <= margin && Math.abs(x - right) <= margin;
  // Differences that bear out the one side and contradict the original's say that it is the original's that rounding has spoilt.
  if (isNear(value) && !isNear(place.evaluator.value(a, place.indices))) return 'unknown';
  // What is differentiated as it stands may leave the floating-point numbers on the way, where its own differences do not.
  const [own] = b.kind === 'diff' ? b.args : [];
  if (own && oneSided(place, own, by)?.every(isNear) === true) return 'unknown';
  if (Math.abs(left - right) <= margin) return said;
  // At a kink the slopes to both sides are right, and what lies between them.
  const between = value >= Math.min(left, right) - margin && value <= Math.max(left, right) + margin;
  return between ? 'unknown' : said;
}

/** Relative error of differences. */
const NEARBY = 1e-2;

/** The slopes by differences to the left and to the right; null where they are not to be had. */
function oneSided(place: Standing, whole: Node, by: SymNode): readonly [number, number] | null {
  const { program, point, indices } = place;
  const value = point.inputs[by.name];
  if (value === undefined) return null;
  const at = (h: number): number => {
    const inputs = {
      ...point.inputs,
      [by.name]:
        typeof value === 'number'
          ? value + h
          : { dims: value.dims, data: Float64Array.from(value.data, (v, k) => (k === 0 ? v + h : v)) },
    };
    return createEvaluator(program, { ...point, inputs }).value(whole, indices);
  };
  const h = 1e-6;
  const [left, right] = [(at(0) - at(-h)) / h, (at(h) - at(0)) / h];
  return Number.isFinite(left) && Number.isFinite(right) ? [left, right] : null;
}
