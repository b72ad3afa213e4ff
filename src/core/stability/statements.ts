/** The statements that compute a value from the inputs of a program, in stable forms. */
import { axisIndices, type Binding, type Program } from '../definition';
import { freeIndices, symbolNames, type Node, type SymNode } from '../expr';
import { createFacts } from '../facts';
import { stableForm, type StableTools } from './stableForm';

/** Names for the largest exponent, by which a sum of exponentials is shifted. */
const SHIFT_NAMES = ['M', 'top', 'shift', 'largest'];

/**
 * The bindings that `result` needs, in order of evaluation, and `result` last; `extra` are bindings beyond the program's.
 * Where a form is unstable a stable one stands instead, and shifts that it uses become bindings of their own.
 */
export function stableStatements(program: Program, extra: readonly Binding[], result: Binding): Binding[] {
  const { arena } = program;
  const all = [...program.bindings, ...extra.filter((b) => program.bindings.every((p) => p.name !== b.name))];
  const byName = new Map(all.map((b) => [b.name, b]));
  const taken = new Set([...byName.keys(), ...program.inputs.map((i) => i.name), result.name]);
  const sizes = new Set(program.inputs.flatMap((i) => i.shape));
  const shifts = new Map<number, Binding>();

  const shiftNamed = (name: string): Binding | undefined =>
    [...shifts.values()].find((shift) => shift.name === name);
  const definitionOf = (sym: SymNode): Node | null => {
    const binding = byName.get(sym.name) ?? shiftNamed(sym.name);
    if (!binding) return null;
    const pairs = axisIndices(binding.axes).map((index, k) => [index, sym.args[k] ?? index] as const);
    return arena.substituteAll(binding.def, pairs);
  };
  const nameShift = (shift: Node): Node => {
    const at = freeIndices(shift);
    const own = at.map((index, k) => arena.index(`shift${k}`, index.size));
    const def = arena.substituteAll(
      shift,
      at.map((index, k) => [index, own[k] ?? index] as const),
    );
    let binding = shifts.get(def.id);
    if (!binding) {
      const name = SHIFT_NAMES.find((each) => !taken.has(each) && !sizes.has(each)) ?? `M_${shifts.size}`;
      taken.add(name);
      const axes = own.map((index) => ({ size: index.size, index }));
      binding = { name, axes, def, span: null, origin: 'temporary' };
      shifts.set(def.id, binding);
    }
    return arena.sym(binding.name, ...at);
  };
  const tools: StableTools = { arena, facts: createFacts(program), definitionOf, nameShift };

  const stable = new Map<string, Binding>();
  const order = new Map<string, number>(all.map((b, k) => [b.name, k]));
  const visit = (binding: Binding): void => {
    if (stable.has(binding.name)) return;
    const def = stableForm(tools, binding.def);
    const used = def === binding.def ? binding : { ...binding, def };
    stable.set(binding.name, used);
    for (const name of symbolNames(def)) {
      const other = byName.get(name) ?? shiftNamed(name);
      if (other) visit(other);
    }
  };
  visit({ ...result, name: RESULT });
  const own = stable.get(RESULT);
  stable.delete(RESULT);
  // A shift stands right after the last value that it is made of, which may be another shift.
  const rank = (binding: Binding): number => {
    const known = order.get(binding.name);
    if (known !== undefined) return known;
    const parts = [...symbolNames(binding.def)].flatMap((name) => stable.get(name) ?? []);
    return Math.max(-1, ...parts.map(rank)) + AFTER;
  };
  return [
    ...[...stable.values()].sort((a, b) => rank(a) - rank(b)),
    { ...result, def: own?.def ?? result.def },
  ];
}

/** Less than one over the number of shifts, so that they all stand before the next value. */
const AFTER = 1 / 1024;

/** The result may be called like a binding that it needs. */
const RESULT = '=';
