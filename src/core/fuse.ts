/** Intermediate derivatives that got names of their own written out again where the whole is shorter without them. */
import type { Binding, Program } from './definition';
import { mentioned } from './derivatives';
import { openWorkshop } from './derive';
import { byName, writeOut } from './hidden';
import { createIndexNamer } from './indexNames';
import { simplifySteps, type Derived } from './links';
import { createNaming } from './print/naming';
import { inShownForm } from './shownSteps';
import { makeStep } from './steps';

/** Results larger than this are left as they are. */
const LARGEST = 60;

/**
 * `derived` with all of `named` written out if that is no longer than it was with their definitions; `always` are written out
 * in any case. The program must not hold `always`.
 */
export function fused(
  program: Program,
  named: readonly Binding[],
  always: readonly Binding[],
  derived: Derived,
): Derived {
  const { arena } = program;
  const attempt = (inner: readonly Binding[]): { readonly derived: Derived; readonly cost: number } => {
    const plain = writeOut(arena, byName(inner), derived.value);
    const rest = named.filter((binding) => !inner.includes(binding));
    const extended = { ...program, bindings: [...program.bindings, ...rest] };
    const shop = openWorkshop(extended, createIndexNamer(arena, createNaming(extended)), []);
    const { cost } = shop.simplifier.display;
    const total = (value: Derived['value']): number =>
      mentioned(rest, [value]).reduce((sum, { def }) => sum + cost(def), cost(value));
    if (plain === derived.value) return { derived, cost: total(derived.value) };
    const { value, steps } = inShownForm(shop, simplifySteps(shop, plain));
    const names = mentioned(inner, [derived.value]).map(({ name }) => name);
    const unfold = makeStep({
      rule: 'unfold-hidden',
      title: `write out ${names.join(', ')}`,
      before: derived.value,
      after: plain,
    });
    return { derived: { value, steps: [...derived.steps, unfold, ...steps] }, cost: total(value) };
  };
  const kept = attempt(always);
  if (kept.cost > LARGEST || mentioned(named, [kept.derived.value]).length === 0) return kept.derived;
  const whole = attempt([...named, ...always]);
  return whole.cost <= kept.cost ? whole.derived : kept.derived;
}
