/** Where the simplifier reports intermediate forms; each is the whole expression, seen from the part at work. */
import type { Node } from '../expr';

export interface Recorder {
  /** The part at work now has the form `make()`, by `rule`, relying on `assumption`. */
  note(rule: string, make: () => Node, assumption?: string): void;
  /** Runs `work` on a part; `wrap` puts that part into what the caller works on. */
  within<T>(wrap: (part: Node) => Node, work: () => T): T;
  /** How many states there are. */
  count(): number;
  /** Forgets the states after the first `count`: they led back to where they began. */
  backTo(count: number): void;
  readonly active: boolean;
}

export const SILENT: Recorder = {
  note: () => undefined,
  within: (_, work) => work(),
  count: () => 0,
  backTo: () => undefined,
  active: false,
};

export interface RecordedState {
  readonly rule: string;
  readonly node: Node;
  /** What the rule relies on here, e.g. "each row of Y is one-hot". */
  readonly assumption: string | null;
}

/** Collects whole-expression states. */
export function createRecorder(): Recorder & { readonly states: RecordedState[] } {
  const states: RecordedState[] = [];
  let outer: (part: Node) => Node = (part) => part;
  let muted = 0;
  return {
    active: true,
    states,
    count: () => states.length,
    backTo(count) {
      if (muted === 0) states.length = count;
    },
    note(rule, make, assumption) {
      if (muted > 0) return;
      muted += 1;
      try {
        states.push({ rule, node: outer(make()), assumption: assumption ?? null });
      } finally {
        muted -= 1;
      }
    },
    within(wrap, work) {
      if (muted > 0) return work();
      const saved = outer;
      outer = (part) => saved(wrap(part));
      try {
        return work();
      } finally {
        outer = saved;
      }
    },
  };
}
