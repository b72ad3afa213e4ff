/**
 * Second derivatives that code writes: Hessians, their diagonals as boosted trees take them (`return grad, hess`), and their
 * products with a vector. Which of these it is, the shape tells.
 */
import type { SecondDerivative } from '../core/definition';
import type { Size } from '../core/expr';
import type { Executed, Execution } from './execution';
import { ownParameters } from './members';
import type { BrokenGradient, WrittenGradient } from './outputs';
import { locals, partsOf, type Part } from './outputParts';
import { inputsOf } from './roles';
import { isGradientBeside, isLetter, isSecondName } from './secondNames';
import { scalar, type Run } from './run';
import { stackedArray } from './stack';
import type { ArrayV, Value } from './values';

export interface WrittenSecond extends WrittenGradient {
  readonly by: string;
  readonly form: SecondDerivative['form'];
  /** The gradient that is returned together with it. */
  readonly beside: ArrayV | null;
  /** The vector of a product. */
  readonly direction: string | null;
}

interface Found {
  readonly seconds: WrittenSecond[];
  readonly broken: BrokenGradient[];
}

/** The second of two results that only their places tell. */
const besideGradient = (returned: readonly Part[], gradient: Part | null): readonly Part[] => {
  const [, second] = returned;
  return gradient && returned.length === 2 && second ? [{ ...second, name: second.name ?? 'hess' }] : [];
};

/**
 * `targets`: what may be differentiated by, the likeliest first. `gradient`: what the second derivative is the derivative of,
 * where that is itself a written gradient.
 */
export function secondsOf(
  execution: Execution,
  targets: () => readonly string[],
  gradient: Part | null,
): Found {
  const { run, main, seconds } = execution;
  const found: Found = { seconds: [], broken: [] };
  for (const executed of seconds) {
    const [part] = wholeParts(run, executed);
    if (part)
      collect(
        execution,
        executed,
        { ...part, name: part.name ?? executed.callable.fn.name },
        targets,
        gradient,
        found,
      );
  }
  for (const executed of [main, ...(execution.gradient ? [execution.gradient] : [])]) {
    const returned = partsOf(run, executed);
    const isNamed = ({ name }: Part): boolean =>
      name !== null && (isSecondName(name) || (returned.length > 1 && isLetter(name)));
    const own =
      seconds.length === 0 && gradient ? besideGradient(returned, gradient) : returned.filter(isNamed);
    // A matrix that a step of Newton's method is made of.
    const kept =
      own.length > 0 ? [] : locals(run, executed).filter(({ name }) => name !== null && isLetter(name));
    for (const part of [...own, ...kept]) collect(execution, executed, part, targets, gradient, found);
  }
  return found;
}

/** What a function of second derivatives returns, with lists of lists as one array. */
function wholeParts(run: Run, executed: Executed): readonly Part[] {
  const parts = partsOf(run, executed);
  const { value, expression, callable } = executed;
  if (value.kind !== 'sequence' || parts.length < 2) return parts;
  const span = expression?.span ?? callable.fn.nameSpan;
  const whole = stackedArray(run, value.items, span);
  return [{ name: null, value: whole, span, container: null, expression }];
}

function collect(
  { run, main }: Execution,
  executed: Executed,
  part: Part,
  targets: () => readonly string[],
  gradient: Part | null,
  into: Found,
): void {
  const { name, value, span } = part;
  if (name === null || into.seconds.some((known) => known.name === name)) return;
  const { callable } = executed;
  const [first] = targets();
  if (value.kind === 'unknown') {
    // Shapes are chosen for the loss: that they do not fit here proves nothing.
    if (first !== undefined && value.cause.type !== 'shape')
      into.broken.push({ of: first, name, span: value.cause.span, cause: value.cause, callable });
    return;
  }
  if (value.kind !== 'array') return;
  const base: Value | undefined = gradient?.value;
  const common = { name, span, value, isInput: true, callable };
  const given = new Set(ownParameters(main.callable).map((parameter) => parameter.name));
  const others = [...run.inputs.values()].filter(
    ({ ref, name: own }) =>
      executed.parameters.has(ref.code) && !given.has(ref.code) && inputsOf(run, value.element).has(own),
  );
  const [direction, ...more] = others;
  const have = sizesOf(run, value);
  for (const of of targets()) {
    const state = [...run.inputs.values()].find((each) => each.name === of);
    if (!state) continue;
    const own = sizesOf(run, state.value);
    const before = base?.kind === 'array' ? sizesOf(run, base) : own;
    const fits = (sizes: readonly Size[]): boolean => sizes.join() === have.join();
    if (direction && more.length === 0 && fits(before)) {
      if (sizesOf(run, direction.value).join() !== own.join()) continue;
      into.seconds.push({ ...common, of, by: of, form: 'product', beside: null, direction: direction.name });
      return;
    }
    if (others.length > 0) continue;
    const form = fits([...before, ...own]) ? 'matrix' : fits(own) && fits(before) ? 'diagonal' : null;
    if (form === null) continue;
    into.seconds.push({
      ...common,
      of,
      by: of,
      form,
      beside: gradientBeside(run, executed, name, before),
      direction: null,
    });
    return;
  }
  if (!gradient && others.length === 0) into.seconds.push(...ofPoint(run, value, common, targets()));
}

/** What a gradient function returns together with this: the gradient of that shape. */
function gradientBeside(run: Run, executed: Executed, name: string, sizes: readonly Size[]): ArrayV | null {
  const [first, second, ...more] = partsOf(run, executed);
  const isPair = more.length === 0 && second?.name === name && isGradientBeside(first?.name ?? null, name);
  const value = isPair && first?.value.kind === 'array' ? first.value : null;
  return value && sizesOf(run, value).join() === sizes.join() ? value : null;
}

/** The second derivatives of a function of x[0] and x[1], each by two of these. */
function ofPoint(
  run: Run,
  value: ArrayV,
  common: Omit<WrittenSecond, 'of' | 'by' | 'form' | 'beside' | 'direction'>,
  targets: readonly string[],
): WrittenSecond[] {
  const [rows, columns, ...more] = value.axes.flatMap((axis) => axis.index ?? []);
  const states = targets.flatMap((name) => [...run.inputs.values()].filter((each) => each.name === name));
  const isPoint = states.every((state) => state.value.axes.length === 0);
  const count = String(states.length);
  if (!rows || !columns || more.length > 0 || !isPoint) return [];
  if (run.sizes.find(rows.size) !== count || run.sizes.find(columns.size) !== count) return [];
  const { arena } = run;
  return states.flatMap(({ name: of }, i) =>
    states.map(({ name: by }, j): WrittenSecond => {
      const row = arena.substitute(value.element, rows, arena.num(i));
      const entry = scalar(arena.substitute(row, columns, arena.num(j)));
      return {
        ...common,
        name: `${common.name}[${i}, ${j}]`,
        value: entry,
        of,
        by,
        form: 'matrix',
        beside: null,
        direction: null,
      };
    }),
  );
}

const sizesOf = (run: Run, { axes }: ArrayV): Size[] =>
  axes.flatMap((axis) => (axis.index ? [run.sizes.find(axis.size)] : []));
