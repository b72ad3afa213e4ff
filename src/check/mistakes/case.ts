/** A gradient that is known to differ from the derivative, and what is known when the mistake is looked for. */
import type { Axis, Program } from '../../core/definition';
import type { Derivation } from '../../core/derivation';
import type { Node } from '../../core/expr';
import { agrees } from '../compare';
import { evaluateCells, type Trial } from '../points';

export interface Case {
  readonly program: Program;
  readonly derivation: Derivation | null;
  /** The name of the gradient in the code, and of what it differentiates by. */
  readonly name: string;
  readonly of: string;
  readonly axes: readonly Axis[];
  /** The gradient over `axes`, helper bindings written out. */
  readonly element: Node;
  /** The exact derivative over `axes`, a `diff` node. */
  readonly exact: Node;
  readonly trials: readonly Trial[];
}

/** A mistake with a name. */
export interface Mistake {
  /** Frozen rule id. */
  readonly rule: string;
  /** What is wrong and what to do, one or two sentences; the right formula is added by the caller. */
  readonly message: string;
  /** The gradient is this number times the derivative; set when multiplying the code by its inverse mends it. */
  readonly factor?: number;
}

/** Looks for one kind of mistake; null when it is not that. */
export type Detector = (c: Case) => Mistake | null;

/** "∂cost/∂w", and "∂²cost/∂w²" of an output that is itself "∂cost/∂w". */
export function derivativeName(c: Pick<Case, 'program' | 'of'>): string {
  const [, top, first] = /^∂(.+)\/∂(.+)$/.exec(c.program.output) ?? [];
  if (top !== undefined && first !== undefined)
    return first === c.of
      ? `∂²${plainName(top)}/∂${plainName(first)}²`
      : `∂²${plainName(top)}/∂${plainName(first)}∂${plainName(c.of)}`;
  return `∂${plainName(c.program.output)}/∂${plainName(c.of)}`;
}

/** A binding's name without the number of its re-assignment. */
export function plainName(name: string): string {
  return name.replace(/@\d+$/, '');
}

/** The first candidate that is the exact derivative at every trial. */
export function firstThatAgrees<T extends { readonly node: Node }>(
  c: Case,
  candidates: Iterable<T>,
  most = 600,
): T | null {
  let tried = 0;
  for (const candidate of candidates) {
    tried += 1;
    if (tried > most) return null;
    const { node } = candidate;
    if (mayAgree(c, node) && agrees(node, c.axes, c.trials) && c.trials.every((t) => isNear(c, node, t)))
      return candidate;
  }
  return null;
}

/** Cells that differ more than this, relative to their size, are not what is meant. */
const NEAR = 1e-6;

/** A cheap necessary condition: one cell of one trial. */
function mayAgree(c: Case, node: Node): boolean {
  const [trial] = c.trials;
  return trial !== undefined && isNear(c, node, { ...trial, cells: trial.cells.slice(0, 1) });
}

/** Agreement where nothing can be told, as of sign(y - y), explains nothing: the numbers themselves have to be near. */
function isNear(c: Case, node: Node, { evaluator, cells, exact }: Trial): boolean {
  const { values } = evaluateCells(evaluator, node, c.axes, cells);
  const largest = Math.max(...exact.values.map(Math.abs));
  return values.every((value, k) => {
    const right = exact.values[k] ?? NaN;
    const size = Math.max(Math.abs(value), Math.abs(right), NEAR * largest);
    return Math.abs(value - right) <= NEAR * size;
  });
}
