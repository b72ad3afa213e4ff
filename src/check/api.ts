/** The facade as another thread offers it: the same methods, whose answers are promises. */
import type { Analyzer } from './analyze';

type Promised<Method> = Method extends (...args: infer Args) => infer Result
  ? (...args: Args) => Promise<Result>
  : never;

/** `measuring` stays in its thread, which answers `stability` by it. */
export type AnalyzerApi = {
  readonly [Name in Exclude<keyof Analyzer, 'measuring'>]: Promised<Analyzer[Name]>;
};

/** What that thread tells meanwhile. */
export interface AnalyzerListener {
  /** A defect of Nabla's that was turned into a problem: what failed, and the error's stack. */
  defect(what: string, details: string): Promise<void>;
}
