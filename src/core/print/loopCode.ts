/** TypeScript source: element by element over nested arrays. */
import type { Binding, Program } from '../definition';
export function loopCode(program: Program, statements: readonly Binding[], last: string): string {
  return `${program.output}${statements.length}${last}`;
}
