/** The checker can fail: of every right gradient, systematic mutants are all called wrong, whatever the loss is scaled by. */
import { describe, expect, test } from 'vitest';
import { judge, type Subject } from '../../../src/check/judge';
import { createPool } from '../../../src/check/points';
import { variants } from '../../../src/check/mistakes/rewrite';
import type { HandGradient, Program } from '../../../src/core/definition';
import { derive } from '../../../src/core/derive';
import { createEvaluator } from '../../../src/core/evaluate';
import type { Node } from '../../../src/core/expr';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { inlineBindings } from '../../../src/check/inline';
import { parseModel } from '../../support/model';

const MODELS: Readonly<Record<string, string>> = {
  'logistic regression': `
    data X[m,n]; label Y[m] binary; param w[n]; param b
    Z[i<m] = sum(j<n, X[i,j]*w[j]) + b
    A[i<m] = 1/(1+exp(-Z[i]))
    J = SCALE*(-1/m*sum(i<m, Y[i]*log(A[i]) + (1-Y[i])*log(1-A[i])))`,
  'squared error over a sigmoid, L2': `
    data X[m,n]; label Y[m] binary; param w[n]; param b; hyper lam
    A[i<m] = sigmoid(sum(j<n, X[i,j]*w[j]) + b)
    J = SCALE*(1/m*sum(i<m, (A[i]-Y[i])^2) + lam/2*sum(j<n, w[j]^2))`,
  'softmax regression': `
    data X[m,n]; label Y[m,k] onehot; param W[n,k]; param b[k]
    Z[i<m,c<k] = sum(j<n, X[i,j]*W[j,c]) + b[c]
    P[i<m,c<k] = exp(Z[i,c])/sum(d<k, exp(Z[i,d]))
    J = SCALE*(-1/m*sum(i<m, sum(c<k, Y[i,c]*log(P[i,c]))))`,
  'two layers': `
    data X[m,n]; label Y[m]; param V[n,h]; param w[h]
    H[i<m,l<h] = tanh(sum(j<n, X[i,j]*V[j,l]))
    f[i<m] = sum(l<h, H[i,l]*w[l])
    J = SCALE*(1/(2*m)*sum(i<m, (f[i]-Y[i])^2))`,
  hinge: `
    data X[m,n]; label y[m] sign; param w[n]
    f[i<m] = sum(j<n, X[i,j]*w[j])
    J = SCALE*(1/m*sum(i<m, maximum(0, 1-y[i]*f[i])))`,
};

function subjects(program: Program): Subject[] {
  const derivation = derive(program, { verify: false });
  const pool = createPool(program);
  return derivation.gradients.map((gradient) => {
    const hand: HandGradient = {
      of: gradient.of,
      name: `d${gradient.of}`,
      value: {
        axes: gradient.axes,
        element: inlineBindings(program.arena, gradient.element, derivation.named),
      },
      bindings: [],
      span: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
      functionName: null,
    };
    return { program, pool, derivation, hand, proves: () => false };
  });
}

const withElement = (subject: Subject, element: Node): Subject => ({
  ...subject,
  hand: { ...subject.hand, value: { ...subject.hand.value, element } },
});

/** Name and element of each mutant that really has another value somewhere. */
function mutants(subject: Subject): [string, Node][] {
  const { program, hand } = subject;
  const { arena } = program;
  const { element } = hand.value;
  const scaled = (name: string, factor: Node): [string, Node] => [name, arena.mul(factor, element)];
  const all: [string, Node][] = [
    scaled('sign', arena.minusOne),
    scaled('times 2', arena.num(2)),
    scaled('times 1/2', arena.num(1, 2)),
    scaled('+0.1 %', arena.num(1001, 1000)),
    scaled('-0.1 %', arena.num(999, 1000)),
    scaled('all zero', arena.zero),
    ...[...new Set(program.inputs.flatMap(({ shape }) => shape))].flatMap((size) => [
      scaled(`times ${size}`, arena.size(size)),
      scaled(`over ${size}`, arena.pow(arena.size(size), arena.minusOne)),
    ]),
  ];
  const edits = variants<string>(arena, element, function* (node) {
    if (node.kind === 'add')
      for (const [k] of node.args.entries())
        yield { node: arena.add(...node.args.toSpliced(k, 1)), change: `term ${k} dropped` };
    if (node.kind === 'mul')
      for (const [k] of node.args.entries())
        yield { node: arena.mul(...node.args.toSpliced(k, 1)), change: `factor ${k} dropped` };
    if (node.kind === 'sym')
      for (const other of program.bindings)
        if (other.name !== node.name && other.axes.length === node.args.length)
          yield { node: arena.sym(other.name, ...node.args), change: `${other.name} for ${node.name}` };
  });
  for (const { node, change } of edits) all.push([change, node]);
  return all.filter(([, node]) => differs(subject, node) === 'differs');
}

/** By plain evaluation at one point; a symbol in another's place may not even fit. */
function differs(subject: Subject, node: Node): 'differs' | 'same' | 'invalid' {
  const { program, hand } = subject;
  const evaluator = createEvaluator(program, samplePoint(program, createRandom(7)));
  const at = Object.fromEntries(hand.value.axes.flatMap(({ index }) => (index ? [[index.name, 1]] : [])));
  try {
    const [mutant, original] = [evaluator.value(node, at), evaluator.value(hand.value.element, at)];
    if (!Number.isFinite(mutant)) return 'invalid';
    return Math.abs(mutant - original) > 1e-4 * Math.abs(original) ? 'differs' : 'same';
  } catch {
    return 'invalid';
  }
}

let tried = 0;
for (const [name, model] of Object.entries(MODELS))
  for (const scale of ['1', '0.00001', '100000'])
    describe(`${name}, loss times ${scale}`, () => {
      const program = parseModel(model.replace('SCALE', scale));
      for (const subject of subjects(program)) {
        test(`${subject.hand.name} is right`, () => {
          const judgement = judge(subject);
          expect(judgement.verdict, judgement.message).toBe('right');
        });
        test(`mutants of ${subject.hand.name} are wrong`, () => {
          const list = mutants(subject);
          tried += list.length;
          for (const [mutation, element] of list) {
            const judgement = judge(withElement(subject, element));
            expect(judgement.verdict, `${mutation}: ${judgement.message} ${judgement.evidence}`).toBe(
              'wrong',
            );
            expect(judgement.counterExample, mutation).not.toBeNull();
          }
        });
      }
    });

test('there were enough mutants', () => {
  expect(tried).toBeGreaterThan(300);
});
