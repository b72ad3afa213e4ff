/** Whose arrays some functions work with, in a file that imports several libraries: by the names that they use. */
import type { Callable } from './execution';
import { arrayLibrary } from './libraries';
import type { ModuleIndex } from './module';
import type { ArrayLibrary } from './run';
import { childrenOf, eachStatement, type Expression, type FunctionNode } from './syntax';

export function arraysOf(module: ModuleIndex, callables: readonly Callable[]): ArrayLibrary {
  if (module.arrays !== 'either') return module.arrays;
  const names = new Set(
    callables.flatMap(({ fn, owner }) => [...namesOf(fn), ...rootsOf(owner?.bases ?? [])]),
  );
  const used = [...names].flatMap((name) =>
    (module.statements.get(name) ?? []).flatMap((s) =>
      s.kind === 'import' ? s.imports.filter(({ alias }) => alias === name) : [],
    ),
  );
  return arrayLibrary(used.map((item) => item.module));
}

const rootsOf = (paths: readonly string[]): string[] => paths.map((path) => path.split('.')[0] ?? path);

/** The names that a function reads, and those that its annotations begin with. */
function namesOf(fn: FunctionNode): Set<string> {
  const names = new Set(
    fn.parameters.flatMap(({ annotation }) => annotation?.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []),
  );
  const go = (e: Expression): void => {
    if (e.kind === 'name') names.add(e.name);
    else childrenOf(e).forEach(go);
  };
  eachStatement(fn.body, (s) => {
    if (s.kind === 'assign') go(s.value);
    else if (s.kind === 'augment' || s.kind === 'expression') go(s.value);
    else if (s.kind === 'return' && s.value) go(s.value);
    else if (s.kind === 'if' || s.kind === 'while') go(s.test);
    else if (s.kind === 'for') go(s.iterable);
    else if (s.kind === 'function') namesOf(s.fn).forEach((name) => names.add(name));
  });
  return names;
}
