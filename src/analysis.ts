/** The thread that reads texts: parsers and analysis, apart from the editor's own thread, which other extensions share. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { createAnalyzer } from './check/analyze';
import type { AnalyzerApi, AnalyzerListener } from './check/api';
import { createParsers } from './lang/parse';
import { createRpc } from './rpc';

/** ms of measuring after which other questions get their turn. */
const SLICE = 8;

const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread');

// The grammars lie beside this program.
const loading = createParsers((file) => readFile(join(__dirname, file))).then((parsers) =>
  createAnalyzer(parsers, (what, error) => {
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
    void listener.defect(what, details);
  }),
);

const api: AnalyzerApi = {
  analyze: async (...args) => (await loading).analyze(...args),
  derivation: async (...args) => (await loading).derivation(...args),
  stability: async (...args) => {
    const parts = (await loading).measuring(...args);
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
  hover: async (...args) => (await loading).hover(...args),
  job: async (...args) => (await loading).job(...args),
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
