/** What is asked of a run from outside while it goes on: to hold, to do one epoch, to be checked, to end. */
import { RUN_ENDED } from '../engine/api';
import type { CheckReport } from '../protocol/training';

export interface RunControl {
  readonly cancelled: boolean;
  cancel(): void;
  /** Holds the run where it is, or lets it go on. */
  hold(held: boolean): void;
  /** Lets a held run do one epoch more. */
  step(): void;
  /** Checks the gradient at the parameters that the run has at its next breath; rejects when the run ends before. */
  check(): Promise<CheckReport>;
  /** The place where one of the trainers of the run waits. */
  gate(): Gate;
  /** The run is over: nobody waits any more. */
  end(): void;
}

export interface Gate {
  /**
   * Resolves when the trainer may go on: before an epoch, with the number of those done, or within one, with null. `check` is
   * called for the checks that were asked for; without it they are left to another gate.
   */
  pass(epoch: number | null, check: (() => Promise<CheckReport>) | null, waits?: () => void): Promise<void>;
}

interface Asked {
  readonly resolve: (report: CheckReport) => void;
  readonly reject: (error: unknown) => void;
}

export function createControl(): RunControl {
  let cancelled = false;
  let ended = false;
  let held = false;
  /** Epochs that a held run was let do, since it began. */
  let steps = 0;
  let asked: Asked[] = [];
  let wakers: (() => void)[] = [];
  const wake = (): void => {
    const waiting = wakers;
    wakers = [];
    for (const go of waiting) go();
  };
  const news = (): Promise<void> => new Promise((resolve) => wakers.push(resolve));

  const serve = async (check: () => Promise<CheckReport>): Promise<void> => {
    while (asked.length > 0 && !cancelled) {
      const all = asked;
      asked = [];
      try {
        const report = await check();
        for (const { resolve } of all) resolve(report);
      } catch (error) {
        for (const { reject } of all) reject(error);
      }
    }
  };

  return {
    get cancelled() {
      return cancelled;
    },
    cancel: () => {
      cancelled = true;
      wake();
    },
    hold: (wanted) => {
      held = wanted;
      wake();
    },
    step: () => {
      steps += 1;
      held = true;
      wake();
    },
    check: () =>
      new Promise((resolve, reject) => {
        if (ended) {
          reject(new Error(RUN_ENDED));
          return;
        }
        asked.push({ resolve, reject });
        wake();
      }),
    gate: () => {
      let used = steps;
      let stepping = false;
      return {
        pass: async (epoch, check, waits) => {
          if (epoch !== null) stepping = false;
          for (let first = true; ; first = false) {
            if (check) await serve(check);
            if (cancelled || !held || stepping) break;
            if (used < steps) {
              used += 1;
              stepping = true;
              break;
            }
            if (first) waits?.();
            await news();
          }
          // A run that was let go on owes nothing of what was asked for while it was held.
          if (!held) used = steps;
        },
      };
    },
    end: () => {
      ended = true;
      for (const { reject } of asked) reject(new Error(RUN_ENDED));
      asked = [];
      wake();
    },
  };
}
