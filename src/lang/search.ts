/**
 * Uniform-cost search for the reading of a definition: each execution follows a prefix of choices (a shape for an
 * input, mostly) and extends it. Executions are cheap, and what looks odd under a choice (a reduction of a
 * single number, an outer broadcast that nobody asked for) costs; the cheapest one is the best reading. A first descent
 * along the cheapest options gives a bound, so that a definition with many inputs always gets some reading.
 */
import { BudgetExceeded, type Option } from './run';

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

/** Choices taken, the last one first. */
interface Taken {
  readonly key: string;
  readonly id: string;
  readonly before: Taken | null;
}

interface Prefix {
  readonly taken: Taken | null;
  /** Cost of the options taken. */
  readonly paid: number;
  /** Cost known so far: what is paid, and what looked odd on the way. */
  readonly priority: number;
  readonly order: number;
}

export interface SearchLimits {
  readonly runs: number;
  readonly steps: number;
  /** Executions in a row that fail alike or are given up: what none of so many choices cures, others do not. */
  readonly alike: number;
  /** The same for failures that look as if no choice at all cured them. */
  readonly hopeless: number;
}

export interface SearchResult<T> {
  readonly best: Attempt<T> | null;
  readonly runs: number;
  /** Whether the limits ended the search before the best reading was proved to be the best. */
  readonly exhausted: boolean;
}

/** The cost of an outcome, and why it is of no use if it is not. */
export interface Outcome {
  readonly cost: number;
  readonly failure: Failure | null;
}

export interface Failure {
  /** The same for failures that are alike. */
  readonly why: string;
  /** Whether it is one that choices have hardly ever to do with. */
  readonly isHopeless: boolean;
}

/**
 * Searches for the cheapest execution; `finish` adds the cost of the outcome. An execution that needs a choice goes on with the
 * cheapest option as long as no other prefix is cheaper, and is given up where one is.
 */
export function search<T>(
  execute: (chooser: Chooser) => T,
  finish: (value: T) => Outcome,
  limits: SearchLimits,
): SearchResult<T> {
  let best: Attempt<T> | null = null;
  let isFirst = true;
  let order = 0;
  let runs = 0;
  let steps = 0;
  let failure: Failure | null = null;
  let alike = 0;
  const queue: Prefix[] = [];
  const isHopeless = ({ priority }: Prefix): boolean => best !== null && priority >= best.cost;
  /** Whether a prefix is the one to follow now. */
  const isNext = (prefix: Prefix): boolean =>
    isFirst || (runs < limits.runs && !isHopeless(prefix) && !queue.some((other) => precedes(other, prefix)));
  const follow = (from: Prefix): void => {
    runs += 1;
    alike += 1;
    let { taken, paid } = from;
    let penalty = 0;
    const choices = new Map<string, string>();
    for (let at = taken; at; at = at.before) choices.set(at.key, at.id);
    const chooser: Chooser = {
      choose(key, options) {
        const known = choices.get(key);
        if (known !== undefined) return known;
        const extensions = options().map(({ id, cost }): Prefix & { readonly taken: Taken } => {
          order += 1;
          const own = paid + cost;
          return { taken: { key, id, before: taken }, paid: own, priority: own + penalty, order };
        });
        const next = takeLowest(extensions);
        queue.push(...extensions.filter((prefix) => !isHopeless(prefix)));
        if (!next || !isNext(next)) {
          if (next && !isHopeless(next)) queue.push(next);
          throw GIVEN_UP;
        }
        runs += 1;
        ({ taken, paid } = next);
        choices.set(key, next.taken.id);
        return next.taken.id;
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
      const outcome = finish(value);
      const cost = paid + penalty + outcome.cost;
      if (!outcome.failure || outcome.failure.why !== failure?.why) alike = 0;
      ({ failure } = outcome);
      if (!best || cost < best.cost) best = { value, choices, cost };
    } catch (error) {
      if (error !== GIVEN_UP) throw error;
    }
  };
  try {
    follow({ taken: null, paid: 0, priority: 0, order });
    isFirst = false;
    const isCurable = (): boolean =>
      !failure || alike < (failure.isHopeless ? limits.hopeless : limits.alike);
    while (runs < limits.runs && isCurable()) {
      const next = takeLowest(queue);
      if (!next || isHopeless(next)) return { best, runs, exhausted: false };
      follow(next);
    }
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
  }
  return { best, runs, exhausted: true };
}

/** Ends an execution that others go before: one error for all, as making one takes long. */
const GIVEN_UP = new Error('another choice goes before');

/** Cheaper prefixes come first; of equal ones the older one. */
const precedes = (a: Prefix, b: Prefix): boolean =>
  a.priority < b.priority || (a.priority === b.priority && a.order < b.order);

/** Takes the prefix that precedes all others. */
function takeLowest<P extends Prefix>(queue: P[]): P | undefined {
  let lowest = 0;
  queue.forEach((prefix, k) => {
    const current = queue[lowest];
    if (current && precedes(prefix, current)) lowest = k;
  });
  const [taken] = queue.splice(lowest, 1);
  return taken;
}
