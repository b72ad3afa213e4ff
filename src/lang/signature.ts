/**
 * Signatures of library functions, and calls brought into the form that the meaning of a row takes.
 *
 * A signature lists the library's own parameters in order:
 *
 *     input          an operand: stays positional
 *     dim:axis       goes on under the name `axis`
 *     reduction:     goes on under its own name
 *     dtype-         has no bearing on the value, and is dropped
 *     weight?        declined unless it is None
 *     alpha?1        declined unless it is None or this constant
 *     *              what follows takes keywords only
 *     ...            any number of further positional arguments, which stay positional
 */
import type { LibraryCall } from './arguments';
import { unsupported, type CallArgument } from './run';
import { integerOf, type UnknownValue, type Value } from './values';

/** What a library function computes, from arguments as its signature leaves them. */
export type Meaning = (call: LibraryCall) => Value;

export interface LibraryRow {
  readonly signature: string;
  readonly meaning: Meaning;
}

/** Functions of a module, by name. */
export type LibraryTable = Readonly<Record<string, LibraryRow>>;

export const row = (signature: string, meaning: Meaning): LibraryRow => ({ signature, meaning });

/** The same row for each of several names. */
export const rows = (
  names: string,
  signature: string,
  meaning: (name: string) => Meaning,
): Record<string, LibraryRow> =>
  Object.fromEntries(names.split(' ').map((name) => [name, row(signature, meaning(name))]));

interface Parameter {
  readonly name: string;
  /** The name it goes on under; null for an operand, which stays positional. */
  readonly target: string | null;
  readonly use: 'pass' | 'drop' | 'must-be';
  readonly only: string;
}

function parameterOf(token: string): Parameter {
  const [, name = '', mark = '', rest = ''] = /^(\w+)([:?-]?)(.*)$/.exec(token) ?? [];
  if (mark === '-') return { name, target: null, use: 'drop', only: '' };
  if (mark === '?') return { name, target: null, use: 'must-be', only: rest };
  return { name, target: mark === ':' ? rest || name : null, use: 'pass', only: '' };
}

/** Whether a value is None or the constant that a signature allows. */
function isOnly(value: Value, only: string): boolean {
  if (value.kind === 'none') return true;
  if (only === '') return false;
  return value.kind === 'string' ? value.value === only : integerOf(value) === Number(only);
}

/** The call with its arguments under the names that the row's meaning knows, or what about it is not supported. */
export function bindCall(signature: string, call: LibraryCall): LibraryCall | UnknownValue {
  const tokens = signature.split(' ').filter((token) => token !== '');
  const positional = call.args.filter((arg) => arg.name === null);
  const named = new Map(
    call.args.flatMap((arg) => (arg.name === null ? [] : [[arg.name, arg.value] as const])),
  );
  const operands: CallArgument[] = [];
  const settings: CallArgument[] = [];
  let keywordOnly = false;
  const refuse = (name: string): UnknownValue =>
    unsupported(`uses ${call.written} with ${name}=`, call.span, 'unsupported-argument');
  for (const token of tokens) {
    if (token === '*') {
      keywordOnly = true;
      continue;
    }
    if (token === '...') {
      operands.push(...positional.splice(0));
      continue;
    }
    const parameter = parameterOf(token);
    const value = (keywordOnly ? undefined : positional.shift()?.value) ?? named.get(parameter.name);
    named.delete(parameter.name);
    if (value === undefined || parameter.use === 'drop') continue;
    if (parameter.use === 'must-be') {
      if (!isOnly(value, parameter.only)) return refuse(parameter.name);
    } else if (parameter.target === null) operands.push({ name: null, value });
    else settings.push({ name: parameter.target, value });
  }
  const [left] = named.keys();
  if (left !== undefined) return refuse(left);
  if (positional.length > 0)
    return unsupported(`uses ${call.written} with these arguments`, call.span, 'unsupported-argument');
  return { ...call, args: [...operands, ...settings] };
}

/** Calls a row's meaning with the arguments of its signature. */
export function callRow({ signature, meaning }: LibraryRow, call: LibraryCall): Value {
  const bound = bindCall(signature, call);
  return 'kind' in bound ? bound : meaning(bound);
}
