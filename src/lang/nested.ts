/** Functions inside of functions: of a module that is a function (`(function () { … })()`), of a factory, of a script's `main`. */
import { assignedNames } from './assigned';
import type { Callable } from './execution';
import { isActivationContext, isGradientName, isLossName } from './names';
import {
  childrenOf,
  functionsOf,
  returnedFunction,
  type ClassNode,
  type Expression,
  type FunctionNode,
  type Parameter,
  type Statement,
} from './syntax';

/** The functions of each function of a text that has any, with what makes the names around them known. */
export function nestedGroups(
  body: readonly Statement[],
  lambdas: (body: readonly Statement[]) => readonly FunctionNode[] = lambdasOf,
): Callable[][] {
  const groups: Callable[][] = [];
  const visit = (fn: FunctionNode, owner: ClassNode | null): void => {
    const own = functionsOf(fn.body).filter(({ nested }) => !nested);
    if (own.length > 0) groups.push(groupIn(fn, owner, own));
    lambdas(fn.body).forEach((lambda) => {
      visit(lambda, null);
    });
    own.forEach((inner) => {
      visit(inner.fn, inner.owner);
    });
  };
  functionsOf(body).forEach(({ fn, owner, nested }) => {
    if (!nested) visit(fn, owner);
  });
  lambdasOf(body).forEach((fn) => {
    visit(fn, null);
  });
  return groups.filter((group) => group.some(isNamed));
}

function groupIn(
  fn: FunctionNode,
  owner: ClassNode | null,
  own: readonly Pick<Callable, 'fn' | 'owner'>[],
): Callable[] {
  const returned = returnedFunction(fn);
  const outer: Callable = {
    fn: { ...fn, parameters: [...fn.parameters, ...statesOf(fn)], body: fn.body.filter(defines) },
    owner,
    locals: assignedNames(fn.body),
  };
  return own.flatMap((inner) =>
    inner.fn === returned ? [] : [{ fn: inner.fn, owner: inner.owner, outer, isNested: true }],
  );
}

/** Only names tell a definition from what a function has for its own use. */
export const isNamed = ({ fn, owner }: Callable): boolean =>
  [fn.name, owner?.name ?? ''].some((name) => isActivationContext(name) || isLossName(name)) &&
  (!isGradientName(fn.name) || returnsSeveral(fn.body));

/** `loss_grad`, which returns both. */
const returnsSeveral = (body: readonly Statement[]): boolean =>
  body.some((s) => s.kind === 'return' && s.value?.kind === 'sequence' && s.value.items.length > 1);

/** What gives names to functions, modules and numbers, and does nothing else. */
const defines = (s: Statement): boolean =>
  s.kind === 'function' ||
  s.kind === 'class' ||
  s.kind === 'import' ||
  (s.kind === 'assign' && (/^(number|lambda)$/.test(s.value.kind) || isLength(s.value)));

/** `X.shape`, `X.shape[0]`, `len(y)`. */
const isLength = (e: Expression): boolean => {
  if (e.kind === 'subscript') return isLength(e.object);
  if (e.kind === 'call')
    return e.callee.kind === 'name' && e.callee.name === 'len' && e.args[0]?.value.kind === 'name';
  return e.kind === 'attribute' && e.name === 'shape' && e.object.kind === 'name';
};

/** `const [beta, setBeta] = useState(1)`: a number that the reader of a page sets. */
const statesOf = ({ body }: FunctionNode): Parameter[] =>
  body.flatMap((s): Parameter[] => {
    const [target] = s.kind === 'assign' ? s.targets : [];
    if (s.kind !== 'assign' || target?.kind !== 'sequence' || s.value.kind !== 'call') return [];
    const { callee, args } = s.value;
    const [state] = target.items;
    const isState = (callee.kind === 'name' || callee.kind === 'attribute') && callee.name === 'useState';
    if (!isState || args[0]?.value.kind !== 'number' || state?.kind !== 'name') return [];
    const { name, span } = state;
    return [{ name, kind: 'plain', fallback: args[0].value, annotation: null, span }];
  });

/** Functions without names in the statements of a body, outermost ones alone. */
export function lambdasOf(body: readonly Statement[]): FunctionNode[] {
  const found: FunctionNode[] = [];
  const go = (e: Expression): void => {
    if (e.kind === 'lambda') found.push(e.fn);
    else childrenOf(e).forEach(go);
  };
  for (const s of body) {
    if (s.kind === 'expression' || (s.kind === 'assign' && !isNamedLambda(s))) go(s.value);
    else if (s.kind === 'return' && s.value) go(s.value);
  }
  return found;
}

const isNamedLambda = (s: Statement & { kind: 'assign' }): boolean =>
  s.value.kind === 'lambda' && s.targets[0]?.kind === 'name';
