/**
 * The expression language: scalars whose symbols carry indices, with reductions over indices.
 *
 * Nodes are immutable and hash-consed: within one arena, equal expressions are one object, so `===` is equality (bound
 * indices are named by the height of the body, hence alpha-equivalent reductions are one node too; Axelsson and Claessen,
 * "Using circular programs for higher-order syntax", 2013). Ids serve as memo keys only: never print or compare them.
 *
 * Index names live in three disjoint spaces: `free` (the user's and the deriver's own), `open` (`~k`, made by `Arena.open`)
 * and `bound` (`#h`, made by `Arena.reduce`). Never build under a binder except between `open` and `reduce`.
 */

import { NOTHING, nodeOf, type OwnFields } from './nodeOf';
import { addRational, mulRational, powRational, reduced, safe } from './rational';

/** Length of an axis: a symbolic name (`m`) or decimal digits (`3`). Two names never denote the same size. */
export type Size = string;

export type ReduceOp = 'sum' | 'max' | 'min' | 'prod';
/** Relations that exist as nodes; `<` and `<=` are built by swapping the sides. */
export type Relation = '>' | '>=' | '==' | '!=';
/** Functions of a whole square matrix; `logabsdet` is log |det A|. */
export type MatrixFunction = 'inv' | 'det' | 'logabsdet';

interface NodeBase {
  readonly id: number;
  readonly args: readonly Node[];
  /** Height of the highest binder inside; 0 without binders. */
  readonly height: number;
  /** Names of the indices that occur free (free, opened, and bound ones whose binder is outside). */
  readonly free: ReadonlySet<string>;
}

/** An exact rational with safe-integer parts, `den` > 0, lowest terms. */
export interface NumNode extends NodeBase {
  readonly kind: 'num';
  readonly num: number;
  readonly den: number;
}
/** An opaque positive constant: `pi`, `e`, or a decimal literal kept as written (`0.044715`). */
export interface ConstNode extends NodeBase {
  readonly kind: 'const';
  readonly name: string;
  readonly value: number;
}
/** The length of an axis as a number (the `m` of `1/m`). */
export interface SizeNode extends NodeBase {
  readonly kind: 'size';
  readonly size: Size;
}
/** An index; as a value it is the 0-based position. */
export interface IndexNode extends NodeBase {
  readonly kind: 'index';
  readonly name: string;
  readonly size: Size;
  readonly space: 'free' | 'open' | 'bound';
}
/** An input or a binding, indexed: each argument is an index, a number, or an integer-valued expression (a gather). */
export interface SymNode extends NodeBase {
  readonly kind: 'sym';
  readonly name: string;
}
/**
 * A function of a matrix: the last two axes of an input or a binding. args = positions along its other axes, then for `inv`
 * the row and the column of the inverse. What has no name cannot be inverted: front ends name it.
 */
export interface MatrixNode extends NodeBase {
  readonly kind: 'matrix';
  readonly fn: MatrixFunction;
  readonly name: string;
}
export interface AddNode extends NodeBase {
  readonly kind: 'add';
}
export interface MulNode extends NodeBase {
  readonly kind: 'mul';
}
/** args = [base, exponent]. Division is a power of -1, a square root a power of 1/2. */
export interface PowNode extends NodeBase {
  readonly kind: 'pow';
}
/** An elementwise function of the operator table (see ops.ts). */
export interface CallNode extends NodeBase {
  readonly kind: 'call';
  readonly fn: string;
}
/** args = [left, right]; value 1 where the relation holds, else 0. */
export interface CmpNode extends NodeBase {
  readonly kind: 'cmp';
  readonly rel: Relation;
}
/** args = [condition (0 or 1), then, else]. */
export interface WhereNode extends NodeBase {
  readonly kind: 'where';
}
/** Kronecker delta; args = [index expression, index expression]. */
export interface DeltaNode extends NodeBase {
  readonly kind: 'delta';
}
/** A reduction over `index` (bound); args = [body]. Read the body through `Arena.open` only. */
export interface ReduceNode extends NodeBase {
  readonly kind: 'reduce';
  readonly op: ReduceOp;
  readonly index: IndexNode;
}
/**
 * A derivative that has not been carried out; args = [expression, symbol]. `total` differentiates through the bindings
 * that the expression mentions; otherwise every other symbol is held fixed. It occurs in derivation steps only.
 */
export interface DiffNode extends NodeBase {
  readonly kind: 'diff';
  readonly total: boolean;
}

export type Node =
  | NumNode
  | ConstNode
  | SizeNode
  | IndexNode
  | SymNode
  | MatrixNode
  | AddNode
  | MulNode
  | PowNode
  | CallNode
  | CmpNode
  | WhereNode
  | DeltaNode
  | ReduceNode
  | DiffNode;

const NO_INDICES: ReadonlySet<string> = new Set();
const NO_ARGS: readonly Node[] = [];

function sameNodes(a: readonly Node[], b: readonly Node[]): boolean {
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}

export const isNum = (node: Node, value: number): boolean =>
  node.kind === 'num' && node.den === 1 && node.num === value;

export class Arena {
  private readonly table = new Map<number, Node | Node[]>();
  /** Operators with what distinguishes them, numbered; and the number of each node's. */
  private readonly heads = new Map<Node['kind'], Map<string, number>>();
  private readonly soleHeads = new Map<Node['kind'], number>();
  private headCount = 0;
  private readonly headOf: number[] = [];
  private readonly integers = new Map<number, NumNode>();
  /** Results of substituting for an index, by its name, then by what replaces it, then by node. */
  private readonly substituted = new Map<string, Map<number, Map<number, Node>>>();
  private readonly indices = new Map<string, Map<Size, IndexNode>>();
  private readonly opened: ({ readonly index: IndexNode; readonly body: Node } | undefined)[] = [];
  readonly zero: NumNode;
  readonly one: NumNode;
  readonly minusOne: NumNode;

  constructor() {
    this.zero = this.num(0);
    this.one = this.num(1);
    this.minusOne = this.num(-1);
  }

  /** Number of distinct nodes made so far. */
  get count(): number {
    return this.headOf.length;
  }

  private headNumber(kind: Node['kind'], key: string): number {
    if (key === '') {
      let sole = this.soleHeads.get(kind);
      if (sole === undefined) this.soleHeads.set(kind, (sole = this.headCount++));
      return sole;
    }
    let heads = this.heads.get(kind);
    if (!heads) this.heads.set(kind, (heads = new Map<string, number>()));
    let head = heads.get(key);
    if (head === undefined) heads.set(key, (head = this.headCount++));
    return head;
  }

  /** The node of that kind, of what `key` distinguishes within the kind, over `args`; `own` is what it has of its own. */
  private intern(kind: Node['kind'], key: string, args: readonly Node[], own: OwnFields = NOTHING): Node {
    const head = this.headNumber(kind, key);
    let hash = head;
    for (let k = 0; k < args.length; k++) {
      hash = Math.imul(hash ^ (args[k] as Node).id, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const bucket = this.table.get(hash);
    const known = bucket === undefined ? undefined : this.find(bucket, head, args);
    if (known) return known;
    let height = 0;
    let free = NO_INDICES;
    for (const arg of args) {
      if (arg.height > height) height = arg.height;
      free = union(free, arg.free);
    }
    if (kind === 'index' && own.name !== undefined) free = new Set([own.name]);
    if (own.index) {
      height = Math.max(height + 1, Number(own.index.name.slice(1)));
      const rest = new Set(free);
      rest.delete(own.index.name);
      free = rest.size === 0 ? NO_INDICES : rest;
    }
    const node = nodeOf(this.headOf.length, kind, args, height, free, own);
    this.headOf.push(head);
    if (bucket === undefined) this.table.set(hash, node);
    else if (Array.isArray(bucket)) bucket.push(node);
    else this.table.set(hash, [bucket, node]);
    return node;
  }

  private find(bucket: Node | Node[], head: number, args: readonly Node[]): Node | undefined {
    if (!Array.isArray(bucket)) return this.fits(bucket, head, args) ? bucket : undefined;
    for (const node of bucket) if (this.fits(node, head, args)) return node;
    return undefined;
  }

  private fits(node: Node, head: number, args: readonly Node[]): boolean {
    return this.headOf[node.id] === head && sameNodes(node.args, args);
  }

  /** The rational num/den in lowest terms. Throws a RangeError unless both are safe integers and den is not 0. */
  num(num: number, den = 1): NumNode {
    const known = den === 1 ? this.integers.get(num) : undefined;
    if (known) return known;
    if (!safe(num) || !safe(den) || den === 0)
      throw new RangeError(`not a rational with safe parts: ${num}/${den}`);
    const [p, q] = reduced(num, den);
    const node = this.intern('num', `${p}/${q}`, [], { num: p, den: q }) as NumNode;
    if (q === 1) this.integers.set(p, node);
    return node;
  }

  /** An opaque constant > 0. `name` is how it is printed; equal names must have equal values. */
  constant(name: string, value: number): ConstNode {
    if (!(value > 0)) throw new RangeError(`a constant must be positive: ${name}`);
    return this.intern('const', name, [], { name, value }) as ConstNode;
  }

  /** A non-negative decimal literal as written: exact when it is an integer or has at most two decimals, else opaque. */
  literal(text: string): Node {
    const value = Number(text);
    if (!(value >= 0) || !Number.isFinite(value)) throw new RangeError(`not a non-negative literal: ${text}`);
    if (Number.isSafeInteger(value)) return this.num(value);
    const hundredths = Math.round(value * 100);
    if (Number.isSafeInteger(hundredths) && hundredths / 100 === value && hundredths < 1e12)
      return this.num(hundredths, 100);
    return this.constant(decimalName(value), value);
  }

  size(size: Size): Node {
    return /^\d+$/.test(size) ? this.num(Number(size)) : this.intern('size', size, [], { size });
  }

  /** An index in the `free` space; the name must not begin with `#` or `~`. */
  index(name: string, size: Size): IndexNode {
    if (/^[#~]/.test(name)) throw new RangeError(`reserved index name: ${name}`);
    return this.indexIn('free', name, size);
  }

  private indexIn(space: IndexNode['space'], name: string, size: Size): IndexNode {
    let bySize = this.indices.get(name);
    if (!bySize) this.indices.set(name, (bySize = new Map<Size, IndexNode>()));
    let known = bySize.get(size);
    if (!known) {
      known = this.intern('index', `${name}:${size}`, NO_ARGS, { name, size, space }) as IndexNode;
      bySize.set(size, known);
    }
    return known;
  }

  sym(name: string, ...args: readonly Node[]): SymNode {
    return this.intern('sym', name, args, { name }) as SymNode;
  }

  matrix(fn: MatrixFunction, name: string, ...args: readonly Node[]): MatrixNode {
    return this.intern('matrix', `${fn}:${name}`, args, { fn, name }) as MatrixNode;
  }

  // A first derivation runs before anything is compiled, where iterators cost several times as much as plain loops.

  /** n-ary sum: nested sums are flattened, numbers folded (put last), the order of the rest is kept. */
  add(...terms: readonly Node[]): Node {
    const out: Node[] = [];
    let num = 0;
    let den = 1;
    for (let k = 0; k < terms.length; k++) {
      const term = terms[k] as Node;
      const count = term.kind === 'add' ? term.args.length : 1;
      for (let n = 0; n < count; n++) {
        const part = term.kind === 'add' ? (term.args[n] as Node) : term;
        const total = part.kind === 'num' ? addRational([num, den], [part.num, part.den]) : null;
        if (total) {
          num = total[0];
          den = total[1];
        } else out.push(part);
      }
    }
    if (num !== 0) out.push(this.num(num, den));
    const first = out[0];
    if (first === undefined) return this.zero;
    return out.length === 1 ? first : this.intern('add', '', out);
  }

  /** n-ary product: nested products are flattened, numbers folded (put first), the order of the rest is kept. */
  mul(...factors: readonly Node[]): Node {
    const out: Node[] = [];
    let num = 1;
    let den = 1;
    for (let k = 0; k < factors.length; k++) {
      const factor = factors[k] as Node;
      const count = factor.kind === 'mul' ? factor.args.length : 1;
      for (let n = 0; n < count; n++) {
        const part = factor.kind === 'mul' ? (factor.args[n] as Node) : factor;
        if (part === this.one) continue;
        const product = part.kind === 'num' ? mulRational([num, den], [part.num, part.den]) : null;
        if (product) {
          num = product[0];
          den = product[1];
        } else out.push(part);
      }
    }
    if (num === 0 || out.includes(this.zero)) return this.zero;
    if (num !== 1 || den !== 1) out.unshift(this.num(num, den));
    const first = out[0];
    if (first === undefined) return this.one;
    return out.length === 1 ? first : this.intern('mul', '', out);
  }

  neg(a: Node): Node {
    return a.kind === 'num' ? this.num(-a.num, a.den) : this.mul(this.minusOne, a);
  }

  sub(a: Node, b: Node): Node {
    return this.add(a, this.neg(b));
  }

  div(a: Node, b: Node): Node {
    return this.mul(a, this.pow(b, this.minusOne));
  }

  pow(base: Node, exponent: Node): Node {
    if (isNum(exponent, 1)) return base;
    if (isNum(exponent, 0)) return this.one;
    if (isNum(base, 1)) return base;
    if (base.kind === 'num' && exponent.kind === 'num' && exponent.den === 1) {
      const folded = powRational([base.num, base.den], exponent.num);
      if (folded) return this.num(...folded);
    }
    return this.intern('pow', '', [base, exponent]);
  }

  sqrt(a: Node): Node {
    return this.pow(a, this.num(1, 2));
  }

  call(fn: string, ...args: readonly Node[]): Node {
    return this.intern('call', fn, args, { fn });
  }

  /** 1 where `left rel right` holds, else 0. */
  compare(rel: Relation | '<' | '<=', left: Node, right: Node): Node {
    if (rel === '<') return this.compare('>', right, left);
    if (rel === '<=') return this.compare('>=', right, left);
    return this.intern('cmp', rel, [left, right], { rel });
  }

  /** `condition` must be 0 or 1 valued: a comparison, or products and complements (1 - c) of such. */
  where(condition: Node, then: Node, otherwise: Node): Node {
    if (then === otherwise || isNum(condition, 1)) return then;
    if (isNum(condition, 0)) return otherwise;
    return this.intern('where', '', [condition, then, otherwise]);
  }

  delta(a: Node, b: Node): Node {
    if (a === b) return this.one;
    if (a.kind === 'num' && b.kind === 'num') return this.zero;
    return this.intern('delta', '', [a, b]);
  }

  diff(expression: Node, symbol: SymNode, total = false): Node {
    return this.intern('diff', total ? 'd' : '', [expression, symbol], { total });
  }

  /**
   * Reduces `body` over `index` (a free or opened index). A body that does not mention the index gives size * body,
   * body ** size, or body itself (max, min).
   */
  reduce(op: ReduceOp, index: IndexNode, body: Node): Node {
    if (index.space === 'bound')
      throw new RangeError('a bound index cannot be bound again: open its binder first');
    if (!body.free.has(index.name)) return this.reduceConstant(op, index.size, body);
    let level = body.height + 1;
    while (body.free.has(`#${level}`)) level += 1;
    const bound = this.indexIn('bound', `#${level}`, index.size);
    const key = `${op}:${bound.name}:${bound.size}`;
    return this.intern('reduce', key, [this.replaceIndex(body, index.name, bound)], { op, index: bound });
  }

  private reduceConstant(op: ReduceOp, size: Size, body: Node): Node {
    if (op === 'sum') return this.mul(this.size(size), body);
    return op === 'prod' ? this.pow(body, this.size(size)) : body;
  }

  sum(index: IndexNode, body: Node): Node {
    return this.reduce('sum', index, body);
  }

  /** The body of a reduction with its index replaced by an opened one, whose name is a function of the node. */
  open(node: ReduceNode): { index: IndexNode; body: Node } {
    const known = this.opened[node.id];
    if (known) return known;
    const [body] = node.args as [Node];
    let highest = 0;
    for (const name of node.free)
      if (name.startsWith('~')) highest = Math.max(highest, Number(name.slice(1)));
    const index = this.indexIn('open', `~${highest + 1}`, node.index.size);
    const made = { index, body: this.replaceIndex(body, node.index.name, index) };
    this.opened[node.id] = made;
    return made;
  }

  /** Substitutes an expression (an index, or a gather) for a free or opened index. */
  substitute(node: Node, index: IndexNode, to: Node): Node {
    return this.replaceIndex(node, index.name, to);
  }

  /** Simultaneous substitution of indices. */
  substituteAll(node: Node, pairs: readonly (readonly [IndexNode, Node])[]): Node {
    if (node.free.size === 0) return node;
    const used = pairs.filter(([from, to]) => from !== to && node.free.has(from.name));
    if (used.length === 0) return node;
    if (used.length === 1 && used[0]) return this.substitute(node, used[0][0], used[0][1]);
    const parked = used.map(([from], k) => this.indexIn('free', `@${k}`, from.size));
    let result = node;
    used.forEach(([from], k) => (result = this.substitute(result, from, parked[k] as IndexNode)));
    used.forEach(([, to], k) => (result = this.substitute(result, parked[k] as IndexNode, to)));
    return result;
  }

  private replaceIndex(node: Node, name: string, to: Node): Node {
    if (!node.free.has(name)) return node;
    let byTarget = this.substituted.get(name);
    if (!byTarget) this.substituted.set(name, (byTarget = new Map<number, Map<number, Node>>()));
    let memo = byTarget.get(to.id);
    if (!memo) byTarget.set(to.id, (memo = new Map<number, Node>()));
    return this.replaceIn(memo, node, name, to);
  }

  private replaceIn(memo: Map<number, Node>, node: Node, name: string, to: Node): Node {
    if (!node.free.has(name)) return node;
    if (node.kind === 'index') return to;
    const known = memo.get(node.id);
    if (known) return known;
    const result = this.withArgs(
      node,
      node.args.map((arg) => this.replaceIn(memo, arg, name, to)),
    );
    memo.set(node.id, result);
    return result;
  }

  /** The same operator over other arguments; a reduction's body must be given with the bound index in it. */
  withArgs(node: Node, args: readonly Node[]): Node {
    if (sameNodes(args, node.args)) return node;
    const at = (k: number): Node => {
      const arg = args[k];
      if (!arg) throw new RangeError(`${node.kind} lacks argument ${k}`);
      return arg;
    };
    switch (node.kind) {
      case 'num':
      case 'const':
      case 'size':
      case 'index':
        return node;
      case 'sym':
        return this.sym(node.name, ...args);
      case 'matrix':
        return this.matrix(node.fn, node.name, ...args);
      case 'add':
        return this.add(...args);
      case 'mul':
        return this.mul(...args);
      case 'pow':
        return this.pow(at(0), at(1));
      case 'call':
        return this.call(node.fn, ...args);
      case 'cmp':
        return this.compare(node.rel, at(0), at(1));
      case 'where':
        return this.where(at(0), at(1), at(2));
      case 'delta':
        return this.delta(at(0), at(1));
      case 'diff':
        return this.diff(at(0), at(1) as SymNode, node.total);
      case 'reduce':
        return this.rebind(node, at(0));
    }
  }

  // Substituting inside a body can only lower its height, so the binder is renamed to keep names canonical.
  private rebind(node: ReduceNode, body: Node): Node {
    if (!body.free.has(node.index.name)) return this.reduceConstant(node.op, node.index.size, body);
    // Renaming a binder inside renames within an outer binder's own renaming: their parked names must differ.
    let name = '@b';
    while (body.free.has(name)) name += 'b';
    const parked = this.indexIn('free', name, node.index.size);
    return this.reduce(node.op, parked, this.replaceIndex(body, node.index.name, parked));
  }

  /** Rewrites every symbol occurrence bottom-up; binders are opened and closed. `f` returns the replacement. */
  mapSyms(node: Node, f: (sym: SymNode) => Node, memo = new Map<number, Node>()): Node {
    const known = memo.get(node.id);
    if (known) return known;
    let result: Node;
    if (node.kind === 'reduce') {
      const { index, body } = this.open(node);
      const mapped = this.mapSyms(body, f, memo);
      result = mapped === body ? node : this.reduce(node.op, index, mapped);
    } else {
      result = this.withArgs(
        node,
        node.args.map((arg) => this.mapSyms(arg, f, memo)),
      );
    }
    if (result.kind === 'sym') result = f(result);
    memo.set(node.id, result);
    return result;
  }
}

/** One of the two itself where it holds the other. */
export function union(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (b.size === 0 || a === b) return a;
  if (a.size === 0) return b;
  for (const name of b) if (!a.has(name)) return new Set([...a, ...b]);
  return a;
}

/** Positions along the axes of a matrix function's symbol that are not those of the matrix. */
export const stackPositions = (node: MatrixNode): readonly Node[] =>
  node.fn === 'inv' ? node.args.slice(0, -2) : node.args;

/** Names of all symbols in `node`. */
export function symbolNames(node: Node): Set<string> {
  const names = new Set<string>();
  const seen = new Set<number>();
  const visit = (n: Node): void => {
    if (seen.has(n.id)) return;
    seen.add(n.id);
    if (n.kind === 'sym' || n.kind === 'matrix') names.add(n.name);
    n.args.forEach(visit);
  };
  visit(node);
  return names;
}

/** The indices that occur free in `node`, in the order in which they are met. */
export function freeIndices(node: Node): IndexNode[] {
  const found: IndexNode[] = [];
  if (node.free.size === 0) return found;
  const seen = new Set<number>();
  const visit = (n: Node): void => {
    if (n.free.size === 0 || seen.has(n.id) || found.length === node.free.size) return;
    seen.add(n.id);
    if (n.kind === 'index') {
      if (node.free.has(n.name)) found.push(n);
    } else n.args.forEach(visit);
  };
  visit(node);
  return found;
}

/** Number of distinct nodes reachable from `node`, indices not counted. */
export function dagSize(node: Node): number {
  const seen = new Set<number>();
  const visit = (n: Node): number => {
    if (seen.has(n.id) || n.kind === 'index') return 0;
    seen.add(n.id);
    return n.args.reduce((total, arg) => total + visit(arg), 1);
  };
  return visit(node);
}

/** A positive number as it is written in programs: 0.25, 1e-5, 1.2e+30. */
export function decimalName(value: number): string {
  return value < 1e-3 ? value.toExponential() : String(value);
}
