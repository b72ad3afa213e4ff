/** What a scan of many files keeps of one: names and places, and the gradients that are wrong. */
import type { SourceDefinition } from '../lang/definition';
import type { FileScan, Finding } from '../protocol';

/** `findings`: null where the gradients were not judged. */
export function fileScan(
  definitions: readonly SourceDefinition[],
  findings: readonly Finding[] | null,
): FileScan {
  const count = (verdict: Finding['verdict']): number =>
    findings?.filter((finding) => finding.verdict === verdict).length ?? 0;
  return {
    definitions: definitions.map(({ id, name, kind, nameSpan, gradientFunction }) => ({
      id,
      name,
      kind,
      nameSpan,
      gradient: gradientFunction && { name: gradientFunction.name, nameSpan: gradientFunction.nameSpan },
    })),
    judged: findings !== null,
    right: count('right'),
    undecided: count('unknown'),
    wrong: findings?.filter(({ verdict }) => verdict === 'wrong') ?? [],
  };
}
