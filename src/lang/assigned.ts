/** What a block of statements gives a value to. */
import { eachStatement, type Expression, type Statement } from './syntax';

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
