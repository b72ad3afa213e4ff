import { describe, expect, it } from 'vitest';
import { toBlock } from '../../../src/core/blocks';
import { axisIndices, type ArrayValue, type Binding, type Program } from '../../../src/core/definition';
import { derive } from '../../../src/core/derive';
import { createEvaluator } from '../../../src/core/evaluate';
import { matrixText } from '../../../src/core/print/matrixText';
import { createNaming } from '../../../src/core/print/naming';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { hessian } from '../../../src/core/second';
import { asMatrix, matrixValue, type Matrix } from '../../support/matrixValue';
import { parseModel } from '../../support/model';
import { SOURCES } from './models';

const SOFTMAX = `data X[m,n]; label Y[m,k] onehot; param W[n,k]; param b[k]
Z[i<m,q<k] = sum(j<n, X[i,j]*W[j,q]) + b[q]
P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`;
const NETWORK = `data X[m,n]; label y[m]; param W[n,h]; param v[h]
H[i<m,q<h] = tanh(sum(j<n, X[i,j]*W[j,q]))
o[i<m] = sum(q<h, H[i,q]*v[q])
J = 1/(2*m)*sum(i<m, (o[i]-y[i])^2)`;
const HEADS = `data T[t,e]; param Q[h,t,d]; param K[h,s,d]; param V[h,s,e]
S[g<h,i<t,j<s] = sum(q<d, Q[g,i,q]*K[g,j,q])/sqrt(d)
P[g<h,i<t,j<s] = exp(S[g,i,j])/sum(j2<s, exp(S[g,i,j2]))
O[g<h,i<t,r<e] = sum(j<s, P[g,i,j]*V[g,j,r])
J = 1/2*sum(g<h, sum(i<t, sum(r<e, (O[g,i,r]-T[i,r])^2)))`;

interface Case {
  readonly program: Program;
  readonly named: readonly Binding[];
  readonly value: ArrayValue;
}

const gradientOf = (source: string, name: string): Case => {
  const program = parseModel(source);
  const { gradients, named } = derive(program);
  const found = gradients.find((gradient) => gradient.of === name);
  const adjoint = named.find((binding) => binding.name === name);
  if (found) return { program, named, value: found };
  if (!adjoint) throw new Error(`no derivative by ${name}`);
  return { program, named, value: { axes: adjoint.axes, element: adjoint.def } };
};
const hessianBy = (source: string, ...by: readonly string[]): Case => {
  const { program, named, blocks } = hessian(parseModel(source));
  const found = blocks.find((block) => block.by.join() === by.join());
  if (!found) throw new Error(`no block by ${by.join()}`);
  return { program, named, value: found.value };
};
const blockOf = ({ program, named, value }: Case): ReturnType<typeof toBlock> => {
  const free = [...'clq'];
  return toBlock(value, program, named, (_, used) => free.find((letter) => !used.has(letter)) ?? null);
};

/** The block's value by the rules of matrix algebra agrees with the elements, wherever the held indices stand. */
function differing(
  { program, named, value }: Case,
  block: NonNullable<ReturnType<typeof toBlock>>,
): string[] {
  const point = samplePoint(program, createRandom(7));
  const { arena } = program;
  const length = (size: string): number => point.sizes[size] ?? Number(size);
  const out: string[] = [];
  const standing = (at: Readonly<Record<string, number>>): void => {
    const pairs = block.held.map((index) => [index, arena.num(at[index.name] ?? 0)] as const);
    const parts = block.parts.map((part) => ({ ...part, def: arena.substituteAll(part.def, pairs) }));
    const evaluator = createEvaluator(program, point, [...named, ...parts]);
    const bindings = new Map([...program.bindings, ...named, ...parts].map((b) => [b.name, b]));
    const inputs = new Map(program.inputs.map((input) => [input.name, input]));
    const symbol = (name: string): Matrix => {
      const sizes = bindings.get(name)?.axes.map(({ size }) => size) ?? inputs.get(name)?.shape ?? [];
      return asMatrix(point.inputs[name] ?? evaluator.array(name), sizes.map(length));
    };
    const got = matrixValue(block.form, { symbol, length });
    const [row, column] = block.axes.map(({ index }) => index);
    for (let i = 0; i < got.rows; i += 1)
      for (let j = 0; j < got.cols; j += 1) {
        const place = { ...at, ...(row ? { [row.name]: i } : {}), ...(column ? { [column.name]: j } : {}) };
        const want = evaluator.valueWithScale(value.element, place);
        if (!(Math.abs(got.at(i, j) - want.value) <= 2 ** -44 * want.scale))
          out.push(`${JSON.stringify(place)}: ${got.at(i, j)}, not ${want.value}`);
      }
    const dims = block.axes.map(({ size }) => length(size));
    expect([got.rows, got.cols]).toEqual([dims[0] ?? 1, dims[1] ?? 1]);
  };
  const [first, second] = block.held;
  for (let a = 0; a < length(first?.size ?? '1'); a += 1)
    for (let b = 0; b < (second ? length(second.size) : 1); b += 1)
      standing({ ...(first ? { [first.name]: a } : {}), ...(second ? { [second.name]: b } : {}) });
  return out;
}

describe('blocks of arrays with more axes than a matrix', () => {
  it.each([
    [
      'the weights of softmax regression',
      hessianBy(SOFTMAX, 'W', 'W'),
      '1/m Xᵀ diag(P_c ∘ (delta_c_l - P_l)) X',
    ],
    ['its weights and biases', hessianBy(SOFTMAX, 'W', 'b'), '1/m Xᵀ (P_c ∘ (delta_c_l - P_l))'],
    ['its biases', hessianBy(SOFTMAX, 'b', 'b'), '1/m P_cᵀ (delta_c_l - P_l)'],
    ['the queries of several heads', gradientOf(HEADS, 'Q'), '1/sqrt(d) dS_c K_c'],
    ['their keys', gradientOf(HEADS, 'K'), '1/sqrt(d) dS_cᵀ Q_c'],
    ['their values', gradientOf(HEADS, 'V'), 'P_cᵀ (O_c - T)'],
    ['their scores', gradientOf(HEADS, 'dS'), '(dP_c - (dP_c ∘ P_c) 1 1ᵀ) ∘ P_c'],
  ])('of %s', (_, model, text) => {
    const block = blockOf(model);
    const naming = createNaming(model.program, [...model.named, ...(block?.parts ?? [])]);
    expect(block && matrixText(block.form, naming)).toBe(text);
    expect(block && differing(model, block)).toEqual([]);
  });

  it.each([
    ['W', 'W'],
    ['W', 'v'],
  ])('of a network, by %s and %s', (...by) => {
    const model = hessianBy(NETWORK, ...by);
    const block = blockOf(model);
    expect(block?.held.map(({ size }) => size)).toEqual(['h', 'h']);
    expect(block && differing(model, block)).toEqual([]);
  });

  it('tells which symbol stands for which part', () => {
    const model = hessianBy(SOFTMAX, 'W', 'W');
    const block = blockOf(model);
    const [first, second] = [model.value.axes.slice(0, 2), model.value.axes.slice(2)];
    expect([block?.named('W', first), block?.named('W', second)]).toEqual(['W_c', 'W_l']);
    expect(block?.held).toEqual(axisIndices(model.value.axes).filter(({ size }) => size === 'k'));
  });

  it('has none where a matrix does, where a part would have a name that is taken, or an index stands alone', () => {
    for (const source of Object.values(SOURCES).slice(0, 3))
      for (const { of } of derive(parseModel(source)).gradients)
        if (gradientOf(source, of).value.axes.length < 3) expect(blockOf(gradientOf(source, of))).toBeNull();
    const taken = HEADS.replace('data T[t,e]', 'data T[t,e]; data Q_c').replace('J = 1/2', 'J = Q_c/2');
    expect(blockOf(gradientOf(taken, 'K'))).toBeNull();
    const placed = HEADS.replace('J = 1/2*sum(g<h, ', 'J = 1/2*sum(g<h, g*');
    expect(blockOf(gradientOf(placed, 'V'))).toBeNull();
  });
});
