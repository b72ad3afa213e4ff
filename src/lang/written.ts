/** Names and places that the code gives to values. */
import type { Binding, Span } from '../core/definition';
import { symbolNames, type Node } from '../core/expr';
import type { Executed } from './execution';
import type { Part } from './outputParts';
import { computationSpan, targetName } from './places';
import type { Run } from './run';
import { eachStatement, type Expression, type FunctionNode } from './syntax';
import type { ArrayV, Value } from './values';

export const baseName = (name: string): string => name.replace(/@\d+$/, '');

export function bindingName(value: Value): string | null {
  return value.kind === 'array' && value.element.kind === 'sym' ? baseName(value.element.name) : null;
}

/** The binding that a value is, if it is one as it stands. */
export function bindingOf(run: Run, value: ArrayV): Binding | null {
  const { element } = value;
  if (element.kind !== 'sym' || element.args.some((arg) => arg.kind !== 'index')) return null;
  return run.bindings.find((binding) => binding.name === element.name) ?? null;
}

/** Where a function that was executed made the value; of two variables with one value, where this one got it. */
export function bindingSpan(
  run: Run,
  value: Value,
  { callable, firstBinding }: Executed,
  name: string | null,
): Span | null {
  const binding = value.kind === 'array' ? bindingOf(run, value) : null;
  if (!binding || run.bindings.indexOf(binding) < firstBinding) return null;
  const isNamesake = name === null || baseName(binding.name) === name;
  return (isNamesake ? null : computationSpan(callable.fn, name)) ?? binding.span;
}

/** `nabla_w`: the gradients by the weights of each layer. */
export const isListOfGradients = (value: Value, name: string | null): name is string =>
  value.kind === 'sequence' &&
  value.form === 'list' &&
  name !== null &&
  /^(?:nabla|d_?[A-Za-z]\w*$|grad|delta_)|grads?$|gradients?$/i.test(name);

export const itemName = (name: string, position: number): string => `${name}_${position}`;

/** Where an item of a list of some length is set: at its own position, else by a loop over positions. */
export function itemSpan(fn: FunctionNode, list: string, position: number, length: number): Span | null {
  let own: Span | null = null;
  let any: Span | null = null;
  eachStatement(fn.body, (s) => {
    for (const target of s.kind === 'assign' ? s.targets : []) {
      if (target.kind !== 'subscript' || targetName(target.object) !== list) continue;
      const index = literalOf(target.indices[0]);
      if (index === null) any = s.span;
      else if ((index < 0 ? index + length : index) === position) own = s.span;
    }
  });
  return own ?? any;
}

function literalOf(e: Expression | undefined): number | null {
  if (e?.kind === 'number') return Number(e.text);
  return e?.kind === 'unary' && e.operator === '-' && e.operand.kind === 'number'
    ? -Number(e.operand.text)
    : null;
}

/** What one branch computes and another returns beside it: `if cost <= 0: return zeros`. */
export const branchSpan = (fn: FunctionNode, { name, value, expression }: Part): Span | null =>
  value.kind === 'array' && value.element.kind === 'where' && expression?.kind === 'name' && name !== null
    ? computationSpan(fn, name)
    : null;

/** Names of the bindings that a value is computed from. */
export function neededFor({ bindings }: Run, value: Node): ReadonlySet<string> {
  const definitions = new Map(bindings.map((binding) => [binding.name, binding.def]));
  const needed = new Set<string>();
  const visit = (node: Node): void => {
    for (const name of symbolNames(node)) {
      const def = definitions.get(name);
      if (!def || needed.has(name)) continue;
      needed.add(name);
      visit(def);
    }
  };
  visit(value);
  return needed;
}
