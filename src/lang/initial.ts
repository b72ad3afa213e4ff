/**
 * What a class gives its attributes when an object of it is made: layers, functions, constants, what is computed of
 * settings. Numbers that only set how an object behaves stay inputs, and so does all that is changed later.
 */
import type { Span } from '../core/definition';
import { basesOf } from './classes';
import { layerValue } from './layers';
import { meaningOf } from './libraries';
import { adopted, isModulePath, learntInput } from './modules';
import { GUARD_NAMES } from './names';
import type { Run } from './run';
import { initialPattern } from './stated';
import { eachStatement, type ClassNode, type Expression, type FunctionNode, type Parameter } from './syntax';
import type { ObjectV, Scope, Value } from './values';

/** Methods in which an object gets its parts. */
const MAKERS: ReadonlySet<string> = new Set(['__init__', 'build', 'setup']);

/** `self.add_weight(shape=…)` of Keras. */
const ADDED = /^add_(?:weight|variable)$/;

interface Setting {
  readonly fn: FunctionNode;
  readonly value: Expression;
  readonly owner: ClassNode;
}

type Member = (run: Run, object: ObjectV, name: string, span: Span) => Value;

/** The value of `self.name` as the class sets it; null where nothing tells it. `member` reads other attributes. */
export function initialValue(
  run: Run,
  object: ObjectV,
  name: string,
  span: Span,
  member: Member,
): Value | null {
  const { owner } = object;
  if (!owner) return null;
  const layers = layerValue(run, object, name, span);
  if (layers) return layers;
  const settings = [owner, ...basesOf(run, owner, span)].flatMap((node) => settingsOf(node, name));
  const [only, ...more] = settings;
  if (!only) return null;
  const code = `${object.code}.${name}`;
  const { value, fn } = only;
  if (value.kind === 'call' && isWeight(run, value, object.scope))
    return learntInput(code, initialPattern(value) ?? undefined);
  if (more.length > 0 || !MAKERS.has(fn.name)) return null;
  const parameter = value.kind === 'name' ? fn.parameters.find((p) => p.name === value.name) : undefined;
  if (parameter)
    return object.made ? given(run, object, parameter) : constantDefault(run, parameter, object.scope, name);
  if (value.kind === 'number')
    return object.made || GUARD_NAMES.test(name) ? run.evaluate(value, object.scope) : null;
  if (isFilledLater(run, owner, name, value) || !isTelling(run, value, object.scope)) return null;
  const found = run.evaluate(value, makingScope(run, object, only, span, member));
  return found.kind === 'unknown' || found.kind === 'input' ? null : adopted(found, code);
}

/** `this.weights = []`, which the constructor fills in loops; what other methods add to is a list of theirs. */
function isFilledLater(run: Run, owner: ClassNode, name: string, value: Expression): boolean {
  if (run.family !== 'javascript' || value.kind !== 'sequence' || value.items.length > 0) return false;
  return !owner.body.some((s) => s.kind === 'function' && !MAKERS.has(s.fn.name) && addsTo(s.fn, name));
}

function addsTo(fn: FunctionNode, name: string): boolean {
  let found = false;
  eachStatement(fn.body, (s) => {
    const callee = s.kind === 'expression' && s.value.kind === 'call' ? s.value.callee : null;
    const object = callee?.kind === 'attribute' && callee.name === 'push' ? callee.object : null;
    if (object?.kind === 'attribute' && object.name === name) found = true;
  });
  return found;
}

/** Assignments to `self.name` in the methods of a class; what changes it counts twice. */
function settingsOf(owner: ClassNode, name: string): Setting[] {
  const found: Setting[] = [];
  for (const s of owner.body) {
    if (s.kind !== 'function') continue;
    const { fn } = s;
    const self = fn.parameters[0]?.name;
    const isOwn = (e: Expression): boolean =>
      e.kind === 'attribute' && e.name === name && e.object.kind === 'name' && e.object.name === self;
    eachStatement(fn.body, (statement) => {
      if (statement.kind === 'augment' && isOwn(statement.target)) {
        const change = { fn, value: statement.value, owner };
        found.push(change, change);
      }
      if (statement.kind !== 'assign') return;
      const { value } = statement;
      for (const target of statement.targets) {
        if (isOwn(target)) found.push({ fn, value, owner });
        if (target.kind !== 'sequence') continue;
        target.items.forEach((item, k) => {
          const part = value.kind === 'sequence' ? value.items[k] : undefined;
          if (isOwn(item)) found.push({ fn, value: part ?? value, owner });
        });
      }
    });
  }
  return found;
}

/** `nn.Parameter(…)`, `self.add_weight(…)`. */
function isWeight(run: Run, call: Expression & { kind: 'call' }, scope: Scope): boolean {
  const { callee } = call;
  if (callee.kind === 'attribute' && callee.object.kind === 'name' && ADDED.test(callee.name)) return true;
  if (!/Parameter$/.test(callee.kind === 'name' || callee.kind === 'attribute' ? callee.name : ''))
    return false;
  const found = run.evaluate(callee, scope);
  return found.kind === 'library' && /^torch\.nn\.(?:parameter\.)?Parameter$/.test(found.path);
}

/** The default of a parameter that is no number to differentiate with. */
function constantDefault(run: Run, { fallback }: Parameter, scope: Scope, name: string): Value | null {
  if (!fallback) return null;
  const isConstant = fallback.kind === 'string' || fallback.kind === 'boolean' || fallback.kind === 'none';
  const isGuard = fallback.kind === 'number' && GUARD_NAMES.test(name);
  return isConstant || isGuard || isMaker(run, fallback, scope) ? run.evaluate(fallback, scope) : null;
}

/** What the constructor was given for a parameter, or its default. */
function given(run: Run, object: ObjectV, { name, fallback }: Parameter): Value | null {
  return object.made?.get(name) ?? (fallback ? run.evaluate(fallback, object.scope) : null);
}

/** Names as they are while the object is made: settings are read by their attributes. */
function makingScope(run: Run, object: ObjectV, setting: Setting, span: Span, member: Member): Scope {
  const { fn, owner } = setting;
  const names = new Map<string, Value>();
  const [self, ...parameters] = fn.parameters;
  if (self) names.set(self.name, object);
  for (const parameter of parameters) {
    const { name, fallback, annotation } = parameter;
    const made = object.made ? given(run, object, parameter) : null;
    const attribute = attributeOf(owner, fn, name);
    if (made) names.set(name, made);
    else if (attribute !== null && attribute !== '') names.set(name, member(run, object, attribute, span));
    else if (fallback && fallback.kind !== 'number') names.set(name, run.evaluate(fallback, object.scope));
    else
      names.set(name, {
        kind: 'input',
        input: {
          code: name,
          name,
          span,
          annotation,
          documentation: '',
          ...(fallback ? { hasDefault: true } : {}),
          entries: new Map(),
          origin: 'attribute',
        },
      });
  }
  return { names, parent: object.scope };
}

/** The attribute that holds a parameter as it was given. */
function attributeOf(owner: ClassNode, fn: FunctionNode, parameter: string): string | null {
  let found: string | null = null;
  const note = (target: Expression | undefined, value: Expression | undefined): void => {
    if (target?.kind !== 'attribute' || value?.kind !== 'name' || value.name !== parameter) return;
    if (settingsOf(owner, target.name).length === 1) found ??= target.name;
  };
  eachStatement(fn.body, (s) => {
    if (s.kind !== 'assign') return;
    const [target] = s.targets;
    note(target, s.value);
    if (target?.kind === 'sequence' && s.value.kind === 'sequence')
      for (const [k, item] of target.items.entries()) note(item, s.value.items[k]);
  });
  return found;
}

/** Whether a value is worth computing: constants, layers and functions, arithmetic of settings. */
function isTelling(run: Run, e: Expression, scope: Scope): boolean {
  switch (e.kind) {
    case 'string':
    case 'boolean':
    case 'none':
    case 'lambda':
      return true;
    case 'binary':
      return isArithmetic(e);
    case 'conditional':
      return isTelling(run, e.then, scope) && isTelling(run, e.otherwise, scope);
    case 'sequence':
      return e.items.every((item) => isTelling(run, item, scope));
    case 'call':
      return isMaker(run, e, scope) || isArithmetic(e);
    default:
      return isMaker(run, e, scope);
  }
}

/** A call that makes a layer or an object of a class of the file, and the name of a function or class. */
function isMaker(run: Run, e: Expression, scope: Scope): boolean {
  if (e.kind !== 'call' && e.kind !== 'name' && e.kind !== 'attribute') return false;
  const callee = e.kind === 'call' ? e.callee : e;
  if (!isPath(callee)) return false;
  const found = run.evaluate(callee, scope);
  if (e.kind === 'call')
    return found.kind === 'class' || (found.kind === 'library' && isModulePath(found.path));
  if (found.kind === 'function' || found.kind === 'class') return true;
  return found.kind === 'library' && meaningOf(found.path) !== null;
}

const isPath = (e: Expression): boolean => e.kind === 'name' || (e.kind === 'attribute' && isPath(e.object));

/** Numbers and settings, with functions that numbers are given to. */
function isArithmetic(e: Expression): boolean {
  if (e.kind === 'number' || e.kind === 'name') return true;
  if (e.kind === 'unary') return isArithmetic(e.operand);
  if (e.kind === 'binary') return isArithmetic(e.left) && isArithmetic(e.right);
  if (e.kind === 'attribute') return e.object.kind === 'name';
  if (e.kind !== 'call' || e.callee.kind !== 'attribute') return false;
  const { callee, args } = e;
  const isOwn = callee.object.kind !== 'call' || isArithmetic(callee.object);
  return (
    isOwn &&
    /^(log(?:2|10|1p)?|sqrt|exp|pow|cos|sin|tan|tanh|acos|asin|atan|radians|tensor|item)$/.test(
      callee.name,
    ) &&
    args.every((a) => isArithmetic(a.value))
  );
}
