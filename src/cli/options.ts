/** The command line's own language: commands, options and what they must be. */
import { parseArgs } from 'node:util';
import type { DerivativeKind } from '../protocol';
import type { TrainOptions } from '../protocol/training';
import { CODE_TARGETS, type CodeTarget } from '../core/ops';
import { TRAIN_HELP, TRAIN_OPTIONS, trainOptions } from './trainOptions';
import { real, UsageError, whole } from './values';

export const HELP = `Nabla derives gradients of losses in your code and checks the ones you wrote by hand.

Usage:
  nabla derive FILE [--name NAME | --line N] [--wrt w,b] [--hessian | --hvp | --jacobian | --vjp]
                    [--code LANGUAGE] [--json]
      Shows the derivation of every definition in FILE, or of one, and its gradients as code:
      numpy (default), torch, jax or typescript. Instead of the gradient: the Hessian (--hessian), the
      Hessian times a vector (--hvp), the Jacobian (--jacobian), an upstream gradient times it (--vjp).
  nabla check PATH... [--data FILE --target COLUMN] [--format text|json]
      Checks every hand-written gradient in the files; folders are searched for Python, notebooks,
      JavaScript and TypeScript.
      With --data, gradients are also checked on the rows of a table.
  nabla train FILE --name NAME --data FILE --target COLUMN [--json]
      Trains a definition, checks its gradient on the way and tells the coefficients at a minimum.

Options for --data, a table in CSV or other text, JSON, NumPy's .npy and .npz, Parquet or Arrow:
  --target COLUMN        the column that holds the labels
  --features A,B         the columns that hold the features (default: all other numeric ones that vary, but for
                         one that numbers the rows)
  --categories number|indicators
                         what features that are texts become: a number for each category (default), or a
                         column of 0 and 1 for each
  --raw                  take the features as they are (default: mean 0, variance 1)
  --missing drop|mean|stop
                         what to do with rows that have missing values (default: stop)
  --intercept            a column of ones before the features, for a model without a bias
  --balance              weights by which every class counts the same, for a loss that takes weights
  --set NAME=VALUE       the value of a scalar setting such as lam; may be given again
  --memory MB            what the numbers of the table may take in memory (default: a part of what is free); the
                         rows of a larger text are read from a temporary file in every pass
  --validation SHARE     (train) the share of the rows that is kept from training, such as 0.2; drawn with the
                         seed
${TRAIN_HELP}

  --help, --version

Exit code of check: 0 nothing wrong, 1 something wrong. Every command: 2 usage or unreadable input.
`;

export interface DataOptions {
  readonly path: string;
  readonly target: string;
  readonly features: readonly string[] | null;
  readonly standardise: boolean;
  readonly missing: 'drop' | 'mean' | 'stop';
  readonly settings: Readonly<Record<string, number>>;
  readonly categories: 'number' | 'indicators';
  readonly intercept: boolean;
  readonly balance: boolean;
  /** Bytes that the numbers of the table may take in memory; null for a part of what is free. */
  readonly memory: number | null;
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'derive';
      readonly file: string;
      readonly name: string | null;
      readonly line: number | null;
      readonly wrt: readonly string[] | null;
      readonly derivative: DerivativeKind;
      /** The language of the code in the text; JSON has all. */
      readonly code: CodeTarget;
      readonly json: boolean;
    }
  | {
      readonly kind: 'check';
      readonly paths: readonly string[];
      readonly data: DataOptions | null;
      readonly json: boolean;
    }
  | {
      readonly kind: 'train';
      readonly file: string;
      readonly name: string;
      readonly data: DataOptions;
      /** The share of the rows that is kept from training. */
      readonly validation: number;
      readonly options: TrainOptions;
      readonly json: boolean;
    };

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  name: { type: 'string' },
  line: { type: 'string' },
  wrt: { type: 'string' },
  hessian: { type: 'boolean' },
  hvp: { type: 'boolean' },
  jacobian: { type: 'boolean' },
  vjp: { type: 'boolean' },
  code: { type: 'string' },
  json: { type: 'boolean' },
  format: { type: 'string' },
  data: { type: 'string' },
  target: { type: 'string' },
  features: { type: 'string' },
  raw: { type: 'boolean' },
  missing: { type: 'string' },
  set: { type: 'string', multiple: true },
  categories: { type: 'string' },
  intercept: { type: 'boolean' },
  balance: { type: 'boolean' },
  memory: { type: 'string' },
  validation: { type: 'string' },
  ...TRAIN_OPTIONS,
} as const;

type OptionName = keyof typeof OPTIONS;

const DATA_OPTIONS: readonly OptionName[] = [
  'data',
  'target',
  'features',
  'raw',
  'missing',
  'set',
  'categories',
  'intercept',
  'balance',
  'memory',
];
const DERIVATIVES = ['hessian', 'hvp', 'jacobian', 'vjp'] as const;
const COMMANDS: Readonly<Record<'derive' | 'check' | 'train', readonly OptionName[]>> = {
  derive: ['name', 'line', 'wrt', ...DERIVATIVES, 'code', 'json'],
  check: [...DATA_OPTIONS, 'format', 'json'],
  train: [
    ...DATA_OPTIONS,
    ...(Object.keys(TRAIN_OPTIONS) as (keyof typeof TRAIN_OPTIONS)[]),
    'validation',
    'name',
    'json',
  ],
};

/** Reads the arguments after `nabla`. Throws a `UsageError`. */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [command, ...rest] = positionals;
  if (command === undefined)
    throw new UsageError('Say what to do: nabla derive, nabla check or nabla train.');
  if (command !== 'derive' && command !== 'check' && command !== 'train')
    throw new UsageError(`There is no command "${command}": use derive, check or train.`);
  for (const option of Object.keys(values) as OptionName[])
    if (!COMMANDS[command].includes(option))
      throw new UsageError(`nabla ${command} has no option --${option}.`);
  const list = (value: string | undefined): string[] | null =>
    value === undefined
      ? null
      : value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '');
  if (command === 'check') {
    if (rest.length === 0) throw new UsageError('Give nabla check a file or a folder.');
    if (values.format !== undefined && values.format !== 'text' && values.format !== 'json')
      throw new UsageError(`--format is text or json, not "${values.format}".`);
    return {
      kind: 'check',
      paths: rest,
      data: dataOptions(values, list),
      json: values.json === true || values.format === 'json',
    };
  }
  const [file, ...more] = rest;
  if (file === undefined) throw new UsageError(`Give nabla ${command} a file.`);
  if (more.length > 0) throw new UsageError(`nabla ${command} takes one file, not also ${more.join(' ')}.`);
  if (command === 'derive') {
    if (values.name !== undefined && values.line !== undefined)
      throw new UsageError('Use --name or --line, not both.');
    return {
      kind: 'derive',
      file,
      name: values.name ?? null,
      line: values.line === undefined ? null : whole('line', values.line, 1),
      wrt: list(values.wrt),
      derivative: derivativeKind(DERIVATIVES.filter((name) => values[name] === true)),
      code: codeTarget(values.code ?? 'numpy'),
      json: values.json === true,
    };
  }
  const data = dataOptions(values, list);
  if (values.name === undefined)
    throw new UsageError('nabla train needs --name NAME: the definition to train.');
  if (!data) throw new UsageError('nabla train needs --data FILE and --target COLUMN.');
  return {
    kind: 'train',
    file,
    name: values.name,
    data,
    validation: share(values.validation ?? '0'),
    options: trainOptions(values),
    json: values.json === true,
  };
}

function codeTarget(name: string): CodeTarget {
  const found = CODE_TARGETS.find((target) => target === name);
  if (!found) throw new UsageError(`--code is ${CODE_TARGETS.join(', ')}, not "${name}".`);
  return found;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(optionFault(error));
  }
}

function derivativeKind(asked: readonly DerivativeKind[]): DerivativeKind {
  const [first = 'gradient', ...more] = asked;
  if (more.length > 0)
    throw new UsageError(`Use one of ${asked.map((name) => `--${name}`).join(' and ')}, not both.`);
  return first;
}

function optionFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const option = /'[^']*?(--?[\w-]+)[^']*'/.exec(message)?.[1];
  if (option === undefined) return message;
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `There is no option ${option}.`;
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return message;
  return message.includes('does not take')
    ? `${option} takes no value.`
    : `${option} needs a value; write one that begins with - as ${option}=VALUE.`;
}

function dataOptions(
  values: {
    data?: string;
    target?: string;
    features?: string;
    raw?: boolean;
    missing?: string;
    set?: string[];
    categories?: string;
    intercept?: boolean;
    balance?: boolean;
    memory?: string;
  },
  list: (value: string | undefined) => string[] | null,
): DataOptions | null {
  if (values.data === undefined) {
    if (values.target !== undefined) throw new UsageError('--target needs --data FILE.');
    return null;
  }
  if (values.target === undefined)
    throw new UsageError('--data needs --target COLUMN: the column of the labels.');
  const { missing = 'stop', categories = 'number' } = values;
  if (categories !== 'number' && categories !== 'indicators')
    throw new UsageError(`--categories is number or indicators, not "${categories}".`);
  if (missing !== 'drop' && missing !== 'mean' && missing !== 'stop')
    throw new UsageError(`--missing is drop, mean or stop, not "${missing}".`);
  return {
    path: values.data,
    target: values.target,
    features: list(values.features),
    standardise: values.raw !== true,
    missing,
    settings: Object.fromEntries((values.set ?? []).map(setting)),
    categories,
    intercept: values.intercept === true,
    balance: values.balance === true,
    memory: values.memory === undefined ? null : 1e6 * real('memory', values.memory, 0),
  };
}

function setting(text: string): [string, number] {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined || !Number.isFinite(Number(value)))
    throw new UsageError(`--set takes NAME=VALUE with a number, not "${text}".`);
  return [name.trim(), Number(value)];
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < 1))
    throw new UsageError(`--validation is a share of at least 0 and below 1, not "${text}".`);
  return value;
}
