import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository: the nearest folder above this program that holds the lock file. */
export const root = findRoot(__dirname);
export const cache = join(root, '.cache');
export const artifacts = join(root, 'artifacts');
export const hostTests = join(cache, 'host-tests');
export const sampleWorkspace = join(root, 'test', 'workspace');

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package-lock.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`${__dirname} is not inside the repository`);
  return findRoot(parent);
}
