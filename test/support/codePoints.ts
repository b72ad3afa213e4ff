/** Points at which fixtures are run by the libraries that they use, and our values there. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { axisIndices, type ArrayValue, type Binding, type Program } from '../../src/core/definition';
import { createEvaluator, type Point } from '../../src/core/evaluate';
import { createRandom } from '../../src/core/random';
import { samplePoint, sampleSizes } from '../../src/core/sample';
import type { SourceDefinition } from '../../src/lang/definition';

/** What each definition is run with; inputs by the code that reads them. */
export interface OraclePoint {
  readonly file: string;
  readonly function: string;
  readonly gradientFunction: string | null;
  /** The gradient function's names of the inputs, where they differ. */
  readonly rename: Readonly<Record<string, string>>;
  /** A flag that makes the function compute its derivative. */
  readonly flag: string | null;
  readonly sizes: Readonly<Record<string, number>>;
  readonly inputs: Readonly<
    Record<
      string,
      {
        readonly dims: readonly number[] | null;
        readonly values: readonly number[];
        readonly integer: boolean;
      }
    >
  >;
}
/** A seed of its own for each definition, so that a new fixture moves no other. */
export const seedOf = (key: string): number =>
  [...key].reduce((seed, c) => (seed * 31 + c.charCodeAt(0)) % 65_521, 7);

export function pointFor(
  file: string,
  definition: SourceDefinition,
  program: Program,
  text: string,
  seed: number,
): OraclePoint {
  const point = samplePoint(program, createRandom(seed), sampleSizes(program));
  const inputs: Record<string, OraclePoint['inputs'][string]> = {};
  for (const input of program.inputs) {
    const drawn = point.inputs[input.name];
    if (drawn === undefined) throw new Error(`${input.name} was not drawn`);
    const values = typeof drawn === 'number' ? [drawn] : Array.from(drawn.data);
    const dims = input.shape.map((size) => (/^\d+$/.test(size) ? Number(size) : (point.sizes[size] ?? NaN)));
    inputs[input.code] = {
      dims: dims.length === 0 ? null : dims,
      values,
      integer: input.domain.kind === 'class',
    };
  }
  const own = definition.gradientFunction?.name ?? null;
  const owner = definition.name.includes('.') ? `${definition.name.split('.')[0] ?? ''}.` : '';
  const line = definition.gradientFunction?.nameSpan.startLine;
  const header = line === undefined ? null : (text.split('\n')[line - 1] ?? '');
  const isSelf = own !== null && `${owner}${own}` === definition.name;
  return {
    file,
    function: definition.name,
    gradientFunction: own === null ? null : `${owner}${own}`,
    rename: header === null ? {} : renamed(program, header),
    flag: isSelf ? (/(\w*(?:deriv|grad|prime)\w*)\s*=\s*False/.exec(header ?? '')?.[1] ?? null) : null,
    sizes: point.sizes,
    inputs,
  };
}

/** Argument names of the gradient function by position, where they are not the inputs' own. */
function renamed(program: Program, header: string): Record<string, string> {
  const list = /\(([^)]*)\)/.exec(header)?.[1] ?? '';
  const theirs = list.split(',').map((part) => part.split(/[=:]/)[0]?.trim() ?? '');
  const codes = program.inputs.map((input) => input.code);
  const free = theirs.filter((own) => !codes.includes(own) && own !== 'self');
  const open = codes.filter((code) => !theirs.includes(code) && /^\w+$/.test(code));
  return Object.fromEntries(open.flatMap((code, k) => (free[k] === undefined ? [] : [[code, free[k]]])));
}

export function toPoint(stored: OraclePoint, program: Program): Point {
  const inputs: Record<string, number | { dims: number[]; data: Float64Array }> = {};
  for (const input of program.inputs) {
    const entry = stored.inputs[input.code];
    if (!entry) throw new Error(`${input.code} has no stored value`);
    const dims = (entry.dims ?? []).filter((_, k) => input.shape[k] !== '1');
    inputs[input.name] =
      dims.length === 0 ? (entry.values[0] ?? NaN) : { dims, data: Float64Array.from(entry.values) };
  }
  return { sizes: stored.sizes, inputs };
}

export function valuesOf(
  program: Program,
  point: Point,
  value: ArrayValue,
  extra: readonly Binding[],
): number[] {
  const evaluator = createEvaluator(program, point, extra);
  const indices = axisIndices(value.axes);
  const found: number[] = [];
  const visit = (k: number, at: Record<string, number>): void => {
    const index = indices[k];
    if (!index) {
      found.push(evaluator.value(value.element, at));
      return;
    }
    const length = /^\d+$/.test(index.size) ? Number(index.size) : (point.sizes[index.size] ?? 0);
    for (let i = 0; i < length; i += 1) visit(k + 1, { ...at, [index.name]: i });
  };
  visit(0, {});
  return found;
}

/** Largest difference, relative to the largest value. */
export function difference(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) return Infinity;
  const scale = Math.max(1e-300, ...theirs.map(Math.abs));
  return Math.max(...ours.map((x, k) => Math.abs(x - (theirs[k] ?? NaN)) / scale));
}

export const closest = (
  ours: readonly number[],
  parts: Readonly<Record<string, readonly number[]>>,
): number =>
  Math.min(
    ...Object.values(parts)
      .map((theirs) => difference(ours, theirs))
      .map((d) => (Number.isNaN(d) ? Infinity : d)),
  );

/** What is stored of the oracles, by definition; nothing before they ran for the first time. */
export const storedValues = <T>(file: string): Record<string, T> =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, T>) : {};

interface Pointed {
  readonly key: string;
  readonly file: string;
  readonly definition: SourceDefinition;
  readonly program: Program;
  readonly text: string;
}

/** Writes a point for each definition, for the oracles. */
export function writePoints(path: string, definitions: readonly Pointed[]): void {
  const points = Object.fromEntries(
    definitions.map(({ key, file, definition, program, text }) => [
      key,
      pointFor(file, definition, program, text, seedOf(key)),
    ]),
  );
  writeFileSync(path, `${JSON.stringify(points)}\n`);
}
