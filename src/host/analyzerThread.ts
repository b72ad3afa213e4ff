import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { AnalyzerApi, AnalyzerListener } from '../check/api';
import { startThread } from './thread';
import type { Thread } from './thread';

/** The analysis in a thread of its own. Started at the first use, and anew after it has crashed or hung. */
export interface AnalyzerThread extends AnalyzerApi, vscode.Disposable {}

/** ms that one answer may take. Derivations have budgets far below this, so that only a defect gets here. */
const LIMIT = 20_000;
/** A scan waits for everything else. */
const SCAN_LIMIT = 10 * LIMIT;

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
  const limited = async <R>(call: (remote: AnalyzerApi) => Promise<R>, limit = LIMIT): Promise<R> => {
    const own = connected();
    const timer = setTimeout(() => own.end(`the analysis did not end in ${limit / 1000} s`), limit);
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
    scan: (...args) => limited((remote) => remote.scan(...args), SCAN_LIMIT),
    hover: (...args) => limited((remote) => remote.hover(...args)),
    job: (...args) => limited((remote) => remote.job(...args)),
    dispose: () => running?.end('the extension was stopped'),
  };
}
