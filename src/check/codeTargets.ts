/** The languages that code is printed in, that of the definition first. */
import { CODE_TARGETS } from '../core/ops';
import { printCode, type CodeGradient } from '../core/print/code';
import type { Program } from '../core/definition';

const isJavaScript = (language: string): boolean => /^(java|type)script(react)?$/.test(language);

/** Source by target. */
export function printedCode(
  language: string,
  program: Program,
  printed: CodeGradient,
): Readonly<Record<string, string>> {
  const own = CODE_TARGETS.filter((target) => (target === 'typescript') === isJavaScript(language));
  const ordered = [...own, ...CODE_TARGETS.filter((target) => !own.includes(target))];
  return Object.fromEntries(ordered.map((target) => [target, printCode(target, program, printed)]));
}
