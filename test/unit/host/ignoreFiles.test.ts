/** Files that `.gitignore` leaves out, as git itself would. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ignoredBy, type IgnoreFile } from '../../../src/host/ignoreFiles';

const PATHS = [
  'a.py',
  'build/a.py',
  'build/keep.py',
  'src/a.py',
  'src/build/b.py',
  'src/generated/c.py',
  'src/generated/deep/d.py',
  'src/generated/hand.py',
  'src/notes [1].py',
  'lib/#a.py',
  'lib/!a.py',
  'lib/x.min.js',
];

const CASES: Readonly<Record<string, readonly IgnoreFile[]>> = {
  'no such file': [],
  'a folder anywhere': [{ folder: '', text: '# what is made\nbuild/\n' }],
  'a folder at the top': [{ folder: '', text: '/build\n' }],
  'what is in an ignored folder stays out': [{ folder: '', text: 'build/\n!build/keep.py\n' }],
  'what is in a folder of ignored files is taken in': [{ folder: '', text: 'build/*\n!build/keep.py\n' }],
  'a deeper file goes first': [
    { folder: '', text: 'generated/*\n*.js\n' },
    { folder: 'src', text: '!generated/hand.py\na.py\n' },
  ],
  'places are relative to the folder of the file': [{ folder: 'src', text: '/a.py\n/generated/deep\n' }],
  'stars over folders': [{ folder: '', text: 'src/**/d.py\n**/x.*\r\n' }],
  'marks that are meant': [{ folder: 'lib', text: '\\#a.py\n\\!a.py\n' }],
};

/** What git says of these paths. */
function byGit(files: readonly IgnoreFile[]): string[] {
  const root = mkdtempSync(join(tmpdir(), 'nabla-ignore-'));
  try {
    execFileSync('git', ['init', '-q'], { cwd: root });
    for (const path of PATHS) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), '');
    }
    for (const { folder, text } of files) writeFileSync(join(root, folder, '.gitignore'), text);
    const options = ['-c', 'core.quotePath=false', 'ls-files', '--others', '--exclude-standard', '-z'];
    const listed = execFileSync('git', options, { cwd: root, encoding: 'utf8' }).split('\0');
    return PATHS.filter((path) => !listed.includes(path));
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('files that are left out', () => {
  test.each(Object.entries(CASES))('%s', (_, files) => {
    expect(PATHS.filter(ignoredBy(files))).toEqual(byGit(files));
  });
});
