/** Parameters that hold several values rather than one array: `x[0] ** 2 + x[1]`, `mu, sigma = theta`. */
import {
  childrenOf,
  eachStatement,
  expressionsOf,
  type Expression,
  type FunctionNode,
  type Statement,
} from './syntax';

/** Parameters of the first function that it, and the others at the same place, read only by constant positions. */
export function containersOf([main, ...others]: readonly FunctionNode[]): Set<string> {
  const found = new Set<string>();
  for (const [k, { name }] of (main?.parameters ?? []).entries()) {
    const uses = [main, ...others].flatMap((fn): { parts: number; other: number }[] => {
      if (!fn) return [];
      const own =
        fn.parameters.find((p) => p.name === name) ??
        (fn.parameters.length === main?.parameters.length ? fn.parameters[k] : undefined);
      return own ? [partUses(fn.body, own.name)] : [];
    });
    if ((uses[0]?.parts ?? 0) > 1 && uses.every(({ other }) => other === 0)) found.add(name);
  }
  return found;
}

/** How often a name is read by part, as in `x[0]` and `a, b = x`, and otherwise. */
function partUses(body: readonly Statement[], name: string): { parts: number; other: number } {
  const counts = { parts: 0, other: 0 };
  const isName = (e: Expression | null): boolean => e?.kind === 'name' && e.name === name;
  const go = (e: Expression): void => {
    if (isName(e)) counts.other += 1;
    else if (e.kind === 'subscript' && isName(e.object) && e.indices.length === 1 && isPosition(e.indices[0]))
      counts.parts += 1;
    else childrenOf(e).forEach(go);
  };
  eachStatement(body, (s) => {
    if (s.kind === 'assign') {
      const [target] = s.targets;
      const isUnpacked = s.targets.length === 1 && target?.kind === 'sequence' && target.items.length > 1;
      if (isName(s.value) && isUnpacked) counts.parts += target.items.length;
      else [...s.targets, s.value].forEach(go);
    } else if (s.kind === 'augment') [s.target, s.value].forEach(go);
    else if (s.kind === 'expression' || s.kind === 'return') [s.value ?? []].flat().forEach(go);
    else if (s.kind === 'if' || s.kind === 'while') go(s.test);
    else if (s.kind === 'for') go(s.iterable);
    // Another function may use it in any way.
    else if (s.kind === 'function' || s.kind === 'class') counts.other += 1;
  });
  return counts;
}

/**
 * Parameters, globals and attributes that count: the passes of a loop `for i in range(m)`, what a slice takes, the elements of a
 * shape. `around`: the methods of the same object, whose attributes they are too.
 */
export function lengthsOf(
  functions: readonly FunctionNode[],
  around: readonly FunctionNode[] = [],
): Set<string> {
  const found = new Set<string>();
  const visit = (fn: FunctionNode, note: Note): void => {
    eachStatement(fn.body, (s) => {
      for (const e of expressionsOf(s)) lengthsIn(e, note);
      if (s.kind !== 'for' || s.iterable.kind !== 'call') return;
      const { callee, args } = s.iterable;
      const [only, ...more] = args;
      const isRange = callee.kind === 'name' && /^(x|%)?range$/.test(callee.name);
      const counts = only?.value.kind === 'name' || only?.value.kind === 'attribute';
      if (isRange && counts && more.length === 0) lengthsOfSize(only.value, note);
    });
  };
  for (const fn of functions) visit(fn, (name) => found.add(name));
  for (const fn of around)
    visit(fn, (name) => {
      if (name.includes('.')) found.add(name);
    });
  return found;
}

type Note = (name: string) => void;

/** Names that a length is computed of. */
function lengthsOfSize(length: Expression | null, note: Note): void {
  if (length?.kind === 'name') note(length.name);
  else if (length?.kind === 'attribute' && length.object.kind === 'name')
    note(`${length.object.name}.${length.name}`);
  else if (length?.kind === 'binary')
    for (const side of [length.left, length.right]) lengthsOfSize(side, note);
  else if (length?.kind === 'sequence') for (const item of length.items) lengthsOfSize(item, note);
}

/** Names that bounds of slices and shapes are computed of. */
function lengthsIn(e: Expression, note: Note): void {
  if (e.kind === 'slice') for (const bound of [e.start, e.stop]) lengthsOfSize(bound, note);
  if (e.kind === 'call' && e.callee.kind === 'attribute') {
    if (/^(zeros|ones|empty|eye)$/.test(e.callee.name)) lengthsOfSize(e.args[0]?.value ?? null, note);
    if (e.callee.name === 'reshape') {
      const isFunction =
        e.callee.object.kind === 'name' && /^(np|jnp|numpy|torch|tf)$/.test(e.callee.object.name);
      for (const { value } of e.args.slice(isFunction ? 1 : 0)) lengthsOfSize(value, note);
    }
  }
  // new Float64Array(this.size)
  if (e.kind === 'call' && e.callee.kind === 'name' && /^(Float(32|64))?Array$/.test(e.callee.name))
    lengthsOfSize(e.args.length === 1 ? (e.args[0]?.value ?? null) : null, note);
  childrenOf(e).forEach((child) => {
    lengthsIn(child, note);
  });
}

const isPosition = (e: Expression | undefined): boolean => e?.kind === 'number' && /^\d{1,2}$/.test(e.text);
