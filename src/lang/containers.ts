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

/** Parameters and globals that count: the passes of a loop `for i in range(m)`, what a slice takes, the elements of a shape. */
export function lengthsOf(functions: readonly FunctionNode[]): Set<string> {
  const found = new Set<string>();
  for (const fn of functions)
    eachStatement(fn.body, (s) => {
      for (const e of expressionsOf(s)) lengthsIn(e, found);
      if (s.kind !== 'for' || s.iterable.kind !== 'call') return;
      const { callee, args } = s.iterable;
      const [only, ...more] = args;
      const isRange = callee.kind === 'name' && /^(x|%)?range$/.test(callee.name);
      if (isRange && only?.value.kind === 'name' && more.length === 0) found.add(only.value.name);
    });
  return found;
}

/** Names that bounds of slices and shapes are computed of. */
function lengthsIn(e: Expression, found: Set<string>): void {
  const note = (length: Expression | null): void => {
    if (length?.kind === 'name') found.add(length.name);
    else if (length?.kind === 'attribute' && length.object.kind === 'name')
      found.add(`${length.object.name}.${length.name}`);
    else if (length?.kind === 'binary') [length.left, length.right].forEach(note);
    else if (length?.kind === 'sequence') length.items.forEach(note);
  };
  if (e.kind === 'slice') [e.start, e.stop].forEach(note);
  if (e.kind === 'call' && e.callee.kind === 'attribute') {
    if (/^(zeros|ones|empty|eye)$/.test(e.callee.name)) note(e.args[0]?.value ?? null);
    if (e.callee.name === 'reshape') {
      const isFunction =
        e.callee.object.kind === 'name' && /^(np|jnp|numpy|torch|tf)$/.test(e.callee.object.name);
      e.args.slice(isFunction ? 1 : 0).forEach(({ value }) => {
        note(value);
      });
    }
  }
  childrenOf(e).forEach((child) => {
    lengthsIn(child, found);
  });
}

const isPosition = (e: Expression | undefined): boolean => e?.kind === 'number' && /^\d{1,2}$/.test(e.text);
