/**
 * Other ways to read a definition whose gradient does not say what it is by: `return -np.sum(psi(y + r) - …)` of a loss of r
 * and mu. Which number is fitted, and whether it is one number or one for each sample, no code tells then.
 */
import type { Input, Role } from '../core/definition';
import type { Size } from '../core/expr';
import type { SourceDefinition } from './definition';
import { gradientOf, roleHint } from './names';

/** What is assumed of inputs, by their names. */
export interface Assumed {
  readonly roles: ReadonlyMap<string, Role>;
  readonly shapes: ReadonlyMap<string, readonly Size[]>;
}

/** So many readings are tried beside the first. */
const MOST = 6;

/** The likelier ones first; none where names tell all, or where inputs are known to be data. */
export function otherReadings({
  program,
  gradients,
  candidates,
  implied,
  pullback,
  mismatches,
  said,
}: SourceDefinition): Assumed[] {
  const written = [...gradients, ...candidates];
  if (!program || implied || pullback || mismatches.length > 0 || written.length === 0) return [];
  const names = program.inputs.map(({ name }) => name);
  const isOpen = (input: Input): boolean => {
    const hint = roleHint(input.name, input.shape.length === 0);
    return hint !== 'data' && hint !== 'label' && input.role !== 'label' && !said.has(input.name);
  };
  const open = program.inputs.filter(isOpen);
  const wide = open.filter(({ shape }) => shape.some((size) => size !== '1'));
  // One number for all samples of what is known to be data, instead of one for each beside a single sample.
  const single = new Map<string, readonly Size[]>(wide.map(({ name }) => [name, []]));
  const samples = wide[0]?.shape.find((size) => size !== '1');
  for (const input of program.inputs)
    if (samples !== undefined && !open.includes(input) && !said.has(input.name))
      single.set(input.name, input.shape.length === 0 ? [samples] : input.shape);
  const found: Assumed[] = [];
  if (wide.length > 0) found.push({ roles: new Map(), shapes: single });
  const [only, ...more] = written;
  if (only && more.length === 0 && gradientOf(only.name, names) !== only.of)
    for (const input of open) {
      if (input.name === only.of) continue;
      const roles = new Map<string, Role>([[input.name, 'parameter']]);
      for (const other of program.inputs)
        if (other !== input && other.role === 'parameter')
          roles.set(other.name, other.shape.length === 0 ? 'hyper' : 'data');
      found.push({ roles, shapes: new Map() });
      if (wide.length > 0) found.push({ roles, shapes: single });
    }
  return found.slice(0, MOST);
}

/** With the loss that was put in. */
export const withLoss = (definition: SourceDefinition, title: string): SourceDefinition => ({
  ...definition,
  kind: 'propagate',
  implied: { loss: title },
  assumptions: [
    ...definition.assumptions,
    { subject: definition.name, text: `the loss is not in the code: ${title} is assumed` },
  ],
});
