/**
 * Everything that the worker needs to check and train one definition, as plain data: loss, derived and hand-written
 * gradients as loop programs, and what the inputs are.
 */
import type { ArrayValue, HandGradient, Program } from '../core/definition';
import { axisIndices, indexedSizes } from '../core/definition';
import type { Derivation } from '../core/derivation';
import { derive } from '../core/derive';
import type { Size } from '../core/expr';
import { createCurvature, type JobCurvature } from './curvature';
import type { Compiled, JobInput, LoopProgram } from './loop';
import type { NamedValue } from './lower';
import { penaltyGradient, penaltyProgram } from './penalty';
import { bindingValue, compileLoss, compileProgram, LOSS, sampleAxis } from './program';
import { overSamples } from './samples';

export interface JobParameter {
  readonly name: string;
  /** '1' is a unit axis. */
  readonly shape: readonly Size[];
}

export interface JobHandGradient {
  /** The parameter that it is the gradient of. */
  readonly of: string;
  /** Its name in the code (`dw`). */
  readonly name: string;
  /** Output of the hand program. */
  readonly output: string;
  /** Its own axes; element by element comparable with the parameter only if the indexed ones are the same. */
  readonly shape: readonly Size[];
  readonly comparable: boolean;
}

/** The part of the loss that reads no data, and what of the gradients belongs to it. */
export interface JobPenalty {
  /** Output `loss`: the penalty. */
  readonly loss: LoopProgram;
  /** Outputs `gradientOutput(name)` of all parameters. */
  readonly gradient: LoopProgram;
  /** What of the hand-written gradients reads no data, under the outputs of the job's `hand`. */
  readonly hand: LoopProgram | null;
}

export interface GradientJob {
  readonly version: 1;
  readonly definitionId: string;
  readonly name: string;
  readonly inputs: readonly JobInput[];
  /** What is differentiated by and trained. */
  readonly parameters: readonly JobParameter[];
  /** The axis that the rows of a table run along; null when the definition reads no data. */
  readonly rows: Size | null;
  /** Output `loss`, with the terms that differences are taken of. */
  readonly loss: LoopProgram;
  /** Outputs `loss` and, per parameter, `gradientOutput(name)`. */
  readonly gradient: LoopProgram;
  /** Products of the Hessian with a vector, where they were asked for and can be computed. */
  readonly curvature?: JobCurvature;
  readonly hand: LoopProgram | null;
  readonly handGradients: readonly JobHandGradient[];
  /** Null where the loss has no such part, or where it cannot be computed apart. */
  readonly penalty: JobPenalty | null;
  /** What a reader of the numbers must know: "the loss of one sample, averaged over the rows". */
  readonly notes: readonly string[];
}

export interface JobSource {
  readonly definitionId: string;
  readonly name: string;
  readonly program: Program;
  readonly derivation: Derivation;
  readonly hand: readonly HandGradient[];
}

export const gradientOutput = (parameter: string): string => `gradient ${parameter}`;

export interface JobOptions {
  /** Second derivatives too, which takes some tenths of a second. */
  readonly curvature?: boolean;
}

/** Compiles a definition whose output is a scalar; a loss of one sample becomes the mean over the rows. */
export function createJob(source: JobSource, options: JobOptions = {}): Compiled<GradientJob> {
  const single = sampleAxis(source.program) === null && readsData(source.program);
  const { program, derivation, hand } = single ? overSamples(source) : source;
  const parameters = derivation.gradients.flatMap((gradient): JobParameter[] => {
    const input = program.inputs.find((i) => i.name === gradient.of && i.role === 'parameter');
    return input ? [{ name: input.name, shape: input.shape }] : [];
  });
  if (parameters.length === 0)
    return { ok: false, message: `${source.name} has no parameter that a gradient was derived for` };
  const loss = compileLoss(program);
  if (!loss.ok) return loss;
  const output = bindingValue(program, program.output);
  const values: NamedValue[] = output ? [{ name: LOSS, value: output }] : [];
  for (const gradient of derivation.gradients)
    if (parameters.some((parameter) => parameter.name === gradient.of))
      values.push({ name: gradientOutput(gradient.of), value: gradient });
  const gradient = compileProgram(program, values, derivation.named);
  if (!gradient.ok) return gradient;
  const notes: string[] = [];
  if (single) notes.push('The loss is that of one sample: it is averaged over the rows of the data.');
  const names = parameters.map(({ name }) => name);
  const curvature = options.curvature === true ? createCurvature(program, names) : null;
  if (curvature && !curvature.ok)
    notes.push(`The second derivatives cannot be computed on data: ${curvature.message}.`);
  const byHand = compileHand(program, hand, parameters, notes);
  return {
    ok: true,
    value: {
      version: 1,
      definitionId: source.definitionId,
      name: source.name,
      inputs: program.inputs.map(({ name, code, role, shape, domain, default: value }) => ({
        name,
        code,
        role,
        shape,
        domain,
        ...(value === undefined ? {} : { default: value }),
      })),
      parameters,
      rows: sampleAxis(program),
      loss: loss.value,
      gradient: gradient.value,
      ...(curvature?.ok ? { curvature: curvature.value } : {}),
      hand: byHand.program,
      handGradients: byHand.gradients,
      penalty: compilePenalty(source, parameters, byHand.outputs),
      notes,
    },
  };
}

const readsData = (program: Program): boolean =>
  program.inputs.some((input) => input.role === 'data' || input.role === 'label');

/** Each hand-written gradient is tried on its own first, so that one that cannot be computed does not hide the others. */
function compileHand(
  program: Program,
  hand: readonly HandGradient[],
  parameters: readonly JobParameter[],
  notes: string[],
): { program: LoopProgram | null; gradients: JobHandGradient[]; outputs: ReadonlyMap<number, string> } {
  const gradients: JobHandGradient[] = [];
  const outputs = new Map<number, string>();
  const values: NamedValue[] = [];
  const usable: HandGradient[] = [];
  for (const [k, own] of hand.entries()) {
    const parameter = parameters.find((p) => p.name === own.of);
    if (!parameter) continue;
    const output = `hand ${k} ${own.name}`;
    const value: NamedValue = { name: output, value: own.value };
    const alone = compileProgram(program, [value], own.bindings);
    if (!alone.ok) {
      notes.push(`The hand-written ${own.name} cannot be computed on data: ${alone.message}.`);
      continue;
    }
    usable.push(own);
    values.push(value);
    outputs.set(k, output);
    gradients.push({
      of: own.of,
      name: own.name,
      output,
      shape: own.value.axes.map((axis) => axis.size),
      comparable: sameSizes(own.value, parameter.shape),
    });
  }
  if (values.length === 0) return { program: null, gradients, outputs };
  const bindings = usable.flatMap((own) => own.bindings);
  const together = compileProgram(program, values, [...new Map(bindings.map((b) => [b.name, b])).values()]);
  if (together.ok) return { program: together.value, gradients, outputs };
  notes.push(`The hand-written gradients cannot be computed on data: ${together.message}.`);
  return { program: null, gradients: [], outputs: new Map() };
}

/** The penalty of a loss of one sample is that of the mean over the samples too, so `source` is as it was written. */
function compilePenalty(
  { program, hand }: JobSource,
  parameters: readonly JobParameter[],
  outputs: ReadonlyMap<number, string>,
): JobPenalty | null {
  const own = penaltyProgram(program);
  if (!own) return null;
  const loss = compileLoss(own);
  if (!loss.ok) return null;
  const { gradients, named } = derive(own, { verify: false, wrt: parameters.map(({ name }) => name) });
  const gradient = compileProgram(
    own,
    gradients.map((value) => ({ name: gradientOutput(value.of), value })),
    named,
  );
  if (!gradient.ok) return null;
  const written = [...outputs].flatMap(([k, name]) => {
    const one = hand[k];
    return one ? [{ name, value: penaltyGradient(program, one), bindings: one.bindings }] : [];
  });
  const bindings = new Map(written.flatMap((one) => one.bindings.map((b) => [b.name, b] as const)));
  const byHand = written.length > 0 ? compileProgram(program, written, [...bindings.values()]) : null;
  return { loss: loss.value, gradient: gradient.value, hand: byHand?.ok === true ? byHand.value : null };
}

function sameSizes(value: ArrayValue, shape: readonly Size[]): boolean {
  const own = axisIndices(value.axes).map((index) => index.size);
  const wanted = indexedSizes(shape);
  return own.length === wanted.length && own.every((size, k) => size === wanted[k]);
}
