/**
 * Uniform-cost search for the reading of a definition: each execution follows a prefix of choices (a shape for an
 * input, mostly) until it needs another one. Executions are cheap, and what looks odd under a choice (a reduction of a
 * single number, an outer broadcast that nobody asked for) costs; the cheapest one is the best reading. A first descent
 * along the cheapest options gives a bound, so that a definition with many inputs always gets some reading.
 */
import { BudgetExceeded, ChoiceNeeded, type Option } from './run';

export interface Attempt<T> {
  readonly value: T;
  readonly choices: ReadonlyMap<string, string>;
  readonly cost: number;
}

export interface Chooser {
  readonly choose: (key: string, options: () => readonly Option[]) => string;
  readonly penalise: (cost: number) => void;
  readonly step: (weight?: number) => void;
}

interface Prefix {
  readonly choices: ReadonlyMap<string, string>;
  /** Cost of the options taken. */
  readonly paid: number;
  /** Cost known so far: what is paid, and what looked odd on the way. */
  readonly priority: number;
  readonly order: number;
}

export interface SearchLimits {
  readonly runs: number;
  readonly steps: number;
}

export interface SearchResult<T> {
  readonly best: Attempt<T> | null;
  readonly runs: number;
  /** Whether the limits ended the search before the best reading was proved to be the best. */
  readonly exhausted: boolean;
}

/** Searches for the cheapest execution; `finish` adds the cost of the outcome. */
export function search<T>(
  execute: (chooser: Chooser) => T,
  finish: (value: T) => number,
  limits: SearchLimits,
): SearchResult<T> {
  let best: Attempt<T> | null = null;
  let order = 0;
  let runs = 0;
  let steps = 0;
  /** Executes a prefix: its extensions, none when it ran to the end. */
  const follow = (prefix: Prefix): Prefix[] => {
    runs += 1;
    let penalty = 0;
    const chooser: Chooser = {
      choose(key, options) {
        const known = prefix.choices.get(key);
        if (known !== undefined) return known;
        throw new ChoiceNeeded(key, options());
      },
      penalise(cost) {
        penalty += cost;
      },
      step(weight = 1) {
        steps += weight;
        if (steps > limits.steps) throw new BudgetExceeded();
      },
    };
    try {
      const value = execute(chooser);
      const cost = prefix.paid + penalty + finish(value);
      if (!best || cost < best.cost) best = { value, choices: prefix.choices, cost };
      return [];
    } catch (error) {
      if (!(error instanceof ChoiceNeeded)) throw error;
      return error.options.map((option) => {
        order += 1;
        const paid = prefix.paid + option.cost;
        const choices = new Map(prefix.choices).set(error.key, option.id);
        return { choices, paid, priority: paid + penalty, order };
      });
    }
  };
  const queue: Prefix[] = [];
  const push = (prefixes: readonly Prefix[]): void => {
    queue.push(...prefixes.filter((prefix) => !best || prefix.priority < best.cost));
  };
  try {
    let next: Prefix | undefined = { choices: new Map(), paid: 0, priority: 0, order };
    while (next) {
      const extensions: Prefix[] = follow(next);
      next = takeLowest(extensions);
      push(extensions);
    }
    while (runs < limits.runs) {
      next = takeLowest(queue);
      if (!next || (best && next.priority >= (best as Attempt<T>).cost))
        return { best, runs, exhausted: false };
      push(follow(next));
    }
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
  }
  return { best, runs, exhausted: true };
}

/** Takes the cheapest prefix; of equal ones the first. */
function takeLowest(queue: Prefix[]): Prefix | undefined {
  let lowest = 0;
  queue.forEach((prefix, k) => {
    const current = queue[lowest];
    if (!current) return;
    if (
      prefix.priority < current.priority ||
      (prefix.priority === current.priority && prefix.order < current.order)
    )
      lowest = k;
  });
  const [taken] = queue.splice(lowest, 1);
  return taken;
}
