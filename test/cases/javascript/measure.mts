/** Sigmoid, with what flows in from above multiplied in. */
export function activate(weight: number): number {
  return 1 / (1 + Math.exp(-weight));
}

export function measure(weight: number, error: number): number {
  return weight * (1 - weight) * error;  //: right
}
