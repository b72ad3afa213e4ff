/**
 * Runs a loop program as a kernel made at run time. What belongs to no row is computed by the interpreter on the kernel's
 * memory; the interpreter is also the specification, and what runs where there can be no kernel.
 */
import { opRow } from '../core/ops';
import { bindUniform, type Arrays } from './interpret';
import type { Compiled, LoopProgram, Sizes } from './loop';
import { NotVectorised } from './wasm/instantiate';
import { canVectorise, compileKernel, rowsFunction, scratchOf, type KernelPlan } from './wasm/compile';
import { wasmHost, type WasmInstance, type WasmMemory } from './wasm/host';
import type { Store } from './wasm/layout';
import { STREAMS } from './wasm/nest';
import { compensatedTotals } from './totals';

export interface Kernel {
  /** Computes all outputs, in new arrays. Throws a RangeError for an input that is missing or has the wrong length. */
  run(inputs?: Arrays): Record<string, Float64Array>;
  /** The same in pieces of some milliseconds at most. */
  steps(inputs?: Arrays): Generator<void, Record<string, Float64Array>>;
  /** How it is computed, in words. */
  readonly about: string;
}

export interface KernelSettings {
  readonly precision: 'double' | 'single';
  readonly fused: boolean;
}

/** `fixed` are inputs that stay the same between runs: they are copied into the kernel's memory once. */
export function createKernel(
  program: LoopProgram,
  sizes: Sizes,
  fixed: Arrays,
  settings: KernelSettings,
): Compiled<Kernel> {
  const host = wasmHost();
  if (!host || !canVectorise()) return { ok: false, message: 'this host has no WebAssembly with vectors' };
  let plan: KernelPlan;
  try {
    plan = compileKernel(program, sizes, {
      double: settings.precision === 'double',
      fused: settings.fused,
      shared: false,
      threads: 1,
    });
  } catch (error) {
    if (error instanceof NotVectorised) return { ok: false, message: error.message };
    throw error;
  }
  const memory = new host.Memory({ initial: plan.pages, maximum: plan.pages, shared: plan.shared });
  const runner = createChunkRunner(
    plan,
    0,
    new host.Instance(new host.Module(plan.bytes), importsOf(plan, memory)),
  );
  return { ok: true, value: bindKernel(program, sizes, fixed, plan, memory, settings, runner) };
}

export const importsOf = (plan: KernelPlan, memory: WasmMemory): Record<string, Record<string, unknown>> => ({
  env: { memory, ...Object.fromEntries(plan.called.map((name) => [name, opRow(name).evaluate])) },
});

/** Runs one chunk of rows of one pass. */
export type ChunkRunner = (pass: number, chunk: number) => void;

/** The runner of one thread, with scratch memory of its own. */
export function createChunkRunner(plan: KernelPlan, thread: number, instance: WasmInstance): ChunkRunner {
  const { layout, chunkRows, rows } = plan;
  const scratch = layout.scratch + thread * scratchOf(layout);
  const quarter = layout.blockRows / STREAMS;
  return (pass, chunk) => {
    const run = instance.exports[rowsFunction(pass)];
    if (!run) throw new Error(`the kernel has no pass ${pass}`);
    const start = chunk * chunkRows;
    const count = Math.min(chunkRows, rows - start);
    const totals = totalsAt(plan, chunk);
    const perStream = Math.floor(count / layout.blockRows) * quarter;
    if (perStream > 0) run(start, quarter, perStream, perStream / quarter, layout.blockRows, scratch, totals);
    const rest = count - STREAMS * perStream;
    if (rest === 0) return;
    // Two rows of each stream are run over at a time.
    const each = 2 * Math.ceil(rest / (2 * STREAMS));
    run(start + STREAMS * perStream, each, each, 1, rest, scratch, totals);
  };
}

const totalsAt = ({ layout, pages, chunks }: KernelPlan, chunk: number): number =>
  pages * 65536 - (chunks - chunk) * layout.totalBytes;

const viewOf = (memory: WasmMemory, { offset, length, double }: Store): Float64Array | Float32Array =>
  double ? new Float64Array(memory.buffer, offset, length) : new Float32Array(memory.buffer, offset, length);

function bindKernel(
  program: LoopProgram,
  sizes: Sizes,
  fixed: Arrays,
  plan: KernelPlan,
  memory: WasmMemory,
  settings: KernelSettings,
  runChunk: ChunkRunner,
): Kernel {
  const { layout } = plan;
  plan.constants.forEach((bytes, k) => {
    new Uint8Array(memory.buffer, layout.constants + 16 * k, 16).set(bytes);
  });
  const none = new Float64Array(0);
  const views = layout.stores.map((store) => (store.base === 'scratch' ? none : viewOf(memory, store)));
  const uniform = bindUniform(
    program,
    sizes,
    views.map((view) => (view instanceof Float64Array ? view : none)),
  );
  const copies = [...layout.copies].map(([buffer, store]) => ({ buffer, view: viewOf(memory, store) }));
  const put = (name: string, buffer: number, value: Float64Array): void => {
    const view = views[buffer] ?? none;
    if (value.length !== view.length)
      throw new RangeError(`the input ${name} has ${value.length} values, expected ${view.length}`);
    if (value.buffer !== memory.buffer || value.byteOffset !== view.byteOffset) view.set(value);
  };
  for (const { name, buffer } of program.inputs) {
    const value = fixed[name];
    if (value) put(name, buffer, value);
  }
  const totals = compensatedTotals(program, plan, memory, totalsAt);

  function* steps(inputs: Arrays = {}): Generator<void, Record<string, Float64Array>> {
    for (const { name, buffer } of program.inputs) {
      const value = inputs[name];
      if (value) put(name, buffer, value);
      else if (!fixed[name]) throw new RangeError(`the input ${name} is missing`);
    }
    for (const [pass, { rows }] of program.passes.entries()) {
      for (const run of uniform[pass] ?? []) run();
      for (const { buffer, view } of copies) view.set(views[buffer] ?? none);
      if (rows.length === 0) continue;
      totals.start(pass);
      if (plan.rows > 0)
        for (let chunk = 0; chunk < plan.chunks; chunk += 1) {
          runChunk(pass, chunk);
          yield;
        }
      totals.finish(pass, views);
    }
    const outputs: Record<string, Float64Array> = {};
    for (const output of program.outputs)
      outputs[output.name] = Float64Array.from(views[output.buffer] ?? none);
    return outputs;
  }

  return {
    about: `a kernel in ${settings.precision} precision${settings.fused ? ' with fused multiply-add' : ''}`,
    steps,
    run: (inputs) => {
      const work = steps(inputs);
      for (;;) {
        const step = work.next();
        if (step.done) return step.value;
      }
    },
  };
}
