/** The facade as another thread offers it: the same methods, whose answers are promises. */
import type { FileScan, Surroundings } from '../protocol';
import type { Analyzer } from './analyze';

type Promised<Method> = Method extends (...args: infer Args) => infer Result
  ? (...args: Args) => Promise<Result>
  : never;

/** What is made in parts stays in its thread, which answers by it. */
export type AnalyzerApi = {
  readonly [Name in Exclude<keyof Analyzer, 'measuring' | 'analyzing' | 'scanning'>]: Promised<
    Analyzer[Name]
  >;
} & {
  /** Waits while anything else is asked for. */
  scan(text: string, languageId: string, judged: boolean, around?: Surroundings): Promise<FileScan>;
};

/** What that thread tells meanwhile. */
export interface AnalyzerListener {
  /** A defect of Nabla's that was turned into a problem: what failed, and the error's stack. */
  defect(what: string, details: string): Promise<void>;
}
