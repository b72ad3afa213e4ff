/** The fixture files. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const CASES = join(here, '../../cases/python');
export const ORACLES = join(here, '../../oracles');

/** Fixture files by name, without their ending. */
export function fixtures(): { name: string; text: string }[] {
  return readdirSync(CASES)
    .filter((file) => file.endsWith('.py'))
    .sort()
    .map((file) => ({ name: file.slice(0, -3), text: readFileSync(join(CASES, file), 'utf8') }));
}

export type FixtureLibrary = 'numpy' | 'torch' | 'jax' | 'tensorflow';

/** The library that a fixture's functions are written with, which its name begins with. */
export const libraryOf = (name: string): FixtureLibrary =>
  (/^(torch|jax|tensorflow)-/.exec(name)?.[1] as FixtureLibrary | undefined) ?? 'numpy';
