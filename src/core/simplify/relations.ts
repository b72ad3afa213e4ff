/** Equations between bindings and expressions, by which answers are written in the user's names. */
import { symbolNames, type Arena, type IndexNode, type Node } from '../expr';

/** `pattern` (over `indices`) equals `to`. */
export interface Relation {
  readonly pattern: Node;
  /** Indicators: the product of `pattern` and these is what equals `to`. */
  readonly given?: readonly Node[];
  readonly indices: readonly IndexNode[];
  readonly to: Node;
  /** The binding whose definition proves it. */
  readonly binding: string;
  /** Rule id of the step that uses it. */
  readonly rule: string;
}

function matchInto(
  pattern: Node,
  node: Node,
  variables: ReadonlySet<string>,
  found: Map<string, Node>,
): boolean {
  if (pattern.kind === 'index' && variables.has(pattern.name)) {
    const known = found.get(pattern.name);
    if (known) return known === node;
    if (node.kind === 'index' && node.size !== pattern.size) return false;
    found.set(pattern.name, node);
    return true;
  }
  if (pattern === node && !mentions(pattern, variables)) return true;
  if (pattern.kind !== node.kind || pattern.args.length !== node.args.length || !mentions(pattern, variables))
    return false;
  if (headOf(pattern) !== headOf(node) || pattern.kind === 'index') return false;
  return pattern.args.every((arg, k) => matchInto(arg, node.args[k] as Node, variables, found));
}

function mentions(node: Node, variables: ReadonlySet<string>): boolean {
  for (const name of node.free) if (variables.has(name)) return true;
  return false;
}

function isSubset(names: ReadonlySet<string>, of: ReadonlySet<string>): boolean {
  for (const name of names) if (!of.has(name)) return false;
  return true;
}

/** What must agree at the root for two nodes to match; arguments aside. */
export function headOf(node: Node): string {
  switch (node.kind) {
    case 'sym':
      return `sym ${node.name}`;
    case 'matrix':
      return `${node.fn} ${node.name}`;
    case 'call':
      return `call ${node.fn}`;
    case 'cmp':
      return `cmp ${node.rel}`;
    case 'reduce':
      return `${node.op} ${node.index.name} ${node.index.size}`;
    default:
      return node.kind;
  }
}

/** The pattern matches some part of the node. */
export function occurs({ pattern, indices }: Pick<Relation, 'pattern' | 'indices'>, node: Node): boolean {
  const variables = new Set(indices.map((index) => index.name));
  return (
    matchInto(pattern, node, variables, new Map()) ||
    node.args.some((arg) => occurs({ pattern, indices }, arg))
  );
}

/** Equations indexed by the head of their left side, those without indices by the left side itself. */
export class RelationTable {
  private readonly byHead = new Map<string, Relation[]>();
  private readonly exact = new Map<Node, Relation[]>();
  private readonly ages = new Map<Relation, number>();
  /** Names of the patterns that are powers or exponentials, by the first of them. */
  private readonly powers = new Map<string, ReadonlySet<string>[]>();

  /** An equation whose right side holds its own left side would be used for ever; it is left out. */
  add(relation: Relation): void {
    if (occurs(relation, relation.to)) return;
    this.ages.set(relation, this.ages.size);
    const { pattern } = relation;
    if (relation.indices.length === 0) listed(this.exact, pattern, relation);
    else listed(this.byHead, headOf(pattern), relation);
    if (pattern.kind !== 'pow' && !(pattern.kind === 'call' && pattern.fn === 'exp')) return;
    const names = symbolNames(pattern);
    const [first = ''] = names;
    listed(this.powers, first, names);
  }

  /** Whether some equation speaks of a power or an exponential of no other names than these. */
  hasPowerOf(names: ReadonlySet<string>): boolean {
    for (const first of ['', ...names])
      if (this.powers.get(first)?.some((own) => isSubset(own, names))) return true;
    return false;
  }

  /** Those that may match the node, oldest first. */
  private candidates(node: Node): readonly Relation[] {
    const general = this.byHead.get(headOf(node)) ?? [];
    const exact = this.exact.get(node);
    if (!exact) return general;
    const age = (relation: Relation): number => this.ages.get(relation) ?? 0;
    return [...exact, ...general].sort((a, b) => age(a) - age(b));
  }

  /** The right side for the first relation whose pattern is `node`. */
  rewrite(arena: Arena, node: Node): { to: Node; relation: Relation } | null {
    for (const relation of this.candidates(node)) {
      const pairs = matchRelation(relation, node);
      const to = pairs && arena.substituteAll(relation.to, pairs);
      if (to && to !== node) return { to, relation };
    }
    return null;
  }

  get size(): number {
    return this.ages.size;
  }
}

function listed<K, V>(table: Map<K, V[]>, key: K, value: V): void {
  const list = table.get(key);
  if (list) list.push(value);
  else table.set(key, [value]);
}

/** Picks from many equations those whose patterns hold no other names than a node does, in their order. */
export function createNameFilter(): {
  add(relation: Relation): void;
  readonly within: (node: Node) => readonly Relation[];
} {
  const entries: { readonly relation: Relation; readonly names: ReadonlySet<string> }[] = [];
  /** Places of the entries by the first of their names. */
  const byName = new Map<string, number[]>();
  const nameless: number[] = [];
  return {
    add(relation) {
      const names = symbolNames(relation.pattern);
      const [first] = names;
      const places = first === undefined ? nameless : (byName.get(first) ?? []);
      if (first !== undefined) byName.set(first, places);
      places.push(entries.length);
      entries.push({ relation, names });
    },
    within(node) {
      if (entries.length === 0) return [];
      const names = symbolNames(node);
      const places = [...nameless, ...[...names].flatMap((name) => byName.get(name) ?? [])];
      return places
        .sort((a, b) => a - b)
        .flatMap((place) => entries[place] ?? [])
        .filter((entry) => isSubset(entry.names, names))
        .map((entry) => entry.relation);
    },
  };
}

/** What the relation's indices stand for if its pattern is `node`. */
export function matchRelation(relation: Relation, node: Node): (readonly [IndexNode, Node])[] | null {
  const found = new Map<string, Node>();
  const variables = new Set(relation.indices.map((index) => index.name));
  if (!matchInto(relation.pattern, node, variables, found) || found.size < variables.size) return null;
  // Σ_j A_jj has the shape of Σ_j A_ji, but its i would be j itself, which means nothing outside of the sum.
  if ([...found.values()].some((at) => !isSubset(at.free, node.free))) return null;
  return relation.indices.map((index) => [index, found.get(index.name) ?? index] as const);
}
