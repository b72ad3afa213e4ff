/** Gradients whose names do not tell what they are by: told by their places and shapes. */
import { isSingle, sameShape } from './arrays';
import type { Callable, Executed, Execution } from './execution';
import type { BrokenGradient, WrittenGradient } from './outputs';
import { isGenericGradient } from './names';
import type { Part } from './outputParts';
import { piecesOf } from './piecewise';
import { resolve, scalar, type Run } from './run';
import type { ArrayV } from './values';

/** Where gradients that were found are put. */
export interface Found {
  readonly gradients: WrittenGradient[];
  readonly broken: BrokenGradient[];
}

/** What a backward function returns under names that tell nothing: gradients by the forward function's arguments, in order. */
export function pairReturned(
  parts: readonly Part[],
  { run, main }: Execution,
  callable: Callable,
  into: Found,
): void {
  const known = [...into.gradients, ...into.broken];
  const names = [...main.parameters.values()].flatMap((value) => {
    const code = value.kind === 'input' ? value.input.code : '';
    const own = run.inputs.get(code)?.name ?? run.wholes.get(code)?.name;
    return own === undefined ? [] : [own];
  });
  const count = parts.length;
  if (count !== 1 && count !== names.length) return;
  const each = parts.flatMap((part, k) =>
    piecesOf(run, part, names[k] ?? null).map((own) => ({ ...own, of: own.piece?.of ?? names[k] })),
  );
  each.forEach(({ name, value, span, of, piece }) => {
    if (of === undefined || known.some((g) => g.of === of)) return;
    if (known.some((g) => g.callable === callable && g.name === name)) return;
    const shown = name ?? callable.fn.name;
    if (value.kind === 'array')
      into.gradients.push({ of, name: shown, span, value, isInput: true, callable, ...inWhole(piece) });
    else if (value.kind === 'unknown')
      into.broken.push({ of, name: shown, span: value.cause.span, cause: value.cause, callable });
  });
}

/**
 * `return X.T @ (p - y) / m`: gradients without names belong to the parameters in order, if there are as many. Of several with names
 * (`return dmu, dlv` for a mean and a log_var) those that are known must stand in that order.
 */
export function pairUnnamed(
  run: Run,
  parts: readonly Part[],
  all: readonly string[],
  gradient: Executed,
  into: Found,
): void {
  const { callable } = gradient;
  const parameters = parts.length === all.length ? all : (entriesOf(run, parts) ?? all);
  // The derivatives of steps on the way are not what is returned.
  const known = [...into.gradients.filter((g) => g.isInput), ...into.broken].filter(
    (g) => g.callable === callable,
  );
  const isOpen = (part: Part, k: number): boolean =>
    part.name !== null &&
    /^_?(?:d|g|grad|nabla)(?=_|[A-Za-z])/.test(part.name) &&
    !known.some((g) => g.of === parameters[k]);
  const isKnown = (part: Part, k: number): boolean =>
    known.some((g) => g.name === part.name && g.of === parameters[k]);
  if (known.length > 0) {
    if (parts.length !== parameters.length || !parts.every((part, k) => isKnown(part, k) || isOpen(part, k)))
      return;
  }
  const each = parts.length === parameters.length ? parts : elementsOf(run, parts, parameters);
  // `return grad, error`: of several results the one that is called a gradient.
  const called = parts.filter(({ name }) => name !== null && isGenericGradient(name));
  const lone = each.length === 0 ? firstOfShape(run, called.length > 0 ? called : parts, parameters) : null;
  const pairs = lone
    ? [lone]
    : each.flatMap((part, k) =>
        piecesOf(run, part, parameters[k] ?? null).map((own) => ({
          part: own,
          of: own.piece?.of ?? parameters[k],
        })),
      );
  pairs.forEach(({ part, of }) => {
    if (of === undefined || known.some((g) => g.of === of)) return;
    const name = part.name ?? callable.fn.name;
    const { span } = part;
    // `return theta`: the gradient is an input as it stands.
    const value = part.value.kind === 'input' ? resolve(run, part.value.input) : part.value;
    if (value.kind === 'array')
      into.gradients.push({ of, name, span, value, isInput: true, callable, ...inWhole(part.piece) });
    else if (value.kind === 'unknown')
      into.broken.push({ of, name, span: value.cause.span, cause: value.cause, callable });
  });
}

const inWhole = (piece: Part['piece']): { readonly whole?: string } => (piece ? { whole: piece.whole } : {});

/** `return [grad0 / n, grad1 / n]` beside `const [w0, w1] = w`: the entries of the only argument that has as many as are returned. */
function entriesOf(run: Run, parts: readonly Part[]): string[] | null {
  if (parts.length < 2 || parts.some(({ value }) => value.kind !== 'array' || value.axes.length > 0))
    return null;
  const roots = new Map<string, string[]>();
  for (const { ref, name } of run.inputs.values()) {
    const [, root, position] = /^(\w+)\[(\d+)\]$/.exec(ref.code) ?? [];
    if (root === undefined) continue;
    const names = roots.get(root) ?? [];
    names[Number(position)] = name;
    roots.set(root, names);
  }
  const [only, ...more] = [...roots.values()].filter(
    (names) => names.length === parts.length && Object.keys(names).length === parts.length,
  );
  return only && more.length === 0 ? only : null;
}

/** A single array is meant for one of several parameters: the first of its shape, and where it does not fit, the others are tried. */
function firstOfShape(
  run: Run,
  parts: readonly Part[],
  parameters: readonly string[],
): { part: Part; of: string } | null {
  const [part, ...more] = parts;
  if (!part || more.length > 0 || part.value.kind !== 'array') return null;
  const shape = (value: ArrayV): string => value.axes.map((axis) => run.sizes.find(axis.size)).join();
  const own = shape(part.value);
  const states = [...run.inputs.values()];
  const of = parameters.find((name) =>
    states.some((state) => state.name === name && shape(state.value) === own),
  );
  return of === undefined ? null : { part, of };
}

/**
 * `return cost, grad` of a loss of several parameters, none of which has a gradient by name: it is by the first that has its
 * shape, as optimizers take it.
 */
export function pairByShape(
  run: Run,
  parts: readonly Part[],
  parameters: readonly string[],
  callable: Callable,
  into: Found,
): void {
  if ([...into.gradients.filter(({ isInput }) => isInput), ...into.broken].length > 0) return;
  const found = firstOfShape(run, parts, parameters);
  if (!found || found.part.value.kind !== 'array' || found.part.name === null) return;
  const { name, span, value } = found.part;
  into.gradients.push({ of: found.of, name, span, value, isInput: true, callable });
}

/** `return np.array([df_dx, df_dy])`: one element for each parameter that is a single number. */
function elementsOf(run: Run, parts: readonly Part[], parameters: readonly string[]): readonly Part[] {
  const [only, ...more] = parts;
  if (!only || more.length > 0 || only.value.kind !== 'array') return [];
  const { value } = only;
  const [axis, ...others] = value.axes;
  const single = new Set([...run.inputs.values()].filter((s) => isSingle(s.value)).map((s) => s.name));
  if (!axis?.index || others.length > 0 || axis.size !== String(parameters.length)) return [];
  if (!parameters.every((name) => single.has(name))) return [];
  const { index } = axis;
  return parameters.map((_, k) => ({
    ...only,
    value: scalar(run.arena.substitute(value.element, index, run.arena.num(k))),
  }));
}

/**
 * `return loss, gradCenterVec, gradOutsideVecs`: gradients whose names abbreviate what they are by belong to the parameters in
 * order, if there are as many and each has the shape of its own.
 */
export function pairBeside(
  run: Run,
  parts: readonly Part[],
  named: () => readonly string[],
  callable: Callable,
  into: Found,
): void {
  const stems = parts.map(({ name }) => /^(?:d_?|g_|grad_?|nabla_?)([A-Za-z])\w*$/.exec(name ?? '')?.[1]);
  if (parts.length < 2 || stems.includes(undefined)) return;
  if ([...into.gradients, ...into.broken].some((known) => parts.some(({ name }) => name === known.name)))
    return;
  const parameters = named();
  if (parts.length !== parameters.length) return;
  const states = [...run.inputs.values()];
  const pairs = parts.flatMap(({ name, span, value }, k): WrittenGradient[] => {
    const of = parameters[k];
    const state = states.find((each) => each.name === of);
    if (name === null || of === undefined || !state || value.kind !== 'array') return [];
    // They begin as what they are by does.
    if (stems[k]?.toLowerCase() !== of[0]?.toLowerCase() || !sameShape(run, value, state.value)) return [];
    return [{ of, name, span, value, isInput: true, callable }];
  });
  if (pairs.length === parts.length) into.gradients.push(...pairs);
}
