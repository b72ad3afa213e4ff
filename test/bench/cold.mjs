// In a fresh process: node cold.mjs MODULE [SOURCE …] prints as JSON the ms to load the module and to derive each source.
import { pathToFileURL } from 'node:url';

const [path, ...sources] = process.argv.slice(2);
const began = performance.now();
const { derive, parseModel } = await import(pathToFileURL(path).href);
const load = performance.now() - began;
const derived = sources.map((source) => {
  const from = performance.now();
  derive(parseModel(source));
  return performance.now() - from;
});
console.log(JSON.stringify({ load, derived }));
