/** Code that does not say what its gradient is by: the first of the readings by which all that is written is right. */
import type { OtherReading, SourceDefinition } from '../lang/definition';
import type { Finding } from '../protocol';

/** No common mistake explains the difference. */
const UNEXPLAINED = 'gradient-differs';

/**
 * The position of the reading to take: the first one, unless something in it is wrong and another one has nothing that is not
 * right, or only mistakes with a name where the first has none. Another shape of the same inputs is tried only where no
 * mistake explains the difference. It yields between readings.
 */
export function* chooseReading(
  readings: readonly OtherReading[],
  findingsOf: (source: SourceDefinition) => readonly Finding[],
): Generator<void, number> {
  let first: Judged | null = null;
  let explained = 0;
  for (const [at, reading] of readings.entries()) {
    if (first) yield;
    const source = reading();
    if (!source || (first && !isAlike(first.source, source))) continue;
    if (first) yield;
    const findings = findingsOf(source);
    if (!first) {
      if (!findings.some(({ verdict }) => verdict === 'wrong')) return 0;
      first = { source, findings, isUnexplained: findings.some(({ rule }) => rule === UNEXPLAINED) };
      continue;
    }
    if (findings.length < first.findings.length) continue;
    if (
      !first.isUnexplained &&
      findings.every(({ parameter }, k) => parameter === first?.findings[k]?.parameter)
    )
      continue;
    if (findings.every(({ verdict }) => verdict === 'right')) return at;
    if (explained === 0 && first.isUnexplained && findings.every(isExplained)) explained = at;
  }
  return explained;
}

interface Judged {
  readonly source: SourceDefinition;
  readonly findings: readonly Finding[];
  readonly isUnexplained: boolean;
}

const isExplained = ({ verdict, rule }: Finding): boolean =>
  verdict === 'right' || (verdict === 'wrong' && rule !== UNEXPLAINED && rule !== 'gradient-shape');

/** What is of arrays is not meant for single numbers alone. */
const isAlike = (first: SourceDefinition, other: SourceDefinition): boolean =>
  hasArrays(other) || !hasArrays(first);

const hasArrays = ({ program }: SourceDefinition): boolean =>
  program?.inputs.some(({ shape }) => shape.some((size) => size !== '1')) ?? false;
