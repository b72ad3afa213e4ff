/** Calls: of the user's functions, of library functions, and of methods of arrays and containers. */
import type { Span } from '../core/definition';
import { changeInPlace } from './aliases';
import { isSingle } from './arrays';
import { toArray } from './arguments';
import { callBuiltin } from './builtins';
import { splitOut } from './functions';
import { AS_BUILTIN, libraryFunction } from './library';
import { AMBIGUOUS, inPlace, isArrayMethod, meaningOf, methodPath } from './libraries';
import { basesOf, isModuleClass } from './classes';
import { entryOf, memberOf, methodOf } from './members';
import { held, HELD_NOTE } from './held';
import { makeModule } from './modules';
import { transformed } from './transforms';
import { number, scalar, shapeError, unsupported, type CallArgument, type Run } from './run';
import type { Apply } from './folds';
import { ARRAY_METHODS, arrayFunction, arrayMethod as arrayMethodOfJs } from './jsArrays';
import { tensorMethod } from './jsLibraries';
import { classesOf } from './classLabels';
import { addAt, scatterSign } from './scattered';
import { append } from './lists';
import { callOfParts, concatenated } from './slices';
import { callOfPieces } from './joinedCalls';
import { callRow, type Meaning } from './signature';
import type { ClassNode } from './syntax';
import { callOnEntries } from './selection';
import { entry } from './tables';
import { integerOf, keyOf, NONE, numberOf, type ArrayV, type InputRef, type Value } from './values';

/** Calls a value; `name` is the callee as written, for messages. */
export function callValue(
  run: Run,
  callee: Value,
  args: readonly CallArgument[],
  span: Span,
  name: string,
): Value {
  switch (callee.kind) {
    case 'unknown':
      return callee;
    case 'function':
      return run.call(callee, args, span);
    case 'library':
      return callLibrary(run, callee.path, args, span, name);
    case 'native':
      return callee.call(run, args, span, name);
    case 'method':
      return callMethod(run, callee.receiver, callee.name, args, span, name);
    case 'object': {
      const { owner } = callee;
      const methods = owner ? [owner, ...basesOf(run, owner, span)] : [];
      const entry = ['__call__', 'forward', 'call'].find((m) => methods.some((node) => methodOf(node, m)));
      const forward = entry === undefined ? null : memberOf(run, callee, entry, span);
      return forward?.kind === 'function'
        ? run.call(forward, args, span)
        : unsupported(`calls ${name}`, span, 'call');
    }
    case 'class': {
      const made: Value = {
        kind: 'object',
        owner: callee.node,
        attributes: new Map(),
        code: callee.node.name,
        scope: callee.scope,
      };
      if (isModuleClass(run, callee.node, span)) return { ...made, made: givenTo(callee.node, args) };
      const constructor = memberOf(run, made, '__init__', span);
      if (constructor.kind === 'function') run.call(constructor, args, span);
      return made;
    }
    case 'input': {
      const got = args.length === 0 ? gotFrom(callee.input, span) : null;
      if (got) return got;
      return unsupported(`calls its argument ${name}`, span, methodCause(name, 'calls-argument'));
    }
    default:
      return unsupported(`calls ${name}`, span, 'call');
  }
}

/** `dtrain.get_label()`: what an argument holds, and gives by a method without arguments. */
function gotFrom(input: InputRef, span: Span): Value | null {
  const [, what] = /\.get_(\w+)$/.exec(input.code) ?? [];
  if (what === undefined || input.origin !== 'entry') return null;
  // The weights of samples are nothing to differentiate by.
  return entryOf(input, '()', /^weights?$/.test(what) ? `sample_${what}` : what, span);
}

/** What the constructor of a class is given, by the names of its parameters. */
function givenTo(node: ClassNode, args: readonly CallArgument[]): ReadonlyMap<string, Value> {
  const parameters = methodOf(node, '__init__')?.fn.parameters.slice(1) ?? [];
  const positional = args.filter((arg) => arg.name === null).map((arg) => arg.value);
  return new Map(
    parameters.flatMap(({ name }): [string, Value][] => {
      const value = positional.shift() ?? args.find((arg) => arg.name === name)?.value;
      return value ? [[name, value]] : [];
    }),
  );
}

function callLibrary(run: Run, path: string, args: readonly CallArgument[], span: Span, name: string): Value {
  const ofArrays = arrayFunction(run, path, args, span, (callee, given, at) =>
    callValue(run, callee, given, at, name),
  );
  if (ofArrays) return ofArrays;
  // Math.max.apply(null, xs)
  const [, spread] = path.endsWith('.apply') ? args : [];
  if (spread) return callLibrary(run, path.slice(0, -6), [spread], span, name);
  if (/^(numpy|jax\.numpy)\.(concatenate|hstack|append|insert)$/.test(path)) {
    const joined = joinedParts(run, path, args, span);
    if (joined) return joined;
  }
  const sign = scatterSign(path);
  if (sign !== null) return addAt(run, sign, args, span, bindingName);
  const [labels, ...rest] = args;
  if (path === 'numpy.argmax' && labels) {
    const classes = classesOf(run, labels.value, rest, span);
    if (classes) return classes;
  }
  // np.finfo(float).eps
  if (path === 'numpy.finfo') return { kind: 'library', path };
  const builtin = path.startsWith('builtins.') ? path.slice(9) : entry(AS_BUILTIN, path);
  const whole = callOfPieces(run, path, args, span, name);
  if (whole) return whole;
  if (args.some((arg) => arg.value.kind === 'part') && builtin === undefined)
    return callOfParts(run, path, args, span, name);
  if (builtin !== undefined) return callBuiltin(run, builtin, args, span, callValue);
  const call = { run, span, written: name, args };
  const made = makeModule(path, call, callValue) ?? transformed(path, call, callValue);
  if (made) return made;
  const entries = callOnEntries(run, path, args, span, (whole) => callLibrary(run, path, whole, span, name));
  if (entries) return entries;
  const meaning = meaningOf(path) ?? assumedMeaning(run, path, span, name);
  if (!meaning) return unsupported(`uses ${name}`, span, 'unsupported-function');
  if (/^math\./i.test(path) && args.some((arg) => isArray(run, arg.value, span)))
    return shapeError(run, `${name} takes single numbers, not arrays`, span);
  const { args: given, out } = splitOut(libraryFunction(path) ?? '', path, args);
  if (out && isGuardOfStep(path, given, out)) {
    run.notes.push({ subject: name, text: 'the bounds of gradients are left out', span });
    return out;
  }
  const result = meaning({ run, span, written: name, args: given });
  const old = out ? toArray(run, out, span) : null;
  if (!out || old?.kind !== 'array') return result;
  return changeInPlace(run, out, old, result, bindingName(old), span);
}

/** `np.clip(dW, -5, 5, out=dW)` keeps steps of training small: the gradient is what it bounds. */
function isGuardOfStep(path: string, args: readonly CallArgument[], out: Value): boolean {
  const [value, low, high] = args.map((arg) => arg.value);
  const [from, to] = [numberOf(low), numberOf(high)];
  return path === 'numpy.clip' && value === out && from !== null && to !== null && from === -to;
}

/** `from helpers import sigmoid`: only one function is called so. */
function assumedMeaning(run: Run, path: string, span: Span, name: string): Meaning | null {
  if (!/(^|\.)_?sigmoid$/i.test(path)) return null;
  const text = `${name}, which is not defined in this file, is read as the logistic function`;
  run.notes.push({ subject: name, text, span });
  return meaningOf('scipy.special.expit');
}

/** `np.concatenate(([0], theta[1:]))` and what else joins numbers and a part of a vector; null where there is no part. */
function joinedParts(run: Run, path: string, args: readonly CallArgument[], span: Span): Value | null {
  const [first, second, third] = args.filter((arg) => arg.name === null).map((arg) => arg.value);
  const items = first?.kind === 'sequence' ? first.items : [];
  const pieces = path.endsWith('.insert')
    ? [third, first]
    : path.endsWith('.append')
      ? [first, second]
      : items;
  if (!pieces.some((piece) => piece?.kind === 'part')) return null;
  // np.insert puts values before the place that is given.
  const isOdd = path.endsWith('.insert') && integerOf(second) !== 0;
  return isOdd
    ? unsupported('joins arrays', span, 'concatenate')
    : concatenated(
        run,
        pieces.flatMap((piece) => piece ?? []),
        span,
      );
}

/** The name of an array that is a symbol, without the count of its assignments. */
const bindingName = (value: ArrayV): string =>
  value.element.kind === 'sym' ? value.element.name.replace(/@\d+$/, '') : 'out';

function isArray(run: Run, value: Value, span: Span): boolean {
  const array = value.kind === 'input' || value.kind === 'array' ? toArray(run, value, span) : null;
  return array?.kind === 'array' && !isSingle(array);
}

function callMethod(
  run: Run,
  receiver: Value,
  method: string,
  args: readonly CallArgument[],
  span: Span,
  name: string,
): Value {
  if (run.family === 'javascript') return callJavaScriptMethod(run, receiver, method, args, span, name);
  if (receiver.kind === 'joined')
    return callLibrary(run, `numpy.${method}`, [{ name: null, value: receiver }, ...args], span, name);
  if (receiver.kind === 'part')
    return callOfParts(run, `numpy.${method}`, [{ name: null, value: receiver }, ...args], span, name);
  if (receiver.kind === 'array' || receiver.kind === 'input') {
    if (receiver.kind === 'input' && method === 'get') {
      const [key] = args;
      if (key?.value.kind === 'string')
        return entryOf(receiver.input, `["${key.value.value}"]`, key.value.value, span);
    }
    return arrayMethod(run, receiver, method, args, span, name);
  }
  if (receiver.kind === 'selection' && isArrayMethod(run.arrays, method))
    return callLibrary(run, `numpy.${method}`, [{ name: null, value: receiver }, ...args], span, name);
  if (receiver.kind === 'sequence' || receiver.kind === 'dict' || receiver.kind === 'string')
    return containerMethod(run, receiver, method, args, span, name);
  return unsupported(`uses ${name}()`, span, 'unsupported-method');
}

/** Methods of JavaScript's own arrays, and of the arrays of its libraries. */
function callJavaScriptMethod(
  run: Run,
  receiver: Value,
  method: string,
  args: readonly CallArgument[],
  span: Span,
  name: string,
): Value {
  const refuse = (): Value => unsupported(`uses ${name}()`, span, 'unsupported-method');
  const apply: Apply = (callee, given, at) => callValue(run, callee, given, at, name);
  if (receiver.kind === 'string') return unsupported('works on text', span, 'text');
  const own = ARRAY_METHODS.has(method) ? arrayMethodOfJs(run, receiver, method, args, span, apply) : null;
  if (own) return own;
  if (receiver.kind !== 'array' && receiver.kind !== 'input') return refuse();
  const tensor = run.methods.has(method) ? null : tensorMethod(run.arrays, method);
  if (!tensor) return refuse();
  const given = [{ name: null, value: receiver }, ...args];
  const result = callRow(tensor.row, { run, span, written: name, args: given });
  const old = tensor.changes ? toArray(run, receiver, span) : null;
  return old?.kind === 'array' ? changeInPlace(run, receiver, old, result, bindingName(old), span) : result;
}

/** Labels that are classes already need no argmax: `if t.size == y.size: t = t.argmax(axis=1)` depends on the shapes. */
const methodCause = (written: string, id: string): string =>
  /\.arg(?:max|min)$/.test(written) ? 'positions' : id;

function arrayMethod(
  run: Run,
  receiver: Value,
  method: string,
  args: readonly CallArgument[],
  span: Span,
  name: string,
): Value {
  if (method === 'argmax') {
    const classes = classesOf(run, receiver, args, span);
    if (classes) return classes;
  }
  if (!isArrayMethod(run.arrays, method))
    return unsupported(`uses ${name}()`, span, methodCause(name, 'unsupported-method'));
  const overwriting = inPlace(method);
  if (overwriting !== null) {
    const old = toArray(run, receiver, span);
    if (old.kind === 'unknown') return old;
    const result = arrayMethod(run, old, overwriting, args, span, name);
    return changeInPlace(run, receiver, old, result, bindingName(old), span);
  }
  if (method === 'item' || method === 'astype' || method === 'detach') {
    const value = toArray(run, receiver, span);
    if (method === 'item' && value.kind === 'array' && !isSingle(value))
      return shapeError(run, '.item() needs a single number', span);
    // PyTorch does not differentiate through either of them.
    if (method === 'detach') {
      run.notes.push({ subject: name, text: HELD_NOTE, span });
      return held(run, value);
    }
    if (method === 'item' && value.kind === 'array')
      return run.arrays === 'torch' ? held(run, scalar(value.element)) : scalar(value.element);
    return value.kind === 'array' ? { ...value, base: null } : value;
  }
  const keywords = args.flatMap((arg) => arg.name ?? []);
  const path = methodPath(run.arrays, method, keywords, args.length - keywords.length);
  if (path === AMBIGUOUS)
    return unsupported(
      `uses ${name}(), which NumPy and PyTorch define differently, in a file that uses both`,
      span,
      'ambiguous-method',
    );
  if (path === null) return unsupported(`uses ${name}()`, span, 'unsupported-method');
  return callLibrary(run, path, [{ name: null, value: receiver }, ...args], span, name);
}

function containerMethod(
  run: Run,
  receiver: Value & { kind: 'sequence' | 'dict' | 'string' },
  method: string,
  args: readonly CallArgument[],
  span: Span,
  name: string,
): Value {
  const [first, second] = args.map((arg) => arg.value);
  if (receiver.kind === 'dict') {
    const key = first ? keyOf(first) : null;
    if (method === 'get' && key !== null) return receiver.entries.get(key) ?? second ?? NONE;
    const tuples = [...receiver.entries].map(([k, v]): Value => {
      const keyValue: Value = k.startsWith('s:')
        ? { kind: 'string', value: k.slice(2) }
        : number(run, Number(k.slice(2)));
      return { kind: 'sequence', form: 'tuple', items: [keyValue, v] };
    });
    const list = (pick: number): Value => ({
      kind: 'sequence',
      form: 'list',
      items: tuples.map((t) => (pick < 0 || t.kind !== 'sequence' ? t : (t.items[pick] ?? NONE))),
    });
    if (method === 'items') return list(-1);
    if (method === 'keys') return list(0);
    if (method === 'values') return list(1);
    if (method === 'update' && first?.kind === 'dict' && run.uncertain === 0) {
      first.entries.forEach((v, k) => receiver.entries.set(k, v));
      return NONE;
    }
  }
  if (receiver.kind === 'sequence' && first && method === 'append' && args.length === 1)
    return append(run, receiver, first, span);
  if (receiver.kind === 'string') return unsupported('works on text', span, 'text');
  return unsupported(`uses ${name}()`, span, 'unsupported-method');
}
