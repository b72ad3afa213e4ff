/** Which functions are worth executing: one without anything that bends is no loss and no activation. */
import { isLossName } from './names';
import type { Expression, FunctionNode, Statement } from './syntax';

/** False only for functions that cannot be definitions, decided by their syntax alone. */
export function mayDefine(fn: FunctionNode): boolean {
  return isLossName(fn.name) || fn.body.some(bendsIn);
}

function bendsIn(s: Statement): boolean {
  switch (s.kind) {
    case 'assign':
    case 'expression':
      return bends(s.value);
    case 'augment':
      return /^(\*\*?|\/|@)$/.test(s.operator) || bends(s.value);
    case 'return':
      return s.value !== null && bends(s.value);
    case 'block':
      return s.body.some(bendsIn);
    case 'raise':
    case 'break':
    case 'continue':
    case 'function':
    case 'class':
    case 'import':
    case 'nothing':
      return false;
    default:
      return true;
  }
}

/** Whether a value is more than a sum of multiples: a call, a power, a product or quotient of names, a choice. */
function bends(e: Expression): boolean {
  switch (e.kind) {
    case 'name':
    case 'number':
    case 'string':
    case 'boolean':
    case 'none':
    case 'ellipsis':
    case 'lambda':
      return false;
    case 'attribute':
      return bends(e.object);
    case 'unary':
      return bends(e.operand);
    case 'subscript':
      return bends(e.object);
    case 'sequence':
      return e.items.some(bends);
    case 'dict':
      return e.entries.some(({ value }) => bends(value));
    case 'binary':
      if (e.operator === '+' || e.operator === '-') return bends(e.left) || bends(e.right);
      if (e.operator === '*' && (e.left.kind === 'number' || e.right.kind === 'number'))
        return bends(e.left) || bends(e.right);
      return !(e.operator === '/' && e.right.kind === 'number') || bends(e.left);
    default:
      return true;
  }
}
