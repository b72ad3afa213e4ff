/** Learning rates by epoch. */
import type { TrainSettings } from './settings';

/**
 * The learning rate of an epoch, counted from 0. With a warm-up of W epochs it is η(e+1)/W for e < W (Goyal et al.,
 * "Accurate, Large Minibatch SGD", 2017), and the schedule runs over the other epochs t = e - W of T:
 * step η f^⌊t/k⌋; exponential η f^t; cosine η (c + (1-c)(1 + cos(πt/T))/2), without restarts (Loshchilov and Hutter, "SGDR", 2017).
 */
export function rateAt(
  epoch: number,
  { learningRate, epochs, schedule }: Pick<TrainSettings, 'learningRate' | 'epochs' | 'schedule'>,
): number {
  const { kind, warmUp, every, factor, floor } = schedule;
  if (epoch < warmUp) return (learningRate * (epoch + 1)) / warmUp;
  const t = epoch - warmUp;
  switch (kind) {
    case 'constant':
      return learningRate;
    case 'step':
      return learningRate * factor ** Math.floor(t / every);
    case 'exponential':
      return learningRate * factor ** t;
    case 'cosine': {
      const span = Math.max(1, epochs - warmUp);
      return learningRate * (floor + ((1 - floor) * (1 + Math.cos((Math.PI * t) / span))) / 2);
    }
  }
}
