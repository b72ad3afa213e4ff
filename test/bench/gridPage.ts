/** The results of the engine's bench as a page: medians, and how many times as long as ours. */
import { cpus } from 'node:os';
import { canFuse } from '../../src/engine/wasm/compile';
import type { Result } from './measure';

const READ = 'read (PyTorch sum)';

export function gridPage(results: readonly Result[]): string {
  const machine = `Node ${process.version} on ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores`;
  const benches = [...new Set(results.map(({ bench }) => bench))];
  const tables = benches.map((bench) => {
    const rows = results.filter((result) => result.bench === bench);
    return rows.some(({ unit }) => unit === 'ms') ? times(bench, rows) : errors(bench, rows);
  });
  return `# Engine bench\n\nWritten by \`npm run bench -- engine\` on ${machine}. Medians in ms, all contenders of a row in turn, on several threads each after a rest; in parentheses how many times as long as nabla took. Of the read limit: the time of reading the data once, by PyTorch's sum, over nabla's. Fused multiply-add: ${canFuse() ? 'yes' : 'no'}.\n\n${tables.join('\n')}`;
}

const keyOf = ({ case: name, dtype, threads }: Result): string => `${name} | ${dtype} | ${threads}`;

const table = (bench: string, head: readonly string[], lines: readonly string[]): string =>
  `## ${bench}\n\n| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|\n${lines.join('\n')}\n`;

function times(bench: string, rows: readonly Result[]): string {
  const contenders = [...new Set(rows.map((row) => row.contender))];
  const cells = [...new Set(rows.map(keyOf))];
  const at = (cell: string, contender: string): number | undefined =>
    rows.find((row) => keyOf(row) === cell && row.contender === contender)?.median;
  const value = (cell: string, contender: string): string => {
    const [own, found] = [at(cell, 'nabla'), at(cell, contender)];
    if (found === undefined) return '';
    return contender === 'nabla' || own === undefined
      ? found.toPrecision(3)
      : `${found.toPrecision(3)} (${(found / own).toPrecision(2)}×)`;
  };
  const limits = contenders.includes(READ);
  const limit = (cell: string): string[] =>
    limits ? [((at(cell, READ) ?? NaN) / (at(cell, 'nabla') ?? NaN)).toFixed(2)] : [];
  return table(
    bench,
    ['size', 'type', 'threads', ...contenders, ...(limits ? ['of the read limit'] : [])],
    cells.map(
      (cell) => `| ${[cell, ...contenders.map((c) => value(cell, c)), ...limit(cell)].join(' | ')} |`,
    ),
  );
}

function errors(bench: string, rows: readonly Result[]): string {
  const contenders = [...new Set(rows.map((row) => row.contender))];
  const cells = [...new Set(rows.map(({ case: name, dtype }) => `${name} | ${dtype}`))];
  const value = (cell: string, contender: string): string =>
    rows
      .find((row) => `${row.case} | ${row.dtype}` === cell && row.contender === contender)
      ?.median.toExponential(1) ?? '';
  return table(
    bench,
    ['size', 'type', ...contenders],
    cells.map((cell) => `| ${[cell, ...contenders.map((c) => value(cell, c))].join(' | ')} |`),
  );
}
