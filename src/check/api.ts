/** The facade as another thread offers it: the same methods, whose answers are promises. */
import type { Analyzer } from './analyze';

type Promised<Method> = Method extends (...args: infer Args) => infer Result
  ? (...args: Args) => Promise<Result>
  : never;

export type AnalyzerApi = { readonly [Name in keyof Analyzer]: Promised<Analyzer[Name]> };

/** What that thread tells meanwhile. */
export interface AnalyzerListener {
  /** A defect of Nabla's that was turned into a problem: what failed, and the error's stack. */
  defect(what: string, details: string): Promise<void>;
}
