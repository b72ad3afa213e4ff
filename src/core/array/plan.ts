/** From element expressions to array expressions in the layouts of a program. */
import type { ArrayValue, Binding, Program } from '../definition';
import {
  isNum,
  type IndexNode,
  type MatrixNode,
  type Node,
  type ReduceNode,
  type Size,
  type SymNode,
} from '../expr';
import { fraction, radicand, readsSwapped, SWAPPED, terms } from '../print/shape';
import { symmetricNames } from '../symmetric';
import { align, arrange, meet, squeeze } from './align';
import { diagonalOf, withDiagonals } from './diagonals';
import { contract, hadamard, isPlain, reduceAlong } from './contract';
import { indicesOf, type Dim, type Form, type MatrixFunctionForm, type SymbolForm } from './form';

export interface Plan {
  readonly form: Form;
  /** Lengths of the indices that occur in it. */
  readonly sizes: ReadonlyMap<string, Size>;
}

/** The axes of every symbol: an entry is the size of the axis, '1' for a unit axis. */
function layouts(program: Program, extra: readonly Binding[]): ReadonlyMap<string, readonly Size[]> {
  const known = new Map<string, readonly Size[]>();
  for (const input of program.inputs) known.set(input.name, input.shape);
  for (const b of [...program.bindings, ...extra])
    known.set(
      b.name,
      b.axes.map((axis) => (axis.index ? axis.size : '1')),
    );
  return known;
}

/** Plans `value` in exactly the layout of its axes. `extra` are bindings beyond the program's that it may mention. */
export function planArray(program: Program, extra: readonly Binding[], value: ArrayValue): Plan {
  const dims = value.axes.map((axis) => axis.index?.name ?? null);
  const planner = new Planner(program, layouts(program, extra), symmetricNames(program, extra));
  value.axes.forEach((axis) => axis.index && planner.note(axis.index));
  const form = planner.plan(withDiagonals(value, program.arena).element, dims);
  const own = new Set(indicesOf(form.dims));
  const target = dims.map((d) => (d !== null && own.has(d) ? d : null));
  // Repeats along axes that the element does not depend on; a plain number has no axes to arrange at all.
  const missing = dims.some((d) => d !== null && !own.has(d)) || (form.dims.length === 0 && dims.length > 0);
  if (!missing) return { form: arrange(form, dims) ?? form, sizes: planner.sizes };
  const arg = own.size === 0 ? (arrange(form, []) ?? form) : (arrange(form, target) ?? form);
  return {
    form: { kind: 'full', arg, sizes: value.axes.map((axis) => (axis.index ? axis.size : '1')), dims },
    sizes: planner.sizes,
  };
}

class Planner {
  readonly sizes = new Map<string, Size>();
  private fresh = 0;

  constructor(
    private readonly program: Program,
    private readonly layout: ReadonlyMap<string, readonly Size[]>,
    private readonly symmetric: ReadonlySet<string>,
  ) {}

  note(index: IndexNode): void {
    this.sizes.set(index.name, index.size);
  }

  plan(node: Node, wanted: readonly Dim[] | null): Form {
    switch (node.kind) {
      case 'num':
      case 'const':
      case 'size':
        return { kind: 'scalar', node, dims: [] };
      case 'index':
        this.note(node);
        return { kind: 'range', size: node.size, dims: [node.name] };
      case 'sym':
        return this.symbol(node);
      case 'matrix':
        return this.matrix(node);
      case 'add':
        return this.sum(node, wanted);
      case 'mul':
        return this.product(node, wanted);
      case 'pow':
        return this.power(node, wanted);
      case 'call': {
        const [dims, args] = this.together(node.args, wanted);
        return { kind: 'call', fn: node.fn, args, dims };
      }
      case 'cmp':
        return this.comparison(node, wanted, false);
      case 'delta': {
        const labels = this.oneHot(node.args);
        if (labels) return labels;
        const [dims, [left, right]] = this.together(node.args, wanted);
        if (!left || !right) throw new RangeError('a delta needs two arguments');
        return { kind: 'compare', rel: '==', left, right, mask: false, dims };
      }
      case 'where': {
        const [condition, then, otherwise] = node.args as [Node, Node, Node];
        const forms = [
          this.condition(condition, wanted),
          this.plan(then, wanted),
          this.plan(otherwise, wanted),
        ];
        const dims = meet(
          forms.map((f) => f.dims),
          wanted,
        );
        const [c, t, o] = forms.map((f) => align(f, dims)) as [Form, Form, Form];
        return { kind: 'where', condition: c, then: t, otherwise: o, dims };
      }
      case 'reduce':
        return this.reduction(node, wanted);
      case 'diff':
        throw new RangeError('a derivative that has not been carried out has no array form');
    }
  }

  /** Several operands in a layout where they meet element by element. */
  private together(nodes: readonly Node[], wanted: readonly Dim[] | null): [readonly Dim[], Form[]] {
    const forms = nodes.map((n) => this.plan(n, wanted));
    const dims = meet(
      forms.map((f) => f.dims),
      wanted,
    );
    return [dims, forms.map((f) => align(f, dims))];
  }

  private symbol(node: SymNode): Form {
    const shape = this.layout.get(node.name) ?? node.args.map(() => '');
    const whole = (dims: readonly Dim[]): SymbolForm => this.whole(node.name, dims);
    return this.elements(node.args, shape, whole);
  }

  private whole(name: string, dims: readonly Dim[]): SymbolForm {
    return { kind: 'symbol', name, symmetric: this.symmetric.has(name), dims };
  }

  private matrix(node: MatrixNode): Form {
    const layout = this.layout.get(node.name) ?? node.args.map(() => '');
    const shape = node.fn === 'inv' ? layout : layout.slice(0, -2);
    const whole = (dims: readonly Dim[]): MatrixFunctionForm => {
      const axes = node.fn === 'inv' ? dims : [...dims, 'row', 'column'];
      return { kind: 'matrix', fn: node.fn, arg: this.whole(node.name, axes), dims };
    };
    return this.elements(node.args, shape, whole);
  }

  /** What `make` gives for axes along which the arguments run, or the elements of it that they select. */
  private elements<F extends SymbolForm | MatrixFunctionForm>(
    args: readonly Node[],
    shape: readonly Size[],
    make: (dims: readonly Dim[]) => F,
  ): Form {
    const [first, second] = args;
    args.forEach((a) => a.kind === 'index' && this.note(a));
    const names = args.map((a) => (a.kind === 'index' ? a.name : null));
    let k = 0;
    const dims = shape.map((size) => (size === '1' ? null : (names[k++] ?? null)));
    const whole = make(dims);
    const distinct = new Set(names).size === names.length;
    if (distinct && names.every((n) => n !== null)) return whole;
    if (first && first === second && args.length === 2 && shape.length === 2 && first.kind === 'index')
      return { kind: 'diagonal', arg: whole, dims: [first.name] };
    return this.take(whole, args, shape);
  }

  /** Elements at positions: numbers and whole axes as they are, else every axis by an array of positions. */
  private take(arg: SymbolForm | MatrixFunctionForm, args: readonly Node[], shape: readonly Size[]): Form {
    const simple = args.every((a) => a.kind === 'num' || a.kind === 'index');
    const names = args.flatMap((a) => (a.kind === 'index' ? [a.name] : []));
    const zero: Form = { kind: 'scalar', node: this.program.arena.zero, dims: [] };
    let k = 0;
    if (simple && new Set(names).size === names.length) {
      const at = shape.map((size) => {
        const position = size === '1' ? null : args[k++];
        if (position === null) return zero;
        return position?.kind === 'num' ? this.plan(position, null) : null;
      });
      return { kind: 'take', arg, at, classes: at.map(() => null), dims: names };
    }
    const rows = this.rows(arg, args, shape);
    if (rows) return rows;
    const [dims, positions] = this.together(args, null);
    const order = shape.map((size) => (size === '1' ? null : k++));
    const at = order.map((position) => (position === null ? null : positions[position]) ?? zero);
    const classes = order.map((position) => (position === null ? null : this.classes(args[position])));
    return { kind: 'take', arg, at, classes, dims };
  }

  /** Whole rows at an array of positions, with all of the other axes; null where positions depend on those. */
  private rows(
    arg: SymbolForm | MatrixFunctionForm,
    [first, ...others]: readonly Node[],
    shape: readonly Size[],
  ): Form | null {
    if (!first || others.length === 0 || shape.length !== others.length + 1 || first.free.size !== 1)
      return null;
    const names = others.flatMap((a) => (a.kind === 'index' && !first.free.has(a.name) ? [a.name] : []));
    if (names.length !== others.length || new Set(names).size !== names.length) return null;
    const position = squeeze(this.plan(first, null));
    const dims = [...position.dims, ...names];
    const at = [position, ...others.map(() => null)];
    return { kind: 'take', arg, at, classes: [this.classes(first), ...others.map(() => null)], dims };
  }

  private sum(node: Node, wanted: readonly Dim[] | null): Form {
    const { arena } = this.program;
    const split = (term: Node): readonly Node[] =>
      term.kind === 'reduce' && term.op === 'sum' ? (this.splitProducts(term)?.args ?? [term]) : [term];
    const list = terms(arena, arena.add(...node.args.flatMap(split)));
    const [dims, forms] = this.together(
      list.map((t) => t.node),
      wanted,
    );
    return {
      kind: 'add',
      terms: forms.map((form, k) => ({ negative: list[k]?.negative ?? false, form })),
      dims,
    };
  }

  /** A matrix with entries on its diagonal only, or null. */
  private diagonal(node: Node, wanted: readonly Dim[] | null): Form | null {
    const { arena } = this.program;
    const found = diagonalOf(arena, node);
    if (!found) return null;
    const { row, column, scalars, entries } = found;
    const arg = squeeze(this.plan(arena.mul(...entries), null));
    this.note(row);
    this.note(column);
    const order = [row.name, column.name];
    const swapped = wanted !== null && wanted.indexOf(row.name) > wanted.indexOf(column.name);
    const dims = swapped ? order.reverse() : order;
    const form: Form = { kind: 'diag', arg, dims };
    if (scalars.length === 0) return form;
    const f = fraction(arena, arena.mul(...scalars));
    const top = [...f.numerator.map((n) => this.plan(n, null)), form];
    const bottom = [...f.sizes, ...f.denominator].map((d) => this.plan(d.node, null));
    return { kind: 'product', negative: f.negative, num: f.num, den: f.den, top, bottom, dims };
  }

  private product(node: Node, wanted: readonly Dim[] | null): Form {
    const diagonal = this.diagonal(node, wanted);
    if (diagonal) return diagonal;
    const f = fraction(this.program.arena, node);
    const bottomNodes = [...f.sizes, ...f.denominator].map((d) => d.node);
    // A product of vectors over different indices is planned as one before it meets the rest.
    const tops = f.numerator.map((n) => this.plan(n, wanted));
    const scalars = tops.filter((t) => indicesOf(t.dims).length === 0);
    const arrays = tops.filter((t) => indicesOf(t.dims).length > 0);
    const joined = arrays.length === 2 ? [hadamard(arrays, wanted)] : arrays;
    const outer = joined.length === 1 && joined[0]?.kind === 'outer' ? joined : arrays;
    const bottoms = bottomNodes.map((n) => this.plan(n, wanted));
    const all = [...scalars, ...outer, ...bottoms];
    const dims = meet(
      all.map((form) => form.dims),
      wanted,
    );
    const fit = (form: Form): Form => align(form, dims);
    const ordered = tops.filter((t) => scalars.includes(t) || outer.includes(t));
    const top = [...ordered, ...outer.filter((t) => !ordered.includes(t))].map(fit);
    const [only] = top;
    if (only && top.length === 1 && bottoms.length === 0 && !f.negative && f.num === 1 && f.den === 1)
      return only;
    return {
      kind: 'product',
      negative: f.negative,
      num: f.num,
      den: f.den,
      top,
      bottom: bottoms.map(fit),
      dims,
    };
  }

  private power(node: Node, wanted: readonly Dim[] | null): Form {
    const root = radicand(node);
    if (root) {
      const arg = this.plan(root, wanted);
      return { kind: 'root', arg, dims: arg.dims };
    }
    const f = fraction(this.program.arena, node);
    if (f.denominator.length + f.sizes.length > 0) return this.product(node, wanted);
    const [dims, [base, exponent]] = this.together(node.args, wanted);
    if (!base || !exponent) throw new RangeError('a power needs two arguments');
    return { kind: 'power', base, exponent, dims };
  }

  private comparison(
    node: Extract<Node, { kind: 'cmp' }>,
    wanted: readonly Dim[] | null,
    mask: boolean,
  ): Form {
    const labels = (node.rel === '==' || node.rel === '!=') && !mask ? this.oneHot(node.args) : null;
    if (labels) return node.rel === '==' ? labels : this.complement(labels);
    const swapped = readsSwapped(node);
    const sides = swapped ? [...node.args].reverse() : node.args;
    const [dims, [left, right]] = this.together(sides, wanted);
    if (!left || !right) throw new RangeError('a comparison needs two sides');
    return { kind: 'compare', rel: swapped ? SWAPPED[node.rel] : node.rel, left, right, mask, dims };
  }

  /** [label = j] for labels that are known to be among the values of j, else null. */
  private oneHot(args: readonly Node[]): Form | null {
    const label = args.find((arg) => arg.kind === 'sym');
    const index = args.find((arg) => arg.kind === 'index');
    if (!label || !index || label.free.has(index.name)) return null;
    if (this.classes(label) !== index.size) return null;
    this.note(index);
    const labels = squeeze(this.plan(label, null));
    return { kind: 'oneHot', labels, size: index.size, dims: [...labels.dims, index.name] };
  }

  /** 1 where an indicator is 0, and 0 where it is 1. */
  private complement(form: Form): Form {
    const one: Form = { kind: 'scalar', node: this.program.arena.one, dims: [] };
    const terms = [
      { negative: false, form: one },
      { negative: true, form },
    ];
    return { kind: 'add', terms, dims: form.dims };
  }

  /** How many classes a label is of, null for what is no label. */
  private classes(node: Node | undefined): Size | null {
    if (node?.kind !== 'sym') return null;
    const domain = this.program.inputs.find((input) => input.name === node.name)?.domain;
    return domain?.kind === 'class' ? domain.size : null;
  }

  /** A condition as a mask; only a plain comparison is one by itself. */
  private condition(node: Node, wanted: readonly Dim[] | null): Form {
    if (node.kind === 'cmp') return this.comparison(node, wanted, true);
    const zero: Form = { kind: 'scalar', node: this.program.arena.zero, dims: [] };
    const left = this.plan(node, wanted);
    return { kind: 'compare', rel: '!=', left, right: zero, mask: true, dims: left.dims };
  }

  private reduction(node: ReduceNode, wanted: readonly Dim[] | null): Form {
    if (node.op !== 'sum') {
      const { index, body } = this.enter(node);
      const form = this.plan(body, null);
      return reduceAlong(node.op, form, index.name, wanted);
    }
    const running = this.runningSum(node);
    if (running) return running;
    const { arena } = this.program;
    const split = this.splitProducts(node);
    if (split) return this.plan(split, wanted);
    const summed: IndexNode[] = [];
    const factors: Node[] = [];
    const flatten = (n: Node): void => {
      if (n.kind === 'reduce' && n.op === 'sum') {
        const { index, body } = this.enter(n);
        summed.push(index);
        flatten(body);
      } else if (n.kind === 'mul') n.args.forEach(flatten);
      else if (n.kind === 'pow' && n.args[0]?.kind === 'mul' && isNum(n.args[1] as Node, -1))
        // 1/(a b) is 1/a · 1/b: each may have other indices.
        n.args[0].args.forEach((divisor) => flatten(arena.pow(divisor, arena.minusOne)));
      else factors.push(n);
    };
    flatten(node);
    // Whatever has none of the summed indices stands in front; the rest is summed.
    const outside = factors.filter((f) => f.free.size === 0);
    const inside = factors.filter((f) => f.free.size > 0);
    const form = contract(
      this.blocks(inside),
      summed.map((i) => i.name),
      wanted,
    );
    if (outside.length === 0) return form;
    const f = fraction(arena, arena.mul(...outside));
    const scale = {
      top: f.numerator.map((n) => this.plan(n, null)),
      bottom: [...f.sizes, ...f.denominator].map((d) => this.plan(d.node, null)),
    };
    const fit = (s: Form): Form => align(s, form.dims);
    return {
      kind: 'product',
      negative: f.negative,
      num: f.num,
      den: f.den,
      top: [...scale.top.map(fit), ...(isPlain(form) ? form.top : [form])],
      bottom: scale.bottom.map(fit),
      dims: form.dims,
    };
  }

  /** Σ_i (A_ij U_ik + R_ik V_ij) as two sums, each of which is a matrix product; null for other sums. */
  private splitProducts(node: ReduceNode): Node | null {
    const { index, body } = this.enter(node);
    if (body.kind !== 'add' || body.free.size < 3) return null;
    const isProduct = (term: Node): boolean => {
      const factors = (term.kind === 'mul' ? term.args : [term]).filter((f) => f.free.has(index.name));
      return factors.length > 1 && !factors.some((f) => f.free.size === term.free.size);
    };
    if (!body.args.every(isProduct)) return null;
    const { arena } = this.program;
    return arena.add(...body.args.map((term) => arena.sum(index, term)));
  }

  /** Σ_k [i ≥ k] f_k is a running sum of f, Σ_k [k ≥ i] f_k one from the end; null where f has an i of its own. */
  private runningSum(node: ReduceNode): Form | null {
    const { index, body } = this.enter(node);
    const factors = body.kind === 'mul' ? body.args : [body];
    const mask = factors.find((f) => f.kind === 'cmp' && f.rel === '>=' && f.args.includes(index));
    const at = mask?.args.find((arg) => arg !== index);
    if (!mask || at?.kind !== 'index' || at.size !== index.size) return null;
    const { arena } = this.program;
    const rest = arena.mul(...factors.filter((f) => f !== mask));
    if (rest.free.has(at.name) || !rest.free.has(index.name)) return null;
    const arg = squeeze(this.plan(arena.substitute(rest, index, at), null));
    return {
      kind: 'cumulative',
      arg,
      axis: arg.dims.indexOf(at.name),
      reverse: mask.args[0] === index,
      dims: arg.dims,
    };
  }

  /** Factors of a sum: those over the same indices are planned as one product, quotients included. */
  private blocks(factors: readonly Node[]): Form[] {
    const groups = new Map<string, Node[]>();
    for (const f of factors) {
      const key = [...f.free].sort().join();
      groups.set(key, [...(groups.get(key) ?? []), f]);
    }
    return [...groups.values()].map((g) => this.plan(this.program.arena.mul(...g), null));
  }

  /** The body of a reduction over an index that occurs nowhere else. */
  private enter(node: ReduceNode): { index: IndexNode; body: Node } {
    const { arena } = this.program;
    const opened = arena.open(node);
    this.fresh += 1;
    const index = arena.index(`%${this.fresh}`, opened.index.size);
    this.note(index);
    return { index, body: arena.substitute(opened.body, opened.index, index) };
  }
}
