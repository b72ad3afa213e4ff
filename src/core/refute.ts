/** Quick evidence that an expression is not 0, where a proof that it is would be looked for in vain. */
import { symbolNames, type Node } from './expr';
import type { Sites } from './sites';

/** Rounding makes no value of this size where intermediates are below 2^30. */
const CLEARLY = 2 ** -20;

export interface Refutation {
  /**
   * True only if some element of the node has a value that is not 0 at a point inside the domain; false says nothing, as of a
   * node with names that have no values there.
   */
  isNotZero(node: Node): boolean;
  /** True only if the node has several values, at one point or at several: it is no number. */
  varies(node: Node): boolean;
}

export function createRefutation(sites: Sites): Refutation {
  const isKnown = (node: Node): boolean => {
    for (const name of symbolNames(node)) if (!sites.names.has(name)) return false;
    return true;
  };
  const isMeant = (value: number): boolean => Math.abs(value) < 1 / CLEARLY;
  return {
    isNotZero: (node) =>
      isKnown(node) &&
      sites
        .open()[0]
        .quick.elements(node)
        .some((value) => Math.abs(value) > CLEARLY && isMeant(value)),
    varies(node) {
      if (!isKnown(node)) return false;
      let low = Infinity;
      let high = -Infinity;
      for (const { quick } of sites.open())
        for (const value of quick.elements(node)) {
          if (!isMeant(value)) return false;
          low = Math.min(low, value);
          high = Math.max(high, value);
          if (high - low > CLEARLY * Math.max(1, Math.abs(low), Math.abs(high))) return true;
        }
      return false;
    },
  };
}
