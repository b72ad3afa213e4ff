/** When a search has reached what rounding leaves of the loss. */

/** Epochs in a row without a lower loss or a clearly smaller gradient. */
const PATIENCE = 4;

/** Told of each epoch in order; true once nothing that can be seen has become better for some epochs. */
export function createStall(): (loss: number, norm: number) => boolean {
  let leastLoss = Infinity;
  let leastNorm = Infinity;
  let idle = 0;
  return (loss, norm) => {
    const lower = loss < leastLoss - 4 * Number.EPSILON * Math.abs(leastLoss);
    const better = lower || leastLoss === Infinity || norm < leastNorm / 2;
    idle = better ? 0 : idle + 1;
    leastLoss = Math.min(leastLoss, loss);
    leastNorm = Math.min(leastNorm, norm);
    return idle >= PATIENCE;
  };
}
