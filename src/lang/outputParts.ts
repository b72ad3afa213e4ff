/** The values that a function leaves, with names and places: what it returns, and its variables at the end. */
import type { Span } from '../core/definition';
import { collected } from './arguments';
import type { Executed } from './execution';
import { assignmentSpan, keyText, nameOf, spanning } from './places';
import type { Run } from './run';
import { bindingName, bindingSpan, branchSpan, isListOfGradients, itemName, itemSpan } from './written';
import type { Expression } from './syntax';
import type { Value } from './values';

/** A value with the name and place that the code gives it. */
export interface Part {
  readonly name: string | null;
  readonly value: Value;
  readonly span: Span;
  /** Name of the dict that holds it. */
  readonly container: string | null;
  /** What it was written as, where it is returned. */
  readonly expression: Expression | null;
  /** Held by a tuple or dict beside other results: a cache. */
  readonly isKept?: boolean;
  /** The piece of an input that it is the gradient of, and that input. */
  readonly piece?: { readonly of: string; readonly whole: string };
}

/** The parts of a returned value: items of tuples, entries of dicts. */
export function partsOf(run: Run, executed: Executed): Part[] {
  const found: Part[] = [];
  const visit = (
    given: Value,
    e: Expression | null,
    name: string | null,
    span: Span,
    container: string | null,
    depth = 0,
  ): void => {
    // A list over symbolic positions is an array.
    const value = given.kind === 'stream' ? collected(run, given, span) : given;
    if (value.kind === 'sequence')
      value.items.forEach((item, k) => {
        const own = e?.kind === 'sequence' ? e.items[k] : undefined;
        const place = isListOfGradients(value, name) ? itemName(name, k) : null;
        const { fn } = executed.callable;
        const made = place === null ? null : itemSpan(fn, name ?? '', k, value.items.length);
        visit(item, own ?? null, own ? nameOf(own) : place, own?.span ?? made ?? span, null, depth + 1);
      });
    else if (value.kind === 'dict')
      value.entries.forEach((item, key) => {
        const own = e?.kind === 'dict' ? e.entries.find((entry) => keyText(entry.key) === key) : undefined;
        const place = own ? spanning(own.key, own.value) : span;
        visit(item, own?.value ?? null, key.slice(2), place, name, depth + 1);
      });
    else if (/^(array|joined|unknown|input)$/.test(value.kind))
      found.push({
        name: name ?? bindingName(value),
        value,
        span:
          (value.kind === 'joined' && name !== null ? assignmentSpan(executed.callable.fn, name) : null) ??
          span,
        container,
        expression: e,
        ...(depth > 1 ? { isKept: true } : {}),
      });
  };
  const { value, expression, callable } = executed;
  visit(
    value,
    expression,
    expression ? nameOf(expression) : null,
    expression?.span ?? callable.fn.nameSpan,
    null,
  );
  return found.map((part) => ({
    ...part,
    span: bindingSpan(run, part.value, executed, part.name) ?? branchSpan(callable.fn, part) ?? part.span,
  }));
}

/** Local variables of a function at its end that hold arrays (or failed to), with their places. */
export function locals(run: Run, executed: Executed): Part[] {
  const found: Part[] = [];
  const seen = new Set<Value>();
  const expression = null;
  const add = (name: string, value: Value, container: string | null = null): void => {
    if (executed.parameters.get(name) === value) return;
    if (value.kind === 'array') {
      const { fn } = executed.callable;
      const span = bindingSpan(run, value, executed, name) ?? assignmentSpan(fn, name) ?? fn.nameSpan;
      found.push({ name, value, span, container, expression });
    } else if (value.kind === 'input')
      found.push({
        name,
        value,
        span: executed.callable.fn.nameSpan,
        container,
        expression,
      });
    else if (value.kind === 'joined')
      found.push({
        name,
        value,
        span: assignmentSpan(executed.callable.fn, name) ?? executed.callable.fn.nameSpan,
        container,
        expression,
      });
    else if (value.kind === 'unknown')
      found.push({
        name,
        value,
        span: value.cause.span,
        container,
        expression,
      });
    else if (isListOfGradients(value, name) && value.kind === 'sequence')
      value.items.forEach((item, k) => {
        add(itemName(name, k), item);
      });
    else if ((value.kind === 'dict' && /grad|^d/i.test(name)) || value.kind === 'object') {
      // Objects may hold each other; the function's own is read as it was at its end.
      if (seen.has(value) || name === receiver) return;
      seen.add(value);
      if (value.kind === 'object')
        value.attributes.forEach((v, key) => {
          if (v.kind !== 'input') add(key, v);
        });
      else
        value.entries.forEach((v, key) => {
          add(key.slice(2), v, name);
        });
    }
  };
  const receiver = executed.callable.owner ? executed.callable.fn.parameters[0]?.name : undefined;
  executed.attributes.forEach((value, key) => {
    if (value.kind !== 'input') add(key, value);
  });
  executed.scope.names.forEach((value, name) => {
    add(name, value);
  });
  return found;
}
