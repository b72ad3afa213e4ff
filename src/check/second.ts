/**
 * Verdicts on second derivatives that were written by hand: as the Jacobian of the derived gradient, and of the written one.
 * What fits boosted trees is told curvatures that must be positive, which the second derivative need not be: those that stand
 * in for it on purpose are not called wrong.
 */
import { axisIndices, type HandGradient, type Program, type SecondDerivative } from '../core/definition';
import { derivativeBy, type Derivation } from '../core/derivation';
import { withOutput } from '../core/derivatives';
import { derive } from '../core/derive';
import { symbolNames, type Node } from '../core/expr';
import type { DefinitionKind } from '../protocol';
import { align } from './align';
import { inlineBindings } from './inline';
import { judgeAgainst, type Subject } from './judge';
import { right, unknown, type Judgement } from './judgement';
import { derivativeName, plainName } from './mistakes/case';
import { createPool, evaluateCells, trialsFor, type Target } from './points';
import { jacobianTarget, shapeOf, targetOf } from './target';

export interface Seconds {
  readonly kind: DefinitionKind;
  readonly program: Program;
  readonly derivation: () => Derivation | null;
  /** Written gradients, which a second derivative may be the derivative of. */
  readonly gradients: readonly HandGradient[];
  readonly proves: Subject['proves'];
}

/** A judgement, and what it is about. */
export interface JudgedSecond {
  readonly judgement: Judgement;
  /** "∂²J/∂w²" */
  readonly symbol: string;
}

/** Right if it is the derivative of the derived gradient or of the written one; wrong only if it is neither. */
export function judgeSecond(known: Seconds, hand: SecondDerivative): JudgedSecond {
  const [first, ...others] = gradientPrograms(known, hand);
  if (!first)
    return {
      judgement: unknown(`${plainName(hand.name)} cannot be compared: the gradient is not known.`),
      symbol: `∂²${plainName(known.program.output)}/∂${plainName(hand.of)}²`,
    };
  const { judgement: judged, mixes } = judgeIn(first, known, hand);
  const symbol = symbolOf(first, hand, mixes);
  const name = derivativeName({ program: first, of: hand.by });
  const named = (text: string): string => (hand.form === 'product' ? text.replaceAll(name, symbol) : text);
  const told: Judgement = { ...judged, message: named(judged.message), evidence: named(judged.evidence) };
  if (judged.verdict === 'right') return { judgement: told, symbol };
  for (const program of others) {
    const { judgement } = judgeIn(program, known, hand);
    if (judgement.verdict === 'right')
      return { judgement: { ...judgement, assumptions: [...judgement.assumptions, OF_WRITTEN] }, symbol };
  }
  return { judgement: told, symbol };
}

const OF_WRITTEN = 'it is meant as the derivative of the gradient as it is written';

const symbolOf = (program: Program, { by, form }: SecondDerivative, mixes: boolean): string => {
  const name = derivativeName({ program, of: by });
  return form === 'product' ? `(${name}) v` : form === 'diagonal' && mixes ? `the diagonal of ${name}` : name;
};

/** Programs whose output is a gradient: the derived one, then the written one. */
function gradientPrograms(known: Seconds, hand: SecondDerivative): Program[] {
  const { program, kind } = known;
  const extended = { ...program, inputs: [...program.inputs, ...hand.inputs] };
  if (kind === 'gradient') return [extended];
  const { of } = hand;
  const name = `∂${program.output}/∂${of}`;
  const written = ({ value, bindings }: Pick<HandGradient, 'value' | 'bindings'>): Program =>
    withOutput(extended, name, value.axes, inlineBindings(program.arena, value.element, bindings));
  // What is returned together is meant together, whatever the loss is divided by.
  if (hand.beside) return [written(hand.beside)];
  const derivation = known.derivation();
  const derived =
    (derivation && derivativeBy(derivation, of)) ??
    derivativeBy(derive(program, { wrt: [of], verify: false }), of);
  const found: Program[] = [];
  if (derived) {
    const { gradient, named } = derived;
    const bindings = [...program.bindings, ...named];
    found.push(withOutput({ ...extended, bindings }, name, gradient.axes, gradient.element));
  }
  const shape = (shapeOf(program, of) ?? []).filter((size) => size !== '1').join();
  for (const gradient of known.gradients)
    if (gradient.of === of && sizesOf(gradient.value.axes) === shape) found.push(written(gradient));
  return found;
}

const sizesOf = (axes: HandGradient['value']['axes']): string =>
  axisIndices(axes)
    .map(({ size }) => size)
    .join();

function judgeIn(
  program: Program,
  { proves }: Seconds,
  second: SecondDerivative,
): { readonly judgement: Judgement; readonly mixes: boolean } {
  const hand: HandGradient = { ...second, of: second.by };
  const pool = createPool(program);
  const subject: Subject = { program, pool, derivation: null, hand, proves };
  const found = targetsOf(subject, second);
  if ('reason' in found) {
    const judgement = unknown(`${plainName(hand.name)} cannot be compared: ${found.reason}.`);
    return { judgement, mixes: true };
  }
  const { mixes } = found;
  let first: Judgement | null = null;
  for (const target of found.targets) {
    const judgement = judgeAgainst(subject, target);
    if (judgement.verdict === 'right') return { judgement, mixes };
    const excuse = judgement.verdict === 'wrong' ? standIn(subject, second, target, mixes) : null;
    first ??= excuse ?? judgement;
  }
  return { judgement: first ?? unknown(`${plainName(hand.name)} cannot be compared.`), mixes };
}

type Found =
  | { readonly reason: string }
  | {
      readonly targets: readonly Target[];
      /** Whether elements beside the diagonal are not 0. */ readonly mixes: boolean;
    };

function targetsOf({ pool, program, hand }: Subject, { form, inputs }: SecondDerivative): Found {
  const { arena } = program;
  if (form === 'matrix') {
    const jacobian = jacobianTarget(pool, hand.of, hand.value.axes);
    if (jacobian) return { targets: [...new Set([jacobian.target, jacobian.transposed])], mixes: true };
  }
  if (form === 'product') {
    const [direction] = inputs;
    const axes = program.bindings.find(({ name }) => name === program.output)?.axes ?? [];
    const by = (shapeOf(program, hand.of) ?? []).flatMap((size, k) =>
      size === '1' ? [] : [arena.index(`along${k + 1}`, size)],
    );
    if (!direction) return { reason: 'its vector is not known' };
    const partial = arena.diff(
      arena.sym(program.output, ...axisIndices(axes)),
      arena.sym(hand.of, ...by),
      true,
    );
    const body = arena.mul(partial, arena.sym(direction.name, ...by));
    const exact = by.reduceRight<Node>((sum, index) => arena.sum(index, sum), body);
    return { targets: [{ pool, exact, axes, derived: null }], mixes: true };
  }
  const found = targetOf(pool, null, hand.of);
  if ('target' in found) return { targets: [found.target], mixes: false };
  return found.diagonal ? { targets: [found.diagonal], mixes: true } : { reason: found.reason };
}

/** Values at a cell: as written, and exact. */
interface Entry {
  readonly given: number;
  readonly exact: number;
}

/** Why what is not the second derivative may be meant all the same; null for a mistake. */
function standIn(
  subject: Subject,
  second: SecondDerivative,
  target: Target,
  mixes: boolean,
): Judgement | null {
  const found = knownStandIn(subject, second, target, mixes);
  if (found || !second.isApproximate) return found;
  const { program, hand } = subject;
  return unknown(
    `${plainName(hand.name)} is not ${derivativeName({ program, of: hand.of })}, and the words about it say that it approximates it.`,
  );
}

function knownStandIn(
  subject: Subject,
  { form }: SecondDerivative,
  target: Target,
  mixes: boolean,
): Judgement | null {
  const { program, hand } = subject;
  const { arena } = program;
  const name = plainName(hand.name);
  const derivative = derivativeName({ program, of: hand.of });
  if (form === 'product') return null;
  const value = {
    axes: hand.value.axes,
    element: inlineBindings(arena, hand.value.element, hand.bindings),
  };
  const { element } = align(arena, value, target.axes);
  if (!element) return null;
  const { diagonal, others } = entriesOf(target, element, form === 'matrix');
  const isPlain = form === 'diagonal' || others.length === 0;
  const near = (a: number, b: number): boolean =>
    Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  const isFixed = diagonal.length > 0 && !reached(program, element).has(hand.of);
  const isOne = diagonal.every(({ given }) => given === 1);
  const varies = diagonal.some(({ exact }) => !near(exact, diagonal[0]?.exact ?? NaN));
  if (isFixed && (isOne || (varies && !isAffine(outputOf(program), hand.of))))
    return unknown(
      `${name} does not depend on ${plainName(hand.of)}: it stands in for ${derivative}, as constant curvatures do.`,
    );
  if (isPlain && diagonal.every(({ given, exact }) => given >= 0 && near(given, -exact)))
    return unknown(
      `${name} is -${derivative}: the gradient falls where ${name} says that it rises. One of the two has the wrong sign, unless the gradient is meant as the negative one.`,
    );
  const added = (diagonal[0]?.given ?? NaN) - (diagonal[0]?.exact ?? NaN);
  const isDamped = diagonal.every(({ given, exact }) => Math.abs(given - exact - added) <= 1e-7 * added);
  if (form === 'matrix' && added > 0 && isDamped && others.every(({ given, exact }) => near(given, exact)))
    return right(
      `${name} is ${derivative} with ${Number(added.toPrecision(6))} added along its diagonal.`,
      `the same number is added at ${diagonal.length} places, and all others agree`,
    );
  if (!diagonal.every(({ given }) => given >= 0)) return null;
  if (diagonal.some(({ exact }) => exact < 0)) {
    const above = diagonal.filter(({ exact }) => exact > 0);
    return isPlain && above.length > 2 && above.every(({ given, exact }) => near(given, exact))
      ? right(
          `${name} is ${derivative} where that is positive, and stays positive elsewhere.`,
          `agrees at ${above.length} places where it is positive`,
        )
      : unknown(
          `${name} is not ${derivative}, which is negative in places: it stands in for it with values that are never negative, as methods that divide by curvatures need.`,
        );
  }
  const factor = (diagonal[0]?.given ?? NaN) / (diagonal[0]?.exact ?? NaN);
  return mixes &&
    form === 'diagonal' &&
    factor > 1 &&
    diagonal.every(({ given, exact }) => near(given, factor * exact))
    ? unknown(
        `${name} is ${Number(factor.toPrecision(6))} times the diagonal of ${derivative}: a bound on the whole of it, as XGBoost takes for classes.`,
      )
    : null;
}

/** The entries of the diagonal, and those beside it. */
function entriesOf(
  target: Target,
  element: Node,
  isMatrix: boolean,
): { readonly diagonal: readonly Entry[]; readonly others: readonly Entry[] } {
  const diagonal: Entry[] = [];
  const others: Entry[] = [];
  for (const { evaluator, cells, exact } of trialsFor(target, [element]).trials) {
    const given = evaluateCells(evaluator, element, target.axes, cells).values;
    cells.forEach((cell, k) => {
      const half = cell.length / 2;
      const isOn = !isMatrix || cell.slice(0, half).join() === cell.slice(half).join();
      (isOn ? diagonal : others).push({ given: given[k] ?? NaN, exact: exact.values[k] ?? NaN });
    });
  }
  return { diagonal, others };
}

/** Names that a node depends on, also through bindings. */
/** What the program computes, written out. */
function outputOf({ arena, bindings, output }: Program): Node {
  const found = bindings.find(({ name }) => name === output);
  return found ? inlineBindings(arena, found.def, bindings) : arena.sym(output);
}

/** A sum of what does not hold the symbol and of products with it: its derivative is constant. */
function isAffine(node: Node, of: string): boolean {
  if (!symbolNames(node).has(of)) return true;
  switch (node.kind) {
    case 'sym':
      return true;
    case 'add':
      return node.args.every((arg) => isAffine(arg, of));
    case 'mul':
      return (
        node.args.filter((arg) => symbolNames(arg).has(of)).length === 1 &&
        node.args.every((arg) => isAffine(arg, of))
      );
    case 'reduce':
      return node.op === 'sum' && node.args.every((arg) => isAffine(arg, of));
    default:
      return false;
  }
}

function reached(program: Program, node: Node): ReadonlySet<string> {
  const defs = new Map(program.bindings.map(({ name, def }) => [name, def]));
  const found = new Set<string>();
  const visit = (each: Node): void => {
    for (const name of symbolNames(each)) {
      if (found.has(name)) continue;
      found.add(name);
      const def = defs.get(name);
      if (def) visit(def);
    }
  };
  visit(node);
  return found;
}
