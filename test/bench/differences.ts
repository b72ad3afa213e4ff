/** Derivatives given as text against central differences of the function. */
import { compile, type EvalFunction } from 'mathjs';
import { createRandom } from '../../src/core/random';

const POINTS = 12;
const STEP = 1e-4;
const TOLERANCE = 1e-6;

const FUNCTIONS = {
  sigmoid: (u: number) => 1 / (1 + Math.exp(-u)),
  where: (condition: boolean, then: number, otherwise: number) => (condition ? then : otherwise),
};

/** At how many of a dozen random points the derivative is wrong. Throws for text that mathjs cannot read. */
export function misses(text: string, wrt: string, derivative: string): number {
  const f = compile(text);
  const d = compile(derivative);
  const random = createRandom(7);
  const names = new Set(text.match(/\b[a-z]\w*\b(?!\()/gi) ?? []);
  let wrong = 0;
  for (let point = 0; point < POINTS; point += 1) {
    const scope: Record<string, number> = {};
    for (const name of names) {
      const size = 0.2 + 1.2 * random();
      const keepsSign = name === 'd' || name === 'y' || random() < 0.6;
      if (name !== 'pi' && name !== 'e') scope[name] = keepsSign ? size : -size;
    }
    const at = (shift: number): number => number(f, { ...scope, [wrt]: (scope[wrt] ?? NaN) + shift });
    const wide = (at(STEP) - at(-STEP)) / (2 * STEP);
    const narrow = (at(STEP / 2) - at(-STEP / 2)) / STEP;
    const slope = (4 * narrow - wide) / 3;
    const got = number(d, scope);
    const scale = Math.max(Math.abs(slope), Math.abs(got), 1e-3);
    if (!(Math.abs(got - slope) <= TOLERANCE * scale)) wrong += 1;
  }
  return wrong;
}

function number(f: EvalFunction, scope: Readonly<Record<string, number>>): number {
  const value: unknown = f.evaluate({ ...scope, ...FUNCTIONS });
  if (typeof value === 'number') return value;
  // mathjs goes over to complex numbers for roots and logarithms; a derivative of a real function is real.
  const { re, im } = value as { re?: number; im?: number };
  return re !== undefined && Math.abs(im ?? 0) < 1e-9 ? re : NaN;
}
