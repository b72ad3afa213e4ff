/** Definitions whose functions are in several files. */
import type { Note, Span } from '../core/definition';
import type { SourceDefinition } from './definition';
import type { Callable } from './execution';
import type { ModuleIndex } from './module';
import { isGradientName } from './names';
import { pairingOf } from './pairing';
import { mayDefine } from './screen';
import { functionsOf } from './syntax';
import { importedBy, importsOf } from './workspace';

/** Functions that a file imports, or reaches in modules that it imports, with the gradients of them that it has. */
export function importedPairs(index: ModuleIndex, gradients: readonly Callable[]): [Callable, Callable][] {
  if (!index.home || gradients.length === 0) return [];
  const mains = importedFunctions(index).filter(({ fn }) => !isGradientName(fn.name) && mayDefine(fn));
  const pairing = pairingOf([...mains, ...gradients], index.family);
  return mains.flatMap((main): [Callable, Callable][] => {
    const gradient = pairing(main);
    return gradient && gradients.includes(gradient) ? [[main, gradient]] : [];
  });
}

function importedFunctions(index: ModuleIndex): Callable[] {
  const found = new Map<Callable['fn'], Callable>();
  const add = (module: ModuleIndex, name: string | null): void => {
    const own = functionsOf(module.pieces.flatMap(({ statements }) => statements));
    for (const { fn, owner, nested } of own)
      if (!nested && !owner && (name === null || fn.name === name)) found.set(fn, { fn, owner, module });
  };
  for (const item of importsOf(index.pieces.flatMap(({ statements }) => statements))) {
    const imported = importedBy(index, item);
    if (imported) add(origin(imported.module, imported.member), imported.member);
  }
  return [...found.values()];
}

/** The file that a name of a module is defined in, which may import it itself. */
function origin(module: ModuleIndex, member: string | null): ModuleIndex {
  const last = member === null ? undefined : module.statements.get(member)?.at(-1);
  const item = last?.kind === 'import' ? last.imports.find(({ alias }) => alias === member) : undefined;
  const next = item?.member === member ? importedBy(module, item) : null;
  return next && next.module !== module ? origin(next.module, member) : module;
}

export const originNote = (name: string, { home }: ModuleIndex): Note => ({
  subject: name,
  text: `${name} is the one of ${home?.path.split('/').at(-1) ?? 'another file'}`,
  span: null,
});

/** Places in other files say nothing about this one: formulas have none then, problems that of the definition. */
export function withoutForeignPlaces(definition: SourceDefinition): SourceDefinition {
  const { program, nameSpan, gradients, candidates, seconds, notes, problems } = definition;
  const isForeign = (span: Span | null): boolean => span?.file !== undefined;
  const cut = <T extends { readonly span: Span | null }>(item: T): T =>
    isForeign(item.span) ? { ...item, span: null } : item;
  const named = <T extends { readonly span: Span | null }>(item: T): T =>
    isForeign(item.span) ? { ...item, span: nameSpan } : item;
  return {
    ...definition,
    program: program && {
      ...program,
      inputs: program.inputs.map(cut),
      bindings: program.bindings.map(cut),
    },
    gradients: gradients.map(named),
    candidates: candidates.map(named),
    seconds: seconds.map(named),
    notes: notes.map(cut),
    problems: problems.map(named),
  };
}
