/** Gradients as source code that stands on its own, given the inputs of the program. */
import { parts, type Form, type MatrixFunctionForm, type OneHotForm } from '../array/form';
import { planArray } from '../array/plan';
import type { ArrayValue, Binding, Program } from '../definition';
import type { Size } from '../expr';
import type { CodeTarget } from '../ops';
import { arrayCode, isPlain, type ArrayDialect, type ArrayTarget } from './arrayCode';
import { stableStatements } from '../stability/statements';
import { fresh, identifier, identifiers } from './identifiers';
import { loopCode } from './loopCode';
import { ONE_HOT_NAMES } from './naming';
import { programSizes } from '../sample';

/** A gradient to print: `bindings` are the ones that it mentions beyond the program's own (adjoints with a name). */
export interface CodeGradient {
  readonly name: string;
  readonly value: ArrayValue;
  readonly bindings: readonly Binding[];
}

/**
 * Source that computes `gradient.name` from the program's inputs, in the user's names: lengths that are needed, the
 * intermediates that are used, in the program's order and layout, and the gradient in exactly the layout of its axes. Forms
 * that overflow where the value does not are written in stable ones.
 */
export function printCode(target: CodeTarget, program: Program, gradient: CodeGradient): string {
  const result: Binding = {
    name: gradient.name,
    axes: gradient.value.axes,
    def: gradient.value.element,
    span: null,
    origin: 'return',
  };
  const statements = stableStatements(program, gradient.bindings, result);
  const extra = statements.filter((b) => b.name !== result.name && !isOwn(program, b.name));
  return target === 'typescript'
    ? loopCode(program, extra, statements)
    : arrayProgram(target, program, extra, statements);
}

const isOwn = (program: Program, name: string): boolean => program.bindings.some((b) => b.name === name);

const IMPORTS: Readonly<Record<ArrayTarget, readonly (readonly [RegExp, string])[]>> = {
  numpy: [
    [/\bmath\./, 'import math'],
    [/\bnp\./, 'import numpy as np'],
    [/\bscipy\./, 'import scipy.special'],
  ],
  torch: [
    [/\bmath\./, 'import math'],
    [/\btorch\./, 'import torch'],
  ],
  jax: [
    [/\bjax\.(nn|lax)\./, 'import jax'],
    [/\bjax\.scipy\./, 'import jax.scipy.special'],
    [/\bjnp\./, 'import jax.numpy as jnp'],
  ],
};

function arrayProgram(
  target: ArrayTarget,
  program: Program,
  extra: readonly Binding[],
  statements: readonly Binding[],
): string {
  const last = statements.at(-1)?.name ?? '';
  const names = identifiers(program, statements, last);
  const taken = new Set([...names.values(), last]);
  const lengths = new Map<Size, string>();
  const inverses = new Map<string, string>();
  const oneHots = new Map<string, string>();
  const numbers = new Set(
    program.inputs.filter((i) => i.role === 'hyper' && i.shape.length === 0).map((i) => i.name),
  );
  const keyOf = (form: OneHotForm): string => `${arrayCode(form.labels, dialect)} of ${form.size}`;
  const dialect: ArrayDialect = {
    target,
    inverse: (name) => inverses.get(name) ?? null,
    oneHot: (form) => oneHots.get(keyOf(form)) ?? null,
    symbol: (name) => names.get(name) ?? name,
    isNumber: (name) => numbers.has(name),
    real: realArray(program),
    size(size) {
      const name = lengths.get(size) ?? fresh(identifier(size), 'n_', taken);
      lengths.set(size, name);
      return name;
    },
  };
  const forms = statements.map((b) => {
    const { form } = planArray(program, extra, { axes: b.axes, element: b.def });
    if (isPlain(form, dialect)) numbers.add(b.name);
    return form;
  });
  const inverted = counted(forms.flatMap(inversesIn));
  const labels = counted(forms.flatMap(oneHotsIn).map(keyOf));
  const lines = statements.flatMap((b, k) => {
    const form = forms[k];
    if (!form) return [];
    const ahead = inversesIn(form).flatMap((name) => {
      if ((inverted.get(name) ?? 0) < 2 || inverses.has(name)) return [];
      const whole: Form = {
        kind: 'matrix',
        fn: 'inv',
        arg: { kind: 'symbol', name, symmetric: false, dims: [] },
        dims: [],
      };
      const variable = fresh(`${identifier(name)}_inv`, '_', taken);
      const line = `${variable} = ${arrayCode(whole, dialect)}`;
      inverses.set(name, variable);
      return [line];
    });
    for (const oneHot of oneHotsIn(form)) {
      const key = keyOf(oneHot);
      if ((labels.get(key) ?? 0) < 2 || oneHots.has(key)) continue;
      const line = arrayCode(oneHot, dialect);
      const variable = oneHotName(program, taken);
      oneHots.set(key, variable);
      ahead.push(`${variable} = ${line}`);
    }
    return [...ahead, `${names.get(b.name) ?? b.name} = ${arrayCode(form, dialect)}`];
  });
  const sizes = [...lengths].map(([size, name]) => lengthLine(program, names, size, name));
  const body = [...sizes, ...lines].join('\n');
  const imports = IMPORTS[target].filter(([pattern]) => pattern.test(body)).map(([, line]) => line);
  return `${imports.length === 0 ? '' : `${imports.join('\n')}\n\n`}${body}\n`;
}

/** All forms of a kind within a form. */
function collect<F extends Form>(form: Form, test: (form: Form) => form is F): readonly F[] {
  return [...(test(form) ? [form] : []), ...parts(form).flatMap((part) => collect(part, test))];
}

const oneHotsIn = (form: Form): readonly OneHotForm[] =>
  collect(form, (f): f is OneHotForm => f.kind === 'oneHot');

/** The symbols that are inverted in a form. */
const inversesIn = (form: Form): readonly string[] =>
  collect(form, (f): f is MatrixFunctionForm => f.kind === 'matrix' && f.fn === 'inv').map((f) => f.arg.name);

/** How often each name occurs. */
function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** A free variable for one-hot rows. */
function oneHotName(program: Program, taken: Set<string>): string {
  const sizes = programSizes(program);
  const free = ONE_HOT_NAMES.find((name) => !taken.has(name) && !sizes.includes(name)) ?? 'one_hot';
  return fresh(free, '_', taken);
}

/** How a length is read off an input. */
function lengthLine(
  program: Program,
  names: ReadonlyMap<string, string>,
  size: Size,
  variable: string,
): string {
  for (const input of program.inputs) {
    const axis = input.shape.indexOf(size);
    if (axis >= 0) return `${variable} = ${names.get(input.name) ?? input.name}.shape[${axis}]`;
  }
  return `# ${variable}: the length ${size}, which no input has as an axis`;
}

/** The first input that is an array of reals, as the code reads it. */
function realArray(program: Program): string | null {
  const real = program.inputs.find(
    (i) => i.shape.length > 0 && i.domain.kind !== 'class' && i.role !== 'label',
  );
  return real?.code ?? null;
}
