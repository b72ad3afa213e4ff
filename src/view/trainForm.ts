/** The options of a training run. */
import type { TrainOptions } from '../protocol';
import { field } from './controls';
import { h, uniqueId } from './dom';

export interface TrainForm {
  readonly element: HTMLElement;
  /** The options, or null after pointing at the field that is not valid. */
  read(): TrainOptions | null;
  /** Shows the options of a run that was started elsewhere. */
  write(options: TrainOptions): void;
}

export function trainForm(initial: TrainOptions, onSubmit: () => void): TrainForm {
  const number = (value: number, limits: Readonly<Record<string, string | number>>): HTMLInputElement =>
    h('input', { type: 'number', value, required: true, ...limits });
  const learningRate = number(initial.learningRate, { min: 0, step: 'any' });
  const epochs = number(initial.epochs, { min: 1, max: 10_000_000, step: 1 });
  const seed = number(initial.seed, { min: 0, step: 1 });
  const initScale = number(initial.initScale, { min: 0, step: 'any' });
  const tolerance = number(initial.tolerance, { min: 0, step: 'any' });
  const id = uniqueId('options');
  const element = h(
    'form',
    {
      id,
      class: 'fields',
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          onSubmit();
        },
      },
    },
    field('Learning rate', learningRate, 'Step size of gradient descent'),
    field('Epochs', epochs, 'Full passes over the data'),
    field('Seed', seed, 'Of the random initial parameters'),
    h(
      'details',
      { class: 'more' },
      h('summary', {}, 'More'),
      h(
        'div',
        { class: 'fields' },
        field('Initial scale', initScale, 'Standard deviation of the initial parameters; 0 starts at zero'),
        field('Stop below', tolerance, 'Ends when no cell of the gradient is larger; 0 runs all epochs'),
      ),
    ),
    // Enter in a field submits only where there is a submit button.
    h('input', { type: 'submit', hidden: true }),
  );
  const write = (options: TrainOptions): void => {
    learningRate.valueAsNumber = options.learningRate;
    epochs.valueAsNumber = options.epochs;
    seed.valueAsNumber = options.seed;
    initScale.valueAsNumber = options.initScale;
    tolerance.valueAsNumber = options.tolerance;
  };
  return {
    element,
    write,
    read: () => {
      for (const control of [learningRate, epochs, seed, initScale, tolerance])
        if (!control.reportValidity()) return null;
      return {
        learningRate: learningRate.valueAsNumber,
        epochs: epochs.valueAsNumber,
        seed: seed.valueAsNumber,
        initScale: initScale.valueAsNumber,
        tolerance: tolerance.valueAsNumber,
      };
    },
  };
}
