/** What a relation says of two numbers; it never holds of NaN, but for `!=`. */
import type { Relation } from './expr';

export function holds(rel: Relation, left: number, right: number): boolean {
  switch (rel) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
  }
}
