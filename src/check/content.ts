/** Programs and hand-written gradients as keys: equal texts mean the same mathematics, wherever it stands in a file. */
import type { Axis, Binding, HandGradient, Program, SecondDerivative } from '../core/definition';
import type { Node } from '../core/expr';

/** All that derivations and judgements depend on; places in the text are left out. `keep`: names that the derivation keeps. */
export function programContent({ inputs, bindings, output }: Program, keep: readonly string[] = []): string {
  const write = createWriter();
  const given = inputs.map((input) => ({ ...input, span: null }));
  return JSON.stringify([
    given,
    [...new Set(keep)].sort(),
    bindings.map((binding) => bindingContent(write, binding)),
    output,
    write.nodes,
  ]);
}

/** The same for a gradient of a program that is known. */
export function handContent({ of, name, value, bindings, functionName, update }: HandGradient): string {
  const write = createWriter();
  return JSON.stringify([
    of,
    name,
    functionName,
    axesContent(value.axes),
    write.node(value.element),
    bindings.map((binding) => bindingContent(write, binding)),
    update ? [update.of, update.line, update.scales.map(write.node)] : null,
    write.nodes,
  ]);
}

/** The same for a second derivative. */
export const secondContent = (second: SecondDerivative): string =>
  JSON.stringify([
    handContent(second),
    second.by,
    second.form,
    second.isApproximate,
    second.beside && handContent({ ...second, ...second.beside }),
    second.inputs.map((input) => ({ ...input, span: null })),
  ]);

const axesContent = (axes: readonly Axis[]): unknown =>
  axes.map(({ size, index }) => [size, index?.name ?? null]);

const bindingContent = (write: Writer, { name, axes, def, origin }: Binding): unknown => [
  name,
  axesContent(axes),
  write.node(def),
  origin,
];

interface Writer {
  /** Number of the node among those that were written. */
  readonly node: (node: Node) => number;
  readonly nodes: readonly string[];
}

/** Writes each node once, by the numbers of its arguments, which do not depend on what else its arena holds. */
function createWriter(): Writer {
  const numbers = new Map<number, number>();
  const nodes: string[] = [];
  const node = (n: Node): number => {
    const known = numbers.get(n.id);
    if (known !== undefined) return known;
    const args = n.args.map(node);
    const number = nodes.length;
    numbers.set(n.id, number);
    nodes.push(`${head(n)}(${args.join()})`);
    return number;
  };
  return { node, nodes };
}

function head(node: Node): string {
  switch (node.kind) {
    case 'num':
      return `${node.num}/${node.den}`;
    case 'const':
      return `const ${node.name} ${node.value}`;
    case 'size':
      return `size ${node.size}`;
    case 'index':
      return `${node.space} ${node.name}<${node.size}`;
    case 'sym':
      return `sym ${node.name}`;
    case 'matrix':
      return `matrix ${node.fn} ${node.name}`;
    case 'call':
      return `call ${node.fn}`;
    case 'cmp':
      return node.rel;
    case 'reduce':
      return `${node.op} ${node.index.name}<${node.index.size}`;
    case 'diff':
      return node.total ? 'total' : 'partial';
    case 'add':
    case 'mul':
    case 'pow':
    case 'where':
    case 'delta':
      return node.kind;
  }
}
