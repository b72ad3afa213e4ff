/** Rounded constants in a gradient, which make it approximate rather than wrong. */
import type { Node } from '../core/expr';

/** Constants that formulas of losses and activations round: of the logarithms, of GELU and of SELU. */
const KNOWN: readonly number[] = [
  Math.PI,
  2 * Math.PI,
  Math.E,
  Math.LN2,
  Math.LN10,
  Math.LOG2E,
  Math.LOG10E,
  Math.SQRT2,
  Math.SQRT1_2,
  Math.sqrt(Math.PI),
  Math.sqrt(2 * Math.PI),
  1 / Math.sqrt(2 * Math.PI),
  Math.sqrt(2 / Math.PI),
  2 / Math.sqrt(Math.PI),
  1.702,
  0.044715,
  3 * 0.044715,
  0.044715 * Math.sqrt(2 / Math.PI),
  3 * 0.044715 * Math.sqrt(2 / Math.PI),
  1.0507009873554805,
  1.6732632423543772,
  1.0507009873554805 * 1.6732632423543772,
];

/** A decimal with three or more decimals, and not a tiny guard. */
function decimals(node: Node): number | null {
  if (node.kind !== 'const' || !(node.value > 1e-3)) return null;
  return /^\d*\.(\d{3,})$/.exec(node.name)?.[1]?.length ?? null;
}

const isKnown = (value: number, places: number): boolean =>
  KNOWN.some((known) => [0, 1].some((side) => close(value, cut(known, places, side))));

/** Rounded, and cut off. */
const cut = (value: number, places: number, side: number): number =>
  side === 0 ? Number(value.toFixed(places)) : Math.floor(value * 10 ** places) / 10 ** places;

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * Math.abs(b);

/**
 * Whether a gradient holds a constant of many decimals that its writer may have rounded: anywhere inside a function or a
 * power; as a plain factor of a term (`1.001 * (grad / m)`) only a well-known one.
 */
export function hasRoundedConstant(node: Node): boolean {
  const seen = new Set<string>();
  const visit = (n: Node, plain: boolean): boolean => {
    const key = `${n.id} ${plain}`;
    if (seen.has(key)) return false;
    seen.add(key);
    const places = decimals(n);
    if (n.kind === 'const' && places !== null) return !plain || isKnown(n.value, Math.min(places, 16));
    const linear =
      n.kind === 'mul' || n.kind === 'add' || n.kind === 'reduce' || n.kind === 'where' || isReciprocal(n);
    return n.args.some((arg) => visit(arg, plain && linear));
  };
  return visit(node, true);
}

/** 1/(1.001 * m) is a factor too; 1/(x + 1.001) is not. */
function isReciprocal(node: Node): boolean {
  const [base, exponent] = node.kind === 'pow' ? node.args : [];
  return exponent?.kind === 'num' && (base?.kind === 'const' || base?.kind === 'mul');
}
