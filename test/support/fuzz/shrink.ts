/** The smallest model that still breaks a law, found by replacing parts with simpler ones. */
import type { Binding, Program } from '../../../src/core/definition';
import { symbolNames, type Arena, type Node } from '../../../src/core/expr';
import { parseModel } from '../model';
import { exactModel } from './exactText';

export function shrunk(model: string, fails: (model: string) => boolean, attempts: number): string {
  const written = exactModel(parseModel(model));
  let best = fails(written) ? written : model;
  let left = attempts;
  const accept = (candidate: string): boolean => {
    if (candidate === best || left <= 0) return false;
    left -= 1;
    if (!fails(candidate)) return false;
    best = candidate;
    return true;
  };
  for (let progress = true; progress && left > 0;) {
    progress = false;
    for (const candidate of simpler(parseModel(best))) {
      const text = exactModel(candidate);
      if (text.length < best.length && accept(text)) {
        progress = true;
        break;
      }
    }
  }
  return best;
}

/** Programs with one thing less, the largest savings first. */
function* simpler(program: Program): Generator<Program> {
  const { arena, bindings, inputs } = program;
  const used = new Set(bindings.flatMap((b) => [...symbolNames(b.def)]));
  const fewer = inputs.filter((input) => used.has(input.name));
  if (fewer.length < inputs.length) yield { ...program, inputs: fewer };
  for (const binding of bindings.slice(0, -1))
    if (!used.has(binding.name)) yield { ...program, bindings: bindings.filter((b) => b !== binding) };
  for (const binding of [...bindings].reverse())
    for (const def of simplerNodes(arena, binding.def)) yield withDef(program, binding, def);
}

function withDef(program: Program, binding: Binding, def: Node): Program {
  return { ...program, bindings: program.bindings.map((b) => (b === binding ? { ...b, def } : b)) };
}

function* simplerNodes(arena: Arena, node: Node): Generator<Node> {
  if (node.args.length === 0) {
    if (node.kind !== 'index' && node.kind !== 'num') yield arena.one;
    if (node.kind === 'num' && node !== arena.one && node !== arena.zero) yield arena.one;
    return;
  }
  if (node.kind === 'sym') {
    yield arena.one;
    for (const [k, arg] of node.args.entries())
      if (arg.kind === 'sym')
        yield arena.sym(node.name, ...node.args.map((a, n) => (n === k ? arena.zero : a)));
    return;
  }
  if (node.kind === 'reduce') {
    const { index, body } = arena.open(node);
    yield body.free.has(index.name) ? arena.substitute(body, index, arena.zero) : body;
    for (const inner of simplerNodes(arena, body)) yield arena.reduce(node.op, index, inner);
    return;
  }
  yield arena.one;
  yield arena.zero;
  if (node.kind !== 'delta') yield* node.args;
  if (node.kind === 'add' || node.kind === 'mul')
    for (let k = 0; k < node.args.length; k += 1)
      yield arena.withArgs(
        node,
        node.args.filter((_, n) => n !== k),
      );
  for (const [k, arg] of node.args.entries())
    for (const inner of simplerNodes(arena, arg))
      yield arena.withArgs(
        node,
        node.args.map((a, n) => (n === k ? inner : a)),
      );
}
