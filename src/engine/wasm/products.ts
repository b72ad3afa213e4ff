/**
 * Code that adds products of two reads to accumulators, which matrix products consist of: what the graph of their tapes would
 * come to, without the graph.
 */
import type { Emission } from './accumulate';
import { V128 } from './encode';
import { isProduct } from './group';
import { readOf, type Combo, type MemoryRead } from './instantiate';

export interface ProductSum {
  /** The accumulator. */
  readonly local: number;
  readonly combo: Combo;
}

/** Whether a group consists of one such statement, and its operands lie at places that are known. */
export function isPlainProduct({ works }: Emission): boolean {
  const [work, other] = works;
  return (
    work !== undefined &&
    other === undefined &&
    isProduct(work.statement) &&
    work.sites.every((site) => (site?.computed.length ?? 0) === 0)
  );
}

interface Operand extends MemoryRead {
  uses: number;
  local: number | null;
}

/**
 * Emits what comes before the loop, and returns what emits the part of its body that adds to the accumulators. `innermost` and
 * `zeroed` are as in `Scope`.
 */
export function addProducts(
  { context, nest, works, vector, lanes }: Emission,
  sums: readonly ProductSum[],
  innermost: readonly number[],
  zeroed: boolean,
): () => void {
  const { code } = nest.frame;
  const { double } = context.layout;
  const reading = {
    code,
    nest,
    vector,
    zeroed,
    innermost,
    lanes: { double, count: lanes, bytes: double ? 8 : 4 },
  } as const;
  const [first, second] = works[0]?.sites ?? [];
  if (!first || !second) throw new RangeError('a product of other things than two reads');
  const operands = new Map<string, Operand>();
  const operandOf = (read: MemoryRead): Operand => {
    const operand = operands.get(read.key) ?? { ...read, uses: 0, local: null };
    operand.uses += 1;
    operands.set(read.key, operand);
    return operand;
  };
  const pairs = sums.map(({ local, combo }) => ({
    local,
    a: operandOf(readOf(reading, first, combo)),
    b: operandOf(readOf(reading, second, combo)),
  }));
  const keep = (operand: Operand): void => {
    operand.local = code.local(V128);
    operand.emit();
    code.set(operand.local);
  };
  const put = ({ local, emit }: Operand): void => {
    if (local === null) emit();
    else code.get(local);
  };
  const type = double ? 'f64x2' : 'f32x4';
  for (const operand of operands.values()) if (operand.fixed) keep(operand);
  return () => {
    for (const operand of operands.values()) if (!operand.fixed && operand.uses > 1) keep(operand);
    for (const { local, a, b } of pairs) {
      put(a);
      put(b);
      if (context.fused) {
        code.get(local);
        code.vector(`${type}.relaxed_madd`);
      } else {
        code.vector(`${type}.mul`);
        code.get(local);
        code.vector(`${type}.add`);
      }
      code.set(local);
    }
  };
}
