/**
 * `p - y` beside a cross-entropy of probabilities: a gradient that is carried on to the logits, as softmax and sigmoid are
 * often left to the network.
 */
import { axisIndices, REAL, type Domain, type Input, type Program } from '../core/definition';
import type { Node } from '../core/expr';
import { freshAxes } from './inline';
import { BRIEF, trialsOneByOne, type PointPool } from './points';
import type { Lenient } from './readings';
import { targetOf } from './target';

/** Of which logarithms are taken. */
const isProbability = ({ kind, ...domain }: Domain): boolean =>
  kind === 'interval' && 'low' in domain && domain.low === 0;

const LOGITS = 'logits';

/** The gradient by the logits of an input of probabilities, which its sigmoid or its softmax along an axis is. */
export function logitReadings(pool: PointPool, of: string): Lenient[] {
  const { program } = pool;
  const input = program.inputs.find(({ name }) => name === of);
  const isFree = program.inputs.every(({ name }) => name !== LOGITS);
  if (!input || !isProbability(input.domain) || !isFree || input.shape.includes('1')) return [];
  const { arena } = program;
  const axes = freshAxes(arena, input.shape, 'logit');
  const indices = axisIndices(axes);
  const logits = arena.sym(LOGITS, ...indices);
  const softmax = (axis: number): Node => {
    const own = indices[axis];
    if (!own) return logits;
    const other = arena.index('logit_r', own.size);
    const total = arena.sum(other, arena.call('exp', arena.substitute(logits, own, other)));
    return arena.div(arena.call('exp', logits), total);
  };
  const readings = [
    { def: arena.call('sigmoid', logits), name: 'sigmoid', axis: null },
    ...indices.map((_, axis) => ({ def: softmax(axis), name: 'softmax', axis })),
  ];
  return readings.flatMap(({ def, name, axis }): Lenient[] => {
    const inputs = program.inputs.map((each): Input => {
      if (each === input) return { ...input, name: LOGITS, code: LOGITS, role: 'parameter', domain: REAL };
      return axis !== null && each.role === 'label' && each.shape.join() === input.shape.join()
        ? { ...each, domain: { kind: 'distribution', hard: true, axis } }
        : each;
    });
    const made = { name: of, axes, def, span: null, origin: 'assignment' } as const;
    const carried: Program = { ...program, inputs, bindings: [made, ...program.bindings] };
    const behind = `${input.code} = ${name}(${LOGITS})`;
    const assumption = `${behind}, and the gradient is meant for the logits${axis === null ? '' : ', the labels one-hot'}`;
    const found = targetOf(
      pool.under(`${of} ${axis ?? ''} ${assumption}`, () => carried),
      null,
      LOGITS,
    );
    if ('reason' in found) return [];
    const { target } = found;
    const brief = trialsOneByOne(target, [], BRIEF);
    return [
      {
        target,
        element: null,
        brief,
        suffix: `carried on to the logits, where ${behind}`,
        assumption,
      },
    ];
  });
}
