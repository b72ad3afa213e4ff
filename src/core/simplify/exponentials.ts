/** Functions that exponentials and logarithms define, written out; the decision form compares them that way. */
import type { Arena, CallNode, Node } from '../expr';

export function inExponentials(arena: Arena, node: CallNode): Node | null {
  const [x, y] = node.args;
  if (!x) return null;
  const { one } = arena;
  const exp = (a: Node): Node => arena.call('exp', a);
  const above = (a: Node): Node => arena.compare('>', a, arena.zero);
  const half = arena.num(1, 2);
  switch (node.fn) {
    case 'sigmoid':
      return arena.div(exp(x), arena.add(one, exp(x)));
    case 'softplus':
      return arena.call('log', arena.add(one, exp(x)));
    case 'tanh': {
      const square = exp(arena.mul(arena.num(2), x));
      return arena.div(arena.sub(square, one), arena.add(square, one));
    }
    case 'sinh':
      return arena.mul(half, arena.sub(exp(x), exp(arena.neg(x))));
    case 'cosh':
      return arena.mul(half, arena.add(exp(x), exp(arena.neg(x))));
    case 'log1p':
      return arena.call('log', arena.add(one, x));
    case 'expm1':
      return arena.sub(exp(x), one);
    case 'logaddexp':
      return y ? arena.call('log', arena.add(exp(x), exp(y))) : null;
    case 'relu':
      return arena.mul(x, above(x));
    case 'sign':
      return arena.sub(above(x), above(arena.neg(x)));
    case 'abs':
      return arena.mul(x, arena.sub(above(x), above(arena.neg(x))));
    case 'tan':
      return arena.div(arena.call('sin', x), arena.call('cos', x));
    case 'arcsinh':
      return arena.call('log', arena.add(x, arena.sqrt(arena.add(arena.pow(x, arena.num(2)), one))));
    case 'arccosh':
      return arena.call('log', arena.add(x, arena.sqrt(arena.sub(arena.pow(x, arena.num(2)), one))));
    case 'arctanh':
      return arena.mul(
        half,
        arena.sub(arena.call('log', arena.add(one, x)), arena.call('log', arena.sub(one, x))),
      );
    case 'arccos':
      return arena.sub(arena.mul(half, arena.constant('pi', Math.PI)), arena.call('arcsin', x));
    case 'ceil':
      return arena.neg(arena.call('floor', arena.neg(x)));
    case 'maximum':
      return y ? arena.where(arena.compare('>', y, x), y, x) : null;
    case 'minimum':
      return y ? arena.where(arena.compare('>', x, y), y, x) : null;
    default:
      return null;
  }
}
