/** What must hold of every derivation, and a way to print one. */
import type { Binding, Program } from '../../src/core/definition';
import type { Derivation, Gradient, Step } from '../../src/core/derivation';
import { createEvaluator, type Point } from '../../src/core/evaluate';
import type { Node } from '../../src/core/expr';
import { createNaming } from '../../src/core/print/naming';
import { toText } from '../../src/core/print/text';
import { createRandom } from '../../src/core/random';
import { RULES } from '../../src/core/rules';
import { samplePoint } from '../../src/core/sample';

const KNOWN_RULES = new Set(RULES.map((rule) => rule.id));

export type Show = (node: Node) => string;

export function printer(program: Program, derivation: Pick<Derivation, 'hidden' | 'named'>): Show {
  const extra: Binding[] = [...derivation.hidden, ...derivation.named];
  const naming = createNaming(program, extra);
  return (node) => toText(node, naming);
}

/** Every broken promise of a chain of steps, as text; empty when all is well. */
export function faults(steps: readonly Step[], show: Show, path = ''): string[] {
  return steps.flatMap((step, k) => {
    const at = `${path}/${step.rule}`;
    const out: string[] = [];
    const previous = steps[k - 1];
    if (previous && previous.after !== step.before)
      out.push(`${at}: begins with ${show(step.before)}, not with ${show(previous.after)}`);
    if (step.before === step.after) out.push(`${at}: changes nothing`);
    if (show(step.before) === show(step.after)) out.push(`${at}: reads the same: ${show(step.before)}`);
    if (step.verification.status !== 'verified')
      out.push(
        `${at}: ${step.verification.status}, ${step.verification.reason}: ${show(step.before)} = ${show(step.after)}`,
      );
    if (!KNOWN_RULES.has(step.rule)) out.push(`${at}: unknown rule`);
    if (step.children.length === 1) out.push(`${at}: a single child`);
    return [...out, ...faults(step.children, show, at)];
  });
}

/** Like `faults`, for a whole gradient: the last step must end at the element. */
export function gradientFaults(gradient: Gradient, show: Show): string[] {
  const last = gradient.steps.at(-1);
  const end = last?.after === gradient.element ? [] : [`d${gradient.of}: the steps do not end at the result`];
  return [...end, ...faults(gradient.steps, show, gradient.of)];
}

/** Steps as indented text with rule ids. */
export function outline(steps: readonly Step[], show: Show, depth = 0): string[] {
  const pad = '  '.repeat(depth);
  return steps.flatMap((step, k) => [
    ...(k === 0 ? [`${pad}${show(step.before)}`] : []),
    `${pad}= ${show(step.after)}   {${step.rule}}`,
    ...outline(step.children, show, depth + 2),
  ]);
}

/** Largest difference between a gradient and central differences, relative to its largest cell. */
export function finiteDifferenceError(
  program: Program,
  derivation: Derivation,
  gradient: Gradient,
  seed = 5,
): number {
  const point = samplePoint(program, createRandom(seed));
  const evaluator = createEvaluator(program, point, derivation.named);
  const loss = program.arena.sym(program.output);
  const value = point.inputs[gradient.of];
  if (value === undefined) throw new Error(`no input ${gradient.of}`);
  const data: readonly number[] = typeof value === 'number' ? [value] : Array.from<number>(value.data);
  const dims = typeof value === 'number' ? [] : value.dims;
  const indices = gradient.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  const used = gradient.axes.flatMap((axis, k) => (axis.index ? [dims[k] ?? 1] : []));
  let scale = 0;
  let worst = 0;
  data.forEach((x, cell) => {
    const h = 1e-5 * Math.max(1, Math.abs(x));
    const at = (shift: number): number => {
      const moved = data.map((v, k) => (k === cell ? v + shift : v));
      const inputs: Point['inputs'] = {
        ...point.inputs,
        [gradient.of]:
          typeof value === 'number' ? (moved[0] ?? NaN) : { dims, data: Float64Array.from(moved) },
      };
      return createEvaluator(program, { ...point, inputs }).value(loss);
    };
    const numeric = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    const positions: Record<string, number> = {};
    let rest = cell;
    for (let k = indices.length - 1; k >= 0; k--) {
      const length = used[k] ?? 1;
      const index = indices[k];
      if (index) positions[index.name] = rest % length;
      rest = Math.floor(rest / length);
    }
    const derived = evaluator.value(gradient.element, positions);
    scale = Math.max(scale, Math.abs(derived), Math.abs(numeric));
    worst = Math.max(worst, Math.abs(derived - numeric));
  });
  return scale === 0 ? 0 : worst / scale;
}
