/** Which functions of a file compute second derivatives of which: by their names, and by calls that are given both. */
import type { Callable } from './execution';
import { ownParameters } from './members';
import { isGradientName, isLossName } from './names';
import { stemOf } from './pairing';
import { isProductName, isSecondName } from './secondNames';
import { childrenOf, eachStatement, expressionsOf, type Expression, type Statement } from './syntax';

/**
 * The second derivatives of each function: of the loss where there is one, else of the function that computes its gradient,
 * whose derivative they are.
 */
export function secondsByMain(
  all: readonly Callable[],
  gradientOf: (main: Callable) => Callable | null,
  called: CalledTogether['seconds'],
): ReadonlyMap<Callable, readonly Callable[]> {
  const found = new Map<Callable, Callable[]>();
  for (const second of all) {
    const main =
      called.get(second) ?? (isSecondName(second.fn.name) ? mainOf(second, all, gradientOf) : null);
    if (main) found.set(main, [...(found.get(main) ?? []), second]);
  }
  return found;
}

const HESSIAN_WORDS =
  /hess(?:ian)?s?(?:_?(?:p|v|vp|vec(?:tor)?|prod(?:uct)?|dot|times))?(?![a-z])|second|2nd|order|hvp|matrix|d2|2$/gi;

const stem = (name: string): string => stemOf(name.replace(HESSIAN_WORDS, ''));

function mainOf(
  second: Callable,
  all: readonly Callable[],
  gradientOf: (main: Callable) => Callable | null,
): Callable | null {
  const wanted = stem(second.fn.name);
  const beside = all.filter(
    (c) => c.owner === second.owner && c !== second && !isSecondName(c.fn.name) && fits(c, second),
  );
  const only = (candidates: readonly Callable[]): Callable | null =>
    candidates.length === 1 ? (candidates[0] ?? null) : null;
  const functions = beside.filter((c) => !isGradientName(c.fn.name));
  const paired = functions.filter((c) => gradientOf(c) !== null);
  const losses = functions.filter((c) => isLossName(c.fn.name));
  const gradients = beside.filter((c) => isGradientName(c.fn.name));
  const named = (candidates: readonly Callable[]): Callable | null =>
    only(candidates.filter((c) => stemOf(c.fn.name) === wanted));
  // Where both say what they are of, they say the same.
  const open = (candidates: readonly Callable[]): Callable | null =>
    only(candidates.filter((c) => wanted === '' || stemOf(c.fn.name) === ''));
  const gradient = named(gradients);
  return (
    named(paired) ??
    named(losses) ??
    (wanted === '' ? null : named(functions)) ??
    paired.find((c) => gradientOf(c) === gradient) ??
    open(paired) ??
    open(losses) ??
    gradient ??
    open(gradients)
  );
}

/** Whether all that the second derivative is given is given to the function, too, but for the vector of a product. */
function fits(main: Callable, second: Callable): boolean {
  const own = ownParameters(main).map(({ name }) => name);
  const given = ownParameters(second).map(({ name }) => name);
  const extra = given.filter((name) => !own.includes(name)).length;
  return extra <= (isProductName(second.fn.name) ? 1 : 0) && (given.length > extra || own.length === 0);
}

/** Functions that a call is given together, as `minimize(f, x0, jac=df, hess=h)` is. */
export interface CalledTogether {
  /** Gradients by what is minimised. */
  readonly gradients: ReadonlyMap<Callable, Callable>;
  /** What is minimised by its second derivatives. */
  readonly seconds: ReadonlyMap<Callable, Callable>;
}

export function calledTogether(body: readonly Statement[], all: readonly Callable[]): CalledTogether {
  const named = new Map(all.flatMap((c) => (c.owner ? [] : [[c.fn.name, c] as const])));
  const gradients = new Map<Callable, Callable>();
  const seconds = new Map<Callable, Callable>();
  const callable = (e: Expression | undefined): Callable | undefined =>
    e?.kind === 'name' ? named.get(e.name) : undefined;
  const visit = (e: Expression): void => {
    if (e.kind === 'call') {
      const given = (names: RegExp): Callable | undefined =>
        callable(e.args.find(({ name }) => name !== null && names.test(name))?.value);
      const [first] = e.args;
      const main = given(/^(?:fun|func|f)$/) ?? (first?.name === null ? callable(first.value) : undefined);
      const gradient = given(/^(?:jac|fprime|grad)$/);
      if (main && gradient && gradient !== main) gradients.set(main, gradient);
      for (const second of [given(/^f?hess$/), given(/^(?:hessp|fhess_p)$/), given(/^fprime2$/)])
        if (main && second && second !== main) seconds.set(second, main);
    }
    childrenOf(e).forEach(visit);
  };
  const look = (statements: readonly Statement[]): void => {
    eachStatement(statements, (s) => {
      expressionsOf(s).forEach(visit);
      if (s.kind === 'function') look(s.fn.body);
    });
  };
  look(body);
  return { gradients, seconds };
}
