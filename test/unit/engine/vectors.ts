/** Runs a vector function on arrays, through a module that does nothing else. */
import { opRow } from '../../../src/core/ops';
import { I32, writeFunction } from '../../../src/engine/wasm/code';
import { emitGraph } from '../../../src/engine/wasm/emit';
import { encodeModule, F64 } from '../../../src/engine/wasm/encode';
import { wasmHost } from '../../../src/engine/wasm/host';
import { createGraph, lanesOf, type Lanes, type Value } from '../../../src/engine/wasm/graph';

export type VectorBody = (l: Lanes, args: readonly Value[]) => Value;

const PAGE = 65536;

/** The values of `body` at the given arguments, one array per argument. */
export function evaluateVector(
  body: VectorBody,
  double: boolean,
  args: readonly ArrayLike<number>[],
  fused = false,
): ArrayLike<number> {
  const count = args[0]?.length ?? 0;
  const bytes = Math.ceil((count * (double ? 8 : 4)) / 16) * 16;
  const names: string[] = [];
  const pool = {
    functionIndex: (name: string): number => {
      if (!names.includes(name)) names.push(name);
      return names.indexOf(name);
    },
  };
  const start = PAGE;
  const place = (k: number): number => start + k * bytes;
  const pages = 1 + Math.ceil(((args.length + 1) * bytes) / PAGE);
  const map = writeFunction('map', [I32], (code) => {
    const at = code.local(I32);
    const graph = createGraph();
    const l = lanesOf(graph, double, fused);
    const inputs = args.map((_, k) =>
      graph.read(`argument ${k}`, false, () => {
        code.get(at);
        code.memory('v128.load', place(k));
      }),
    );
    const value = body(l, inputs);
    const emitted = emitGraph(code, pool, graph, [value]);
    emitted.before();
    code.doWhile(() => {
      emitted.body();
      code.get(at);
      emitted.get(value);
      code.memory('v128.store', place(args.length));
      code.increase(at, 16);
      code.get(at);
      code.get(0);
      code.scalar('i32.lt_u');
    });
  });
  const module = encodeModule({
    memory: { pages, shared: false },
    imports: names.map((name) => ({
      name,
      params: opRow(name).domain.map(() => F64),
      results: [F64],
    })),
    functions: [map],
  });
  const host = wasmHost();
  if (!host) throw new Error('no WebAssembly');
  const memory = new host.Memory({ initial: pages, maximum: pages, shared: false });
  const imports = Object.fromEntries(names.map((name) => [name, opRow(name).evaluate]));
  const instance = new host.Instance(new host.Module(module), { env: { memory, ...imports } });
  const view = (k: number): Float64Array | Float32Array =>
    double
      ? new Float64Array(memory.buffer, place(k), count)
      : new Float32Array(memory.buffer, place(k), count);
  args.forEach((values, k) => {
    view(k).set(values);
  });
  const run = instance.exports.map;
  if (!run) throw new Error('the module exports no map');
  run(bytes);
  return view(args.length).slice();
}
