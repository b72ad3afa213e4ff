/** The command line: nabla derive, check, train. Exit code 2 for usage and unreadable input; no stack traces. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAnalyzer } from './check/analyze';
import { checkCommand } from './cli/check';
import { deriveCommand } from './cli/derive';
import { InputError } from './cli/files';
import { HELP, parseCommand, type Command } from './cli/options';
import { UsageError } from './cli/values';
import type { Outcome } from './cli/outcome';
import { trainCommand } from './cli/train';
import { createParsers } from './lang/parse';

/** Where the bundle and the grammars are. */
const FOLDER = dirname(fileURLToPath(import.meta.url));

async function run(command: Command): Promise<Outcome> {
  if (command.kind === 'help') return { exitCode: 0, output: HELP, errors: [] };
  if (command.kind === 'version') return { exitCode: 0, output: `${await version()}\n`, errors: [] };
  const parsers = await createParsers((file) => readFile(join(FOLDER, file)));
  const defects: string[] = [];
  const report = (what: string, error: unknown): void => {
    defects.push(`A defect of Nabla's stopped ${what}: ${messageOf(error)}`);
  };
  const asked = command.kind === 'derive' && command.name !== null ? [command.name] : [];
  const analyzer = createAnalyzer(parsers, report, asked);
  const outcome = await dispatch(command, analyzer);
  return { ...outcome, errors: [...outcome.errors, ...defects] };
}

function dispatch(
  command: Exclude<Command, { kind: 'help' | 'version' }>,
  analyzer: ReturnType<typeof createAnalyzer>,
): Promise<Outcome> {
  switch (command.kind) {
    case 'derive':
      return deriveCommand(command, analyzer);
    case 'check':
      return checkCommand(command, analyzer);
    case 'train':
      return trainCommand(command, analyzer);
  }
}

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(FOLDER, '..', 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function main(): Promise<void> {
  let outcome: Outcome;
  try {
    outcome = await run(parseCommand(process.argv.slice(2)));
  } catch (error) {
    const hint = error instanceof UsageError ? ['nabla --help lists what there is.'] : [];
    const known = error instanceof UsageError || error instanceof InputError;
    const text = known ? messageOf(error) : `A defect of Nabla's: ${messageOf(error)}`;
    outcome = { exitCode: 2, output: '', errors: [text, ...hint] };
  }
  for (const line of outcome.errors) process.stderr.write(`nabla: ${line}\n`);
  process.stdout.write(outcome.output);
  process.exitCode = outcome.exitCode;
}

// A reader that closes the pipe early, as head does, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exitCode = error.code === 'EPIPE' ? process.exitCode : 2;
});

void main();
