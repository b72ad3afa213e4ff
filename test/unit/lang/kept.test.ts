/** What is kept of texts has a limit, however long one goes on editing. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createCache } from '../../../src/check/cache';
import { readDefinitions } from '../../../src/lang/read';
import { createRecent } from '../../../src/lang/recent';
import { createReadings } from '../../../src/lang/reuse';
import { loadParsers } from '../../support/analyzer';

describe('what is kept', () => {
  test('by weight is what was used last', () => {
    const recent = createRecent<string>(10);
    recent.set('a', 'A', 4);
    recent.set('b', 'B', 4);
    expect(recent.get('a')).toBe('A');
    recent.set('c', 'C', 5);
    expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual(['A', undefined, 'C']);
    expect(recent.total()).toBe(9);
    // One that is too large for the others stays alone, until the next one comes.
    recent.set('d', 'D', 50);
    expect([recent.get('d'), recent.total()]).toEqual(['D', 50]);
    recent.set('d', 'again', 3);
    expect(recent.total()).toBe(3);
  });

  test('by number is what was used last', () => {
    const cache = createCache<number>(3);
    let made = 0;
    const get = (key: number): number => cache.get(String(key), () => (made += 1));
    for (let key = 0; key < 100; key += 1) get(key);
    expect([97, 98, 99].map((key) => cache.peek(String(key)))).toEqual([98, 99, 100]);
    expect(cache.peek('96')).toBeUndefined();
    get(97);
    get(100);
    expect([cache.peek('97'), cache.peek('98')]).toEqual([98, undefined]);
  });

  test('of readings stays within its limit over many edits', async () => {
    const parsers = await loadParsers(['python']);
    const text = readFileSync('test/cases/check/activations.py', 'utf8');
    const readings = createReadings(20);
    for (let k = 0; k < 60; k += 1) {
      readDefinitions(text.replace(/\bnp\.exp\(/, `np.exp(${k} * `), 'python', parsers, [], readings);
      expect(readings.known.total()).toBeLessThanOrEqual(20);
    }
    expect(readings.known.total()).toBe(20);
  });
});
