/** What is told of the statements of a function by themselves, worked out once for as long as they are the same objects. */
import { comparesTwice } from './choices';
import { mayTrain } from './implied';
import { lambdasOf } from './nested';
import type { FunctionNode, Statement } from './syntax';

type Body = readonly Statement[];

export interface Bodies {
  /** Whether there are two comparisons with constants, which few functions have. */
  readonly comparesTwice: (body: Body) => boolean;
  /** Whether there may be gradients of a loss that is not in the code. */
  readonly mayTrain: (body: Body) => boolean;
  /** Functions without names. */
  readonly lambdas: (body: Body) => readonly FunctionNode[];
}

export const createBodies = (): Bodies => ({
  comparesTwice: remembered(comparesTwice),
  mayTrain: remembered(mayTrain),
  lambdas: remembered(lambdasOf),
});

function remembered<To>(of: (body: Body) => To): (body: Body) => To {
  const known = new WeakMap<Body, { readonly value: To }>();
  return (body) => {
    const found = known.get(body) ?? { value: of(body) };
    known.set(body, found);
    return found.value;
  };
}
