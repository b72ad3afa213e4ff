/**
 * A line language for tests: declarations and bindings in index notation, turned into a core `Program`.
 *
 *     data X[m,n]; label y[m] binary; param w[n]; param b; hyper lam positive
 *     z[i<m] = sum(j<n, X[i,j]*w[j]) + b
 *     J = 1/m*sum(i<m, (z[i]-y[i])^2) + lam*sum(j<n, w[j]^2)
 *
 * Functions: sum, max, min, prod with `index<size` first; where(c, a, b); max(a, b) and min(a, b) as where; delta(i, j);
 * sqrt; inv(A)[i,j], det(A), logdet(A) of a named matrix; any operator-table name. Comparisons yield 0 or 1. The last binding is the output.
 */
import type { Binding, Domain, Input, Program, Role } from '../../src/core/definition';
import { POSITIVE, REAL, UNIT } from '../../src/core/definition';
import {
  Arena,
  type IndexNode,
  type MatrixFunction,
  type Node,
  type ReduceOp,
  type Relation,
} from '../../src/core/expr';

const ROLES: Record<string, Role> = {
  param: 'parameter',
  data: 'data',
  label: 'label',
  hyper: 'hyper',
  upstream: 'upstream',
};
const DOMAINS: Record<string, Domain> = {
  real: REAL,
  positive: POSITIVE,
  unit: UNIT,
  binary: { kind: 'binary' },
  sign: { kind: 'sign' },
  onehot: { kind: 'distribution', hard: true },
  distribution: { kind: 'distribution', hard: false },
  symmetric: { kind: 'symmetric', definite: false },
  definite: { kind: 'symmetric', definite: true },
};
const MATRIX_FUNCTIONS: Record<string, MatrixFunction> = { inv: 'inv', det: 'det', logdet: 'logabsdet' };

function domainOf(word: string | undefined): Domain {
  if (word === undefined) return REAL;
  if (word.startsWith('class:')) return { kind: 'class', size: word.slice(6) };
  const domain = DOMAINS[word];
  if (!domain) throw new Error(`unknown domain ${word}`);
  return domain;
}

export function parseModel(source: string, arena = new Arena()): Program {
  const inputs: Input[] = [];
  const bindings: Binding[] = [];
  const sizes = new Set<string>();
  for (const line of source.split(/[\n;]/).map((l) => l.trim())) {
    if (line === '' || line.startsWith('//')) continue;
    const declared = /^(\w+)\s+([\w@]+)(?:\[([^\]]*)\])?(?:\s+([\w:]+))?$/.exec(line);
    const role = declared ? ROLES[declared[1] ?? ''] : undefined;
    if (declared && role) {
      const shape = declared[3] ? declared[3].split(',').map((s) => s.trim()) : [];
      const name = declared[2] ?? '';
      for (const size of shape) sizes.add(size);
      inputs.push({ name, code: name, role, shape, domain: domainOf(declared[4]), reason: '', span: null });
      continue;
    }
    const bound = /^([\w@]+)(?:\[([^\]]*)\])?\s*=(?!=)(.*)$/.exec(line);
    if (!bound) throw new Error(`cannot read: ${line}`);
    const scope = new Map<string, IndexNode>();
    const axes = (bound[2] ?? '')
      .split(',')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const [name = '', size = ''] = part.split('<').map((s) => s.trim());
        if (size === '') return { size: '1', index: null };
        const index = arena.index(name, size);
        scope.set(name, index);
        return { size, index };
      });
    for (const { size } of axes) sizes.add(size);
    const def = new ExpressionParser(bound[3] ?? '', arena, scope, sizes).whole();
    bindings.push({ name: bound[1] ?? '', axes, def, span: null, origin: 'assignment' });
  }
  const output = bindings.at(-1)?.name;
  if (output === undefined) throw new Error('a model needs a binding');
  return { arena, inputs, bindings, output };
}

/** Parses one expression in the line language; `scope` gives the free indices. */
export function parseExpression(
  source: string,
  arena: Arena,
  scope = new Map<string, IndexNode>(),
  sizes = new Set<string>(),
): Node {
  return new ExpressionParser(source, arena, scope, sizes).whole();
}

class ExpressionParser {
  private readonly tokens: string[];
  private at = 0;

  constructor(
    source: string,
    private readonly arena: Arena,
    private readonly scope: Map<string, IndexNode>,
    private readonly sizes: Set<string>,
  ) {
    this.tokens = source.match(/\d+\.?\d*(?:e-?\d+)?|[A-Za-z_][\w@]*|>=|<=|==|!=|[-+*/^(),[\]<>]/g) ?? [];
  }

  whole(): Node {
    const node = this.comparison();
    if (this.at < this.tokens.length) throw new Error(`unexpected ${this.tokens.slice(this.at).join(' ')}`);
    return node;
  }

  private take(expected?: string): string {
    const token = this.tokens[this.at];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new Error(`expected ${expected ?? 'more'}, found ${token ?? 'the end'}`);
    this.at += 1;
    return token;
  }

  private next(...choices: string[]): string | null {
    const token = this.tokens[this.at];
    if (token === undefined || !choices.includes(token)) return null;
    this.at += 1;
    return token;
  }

  private comparison(): Node {
    const left = this.sum();
    const rel = this.next('>', '>=', '<', '<=', '==', '!=');
    return rel ? this.arena.compare(rel as Relation | '<' | '<=', left, this.sum()) : left;
  }

  private sum(): Node {
    const terms = [this.product()];
    for (let op = this.next('+', '-'); op; op = this.next('+', '-')) {
      const right = this.product();
      terms.push(op === '+' ? right : this.arena.neg(right));
    }
    return this.arena.add(...terms);
  }

  private product(): Node {
    let node = this.unary();
    for (let op = this.next('*', '/'); op; op = this.next('*', '/')) {
      const right = this.unary();
      node = op === '*' ? this.arena.mul(node, right) : this.arena.div(node, right);
    }
    return node;
  }

  private unary(): Node {
    if (this.next('-')) return this.arena.neg(this.unary());
    const base = this.atom();
    return this.next('^') ? this.arena.pow(base, this.unary()) : base;
  }

  private atom(): Node {
    const token = this.take();
    if (token === '(') {
      const node = this.comparison();
      this.take(')');
      return node;
    }
    if (/^\d/.test(token)) return this.arena.literal(token);
    if (token in MATRIX_FUNCTIONS && this.tokens[this.at] === '(') return this.matrix(token);
    if (this.next('(')) return this.call(token);
    if (this.next('[')) {
      const args = this.list(']');
      return this.arena.sym(token, ...args);
    }
    const index = this.scope.get(token);
    if (index) return index;
    if (token === 'pi') return this.arena.constant('pi', Math.PI);
    return this.sizes.has(token) ? this.arena.size(token) : this.arena.sym(token);
  }

  private matrix(token: string): Node {
    const fn = MATRIX_FUNCTIONS[token];
    if (!fn) throw new Error(`unknown matrix function ${token}`);
    this.take('(');
    const name = this.take();
    const stack = this.next('[') ? this.list(']') : [];
    this.take(')');
    return this.arena.matrix(fn, name, ...stack, ...(fn === 'inv' && this.take('[') ? this.list(']') : []));
  }

  private list(close: string): Node[] {
    const args: Node[] = [];
    do args.push(this.comparison());
    while (this.next(','));
    this.take(close);
    return args;
  }

  private call(name: string): Node {
    if (
      ['sum', 'max', 'min', 'prod'].includes(name) &&
      this.tokens[this.at + 1] === '<' &&
      this.tokens[this.at + 3] === ','
    )
      return this.reduction(name as ReduceOp);
    const args = this.list(')');
    const [a, b, c] = args;
    if (name === 'where' && a && b && c) return this.arena.where(a, b, c);
    if (name === 'max' && a && b) return this.arena.where(this.arena.compare('>', b, a), b, a);
    if (name === 'min' && a && b) return this.arena.where(this.arena.compare('<', b, a), b, a);
    if (name === 'delta' && a && b) return this.arena.delta(a, b);
    if (name === 'sqrt' && a) return this.arena.sqrt(a);
    return this.arena.call(name, ...args);
  }

  private reduction(op: ReduceOp): Node {
    const name = this.take();
    this.take('<');
    const size = this.take();
    this.take(',');
    const outer = this.scope.get(name);
    const index = this.arena.index(name, size);
    this.scope.set(name, index);
    const body = this.comparison();
    if (outer) this.scope.set(name, outer);
    else this.scope.delete(name);
    this.take(')');
    return this.arena.reduce(op, index, body);
  }
}
