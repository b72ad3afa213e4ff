/**
 * Derivatives that code registers for a function with its framework: `backward` of a `torch.autograd.Function`, `defvjp` and
 * `defjvp` of JAX, the second result under `tf.custom_gradient`. What they are given and what they return is fixed.
 */
import type { Callable } from './execution';
import { isFunctionClass } from './context';
import { methodOf } from './members';
import type { ClassNode, Expression, FunctionNode, Statement } from './syntax';

export type Rule =
  /** `forward(ctx, …)` and `backward(ctx, grad_output)`; `setup_context(ctx, inputs, output)` keeps what backward needs. */
  | { readonly kind: 'context'; readonly backward: Callable; readonly setup: Callable | null }
  /** `forward(…)` returns the value and what is kept; `backward(kept, g)` comes after the arguments that stay as they are. */
  | {
      readonly kind: 'vjp';
      readonly forward: Callable;
      readonly backward: Callable;
      readonly fixed: readonly number[];
    }
  /** `jvp(primals, tangents)` returns the value and its change. */
  | { readonly kind: 'jvp'; readonly backward: Callable; readonly fixed: readonly number[] }
  /** One function of (tangent, value, …arguments) for each argument, or none. */
  | { readonly kind: 'jvps'; readonly parts: readonly (Callable | null)[] }
  /** The function returns its value and the function that makes gradients of those from above. */
  | { readonly kind: 'returned' }
  /** TensorFlow.js: the same in an object, and what the function's last argument is called with is kept for it. */
  | { readonly kind: 'custom' };

/** The functions that a rule consists of, which are no definitions of their own. */
export function partsOfRule(rule: Rule): readonly Callable[] {
  switch (rule.kind) {
    case 'context':
      return rule.setup ? [rule.backward, rule.setup] : [rule.backward];
    case 'vjp':
      return [rule.forward, rule.backward];
    case 'jvp':
      return [rule.backward];
    case 'jvps':
      return rule.parts.flatMap((part) => part ?? []);
    case 'returned':
    case 'custom':
      return [];
  }
}

/** Finds the rule of a function of a file. */
export function rulesOf(
  body: readonly Statement[],
  callables: readonly Callable[],
): (main: Callable) => Rule | null {
  const named = new Map(callables.filter((c) => !c.owner).map((c) => [c.fn.name, c]));
  const registered = registrations(body);
  const callableOf = (e: Expression | undefined): Callable | null => {
    if (e?.kind === 'name') return named.get(e.name) ?? null;
    return e?.kind === 'lambda' ? { fn: e.fn, owner: null } : null;
  };
  return (main) => {
    const { fn, owner } = main;
    if (owner) return fn.name === 'forward' && isFunctionClass(owner) ? contextRule(owner) : null;
    if (fn.decorators.some((text) => /(?:^|\.)custom_gradient$/.test(text))) return { kind: 'returned' };
    const fixed = fixedArguments(fn);
    const statement = registered.get(fn.name);
    const decorated = callables.find((c) => c.fn.decorators.some((text) => text === `${fn.name}.defjvp`));
    if (decorated) return { kind: 'jvp', backward: decorated, fixed };
    const [first, second] = statement?.args ?? [];
    if (statement?.method === 'defvjp') {
      const [forward, backward] = [callableOf(first), callableOf(second)];
      return forward && backward ? { kind: 'vjp', forward, backward, fixed } : null;
    }
    if (statement?.method === 'defjvp') {
      const backward = callableOf(first);
      return backward && { kind: 'jvp', backward, fixed };
    }
    return statement ? { kind: 'jvps', parts: statement.args.map((e) => callableOf(e)) } : null;
  };
}

/** What a function that is given to `tf.customGrad` is marked by. */
export const CUSTOM_GRAD = 'customGrad';

/** The rule of a JavaScript function. */
export const customRule = ({ fn }: Callable): Rule | null =>
  fn.decorators.includes(CUSTOM_GRAD) ? { kind: 'custom' } : null;

function contextRule(owner: ClassNode): Rule | null {
  const method = (name: string): Callable | null => {
    const found = methodOf(owner, name);
    return found ? { fn: found.fn, owner } : null;
  };
  const backward = method('backward');
  return backward && { kind: 'context', backward, setup: method('setup_context') };
}

/** `f.defvjp(f_fwd, f_bwd)`, by the name of f. */
function registrations(
  body: readonly Statement[],
): Map<string, { readonly method: string; readonly args: readonly Expression[] }> {
  const found = new Map<string, { method: string; args: Expression[] }>();
  for (const s of body) {
    if (s.kind !== 'expression' || s.value.kind !== 'call') continue;
    const { callee, args } = s.value;
    if (callee.kind !== 'attribute' || callee.object.kind !== 'name') continue;
    if (!/^def(?:vjp|jvps?)$/.test(callee.name)) continue;
    found.set(callee.object.name, { method: callee.name, args: args.map((arg) => arg.value) });
  }
  return found;
}

/** Positions of arguments that are not differentiated by, as the decorator says. */
function fixedArguments({ decorators }: FunctionNode): number[] {
  const text = decorators
    .map((each) => /nondiff_argnums\s*=\s*\(?([\d,\s]*)/.exec(each)?.[1] ?? '')
    .join(',');
  return text.split(',').flatMap((part) => (/^\s*\d+\s*$/.test(part) ? [Number(part)] : []));
}
