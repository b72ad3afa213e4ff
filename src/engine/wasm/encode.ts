/**
 * Writes WebAssembly modules in the binary format: WebAssembly Core Specification 2.0, chapter 5, with the relaxed SIMD and
 * threads proposals. Only what kernels need: one imported memory, imported functions, exported functions.
 */
import { createBytes, type Bytes } from './bytes';

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
  readonly code: Uint8Array;
}

export interface ModuleShape {
  /** Pages of 64 KiB that the imported memory `env.memory` has at least, and can have at most (as many, if not said). */
  readonly memory: { readonly pages: number; readonly most?: number; readonly shared: boolean };
  /** Imported from `env`; function indices count these first. */
  readonly imports: readonly ImportedFunction[];
  readonly functions: readonly FunctionBody[];
}

/** The number of the items, and each of them. */
function items<T>(to: Bytes, all: readonly T[], write: (item: T, k: number) => void): void {
  to.unsigned(all.length);
  all.forEach(write);
}

function text(to: Bytes, name: string): void {
  to.unsigned(name.length);
  for (let k = 0; k < name.length; k += 1) to.byte(name.charCodeAt(k));
}

/** What `write` writes, after its length. */
function sized(to: Bytes, write: (content: Bytes) => void): void {
  const content = createBytes();
  write(content);
  const bytes = content.written();
  to.unsigned(bytes.length);
  to.all(bytes);
}

export function encodeModule({ memory, imports, functions }: ModuleShape): Uint8Array<ArrayBuffer> {
  const module = createBytes();
  const section = (id: number, write: (content: Bytes) => void): void => {
    module.byte(id);
    sized(module, write);
  };
  module.all([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  section(1, (to) => {
    items(to, [...imports, ...functions], ({ params, results }) => {
      to.byte(0x60);
      for (const types of [params, results]) {
        to.unsigned(types.length);
        to.all(types);
      }
    });
  });
  section(2, (to) => {
    to.unsigned(1 + imports.length);
    text(to, 'env');
    text(to, 'memory');
    to.byte(0x02);
    to.byte(memory.shared ? 0x03 : 0x01);
    to.unsigned(memory.pages);
    to.unsigned(memory.most ?? memory.pages);
    imports.forEach(({ name }, k) => {
      text(to, 'env');
      text(to, name);
      to.byte(0x00);
      to.unsigned(k);
    });
  });
  section(3, (to) => {
    items(to, functions, (_, k) => {
      to.unsigned(imports.length + k);
    });
  });
  section(7, (to) => {
    items(to, functions, ({ name }, k) => {
      text(to, name);
      to.byte(0x00);
      to.unsigned(imports.length + k);
    });
  });
  section(10, (to) => {
    items(to, functions, ({ locals, code }) => {
      sized(to, (body) => {
        items(body, runs(locals), ({ type, count }) => {
          body.unsigned(count);
          body.byte(type);
        });
        body.all(code);
        body.byte(0x0b);
      });
    });
  });
  return module.written().slice();
}

/** Declarations of locals: how many of one type follow each other. */
function runs(locals: readonly ValueType[]): { type: ValueType; count: number }[] {
  const found: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = found.at(-1);
    if (last?.type === type) last.count += 1;
    else found.push({ type, count: 1 });
  }
  return found;
}
