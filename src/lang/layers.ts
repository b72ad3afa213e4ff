/**
 * Networks of any number of layers, whose weights are lists: `self.weights = [np.random.randn(y, x) for x, y in …]` over the
 * sizes of the layers. They are read with a few layers: loops over them are then loops over known items.
 */
import type { Span } from '../core/definition';
import { learntInput } from './modules';
import { unsupported, type Pattern, type Run } from './run';
import { initialPattern } from './stated';
import { childrenOf, eachStatement, type ClassNode, type Expression, type FunctionNode } from './syntax';
import type { ObjectV, Scope, Value } from './values';

/** How many layers with weights a network is read with: an output layer, and one that errors flow back through. */
export const LAYERS = 2;

/** An attribute that holds one array for each layer. */
interface LayerList {
  readonly pattern: Pattern;
  /** What it has an array for each item of. */
  readonly iterable: Expression;
}

interface Network {
  readonly lists: ReadonlyMap<string, LayerList>;
  /** The parameter of the constructor that has the sizes of the layers, from the data on. */
  readonly sizes: string;
  /** The attribute that holds it. */
  readonly kept: string | null;
}

/** The value of `self.name` in a network whose weights are lists; null for anything else. */
export function layerValue(run: Run, object: ObjectV, name: string, span: Span): Value | null {
  const { owner } = object;
  const maker = owner && makerOf(owner);
  const value = maker && valueOf(maker, name);
  const network = value && networkOf(maker);
  if (!network) return null;
  const self = maker.parameters[0]?.name ?? 'self';
  const sizes: Value = {
    kind: 'sequence',
    form: 'tuple',
    items: Array.from({ length: LAYERS + 1 }, () =>
      unsupported('uses the size of a layer', span, 'layer-size'),
    ),
  };
  if (name === network.kept) return sizes;
  const scope: Scope = {
    names: new Map<string, Value>([
      [self, object],
      [network.sizes, sizes],
    ]),
    parent: object.scope,
  };
  const list = network.lists.get(name);
  if (!list) return countsSizes(value, network, self) ? run.evaluate(value, scope) : null;
  const items = run.evaluate(list.iterable, scope);
  if (items.kind !== 'sequence') return null;
  return {
    kind: 'sequence',
    form: 'list',
    items: items.items.map((_, k) => learntInput(`${object.code}.${name}.${k}`, list.pattern)),
  };
}

const makerOf = (owner: ClassNode): FunctionNode | null => {
  const made = owner.body.find((s) => s.kind === 'function' && s.fn.name === '__init__');
  return made?.kind === 'function' ? made.fn : null;
};

/** What a constructor assigns to an attribute, if it does once. */
function valueOf(maker: FunctionNode, name: string): Expression | null {
  const found: Expression[] = [];
  eachStatement(maker.body, (s) => {
    if (s.kind === 'assign' && s.targets.some((target) => attributeOf(target, maker) === name))
      found.push(s.value);
  });
  const [only, ...more] = found;
  return only && more.length === 0 ? only : null;
}

const attributeOf = (e: Expression, { parameters }: FunctionNode): string | null =>
  e.kind === 'attribute' && e.object.kind === 'name' && e.object.name === parameters[0]?.name ? e.name : null;

/** The lists of arrays that a constructor makes over the sizes of layers; null where it makes none. */
function networkOf(maker: FunctionNode): Network | null {
  const lists = new Map<string, LayerList>();
  eachStatement(maker.body, (s) => {
    if (s.kind === 'assign' && s.value.kind === 'comprehension') {
      const [target] = s.targets;
      const name = target && attributeOf(target, maker);
      const [clause, ...others] = s.value.clauses;
      const pattern = initialPattern(s.value.element);
      if (name && clause && others.length + clause.conditions.length === 0 && pattern && pattern.length > 0)
        lists.set(name, { pattern, iterable: clause.iterable });
    } else if (s.kind === 'for') filledIn(s.body, maker, s.iterable, lists);
  });
  const names = [...lists.values()].map(({ iterable }) => namesIn(iterable, maker));
  const attributes = new Map<string, string>();
  eachStatement(maker.body, (s) => {
    const [target] = s.kind === 'assign' ? s.targets : [];
    const name = target && attributeOf(target, maker);
    if (name && s.kind === 'assign' && s.value.kind === 'name') attributes.set(name, s.value.name);
  });
  const given = maker.parameters.slice(1).map((parameter) => parameter.name);
  const roots = names.map((own) =>
    own.map((name) => attributes.get(name) ?? name).find((name) => given.includes(name)),
  );
  const [sizes] = roots;
  if (sizes === undefined || roots.some((root) => root !== sizes)) return null;
  const kept = [...attributes].find(([, name]) => name === sizes)?.[0] ?? null;
  return { lists, sizes, kept };
}

/** `self.weights.append(np.random.randn(a, b))` in a loop over the layers. */
function filledIn(
  body: FunctionNode['body'],
  maker: FunctionNode,
  iterable: Expression,
  lists: Map<string, LayerList>,
): void {
  const locals = new Map<string, Expression>();
  for (const s of body) {
    const [target] = s.kind === 'assign' ? s.targets : [];
    if (s.kind === 'assign' && target?.kind === 'name') locals.set(target.name, s.value);
    const call = s.kind === 'expression' && s.value.kind === 'call' ? s.value : null;
    const callee = call?.callee;
    if (!call || callee?.kind !== 'attribute' || callee.name !== 'append') continue;
    const name = attributeOf(callee.object, maker);
    const [argument] = call.args;
    const item = argument?.value.kind === 'name' ? locals.get(argument.value.name) : argument?.value;
    const pattern = item ? initialPattern(item) : null;
    if (name && pattern && pattern.length > 0) lists.set(name, { pattern, iterable });
  }
}

/** Names and own attributes that an expression reads. */
function namesIn(e: Expression, maker: FunctionNode): string[] {
  const own = attributeOf(e, maker);
  if (own !== null) return [own];
  if (e.kind === 'name') return [e.name];
  return childrenOf(e).flatMap((part) => namesIn(part, maker));
}

/** `len(sizes)`, `len(self.sizes) - 1`: what only depends on how many sizes there are. */
function countsSizes(e: Expression, network: Network, self: string): boolean {
  const isSizes = (arg: Expression): boolean =>
    (arg.kind === 'name' && arg.name === network.sizes) ||
    (arg.kind === 'attribute' &&
      arg.name === network.kept &&
      arg.object.kind === 'name' &&
      arg.object.name === self);
  if (e.kind === 'number') return true;
  if (e.kind === 'binary') return countsSizes(e.left, network, self) && countsSizes(e.right, network, self);
  const [argument, ...others] = e.kind === 'call' ? e.args : [];
  const isLength = e.kind === 'call' && e.callee.kind === 'name' && e.callee.name === 'len';
  return isLength && argument !== undefined && others.length === 0 && isSizes(argument.value);
}
