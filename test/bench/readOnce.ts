/** A program that reads one table and says how long that took: readOnce.cjs nabla|hyparquet PATH THREADS */
import { open, stat } from 'node:fs/promises';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { beReader, isReaderStart } from '../../src/worker/reader';
import { createTables } from '../../src/worker/tables';

/** Of all numbers: what readers must agree on. */
type Read = (path: string, threads: number) => Promise<number>;

const nabla: Read = async (path, threads) => {
  const tables = createTables({
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    isCancelled: () => false,
    limit: Infinity,
    script: __filename,
    helpers: threads - 1,
  });
  const { columns, problems } = await tables(path, 'bench');
  if (columns.length === 0) throw new Error(problems.map(({ message }) => message).join(' '));
  return columns.reduce((sum, { numbers }) => numbers.reduce((all, value) => all + value, sum), 0);
};

/** The library as its own page shows it: rows. */
const hyparquet: Read = async (path) => {
  const { size } = await stat(path);
  const file = await open(path);
  let sum = 0;
  await parquetRead({
    file: {
      byteLength: size,
      slice: async (from, to = size) => {
        const bytes = new Uint8Array(to - from);
        await file.read(bytes, 0, bytes.length, from);
        return bytes.buffer;
      },
    },
    compressors,
    rowFormat: 'array',
    onComplete: (rows) => {
      for (const row of rows as readonly (readonly number[])[]) for (const value of row) sum += value;
    },
  });
  await file.close();
  return sum;
};

const READERS: Readonly<Record<string, Read | undefined>> = { nabla, hyparquet };

async function readOnce(name = '', path = '', threads = '1'): Promise<void> {
  const read = READERS[name];
  if (!read) throw new Error(`there is no reader ${name}`);
  const began = performance.now();
  const sum = await read(path, Number(threads));
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage();
  const peak = process.resourceUsage().maxRSS / 1e3;
  process.stdout.write(`${JSON.stringify({ ms, cpu: (user + system) / 1e3, peak, sum })}\n`);
}

if (isReaderStart(workerData) && parentPort) void beReader(workerData, parentPort);
else if (isMainThread) void readOnce(...process.argv.slice(2));
