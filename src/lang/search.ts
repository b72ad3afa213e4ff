/**
 * Uniform-cost search for the reading of a definition: each execution follows a prefix of choices (a shape for an
 * input, mostly) until it needs another one. Executions are cheap, and what looks odd under a choice (a reduction of a
 * single number, an outer broadcast that nobody asked for) costs, so the first one to finish is the best reading.
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
  readonly step: () => void;
}

interface Prefix {
  readonly choices: ReadonlyMap<string, string>;
  /** Cost of the options taken. */
  readonly paid: number;
  readonly priority: number;
  readonly order: number;
}

/** Runs `execute` until one finishes; `finish` adds the cost of the outcome, Infinity for an impossible one. */
export function search<T>(
  execute: (chooser: Chooser) => T,
  finish: (value: T) => number,
  limits: { readonly runs: number; readonly steps: number },
): { best: Attempt<T> | null; runs: number; exhausted: boolean } {
  const queue: Prefix[] = [{ choices: new Map(), paid: 0, priority: 0, order: 0 }];
  let best: Attempt<T> | null = null;
  let order = 0;
  let runs = 0;
  let steps = 0;
  while (queue.length > 0 && runs < limits.runs) {
    const next = takeLowest(queue);
    if (!next || (best && next.priority >= best.cost)) break;
    runs += 1;
    let penalty = 0;
    const chooser: Chooser = {
      choose(key, options) {
        const known = next.choices.get(key);
        if (known !== undefined) return known;
        throw new ChoiceNeeded(key, options(), penalty);
      },
      penalise(cost) {
        penalty += cost;
      },
      step() {
        steps += 1;
        if (steps > limits.steps) throw new BudgetExceeded();
      },
    };
    try {
      const value = execute(chooser);
      const cost = next.paid + penalty + finish(value);
      if (cost < (best?.cost ?? Infinity)) best = { value, choices: next.choices, cost };
    } catch (error) {
      if (error instanceof BudgetExceeded) return { best, runs, exhausted: true };
      if (!(error instanceof ChoiceNeeded)) throw error;
      for (const option of error.options) {
        order += 1;
        const paid = next.paid + option.cost;
        const choices = new Map(next.choices).set(error.key, option.id);
        queue.push({ choices, paid, priority: paid + error.penalty, order });
      }
    }
  }
  return { best, runs, exhausted: runs >= limits.runs };
}

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
