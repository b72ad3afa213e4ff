/** Gradients as source code that stands on its own, given the inputs of the program. */
import { planArray } from '../array/plan';
import type { ArrayValue, Binding, Program } from '../definition';
import { symbolNames, type Size } from '../expr';
import type { CodeTarget } from '../ops';
import { arrayCode, type ArrayDialect, type ArrayTarget } from './arrayCode';
import { fresh, identifier, identifiers } from './identifiers';
import { loopCode } from './loopCode';

/** A gradient to print: `bindings` are the ones that it mentions beyond the program's own (adjoints with a name). */
export interface CodeGradient {
  readonly name: string;
  readonly value: ArrayValue;
  readonly bindings: readonly Binding[];
}

/**
 * Source that computes `gradient.name` from the program's inputs, in the user's names: lengths that are needed, the
 * intermediates that are used, in the program's order and layout, and the gradient in exactly the layout of its axes.
 */
export function printCode(target: CodeTarget, program: Program, gradient: CodeGradient): string {
  const used = usedBindings(program, gradient);
  const result: Binding = {
    name: gradient.name,
    axes: gradient.value.axes,
    def: gradient.value.element,
    span: null,
    origin: 'return',
  };
  const statements = [...used, result];
  return target === 'typescript'
    ? loopCode(program, gradient.bindings, statements)
    : arrayProgram(target, program, gradient.bindings, statements);
}

/** The bindings that the gradient needs, in order of evaluation. */
function usedBindings(program: Program, gradient: CodeGradient): Binding[] {
  const all = [...program.bindings, ...gradient.bindings];
  const byName = new Map(all.map((b) => [b.name, b]));
  const needed = new Set<Binding>();
  const queue = [gradient.value.element];
  for (let node = queue.pop(); node; node = queue.pop())
    for (const name of symbolNames(node)) {
      const binding = byName.get(name);
      if (!binding || needed.has(binding)) continue;
      needed.add(binding);
      queue.push(binding.def);
    }
  return all.filter((b) => needed.has(b));
}

const IMPORTS: Readonly<Record<ArrayTarget, readonly (readonly [RegExp, string])[]>> = {
  numpy: [
    [/\bmath\./, 'import math'],
    [/\bnp\./, 'import numpy as np'],
  ],
  torch: [
    [/\bmath\./, 'import math'],
    [/\btorch\./, 'import torch'],
  ],
  jax: [
    [/\bjax\.nn\./, 'import jax'],
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
  const dialect: ArrayDialect = {
    target,
    symbol: (name) => names.get(name) ?? name,
    real: realArray(program),
    size(size) {
      const name = lengths.get(size) ?? fresh(identifier(size), 'n_', taken);
      lengths.set(size, name);
      return name;
    },
  };
  const lines = statements.map((b) => {
    const { form } = planArray(program, extra, { axes: b.axes, element: b.def });
    return `${names.get(b.name) ?? b.name} = ${arrayCode(form, dialect)}`;
  });
  const sizes = [...lengths].map(([size, name]) => lengthLine(program, names, size, name));
  const body = [...sizes, ...lines].join('\n');
  const imports = IMPORTS[target].filter(([pattern]) => pattern.test(body)).map(([, line]) => line);
  return `${imports.length === 0 ? '' : `${imports.join('\n')}\n\n`}${body}\n`;
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
