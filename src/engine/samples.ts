/** The loss of one sample, lifted to the mean over the samples: every data symbol and all that reads it gets an axis. */
import type { ArrayValue, Axis, Binding, HandGradient, Input, Program } from '../core/definition';
import type { Derivation, Gradient } from '../core/derivation';
import type { Node } from '../core/expr';
import { symbolNames } from '../core/expr';

interface Lifted {
  readonly program: Program;
  readonly derivation: Derivation;
  readonly hand: readonly HandGradient[];
}

/** `derivation` and `hand` are those of the one sample: the mean of the gradients is the gradient of the mean. */
export function overSamples(source: Lifted): Lifted {
  const { program, derivation, hand } = source;
  const { arena } = program;
  const taken = new Set(program.inputs.flatMap((input) => input.shape));
  const size = ['m', 'samples', 'rows'].find((name) => !taken.has(name)) ?? 'all_samples';
  const index = arena.index('%sample', size);
  const axis: Axis = { size, index };

  const lifted = new Set<string>();
  const inputs = program.inputs.map((input): Input => {
    if (input.role !== 'data' && input.role !== 'label') return input;
    lifted.add(input.name);
    return { ...input, shape: [size, ...input.shape] };
  });
  const lift = (node: Node): Node =>
    arena.mapSyms(node, (sym) => (lifted.has(sym.name) ? arena.sym(sym.name, index, ...sym.args) : sym));
  const liftBinding = (binding: Binding): Binding => {
    const depends = [...symbolNames(binding.def)].some((name) => lifted.has(name));
    if (depends) lifted.add(binding.name);
    return depends ? { ...binding, axes: [axis, ...binding.axes], def: lift(binding.def) } : binding;
  };
  const mean = (element: Node): Node => arena.div(arena.sum(index, lift(element)), arena.size(size));

  const bindings = program.bindings.map(liftBinding);
  const named = derivation.named.map(liftBinding);
  const output = `mean of ${program.output}`;
  bindings.push({
    name: output,
    axes: [],
    def: mean(arena.sym(program.output)),
    span: null,
    origin: 'temporary',
  });
  const liftValue = <V extends ArrayValue>(value: V): V => ({ ...value, element: mean(value.element) });
  return {
    program: { arena, inputs, bindings, output },
    derivation: {
      ...derivation,
      named,
      gradients: derivation.gradients.map((gradient): Gradient => liftValue(gradient)),
    },
    hand: hand.map((own) => ({
      ...own,
      bindings: own.bindings.map(liftBinding),
      value: liftValue(own.value),
    })),
  };
}
