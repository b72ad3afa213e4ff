import { describe, expect, it } from 'vitest';
import { derive } from '../../../src/core/derive';
import { Arena, type Node } from '../../../src/core/expr';
import { compareNodes } from '../../../src/core/order';
import { RULES } from '../../../src/core/rules';
import { parseModel } from '../../support/model';
import { printer } from '../../support/steps';
import { MODELS } from './models';

describe('structural order', () => {
  it('does not depend on what an arena has seen before', () => {
    const build = (arena: Arena) => {
      const i = arena.index('i', 'm');
      return [
        arena.sym('y', i),
        arena.sym('x', i),
        arena.pow(arena.sym('x', i), arena.num(2)),
        arena.num(3),
        arena.size('m'),
      ];
    };
    const fresh = new Arena();
    const used = new Arena();
    build(used).reverse();
    used.mul(used.sym('q'), used.sym('x', used.index('i', 'm')));
    const names = (arena: Arena) =>
      build(arena)
        .sort(compareNodes)
        .map((node) => node.kind);
    expect(names(used)).toEqual(names(fresh));
    expect(names(fresh)).toEqual(['num', 'size', 'sym', 'sym', 'pow']);
  });

  it('compares indices last', () => {
    const arena = new Arena();
    const i = arena.index('i', 'm');
    const j = arena.index('j', 'm');
    expect(compareNodes(arena.sym('a', j), arena.sym('b', i))).toBeLessThan(0);
    expect(compareNodes(arena.sym('a', i), arena.sym('a', j))).toBeLessThan(0);
  });

  it('looks once at parts that stand at many places', () => {
    const arena = new Arena();
    /** As a tree it would have 2^60 leaves. */
    const doubled = (index: string): Node => {
      let node: Node = arena.sym('x', arena.index(index, 'm'));
      for (let k = 0; k < 60; k += 1) node = arena.add(arena.call('exp', node), arena.call('sin', node));
      return node;
    };
    expect(compareNodes(doubled('i'), doubled('j'))).toBeLessThan(0);
    expect(compareNodes(doubled('j'), doubled('i'))).toBeGreaterThan(0);
    expect(compareNodes(arena.neg(doubled('i')), arena.mul(arena.minusOne, doubled('j')))).toBeLessThan(0);
  });

  it('makes derivations independent of history', () => {
    const [model] = MODELS;
    const source = model?.source ?? '';
    const arena = new Arena();
    for (const other of MODELS.slice(1, 8)) derive(parseModel(other.source, arena), { verify: false });
    const alone = parseModel(source);
    const after = parseModel(source, arena);
    const results = (program: typeof alone) => {
      const derivation = derive(program, { verify: false });
      const show = printer(program, derivation);
      return derivation.gradients.map((g) => [show(g.element), g.steps.map((s) => show(s.after))]);
    };
    expect(results(after)).toEqual(results(alone));
  });
});

describe('rule table', () => {
  it('has unique kebab-case ids with names', () => {
    const ids = RULES.map((rule) => rule.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const rule of RULES) {
      expect(rule.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(rule.name).not.toBe('');
    }
  });
});
