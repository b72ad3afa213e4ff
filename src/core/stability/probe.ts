/** What a loss and its gradients come to in floating point when one variable is driven to a given size. */
import type { Binding, Program } from '../definition';
import type { Gradient } from '../derivation';
import { freeIndices } from '../expr';
import type { Point, PointArray } from '../machine';
import { createRandom } from '../random';
import { programSizes, samplePoint } from '../sample';
import { axisIndices } from '../definition';
import { floating, type Arithmetic } from './arithmetic';
import { ballArithmetic, isKnown, isWithin, toNumber, type Ball } from './ball';
import type { ChainRule } from './chain';
import { stableStatements } from './statements';
import { createLayouts, createValuesIn, type ValuesIn } from './values';
import type { Variable } from './variables';

/** `value`: the output as written. `chain`: the chain rule, not simplified. `gradient`: the result of the derivation. */
export type What = 'value' | 'chain' | 'gradient';

export interface Quantity {
  /** `stable`: the output in its stable form. */
  readonly what: What | 'stable';
  /** Name of the output, or of what is differentiated by. */
  readonly name: string;
  /** What `compute` works with: the user's program, or the statements that are printed. */
  readonly program: Program;
  compute<T>(at: Evaluation<T>): T[];
  /** The same value in a form whose exact evaluation is simple. */
  exactly(at: Evaluation<Ball>): Ball[];
}

/** The program at one point in one arithmetic. */
export interface Evaluation<T> {
  readonly arithmetic: Arithmetic<T>;
  readonly values: ValuesIn<T>;
  readonly adjoints: Map<string, readonly T[]>;
}

/** `element`: one element of the variable is large. `offset`: all are, by the same amount. */
export type Manner = 'element' | 'offset';

/** `fine`; `lost`: finite but wrong; `broken`: infinite or undefined where the exact value is not. */
export type Outcome = 'fine' | 'lost' | 'broken' | 'unknown';

export interface Precision {
  readonly name: 'double' | 'single';
  readonly arithmetic: Arithmetic<number>;
  /** The same with each result moved by at most a few units in the last place. */
  readonly shaken: () => Arithmetic<number>;
  readonly largest: number;
  /** Relative error above which digits count as lost. */
  readonly tolerance: number;
}

/** Moves a result up or down in an irregular, repeatable order. */
function shaken(round: (value: number) => number, step: number): () => Arithmetic<number> {
  return () => {
    const random = createRandom(5);
    return floating((v) => round(v * (1 + (random() < 0.5 ? -step : step))));
  };
}

export const DOUBLE: Precision = {
  name: 'double',
  arithmetic: floating((v) => v),
  shaken: shaken((v) => v, 2 ** -52),
  largest: Number.MAX_VALUE,
  tolerance: 1e-6,
};
export const SINGLE: Precision = {
  name: 'single',
  arithmetic: floating(Math.fround),
  shaken: shaken(Math.fround, 2 ** -23),
  largest: 2 ** 127 * (2 - 2 ** -23),
  tolerance: 1e-3,
};

/** Bits of the reference, tried in order. */
const LADDER = [128, 512, 2304];
/** Beyond this size of the variable the last rung is of no use: exponentials need more bits still. */
const LONGEST_REACH = 1500;
/** Bits to which the reference must be known. */
const KNOWN_BITS = 44;

export interface Probe {
  outcome(quantity: Quantity, size: number, precision: Precision): Outcome;
  /**
   * Whether rounding every operation a little differently changes the value: a sign of lost digits that costs little
   * (Vignes, "A stochastic arithmetic for reliable scientific computation", 1993).
   */
  isShaky(quantity: Quantity, size: number, precision: Precision): boolean;
  /** Whether the floating-point value is infinite or undefined, whatever the exact one. */
  isBroken(quantity: Quantity, size: number, precision: Precision): boolean;
}

export function quantities(
  program: Program,
  named: readonly Binding[],
  gradients: readonly Gradient[],
  chain: ChainRule | null,
): Quantity[] {
  const output = program.bindings.find((b) => b.name === program.output);
  if (!output) return [];
  const own = axisIndices(output.axes);
  const at = program.arena.sym(output.name, ...own);
  const value = <T>({ values }: Evaluation<T>): T[] => values.all(at, own);
  const list: Quantity[] = [{ what: 'value', name: output.name, program, compute: value, exactly: value }];
  const derived = { ...program, bindings: [...program.bindings, ...named] };
  for (const gradient of gradients) {
    const { of, element, axes } = gradient;
    const indices = freeIndices(element);
    const result: Binding = { name: `d${of}`, axes, def: element, span: null, origin: 'return' };
    const statements = stableStatements(program, named, result);
    const printed = statements.at(-1)?.def ?? element;
    list.push({
      what: 'gradient',
      name: of,
      program: { ...program, bindings: statements.slice(0, -1) },
      compute: ({ values }) => values.all(printed, indices),
      exactly: ({ values }) => values.all(element, indices),
    });
    const full = axisIndices(axes);
    const elementwise = [...element.free].every((name) => full.some((index) => index.name === name));
    if (!chain || !elementwise) continue;
    list.push({
      what: 'chain',
      name: of,
      program: derived,
      compute: ({ arithmetic, values, adjoints }) => chain.gradient(arithmetic, values, of, adjoints),
      exactly: ({ values }) => values.all(element, full),
    });
  }
  return list;
}

/** The output in its stable form, against the output as written. */
export function stableQuantity(program: Program, statements: readonly Binding[]): Quantity | null {
  const result = statements.at(-1);
  if (!result) return null;
  const own = axisIndices(result.axes);
  return {
    what: 'stable',
    name: result.name,
    program: { ...program, bindings: statements.slice(0, -1) },
    compute: ({ values }) => values.all(result.def, own),
    exactly: ({ values }) => values.all(program.arena.sym(result.name, ...own), own),
  };
}

/**
 * `seed` chooses labels and the moderate values of everything else. Null where the program has no value even at moderate
 * inputs.
 */
export function createProbe(
  variable: Variable,
  named: readonly Binding[],
  manner: Manner,
  side: 1 | -1,
  seed: number,
): Probe | null {
  const { program } = variable;
  const base = moderatePoint(program, seed);
  const start = base.inputs[variable.name];
  if (start === undefined || (typeof start === 'number' && manner === 'offset')) return null;

  const pointAt = (size: number): Point => {
    const value = side * size;
    const moved: number | PointArray =
      typeof start === 'number'
        ? value
        : {
            dims: start.dims,
            data: Array.from(start.data, (v, k) => (manner === 'offset' ? v + value : k === 0 ? value : v)),
          };
    return { ...base, inputs: { ...base.inputs, [variable.name]: moved } };
  };
  /** Inputs that single precision holds, so that both precisions and the reference see the same. */
  const singlePoint = (point: Point): Point => ({
    ...point,
    inputs: Object.fromEntries(
      Object.entries(point.inputs).map(([name, v]) => [
        name,
        typeof v === 'number' ? Math.fround(v) : { dims: v.dims, data: Array.from(v.data, Math.fround) },
      ]),
    ),
  });
  const at = (size: number): Point => singlePoint(pointAt(size));

  const layouts = createLayouts(program.arena);
  const full: Program = { ...program, bindings: [...program.bindings, ...named] };
  const evaluations = <T>(make: () => Arithmetic<T>): ((of: Program, size: number) => Evaluation<T>) => {
    const kept = new Map<Program, Map<number, Evaluation<T>>>();
    return (of, size) => {
      const own = kept.get(of) ?? new Map<number, Evaluation<T>>();
      kept.set(of, own);
      let known = own.get(size);
      if (!known) {
        const arithmetic = make();
        // The variable is an input here, whatever defines it in the program.
        const bindings = of.bindings.filter((b) => b.name !== variable.name);
        const values = createValuesIn(arithmetic, { ...of, bindings }, at(size), [], layouts);
        own.set(size, (known = { arithmetic, values, adjoints: new Map() }));
      }
      return known;
    };
  };
  const floatsAt = new Map(
    [DOUBLE, SINGLE].map((each) => [each.name, evaluations(() => each.arithmetic)] as const),
  );
  const shakenAt = new Map([DOUBLE, SINGLE].map((each) => [each.name, evaluations(each.shaken)] as const));
  const exactlyAt = LADDER.map((bits) => evaluations(() => ballArithmetic(bits)));

  const floats = new Map<string, readonly number[]>();
  const computed = (quantity: Quantity, size: number, precision: Precision): readonly number[] => {
    const key = `${quantity.what} ${quantity.name} ${precision.name} ${size}`;
    const known = floats.get(key);
    if (known) return known;
    const here = floatsAt.get(precision.name)?.(quantity.program, size);
    const found = here ? quantity.compute(here) : [];
    floats.set(key, found);
    return found;
  };

  const exacts = new Map<string, readonly Ball[]>();
  const scales = new Map<string, number>();
  const exact = (quantity: Quantity, size: number): readonly Ball[] => {
    const key = `${isOutput(quantity) ? 'value' : 'gradient'} ${quantity.name} ${size}`;
    const known = exacts.get(key);
    if (known) return known;
    let found: Ball[] = [];
    const fine = (ball: Ball): boolean =>
      isKnown(ball, KNOWN_BITS) || isWithin(ball, Math.log2(scales.get(quantity.name) ?? 0) - KNOWN_BITS);
    for (const exactly of exactlyAt) {
      found = quantity.exactly(exactly(full, size));
      if (found.every(fine) || size > LONGEST_REACH) break;
    }
    exacts.set(
      key,
      found.map((ball) => (fine(ball) ? ball : null)),
    );
    return exacts.get(key) ?? [];
  };
  /** The size of a quantity at moderate inputs: errors far below it matter to nobody. */
  const scaleOf = (quantity: Quantity): number => {
    let scale = scales.get(quantity.name);
    if (scale === undefined) {
      scale = Math.max(0, ...exact(quantity, 1).map((ball) => Math.abs(toNumber(ball))));
      scales.set(quantity.name, scale);
    }
    return scale;
  };

  const shakiness = new Map<string, boolean>();
  const isShaky = (quantity: Quantity, size: number, precision: Precision): boolean => {
    const key = `${quantity.what} ${quantity.name} ${precision.name} ${size}`;
    let known = shakiness.get(key);
    if (known === undefined) {
      const values = computed(quantity, size, precision);
      const here = shakenAt.get(precision.name)?.(quantity.program, size);
      const others = here ? quantity.compute(here) : [];
      const most = Math.max(scaleOf(quantity), ...values.map(Math.abs));
      known = values.some((v, k) => !(Math.abs(v - (others[k] ?? NaN)) <= (precision.tolerance / 16) * most));
      shakiness.set(key, known);
    }
    return known;
  };
  /** For single precision, double precision will do where it holds. */
  const reference = (quantity: Quantity, size: number, precision: Precision): readonly number[] => {
    const scale = scaleOf(quantity);
    if (precision === SINGLE && scale >= 0 && !isShaky(quantity, size, DOUBLE)) {
      const values = computed(quantity, size, DOUBLE);
      if (values.every(Number.isFinite)) return values;
    }
    return exact(quantity, size).map(toNumber);
  };

  return {
    isShaky,
    isBroken: (quantity, size, precision) =>
      computed(quantity, size, precision).some((v) => !Number.isFinite(v)),
    outcome(quantity, size, precision) {
      const values = computed(quantity, size, precision);
      const reals = reference(quantity, size, precision);
      const most = Math.max(scaleOf(quantity), ...reals.map((v) => (Number.isFinite(v) ? Math.abs(v) : 0)));
      let outcome: Outcome = values.length === 0 ? 'unknown' : 'fine';
      values.forEach((value, k) => {
        const real = reals[k] ?? NaN;
        if (Number.isNaN(real)) outcome = outcome === 'fine' ? 'unknown' : outcome;
        else if (Math.abs(real) > precision.largest) return;
        else if (!Number.isFinite(value)) outcome = 'broken';
        else if (Math.abs(value - real) > precision.tolerance * most && outcome !== 'broken')
          outcome = 'lost';
      });
      return outcome;
    },
  };
}

const isOutput = ({ what }: Quantity): boolean => what === 'value' || what === 'stable';

/** Settings at 1, or in the middle of their range; everything else as random inputs of moderate size. */
function moderatePoint(program: Program, seed: number): Point {
  const sizes = Object.fromEntries(programSizes(program).map((size, k) => [size, k < 2 ? 3 - k : 2]));
  const point = samplePoint(program, createRandom(seed), sizes);
  const settings = program.inputs.flatMap((input): [string, number][] => {
    if (input.role !== 'hyper' || typeof point.inputs[input.name] !== 'number') return [];
    const { domain } = input;
    if (domain.kind === 'interval' && domain.high <= 1) return [];
    return domain.kind === 'real' || domain.kind === 'interval' ? [[input.name, input.default ?? 1]] : [];
  });
  return { ...point, inputs: { ...point.inputs, ...Object.fromEntries(settings) } };
}
