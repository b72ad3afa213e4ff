/** A model of the line language with a gradient written by hand over it. */
import type { Derivation } from '../../src/core/derivation';
import type { HandGradient, Program } from '../../src/core/definition';
import type { Node } from '../../src/core/expr';
import { createPool, type PointPool } from '../../src/check/points';
import { derive } from '../../src/core/derive';
import { programSizes } from '../../src/core/sample';
import { createSimplifier } from '../../src/core/simplify/simplifier';
import { parseExpression, parseModel } from './model';

export interface HandModel {
  readonly program: Program;
  readonly pool: PointPool;
  readonly derivation: Derivation | null;
  readonly hand: HandGradient;
  readonly proves: (a: Node, b: Node) => boolean;
}

/** `axes` is `j<n, 1`; the expression is in the line language. */
export function handModel(model: string, of: string, axes: string, expression: string): HandModel {
  const program = parseModel(model);
  const parts = axes.split(',').map((part) => part.trim());
  const list = parts
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', size = '1'] = part.split('<');
      return size === '1' ? { size, index: null } : { size, index: program.arena.index(name, size) };
    });
  const scope = new Map(list.flatMap(({ index }) => (index ? [[index.name, index] as const] : [])));
  const element = parseExpression(expression, program.arena, scope, new Set(programSizes(program)));
  const span = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 };
  const hand: HandGradient = {
    of,
    name: `d${of}`,
    value: { axes: list, element },
    bindings: [],
    span,
    functionName: null,
  };
  const simplifier = createSimplifier(program);
  return {
    program,
    pool: createPool(program),
    derivation: derive(program, { verify: false }),
    hand,
    proves: (a, b) => simplifier.equal(a, b),
  };
}
