/** The other files of a workspace that a text uses: their modules, read when a name of theirs is asked for. */
import { candidatePaths, joined } from './imports';
import type { Neighbour } from '../protocol';
import type { ModuleIndex } from './module';
import type { Family, Import, Statement } from './syntax';

export interface Neighbours {
  /** What a module name means in a file, or null when it is no file of the workspace. */
  resolve(from: string, module: string, family: Family): ModuleIndex | null;
  at(path: string): ModuleIndex | null;
}

/** `read`: a file as a module among these, null for a language that is not read. */
export function createNeighbours(
  files: readonly Neighbour[],
  read: (file: Neighbour, neighbours: Neighbours) => ModuleIndex | null,
): Neighbours {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const known = new Map<string, ModuleIndex | null>();
  const load = (file: Neighbour): ModuleIndex | null => {
    const found = known.get(file.path);
    if (found !== undefined) return found;
    const module = read(file, neighbours);
    known.set(file.path, module);
    return module;
  };
  const neighbours: Neighbours = {
    resolve(from, module, family) {
      if (files.length === 0) return null;
      for (const path of candidatePaths(from, module, family)) {
        const file = byPath.get(path);
        if (file) return load(file);
      }
      return null;
    },
    at(path) {
      const file = byPath.get(path);
      return file ? load(file) : null;
    },
  };
  return neighbours;
}

/** What an import of a file means: a module, or a name of one. */
export interface Imported {
  readonly module: ModuleIndex;
  /** Null for the module itself. */
  readonly member: string | null;
}

export function importedBy(index: ModuleIndex, { module, member }: Import): Imported | null {
  const { home, family } = index;
  if (!home) return null;
  const { path, neighbours } = home;
  const found = neighbours.resolve(path, module, family);
  if (member === null || member === '*') return found && { module: found, member: null };
  // A name of the module, or a module in the package.
  if (found && (family === 'javascript' || found.statements.has(member))) {
    const name = member === 'default' ? 'exported' : member;
    return { module: found, member: name };
  }
  const inner = family === 'python' ? neighbours.resolve(path, joined(module, member), family) : null;
  return inner ? { module: inner, member: null } : found && { module: found, member };
}

/** The files of the workspace that statements import from, also inside of functions. */
export const importedModules = (index: ModuleIndex, statements: readonly Statement[]): ModuleIndex[] =>
  importsOf(statements).flatMap((item) => importedBy(index, item)?.module ?? []);

/** All imports in statements. */
export function importsOf(statements: readonly Statement[]): Import[] {
  const found: Import[] = [];
  const visit = (list: readonly Statement[]): void => {
    for (const s of list) {
      if (s.kind === 'import') found.push(...s.imports);
      else if (s.kind === 'function') visit(s.fn.body);
      else if (s.kind === 'class') visit(s.node.body);
      else if (s.kind === 'if') [s.then, s.otherwise].forEach(visit);
      else if (s.kind === 'block' || s.kind === 'for' || s.kind === 'while') visit(s.body);
    }
  };
  visit(statements);
  return found;
}
