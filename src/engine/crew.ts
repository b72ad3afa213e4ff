/** Threads that help with the chunks of kernels. The engine starts none itself: what can is given to it. */
import type { Board } from './board';
import type { KernelPlan } from './wasm/compile';
import type { WasmMemory, WasmModule } from './wasm/host';

/** A kernel as a helper needs it; can be sent to another thread. */
export interface SharedKernel {
  readonly plan: KernelPlan;
  readonly module: WasmModule;
  readonly memory: WasmMemory;
}

/** What a helper is told. */
export type HelperMessage =
  | { readonly kind: 'load'; readonly id: number; readonly kernel: SharedKernel }
  | { readonly kind: 'forget'; readonly id: number };

export interface Crew {
  readonly board: Board;
  /** Helpers that a kernel needs room for. */
  readonly helpers: number;
  /** Why there are none although there could be, as the rest of a sentence. */
  readonly alone?: string;
  /** Tells the helpers, which are started now at the latest; the kernel's number. */
  load(kernel: SharedKernel): number;
  forget(id: number): void;
}
