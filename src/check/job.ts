/** The engine's job for one definition: what the worker needs to check and train it. */
import type { Derivation } from '../core/derivation';
import type { Node } from '../core/expr';
import { opRow } from '../core/ops';
import { createJob, type GradientJob, type JobOptions } from '../engine/job';
import type { SourceDefinition } from '../lang/definition';
import type { Problem } from '../protocol';

export type JobResult =
  | { readonly job: GradientJob; readonly problems: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

export function jobOf(
  definition: SourceDefinition,
  derivation: Derivation | null,
  options: JobOptions = {},
): JobResult {
  const { program, id, name } = definition;
  const decline = (message: string): JobResult => ({
    problems: [{ type: 'decline', id: 'cannot-compute', message, span: definition.nameSpan }],
  });
  if (!program || !derivation) return { problems: definition.problems };
  if (definition.outputAxes.length > 0)
    return decline(`${name} returns an array: only a scalar loss can be checked and trained on data.`);
  if (program.bindings.some(({ def }) => holds(def)))
    return decline(
      `${name} holds a value constant that depends on a parameter (detach or stop_gradient): differences of the loss would move it, so they say nothing about its gradients.`,
    );
  const literal = definition.candidates.flatMap(({ readings }) =>
    readings.filter(({ convention }) => convention === 'literal').map(({ gradient }) => gradient),
  );
  const hand = [...definition.gradients, ...literal];
  const made = createJob({ definitionId: id, name, program, derivation, hand }, options);
  if (!made.ok) return decline(`${name} cannot be computed on data: ${made.message}.`);
  return { job: made.value, problems: [] };
}

/** Whether a part is constant for derivatives and not for differences. */
const holds = (node: Node): boolean =>
  (node.kind === 'call' && opRow(node.fn).isHeld) || node.args.some(holds);
