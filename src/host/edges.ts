import * as vscode from 'vscode';
import type { Log } from './log';

/** The edges of the extension: what is thrown inside ends here, so that one feature that fails leaves the others alone. */
export interface Edges {
  /** Runs a registration of `activate`; what it returns lives as long as the extension. */
  register(what: string, make: () => vscode.Disposable): void;
  /** The function with its exceptions reported; it then answers `fallback`. */
  guard<A extends unknown[], R>(
    what: string,
    run: (...args: A) => R | Promise<R>,
    fallback: R,
  ): (...args: A) => Promise<R>;
}

export function createEdges(subscriptions: vscode.Disposable[], log: Log): Edges {
  return {
    register(what, make) {
      try {
        subscriptions.push(make());
      } catch (error) {
        log.bug(what, error);
      }
    },
    guard(what, run, fallback) {
      return async (...args) => {
        try {
          return await run(...args);
        } catch (error) {
          if (!(error instanceof vscode.CancellationError)) log.bug(what, error);
          return fallback;
        }
      };
    },
  };
}
