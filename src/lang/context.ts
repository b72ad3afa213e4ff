/** What a `torch.autograd.Function` is, and the context that its methods share. */
import { scalar, type Run } from './run';
import type { ClassNode } from './syntax';
import { NONE, type NativeV, type ObjectV, type Scope, type Value } from './values';

const FUNCTION_BASE = /^(?:torch\.autograd\.|autograd\.|ag\.)?(?:\w*Function|InplaceFunction)$/;

/** Whether a class is a `torch.autograd.Function`: by its base and by what its methods are called. */
export const isFunctionClass = (node: ClassNode): boolean =>
  node.bases.some((base) => FUNCTION_BASE.test(base)) &&
  ['forward', 'backward'].every((name) => node.body.some((s) => s.kind === 'function' && s.fn.name === name));

/** Inputs that a function may have. */
const MOST_INPUTS = 16;

/** The `ctx` of a `torch.autograd.Function`: it keeps what forward stores for backward. */
export function contextObject(run: Run, code: string, scope: Scope): ObjectV {
  const attributes = new Map<string, Value>();
  const object: ObjectV = { kind: 'object', owner: null, attributes, code, scope };
  const method = (call: NativeV['call']): NativeV => ({ kind: 'native', call, attribute: () => undefined });
  attributes.set(
    'save_for_backward',
    method((_, args) => {
      const saved: Value = { kind: 'sequence', form: 'tuple', items: args.map(({ value }) => value) };
      attributes.set('saved_tensors', saved).set('saved_variables', saved);
      return NONE;
    }),
  );
  for (const name of [
    'mark_dirty',
    'mark_non_differentiable',
    'set_materialize_grads',
    'mark_shared_storage',
  ])
    attributes.set(
      name,
      method(() => NONE),
    );
  const wanted = Array.from({ length: MOST_INPUTS }, (): Value => scalar(run.arena.one));
  attributes.set('needs_input_grad', { kind: 'sequence', form: 'tuple', items: wanted });
  return object;
}
