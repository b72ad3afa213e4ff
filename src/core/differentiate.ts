/**
 * Partial derivatives of expressions by rules of calculus, one rule per step: each step replaces one `diff` node by what
 * its rule gives, so that every intermediate line is an expression that can be evaluated.
 */
import type { Mention, Step } from './derivation';
import {
  isNum,
  stackPositions,
  type Arena,
  type CallNode,
  type IndexNode,
  type MatrixFunction,
  type MatrixNode,
  type Node,
  type ReduceNode,
  type SymNode,
} from './expr';
import type { Graph } from './graph';
import type { IndexNamer } from './indexNames';
import { hasOp, opRow } from './ops';
import { embedded, makeStep } from './steps';
import { mayTie } from './ties';
import { MOST_PARTS, type TermsByName } from './wideSums';

export interface Derivative {
  readonly result: Node;
  /** From `diff(expression, symbol)` to the result; each step's `after` is the next one's `before`. */
  readonly steps: readonly Step[];
}

export interface DifferentiateTools {
  readonly arena: Arena;
  readonly graph: Graph;
  readonly namer: IndexNamer;
  /** A node as plain text, for titles; null for a large one. */
  readonly text: (node: Node) => string | null;
  readonly termsByName: TermsByName;
}

/** Thrown for functions without a derivative rule. */
export class NotDifferentiable extends Error {}

/** What is left to do after one rule: derivatives of `inner`, put together by `build`. */
interface Plan {
  readonly rule: string;
  readonly title: string;
  readonly mentions?: readonly Mention[];
  readonly inner: readonly Node[];
  readonly build: (parts: readonly Node[]) => Node;
  readonly children?: readonly Step[];
  readonly assumptions?: readonly string[];
}

/**
 * ∂expression/∂symbol, every other symbol held fixed. The symbol's arguments are free indices, which the expression may
 * use too (∂a_i/∂z_i).
 */
export function differentiate(
  { arena, graph, namer, text, termsByName }: DifferentiateTools,
  expression: Node,
  symbol: SymNode,
): Derivative {
  const by = text(symbol) ?? symbol.name;
  /** Short expressions are named in titles, long ones described. */
  const called = (node: Node, otherwise: string): string => {
    const written = text(node);
    return written !== null && written.length <= 40 ? written : otherwise;
  };
  /** What `called` names. */
  const mentions = (...nodes: readonly Node[]): readonly Mention[] =>
    nodes.flatMap((node) => {
      const written = node === symbol ? by : called(node, '');
      return written === '' ? [] : [{ text: written, node }];
    });
  const dependence = new Map<number, boolean>();
  const depends = (node: Node): boolean => {
    let known = dependence.get(node.id);
    if (known === undefined) {
      if (node.kind === 'add' && node.args.length > MOST_PARTS) known = termsByName(node).has(symbol.name);
      else {
        const isNamed = (node.kind === 'sym' || node.kind === 'matrix') && node.name === symbol.name;
        known = isNamed || node.args.some(depends);
      }
      dependence.set(node.id, known);
    }
    return known;
  };
  const pending = (node: Node): Node => (node === symbol ? arena.one : arena.diff(node, symbol));

  const derive = (node: Node): Derivative => {
    const before = arena.diff(node, symbol);
    const single = (
      rule: string,
      title: string,
      result: Node,
      said: readonly Mention[] = [],
    ): Derivative => ({
      result,
      steps: [makeStep({ rule, title, mentions: said, before, after: result })],
    });
    if (!depends(node)) {
      const title = `${by} does not occur in it, so its derivative is 0`;
      return single('constant-rule', title, arena.zero, mentions(symbol));
    }
    if (node === symbol)
      return single('identity-rule', `the derivative of ${by} by itself is 1`, arena.one, mentions(symbol));
    if (node.kind === 'sym') {
      const deltas = node.args.map((arg, k) => arena.delta(arg, symbol.args[k] ?? arg));
      return single('kronecker-delta', `1 where the indices agree, else 0`, arena.mul(...deltas));
    }
    if (node.kind === 'matrix') {
      const { rule, title } = MATRIX_RULES[node.fn];
      return single(rule, title, matrixDerivative(arena, node, symbol));
    }
    // A condition that has a name of its own is differentiated like any other intermediate.
    if (node.kind === 'cmp')
      return single(
        'constant-rule',
        'a comparison is constant on either side of where it changes, which is left out',
        arena.zero,
      );
    if (node.kind === 'add') return carryOut(node, sumRule(node), true);
    return carryOut(node, plan(node), false);
  };

  /** Applies a plan, then carries out what it left. */
  const carryOut = (node: Node, todo: Plan, dropsConstants: boolean): Derivative => {
    const before = arena.diff(node, symbol);
    const steps: Step[] = [];
    const isWideSum = dropsConstants && todo.inner.length > MOST_PARTS;
    let inner = isWideSum ? (termsByName(node).get(symbol.name) ?? []) : todo.inner;
    let build = isWideSum ? (parts: readonly Node[]): Node => arena.add(...parts) : todo.build;
    let current = build(inner.map(pending));
    steps.push(
      makeStep({
        rule: todo.rule,
        title: todo.title,
        mentions: todo.mentions ?? [],
        before,
        after: current,
        children: todo.children ?? [],
        assumptions: todo.assumptions ?? [],
      }),
    );
    if (dropsConstants && inner.some((part) => !depends(part))) {
      inner = inner.filter(depends);
      build = (parts) => arena.add(...parts);
      const after = build(inner.map(pending));
      const constants = todo.inner.filter((part) => !depends(part));
      steps.push(
        makeStep({
          rule: 'constant-rule',
          title: `${called(arena.add(...constants), 'the rest')} does not depend on ${by}: its derivative is 0`,
          mentions: mentions(arena.add(...constants), symbol),
          before: current,
          after,
          touchedBefore: constants.map((part) => arena.diff(part, symbol)),
          touchedAfter: [],
        }),
      );
      current = after;
    }
    const open = inner.flatMap((part, k) => (part === symbol ? [] : [k]));
    const parts = inner.map(pending);
    const compose = build;
    if (open.length === 1) {
      const k = open[0] ?? 0;
      const sub = derive(inner[k] as Node);
      const at = (part: Node): Node => compose(parts.map((p, n) => (n === k ? part : p)));
      steps.push(...embedded(sub.steps, at));
      return { result: at(sub.result), steps };
    }
    if (open.length > MOST_PARTS) {
      for (const k of open) parts[k] = derive(inner[k] as Node).result;
      const result = compose(parts);
      const title = `differentiate each of the ${open.length} parts`;
      if (result !== current)
        steps.push(makeStep({ rule: 'differentiate', title, before: current, after: result }));
      return { result, steps };
    }
    for (const k of open) {
      const part = inner[k] as Node;
      const sub = derive(part);
      const touched = parts[k] as Node;
      parts[k] = sub.result;
      const after = compose(parts);
      if (after === current) continue;
      const [only] = sub.steps;
      if (sub.steps.length === 1 && only)
        steps.push({ ...only, before: current, after, touchedBefore: [touched], touchedAfter: [sub.result] });
      else
        steps.push(
          makeStep({
            rule: 'differentiate',
            title: `differentiate ${called(part, `part ${k + 1}`)}`,
            mentions: mentions(part),
            before: current,
            after,
            touchedBefore: [touched],
            touchedAfter: [sub.result],
            children: sub.steps,
          }),
        );
      current = after;
    }
    return { result: current, steps };
  };

  const sumRule = (node: Node): Plan => ({
    rule: 'sum-rule',
    title: 'the derivative of a sum is the sum of the derivatives',
    inner: node.args,
    build: (parts) => arena.add(...parts),
  });

  const plan = (node: Node): Plan => {
    switch (node.kind) {
      case 'mul':
        return productPlan(node);
      case 'pow':
        return powerPlan(node);
      case 'call':
        return callPlan(node);
      case 'where':
        return casesPlan(node);
      case 'reduce':
        return reducePlan(node);
      default:
        throw new NotDifferentiable(`no derivative rule for ${node.kind}`);
    }
  };

  const productPlan = (node: Node): Plan => {
    const constants = node.args.filter((arg) => !depends(arg));
    const varying = node.args.filter(depends);
    if (constants.length > 0) {
      const factor = arena.mul(...constants);
      return {
        rule: 'constant-factor',
        title: `${called(factor, 'what does not depend on ' + by)} is a constant factor`,
        mentions: called(factor, '') === '' ? mentions(symbol) : mentions(factor),
        inner: [arena.mul(...varying)],
        build: ([part]) => arena.mul(factor, part ?? arena.one),
      };
    }
    const isBelow = (arg: Node): boolean => {
      const exponent = arg.kind === 'pow' ? arg.args[1] : undefined;
      return exponent?.kind === 'num' && exponent.num < 0;
    };
    const above = varying.filter((arg) => !isBelow(arg));
    const below = varying.filter(isBelow);
    if (above.length > 0 && below.length > 0) {
      const top = arena.mul(...above);
      const bottom = arena.mul(
        ...below.map((arg) => arena.pow(arg.args[0] as Node, arena.mul(arena.minusOne, arg.args[1] as Node))),
      );
      return {
        rule: 'quotient-rule',
        title: 'the quotient rule: (f/g)′ = (f′g − fg′)/g²',
        inner: [top, bottom],
        build: ([f, g]) =>
          arena.mul(
            arena.sub(arena.mul(f ?? arena.one, bottom), arena.mul(top, g ?? arena.one)),
            arena.pow(bottom, arena.num(-2)),
          ),
      };
    }
    return {
      rule: 'product-rule',
      title: 'the product rule: each factor is differentiated in turn',
      inner: varying,
      build: (parts) =>
        arena.add(
          ...varying.map((_, k) => arena.mul(...varying.map((f, n) => (n === k ? (parts[k] as Node) : f)))),
        ),
    };
  };

  const powerPlan = (node: Node): Plan => {
    const [base, exponent] = node.args as [Node, Node];
    if (!depends(exponent)) {
      const outer = arena.mul(exponent, arena.pow(base, arena.sub(exponent, arena.one)));
      const build = ([part]: readonly Node[]): Node => arena.mul(outer, part ?? arena.one);
      const chain = base === symbol ? '' : ', times the derivative of the inside';
      if (isNum(exponent, -1))
        return {
          rule: 'reciprocal-rule',
          title: 'the reciprocal rule: (1/g)′ = −g′/g²',
          inner: [base],
          build,
        };
      if (exponent.kind === 'num' && exponent.num === 1 && exponent.den === 2)
        return {
          rule: 'square-root-rule',
          title: `the derivative of √g is 1/(2√g)${chain}`,
          inner: [base],
          build,
        };
      return {
        rule: 'power-rule',
        title: `the exponent comes in front and goes down by 1${chain}`,
        inner: [base],
        build,
      };
    }
    const logBase = arena.call('log', base);
    if (!depends(base))
      return {
        rule: 'exponential-rule',
        title: 'a constant to a varying power: the power times the logarithm of its base',
        inner: [exponent],
        build: ([part]) => arena.mul(node, logBase, part ?? arena.one),
      };
    return {
      rule: 'general-power-rule',
      title: 'both base and exponent vary: (f^g)′ = f^g (g′ log f + g f′/f)',
      inner: [base, exponent],
      build: ([f, g]) =>
        arena.mul(
          node,
          arena.add(
            arena.mul(g ?? arena.one, logBase),
            arena.mul(exponent, f ?? arena.one, arena.pow(base, arena.minusOne)),
          ),
        ),
      assumptions: ['the base of the power is positive'],
    };
  };

  const callPlan = (node: CallNode): Plan => {
    if (!hasOp(node.fn)) throw new NotDifferentiable(`no derivative rule for ${node.fn}`);
    const row = opRow(node.fn);
    const varying = node.args.flatMap((arg, k) => (depends(arg) ? [k] : []));
    const slopes = varying.map((k) => {
      const derivative = row.derivatives[k];
      if (!derivative) throw new NotDifferentiable(`${node.fn} has no derivative in argument ${k + 1}`);
      return { rule: derivative.rule, slope: derivative.build(arena, node.args, node) };
    });
    const inner = varying.map((k) => node.args[k] as Node);
    const chained = inner.some((part) => part !== symbol);
    return {
      rule: slopes[0]?.rule ?? 'chain-rule',
      title: `the derivative of ${row.title}${chained ? `, times the derivative of ${called(inner[0] as Node, 'what is inside')}` : ''}`,
      mentions: chained ? mentions(inner[0] as Node) : [],
      inner,
      build: (parts) => arena.add(...slopes.map(({ slope }, k) => arena.mul(slope, parts[k] as Node))),
      assumptions: row.kinks.length > 0 ? [`${row.title} has a kink, which is left out`] : [],
    };
  };

  const casesPlan = (node: Node): Plan => {
    const [condition, then, otherwise] = node.args as [Node, Node, Node];
    const branches = [then, otherwise];
    const inner = branches.filter(depends);
    return {
      rule: 'piecewise-rule',
      title: 'each case is differentiated; the place where they meet is left out',
      inner,
      build: (parts) => {
        let at = 0;
        const [a, b] = branches.map((branch) => (depends(branch) ? (parts[at++] as Node) : arena.zero));
        return arena.where(condition, a ?? arena.zero, b ?? arena.zero);
      },
    };
  };

  const named = (node: ReduceNode): { index: IndexNode; body: Node } => {
    const opened = arena.open(node);
    const taken = new Set([...node.free, ...symbol.free]);
    const index = namer.fresh(node.index.size, taken);
    return { index, body: arena.substitute(opened.body, opened.index, index) };
  };

  const reducePlan = (node: ReduceNode): Plan => {
    const { index, body } = named(node);
    if (node.op === 'sum') {
      const position = pinnedPosition(body, symbol, index);
      if (position !== null) return pickTerm(node, index, body, symbol.args[position] as IndexNode);
      return {
        rule: 'sum-rule',
        title: 'the derivative of a sum is the sum of the derivatives',
        inner: [body],
        build: ([part]) => arena.sum(index, part ?? arena.one),
      };
    }
    if (node.op === 'prod')
      return {
        rule: 'product-rule',
        title: 'the product rule over all factors, each divided out in turn',
        inner: [body],
        build: ([part]) =>
          arena.mul(node, arena.sum(index, arena.mul(part ?? arena.one, arena.pow(body, arena.minusOne)))),
        assumptions: ['no factor of the product is 0'],
      };
    const extreme = node.op === 'max' ? 'maximum' : 'minimum';
    const rule = node.op === 'max' ? 'max-derivative' : 'min-derivative';
    const attained = arena.compare('==', body, node);
    const moved = (part: Node): Node => arena.sum(index, arena.mul(attained, part));
    if (!mayTie(arena, graph, body, index))
      return {
        rule,
        title: `only the element that attains the ${extreme} moves it`,
        inner: [body],
        build: ([part = arena.one]) => moved(part),
        assumptions: [`the ${extreme} is attained once (no ties)`],
      };
    return {
      rule,
      title: `only the elements that attain the ${extreme} move it, in equal parts`,
      inner: [body],
      build: ([part = arena.one]) => arena.div(moved(part), arena.sum(index, attained)),
    };
  };

  /** ∂/∂v_i Σ_k f_k where f_k holds v only as v_k: the term k = i is the only one with v_i in it. */
  const pickTerm = (node: ReduceNode, index: IndexNode, body: Node, at: IndexNode): Plan => {
    const picked = arena.substitute(body, index, at);
    const target = arena.diff(picked, symbol);
    const inside = arena.sum(index, arena.diff(body, symbol));
    const spread = arena.sum(index, arena.mul(arena.delta(index, at), target));
    const children = [
      makeStep({
        rule: 'sum-rule',
        title: 'the derivative of a sum is the sum of the derivatives',
        before: arena.diff(node, symbol),
        after: inside,
      }),
      makeStep({
        rule: 'kronecker-delta',
        title: `each term holds one element of ${symbol.name}: it has a derivative only where the indices agree`,
        before: inside,
        after: spread,
      }),
      makeStep({
        rule: 'sum-over-delta',
        title: 'the sum keeps the one term where the indices agree',
        before: spread,
        after: target,
      }),
    ];
    return {
      rule: 'derivative-of-sum',
      title: `only one term of the sum has ${by} in it`,
      mentions: mentions(symbol),
      inner: [picked],
      build: ([part]) => part ?? arena.one,
      children: picked === symbol ? [] : children,
    };
  };

  return derive(expression);
}

const MATRIX_RULES: Readonly<Record<MatrixFunction, { readonly rule: string; readonly title: string }>> = {
  inv: { rule: 'inverse-derivative', title: 'the derivative of an inverse: minus the inverse on both sides' },
  det: {
    rule: 'determinant-derivative',
    title: 'the derivative of a determinant: the determinant times the inverse, transposed',
  },
  logabsdet: {
    rule: 'log-determinant-derivative',
    title: 'the derivative of a log-determinant is the inverse, transposed',
  },
};

/** ∂f(A)/∂A_pq, where the symbol is A_pq: Petersen and Pedersen, "The Matrix Cookbook", (46), (49) and (60). */
function matrixDerivative(arena: Arena, node: MatrixNode, symbol: SymNode): Node {
  const stack = stackPositions(node);
  const [p, q] = symbol.args.slice(-2) as [Node, Node];
  const same = stack.map((at, k) => arena.delta(at, symbol.args[k] ?? at));
  const inverse = (row: Node, column: Node): Node => arena.matrix('inv', node.name, ...stack, row, column);
  if (node.fn === 'logabsdet') return arena.mul(...same, inverse(q, p));
  if (node.fn === 'det') return arena.mul(...same, node, inverse(q, p));
  const [r, s] = node.args.slice(-2) as [Node, Node];
  return arena.mul(...same, arena.minusOne, inverse(r, p), inverse(q, s));
}

/** All symbols of that name in `body` have `index` itself as the same argument; that position, or null. */
function pinnedPosition(body: Node, symbol: SymNode, index: IndexNode): number | null {
  let positions: number[] | null = null;
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    if (node.kind === 'sym' && node.name === symbol.name) {
      const here = node.args.flatMap((arg, k) =>
        arg === index && isIndexOf(symbol.args[k], index) ? [k] : [],
      );
      positions = positions === null ? here : positions.filter((k) => here.includes(k));
    }
    if (node.kind === 'matrix' && node.name === symbol.name) positions = [];
    node.args.forEach(visit);
  };
  visit(body);
  const found = positions as number[] | null;
  return found?.[0] ?? null;
}

const isIndexOf = (arg: Node | undefined, index: IndexNode): boolean =>
  arg?.kind === 'index' && arg.size === index.size;
