/** The chain rule as it stands before anything is simplified: products of the links that the rules of calculus give. */
import { axisIndices, type Binding, type Program } from '../definition';
import { differentiate } from '../differentiate';
import type { IndexNode, Node } from '../expr';
import { createGraph } from '../graph';
import { createIndexNamer } from '../indexNames';
import { createNaming } from '../print/naming';
import type { Arithmetic } from './arithmetic';
import type { ValuesIn } from './values';
import { createTermsByName } from '../wideSums';

export interface ChainRule {
  /** ∂(sum of the output)/∂name, one number per element of `name`. */
  gradient<T>(
    arithmetic: Arithmetic<T>,
    values: ValuesIn<T>,
    name: string,
    /** Derivatives by intermediates at these values, shared between names. */
    adjoints: Map<string, readonly T[]>,
  ): T[];
}

interface Link {
  readonly of: Binding;
  readonly ofIndices: readonly IndexNode[];
  readonly byIndices: readonly IndexNode[];
  readonly partial: Node;
}

export function createChainRule(program: Program, wanted: readonly string[]): ChainRule {
  const { arena } = program;
  const graph = createGraph(program);
  const namer = createIndexNamer(arena, createNaming(program));
  const tools = { arena, graph, namer, text: () => null, termsByName: createTermsByName() };
  const links = new Map<string, readonly Link[]>();
  const path = new Set([...wanted, ...graph.between(wanted).map((b) => b.name)]);

  const linksOf = (name: string): readonly Link[] => {
    const known = links.get(name);
    if (known) return known;
    const byIndices = graph.sizes(name).map((size, k) => arena.index(`by${k}`, size));
    const found = graph.consumers(name).map((of): Link => {
      const partial = differentiate(tools, of.def, arena.sym(name, ...byIndices)).result;
      return { of, ofIndices: axisIndices(of.axes), byIndices, partial };
    });
    links.set(name, found);
    return found;
  };

  return {
    gradient<T>(
      arithmetic: Arithmetic<T>,
      values: ValuesIn<T>,
      wantedName: string,
      adjoints: Map<string, readonly T[]>,
    ): T[] {
      const adjoint = (name: string): readonly T[] => {
        let known = adjoints.get(name);
        if (!known) adjoints.set(name, (known = compute(name)));
        return known;
      };
      const compute = (name: string): T[] => {
        const cells = positions(values.dimensions(name));
        if (name === program.output) return cells.map(() => arithmetic.one);
        const own = linksOf(name);
        return cells.map((at) => {
          let total = arithmetic.zero;
          for (const { of, ofIndices, byIndices, partial } of own) {
            if (!path.has(of.name) && of.name !== program.output) continue;
            const outer = adjoint(of.name);
            positions(values.dimensions(of.name)).forEach((ofAt, k) => {
              const indices: Record<string, number> = {};
              ofIndices.forEach((index, axis) => (indices[index.name] = ofAt[axis] ?? NaN));
              byIndices.forEach((index, axis) => (indices[index.name] = at[axis] ?? NaN));
              const factor = outer[k] ?? arithmetic.unknown;
              if (factor === arithmetic.zero || values.vanishes(partial, indices)) return;
              total = arithmetic.add(total, arithmetic.mul(factor, values.at(partial, indices)));
            });
          }
          return total;
        });
      };
      return [...adjoint(wantedName)];
    },
  };
}

/** All positions in an array, in row-major order. */
export function positions(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (list, n) => list.flatMap((at) => Array.from({ length: n }, (_, k) => [...at, k])),
    [[]],
  );
}
