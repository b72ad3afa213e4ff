/** What a step of algebra relies on: domains of the symbols in it, and that what is cancelled is not 0. */
import { symbolNames, type Node } from './expr';
import type { Facts } from './facts';

/** Rewritings that hold in a part of the real numbers only. */
const GUARDED: ReadonlySet<string> = new Set([
  'function-identity',
  'power-of-a-power',
  'simplify-condition',
  'collect-powers',
]);

/** Functions and powers whose identities ask for a sign. */
function asksForSign(node: Node): boolean {
  if (node.kind === 'call') return node.fn === 'log' || node.fn === 'abs' || node.fn === 'sign';
  if (node.kind === 'cmp') return true;
  if (node.kind !== 'pow') return false;
  const exponent = node.args[1];
  return exponent?.kind !== 'num' || exponent.den !== 1;
}

const holds = (node: Node, test: (node: Node) => boolean): boolean =>
  test(node) || node.args.some((arg) => holds(arg, test));

/** What is known of the symbols in `node`, one phrase each. */
const known = (facts: Facts, node: Node): string[] =>
  [...symbolNames(node)].flatMap((name) => facts.describe(name) ?? []);

/**
 * Assumptions of a step by `rule` that touched `before`. `text` writes a part, or null for a large one. A cancelled factor is
 * in the domain of its symbols, or said to differ from 0.
 */
export function assumptionsOf(
  rule: string,
  before: readonly Node[],
  facts: Facts,
  text: (node: Node) => string | null,
): string[] {
  if (rule === 'cancel-factor') {
    const below = before.flatMap((node) =>
      node.kind === 'pow' && isInverse(node) ? node.args.slice(0, 1) : [],
    );
    return unique(
      below.flatMap((factor) => {
        const { low, high, lowOpen, highOpen } = facts.range(factor);
        const apart = low > 0 || high < 0 || (low === 0 && lowOpen) || (high === 0 && highOpen);
        if (apart) return known(facts, factor);
        const written = text(factor);
        return written === null ? [] : [`${written} is not 0`];
      }),
    );
  }
  if (!GUARDED.has(rule)) return [];
  return unique(before.filter((node) => holds(node, asksForSign)).flatMap((node) => known(facts, node)));
}

function isInverse(node: Node): boolean {
  const exponent = node.args[1];
  return exponent?.kind === 'num' && exponent.num < 0;
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
