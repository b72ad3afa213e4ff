/** Many random programs, checked; what came out, as numbers and minimal examples. */
import { createRandom } from '../../../src/core/random';
import { checkModel, type Law } from './check';
import { randomModel } from './grammar';
import { shrunk } from './shrink';

export interface Failure {
  readonly law: Law;
  readonly seed: number;
  readonly model: string;
  readonly what: string;
}

export interface Summary {
  count: number;
  compared: number;
  overflowed: number;
  proved: number;
  differing: number;
  budget: number;
  /** Nodes of the shown form over those of the original: the mean, and the largest with its seed. */
  growth: { mean: number; largest: number; seed: number };
  milliseconds: { mean: number; largest: number; seed: number };
  failures: Failure[];
  /** How often each rule stood in the steps to the shown form. */
  rules: Map<string, number>;
}

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly largest: number;
  /** Gradients are derived for one in so many. */
  readonly deriveEach: number;
  /** At most so many failures are made minimal; none are sought after that. */
  readonly failures: number;
  readonly progress?: (done: number, summary: Summary) => void;
}

export function modelOf(seed: number, largest: number): string {
  const random = createRandom(seed);
  return randomModel(random, 2 + Math.floor(largest * random() ** 2));
}

export function fuzz(options: FuzzOptions): Summary {
  const summary: Summary = {
    count: 0,
    compared: 0,
    overflowed: 0,
    proved: 0,
    differing: 0,
    budget: 0,
    growth: { mean: 0, largest: 0, seed: 0 },
    milliseconds: { mean: 0, largest: 0, seed: 0 },
    failures: [],
    rules: new Map(),
  };
  for (let k = 0; k < options.count && summary.failures.length < options.failures; k += 1) {
    const seed = options.seed + k;
    const model = modelOf(seed, options.largest);
    const settings = { seed, derivation: k % options.deriveEach === 0, mutants: 2 };
    const outcome = checkModel(model, settings);
    summary.count += 1;
    summary.compared += outcome.compared;
    summary.overflowed += outcome.overflowed;
    summary.proved += Number(outcome.proved);
    summary.differing += outcome.differing;
    summary.budget += Number(outcome.budget);
    note(summary.growth, outcome.growth, seed, summary.count);
    note(summary.milliseconds, outcome.milliseconds, seed, summary.count);
    for (const rule of outcome.rules) summary.rules.set(rule, (summary.rules.get(rule) ?? 0) + 1);
    const [breach] = outcome.breaches;
    if (breach) {
      const thorough = breach.law === 'equal is true' ? { ...settings, mutants: 24 } : settings;
      const breaks = (text: string) => checkModel(text, thorough).breaches.find((b) => b.law === breach.law);
      const attempts = breach.law === 'no runaway' ? 40 : 1500;
      const kind = (what: string | undefined): string | undefined =>
        breach.law === 'no crash' ? what?.split('\n')[0] : breach.law;
      const alike = (text: string): boolean => {
        const found = breaks(text);
        return found !== undefined && kind(found.what) === kind(breach.what);
      };
      const small = shrunk(model, alike, attempts);
      summary.failures.push({
        law: breach.law,
        seed,
        model: small,
        what: breaks(small)?.what ?? breach.what,
      });
    }
    options.progress?.(k + 1, summary);
  }
  return summary;
}

function note(into: Summary['growth'], value: number, seed: number, count: number): void {
  into.mean += (value - into.mean) / count;
  if (value > into.largest) {
    into.largest = value;
    into.seed = seed;
  }
}
