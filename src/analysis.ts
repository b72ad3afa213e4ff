/** The thread that reads texts: parsers and analysis, apart from the editor's own thread, which other extensions share. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { createAnalyzer, type Analyzer } from './check/analyze';
import type { AnalyzerApi, AnalyzerListener } from './check/api';
import { createParsers } from './lang/parse';
import { grammarOf } from './lang/read';
import type { Surroundings } from './protocol';
import { createRpc } from './rpc';

/** ms of work after which other questions get their turn. */
const SLICE = 8;
/** Programs that are kept of files that a scan passes through, and characters of their syntax. */
const KEPT_OF_SCANS = 60;
const KEPT_TEXT_OF_SCANS = 200_000;

const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread');

// The grammars lie beside this program; each is loaded when a text of its language is read.
const loading = createParsers((file) => readFile(join(__dirname, file)), []).then((parsers) => ({
  parsers,
  analyzer: createAnalyzer(parsers, tell),
  // Files that pass through displace nothing of those that are open.
  scanner: createAnalyzer(parsers.apart(KEPT_TEXT_OF_SCANS), tell, [], KEPT_OF_SCANS),
}));

function tell(what: string, error: unknown): void {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  void listener.defect(what, details);
}

/** The analyzer, able to read a language and the files around a text. */
async function ready(
  languageId: string,
  around: Surroundings = {},
  which: 'analyzer' | 'scanner' = 'analyzer',
): Promise<Analyzer> {
  const { parsers, [which]: chosen } = await loading;
  const languages = [languageId, ...(around.files ?? []).map((file) => file.languageId)];
  await parsers.ensure(languages.flatMap((language) => grammarOf(language) ?? []));
  return chosen;
}

/** How many answers that somebody waits for are being worked out. */
let wanted = 0;

/** Hovers and lenses that come in meanwhile are answered in between; a scan waits until nothing else is asked for. */
async function inSlices<Result>(parts: Generator<void, Result>, isScan = false): Promise<Result> {
  let rested = performance.now();
  for (;;) {
    const { done, value } = parts.next();
    if (done === true) return value;
    if (performance.now() - rested < SLICE && !(isScan && wanted > 0)) continue;
    do await new Promise((resolve) => setImmediate(resolve));
    while (isScan && wanted > 0);
    rested = performance.now();
  }
}

async function first<Result>(work: () => Promise<Result>): Promise<Result> {
  wanted += 1;
  try {
    return await work();
  } finally {
    wanted -= 1;
  }
}

const api: AnalyzerApi = {
  analyze: (text, language, around) =>
    first(async () => inSlices((await ready(language, around)).analyzing(text, language, around))),
  scan: async (text, language, judged, around) => {
    const scanner = await ready(language, around, 'scanner');
    return inSlices(scanner.scanning(text, language, judged, around), true);
  },
  derivation: async (text, language, id, options, around) =>
    (await ready(language, around)).derivation(text, language, id, options, around),
  stability: (text, language, id, around) =>
    first(async () => inSlices((await ready(language, around)).measuring(text, language, id, around))),
  hover: async (text, language, line, column, around) =>
    (await ready(language, around)).hover(text, language, line, column, around),
  job: async (text, language, id, around, options) =>
    (await ready(language, around)).job(text, language, id, around, options),
};

const { remote: listener } = createRpc<AnalyzerListener>(
  {
    post: (message) => port.postMessage(message),
    onMessage: (receive) => {
      port.on('message', receive);
      return { dispose: () => void port.off('message', receive) };
    },
  },
  api,
);
