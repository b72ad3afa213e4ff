/** The state of one abstract execution: choices taken so far, bindings made, inputs met, cost of what looks odd. */
import type { Axis, Binding, Span } from '../core/definition';
import type { Arena } from '../core/expr';
import { type IndexNode, type Node, type Size } from '../core/expr';
import type { ModuleIndex } from './module';
import type { Joint, Joints, Whole } from './joints';
import { IMPLIED_LOSS } from './impliedName';
import type { Packed } from './packed';
import type { Pass } from './passes';
import type { RecordLists } from './records';
import type { Sizes } from './sizes';
import type { ClassNode, Expression, Family, Import, Statement } from './syntax';
import { UNROLLED } from './unrolled';
import {
  unknown,
  type ArrayV,
  type Cause,
  type FunctionV,
  type InputRef,
  type Scope,
  type UnknownValue,
  type Value,
} from './values';

/** A shape pattern: `*` is an axis of its own size, `1` a unit axis. */
export type Pattern = readonly ('*' | '1')[];

export interface Option {
  readonly id: string;
  readonly cost: number;
}

/** Thrown when a run exceeds its step budget; caught by the search only. */
export class BudgetExceeded extends Error {}

export interface InputState {
  readonly ref: InputRef;
  readonly name: string;
  readonly value: ArrayV;
}

/**
 * Whose arrays a file works with, as its imports tell. In Python `either` where they tell nothing or both, in JavaScript `any`
 * where they tell nothing.
 */
export type ArrayLibrary = 'numpy' | 'torch' | 'either' | 'tfjs' | 'mathjs' | 'ml-matrix' | 'numjs' | 'any';

export interface Run {
  readonly family: Family;
  readonly arena: Arena;
  readonly sizes: Sizes;
  /** Settles a choice, or ends the run where others go before it. */
  readonly choose: (key: string, options: () => readonly Option[]) => string;
  /** Counts something odd about the choices taken; `why` is for debugging. */
  readonly penalise: (cost: number, why: string) => void;
  /** Counts work against the budget. */
  readonly step: (weight?: number) => void;
  /** Candidate patterns for an input, with their costs. */
  readonly patterns: (input: InputRef) => readonly { readonly pattern: Pattern; readonly cost: number }[];
  /** Names that the user gave to the axes of an input, if any. */
  readonly declared: (input: InputRef) => readonly Size[] | undefined;
  /** Arguments by code that are used as settings only. */
  readonly settings: ReadonlySet<string>;
  /** Arguments by code that hold several values. */
  readonly containers: ReadonlySet<string>;
  /** Arguments and globals by code that are lengths of loops. */
  readonly lengths: ReadonlySet<string>;
  /** Arguments and attributes by code that hold samples with fields. */
  readonly records: RecordLists;
  readonly inputs: Map<string, InputState>;
  readonly bindings: Binding[];
  /** Bindings by definition, so that the same value is not bound twice. */
  readonly bound: Map<string, string>;
  /** Names in use, with the code of the input that owns them ('' for bindings). */
  readonly names: Map<string, string>;
  /** Running totals inside loops, which are written out where they are used. */
  readonly hidden: Binding[];
  /** Variables of the functions that are being executed, outermost first. */
  readonly scopes: Scope[];
  /** Shape causes met, in order: what to report when nothing fits. */
  readonly shapeCauses: Cause[];
  readonly notes: { readonly subject: string; readonly text: string; readonly span: Span | null }[];
  /** How many layers of a kind were made without a name. */
  readonly unnamed: Map<string, number>;
  /** Whose arrays the file works with: some methods differ. */
  readonly arrays: ArrayLibrary;
  /** Methods of the classes of the file. */
  readonly methods: ReadonlySet<string>;
  /** In a file of cells the line before which names have their meaning. */
  readonly until: number;
  /** A name of the file that a scope is in, without one of the file that is read. */
  readonly globals: (name: string, span: Span, scope: Scope | null) => Value | undefined;
  /** What an import in a scope means. */
  readonly imported: (item: Import, scope: Scope, span: Span) => Value;
  /** The top level of the file of a class, where that is another one than the one that is read. */
  readonly homeOf: (node: ClassNode) => Scope | null;
  readonly globalOf: (module: ModuleIndex, name: string, span: Span) => Value | undefined;
  readonly call: (fn: FunctionV, args: readonly CallArgument[], span: Span) => Value;
  readonly evaluate: (expression: Expression, scope: Scope) => Value;
  /** Executes statements, whose variables are then in the scope. */
  readonly execute: (statements: readonly Statement[], scope: Scope) => void;
  /** Inputs that are read in pieces, by code. */
  readonly joints: Joints;
  /** Pieces that inputs would have to be read in. */
  readonly asked: Map<string, Joint>;
  /** Axes of inputs that are short, so that loops over them can be carried out pass by pass. */
  readonly unrolled: ReadonlySet<Size>;
  /** Axes that would have to be. */
  readonly askedPasses: Set<Size>;
  /** Where parts of an axis begin and end, by its size. */
  readonly cuts: Map<Size, readonly Node[]>;
  /** The inputs that are in pieces, by code. */
  readonly wholes: Map<string, Whole>;
  /** Arguments that hold several arrays, laid out flat one after another, by code. */
  readonly packed: Map<string, Packed>;
  /** What settings that are compared with names are, by code. */
  readonly named: Map<string, string>;
  /** The variable that is being given a value. */
  target: string | null;
  depth: number;
  /** How many loops of symbolic length are being followed. */
  loopDepth: number;
  /** Their indices, by name. */
  readonly loopIndices: Map<string, IndexNode>;
  /** Code that is being read once for many passes, outermost first. */
  readonly passes: Pass[];
  /** Above 0 while a branch runs whose condition depends on data: containers must not change there. */
  uncertain: number;
}

export interface CallArgument {
  readonly name: string | null;
  readonly value: Value;
}

/** Canonical index of each axis position; `r…` is kept for contracted axes. */
export const INDEX_NAMES: readonly string[] = ['i', 'j', 'k', 'l', 'p', 'q', 's', 't'];

export function axisIndex(run: Run, position: number, size: Size): IndexNode {
  return run.arena.index(INDEX_NAMES[position] ?? `x${position}`, size);
}

/** Axes for these sizes at positions 0, 1, …; '1' is a unit axis. */
export function makeAxes(run: Run, sizes: readonly Size[]): Axis[] {
  return sizes.map((raw, position) => {
    const size = run.sizes.find(raw);
    return size === '1' ? { size, index: null } : { size, index: axisIndex(run, position, size) };
  });
}

export function array(axes: readonly Axis[], element: Node, extra: Partial<ArrayV> = {}): ArrayV {
  return { kind: 'array', axes, element, base: null, mask: false, spread: false, ...extra };
}

export const scalar = (element: Node): ArrayV => array([], element);

export function number(run: Run, value: number): ArrayV {
  return scalar(
    value < 0 ? run.arena.neg(run.arena.literal(String(-value))) : run.arena.literal(String(value)),
  );
}

/** A value that cannot be had with the shapes chosen; counts against the choice. */
export function shapeError(run: Run, text: string, span: Span): UnknownValue {
  const value = unknown('shape', 'shape-mismatch', text, span);
  run.shapeCauses.push(value.cause);
  run.penalise(5, text);
  return value;
}

/** "line 12", with the file where it is another one. */
export const placeText = ({ startLine, file }: Span): string =>
  `line ${startLine}${file === undefined ? '' : ` of ${file.slice(file.lastIndexOf('/') + 1)}`}`;

export function unsupported(what: string, span: Span, id = 'not-supported'): UnknownValue {
  return unknown('unsupported', id, `${what}, ${placeText(span)}`, span);
}

/** A name that no input and no binding has yet: `A`, then `A@2`. */
export function uniqueName(run: Run, name: string): string {
  if (!run.names.has(name)) return name;
  for (let k = 2; ; k += 1) if (!run.names.has(`${name}@${k}`)) return `${name}@${k}`;
}

/**
 * Names a value: makes a binding and returns the value that refers to it. Values that are already a symbol, a
 * constant, or a size keep their form.
 */
export function bind(
  run: Run,
  name: string,
  value: ArrayV,
  span: Span | null,
  origin: Binding['origin'],
): ArrayV {
  if (isSimple(value.element)) return value;
  const axes = bindingAxes(run, value);
  const key = `${value.element.id}|${axes.map((a) => (a.index ? a.size : '1')).join(',')}`;
  let known = run.bound.get(key);
  if (known === undefined) {
    known = uniqueName(run, name === IMPLIED_LOSS ? 'loss' : name);
    run.names.set(known, '');
    run.bound.set(key, known);
    run.bindings.push({ name: known, axes, def: value.element, span, origin });
  }
  const indices = axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  return array(value.axes, run.arena.sym(known, ...indices), { mask: value.mask, spread: value.spread });
}

/** Axes of a binding: those of the value, after one for each loop that the value is in. */
function bindingAxes(run: Run, value: ArrayV): Axis[] {
  const own = new Set(value.axes.map((axis) => axis.index?.name));
  const loops = [...value.element.free].filter((name) => !own.has(name)).sort();
  const outer = loops.flatMap((name) => {
    const index = run.loopIndices.get(name);
    return index ? [{ size: index.size, index }] : [];
  });
  return [...outer, ...value.axes];
}

/** Whether an expression is as plain as a name: a symbol over indices, a number, a size, or the negative of a number. */
function isSimple(node: Node): boolean {
  switch (node.kind) {
    case 'num':
    case 'const':
    case 'size':
    case 'index':
      return true;
    case 'sym':
      return node.args.every((arg) => arg.kind === 'index' || arg.kind === 'num');
    case 'mul':
    case 'pow':
    case 'add':
      return node.args.every((arg) => isSimple(arg) && arg.kind !== 'sym' && arg.kind !== 'index');
    default:
      return false;
  }
}

const PATTERNS: Readonly<Record<string, Pattern>> = {
  scalar: [],
  vector: ['*'],
  matrix: ['*', '*'],
  column: ['*', '1'],
  row: ['1', '*'],
  cube: ['*', '*', '*'],
};

export const patternId = (pattern: Pattern): string => `(${pattern.join(',')})`;
export const SCALAR = PATTERNS.scalar as Pattern;
export const VECTOR = PATTERNS.vector as Pattern;
export const MATRIX = PATTERNS.matrix as Pattern;
export const COLUMN = PATTERNS.column as Pattern;
export const ROW = PATTERNS.row as Pattern;
export const CUBE = PATTERNS.cube as Pattern;

/** The array that an input is; its shape is chosen at the first use. */
export function resolve(run: Run, ref: InputRef): ArrayV {
  const known = run.inputs.get(ref.code);
  if (known) return known.value;
  if (run.lengths.has(ref.code) && !ref.hasDefault) {
    const size = `?${ref.code}.length`;
    run.sizes.suggest(size, ref.name);
    return scalar(run.arena.size(run.sizes.find(size)));
  }
  const candidates = run.patterns(ref);
  const id = run.choose(`shape ${ref.code}`, () =>
    candidates.map(({ pattern, cost }) => ({ id: patternId(pattern), cost })),
  );
  const pattern = candidates.find((c) => patternId(c.pattern) === id)?.pattern ?? SCALAR;
  const sizes = pattern.map((axis, k) => (axis === '1' ? '1' : `?${ref.code}.${k}`));
  const declared = run.declared(ref);
  sizes.forEach((size, k) => {
    if (size === '1') return;
    run.sizes.own(size, ref.code);
    if (run.unrolled.has(size)) run.sizes.unify(size, UNROLLED);
    const given = declared?.[k];
    if (given === undefined) return;
    run.sizes.unify(size, /^\d+$/.test(given) ? given : `?:${given}`);
    if (!/^\d+$/.test(given)) run.sizes.suggest(size, given);
  });
  const axes = makeAxes(run, sizes);
  const owner = run.names.get(ref.name);
  const free = owner === undefined || owner === ref.code;
  const name = free ? ref.name : uniqueName(run, ref.code.replace(/\W+/g, '_').replace(/^_+|_+$/g, ''));
  run.names.set(name, ref.code);
  const indices = axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  const value = array(axes, run.arena.sym(name, ...indices));
  run.inputs.set(ref.code, { ref, name, value });
  return value;
}
