/** What the reader chose in the panel. Survives the panel's being hidden, for which its page is thrown away. */
import type { TrainOptions } from '../protocol/training';

export interface Preferences {
  readonly graph: 'values' | 'gradients' | 'both';
  /** Target of the code that is shown, `numpy`; the first one that there is until another is chosen. */
  readonly target: string;
  readonly logScale: boolean;
  /** Ids of the sections that are folded. */
  readonly folded: readonly string[];
  /** Keys of opened steps, the latest last. */
  readonly openSteps: readonly string[];
  /** The parameter whose derivation is shown, by definition. */
  readonly parameter: Readonly<Record<string, string>>;
  readonly training: TrainOptions;
}

export interface PreferenceStore {
  get(): Preferences;
  set(change: Partial<Preferences>): void;
}

/** Where preferences are kept: the page's state in VS Code. */
export interface StateHolder {
  getState(): unknown;
  setState(state: unknown): void;
}

export const DEFAULT_PREFERENCES: Preferences = {
  graph: 'both',
  target: '',
  logScale: false,
  folded: [],
  openSteps: [],
  parameter: {},
  training: { learningRate: 0.1, epochs: 200, seed: 1, initScale: 0.01, tolerance: 0 },
};

/** Bounds the stored state; older entries are forgotten first. */
const MOST_OPEN_STEPS = 400;

export function createPreferences(holder: StateHolder): PreferenceStore {
  let current: Preferences = { ...DEFAULT_PREFERENCES, ...stored(holder.getState()) };
  return {
    get: () => current,
    set: (change) => {
      current = { ...current, ...change };
      current = { ...current, openSteps: current.openSteps.slice(-MOST_OPEN_STEPS) };
      holder.setState(current);
    },
  };
}

/** Only this page writes the state, but an older version of it may have: fields of another type are dropped. */
function stored(state: unknown): Partial<Preferences> {
  if (typeof state !== 'object' || state === null) return {};
  const known = Object.entries(DEFAULT_PREFERENCES);
  const given = new Map<string, unknown>(Object.entries(state));
  return Object.fromEntries(
    known.filter(([key, value]) => sameShape(given.get(key), value)).map(([key]) => [key, given.get(key)]),
  );
}

function sameShape(value: unknown, example: unknown): boolean {
  return value !== null && typeof value === typeof example && Array.isArray(value) === Array.isArray(example);
}
