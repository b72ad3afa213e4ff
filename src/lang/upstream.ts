/** Gradients that flow in from above: arguments of a gradient function which the function itself does not have. */
import type { Node } from '../core/expr';
import type { Callable, Execution } from './execution';
import { roleHint } from './names';

/** `backward(self, grad_output)`: a vector-Jacobian product. */
const VJP = /backward|back_?prop|bwd|bprop|vjp/i;
const UPSTREAM =
  /^(d_?[A-Z]\w*|d_?out\w*|d[a-z]\d*|d_?(next|prev|values?|inputs?|y_?(hat|pred)|h|c|z|a)\w*|\w*grad\w*|delta\w*|\w+_delta|upstream\w*|(\w+_)?err(or)?s?|cotangent\w*|g[yoz]|top_diff)$/;

const CACHE = /cache|ctx|context|saved|memo|tape|stored?$|tuple|residuals?$/i;

/** What a forward function keeps for its backward function. */
export const isCacheName = (name: string): boolean => CACHE.test(name);

export const isUpstreamName = (name: string): boolean => UPSTREAM.test(name);

export const isVjpName = (name: string): boolean => VJP.test(name);

/** Whether an argument of a gradient function may stand for the one at its place in the function, which has another name. */
export function mayRename(gradient: Callable, name: string, main: Callable, other: string): boolean {
  if (isCacheName(name) || UPSTREAM.test(name) || (gradient.owner !== null && VJP.test(gradient.fn.name)))
    return false;
  const needed = main.fn.parameters.filter(({ fallback }) => fallback === null);
  if (needed.length <= (main.owner ? 2 : 1)) return true;
  // X is not what y_hat was.
  const roles = [roleHint(name, false), roleHint(other, false)];
  return !(roles.includes('data') && (roles.includes('prediction') || roles.includes('label')));
}

/** Arguments of the gradient function that the function itself does not have; settings are left out. */
export function foreignArguments({ main, gradient, upstreams }: Execution): string[] {
  const own = new Set(main.parameters.values());
  const known = new Set(upstreams.map(({ name }) => name));
  return [...(gradient?.parameters ?? [])].flatMap(([name, value]) =>
    value.kind === 'input' && !own.has(value) && !known.has(name) && roleHint(name, true) !== 'hyper'
      ? [name]
      : [],
  );
}

/** Degree of homogeneity in a symbol: 0, 1, or null for anything else; `any` is zero itself. */
type Degree = 0 | 1 | 'any' | null;

const same = (degrees: readonly Degree[]): Degree =>
  degrees.reduce((a, b) => (a === 'any' ? b : b === 'any' || a === b ? a : null), 'any');

/** Whether an expression is linear in a symbol, as what a gradient function returns is in the gradient from above. */
export function isLinearIn(
  node: Node,
  name: string,
  bindings: readonly { name: string; def: Node }[],
): boolean {
  const defs = new Map(bindings.map((binding) => [binding.name, binding.def]));
  const known = new Map<number, Degree>();
  const degree = (n: Node): Degree => {
    const found = known.get(n.id);
    if (found !== undefined) return found;
    const result = compute(n);
    known.set(n.id, result);
    return result;
  };
  const constant = (args: readonly Node[]): boolean =>
    args.every((arg) => degree(arg) === 0 || degree(arg) === 'any');
  const compute = (n: Node): Degree => {
    switch (n.kind) {
      case 'num':
        return n.num === 0 ? 'any' : 0;
      case 'sym': {
        const def = defs.get(n.name);
        return n.name === name ? 1 : def ? degree(def) : 0;
      }
      case 'matrix': {
        const def = defs.get(n.name);
        return n.name !== name && (!def || degree(def) === 0) && constant(n.args) ? 0 : null;
      }
      case 'add':
        return same(n.args.map(degree));
      case 'mul': {
        const degrees = n.args.map(degree);
        if (degrees.includes(null)) return null;
        if (degrees.includes('any')) return 'any';
        const linear = degrees.filter((d) => d === 1).length;
        return linear > 1 ? null : linear === 1 ? 1 : 0;
      }
      case 'where': {
        const [condition, ...branches] = n.args;
        return condition && constant([condition]) ? same(branches.map(degree)) : null;
      }
      case 'reduce':
        return n.op === 'sum' ? same(n.args.map(degree)) : constant(n.args) ? 0 : null;
      default:
        return constant(n.args) ? 0 : null;
    }
  };
  const found = degree(node);
  return found === 1 || found === 'any';
}
