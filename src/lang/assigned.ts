/** What a block of statements gives a value to. */
import { childrenOf, eachStatement, type Expression, type Statement } from './syntax';

/** Names that a body assigns. */
export function assignedNames(body: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  const target = (e: Expression): void => {
    if (e.kind === 'name') names.add(e.name);
    else if (e.kind === 'sequence') e.items.forEach(target);
    else if (e.kind === 'starred') target(e.value);
  };
  eachStatement(body, (s) => {
    if (s.kind === 'assign') s.targets.forEach(target);
    else if (s.kind === 'augment' || s.kind === 'for') target(s.target);
  });
  return names;
}

/** Names of arrays and containers that a body changes in place. */
export function mutatedNames(body: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  const root = (e: Expression): void => {
    if (e.kind === 'subscript' || e.kind === 'attribute') {
      const inner = e.object;
      if (inner.kind === 'name') names.add(inner.name);
      else root(inner);
    }
  };
  eachStatement(body, (s) => {
    if (s.kind === 'assign') s.targets.forEach(root);
    else if (s.kind === 'augment') root(s.target);
    else if (s.kind === 'expression' && s.value.kind === 'call') root(s.value.callee);
  });
  return names;
}

/**
 * Variables that the only value that a function returns is computed from, where it is computed and not just named: a gradient of it
 * cannot be among them.
 */
export function namesOnTheWay(body: readonly Statement[]): ReadonlySet<string> {
  const needed = new Set<string>();
  const returned: Expression[] = [];
  const given = new Map<string, Expression[]>();
  eachStatement(body, (s) => {
    if (s.kind === 'return' && s.value) returned.push(s.value);
    if (s.kind !== 'assign' && s.kind !== 'augment') return;
    for (const target of s.kind === 'assign' ? s.targets : [s.target])
      if (target.kind === 'name') given.set(target.name, [...(given.get(target.name) ?? []), s.value]);
  });
  const visit = (e: Expression): void => {
    if (e.kind !== 'name') childrenOf(e).forEach(visit);
    else if (!needed.has(e.name)) {
      needed.add(e.name);
      given.get(e.name)?.forEach(visit);
    }
  };
  const [only, ...others] = returned;
  if (!only || others.length > 0 || only.kind === 'sequence' || only.kind === 'dict') return needed;
  if (only.kind === 'name') given.get(only.name)?.forEach(visit);
  else visit(only);
  return needed;
}
