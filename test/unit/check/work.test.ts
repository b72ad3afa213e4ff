/** Copies that definitions are derived and judged on say what the definitions say, and only so many are kept. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { handContent, programContent } from '../../../src/check/content';
import { copyOf, createWorks } from '../../../src/check/work';
import { derive } from '../../../src/core/derive';
import { readDefinitions } from '../../../src/lang/read';
import type { SourceDefinition } from '../../../src/lang/definition';
import { loadParsers } from '../../support/analyzer';

const folder = 'test/cases/check';

describe('work on a copy', async () => {
  const parsers = await loadParsers(['python']);
  const definitions = readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .flatMap(
      (name) => readDefinitions(readFileSync(join(folder, name), 'utf8'), 'python', parsers).definitions,
    );
  const hands = ({ gradients, candidates, seconds }: SourceDefinition): string[] =>
    [...gradients, ...seconds, ...candidates.flatMap(({ readings }) => readings.map((r) => r.gradient))].map(
      handContent,
    );

  test('has the content of the definition, over other nodes', () => {
    let copied = 0;
    for (const definition of definitions) {
      const { program: original } = definition;
      if (!original) continue;
      // What was made besides leaves no trace in the copy.
      derive(original, { verify: false });
      const { source, program } = copyOf(definition, original);
      copied += 1;
      expect(programContent(program)).toBe(programContent(original));
      expect(hands(source)).toEqual(hands(definition));
      expect(program.arena).not.toBe(original.arena);
      expect(program.arena.count).toBeLessThan(original.arena.count);
    }
    expect(copied).toBeGreaterThan(20);
  });

  test('is kept as long as there is room for what it makes', () => {
    const most = 5_000;
    const works = createWorks(most);
    let all = 0;
    for (const [id, definition] of definitions.entries()) {
      if (!definition.program) continue;
      const work = works.of(id, definition, definition.program);
      expect(works.of(id, definition, definition.program)).toBe(work);
      work.derived();
      works.weigh(id, work);
      all += work.program.arena.count;
      expect(works.kept()).toBeLessThanOrEqual(Math.max(most, work.program.arena.count));
    }
    expect(all).toBeGreaterThan(2 * most);
  });
});
