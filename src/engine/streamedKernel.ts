/**
 * A kernel on rows that are larger than memory. They come block by block into one of two places: while one block is worked on,
 * the next is read. A block is a whole number of the chunks that a kernel in memory would have, and the totals of all chunks are
 * added up as there, so that results are the same to the last bit.
 */
import { createBlockSlots } from './blockSlots';
import type { Crew } from './crew';
import type { Evaluation } from './evaluation';
import type { Arrays } from './interpret';
import { allChunks, bindKernel, blockPass, NO_AXIS, startKernel } from './kernel';
import type { Compiled, LoopProgram, Sizes } from './loop';
import { SLOTS, whyNotByBlocks, type RowSource, type StripPlace } from './rowSource';
import { canFuse, canVectorise, compileKernel, type KernelPlan } from './wasm/compile';
import { wasmHost, type WasmMemory } from './wasm/host';
import { NotVectorised } from './wasm/instantiate';

/** `fixed` are the inputs without rows. */
export function createStreamedKernel(
  program: LoopProgram,
  sizes: Sizes,
  fixed: Arrays,
  source: RowSource,
  crew: Crew | null,
): Compiled<Evaluation> {
  const host = wasmHost();
  if (!host || !canVectorise() || typeof SharedArrayBuffer === 'undefined')
    return { ok: false, message: 'this host has no WebAssembly with vectors and shared memory' };
  if (program.passes.every((pass) => pass.rows.length === 0)) return { ok: false, message: NO_AXIS };
  const reason = whyNotByBlocks(program);
  if (reason !== null) return { ok: false, message: reason };
  try {
    const fused = canFuse();
    const plan = compileKernel(program, sizes, {
      double: true,
      fused,
      helpers: crew?.helpers ?? 0,
      window: { slots: SLOTS, blockBytes: source.blockBytes },
    });
    const memory = new host.Memory({ initial: plan.pages, maximum: plan.pages, shared: true });
    const started = startKernel(plan, memory, crew);
    const blocks = blocksOf(program, plan, memory, source);
    const names = new Set(rowInputsOf(program));
    const kernel = bindKernel({
      program,
      sizes,
      fixed,
      settings: { precision: 'double', fused },
      ...started,
      alone: crew?.alone,
      isGiven: (name) => names.has(name),
      *wholePass(pass, helped) {
        for (let block = 0; block < blocks.count; block += 1) {
          const slot = yield* blocks.hold(block);
          const code = blockPass(plan, pass, block, slot);
          yield* allChunks(helped, code, blocks.chunksOf(block), started.runChunk);
        }
      },
    });
    const dispose = (): void => {
      kernel.dispose();
      blocks.close();
    };
    const about = `${kernel.about}, block by block from the disk`;
    return { ok: true, value: { steps: (inputs) => kernel.steps(inputs), about, dispose } };
  } catch (error) {
    if (error instanceof NotVectorised) return { ok: false, message: error.message };
    throw error;
  }
}

const rowInputsOf = (program: LoopProgram): string[] =>
  program.inputs
    .filter(({ buffer }) => program.buffers[buffer]?.dims.some((size) => size === program.rows))
    .map(({ name }) => name);

interface Blocks {
  readonly count: number;
  /** Chunks of a block. */
  chunksOf(block: number): number;
  /** Waits for a block, and asks for the one after it; returns the slot that the block is in. */
  hold(block: number): Generator<void, number>;
  close(): void;
}

function blocksOf(program: LoopProgram, plan: KernelPlan, memory: WasmMemory, source: RowSource): Blocks {
  const blockChunks = plan.blockChunks ?? plan.chunks;
  const blockRows = blockChunks * plan.chunkRows;
  const count = Math.ceil(plan.rows / blockRows);
  const feed = source.open(memory.buffer, placesOf(program, plan));
  const slots = createBlockSlots(feed, plan, blockRows);
  return {
    count,
    chunksOf: (block) => Math.min(blockChunks, plan.chunks - block * blockChunks),
    *hold(block) {
      const slot = yield* slots.hold(block);
      yield* slots.ask((block + 1) % count);
      return slot;
    },
    close: () => feed.close(),
  };
}

/** Where the rows of the inputs go. */
function placesOf(program: LoopProgram, { layout }: KernelPlan): StripPlace[] {
  return program.inputs.flatMap(({ name, buffer }): StripPlace[] => {
    const dims = program.buffers[buffer]?.dims ?? [];
    const row = dims.findIndex((size) => size === program.rows);
    const store = layout.stores[buffer];
    if (row < 0 || !store) return [];
    const { offset, strides, length } = store;
    const stride = strides[row] ?? 1;
    if (dims.slice(0, row).length === 0) return [{ input: name, strip: 0, offset, width: stride }];
    const apart = strides[0] ?? length;
    return Array.from({ length: length / apart }, (_, strip) => ({
      input: name,
      strip,
      offset: offset + 8 * strip * apart,
      width: stride,
    }));
  });
}
