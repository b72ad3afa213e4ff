/**
 * Loops of symbolic length: the body is read once, at a symbolic position. A variable that every pass adds to becomes
 * a sum over the positions; an array that every pass fills at its own position becomes that array.
 */
import type { Span } from '../core/definition';
import { symbolNames, type IndexNode, type Node, type Size } from '../core/expr';
import { loopIndex, toArray } from './arguments';
import { assignNames } from './expressions';
import { finishLists, replaceEverywhere } from './lists';
import { inPass } from './passes';
import { array, makeAxes, unsupported, type Run } from './run';
import type { Expression, Statement } from './syntax';
import { askForPasses } from './unrolled';
import { constantOf, lookup, type ArrayV, type Scope, type StreamV, type Value } from './values';

type Execute = (run: Run, statements: readonly Statement[], scope: Scope) => { readonly kind: string };

/** Placeholder of a variable's value before a pass; `⟨⟩` cannot occur in a name of the user. */
const placeholderName = (depth: number, name: string): string => `${marker(depth)}${name}⟩`;

const marker = (depth: number): string => `⟨${depth}:`;

/** A variable or attribute that a loop changes. */
interface Slot {
  /** How the code writes it. */
  readonly name: string;
  readonly map: Map<string, Value>;
  readonly key: string;
  /** Its value before the loop. */
  readonly before: Value | undefined;
}

/** `if c: continue` before the rest of a body, as `if not c:` around it. */
function withoutContinue(body: readonly Statement[]): readonly Statement[] {
  const at = body.findIndex((s) => s.kind === 'if' && (endsPass(s.then) || endsPass(s.otherwise)));
  const branch = body[at];
  if (branch?.kind !== 'if') return body;
  const rest = body.slice(at + 1);
  const continued = (part: readonly Statement[]): readonly Statement[] =>
    withoutContinue(endsPass(part) ? part.slice(0, -1) : [...part, ...rest]);
  const then = continued(branch.then);
  return [...body.slice(0, at), { ...branch, then, otherwise: continued(branch.otherwise) }];
}

const endsPass = (body: readonly Statement[]): boolean => body.at(-1)?.kind === 'continue';

/** Follows the loop; false when it cannot be followed. */
export function runStream(
  run: Run,
  stream: StreamV,
  statement: Statement & { kind: 'for' },
  scope: Scope,
  execute: Execute,
): boolean {
  if (stream.length === null || statement.otherwise.length > 0) return false;
  const { span } = statement;
  const index = loopIndex(run, stream.length);
  const depth = run.loopDepth;
  const slots = slotsOf(run, statement, scope, stream.length);
  const attributes = slots.filter((slot) => slot.map !== scope.names);
  const outside = new Map(scope.names);
  const held = new Map<Slot, Value>();
  for (const slot of slots) {
    const value = slot.before;
    if (slot.map === scope.names && value) outside.set(slot.key, value);
    // A list is filled item by item.
    if (value?.kind === 'sequence' && (value.items.length === 0 || value.collecting)) continue;
    const placeholder =
      value?.kind === 'array'
        ? array(
            value.axes,
            run.arena.sym(
              placeholderName(depth, slot.name),
              ...value.axes.flatMap((axis) => (axis.index ? [axis.index] : [])),
            ),
            { mask: value.mask },
          )
        : unsupported(`changes ${slot.name} in a loop in a way that cannot be followed`, span, 'loop');
    held.set(slot, placeholder);
    slot.map.set(slot.key, placeholder);
  }
  assignNames(run, statement.target, stream.item(index), scope);
  run.loopDepth += 1;
  const bindingsBefore = run.bindings.length;
  const outcome = inPass(run, index, slots, () => execute(run, withoutContinue(statement.body), scope));
  run.loopDepth -= 1;
  const inside = new Map(scope.names);
  const changed = attributes.map((slot) => slot.map.get(slot.key));
  scope.names.clear();
  outside.forEach((value, name) => scope.names.set(name, value));
  for (const slot of attributes)
    if (slot.before) slot.map.set(slot.key, slot.before);
    else slot.map.delete(slot.key);
  const isFollowed = outcome.kind === 'next' || outcome.kind === 'continue';
  finishLists(run, index, isFollowed, span);
  // What is no array is filled at places that only single passes know.
  if (!isFollowed || slots.some((slot) => held.get(slot)?.kind === 'unknown'))
    askForPasses(run, stream.length, statement.body);
  if (!isFollowed) {
    forgetAttributes(attributes, span);
    return false;
  }
  dropPlaceholderBindings(run, bindingsBefore);
  const asking = (value: Value): Value => {
    if (value.kind === 'unknown') askForPasses(run, stream.length, statement.body);
    return value;
  };
  const finish = (name: string, value: Value, before: Value | undefined): Value =>
    asking(afterLoop(run, name, value, before, index, depth, span));
  for (const [name, value] of inside) {
    const slot = slots.find((s) => s.map === scope.names && s.key === name);
    if (value === outside.get(name) || (slot && value === held.get(slot))) continue;
    put(scope.names, name, finish(name, value, outside.get(name)));
  }
  attributes.forEach((slot, k) => {
    const value = changed[k];
    if (value && value !== slot.before && value !== held.get(slot))
      put(slot.map, slot.key, finish(slot.name, value, slot.before));
  });
  // Nothing is made of totals any more, and their names may be given again.
  if (run.loopDepth === 0) run.hidden.splice(0);
  return true;

  // Arrays are changed under their other names too.
  function put(map: Map<string, Value>, key: string, value: Value): void {
    const old = map.get(key);
    map.set(key, value);
    if (old?.kind === 'array' && old.axes.length > 0) replaceEverywhere(run, old, value);
  }
}

function forgetAttributes(slots: readonly Slot[], span: Span): void {
  const cause = unsupported('is changed in a loop that cannot be followed', span, 'loop-length');
  for (const { map, key } of slots) map.set(key, cause);
}

/** The variables and attributes of objects that a loop assigns, or whose elements it does. */
function slotsOf(run: Run, statement: Statement & { kind: 'for' }, scope: Scope, length: Size): Slot[] {
  const found = new Map<string, Slot>();
  const note = (target: Expression, value: Expression | null): void => {
    const { root, first } = rooted(target);
    const place = slotPlace(root, scope);
    if (!place) return;
    const name = root.kind === 'attribute' ? `${place.object}.${place.key}` : place.key;
    if (found.has(name)) return;
    const raw = root.kind === 'attribute' ? run.evaluate(root, scope) : lookup(scope, place.key);
    const known = raw?.kind === 'input' ? toArray(run, raw, statement.span) : raw;
    if (root.kind === 'name' && !known) return;
    const isList = known?.kind === 'sequence' && known.form === 'list' && known.items.length === 0;
    const counts =
      first?.kind === 'name' && statement.target.kind === 'name' && first.name === statement.target.name;
    // `out[i] = a + b` fills a list of numbers.
    const before = isList && counts && value && isNumber(value) ? zeros(run, known, length) : known;
    found.set(name, { name, map: place.map, key: place.key, before });
  };
  const visit = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.kind === 'assign') for (const target of s.targets) note(target, s.value);
      else if (s.kind === 'augment') note(s.target, s.value);
      else if (s.kind === 'if') {
        visit(s.then);
        visit(s.otherwise);
      } else if (s.kind === 'for' || s.kind === 'block' || s.kind === 'while') visit(s.body);
    }
  };
  visit(statement.body);
  return [...found.values()];
}

/** What a target is an element of, and the first position in it. */
function rooted(target: Expression): { root: Expression; first: Expression | null } {
  if (target.kind !== 'subscript') return { root: target, first: null };
  const { root, first } = rooted(target.object);
  return { root, first: first ?? (target.object.kind === 'subscript' ? null : (target.indices[0] ?? null)) };
}

function slotPlace(
  root: Expression,
  scope: Scope,
): { map: Map<string, Value>; key: string; object: string } | null {
  if (root.kind === 'name') return { map: scope.names, key: root.name, object: '' };
  if (root.kind !== 'attribute' || root.object.kind !== 'name') return null;
  const object = lookup(scope, root.object.name);
  return object?.kind === 'object'
    ? { map: object.attributes, key: root.name, object: root.object.name }
    : null;
}

/** Whether an expression is certainly a single number. */
function isNumber(e: Expression): boolean {
  if (e.kind === 'binary' || e.kind === 'unary' || e.kind === 'number') return true;
  if (e.kind === 'conditional') return isNumber(e.then) && isNumber(e.otherwise);
  return (
    e.kind === 'call' &&
    e.callee.kind === 'attribute' &&
    e.callee.object.kind === 'name' &&
    e.callee.object.name === 'Math'
  );
}

function zeros(run: Run, list: Value, length: Size): Value {
  const value = array(makeAxes(run, [length]), run.arena.zero);
  replaceEverywhere(run, list, value);
  return value;
}

// A running total inside the body has no value of its own: it is written out where it is used.
function dropPlaceholderBindings(run: Run, from: number): void {
  const hidden = new Map<string, (typeof run.bindings)[number]>();
  // What is made from such a total is one, too.
  for (const binding of run.bindings.slice(from))
    if (mentions(binding.def, '⟨') || [...symbolNames(binding.def)].some((name) => hidden.has(name)))
      hidden.set(binding.name, binding);
  if (hidden.size === 0) return;
  const kept = run.bindings.slice(from).filter((b) => !hidden.has(b.name));
  run.bindings.splice(from, run.bindings.length - from, ...kept);
  for (const name of hidden.keys()) run.names.delete(name);
  for (const [key, name] of run.bound) if (hidden.has(name)) run.bound.delete(key);
  run.hidden.push(...hidden.values());
}

function mentions(node: Node, prefix: string): boolean {
  return node.kind === 'sym' && node.name.startsWith(prefix)
    ? true
    : node.args.some((arg) => mentions(arg, prefix));
}

/** Writes out bindings that hold a placeholder. */
function expanded(run: Run, node: Node): Node {
  const byName = new Map(run.hidden.map((binding) => [binding.name, binding]));
  const expand = (n: Node): Node =>
    run.arena.mapSyms(n, (sym) => {
      const binding = byName.get(sym.name);
      if (!binding) return sym;
      const indices = binding.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
      return expand(
        run.arena.substituteAll(
          binding.def,
          indices.map((from, k): [IndexNode, Node] => [from, sym.args[k] ?? from]),
        ),
      );
    });
  return expand(node);
}

function afterLoop(
  run: Run,
  name: string,
  value: Value,
  initial: Value | undefined,
  index: IndexNode,
  depth: number,
  span: Span,
): Value {
  const cause = unsupported(`changes ${name} in a loop in a way that cannot be followed`, span, 'loop');
  if (value.kind !== 'array') return value.kind === 'unknown' ? value : cause;
  const element = expanded(run, value.element);
  const own = placeholderName(depth, name);
  const ofThisLoop = (node: Node): boolean => mentions(node, marker(depth));
  if (!ofThisLoop(element)) {
    // Set anew in each pass: known afterwards only if all passes agree.
    return element.free.has(index.name) ? cause : { ...value, element };
  }
  if (initial?.kind !== 'array' || initial.axes.length !== value.axes.length) return cause;
  const result =
    accumulated(run, element, own, initial, value, index) ??
    filled(run, element, own, initial, value, index) ??
    extreme(run, element, own, initial, value, index);
  if (!result || ofThisLoop(result)) return cause;
  return array(value.axes, result);
}

/** Whether a node is the value from before the pass, at the element's own position. */
const isOwn = (node: Node, own: string, value: ArrayV): boolean =>
  node.kind === 'sym' &&
  node.name === own &&
  value.axes
    .flatMap((axis) => (axis.index ? [axis.index] : []))
    .every((position, k) => node.args[k] === position);

/** `total + e` with e free of placeholders, also under conditions: the initial value plus the sum of e. */
function accumulated(
  run: Run,
  element: Node,
  own: string,
  initial: ArrayV,
  value: ArrayV,
  index: IndexNode,
): Node | null {
  const added = increment(run, element, own, value);
  if (!added || mentions(added, own)) return null;
  return run.arena.add(initial.element, run.arena.sum(index, added));
}

/** What a pass adds, or null when it does something else. */
function increment(run: Run, element: Node, own: string, value: ArrayV): Node | null {
  const { arena } = run;
  if (isOwn(element, own, value)) return arena.zero;
  if (element.kind === 'where') {
    const [condition, then, otherwise] = element.args;
    if (!condition || !then || !otherwise || mentions(condition, own)) return null;
    const a = increment(run, given(run, then, condition, 1), own, value);
    const b = increment(run, given(run, otherwise, condition, 2), own, value);
    return a && b && arena.where(condition, a, b);
  }
  if (element.kind !== 'add') return null;
  const at = element.args.findIndex((arg) => mentions(arg, own));
  const part = element.args[at];
  const inner = part ? increment(run, part, own, value) : null;
  return inner && arena.add(inner, ...element.args.filter((_, k) => k !== at));
}

/** `if (v > most) most = v` and `most = Math.max(most, v)`: the greatest of the values, or the least. */
function extreme(
  run: Run,
  element: Node,
  own: string,
  initial: ArrayV,
  value: ArrayV,
  index: IndexNode,
): Node | null {
  const { arena } = run;
  const [first, second, third] = element.args;
  const isHeld = (node: Node | undefined): boolean => node !== undefined && isOwn(node, own, value);
  let op: 'max' | 'min' | null = null;
  let each: Node | undefined;
  if (element.kind === 'call' && (element.fn === 'maximum' || element.fn === 'minimum')) {
    op = element.fn === 'maximum' ? 'max' : 'min';
    each = isHeld(first) ? second : isHeld(second) ? first : undefined;
  } else if (element.kind === 'where' && first?.kind === 'cmp' && isHeld(third)) {
    const [left, right] = first.args;
    each = second;
    const isUp =
      left === each && isHeld(right) ? first.rel : right === each && isHeld(left) ? TURNED[first.rel] : '';
    op = isUp === '>' || isUp === '>=' ? 'max' : isUp === '<' || isUp === '<=' ? 'min' : null;
  }
  if (!op || !each || mentions(each, own)) return null;
  const all = arena.reduce(op, index, each);
  const start = constantOf(initial.element);
  const isBeyond = start !== null && (op === 'max' ? start <= -LARGEST : start >= LARGEST);
  if (isBeyond || initial.element === arena.substitute(each, index, arena.zero)) return all;
  return arena.call(op === 'max' ? 'maximum' : 'minimum', initial.element, all);
}

/** What stands for infinity, as in `let most = -Infinity`. */
const LARGEST = Number.MAX_VALUE;

const TURNED: Readonly<Record<string, string>> = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' };

/** `out[i] = e` in each pass: e at the element's own position, with the value that was there before. */
function filled(
  run: Run,
  element: Node,
  own: string,
  initial: ArrayV,
  value: ArrayV,
  index: IndexNode,
): Node | null {
  const condition = element.kind === 'where' ? element.args[0] : conditionIn(element, value, index);
  if (!condition) return null;
  const change = given(run, element, condition, 1);
  const old = given(run, element, condition, 2);
  if (!isOwn(old, own, value)) return filledEitherWay(run, element, own, initial, value, index);
  const conditions = condition.kind === 'mul' ? condition.args : [condition];
  const delta = conditions.find((c) => placeFilled(c, value, index) !== null);
  const position = delta ? placeFilled(delta, value, index) : null;
  const axis = value.axes.find((a) => a.index === position);
  if (!axis || !position) return null;
  if (run.sizes.find(axis.size) !== run.sizes.find(index.size)) return null;
  // The entry before the pass may be written with the counter, too: `dw[j] = dw[j] + e`.
  const before = run.arena.mapSyms(change, (sym) =>
    isOwn(run.arena.substitute(sym, index, position), own, value) ? initial.element : sym,
  );
  const there = run.arena.substitute(before, index, position);
  const rest = conditions.filter((c) => c !== delta).map((c) => run.arena.substitute(c, index, position));
  return rest.length === 0 ? there : run.arena.where(run.arena.mul(...rest), there, initial.element);
}

/** `out[i] = b` and then `out[i] += e`: the condition of a term, under which a pass writes to its own position. */
function conditionIn(node: Node, value: ArrayV, index: IndexNode): Node | null {
  const [condition] = node.kind === 'where' ? node.args : [];
  if (condition && placeFilled(condition, value, index)) return condition;
  for (const arg of node.args) {
    const found = conditionIn(arg, value, index);
    if (found) return found;
  }
  return null;
}

/** A node where a condition holds (1), or where it does not (2): the passes of an inner loop ask for it again. */
function given(run: Run, node: Node, condition: Node, branch: 1 | 2): Node {
  const chosen = node.kind === 'where' && node.args[0] === condition ? node.args[branch] : undefined;
  if (chosen) return given(run, chosen, condition, branch);
  const args = node.args.map((arg) => given(run, arg, condition, branch));
  return args.every((arg, k) => arg === node.args[k]) ? node : run.arena.withArgs(node, args);
}

/** The axis that a pass writes to at its own position, as in `delta(i, p)` of `out[i] = e`. */
const placeFilled = (condition: Node, value: ArrayV, index: IndexNode): IndexNode | null => {
  if (condition.kind !== 'delta' || !condition.args.includes(index)) return null;
  return value.axes.find((axis) => axis.index !== null && condition.args.includes(axis.index))?.index ?? null;
};

/** `if i == j: out[i][j] = a` and `else: out[i][j] = b`. */
function filledEitherWay(
  run: Run,
  element: Node,
  own: string,
  initial: ArrayV,
  value: ArrayV,
  index: IndexNode,
): Node | null {
  const [condition, then, otherwise] = element.kind === 'where' ? element.args : [];
  if (!condition || !then || !otherwise || mentions(condition, own)) return null;
  const after = (branch: Node): Node | null =>
    isOwn(branch, own, value) ? initial.element : filled(run, branch, own, initial, value, index);
  const [a, b, position] = [after(then), after(otherwise), placeOf(element, value, index)];
  return a && b && position && run.arena.where(run.arena.substitute(condition, index, position), a, b);
}

/** The axis that any of the branches of a pass writes to. */
function placeOf(node: Node, value: ArrayV, index: IndexNode): IndexNode | null {
  if (node.kind !== 'where') return null;
  const [condition, ...branches] = node.args;
  const conditions = condition?.kind === 'mul' ? condition.args : condition ? [condition] : [];
  for (const c of conditions) {
    const place = placeFilled(c, value, index);
    if (place) return place;
  }
  for (const branch of branches) {
    const place = placeOf(branch, value, index);
    if (place) return place;
  }
  return null;
}
