/**
 * In-place changes: NumPy arrays change under all their names, in containers and in the callers' variables too. Equal
 * identity of an abstract array is equal identity of the array; views of one array share its `base`.
 */
import type { Span } from '../core/definition';
import { bind, unsupported, type Run } from './run';
import type { ArrayV, Scope, UnknownValue, Value } from './values';

/** Gives every name of the array `old` (held by `object`) its changed value; returns it as it was named. */
export function changeInPlace(
  run: Run,
  object: Value,
  old: ArrayV,
  changed: Value,
  name: string,
  span: Span,
): Value {
  const root = old.base ?? old;
  const arrayOf = (value: Value): ArrayV | null => {
    if (value.kind === 'array') return value;
    if (value.kind === 'part') return value.array;
    return value.kind === 'input' ? (run.inputs.get(value.input.code)?.value ?? null) : null;
  };
  const isRelated = (value: Value): boolean => {
    const array = arrayOf(value);
    return array !== null && (array === root || array.base === root);
  };
  const isSame = (value: Value): boolean => value === object || arrayOf(value) === old;
  const places = placesOf(run);
  // A view would have to change with its array, which is not followed.
  const shared = places.some(({ value }) => isRelated(value) && !isSame(value));
  const result: Value = shared
    ? unsupported('changes an array of which another view is in use', span, 'view')
    : changed.kind === 'array'
      ? { ...bind(run, name, changed, span, 'assignment') }
      : changed;
  for (const { value, put, isLocal, isHeld } of places) {
    if (!isRelated(value)) continue;
    put(
      run.uncertain > 0 && !isLocal && !isHeld
        ? unsupported('is changed under a condition that is not known', span, 'condition')
        : result,
    );
  }
  return result;
}

/** Gives every name of an array in pieces, or of one that is so from now on, its changed value. */
export function changeJoined(run: Run, old: Value, changed: Value, name: string, span: Span): Value {
  const result: Value =
    changed.kind === 'joined'
      ? {
          ...changed,
          pieces: changed.pieces.map((piece, k) => bind(run, `${name}_${k}`, piece, span, 'assignment')),
        }
      : changed;
  for (const { value, put, isLocal, isHeld } of placesOf(run)) {
    const isSame =
      value === old || (value.kind === 'input' && run.wholes.get(value.input.code)?.value === old);
    if (!isSame) continue;
    put(
      run.uncertain > 0 && !isLocal && !isHeld
        ? unsupported('is changed under a condition that is not known', span, 'condition')
        : result,
    );
  }
  return result;
}

/** Causes of values that may be views of any array. */
const VIEW_CAUSES: ReadonlySet<string> = new Set([
  'reshape',
  'partial-slice',
  'mixed-index',
  'view',
  'unsupported-method',
]);

/** An array that could not be read is changed: whatever it may be a view of is not known any more. */
export function changeUnreadable(run: Run, value: UnknownValue): void {
  if (!VIEW_CAUSES.has(value.cause.id)) return;
  for (const place of placesOf(run))
    if (place.value.kind === 'array' && place.value.axes.length > 0) place.put(value);
}

export interface Place {
  readonly value: Value;
  readonly put: (value: Value) => void;
  /** A variable of the function that is being executed. */
  readonly isLocal: boolean;
  /** What the loop that is being followed changes in each pass. */
  readonly isHeld: boolean;
}

const MAX_NESTING = 3;

/** Whether a variable or attribute is one that the innermost loop changes, and no condition inside it is open. */
export function isHeld(run: Run, map: ReadonlyMap<string, Value>, key: string): boolean {
  const pass = run.passes.at(-1);
  return pass?.level === run.uncertain && pass.held.some((h) => h.map === map && h.key === key);
}

/** Every place that holds a value: variables of all active functions, and what their containers hold. */
export function placesOf(run: Run): Place[] {
  const places: Place[] = [];
  const seen = new Set<Scope | Value>();
  const inside = (value: Value, depth: number): void => {
    if (depth > MAX_NESTING || seen.has(value)) return;
    if (value.kind === 'object') {
      seen.add(value);
      fromMap(value.attributes, depth, false);
    } else if (value.kind === 'dict') {
      seen.add(value);
      fromMap(value.entries, depth, false);
    } else if (value.kind === 'sequence') {
      seen.add(value);
      value.items.forEach((item, k) => {
        places.push({ value: item, put: (v) => (value.items[k] = v), isLocal: false, isHeld: false });
        inside(item, depth + 1);
      });
    }
  };
  const fromMap = (map: Map<string, Value>, depth: number, isLocal: boolean): void => {
    for (const [key, value] of map) {
      places.push({ value, put: (v) => map.set(key, v), isLocal, isHeld: isHeld(run, map, key) });
      inside(value, depth + 1);
    }
  };
  const current = run.scopes.at(-1);
  for (const active of run.scopes)
    for (let scope: Scope | null = active; scope; scope = scope.parent) {
      if (seen.has(scope)) continue;
      seen.add(scope);
      fromMap(scope.names, 0, scope === current);
    }
  return places;
}
