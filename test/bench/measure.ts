/** Times contenders in turn, so that what else the machine does falls on all of them alike. */

export interface Contender {
  readonly name: string;
  /** Called once before anything is timed. */
  readonly prepare?: () => void;
  readonly run: () => unknown;
}

export interface Case {
  readonly bench: string;
  readonly case: string;
  readonly threads?: number;
  readonly dtype?: string;
  /** Calls per timing, so that one lasts a few milliseconds at least. */
  readonly repeat: number;
  /** Made when its turn comes, so that only one case's data is in memory. */
  readonly contenders: () => readonly Contender[];
}

/** `wrong`: how many of the points at which a result was compared with central differences it misses. */
export type Unit = 'ms' | 'nodes' | 'wrong' | 'KB' | 'exponent' | 'nodes per link' | 'relative error';

export interface Result {
  readonly bench: string;
  readonly case: string;
  readonly contender: string;
  readonly threads: number;
  readonly dtype: string;
  readonly unit: Unit;
  readonly median: number;
  /** All timings, per call, in the order in which they were made. */
  readonly runs: readonly number[];
}

export function measure(item: Case, rounds: number): Result[] {
  const contenders = item.contenders();
  const runs = contenders.map((): number[] => []);
  for (const { prepare, run } of contenders) {
    prepare?.();
    run();
  }
  for (let round = 0; round < rounds; round += 1)
    contenders.forEach(({ run }, k) => {
      const began = performance.now();
      for (let call = 0; call < item.repeat; call += 1) run();
      runs[k]?.push((performance.now() - began) / item.repeat);
    });
  return contenders.map(({ name }, k) => ({
    bench: item.bench,
    case: item.case,
    contender: name,
    threads: item.threads ?? 1,
    dtype: item.dtype ?? 'f64',
    unit: 'ms',
    median: median(runs[k] ?? []),
    runs: runs[k] ?? [],
  }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
