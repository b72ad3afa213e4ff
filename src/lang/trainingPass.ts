/** One pass of a training loop as a definition. */
import type { SourceDefinition } from './definition';
import type { Callable } from './execution';
import { withoutSteps, type Iteration } from './iteration';
import type { ClassNode } from './syntax';

/** A loop of unknown length that computes a loss: one pass of it, from the values that it carries along. */
export function readIteration(
  iteration: Iteration,
  owner: ClassNode | null,
  read: (main: Callable, gradient: null, form: string) => SourceDefinition | null,
): SourceDefinition | null {
  const pass = (
    { fn, carried }: Iteration,
    form: string,
  ): { definition: SourceDefinition | null; isNext: boolean } => {
    const definition = read({ fn, owner }, null, form);
    const { bindings = [], output } = definition?.program ?? {};
    const isNext = bindings.some(({ name }) => name !== output && carried.has(name.replace(/@\d+$/, '')));
    return { definition: definition?.program ? definition : null, isNext };
  };
  const { definition, isNext } = pass(iteration, 'iteration');
  if (definition && !isNext) return definition;
  // A loss that is computed after the update belongs to the next pass, its gradient to this one.
  const before = withoutSteps(iteration);
  const again = before && pass(before, 'iteration before its steps');
  return again && !again.isNext ? again.definition : null;
}
