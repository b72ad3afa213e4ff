import { run } from './processes';

const LIMIT = 15 * 60_000;

/** Runs npm, the same that runs this program's script where one does, and returns what it printed. */
export async function npm(folder: string, args: readonly string[]): Promise<string> {
  // What npm tells the scripts of this package about itself must not reach another package's install.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle)_|^npm_config_(local_)?prefix$/i.test(name),
    ),
  );
  const script = process.env['npm_execpath'];
  const [program, first] =
    script !== undefined && /npm-cli\.c?js$/.test(script) ? [process.execPath, [script]] : ['npm', []];
  return run(program, [...first, ...args], { cwd: folder, env, limit: LIMIT });
}
