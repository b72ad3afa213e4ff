/** Runs a computation that is made in parts to its end at once. */
export function finished<Result>(parts: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = parts.next();
    if (done === true) return value;
  }
}
