/** Values that derivatives hold constant: `x.detach()`, `jax.lax.stop_gradient(x)`, what `with torch.no_grad()` computes. */
import type { Input, Program } from '../core/definition';
import type { Node } from '../core/expr';
import type { Run } from './run';
import type { Meaning } from './signature';
import { argument, toArray } from './arguments';
import type { Value } from './values';

/** The value as a constant of derivatives; lists and tuples item by item. */
export function held(run: Run, value: Value): Value {
  if (value.kind === 'sequence') return { ...value, items: value.items.map((item) => held(run, item)) };
  if (value.kind !== 'array' || !mentionsSymbols(value.element)) return value;
  const { element } = value;
  if (element.kind === 'call' && element.fn === 'stop') return value;
  return { ...value, element: run.arena.call('stop', element), base: null };
}

const mentionsSymbols = (node: Node): boolean =>
  node.kind === 'sym' || node.kind === 'matrix' || node.args.some(mentionsSymbols);

/** `detach` and `stop_gradient`. */
export const stopped: Meaning = (call) => {
  call.run.notes.push({ subject: call.written, text: HELD_NOTE, span: call.span });
  return held(call.run, toArray(call.run, argument(call, 0), call.span));
};

export const HELD_NOTE = 'its result is held constant: derivatives do not go through it';

/** Names of the inputs that occur outside of what is held constant, in the nodes and the bindings that these use. */
export function inputsOutside(run: Run, nodes: readonly Node[]): Set<string> {
  const own = new Set([...run.inputs.values()].map((state) => state.name));
  const bindings = new Map(run.bindings.map((binding) => [binding.name, binding.def]));
  const found = new Set<string>();
  const seen = new Set<number>();
  const go = (node: Node): void => {
    if (seen.has(node.id) || (node.kind === 'call' && node.fn === 'stop')) return;
    seen.add(node.id);
    if (node.kind === 'sym' || node.kind === 'matrix') {
      if (own.has(node.name)) found.add(node.name);
      const def = bindings.get(node.name);
      if (def) go(def);
    }
    node.args.forEach(go);
  };
  nodes.forEach(go);
  return found;
}

/** The program without marks on what depends on no parameter: that is constant as it stands. */
export function withoutIdleStops(program: Program): Program {
  const { arena, bindings, inputs } = program;
  const isFree = (input: Input): boolean => input.role === 'parameter' || input.role === 'unknown';
  const moving = new Set(inputs.filter(isFree).map((input) => input.name));
  const depends = (node: Node): boolean =>
    ((node.kind === 'sym' || node.kind === 'matrix') && moving.has(node.name)) || node.args.some(depends);
  const known = new Map<number, Node>();
  const clear = (node: Node): Node => {
    const done = known.get(node.id);
    if (done) return done;
    const args = node.args.map(clear);
    const [inner] = args;
    const isIdle = node.kind === 'call' && node.fn === 'stop' && inner !== undefined && !depends(inner);
    const next = isIdle
      ? inner
      : args.every((arg, k) => arg === node.args[k])
        ? node
        : arena.withArgs(node, args);
    known.set(node.id, next);
    return next;
  };
  const kept = bindings.map((binding) => {
    const def = clear(binding.def);
    if (depends(def)) moving.add(binding.name);
    return def === binding.def ? binding : { ...binding, def };
  });
  return kept.every((binding, k) => binding === bindings[k]) ? program : { ...program, bindings: kept };
}
