import { expect, it } from 'vitest';
import { Arena } from '../../../src/core/expr';

it('renaming an index under two binders captures nothing', () => {
  const arena = new Arena();
  const i = arena.index('i', 'n');
  const j = arena.index('j', 'k');
  const x = arena.index('x', 'k');
  const build = (free: typeof x): ReturnType<Arena['sum']> =>
    arena.sum(i, arena.mul(arena.sym('V', i, free), arena.sum(j, arena.sym('V', i, j))));
  const renamed = arena.index('renamed', 'k');
  expect(arena.substitute(build(x), x, renamed)).toBe(build(renamed));
});
