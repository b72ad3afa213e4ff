/** Abstract values: what an expression of the user's program evaluates to. */
import type { Axis, Span } from '../core/definition';
import type { IndexNode, Node, Size } from '../core/expr';
import type { ModuleIndex } from './module';
import type { CallArgument, Run } from './run';
import type { ClassNode, FunctionNode } from './syntax';

/** Why a value is not known. `shape` depends on the chosen shapes; the others do not. */
export interface Cause {
  readonly type: 'shape' | 'unsupported' | 'syntax';
  /** Frozen kebab-case reason id. */
  readonly id: string;
  readonly text: string;
  readonly span: Span;
}

export interface UnknownValue {
  readonly kind: 'unknown';
  readonly cause: Cause;
}

/**
 * An array, or a number (no axes). Axis p has the index `INDEX_NAMES[p]` (or none, for a unit axis), so that equal
 * values have equal nodes.
 */
export interface ArrayV {
  readonly kind: 'array';
  readonly axes: readonly Axis[];
  readonly element: Node;
  /** The array whose memory this one shares, for arrays that are views. */
  readonly base: ArrayV | null;
  /** Holds 0 or 1 only and acts as a mask in an index. */
  readonly mask: boolean;
  /** Where the writer placed unit axes on purpose, so that an outer broadcast is meant. */
  readonly spread: boolean;
}

/** Entries of an array where a condition holds; both have the axes of the whole array. */
export interface SelectionV {
  readonly kind: 'selection';
  readonly mask: ArrayV;
  readonly value: ArrayV;
}

/** A list or tuple; a list's items can change. */
export interface SequenceV {
  readonly kind: 'sequence';
  readonly form: 'tuple' | 'list' | 'set';
  items: Value[];
  /** The position of the loop that is filling it: its only item is the one there. */
  collecting?: IndexNode;
  /** Names by which the items of a named tuple can be read, too. */
  readonly names?: readonly string[];
}

export interface DictV {
  readonly kind: 'dict';
  readonly entries: Map<string, Value>;
}

/** An argument (or an entry of one) whose form is decided by its first use. */
export interface InputV {
  readonly kind: 'input';
  readonly input: InputRef;
}

export interface InputRef {
  /** How the code reads it: `w`, `parameters["W1"]`, `self.w`; unique in a run. */
  readonly code: string;
  readonly name: string;
  readonly span: Span | null;
  readonly annotation: string | null;
  readonly documentation: string;
  /** Whether it is a number unless the caller says otherwise (`tau=0.5`). */
  readonly hasDefault?: boolean;
  /** Whether the code says that it is a setting, whatever its name. */
  readonly isSetting?: boolean;
  /** Whether the code says that it is learnt (`nn.Parameter`). */
  readonly isLearnt?: boolean;
  /** Whether the code takes steps of training on it. */
  readonly isStepped?: boolean;
  /** The shape that the code gives it where it is made. */
  readonly pattern?: readonly ('*' | '1')[];
  /** Entries, once it was used as a container. */
  readonly entries: Map<string, Value>;
  readonly origin: 'argument' | 'attribute' | 'entry' | 'global';
}

/** An input of which the code tells no more than its name. */
export const plainInput = (
  name: string,
  span: Span | null,
  origin: InputRef['origin'],
  annotation: string | null = null,
): InputRef => ({ code: name, name, span, annotation, documentation: '', entries: new Map(), origin });

/** What a part leaves out of an axis at its beginning and at its end. */
export interface Window {
  readonly from: number;
  readonly drop: number;
}

/** A part of an array: the whole array, and for each of its axes what is left out. */
export interface PartV {
  readonly kind: 'part';
  readonly array: ArrayV;
  readonly windows: readonly (Window | null)[];
}

/** An array that consists of pieces, each of which is an array. */
export interface JoinedV {
  readonly kind: 'joined';
  /** The axis along which they stand one after another; null where each is laid out flat. */
  readonly axis: number | null;
  readonly pieces: readonly ArrayV[];
}

export interface FunctionV {
  readonly kind: 'function';
  readonly fn: FunctionNode;
  readonly scope: Scope;
  readonly receiver: Value | null;
  readonly owner: ClassNode | null;
}

/** A thing of a library that can be called: a layer with its weights, a function with its settings, a method of a context. */
export interface NativeV {
  readonly kind: 'native';
  readonly call: (run: Run, args: readonly CallArgument[], span: Span, written: string) => Value;
  readonly attribute: (name: string) => Value | undefined;
  /** Tells a layer the code by which it is read, which names its weights. */
  readonly adopt?: (code: string) => void;
}

export interface ObjectV {
  readonly kind: 'object';
  readonly owner: ClassNode | null;
  readonly attributes: Map<string, Value>;
  readonly code: string;
  readonly scope: Scope;
  /** What its constructor was given, where the constructor is not executed but asked for each attribute. */
  readonly made?: ReadonlyMap<string, Value>;
}

export type Value =
  | UnknownValue
  | ArrayV
  | SequenceV
  | DictV
  | InputV
  | FunctionV
  | PartV
  | JoinedV
  | NativeV
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'ellipsis' }
  /** A function or module of a library, by canonical dotted name (`numpy.exp`). */
  | { readonly kind: 'library'; readonly path: string }
  /** Another file of the workspace. */
  | { readonly kind: 'module'; readonly module: ModuleIndex }
  | { readonly kind: 'method'; readonly receiver: Value; readonly name: string }
  | ObjectV
  | { readonly kind: 'class'; readonly node: ClassNode; readonly scope: Scope }
  | SelectionV
  | { readonly kind: 'slice'; readonly start: Value; readonly stop: Value; readonly step: Value }
  | StreamV;

/** What a loop runs over when its length is symbolic; a null length is one that no size tells. */
export interface StreamV {
  readonly kind: 'stream';
  readonly length: Size | null;
  readonly item: (position: Node) => Value;
  /** Its passes go from the last position to the first. */
  readonly isReversed?: boolean;
}

/** Names in one function (or file), over those of the function around it. */
export interface Scope {
  readonly names: Map<string, Value>;
  readonly parent: Scope | null;
  /** The function whose variables these are. */
  readonly fn?: FunctionNode;
  /** The file, for the scope of its top level. */
  readonly module?: ModuleIndex;
}

export const NONE: Value = { kind: 'none' };

export function lookup(scope: Scope, name: string): Value | undefined {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const value = at.names.get(name);
    if (value) return value;
  }
  return undefined;
}

export function unknown(type: Cause['type'], id: string, text: string, span: Span): UnknownValue {
  return { kind: 'unknown', cause: { type, id, text, span } };
}

/** The number that a constant expression stands for, or null. */
export function constantOf(node: Node): number | null {
  switch (node.kind) {
    case 'num':
      return node.num / node.den;
    case 'const':
      return node.value;
    case 'add':
    case 'mul': {
      let total = node.kind === 'add' ? 0 : 1;
      for (const arg of node.args) {
        const value = constantOf(arg);
        if (value === null) return null;
        total = node.kind === 'add' ? total + value : total * value;
      }
      return total;
    }
    case 'pow': {
      const [base, exponent] = node.args.map(constantOf);
      return base === undefined || exponent === undefined || base === null || exponent === null
        ? null
        : base ** exponent;
    }
    case 'cmp': {
      const [left, right] = node.args.map(constantOf);
      if (left === undefined || right === undefined || left === null || right === null) return null;
      const holds =
        node.rel === '>'
          ? left > right
          : node.rel === '>='
            ? left >= right
            : node.rel === '=='
              ? left === right
              : left !== right;
      return holds ? 1 : 0;
    }
    default:
      return null;
  }
}

/** The number that a value is, or null when it is not one or depends on inputs. */
export function numberOf(value: Value | undefined): number | null {
  return value?.kind === 'array' && value.axes.length === 0 ? constantOf(value.element) : null;
}

export function integerOf(value: Value | undefined): number | null {
  const number = numberOf(value);
  return number !== null && Number.isSafeInteger(number) ? number : null;
}

/** The key of a dict entry, or null when it is not a constant. */
export function keyOf(value: Value): string | null {
  if (value.kind === 'string') return `s:${value.value}`;
  const integer = integerOf(value);
  return integer === null ? null : `n:${integer}`;
}
