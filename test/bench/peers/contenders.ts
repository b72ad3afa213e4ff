/** Other symbolic packages as contenders: each differentiates and simplifies, and gives the result in mathjs syntax. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fromMathJson, toMathJson, type MathJson } from './formulas';

export interface Formula {
  /** In mathjs syntax. */
  readonly text: string;
  readonly wrt: string;
}

export interface Peer {
  readonly name: string;
  /** The simplified derivative as text. Throws where the package cannot do it. */
  readonly derive: (formula: Formula) => string;
}

interface Boxed {
  readonly json: MathJson;
  evaluate(): Boxed;
  simplify(): Boxed;
}
interface ComputeEngineModule {
  readonly ComputeEngine: new () => { box(json: MathJson): Boxed };
}
interface MathjsModule {
  derivative(text: string, by: string): { toString(): string };
  simplify(node: unknown): { toString(): string };
}
type Nerdamer = ((text: string) => { text(): string }) & { flush?: () => void };

/** The packages in `folder`, where test/bench/run.mjs has installed them. */
export function loadPeers(folder: string): Peer[] {
  const require = createRequire(join(folder, 'package.json'));
  const version = (name: string): string => {
    const { dependencies } = require('./package.json') as { dependencies: Readonly<Record<string, string>> };
    return `${name.replace(/^.*\//, '')} ${dependencies[name] ?? ''}`;
  };
  const mathjs = require('mathjs') as MathjsModule;
  const { ComputeEngine } = require('@cortex-js/compute-engine') as ComputeEngineModule;
  const engine = new ComputeEngine();
  const nerdamer = require('nerdamer/all.min.js') as Nerdamer;
  return [
    {
      name: version('mathjs'),
      derive: ({ text, wrt }) => mathjs.simplify(mathjs.derivative(text, wrt)).toString(),
    },
    {
      name: version('@cortex-js/compute-engine'),
      derive: ({ text, wrt }) => {
        const result = engine
          .box(['D', toMathJson(text), wrt])
          .evaluate()
          .simplify();
        return fromMathJson(result.json);
      },
    },
    {
      name: version('nerdamer'),
      derive: ({ text, wrt }) => {
        if (text.includes('?')) throw new Error('no choices');
        return nerdamer(`simplify(diff(${text},${wrt}))`).text();
      },
    },
  ];
}

/** For SymPy: a formula, or one of the sums over indices that the script knows by name. */
export type SympyCase =
  | { readonly text: string; readonly wrt: string; readonly symbols: readonly string[] }
  | { readonly indexed: string };

export interface SympyResult {
  readonly text?: string;
  readonly error?: string;
  readonly runs: readonly number[];
}

/** For all runs of one case. */
const MOST_SECONDS = 20;

/** Null where there is no Python with SymPy. */
export function runSympy(
  script: string,
  cases: readonly SympyCase[],
  rounds: number,
): { readonly version: string; readonly results: readonly SympyResult[] } | null {
  const { status, stdout } = spawnSync('python3', [script], {
    input: JSON.stringify({ cases, rounds, seconds: MOST_SECONDS }),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) return null;
  return JSON.parse(stdout) as { version: string; results: SympyResult[] };
}
