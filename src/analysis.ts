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

/** ms of measuring after which other questions get their turn. */
const SLICE = 8;

const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread');

// The grammars lie beside this program; each is loaded when a text of its language is read.
const loading = createParsers((file) => readFile(join(__dirname, file)), []).then((parsers) => ({
  parsers,
  analyzer: createAnalyzer(parsers, (what, error) => {
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
    void listener.defect(what, details);
  }),
}));

/** The analyzer, able to read a language and the files around a text. */
async function ready(languageId: string, around: Surroundings = {}): Promise<Analyzer> {
  const { parsers, analyzer } = await loading;
  const languages = [languageId, ...(around.files ?? []).map((file) => file.languageId)];
  await parsers.ensure(languages.flatMap((language) => grammarOf(language) ?? []));
  return analyzer;
}

const api: AnalyzerApi = {
  analyze: async (text, language, around) => (await ready(language, around)).analyze(text, language, around),
  derivation: async (text, language, id, options, around) =>
    (await ready(language, around)).derivation(text, language, id, options, around),
  stability: async (text, language, id, around) => {
    const parts = (await ready(language, around)).measuring(text, language, id, around);
    let rested = performance.now();
    for (;;) {
      const { done, value } = parts.next();
      if (done === true) return value;
      if (performance.now() - rested < SLICE) continue;
      // Hovers and lenses that came in meanwhile are answered first.
      await new Promise((resolve) => setImmediate(resolve));
      rested = performance.now();
    }
  },
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
