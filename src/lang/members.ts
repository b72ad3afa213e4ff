/** Members of objects and entries of container arguments. */
import type { Span } from '../core/definition';
import { isChanged, isSetOnce } from './attributes';
import { basesOf, isModuleClass } from './classes';
import { contextObject, isFunctionClass } from './context';
import { initialValue } from './initial';
import { learntInput } from './modules';
import { unsupported, type Run } from './run';
import type { Callable } from './execution';
import type { ClassNode, Expression, Parameter, Statement } from './syntax';
import { integerOf, type InputRef, type NativeV, type Value } from './values';

/** The entry of an argument that turns out to hold several values: `parameters["W1"]`, `cache[0]`, `model.w`. */
export function entryOf(input: InputRef, suffix: string, name: string, span: Span): Value {
  const known = input.entries.get(suffix);
  if (known) return known;
  const code = `${input.code}${suffix}`;
  const entry: Value = {
    kind: 'input',
    input: {
      code,
      name: /^[A-Za-z_]\w*$/.test(name) ? name : code.replace(/\W+/g, '_').replace(/_+$/, ''),
      span,
      annotation: null,
      documentation: input.documentation,
      entries: new Map(),
      origin: 'entry',
    },
  };
  input.entries.set(suffix, entry);
  return entry;
}

/** The function of this name in a class body, with how it is bound. */
export function methodOf(node: ClassNode, name: string): (Statement & { kind: 'function' }) | undefined {
  return node.body.find(
    (s): s is Statement & { kind: 'function' } => s.kind === 'function' && s.fn.name === name,
  );
}

/** The parameters without the receiver of a method, or the context that stands for it. */
export function ownParameters({ fn, owner }: Callable): readonly Parameter[] {
  const isOwn = owner !== null && (!isStatic(fn.decorators) || isContext(fn.parameters[0]));
  return isOwn ? fn.parameters.slice(1) : fn.parameters;
}

/** `ctx`: what a static method of a `torch.autograd.Function` has instead of an object. */
const isContext = (parameter: Parameter | undefined): boolean =>
  parameter !== undefined && /^(ctx|context)$/.test(parameter.name);

export const isStatic = (decorators: readonly string[]): boolean => decorators.includes('staticmethod');

/** What makes the weights of a module by name, with their shape as the third argument. */
const madeWeights = (code: string): NativeV => ({
  kind: 'native',
  attribute: () => undefined,
  call: (_, args, span, written) => {
    const [name, , shape] = args.map((arg) => arg.value);
    if (name?.kind !== 'string') return unsupported(`uses ${written} without a name`, span, 'call');
    const axes =
      shape?.kind === 'sequence' ? shape.items.map((item) => (integerOf(item) === 1 ? '1' : '*')) : null;
    return learntInput(`${code}.${name.value}`, axes ?? undefined);
  },
});

/** `MyFunction.apply`: its forward function, with a context of its own. */
function appliedForward(object: Value & { kind: 'class' }): NativeV {
  return {
    kind: 'native',
    attribute: () => undefined,
    call: (run, args, span, written) => {
      const forward = methodOf(object.node, 'forward');
      if (!forward) return unsupported(`uses ${written}`, span, 'attribute');
      const { fn } = forward;
      const value: Value = { kind: 'function', fn, scope: object.scope, receiver: null, owner: object.node };
      const [first] = fn.parameters;
      const isGiven = first !== undefined && /^(ctx|context)$/.test(first.name);
      const context: Value = contextObject(run, 'ctx', object.scope);
      return run.call(value, isGiven ? [{ name: null, value: context }, ...args] : args, span);
    },
  };
}

/** `weights = []`: a place for what is put there later. */
const isOpen = (value: Expression): boolean =>
  value.kind === 'none' || (value.kind === 'sequence' && value.items.length === 0);

/** `object.name`: an attribute, a method, a class variable, or an input of the definition. */
export function memberOf(
  run: Run,
  object: Value & { kind: 'object' | 'class' },
  name: string,
  span: Span,
): Value {
  const node = object.kind === 'class' ? object.node : object.owner;
  const own = object.kind === 'object' ? object.attributes.get(name) : undefined;
  if (own) return own;
  for (const owner of node ? [node, ...basesOf(run, node, span)] : []) {
    const scope = run.homeOf(owner) ?? object.scope;
    const method = methodOf(owner, name);
    if (method) {
      const receiver = isStatic(method.fn.decorators) ? null : object;
      const value: Value = { kind: 'function', fn: method.fn, scope, receiver, owner };
      return method.fn.decorators.includes('property') ? run.call(value, [], span) : value;
    }
    for (const statement of owner.body) {
      if (statement.kind === 'class' && statement.node.name === name)
        return { kind: 'class', node: statement.node, scope };
      const [target] = statement.kind === 'assign' ? statement.targets : [];
      if (statement.kind !== 'assign' || target?.kind !== 'name' || target.name !== name) continue;
      // What an object holds when it is made is not what it holds when it is used.
      if (object.kind === 'object' && (isOpen(statement.value) || isChanged(owner, name))) continue;
      return run.evaluate(statement.value, scope);
    }
  }
  if (object.kind === 'class' && name === 'apply' && isFunctionClass(object.node))
    return appliedForward(object);
  if (object.kind === 'class' || name.startsWith('__')) return unsupported(`uses ${name}`, span, 'attribute');
  // Flax: `self.param("scale", initializer, shape)`.
  if (name === 'param' && object.kind === 'object' && node && isModuleClass(run, node, span))
    return madeWeights(object.code);
  const initial = object.kind === 'object' ? initialValue(run, object, name, span, memberOf) : null;
  if (initial) {
    object.attributes.set(name, initial);
    return initial;
  }
  const entry: Value = {
    kind: 'input',
    input: {
      code: `${object.code}.${name}`,
      name: name.replace(/^_+(?=\w)/, '') || name,
      span,
      annotation: null,
      documentation: '',
      ...(node && isSetOnce(node, name)
        ? { hasDefault: true, isSetting: isModuleClass(run, node, span) }
        : {}),
      entries: new Map(),
      origin: 'attribute',
    },
  };
  object.attributes.set(name, entry);
  return entry;
}
