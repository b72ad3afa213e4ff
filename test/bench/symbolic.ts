/** The symbolic core against other packages on the same expressions; growth, start and size. Each call has a new arena. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { derive } from '../../src/core/derive';
import type { Derivation } from '../../src/core/derivation';
import type { Node } from '../../src/core/expr';
import { NINE, nodesOf } from '../support/nine';
import { parseModel } from '../support/model';
import { printer } from '../support/steps';
import { misses } from './differences';
import { median, type Result, type Unit } from './measure';
import { chain, DERIVED, INDEXED, WRITTEN_OUT, wideSum } from './models';
import { loadPeers, runSympy, type Peer, type SympyCase, type SympyResult } from './peers/contenders';

const NABLA = 'nabla';
/** Derivations before the first that is timed. */
const WARM_UP = 60;
const COLD_RUNS = 5;
/** A peer that took longer than this is timed no more. */
const SLOW = 20_000;

export interface Folders {
  /** Bundles that run.mjs has made. */
  readonly bundles: string;
  /** Where the peers are installed. */
  readonly peers: string;
  /** test/bench in the repository. */
  readonly bench: string;
}

export interface Options {
  readonly rounds: number;
  readonly only: string | undefined;
  readonly folders: Folders;
  readonly report: (line: string) => void;
}

interface Scalar {
  readonly name: string;
  readonly source: string;
  readonly text: string;
  readonly wrt: string;
  readonly sympy?: string;
  readonly ideal?: number;
}

export interface SymbolicRun {
  readonly results: readonly Result[];
  /** What a contender could not do, by case and contender. */
  readonly failures: readonly { readonly case: string; readonly contender: string; readonly why: string }[];
  readonly machine: string;
}

export function runSymbolic({ rounds, only, folders, report }: Options): SymbolicRun {
  const results: Result[] = [];
  const failures: SymbolicRun['failures'][number][] = [];
  const wanted = (name: string): boolean => only === undefined || name.includes(only);
  const add = (bench: string, name: string, contender: string, unit: Unit, runs: readonly number[]): void => {
    const result = {
      bench,
      case: name,
      contender,
      threads: 1,
      dtype: 'f64',
      unit,
      median: median(runs),
      runs,
    };
    results.push(result);
    report(`${bench} | ${name} | ${contender} | ${result.median.toPrecision(3)} ${unit}`);
  };
  const fail = (name: string, contender: string, why: string): void => {
    failures.push({ case: name, contender, why });
    report(`${name} | ${contender} | cannot: ${why}`);
  };
  const cold = (module: string, sources: readonly string[]): { load: number; derived: number[] } =>
    JSON.parse(
      execFileSync(
        process.execPath,
        [join(folders.bench, 'cold.mjs'), join(folders.bundles, module), ...sources],
        {
          encoding: 'utf8',
        },
      ),
    ) as { load: number; derived: number[] };
  const coldly = (bench: string, name: string, source: string): void => {
    const runs = Array.from({ length: COLD_RUNS }, () => cold('deriver.mjs', [source]).derived[0] ?? NaN);
    add(bench, name, `${NABLA}, fresh process`, 'ms', runs);
  };
  const nabla = (source: string): Derivation => derive(parseModel(source));
  const timed = (work: () => unknown): number => {
    const began = performance.now();
    work();
    return performance.now() - began;
  };

  const scalars: readonly Scalar[] = [...NINE, ...WRITTEN_OUT].filter(({ name }) => wanted(`scalar ${name}`));
  const indexed = Object.entries(INDEXED).filter(([name]) => wanted(`indexed ${name}`));
  const cases: SympyCase[] = [
    ...scalars.map(({ text, sympy, wrt, source }): SympyCase => ({
      text: sympy ?? text,
      wrt,
      symbols: symbolsOf(source),
    })),
    ...indexed.map(([name]): SympyCase => ({ indexed: name })),
  ];
  const sympy = cases.length > 0 ? runSympy(join(folders.bench, 'peers/sympy_peer.py'), cases, rounds) : null;
  if (!sympy && cases.length > 0) report('SymPy is skipped: there is no python3 with the package sympy');
  const sympyName = `SymPy ${sympy?.version ?? ''}`;
  const bySympy = (name: string, bench: string, made: SympyResult | undefined): void => {
    if (!made) return;
    if (made.error !== undefined) fail(name, sympyName, made.error);
    else add(bench, name, sympyName, 'ms', made.runs);
  };
  const peers = scalars.length > 0 ? loadPeers(folders.peers) : [];

  // Everything runs before anything is timed, so that the first case is as warm as the last.
  const prepared = scalars.map((row) => {
    const able = new Map<Peer, { text: string; runs: number[]; slow: boolean }>();
    for (const peer of peers)
      try {
        let text = '';
        const slow = timed(() => (text = peer.derive(row))) > SLOW;
        able.set(peer, { text, runs: [], slow });
      } catch (error) {
        fail(row.name, peer.name, String(error).slice(0, 80));
      }
    for (let n = 0; n < WARM_UP; n += 1) nabla(row.source);
    return { row, able };
  });
  prepared.forEach(({ row, able }, k) => {
    const bench = 'scalar';
    const judge = (contender: string, text: string): void => {
      try {
        add(bench, row.name, contender, 'wrong', [misses(row.text, row.wrt, text)]);
        add(bench, row.name, contender, 'nodes', [nodesOf(text)]);
      } catch (error) {
        fail(row.name, contender, `its result cannot be read: ${String(error)}`);
      }
    };
    if (row.ideal !== undefined) add(bench, row.name, 'hand form', 'nodes', [row.ideal]);
    const own: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      own.push(median(Array.from({ length: 9 }, () => timed(() => nabla(row.source)))));
      for (const [peer, { runs, slow }] of able)
        if (!slow || round === 0) runs.push(timed(() => peer.derive(row)));
    }
    const program = parseModel(row.source);
    const derivation = derive(program);
    add(bench, row.name, NABLA, 'ms', own);
    coldly(bench, row.name, row.source);
    const element = derivation.gradients[0]?.element;
    if (element) judge(NABLA, printer(program, derivation)(element));
    for (const [peer, { runs, text }] of able) {
      add(bench, row.name, peer.name, 'ms', runs);
      judge(peer.name, text);
    }
    const other = sympy?.results[k];
    bySympy(row.name, bench, other);
    if (other?.text !== undefined) judge(sympyName, other.text);
  });

  const warmly = (bench: string, name: string, source: string, warmUp: number): void => {
    for (let n = 0; n < warmUp; n += 1) nabla(source);
    const runs = Array.from({ length: rounds }, () =>
      median([1, 2, 3].map(() => timed(() => nabla(source)))),
    );
    add(bench, name, NABLA, 'ms', runs);
  };
  indexed.forEach(([name, source], k) => {
    warmly('indexed', name, source, WARM_UP);
    coldly('indexed', name, source);
    bySympy(name, 'indexed', sympy?.results[scalars.length + k]);
    for (const peer of peers) fail(name, peer.name, 'has no sums over an index');
  });
  for (const [name, source] of Object.entries(DERIVED)) {
    if (!wanted(`model ${name}`)) continue;
    warmly('model', name, source, WARM_UP);
    coldly('model', name, source);
  }

  const growth = (name: string, sizes: readonly number[], make: (size: number) => string): void => {
    if (!wanted(`growth ${name}`)) return;
    const times = sizes.map((size) => {
      const source = make(size);
      nabla(source);
      const runs = Array.from({ length: size >= 1000 ? 3 : rounds }, () => timed(() => nabla(source)));
      add('growth', `${name}, ${size}`, NABLA, 'ms', runs);
      return Math.min(...runs);
    });
    add('growth', name, NABLA, 'exponent', [slope(sizes, times)]);
    const last = sizes.at(-1) ?? 1;
    add('growth', name, NABLA, 'nodes per link', [resultNodes(nabla(make(last))) / last]);
  };
  growth('chain of bindings', [10, 100, 1000], chain);
  growth('log of a sum of exponentials', [10, 100, 1000], wideSum);

  if (wanted('start')) {
    const loads = Array.from({ length: 2 * COLD_RUNS + 1 }, () => cold('core.mjs', []).load);
    add('start', 'load', 'the core without renderers, minified', 'ms', loads);
    const size = readFileSync(join(folders.bundles, 'core.mjs')).length / 1000;
    add('start', 'size', 'the core without renderers, minified', 'KB', [size]);
    const [one, other] = [DERIVED['softmax regression'] ?? '', NINE[0]?.source ?? ''];
    const later = Array.from(
      { length: COLD_RUNS },
      () => cold('deriver.mjs', [one, other]).derived[1] ?? NaN,
    );
    add('start', 'a new expression after another one', NABLA, 'ms', later);
  }
  const machine = `${cpus().length} cores (${cpus()[0]?.model.replace(/\s+/g, ' ').trim() ?? 'unknown'}), Node ${process.versions.node}`;
  return { results, failures, machine };
}

const symbolsOf = (source: string): string[] => parseModel(source).inputs.map((input) => input.name);

/** Slope of the line through the logarithms, by least squares. */
function slope(sizes: readonly number[], times: readonly number[]): number {
  const x = sizes.map(Math.log);
  const y = times.map(Math.log);
  const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const over = x.reduce((total, v, k) => total + (v - mx) * ((y[k] ?? 0) - my), 0);
  return over / x.reduce((total, v) => total + (v - mx) ** 2, 0);
}

/** Distinct nodes of the gradients and of the derivatives that they name, indices not counted. */
function resultNodes({ gradients, named }: Derivation): number {
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node) || node.kind === 'index') return;
    seen.add(node);
    node.args.forEach(visit);
  };
  for (const { element } of gradients) visit(element);
  for (const { def } of named) visit(def);
  return seen.size;
}
