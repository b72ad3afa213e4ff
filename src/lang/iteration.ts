/** Training loops: one pass of the loop as a function of the values that it carries along. */
import { isLossName } from './names';
import { assignedNames } from './statements';
import type { FunctionNode, Statement } from './syntax';

/** The function up to its loop and one pass of it, with the variables that the loop changes as inputs; null without one. */
export function iterationOf(fn: FunctionNode): { fn: FunctionNode; carried: ReadonlySet<string> } | null {
  const at = fn.body.findIndex((s) => (s.kind === 'for' || s.kind === 'while') && computesLoss(s.body));
  const loop = fn.body[at];
  if (loop?.kind !== 'for' && loop?.kind !== 'while') return null;
  const before = fn.body.slice(0, at);
  const defined = new Set([...fn.parameters.map((p) => p.name), ...assignedNames(before)]);
  const carried = new Set([...assignedNames(loop.body)].filter((name) => defined.has(name)));
  const body: Statement[] = [
    ...before,
    ...(loop.kind === 'for' ? [{ kind: 'forget' as const, target: loop.target, span: loop.span }] : []),
    { kind: 'carry', names: [...carried], span: loop.span },
    ...loop.body,
  ];
  return { fn: { ...fn, body }, carried };
}

const computesLoss = (body: readonly Statement[]): boolean => [...assignedNames(body)].some(isLossName);
