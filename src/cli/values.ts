/** Values on the command line. */

/** The user's mistake in calling the program; the message says what to do. */
export class UsageError extends Error {}

export function whole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${option} is a whole number of at least ${least}, not "${text}".`);
  return value;
}

export function real(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least)
    throw new UsageError(
      `--${option} is a ${least > 0 ? 'positive number' : 'number of at least 0'}, not "${text}".`,
    );
  return value;
}
