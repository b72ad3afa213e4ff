/**
 * Writes WebAssembly modules in the binary format: WebAssembly Core Specification 2.0, chapter 5, with the relaxed SIMD and
 * threads proposals. Only what kernels need: one imported memory, imported functions, exported functions.
 */

export const I32 = 0x7f;
export const F64 = 0x7c;
export const F32 = 0x7d;
export const V128 = 0x7b;
export type ValueType = typeof I32 | typeof F64 | typeof F32 | typeof V128;

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface ImportedFunction extends FunctionType {
  readonly name: string;
}

export interface FunctionBody extends FunctionType {
  /** Its name among the exports. */
  readonly name: string;
  readonly locals: readonly ValueType[];
  /** Instructions without the final `end`. */
  readonly code: readonly number[];
}

export interface ModuleShape {
  /** Pages of 64 KiB that the imported memory `env.memory` has at least, and can have at most (as many, if not said). */
  readonly memory: { readonly pages: number; readonly most?: number; readonly shared: boolean };
  /** Imported from `env`; function indices count these first. */
  readonly imports: readonly ImportedFunction[];
  readonly functions: readonly FunctionBody[];
}

/** Unsigned LEB128 of an integer below 2^53. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
    bytes.push(done ? low : low + 128);
    if (done) return bytes;
  }
}

const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const sized = (content: readonly number[]): number[] => [...unsigned(content.length), ...content];
const section = (id: number, content: readonly number[]): number[] => [id, ...sized(content)];
const text = (name: string): number[] => sized([...name].map((character) => character.charCodeAt(0)));

export function encodeModule({ memory, imports, functions }: ModuleShape): Uint8Array<ArrayBuffer> {
  const types = [...imports, ...functions].map(({ params, results }) => [
    0x60,
    ...sized(params),
    ...sized(results),
  ]);
  const memoryImport = [
    ...text('env'),
    ...text('memory'),
    0x02,
    memory.shared ? 0x03 : 0x01,
    ...unsigned(memory.pages),
    ...unsigned(memory.most ?? memory.pages),
  ];
  const bodies = functions.map(({ locals, code }) => sized([...vector(runs(locals)), ...code, 0x0b]));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(
      2,
      vector([
        memoryImport,
        ...imports.map(({ name }, k) => [...text('env'), ...text(name), 0x00, ...unsigned(k)]),
      ]),
    ),
    ...section(3, vector(functions.map((_, k) => unsigned(imports.length + k)))),
    ...section(
      7,
      vector(functions.map(({ name }, k) => [...text(name), 0x00, ...unsigned(imports.length + k)])),
    ),
    ...section(10, vector(bodies)),
  ]);
}

/** Declarations of locals: how many of one type follow each other. */
function runs(locals: readonly ValueType[]): number[][] {
  const found: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = found.at(-1);
    if (last?.type === type) last.count += 1;
    else found.push({ type, count: 1 });
  }
  return found.map(({ type, count }) => [...unsigned(count), type]);
}
