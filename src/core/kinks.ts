/**
 * Where a derivative does not exist. Candidates are the places at which a condition of the program changes; one is a kink if
 * the slopes to both sides differ, measured along lines between random points (Huber's |d| = δ is none).
 */
import type { Binding, Program } from './definition';
import type { Gradient, Kink, SentencePart } from './derivation';
import { createEvaluator, type Evaluator, type IndexValues, type Point } from './evaluate';
import { freeIndices, symbolNames, type Arena, type Node } from './expr';
import { createRandom } from './random';
import { samplePoint } from './sample';
import { solvedFor } from './simplify/cells';

export interface KinkOptions {
  readonly program: Program;
  /** The symbols that are differentiated by. */
  readonly wrt: readonly string[];
  /** Bindings from those symbols to the output, the output included. */
  readonly path: readonly Binding[];
  /** What was derived; what it is at a kink is told of those that are given here. */
  readonly gradients: readonly Gradient[];
  /** What was derived besides. */
  readonly named: readonly Binding[];
  /** Derivatives in another form than that of gradients. */
  readonly others?: readonly Node[];
  readonly text: (node: Node) => string | null;
  readonly seed: number;
}

/** `left` = `right` is where the condition changes. */
interface Candidate {
  readonly left: Node;
  readonly right: Node;
}

const MOST_LINES = 12;
/** Lines after these lead farther away. */
const NEAR_LINES = 6;
const MOST_GUESSES = 60;
/** Guesses that differ by less are the same place. */
const CLOSE = 1e-15;
/** Length of a step along the line, as a part of it. */
const STEP = 1e-4;
/** Relative difference of one-sided slopes from which on they differ. */
const DIFFERENT = 1e-3;

export function findKinks(options: KinkOptions): readonly Kink[] {
  const found = new Map<string, Kink>();
  const moving = new Set([...options.wrt, ...options.path.map(({ name }) => name)]);
  const varies = (node: Node): boolean => [...symbolNames(node)].some((name) => moving.has(name));
  const candidates = options.path.flatMap(({ def }) => candidatesIn(options.program, def, varies));
  for (const candidate of candidates) {
    const where: SentencePart[] = [{ ...candidate, relation: '=' }];
    const at = sentence(options, where);
    if (at === null || found.has(at) || !hasKink(options, candidate)) continue;
    found.set(at, kinkOf(options, candidate, at, { where, taken: takenThere(options, candidate) }));
  }
  return [...found.values(), ...ties(options)];
}

function kinkOf(options: KinkOptions, { left, right }: Candidate, where: string, said: Kink['said']): Kink {
  const taken = said.taken.length === 0 ? null : sentence(options, said.taken);
  return { left, right, where, taken, said, text: kinkText('derivative', where, taken) };
}

/** As plain text; null where a part of it is too large. */
function sentence({ text }: KinkOptions, parts: readonly SentencePart[]): string | null {
  const written = parts.map((part) => {
    if (typeof part === 'string') return part;
    if (!('relation' in part)) return text(part);
    const [left, right] = [text(part.left), text(part.right)];
    return left === null || right === null ? null : `${left} ${part.relation} ${right}`;
  });
  return written.includes(null) ? null : written.join('');
}

function kinkText(what: string, where: string, taken: string | null): string {
  return `there is no ${what} where ${where}${taken === null ? '' : `; ${taken}`}`;
}

/**
 * Where a second derivative does not exist: where the gradient has a kink, and where there is not even a gradient. `equal` tells
 * the same place in two forms.
 */
export function secondOrderKinks(
  first: readonly Kink[],
  second: readonly Kink[],
  equal: (a: Node, b: Node) => boolean,
  { arena }: Program,
): readonly Kink[] {
  const out: Kink[] = [];
  const add = (kink: Kink): void => {
    if (out.some((known) => isSame(arena, equal, known, kink))) return;
    out.push({ ...kink, text: kinkText('second derivative', kink.where, kink.taken) });
  };
  for (const kink of second) {
    const before = first.find((each) => isSame(arena, equal, each, kink));
    // What it has in common with the function itself is told in the function's words.
    add(before && before.where !== kink.where ? { ...before, taken: null } : kink);
  }
  for (const kink of first) add({ ...kink, taken: null });
  return out;
}

function isSame(arena: Arena, equal: (a: Node, b: Node) => boolean, a: Kink, b: Kink): boolean {
  if (a.where === b.where) return true;
  const known = arena.sub(a.left, a.right);
  const difference = inIndicesOf(arena, known, arena.sub(b.left, b.right));
  return equal(known, difference) || equal(known, arena.neg(difference));
}

/** The node with the free indices of `like`, taken in order among those of one size. */
function inIndicesOf(arena: Arena, like: Node, node: Node): Node {
  const wanted = freeIndices(like);
  const pairs = freeIndices(node).flatMap((index) => {
    const at = wanted.findIndex(({ size }) => size === index.size);
    return wanted.splice(at, at < 0 ? 0 : 1).map((own) => [index, own] as const);
  });
  return arena.substituteAll(node, pairs);
}

function candidatesIn({ arena }: Program, definition: Node, varies: (node: Node) => boolean): Candidate[] {
  const out: Candidate[] = [];
  const seen = new Set<number>();
  const push = (left: Node, right: Node): void => {
    for (const a of alternatives(left, varies))
      for (const b of alternatives(right, varies))
        // What moves is compared with what does not: x = c.
        if (b.kind !== 'num' && (a.kind === 'num' || (varies(b) && !varies(a))))
          out.push({ left: b, right: a });
        else if (a.kind !== 'num') out.push({ left: a, right: b });
  };
  const visit = (node: Node): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    const [left, right] = node.args;
    if (node.kind === 'cmp' && node.rel !== '==' && node.rel !== '!=' && left && right) push(left, right);
    if (node.kind === 'call' && left && ['abs', 'sign', 'relu'].includes(node.fn)) push(left, arena.zero);
    if (node.kind === 'call' && left && right && ['maximum', 'minimum'].includes(node.fn)) push(left, right);
    if (node.kind === 'reduce') visit(arena.open(node).body);
    else node.args.forEach(visit);
  };
  visit(definition);
  return out;
}

/** What a side can be where it is a choice: its cases; of a maximum with a bound, what is bounded. */
function alternatives(node: Node, varies: (node: Node) => boolean): Node[] {
  if (node.kind === 'where') return node.args.slice(1).flatMap((arg) => alternatives(arg, varies));
  if (node.kind !== 'call' || (node.fn !== 'maximum' && node.fn !== 'minimum')) return [node];
  const moving = node.args.filter(varies);
  return moving.length === 1 ? moving.flatMap((arg) => alternatives(arg, varies)) : [node];
}

/** The inputs that are differentiated by a part `t` of the way from one point to another. */
function along(names: readonly string[], from: Point, to: Point, t: number): Point {
  const mix = (a: number, b: number): number => a + t * (b - a);
  const inputs = { ...from.inputs };
  for (const name of names) {
    const [a, b] = [from.inputs[name], to.inputs[name]];
    if (typeof a === 'number' && typeof b === 'number') inputs[name] = mix(a, b);
    else if (typeof a === 'object' && typeof b === 'object')
      inputs[name] = { dims: a.dims, data: Array.from(a.data, (v, k) => mix(v, b.data[k] ?? v)) };
  }
  return { ...from, inputs };
}

function hasKink(options: KinkOptions, { left, right }: Candidate): boolean {
  const { program, wrt, seed } = options;
  const difference = program.arena.sub(left, right);
  const at = firstPositions([difference]);
  const random = createRandom(seed);
  for (let line = 0; line < MOST_LINES; line++) {
    const from = samplePoint(program, random);
    const to = line < NEAR_LINES ? samplePoint(program, random) : far(program, samplePoint(program, random));
    const evaluator = (t: number): Evaluator => createEvaluator(program, along(wrt, from, to, t));
    const crossing = zeroOf((t) => evaluator(t).value(difference, at));
    if (crossing === null) continue;
    const value = (steps: number): number => outputOf(program, evaluator(crossing + steps * STEP));
    const here = value(0);
    const slope = (side: 1 | -1): number =>
      (side * (4 * value(side) - value(2 * side) - 3 * here)) / (2 * STEP);
    const [before, after] = [slope(-1), slope(1)];
    if (!Number.isFinite(before) || !Number.isFinite(after)) continue;
    // An even function has slope 0 to both sides of its middle: what it does farther away is the measure.
    const reach = [0.5, -0.5].map((t) => Math.abs(value(t / STEP) - here));
    const size = Math.max(Math.abs(before), Math.abs(after), ...reach);
    if (Math.abs(after - before) > DIFFERENT * size) return true;
  }
  return false;
}

/** Reals ten times as large, to reach the 6 of ReLU6. */
function far(program: Program, point: Point): Point {
  const inputs = { ...point.inputs };
  for (const { name, domain } of program.inputs) {
    const value = inputs[name];
    if (domain.kind !== 'real' || value === undefined) continue;
    inputs[name] =
      typeof value === 'number'
        ? 10 * value
        : { dims: value.dims, data: Array.from(value.data, (v) => 10 * v) };
  }
  return { ...point, inputs };
}

/**
 * A place in (0, 1) where the function changes its sign; null where it has the same sign at both ends. By false position, where
 * an end that stays loses half of its weight ("Illinois"): a difference that is linear along the line takes two evaluations.
 */
function zeroOf(f: (t: number) => number): number | null {
  let [a, b] = [0.001, 0.999];
  let [fa, fb] = [f(a), f(b)];
  if (Math.sign(fa) * Math.sign(fb) !== -1) return null;
  let at = a;
  for (let k = 0; k < MOST_GUESSES; k++) {
    const before = at;
    at = b - (fb * (b - a)) / (fb - fa);
    const value = f(at);
    if (Number.isNaN(value)) return null;
    if (value === 0 || Math.abs(at - before) < CLOSE) break;
    if (Math.sign(value) === Math.sign(fb)) fa /= 2;
    else [a, fa] = [b, fb];
    [b, fb] = [at, value];
  }
  return at > 0.01 && at < 0.99 ? at : null;
}

function outputOf(program: Program, evaluator: Evaluator): number {
  let total = 0;
  for (const value of Array.from(evaluator.array(program.output).data)) total += value;
  return total;
}

/** All free indices at their first position. */
function firstPositions(nodes: readonly Node[]): IndexValues {
  const at: Record<string, number> = {};
  for (const node of nodes) for (const name of node.free) at[name] = 0;
  return at;
}

/** What the derived gradient is at the kink, where one parameter can be put there exactly; empty where nothing can be said. */
function takenThere(
  { program, gradients, named, seed }: KinkOptions,
  { left, right }: Candidate,
): SentencePart[] {
  const solved = solvedFor(program.arena, left, right);
  const symbol = solved?.symbol;
  if (!solved || symbol?.kind !== 'sym') return [];
  const gradient = gradients.find((g) => g.of === symbol.name);
  if (!gradient || symbol.args.some((arg) => arg.kind !== 'index')) return [];
  const at = firstPositions([left, right]);
  const base = samplePoint(program, createRandom(seed));
  const target = createEvaluator(program, base).value(solved.value, at);
  const gradientAt = (shift: number): number => {
    const old = base.inputs[symbol.name];
    const value = target + shift;
    const moved =
      typeof old === 'object'
        ? { dims: old.dims, data: Array.from(old.data, (v, k) => (k === 0 ? value : v)) }
        : value;
    const point = { ...base, inputs: { ...base.inputs, [symbol.name]: moved } };
    const evaluator = createEvaluator(program, point, named);
    const apart = evaluator.value(left, at) - evaluator.value(right, at);
    if (shift === 0 && apart !== 0) return NaN;
    return evaluator.value(gradient.element, firstPositions([gradient.element]));
  };
  const small = 1e-7 * Math.max(1, Math.abs(target));
  const [below, there, above] = [gradientAt(-small), gradientAt(0), gradientAt(small)];
  if (Number.isNaN(there)) return [];
  const close = (a: number, b: number): boolean =>
    Math.abs(a - b) <= 1e-5 * Math.max(Math.abs(a), Math.abs(b));
  if (close(below, above)) return [];
  if (there === 0) return ['0 is taken there'];
  const side = close(there, below) ? '<' : close(there, above) ? '>' : null;
  return side === null ? [] : ['the derivative of ', { left, relation: side, right }, ' is taken there'];
}

const ATTAINED = 'several elements attain ';

/** Maxima and minima over an axis that the gradients still depend on. */
function ties(options: KinkOptions): Kink[] {
  const { program, path, gradients, named, others = [], text } = options;
  const { arena } = program;
  const extremes = new Set<string>();
  /** Maxima of which the elements that attain them are counted. */
  const shared = new Set<Node>();
  const isExtreme = (node: Node): boolean =>
    (node.kind === 'reduce' && node.op !== 'sum' && node.op !== 'prod') ||
    (node.kind === 'sym' && path.some((b) => b.name === node.name && isExtreme(b.def)));
  const noteCounted = (node: Node): void => {
    const [counted] = node.args;
    if (node.kind === 'pow' && counted?.kind === 'reduce' && counted.args[0]?.kind === 'cmp')
      counted.args[0].args.forEach((side) => shared.add(side));
    if (node.kind === 'reduce') noteCounted(arena.open(node).body);
    else node.args.forEach(noteCounted);
  };
  const out: Kink[] = [];
  const visit = (node: Node): void => {
    if (node.kind === 'cmp' && node.rel === '==') {
      const [left, right] = node.args as [Node, Node];
      const extreme = isExtreme(right) ? right : isExtreme(left) ? left : null;
      const other = extreme === right ? left : right;
      const written = extreme ? text(extreme) : null;
      if (extreme && written !== null && !extremes.has(written)) {
        extremes.add(written);
        const taken = shared.has(extreme)
          ? 'they share it in equal parts'
          : 'each of them gets the whole of it';
        out.push(
          kinkOf(options, { left: other, right: extreme }, `${ATTAINED}${written}`, {
            where: [ATTAINED, extreme],
            taken: [taken],
          }),
        );
      }
    }
    if (node.kind === 'reduce') visit(arena.open(node).body);
    else node.args.forEach(visit);
  };
  const nodes = [...gradients.map((g) => g.element), ...named.map((b) => b.def), ...others];
  nodes.forEach(noteCounted);
  nodes.forEach(visit);
  return out;
}
