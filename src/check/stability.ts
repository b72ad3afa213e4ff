/** Where a definition breaks down in floating point, and its stable form, as plain data in words. */
import type { Binding, Program } from '../core/definition';
import type { Derivation } from '../core/derivation';
import { measureStability, type Instability } from '../core/stability/measure';
import type { StabilityFinding, StabilityView } from '../protocol';
import { printedCode } from './codeTargets';
import { createFormulas } from './formulas';
import { plainName } from './mistakes/case';

export const NOTHING_MEASURED: StabilityView = { findings: [], conclusion: '', stable: null };

/** Measures in parts of a few milliseconds. */
export function* stabilityView(
  language: string,
  program: Program,
  derivation: Derivation,
): Generator<void, StabilityView> {
  const { instabilities, stable } = yield* measureStability(program, derivation);
  const findings = instabilities.filter((each) => isNews(each, instabilities)).map(findingOf);
  return {
    findings,
    conclusion: conclusion(findings, derivation.gradients.length > 0),
    stable: stable && stableView(language, program, stable),
  };
}

/** Of the chain rule the break-down is enough: where it loses digits before is of no use to anybody. */
function isNews(one: Instability, all: readonly Instability[]): boolean {
  if (one.what !== 'chain' || one.effect === 'overflow') return true;
  return !all.some(
    (other) =>
      other.what === 'chain' &&
      other.variable === one.variable &&
      other.effect === 'overflow' &&
      (other.side === one.side || other.side === 'beyond'),
  );
}

function findingOf(found: Instability): StabilityFinding {
  const { what, names, variable, side, effect, threshold, single } = found;
  const places = effect === 'overflow' ? 4 : 3;
  const name = plainName(variable);
  const [own = ''] = names.map(plainName);
  const subject = {
    value: `${own} as written`,
    chain: 'the chain rule, not simplified,',
    gradient: `the gradient for ${names.map(plainName).join(', ')}`,
  }[what];
  const happens =
    effect === 'overflow'
      ? 'is infinite or undefined, although its value is not'
      : 'has lost its digits: the relative error is above 1e-6';
  const where = condition(name, side, threshold, places);
  const all = found.manner === 'offset' ? ` for all elements, which differ by about 1` : '';
  const lost = effect === 'overflow' ? '' : ', above 1e-3';
  const inSingle = single === null ? '' : ` (single precision${lost}: ${condition(name, side, single, 3)})`;
  return {
    what,
    names,
    variable,
    side,
    effect,
    threshold,
    singleThreshold: single,
    together: found.manner === 'offset',
    text: `For ${where}${all}, ${subject} ${happens}${inSingle}.`,
  };
}

function condition(name: string, side: Instability['side'], threshold: number, places: number): string {
  const size = String(Number(threshold.toPrecision(places)));
  if (side === 'above') return `${name} > ${size}`;
  return side === 'below' ? `${name} < -${size}` : `|${name}| > ${size}`;
}

function conclusion(findings: readonly StabilityFinding[], derived: boolean): string {
  if (findings.length === 0 || !derived || findings.some(({ what }) => what === 'gradient')) return '';
  return 'The gradient as printed in code was right at every size that was tried, up to a million.';
}

function stableView(
  language: string,
  program: Program,
  statements: readonly Binding[],
): StabilityView['stable'] {
  const own = new Map(program.bindings.map((b) => [b.name, b]));
  const extra = statements.filter((b) => !own.has(b.name));
  const formulas = createFormulas(program, extra);
  const result = statements.at(-1);
  if (!result) return null;
  const value = { axes: result.axes, element: result.def };
  const name = plainName(result.name).replace(/\W+/g, '_');
  return {
    formulas: statements
      .filter((b) => own.get(b.name)?.def !== b.def)
      .map((b) => ({ name: b.name, formula: formulas.definition(b), span: null })),
    code: printedCode(language, program, { name, value, bindings: extra }),
  };
}
