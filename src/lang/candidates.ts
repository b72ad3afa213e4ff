/** Ways in which hand-written gradients of a definition may be meant, and what is told of those that cannot be compared. */
import type { HandGradient, Program } from '../core/definition';
import type { Node } from '../core/expr';
import type { Problem } from '../protocol';
import { isSingle } from './arrays';
import type { ForeignGradient, Intermediate } from './assemble';
import type { GradientCandidate, GradientMismatch, Pullback } from './definition';
import type { Directives } from './directives';
import type { Callable } from './execution';
import type { BrokenGradient } from './outputs';
import type { Reading } from './reading';
import { foreignArguments, isLinearIn } from './upstream';

/** A derivative that is registered for a function takes what the framework gives it. */
export const literalReading = (gradient: HandGradient): GradientCandidate => ({
  of: gradient.of,
  name: gradient.name,
  span: gradient.span,
  functionName: gradient.functionName,
  readings: [{ convention: 'literal', gradient }],
});

/** Of readings by the input and by the output, the one that was said to be meant. */
export function convened(candidate: GradientCandidate, { convention }: Directives): GradientCandidate {
  const [byInput, byOutput] = candidate.readings;
  const meant = convention === 'input' ? byInput : convention === 'output' ? byOutput : undefined;
  return meant ? { ...candidate, readings: [meant] } : candidate;
}

/** A derivative of an activation is meant for the input or for the output: the code of the function does not tell. */
export function derivativeReadings(
  gradient: HandGradient,
  program: Program,
  value: string,
): GradientCandidate {
  const readings: GradientCandidate['readings'][number][] = [{ convention: 'literal', gradient }];
  const output = outputReading(gradient, program, value);
  if (output) readings.push({ convention: 'of-output', gradient: output });
  return {
    of: gradient.of,
    name: gradient.name,
    span: gradient.span,
    functionName: gradient.functionName,
    readings,
  };
}

/** `relu_backward(dA, Z)`: the derivative times what flows in from above, read for 1. */
export function upstreamReadings(
  { gradient, inputs }: ForeignGradient,
  reading: Reading,
): GradientCandidate[] {
  const program = reading.assembled?.program;
  const [upstream, ...others] = inputs;
  if (!program || upstream === undefined) return [];
  const { of, name, span, functionName } = gradient;
  if (!isLinearIn(gradient.value.element, upstream, gradient.bindings)) {
    // `sigmoid_prime(fx, x)`: it takes the output beside the input.
    const isWhole = others.length === 0 && (reading.assembled?.outputAxes.length ?? 0) === 0;
    const ofOutput = isWhole ? withOutput(gradient, upstream, program, program.output) : null;
    return ofOutput
      ? [{ of, name, span, functionName, readings: [{ convention: 'of-output', gradient: ofOutput }] }]
      : [];
  }
  // Where axes are contracted or normalised along, what flows in is not one number.
  if (others.length > 0 || (reading.assembled?.outputAxes.length ?? 0) > 0) return [];
  const one = mapGradient(gradient, (node) =>
    program.arena.mapSyms(node, (sym) => (sym.name === upstream ? program.arena.one : sym)),
  );
  const { readings } = derivativeReadings(one, program, program.output);
  return [
    {
      of,
      name,
      span,
      functionName,
      readings: readings.map((r) => ({ ...r, convention: 'with-upstream' as const })),
    },
  ];
}

/** A backward function that takes the input again may take it for the output. */
export function pullbackOf({ assembled, execution }: Reading): Pullback | null {
  const pullback = assembled?.pullback;
  if (!pullback) return null;
  const { program, gradients, intermediates } = pullback;
  const given = new Set(execution.gradient?.parameters.values());
  const [only, ...others] = [...execution.main.parameters.values()].filter((value) => value.kind === 'input');
  const isTaken = !execution.registered && only !== undefined && others.length === 0 && given.has(only);
  const candidates = intermediates.map(intermediateReadings);
  if (!isTaken) return { program, gradients, candidates };
  const { output } = assembled.program;
  return {
    program,
    gradients: [],
    candidates: [
      ...gradients.map((gradient) => derivativeReadings(gradient, program, output)),
      ...candidates,
    ],
  };
}

export function foreignProblem({ gradient, inputs }: ForeignGradient, reading: Reading): Problem {
  const [upstream, ...others] = foreignArguments(reading.execution);
  const isUpstream =
    upstream !== undefined &&
    others.length === 0 &&
    inputs.join() === upstream &&
    isLinearIn(gradient.value.element, upstream, gradient.bindings);
  return {
    type: 'decline',
    id: isUpstream ? 'upstream-gradient' : 'gradient-of-other-inputs',
    message: isUpstream
      ? `${gradient.name} is not checked: it is a product with the gradient from above, ${upstream}, which is checked for elementwise functions only.`
      : `${gradient.name} is not checked: it uses ${inputs.join(' and ')}, which the loss does not use.`,
    span: gradient.span,
  };
}

const mapGradient = (gradient: HandGradient, map: (node: Node) => Node): HandGradient => ({
  ...gradient,
  value: { axes: gradient.value.axes, element: map(gradient.value.element) },
  bindings: gradient.bindings.map((b) => ({ ...b, def: map(b.def) })),
});

/** The derivative with the function's output put in for its argument. */
function outputReading(gradient: HandGradient, program: Program, output: string): HandGradient | null {
  const input = program.inputs.find((i) => i.name === gradient.of);
  return input ? withOutput(gradient, input.name, program, output) : null;
}

/** The derivative with the function's output put in for a symbol. */
function withOutput(gradient: HandGradient, name: string, program: Program, output: string): HandGradient {
  return mapGradient(gradient, (node) =>
    program.arena.mapSyms(node, (sym) => (sym.name === name ? program.arena.sym(output, ...sym.args) : sym)),
  );
}

export function intermediateReadings({ gradient, earlier, byEarlier }: Intermediate): GradientCandidate {
  return {
    of: gradient.of,
    name: gradient.name,
    span: gradient.span,
    functionName: gradient.functionName,
    readings: [
      { convention: 'literal', gradient },
      ...[...earlier, ...byEarlier].map((value) => ({
        convention: 'earlier-value' as const,
        gradient: value,
      })),
    ],
  };
}

export function mismatchesOf(reading: Reading): GradientMismatch[] {
  const own = reading.execution.main.callable;
  const functionName = (callable: Callable): string | null => (callable === own ? null : callable.fn.name);
  const shapes = [
    ...(reading.assembled?.mismatches ?? []),
    ...(reading.assembled?.pullback?.mismatches ?? []),
  ];
  return [
    ...shapes.map(({ gradient: { of, name, span, callable }, message }) => ({
      of,
      name,
      span,
      functionName: functionName(callable),
      message,
      raises: false,
    })),
    ...reading.outputs.broken
      .filter((broken) => provesBroken(broken, reading))
      .map(({ of, name, span, callable, cause }) => ({
        of,
        name,
        span,
        functionName: functionName(callable),
        message: cause.text,
        raises: true,
      })),
  ];
}

export function brokenProblems(reading: Reading): Problem[] {
  return reading.outputs.broken
    .filter((broken) => !provesBroken(broken, reading))
    .map(({ name, cause, span }) => ({
      type: 'decline',
      id: cause.id,
      message:
        cause.type === 'shape'
          ? `${name} is not checked: the shape of ${foreignArguments(reading.execution).join(' and ')} is not known. Say it in a comment, as in "# nabla: X: (m, n)".`
          : `${name} is not checked: it ${cause.text}.`,
      span,
    }));
}

/** Whether shapes that do not fit are proof of a mistake: not where the loss leaves some of them open. */
const provesBroken = ({ cause, callable }: BrokenGradient, reading: Reading): boolean =>
  cause.type === 'shape' &&
  reading.execution.run.family === 'python' &&
  // The shapes of what a function around it computes are chosen freely.
  ![...reading.execution.run.inputs.values()].some(({ ref }) => ref.origin === 'global' && ref.isSetting) &&
  (callable === reading.execution.main.callable || foreignArguments(reading.execution).length === 0) &&
  // What flows into the backward method of a single number may be meant for something else: the prediction again.
  !(
    reading.execution.upstreams.length > 0 &&
    reading.execution.upstreams.every(({ output }) => isSingle(output))
  );
