import { describe, expect, it } from 'vitest';
import type { RunOutcome } from '../../../src/engine/sideBySide';
import { compareRuns } from '../../../src/engine/sideBySide';

const EPOCHS = 200;

/** Descent on ½(w - 3)² by `factor` times the gradient plus `bias`, from w = 0. */
function descent(factor: number, bias = 0, rate = 0.05): RunOutcome {
  const losses: number[] = [];
  const gradientNorms: number[] = [];
  let w = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    const gradient = factor * (w - 3) + bias;
    losses.push(0.5 * (w - 3) ** 2 + 1);
    gradientNorms.push(Math.abs(gradient));
    w -= rate * gradient;
  }
  return {
    end: losses.every((loss) => loss < 1e6) ? 'finished' : 'diverged',
    losses,
    gradientNorms,
    parameters: [{ name: 'w', shape: [], values: [w] }],
  };
}

/** The derived gradient where the run has led to. */
const slope = ({ parameters }: RunOutcome): number => Math.abs((parameters[0]?.values[0] ?? NaN) - 3);
const told = (hand: RunOutcome, derived = descent(1)): [string, string] => {
  const { kind, text } = compareRuns(derived, hand, slope(hand));
  return [kind, text];
};

describe('two runs side by side', () => {
  it('coincide exactly, or to so many digits', () => {
    expect(told(descent(1))).toEqual([
      'same',
      'Your gradient trains as the derived one does: the curves coincide exactly.',
    ]);
    expect(told(descent(1 + 1e-13))).toEqual([
      'same',
      'Your gradient trains as the derived one does: the curves coincide, to 13 digits.',
    ]);
  });

  it('tell that one is slower, and when the other was there', () => {
    const [kind, text] = told(descent(0.1), descent(1));
    expect(kind).toBe('slower');
    expect(text).toBe(
      'Your gradient is slower: after 200 epochs the loss is 1.612, which the derived one reaches in epoch 21; with the derived one it is 1 in the end. At the start it is 0.1 times as long as the derived one.',
    );
  });

  it('tell that one gets further, and why that is no merit', () => {
    const [kind, text] = told(descent(2), descent(1, 0, 0.005));
    expect(kind).toBe('faster');
    expect(text).toMatch(
      /is reached in epoch 1\d\. A longer gradient acts as a larger learning rate\. At the start it is 2 times/,
    );
  });

  it('tell that one comes to rest elsewhere, and how far away', () => {
    expect(told(descent(1, 0.5))).toEqual([
      'elsewhere',
      'Your gradient comes to rest where there is no minimum: the loss there is 1.125 instead of 1, the parameters differ by up to 17 %, and the derived gradient is still 0.5001 long.',
    ]);
  });

  it('tell that one rises or breaks down', () => {
    expect(told(descent(-0.1))).toEqual([
      'diverges',
      'With your gradient the loss rises from 5.5 to 33.76; with the derived one it falls to 1. At the start it is 0.1 times as long as the derived one.',
    ]);
    expect(told({ ...descent(-1), end: 'diverged' })[0]).toBe('diverges');
    expect(told(descent(1), { ...descent(-1), end: 'diverged' })[0]).toBe('elsewhere');
    expect(told({ ...descent(-1), end: 'diverged' }, { ...descent(-1), end: 'diverged' })[0]).toBe('unknown');
  });

  it('tell that there is little difference, with the digits that show it', () => {
    const [kind, text] = told(descent(1, 0.001));
    expect(kind).toBe('close');
    expect(text).toBe(
      'Your gradient makes little difference here: the loss is 1.000001 instead of 1.000000, and the parameters differ by up to 0.033 %.',
    );
  });

  it('say nothing of runs that were ended', () => {
    expect(told({ ...descent(1), end: 'cancelled' })[0]).toBe('unknown');
    expect(told({ ...descent(1), losses: [], gradientNorms: [] })[0]).toBe('unknown');
  });
});
