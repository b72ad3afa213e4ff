/** What a command has to say. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 2;
  /** For standard output. */
  readonly output: string;
  /** Lines for standard error. */
  readonly errors: readonly string[];
}
