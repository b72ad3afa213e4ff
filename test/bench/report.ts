/** The results of the symbolic bench as a page. */
import type { Result, Unit } from './measure';
import type { SymbolicRun } from './symbolic';

const shown = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(2);

export function toMarkdown({ results, failures, machine }: SymbolicRun): string {
  const contenders = [...new Set(results.filter((r) => r.bench === 'scalar').map((r) => r.contender))];
  const find = (bench: string, name: string, contender: string, unit: Unit): Result | undefined =>
    results.find((r) => r.bench === bench && r.case === name && r.contender === contender && r.unit === unit);
  const casesOf = (bench: string): string[] => [
    ...new Set(results.filter((r) => r.bench === bench).map((r) => r.case)),
  ];
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const why = (name: string, contender: string): string =>
    failures.some((f) => f.case === name && f.contender === contender) ? 'cannot' : '';

  const timers = contenders.filter((name) => name !== 'hand form');
  const peers = timers.filter((name) => !name.startsWith('nabla'));
  const time = (bench: string, name: string, contender: string): string => {
    const own = find(bench, name, 'nabla', 'ms')?.median ?? NaN;
    const found = find(bench, name, contender, 'ms');
    if (!found) return why(name, contender);
    const ratio = found.median / own;
    const wrong = (find(bench, name, contender, 'wrong')?.median ?? 0) > 0 ? ', **wrong**' : '';
    const times = peers.includes(contender) ? ` (${shown(ratio)}×)` : '';
    return `${shown(found.median)}${times}${wrong}`;
  };
  const counts = (name: string, contender: string): string => {
    const found = find('scalar', name, contender, 'nodes');
    if (!found) return why(name, contender);
    const wrong = (find('scalar', name, contender, 'wrong')?.median ?? 0) > 0 ? ', **wrong**' : '';
    return `${found.median}${wrong}`;
  };
  const sized = contenders.filter((name) => name === 'hand form' || !name.includes('fresh'));
  const sections = [
    `# Symbolic bench\n\nWritten by \`npm run bench -- symbolic\` on ${machine}. Times are medians in ms. nabla derives with all steps, simplified and verified at three points; the others differentiate and simplify. In parentheses: how many times as long as nabla took, in the same run. **wrong**: differs from central differences. cannot: fails or has no such thing.`,
    `## Time\n\n${table(
      ['expression', ...timers],
      casesOf('scalar').map((name) => [name, ...timers.map((t) => time('scalar', name, t))]),
    )}`,
    `## Size\n\nNodes of the results, all read by one parser.\n\n${table(
      ['expression', ...sized],
      casesOf('scalar').map((name) => [name, ...sized.map((c) => counts(name, c))]),
    )}`,
    `## Sums over indices, models\n\nmathjs, compute-engine and nerdamer have no sums over an index. What SymPy gives for them was not evaluated.\n\n${table(
      ['model', ...timers.filter((t) => t.startsWith('nabla') || t.startsWith('SymPy'))],
      ['indexed', 'model'].flatMap((bench) =>
        casesOf(bench).map((name) => [
          name,
          ...timers
            .filter((t) => t.startsWith('nabla') || t.startsWith('SymPy'))
            .map((t) => time(bench, name, t)),
        ]),
      ),
    )}`,
    `## Growth, start, size\n\n${table(
      ['case', 'contender', 'value'],
      results
        .filter((r) => r.bench === 'growth' || r.bench === 'start')
        .map((r) => [r.case, r.contender, `${shown(r.median)} ${r.unit}`]),
    )}`,
  ];
  return `${sections.join('\n\n')}\n`;
}
