/** When a search has reached what rounding leaves of the loss. */

/** Epochs in a row without a lower loss or a clearly smaller gradient. */
const PATIENCE = 4;
const SMALL = Number.EPSILON;

/** Told of each epoch in order; true once nothing that can be seen has become better for some epochs. */
export function createStall(): (loss: number, norm: number) => boolean {
  let leastLoss = Infinity;
  let leastNorm = Infinity;
  let idle = 0;
  /** What is next to nothing, as measured at the start. */
  let smallLoss = NaN;
  let smallNorm = NaN;
  return (loss, norm) => {
    if (Number.isNaN(smallLoss)) [smallLoss, smallNorm] = [SMALL * Math.abs(loss), SMALL * norm];
    const lower = loss < leastLoss - 4 * Number.EPSILON * Math.max(Math.abs(leastLoss), smallLoss);
    const flatter = norm < leastNorm / 2 && leastNorm > smallNorm;
    const better = lower || leastLoss === Infinity || flatter;
    idle = better ? 0 : idle + 1;
    leastLoss = Math.min(leastLoss, loss);
    leastNorm = Math.min(leastNorm, norm);
    return idle >= PATIENCE;
  };
}
