/**
 * A kernel on rows that are larger than memory. They come block by block into one of two places: while one block is worked on,
 * the next is read. A block is a whole number of the chunks that a kernel in memory would have, and the totals of all chunks are
 * added up as there, so that results are the same to the last bit.
 */
import type { Crew } from './crew';
import type { Evaluation } from './evaluation';
import type { Arrays } from './interpret';
import {
  bindKernel,
  blockPass,
  createChunkRunner,
  importsOf,
  NO_AXIS,
  ownPass,
  sharedPass,
  type Team,
} from './kernel';
import type { Compiled, LoopProgram, Sizes } from './loop';
import { filled, SLOTS, whyNotByBlocks, type RowSource, type StripPlace } from './rowSource';
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
    const module = new host.Module(plan.bytes);
    const runChunk = createChunkRunner(plan, memory, 0, new host.Instance(module, importsOf(plan, memory)));
    const team = crew && plan.helpers > 0 ? { crew, id: crew.load({ plan, module, memory }) } : null;
    const blocks = blocksOf(program, plan, memory, source);
    const names = new Set(rowInputsOf(program));
    const kernel = bindKernel(
      program,
      sizes,
      fixed,
      plan,
      memory,
      { precision: 'double', fused },
      runChunk,
      team,
      crew?.alone,
      () => false,
      (name) => names.has(name),
      function* (pass: number, helped: Team | null) {
        for (let block = 0; block < blocks.count; block += 1) {
          const slot = yield* blocks.hold(block);
          const code = blockPass(plan, pass, block, slot);
          const chunks = blocks.chunksOf(block);
          yield* helped ? sharedPass(helped, code, chunks, runChunk) : ownPass(code, chunks, runChunk);
        }
      },
    );
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
  /** The block that each slot has, or has been asked for. */
  const inSlot: number[] = [];
  let last = SLOTS - 1;

  function* request(block: number, slot: number): Generator<void> {
    // A pass that was left in the middle may have asked for a block that nobody has waited for.
    if (inSlot[slot] !== undefined) yield* filled(feed, slot);
    inSlot[slot] = block;
    const first = block * blockRows;
    feed.ask(slot, slot * blockRows, first, Math.min(blockRows, plan.rows - first));
  }

  return {
    count,
    chunksOf: (block) => Math.min(blockChunks, plan.chunks - block * blockChunks),
    *hold(block) {
      let slot = inSlot.indexOf(block);
      if (slot < 0) {
        slot = (last + 1) % SLOTS;
        yield* request(block, slot);
      }
      yield* filled(feed, slot);
      last = slot;
      const next = (block + 1) % count;
      if (!inSlot.includes(next)) yield* request(next, (slot + 1) % SLOTS);
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
