/**
 * Definitions that were read before, by all that they depend on: the text of their functions and, over names, of whatever
 * else of the file they use. An edit elsewhere leaves them as they are, but for their places.
 */
import { untilOf, type Callable } from './execution';
import type { ModuleIndex } from './module';
import type { SourceDefinition } from './definition';
import { moved, namesLines, type LineMap } from './moved';
import { createBodies, type Bodies } from './bodies';
import { createRecent, type Recent } from './recent';
import { statementNames } from './module';
import { importedModules } from './workspace';
import type { Module, ModulePiece } from './syntax';
import { lastUpTo } from './pieces';

/** What one attempt at reading gave. */
export interface Attempted {
  readonly definition: SourceDefinition | null;
  /** Executions that it took. */
  readonly runs: number;
}

interface Known {
  readonly attempted: Attempted;
  /** Pieces that it was read from. */
  readonly from: readonly Place[];
  /** Whether its texts name lines. */
  readonly namesLines: boolean;
  /** Whether the code does, too, so that its texts may name those. */
  readonly quotesLines: boolean;
  /** The last copy for other places. */
  latest: { readonly from: readonly Place[]; readonly definition: SourceDefinition } | null;
}

type Place = Pick<ModulePiece, 'startLine' | 'endLine' | 'lines'>;

/** Kept between calls, by content. */
export interface Readings {
  readonly known: Recent<Known>;
  readonly names: WeakMap<ModulePiece['statements'], PieceNames>;
  readonly bodies: Bodies;
  readonly remade: WeakMap<SourceDefinition, Map<string, SourceDefinition>>;
}

/** `kept`: attempts that are kept. */
export const createReadings = (kept = 1000): Readings => ({
  known: createRecent(kept),
  names: new WeakMap(),
  bodies: createBodies(),
  remade: new WeakMap(),
});

/** What functions depend on. */
interface Closure {
  /** In the order of the file. */
  readonly pieces: readonly ModulePiece[];
  readonly ids: readonly number[];
  readonly from: readonly Place[];
  /** Methods of the file's classes that they name. */
  readonly methods: readonly string[];
}

interface PieceNames {
  readonly defines: ReadonlySet<string>;
  readonly uses: ReadonlySet<string>;
}

/** Looks up attempts of one file. */
export interface Reuse {
  /** `settings`: all else that a reading depends on, as text. */
  attempt(callables: readonly Callable[], settings: string, read: () => Attempted): Attempted;
  /** The same definition under another id. */
  renamed(definition: SourceDefinition, id: string): SourceDefinition;
  /** What `make` makes of a definition, once for it wherever it stands; `what` tells from others what is made. */
  remade(
    definition: SourceDefinition,
    what: string,
    make: (definition: SourceDefinition) => SourceDefinition,
  ): SourceDefinition;
}

export function reuseOf(module: Module, index: ModuleIndex, readings: Readings): Reuse {
  const pieces = module.pieces.filter(({ statements }) => statements.length > 0);
  const namesOf = (piece: ModulePiece): PieceNames => {
    const known = readings.names.get(piece.statements);
    if (known) return known;
    const names: PieceNames = {
      defines: new Set(statementNames(piece.statements)),
      uses: new Set(piece.code.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu)),
    };
    readings.names.set(piece.statements, names);
    return names;
  };
  const definers = new Map<string, number[]>();
  pieces.forEach((piece, k) => {
    for (const name of namesOf(piece).defines) {
      const places = definers.get(name);
      if (places) places.push(k);
      else definers.set(name, [k]);
    }
  });
  /** The pieces that each piece names something of, worked out on first use. */
  const used: (readonly number[] | undefined)[] = [];
  const usedBy = (k: number, piece: ModulePiece): readonly number[] =>
    (used[k] ??= [...new Set([...namesOf(piece).uses].flatMap((name) => definers.get(name) ?? []))]);
  const firstLines = pieces.map(({ startLine }) => startLine);
  /** The first of those on a line, as several may stand on one. */
  const pieceAt = (line: number): number => {
    let at = lastUpTo(firstLines, line);
    while ((pieces[at - 1]?.endLine ?? -1) >= line) at -= 1;
    return (pieces[at]?.startLine ?? Infinity) <= line && line <= (pieces[at]?.endLine ?? -1) ? at : -1;
  };
  const common = JSON.stringify([index.family, index.arrays, index.wildcards]);

  /** Methods of the file's classes that each piece names, worked out on first use. */
  const named: (readonly string[] | undefined)[] = [];
  const methodsOf = (k: number, piece: ModulePiece): readonly string[] =>
    (named[k] ??= [...namesOf(piece).uses].filter((name) => index.methods.has(name)));

  const closures = new Map<string, Closure>();
  const closureOf = (callables: readonly Callable[]): Closure => {
    const starts = new Set<number>();
    for (const { fn, owner, module } of callables) {
      if (module) continue;
      starts.add(pieceAt(fn.nameSpan.startLine));
      if (owner) for (const k of definers.get(owner.name) ?? []) starts.add(k);
    }
    const key = [...starts].sort((a, b) => a - b).join();
    const known = closures.get(key) ?? closureFrom(starts);
    closures.set(key, known);
    return known;
  };
  const closureFrom = (starts: ReadonlySet<number>): Closure => {
    const found = new Set<number>();
    const add = (k: number): void => {
      const piece = pieces[k];
      if (!piece || found.has(k)) return;
      found.add(k);
      usedBy(k, piece).forEach(add);
    };
    starts.forEach(add);
    const order = [...found].sort((a, b) => a - b);
    const closure = order.flatMap((k) => pieces[k] ?? []);
    const methods = new Set(order.flatMap((k) => (pieces[k] ? methodsOf(k, pieces[k]) : [])));
    return {
      pieces: closure,
      methods: [...methods].sort(),
      ids: closure.map(({ id }) => id),
      from: closure.map(({ startLine, endLine, lines }) => ({ startLine, endLine, lines })),
    };
  };

  const wildcards = pieces.filter(isWildcard);
  const contents = new Map<ModuleIndex, string>();
  const contentKey = (module: ModuleIndex): string => {
    const known = contents.get(module) ?? moduleContent(module);
    contents.set(module, known);
    return known;
  };
  /** All of the other files that these pieces import from, and of those which those import from. */
  const contentOf = (closure: readonly ModulePiece[], callables: readonly Callable[]): readonly unknown[] => {
    if (!index.home) return [];
    const found = new Map<ModuleIndex, unknown>();
    const add = (from: ModuleIndex, list: readonly ModulePiece[]): void => {
      for (const { statements } of list)
        for (const module of importedModules(from, statements)) {
          if (found.has(module)) continue;
          found.set(module, contentKey(module));
          add(module, module.pieces);
        }
    };
    add(index, [...closure, ...wildcards]);
    for (const { module } of callables)
      if (module && !found.has(module)) {
        found.set(module, contentKey(module));
        add(module, module.pieces);
      }
    return [...found.values()];
  };

  const nameOf = ({ fn, owner, module }: Callable, closure: readonly ModulePiece[]): unknown => {
    if (module) return [fn.name, module.home?.path, fn.nameSpan.startLine];
    const line = fn.nameSpan.startLine;
    const at = closure.findIndex(({ startLine, endLine }) => startLine <= line && line <= endLine);
    const { startLine = 0, lines = [] } = closure[at] ?? {};
    return [fn.name, owner?.name, at, lastUpTo(lines, line - startLine), fn.nameSpan.startColumn];
  };

  return {
    attempt(callables, settings, read) {
      const { pieces: closure, methods, ids, from } = closureOf(callables);
      const [main, gradient = null] = callables;
      const until = main ? untilOf({ main, gradient, module: index }) : Infinity;
      const others = contentOf(closure, callables);
      const key = JSON.stringify([
        common,
        others.length > 0 ? [...index.methods] : methods,
        settings,
        callables.map((callable) => nameOf(callable, closure)),
        ids,
        closure.findIndex(({ startLine }) => startLine >= until),
        others,
      ]);
      const known = readings.known.get(key);
      const found = known && placed(known, from);
      if (found) return found;
      const attempted = read();
      const { definition } = attempted;
      const tells = definition !== null && (namesLines(definition.problems) || namesLines(definition.notes));
      const quotesLines = tells && (others.length > 0 || closure.some(({ code }) => namesLines(code)));
      readings.known.set(key, { attempted, from, namesLines: tells, quotesLines, latest: null }, 1);
      return attempted;
    },
    renamed: (definition, id) =>
      definition.id === id
        ? definition
        : remade(definition, `as ${id}`, (each) => ({ ...each, id }), readings),
    remade: (definition, what, make) => remade(definition, what, make, readings),
  };
}

const moduleContent = ({ home, pieces }: ModuleIndex): string =>
  JSON.stringify([home?.path, pieces.map(({ id, startLine, lines }) => [id, startLine, lines])]);

const isWildcard = ({ statements }: ModulePiece): boolean =>
  statements.some((s) => s.kind === 'import' && s.imports.some(({ alias }) => alias === '*'));

function remade(
  definition: SourceDefinition,
  what: string,
  make: (definition: SourceDefinition) => SourceDefinition,
  readings: Readings,
): SourceDefinition {
  const others = readings.remade.get(definition) ?? new Map<string, SourceDefinition>();
  readings.remade.set(definition, others);
  const known = others.get(what);
  if (known) return known;
  const { movedFrom } = definition;
  const from = movedFrom && {
    ...movedFrom,
    definition: remade(movedFrom.definition, what, make, readings),
  };
  const made = { ...make(definition), ...(from ? { movedFrom: from } : {}) };
  others.set(what, made);
  return made;
}

/** What is known for pieces at these places, or null where its texts would tell other lines. */
function placed(known: Known, from: readonly Place[]): Attempted | null {
  const { attempted, latest } = known;
  const { definition } = attempted;
  if (definition === null || isSame(known.from, from)) return attempted;
  if (known.namesLines && known.quotesLines) return null;
  if (!latest || !isSame(latest.from, from))
    known.latest = {
      from,
      definition: movedDefinition(definition, lineMap(known.from, from), known.namesLines),
    };
  return { ...attempted, definition: known.latest?.definition ?? null };
}

const isSame = (a: readonly Place[], b: readonly Place[]): boolean =>
  a.every(({ startLine, lines }, k) => {
    const other = b[k];
    return (
      other !== undefined &&
      startLine === other.startLine &&
      (lines === other.lines || lines.every((line, n) => line === other.lines[n]))
    );
  });

/** Lines stay as far from the last one before them that is not empty as they were. */
const lineMap =
  (from: readonly Place[], to: readonly Place[]): LineMap =>
  (line) => {
    const k = from.findIndex(({ startLine, endLine }) => startLine <= line && line <= endLine);
    const [old, now] = [from[k], to[k]];
    if (!old || !now) return line;
    const own = line - old.startLine;
    const n = lastUpTo(old.lines, own);
    return now.startLine + (now.lines[n] ?? 0) + own - (old.lines[n] ?? 0);
  };

function movedDefinition(definition: SourceDefinition, line: LineMap, inTexts: boolean): SourceDefinition {
  const { program, gradients, candidates, seconds, outputAxes, ...rest } = definition;
  const spanned = <T extends { readonly span: SourceDefinition['span'] | null }>(item: T): T => ({
    ...item,
    span: moved(item.span, line),
  });
  type Hand = SourceDefinition['gradients'][number];
  const hand = <T extends Hand>(gradient: T): T => ({
    ...spanned(gradient),
    bindings: gradient.bindings.map(spanned),
    ...(gradient.update ? { update: { ...gradient.update, line: line(gradient.update.line) } } : {}),
  });
  return {
    ...moved(rest, line, inTexts),
    outputAxes,
    program: program && {
      ...program,
      inputs: program.inputs.map(spanned),
      bindings: program.bindings.map(spanned),
    },
    gradients: gradients.map(hand),
    seconds: seconds.map(hand),
    candidates: candidates.map((candidate) => ({
      ...spanned(candidate),
      readings: candidate.readings.map((reading) => ({ ...reading, gradient: hand(reading.gradient) })),
    })),
    movedFrom: { definition, line },
  };
}
