/** Expressions and programs in the line language of `model.ts`, such that they read back as the very same nodes. */
import {
  axisIndices,
  type Binding,
  type Domain,
  type Program,
  type Role,
} from '../../../src/core/definition';
import { stackPositions, type Arena, type Node } from '../../../src/core/expr';

const WORD: Readonly<Record<Role, string>> = {
  parameter: 'param',
  data: 'data',
  label: 'label',
  hyper: 'hyper',
  upstream: 'upstream',
  unknown: 'data',
};

/** One line per input and binding. */
export function exactModel(program: Program): string {
  const inputs = program.inputs.map((input) => {
    const shape = input.shape.length > 0 ? `[${input.shape.join(',')}]` : '';
    return `${WORD[input.role]} ${input.name}${shape} ${domainWord(input.domain)}`.trim();
  });
  return [...inputs, ...program.bindings.map((b) => exactBinding(program.arena, b))].join('\n');
}

export function exactBinding(arena: Arena, binding: Binding): string {
  const indices = axisIndices(binding.axes).map((index) => `${index.name}<${index.size}`);
  return `${binding.name}${indices.length > 0 ? `[${indices.join(',')}]` : ''} = ${exactText(arena, binding.def)}`;
}

function domainWord(domain: Domain): string {
  switch (domain.kind) {
    case 'interval':
      return domain.high === 1 ? 'unit' : 'positive';
    case 'class':
      return `class:${domain.size}`;
    case 'distribution':
      return domain.hard ? 'onehot' : 'distribution';
    case 'real':
      return '';
    case 'symmetric':
      return domain.definite ? 'definite' : 'symmetric';
    default:
      return domain.kind;
  }
}

export function exactText(arena: Arena, node: Node, names: ReadonlyMap<string, string> = new Map()): string {
  const at = (k: number): string => exactText(arena, node.args[k] as Node, names);
  const joined = (by: string): string => node.args.map((_, k) => at(k)).join(by);
  switch (node.kind) {
    case 'num':
      return node.den === 1 && node.num >= 0 ? `${node.num}` : `(${node.num}/${node.den})`;
    case 'const':
      return node.name;
    case 'size':
      return node.size;
    case 'index':
      return names.get(node.name) ?? node.name;
    case 'sym':
      return node.args.length > 0 ? `${node.name}[${joined(',')}]` : node.name;
    case 'add':
      return `(${joined(' + ')})`;
    case 'mul':
      return `(${joined('*')})`;
    case 'pow':
      return `(${at(0)}^${at(1)})`;
    case 'call':
      return `${node.fn}(${joined(', ')})`;
    case 'cmp':
      return `(${at(0)} ${node.rel} ${at(1)})`;
    case 'where':
      return `where(${joined(', ')})`;
    case 'delta':
      return `delta(${joined(', ')})`;
    case 'reduce': {
      const { index, body } = arena.open(node);
      const name = `l${names.size}`;
      const inner = new Map(names).set(index.name, name);
      return `${node.op}(${name}<${index.size}, ${exactText(arena, body, inner)})`;
    }
    case 'matrix': {
      const stack = stackPositions(node);
      const texts = node.args.map((_, k) => at(k));
      const name = stack.length > 0 ? `${node.name}[${texts.slice(0, stack.length).join(',')}]` : node.name;
      const place = node.fn === 'inv' ? `[${texts.slice(stack.length).join(',')}]` : '';
      return `${node.fn === 'logabsdet' ? 'logdet' : node.fn}(${name})${place}`;
    }
    case 'diff':
      throw new RangeError(`no text is kept for ${node.kind}`);
  }
}
