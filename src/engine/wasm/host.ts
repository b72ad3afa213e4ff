/** What is used of the host's WebAssembly, which belongs to no library of types that Node and the browser share. */

/** Bytes of a page, and the pages that addresses of 32 bits reach. */
export const PAGE = 65536;
export const MOST_PAGES = 65536;

export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  /** By so many pages; throws a RangeError where there are none. */
  grow(pages: number): number;
}
export interface WasmModule {
  /** Modules are opaque; they can be sent to other threads. */
  readonly [Symbol.toStringTag]?: string;
}
/** Kernels export functions of integers that return nothing. */
export type WasmFunction = (...args: readonly number[]) => void;
export interface WasmInstance {
  readonly exports: Readonly<Record<string, WasmFunction | undefined>>;
}

interface WasmHost {
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
  readonly Memory: new (shape: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => WasmInstance;
}

declare const WebAssembly: WasmHost;

/** Null where the host has none. */
export const wasmHost = (): WasmHost | null => (typeof WebAssembly === 'undefined' ? null : WebAssembly);
