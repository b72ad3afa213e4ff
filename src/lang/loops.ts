/**
 * Loops of symbolic length: the body is read once, at a symbolic position. A variable that every pass adds to becomes
 * a sum over the positions; an array that every pass fills at its own position becomes that array.
 */
import type { IndexNode, Node } from '../core/expr';
import { loopIndex, toArray } from './arguments';
import { assignNames } from './expressions';
import { array, unsupported, type Run } from './run';
import type { Statement } from './syntax';
import { lookup, type ArrayV, type Scope, type StreamV, type Value } from './values';

type Execute = (run: Run, statements: readonly Statement[], scope: Scope) => { readonly kind: string };

/** Placeholder of a variable's value before a pass; `⟨⟩` cannot occur in a name of the user. */
const placeholderName = (name: string): string => `⟨${name}⟩`;

/** Follows the loop; false when it cannot be followed. */
export function runStream(
  run: Run,
  stream: StreamV,
  statement: Statement & { kind: 'for' },
  scope: Scope,
  execute: Execute,
): boolean {
  if (stream.length === null || statement.otherwise.length > 0) return false;
  const index = loopIndex(run, stream.length);
  const outside = new Map(scope.names);
  const before = new Map<string, ArrayV>();
  const changing = changedNames(statement.body, scope);
  for (const name of changing) {
    const raw = lookup(scope, name);
    const value = raw?.kind === 'input' ? toArray(run, raw, statement.span) : raw;
    if (value?.kind !== 'array') {
      scope.names.set(
        name,
        unsupported(`changes ${name} in a loop in a way that cannot be followed`, statement.span, 'loop'),
      );
      continue;
    }
    outside.set(name, value);
    const indices = value.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
    const held = array(value.axes, run.arena.sym(placeholderName(name), ...indices), { mask: value.mask });
    before.set(name, held);
    scope.names.set(name, held);
  }
  assignNames(run, statement.target, stream.item(index), scope);
  run.uncertain += 1;
  run.loopDepth += 1;
  const bindingsBefore = run.bindings.length;
  const outcome = execute(run, statement.body, scope);
  const inside = new Map(scope.names);
  scope.names.clear();
  outside.forEach((value, name) => scope.names.set(name, value));
  run.uncertain -= 1;
  run.loopDepth -= 1;
  if (outcome.kind !== 'next' && outcome.kind !== 'continue') return false;
  dropPlaceholderBindings(run, bindingsBefore);
  for (const [name, value] of inside) {
    if (value === outside.get(name) || value === before.get(name)) continue;
    scope.names.set(name, afterLoop(run, name, value, scope.names.get(name), index, statement));
  }
  return true;
}

function changedNames(body: readonly Statement[], scope: Scope): Set<string> {
  const names = new Set<string>();
  const visit = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      const targets = s.kind === 'assign' ? s.targets : s.kind === 'augment' ? [s.target] : [];
      for (const target of targets) {
        const root = target.kind === 'subscript' ? target.object : target;
        if (root.kind === 'name' && lookup(scope, root.name)) names.add(root.name);
      }
      if (s.kind === 'if') {
        visit(s.then);
        visit(s.otherwise);
      } else if (s.kind === 'for' || s.kind === 'block' || s.kind === 'while') visit(s.body);
    }
  };
  visit(body);
  return names;
}

// A running total inside the body has no value of its own: it is written out where it is used.
function dropPlaceholderBindings(run: Run, from: number): void {
  const hidden = new Map<string, (typeof run.bindings)[number]>();
  for (const binding of run.bindings.slice(from))
    if (mentions(binding.def, '⟨')) hidden.set(binding.name, binding);
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
  statement: Statement,
): Value {
  const cause = unsupported(
    `changes ${name} in a loop in a way that cannot be followed`,
    statement.span,
    'loop',
  );
  if (value.kind !== 'array') return value.kind === 'unknown' ? value : cause;
  const element = expanded(run, value.element);
  if (!mentions(element, '⟨')) {
    // Set anew in each pass: known afterwards only if all passes agree.
    return element.free.has(index.name) ? cause : { ...value, element };
  }
  if (initial?.kind !== 'array' || initial.axes.length !== value.axes.length) return cause;
  const own = placeholderName(name);
  const result = accumulated(run, element, own, initial, index) ?? filled(run, element, own, value, index);
  if (!result || mentions(result, '⟨')) return cause;
  return array(value.axes, result);
}

/** `total + e` with e free of placeholders: the initial value plus the sum of e. */
function accumulated(run: Run, element: Node, own: string, initial: ArrayV, index: IndexNode): Node | null {
  if (element.kind !== 'add') return null;
  const rest = element.args.filter((arg) => !(arg.kind === 'sym' && arg.name === own));
  if (rest.length !== element.args.length - 1 || rest.some((arg) => mentions(arg, '⟨'))) return null;
  return run.arena.add(initial.element, run.arena.sum(index, run.arena.add(...rest)));
}

/** `out[i] = e` in each pass: e at the element's own position. */
function filled(run: Run, element: Node, own: string, value: ArrayV, index: IndexNode): Node | null {
  if (element.kind !== 'where') return null;
  const [condition, change, old] = element.args;
  if (condition?.kind !== 'delta' || old?.kind !== 'sym' || old.name !== own || !change) return null;
  if (mentions(change, '⟨')) return null;
  const position = condition.args.find((arg) => arg !== index);
  const axis = value.axes.find((a) => a.index === position);
  if (!condition.args.includes(index) || !axis || !position) return null;
  return run.sizes.find(axis.size) === run.sizes.find(index.size)
    ? run.arena.substitute(change, index, position)
    : null;
}
