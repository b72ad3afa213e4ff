/** One variable stands where another belongs, a term is missing in a difference, or there is one too many. */
import { indexedSizes, type Program } from '../../core/definition';
import type { Node, SymNode } from '../../core/expr';
import { firstThatAgrees, plainName, type Case, type Detector } from './case';
import { variants, type Variant } from './rewrite';

interface Named {
  readonly name: string;
  readonly sizes: readonly string[];
}

/** Inputs and intermediate values with the sizes of their axes. */
export function symbols(program: Program): Named[] {
  return [
    ...program.inputs.map((input) => ({ name: input.name, sizes: indexedSizes(input.shape) })),
    ...program.bindings
      // The number whose gradients flow back is not in the code.
      .filter(({ name, span }) => name !== program.output || span !== null)
      .map((binding) => ({
        name: binding.name,
        sizes: indexedSizes(binding.axes.map((axis) => axis.size)),
      })),
  ];
}

/** Symbols other than `sym` that could stand in its place. */
function alike(all: readonly Named[], sym: SymNode): Named[] {
  const own = all.find((candidate) => candidate.name === sym.name);
  if (!own) return [];
  return all.filter(
    (candidate) => candidate.name !== sym.name && candidate.sizes.join() === own.sizes.join(),
  );
}

interface Swap {
  readonly from: string;
  readonly to: string;
}

export const wrongVariable: Detector = (c) => {
  const { arena } = c.program;
  const all = symbols(c.program);
  function* everywhere(): Generator<Variant<Swap>> {
    for (const { name } of all) {
      const sample = occurrence(c.element, name);
      for (const other of sample ? alike(all, sample) : [])
        yield {
          node: arena.mapSyms(c.element, (sym) =>
            sym.name === name ? arena.sym(other.name, ...sym.args) : sym,
          ),
          change: { from: name, to: other.name },
        };
    }
  }
  function* once(node: Node): Generator<Variant<Swap>> {
    if (node.kind !== 'sym') return;
    for (const other of alike(all, node))
      yield { node: arena.sym(other.name, ...node.args), change: { from: node.name, to: other.name } };
  }
  const found = firstThatAgrees(c, everywhere()) ?? firstThatAgrees(c, variants(arena, c.element, once));
  if (!found) return null;
  const { from, to } = found.change;
  return {
    rule: 'gradient-wrong-variable',
    message: `${plainName(c.name)} has ${shown(c, from)} where ${shown(c, to)} belongs.`,
  };
};

function occurrence(node: Node, name: string): SymNode | null {
  if (node.kind === 'sym' && node.name === name) return node;
  for (const arg of node.args) {
    const found = occurrence(arg, name);
    if (found) return found;
  }
  return null;
}

function shown(c: Case, name: string): string {
  return c.program.inputs.find((input) => input.name === name)?.code ?? plainName(name);
}

interface Change {
  readonly kind: 'missing' | 'extra';
  readonly text: string;
}

export const missingSummand: Detector = (c) => {
  const { arena } = c.program;
  const all = symbols(c.program);
  function* options(node: Node): Generator<Variant<Change>> {
    if (node.kind === 'sym')
      for (const other of alike(all, node)) {
        const term = arena.sym(other.name, ...node.args);
        const name = shown(c, other.name);
        const here = shown(c, node.name);
        yield {
          node: arena.sub(node, term),
          change: { kind: 'missing', text: `${here} - ${name} belongs where ${here} stands` },
        };
        yield {
          node: arena.add(node, term),
          change: { kind: 'missing', text: `${here} + ${name} belongs where ${here} stands` },
        };
      }
    if (node.kind === 'sym' || node.kind === 'call') {
      yield {
        node: arena.sub(arena.one, node),
        change: { kind: 'missing', text: '1 minus a factor belongs where the factor itself stands' },
      };
    }
    if (node.kind === 'add')
      for (const [k, term] of node.args.entries())
        yield {
          node: arena.add(...node.args.filter((_, at) => at !== k)),
          change: { kind: 'extra', text: describe(c, term) },
        };
  }
  const found = firstThatAgrees(c, variants(arena, c.element, options));
  if (!found) return null;
  const { kind, text } = found.change;
  const name = plainName(c.name);
  return kind === 'missing'
    ? { rule: 'gradient-missing-term', message: `${name} lacks a term: ${text}.` }
    : { rule: 'gradient-extra-term', message: `${name} has a term too many: ${text}.` };
};

function describe(c: Case, term: Node): string {
  const bare = term.kind === 'mul' && term.args.length === 2 && term.args[0] === c.program.arena.minusOne;
  const inner = bare ? term.args[1] : term;
  if (inner?.kind === 'sym') return `${bare ? '-' : '+'} ${shown(c, inner.name)}`;
  return term.kind === 'num' ? `+ ${term.num}` : 'without it the gradient is right';
}

/** A matrix stands where its transpose belongs, which only square shapes allow. */
export const transposedFactor: Detector = (c) => {
  const { arena } = c.program;
  function* options(node: Node): Generator<Variant<string>> {
    const [first, second] = node.args;
    if (node.kind === 'sym' && node.args.length === 2 && first && second)
      yield { node: arena.sym(node.name, second, first), change: node.name };
  }
  const sizes = new Map(symbols(c.program).map((symbol) => [symbol.name, symbol.sizes]));
  const square = (node: Node): boolean => {
    const own = node.kind === 'sym' ? sizes.get(node.name) : undefined;
    return own?.length === 2 && own[0] === own[1];
  };
  const found = firstThatAgrees(
    c,
    variants(arena, c.element, (node) => (square(node) ? options(node) : [])),
  );
  if (!found) return null;
  const name = shown(c, found.change);
  return {
    rule: 'gradient-transposed-factor',
    message: `${plainName(c.name)} has ${name} where ${name}.T belongs, or the reverse.`,
  };
};
