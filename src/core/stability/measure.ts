/** Measures where a program, its chain rule and its gradients break down in floating point. */
import type { Binding, Program } from '../definition';
import type { Derivation } from '../derivation';
import { createChainRule } from './chain';
import {
  createProbe,
  DOUBLE,
  quantities,
  SINGLE,
  stableQuantity,
  type Manner,
  type Precision,
  type What,
} from './probe';
import { stableValue } from './stableValue';
import { findBreaks } from './thresholds';
import { variablesOf } from './variables';

export interface Instability {
  readonly what: What;
  /** Name of the output, or of what the gradients are by. */
  readonly names: readonly string[];
  readonly variable: string;
  /** `above` the threshold, `below` minus the threshold, or `beyond` it on both sides. */
  readonly side: 'above' | 'below' | 'beyond';
  /** One large element is enough, or all are large by the same amount. */
  readonly manner: Manner;
  readonly effect: 'overflow' | 'cancellation';
  readonly threshold: number;
  /** The same in single precision; null where nothing was found there. */
  readonly single: number | null;
}

interface Found {
  readonly what: What;
  readonly name: string;
  readonly variable: string;
  readonly side: 1 | -1;
  readonly manner: Manner;
  readonly outcome: 'lost' | 'broken';
  readonly precision: Precision['name'];
  readonly threshold: number;
}

const SEEDS: Readonly<Record<Manner, readonly number[]>> = { element: [11, 12], offset: [11] };
/** Gradients share the chain from the output on, where the trouble is. */
const MOST_GRADIENTS = 2;
const MANNERS: readonly Manner[] = ['element', 'offset'];

export interface Stability {
  /** Empty where nothing was found, up to a size of a million. */
  readonly instabilities: readonly Instability[];
  /**
   * Statements that compute the output in a stable form, the output last, where it breaks down as written and the form was
   * seen to hold where it does; else null.
   */
  readonly stable: readonly Binding[] | null;
}

/** In parts of a few milliseconds each, so that a thread can do something else between two. */
export function* measureStability(program: Program, derivation: Derivation): Generator<void, Stability> {
  const gradients = derivation.gradients.slice(0, MOST_GRADIENTS);
  const found: Found[] = [];
  const chain = createChainRule(
    program,
    gradients.map((g) => g.of),
  );
  const list = quantities(program, derivation.named, gradients, chain);
  const statements = stableValue(program);
  const stable = statements && stableQuantity(program, statements);
  let holds = stable !== null;
  for (const variable of variablesOf(program))
    for (const side of variable.positive ? ([1] as const) : ([1, -1] as const))
      for (const manner of MANNERS)
        for (const seed of SEEDS[manner]) {
          const probe = createProbe(variable, derivation.named, manner, side, seed);
          if (!probe) continue;
          for (const quantity of list)
            for (const precision of [DOUBLE, SINGLE]) {
              yield;
              for (const { outcome, threshold } of findBreaks(probe, quantity, precision)) {
                if (quantity.what === 'stable') continue;
                const { what, name } = quantity;
                found.push({
                  what,
                  name,
                  variable: variable.name,
                  side,
                  manner,
                  outcome,
                  precision: precision.name,
                  threshold,
                });
                if (what === 'value' && precision === DOUBLE && stable && holds)
                  holds = [1, 1.1, 1.9].every(
                    (times) => probe.outcome(stable, times * threshold, precision) !== 'broken',
                  );
              }
            }
        }
  const instabilities = summarised(found);
  const helps = holds && instabilities.some(({ what }) => what === 'value');
  return { instabilities, stable: helps ? statements : null };
}

/** Thresholds that are about the same are one. */
const close = (a: number, b: number): boolean => Math.abs(a - b) <= 0.03 * Math.max(a, b);

function summarised(found: readonly Found[]): Instability[] {
  const least = new Map<string, Found>();
  // Per quantity, side and effect the smallest threshold; one large element is said rather than an offset, which adds to
  // values that reach 2 themselves.
  const rank = (f: Found): number => (f.manner === 'offset' ? 1.05 * f.threshold + 2.5 : f.threshold);
  for (const f of found) {
    const key = [f.what, f.name, f.variable, f.side, f.outcome, f.precision].join(' ');
    const known = least.get(key);
    if (!known || rank(f) < rank(known)) least.set(key, f);
  }
  const list = [...least.values()];
  const out: Instability[] = [];
  for (const f of list.filter((each) => each.precision === 'double')) {
    const same = (g: Found): boolean =>
      g.what === f.what && g.variable === f.variable && g.outcome === f.outcome && g.precision === 'double';
    const already = out.find(
      (o) =>
        o.what === f.what &&
        o.variable === f.variable &&
        o.effect === effectOf(f) &&
        o.names.includes(f.name) &&
        (o.side === 'beyond' || o.side === sideOf(f)),
    );
    if (already) continue;
    const mirrored = list.some(
      (g) => same(g) && g.name === f.name && g.side === -f.side && close(g.threshold, f.threshold),
    );
    const alike = list.filter(
      (g) => same(g) && g.side === f.side && close(g.threshold, f.threshold) && g.manner === f.manner,
    );
    const single = list.find(
      (g) =>
        g.precision === 'single' &&
        g.what === f.what &&
        g.name === f.name &&
        g.variable === f.variable &&
        g.side === f.side &&
        g.outcome === f.outcome,
    );
    out.push({
      what: f.what,
      names: [...new Set(alike.map((g) => g.name))],
      variable: f.variable,
      side: mirrored ? 'beyond' : sideOf(f),
      manner: f.manner,
      effect: effectOf(f),
      threshold: f.threshold,
      single: single ? single.threshold : null,
    });
  }
  return out;
}

const sideOf = (f: Found): 'above' | 'below' => (f.side > 0 ? 'above' : 'below');
const effectOf = (f: Found): Instability['effect'] => (f.outcome === 'broken' ? 'overflow' : 'cancellation');
