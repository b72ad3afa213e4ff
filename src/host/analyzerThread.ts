import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { AnalyzerApi, AnalyzerListener } from '../check/api';
import { startThread } from './thread';
import type { Thread } from './thread';

/** The analysis in a thread of its own. Started at the first use, and anew after it has crashed or hung. */
export interface AnalyzerThread extends AnalyzerApi, vscode.Disposable {}

/** ms that one answer may take. Derivations have budgets far below this, so that only a defect gets here. */
const LIMIT = 20_000;

export function createAnalyzerThread(
  extensionPath: string,
  report: (what: string, error: unknown) => void,
): AnalyzerThread {
  const listener: AnalyzerListener = {
    defect(what, details) {
      report(what, details);
      return Promise.resolve();
    },
  };
  let running: Thread<AnalyzerApi> | null = null;
  const connected = (): Thread<AnalyzerApi> => {
    running ??= startThread<AnalyzerApi>(join(extensionPath, 'dist', 'analysis.cjs'), listener, () => {
      running = null;
    });
    return running;
  };
  const limited = async <R>(call: (remote: AnalyzerApi) => Promise<R>): Promise<R> => {
    const own = connected();
    const timer = setTimeout(() => own.end(`the analysis did not end in ${LIMIT / 1000} s`), LIMIT);
    try {
      return await call(own.remote);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    analyze: (...args) => limited((remote) => remote.analyze(...args)),
    derivation: (...args) => limited((remote) => remote.derivation(...args)),
    stability: (...args) => limited((remote) => remote.stability(...args)),
    hover: (...args) => limited((remote) => remote.hover(...args)),
    job: (...args) => limited((remote) => remote.job(...args)),
    dispose: () => running?.end('the extension was stopped'),
  };
}
