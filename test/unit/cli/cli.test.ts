/** The command line as it is shipped: bundled, run as a process, its JSON compared with the documented shapes. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { GRAMMAR_FILES, RUNTIME_FILE } from '../../../src/lang/parse';

const ROOT = join(import.meta.dirname, '../../..');
const WASM = dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'));
const WORKSPACE = join(ROOT, 'test/workspace');
const BANNER = `import { createRequire as nodeCreateRequire } from 'node:module';
import { fileURLToPath as nodeFileUrlToPath } from 'node:url';
const require = nodeCreateRequire(import.meta.url);
const __filename = nodeFileUrlToPath(import.meta.url);`;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-cli-'));
  await mkdir(join(folder, 'dist'));
  await mkdir(join(folder, 'locked'));
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  for (const name of [RUNTIME_FILE, ...Object.values(GRAMMAR_FILES)])
    await copyFile(join(WASM, name), join(folder, 'dist', name));
  await build({
    entryPoints: [join(ROOT, 'src/cli.ts')],
    outfile: join(folder, 'dist/cli.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: BANNER },
    logLevel: 'silent',
  });
  await build({
    entryPoints: [join(ROOT, 'src/worker.ts')],
    outfile: join(folder, 'dist/worker.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'silent',
  });
  await writeFile(join(folder, 'logistic.py'), LOGISTIC);
  await writeFile(
    join(folder, 'wrong.py'),
    LOGISTIC.replace('1/m * np.dot(X.T, A - Y)', 'np.dot(X.T, A - Y)'),
  );
  await writeFile(join(folder, 'broken.py'), 'def f(x:\n  return np.exp(\n');
  await writeFile(join(folder, 'empty.py'), '');
  await writeFile(join(folder, 'data.csv'), table());
  await writeFile(join(folder, 'holes.csv'), table().replace(/\n[^,\n]*,/, '\n,'));
  await writeFile(join(folder, 'notes.txt'), 'no code');
  await writeFile(join(folder, 'comma.csv'), 'a;b;label\n1,5;2;0\n2,5;1;1\n0,5;3;1\n');
  await writeFile(join(folder, 'words.csv'), 'a,b,label\nlow,2,0\nhigh,1,1\nlow,3,1\n');
  await writeFile(join(folder, 'infinite.csv'), 'a,b,label\ninf,2,0\n-inf,1,1\ninf,3,1\n');
  await writeFile(join(folder, 'single.csv'), 'a,b,label\n1,2,0\n');
  await writeFile(join(folder, 'zero.csv'), 'a,b,label\n1,2,0\n3,1,0\n');
  await mkdir(join(folder, 'mixed'));
  for (const name of [join('mixed', 'binary.py'), 'binary.py'])
    await writeFile(join(folder, name), Buffer.from([120, 0, 121]));
  await writeFile(join(folder, 'latin.py'), Buffer.from([35, 0xff, 10]));
  await writeFile(join(folder, 'mixed', 'broken.py'), 'def f(x:\n  return np.exp(\n');
  await writeFile(join(folder, 'mixed', 'logistic.py'), LOGISTIC);
  await mkdir(join(folder, 'several'));
  const [helper = '', rest = ''] = LOGISTIC.split(/(?=def propagate)/);
  await writeFile(join(folder, 'several', 'helper.py'), helper);
  await writeFile(
    join(folder, 'several', 'loss.py'),
    `import numpy as np\nfrom .helper import sigmoid\n${rest}`,
  );
  await writeFile(join(folder, 'lesson.ipynb'), notebook(helper.replace('import numpy as np\n', ''), rest));
  await writeFile(join(folder, 'broken.ipynb'), '{"cells": ');
  await symlink(join(folder, 'gone.py'), join(folder, 'dangling.py'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const LOGISTIC = `import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def propagate(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(np.dot(X, w) + b)
    cost = -1/m * np.sum(Y*np.log(A) + (1-Y)*np.log(1-A))
    dw = 1/m * np.dot(X.T, A - Y)
    db = 1/m * np.sum(A - Y)
    return cost, {"dw": dw, "db": db}
`;

/** Cells as Jupyter writes them, with an output and a magic. */
function notebook(helper: string, rest: string): string {
  const code = (text: string, asList: boolean): unknown => ({
    cell_type: 'code',
    execution_count: 1,
    metadata: {},
    outputs: [{ output_type: 'display_data', data: { 'image/png': 'A'.repeat(5000) } }],
    source: asList ? text.split(/(?<=\n)/) : text,
  });
  return JSON.stringify({
    cells: [
      { cell_type: 'markdown', metadata: {}, source: ['# Logistic regression'] },
      code('%matplotlib inline\nimport numpy as np', true),
      code(helper, false),
      code(rest.replace('dw = 1/m * ', 'dw = '), true),
    ],
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  });
}

function table(): string {
  const rows = Array.from({ length: 40 }, (_, k) => {
    const x = Math.sin(k + 1);
    const z = Math.cos(3 * k);
    return `${x.toFixed(6)},${z.toFixed(6)},${x + 0.5 * z + 0.3 * Math.sin(7 * k) > 0 ? 1 : 0}`;
  });
  return `x1,x2,label\n${rows.join('\n')}\n`;
}

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function nabla(...args: string[]): Promise<Run> {
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(folder, 'dist/cli.js'), ...args],
      {
        cwd: folder,
        maxBuffer: 1 << 26,
      },
    );
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, out: failed.stdout, err: failed.stderr };
  }
}

const json = (run: Run): unknown => JSON.parse(run.out);

describe('derive', () => {
  const text = expect.any(String) as string;
  const problems = expect.any(Array) as unknown[];

  test('--json has the documented shape', async () => {
    const run = await nabla('derive', 'logistic.py', '--name', 'propagate', '--json');
    expect(run).toMatchObject({ code: 0, err: '' });
    const { definitions } = json(run) as { definitions: Record<string, unknown>[] };
    expect(definitions).toHaveLength(1);
    const [definition] = definitions;
    expect(definition).toMatchObject({
      name: 'propagate',
      kind: 'propagate',
      language: 'python',
      range: { startLine: 6, endLine: 12 },
      latex: text,
      assumptions: expect.arrayContaining([expect.stringContaining('X has shape (m, n)')]) as unknown,
      problems,
    });
    const parameters = definition?.['parameters'] as Record<string, unknown>[];
    expect(parameters.map(({ name }) => name)).toEqual(['w', 'b']);
    for (const parameter of parameters) {
      expect(parameter).toMatchObject({
        shape: expect.any(Array) as unknown,
        gradient: {
          index: text,
          matrix: text,
          code: { numpy: text, torch: text, jax: text, typescript: text },
        },
      });
      const { steps } = parameter as { steps: unknown[] };
      expect(steps.length).toBeGreaterThan(2);
      checkSteps(steps);
    }
    const [w] = parameters as { gradient: { code: { numpy: string } } }[];
    const lines = w?.gradient.code.numpy.trimEnd().split('\n') ?? [];
    expect(lines.at(-1)).toMatch(/^dw = /);
  });

  test('--hessian and --hvp derive what they are called after', async () => {
    const matrices = async (...args: string[]): Promise<(string | null)[]> => {
      const run = await nabla('derive', 'logistic.py', ...args, '--json');
      expect(run).toMatchObject({ code: 0, err: '' });
      const { definitions } = json(run) as {
        definitions: { parameters: { gradient: { matrix: string | null } }[] }[];
      };
      return (definitions[0]?.parameters ?? []).map(({ gradient }) => gradient.matrix);
    };
    expect(await matrices('--name', 'propagate', '--hessian', '--wrt', 'w')).toEqual([
      '∂²cost/∂w∂wᵀ = 1/m Xᵀ diag(A ∘ (1 - A)) X',
    ]);
    expect(await matrices('--name', 'propagate', '--hvp', '--wrt', 'w')).toEqual([
      '(∇²cost v)_w = 1/m Xᵀ (A ∘ (1 - A) ∘ (X v))',
    ]);
  });

  test('a derivative that there is not says which to ask for', async () => {
    const run = await nabla('derive', 'logistic.py', '--name', 'propagate', '--jacobian');
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/logistic\.py:6:5: cost is one number.* Leave the option out\./);
    const two = await nabla('derive', 'logistic.py', '--hessian', '--hvp');
    expect(two.code).toBe(2);
    expect(two.err).toContain('Use one of --hessian and --hvp, not both.');
  });

  function checkSteps(steps: readonly unknown[]): void {
    for (const step of steps) {
      expect(step).toMatchObject({
        rule: expect.stringMatching(/^[a-z0-9-]+$/) as string,
        ruleName: text,
        ruleFormula: text,
        assumptions: expect.any(Array) as unknown,
        before: text,
        after: text,
        verified: true,
      });
      checkSteps((step as { children: unknown[] }).children);
    }
  }

  test.each([
    ['torch', 'import torch'],
    ['jax', 'import jax.numpy as jnp'],
    ['typescript', 'const '],
  ])('--code %s chooses the language', async (target, part) => {
    const { code, out } = await nabla('derive', 'logistic.py', '--code', target);
    expect(code).toBe(0);
    expect(out).toContain(`    ${target}:`);
    expect(out).toContain(part);
    expect(out).not.toContain('import numpy');
  });

  test('--code refuses an unknown language', async () => {
    expect(await nabla('derive', 'logistic.py', '--code', 'fortran')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--code is numpy, torch, jax, typescript, not "fortran"') as string,
    });
  });

  test('text shows formulas, steps and code', async () => {
    const { code, out } = await nabla('derive', 'logistic.py');
    expect(code).toBe(0);
    for (const part of [
      'sigmoid (activation, lines 3-4)',
      'propagate (propagate, lines 6-12)',
      'chain rule, verified',
      'dw = ',
      'Numerically',
      'is infinite or undefined',
    ])
      expect(out).toContain(part);
  });

  test('--line takes the innermost definition, --wrt an intermediate', async () => {
    const byLine = json(await nabla('derive', 'logistic.py', '--line', '4', '--json'));
    expect(byLine).toMatchObject({ definitions: [{ name: 'sigmoid' }] });
    const byName = json(await nabla('derive', 'logistic.py', '--name', 'propagate', '--wrt', 'A', '--json'));
    expect(byName).toMatchObject({ definitions: [{ parameters: [{ name: 'A' }] }] });
  });

  test.each([
    [['derive'], /Give nabla derive a file/],
    [
      ['derive', 'logistic.py', '--name', 'nothing'],
      /no definition called nothing; it has sigmoid, propagate/,
    ],
    [['derive', 'logistic.py', '--line', '1'], /no definition at line 1/],
    [['derive', 'logistic.py', '--line', 'x'], /--line is a whole number/],
    [
      ['derive', 'logistic.py', '--name', 'propagate', '--wrt', 'nothing'],
      /no nothing to differentiate by; it has w, b, X, Y/,
    ],
    [['derive', 'gone.py'], /gone\.py: there is no such file/],
    [['derive', 'notes.txt'], /files of this kind are not read yet/],
    [['derive', 'dangling.py'], /there is no such file/],
    [['derive', 'locked'], /files of this kind|is a folder/],
    [['derive', 'logistic.py', 'wrong.py'], /takes one file/],
    [['derive', 'logistic.py', '--epochs', '3'], /has no option --epochs/],
    [['frobnicate'], /no command "frobnicate"/],
    [['derive', '--frobnicate'], /There is no option --frobnicate\.\nnabla: nabla --help/],
    [['derive', 'logistic.py', '--wrt'], /--wrt needs a value;/],
    [['derive', 'logistic.py', '--json=3'], /--json takes no value\./],
  ] as const)('%j is refused with a reason and exit code 2', async (args, message) => {
    const run = await nabla(...args);
    expect(run.code).toBe(2);
    expect(run.err).toMatch(message);
    expect(run.err).not.toMatch(/\n\s+at /);
  });

  test('a file that cannot be read as Python says where', async () => {
    const run = await nabla('derive', 'broken.py');
    expect(run.out).toMatch(/broken\.py:\d+:\d+: Line \d+ cannot be read as Python/);
  });
});

describe('check', () => {
  test('a notebook, whose places are those of its cells', async () => {
    const run = await nabla('check', 'lesson.ipynb', '--json');
    expect(run).toMatchObject({ code: 1, err: '' });
    expect(json(run)).toMatchObject({
      findings: [
        { file: 'lesson.ipynb', cell: 4, line: 5, column: 5, verdict: 'wrong' },
        { file: 'lesson.ipynb', cell: 4, line: 6, verdict: 'right' },
      ],
    });
    expect((await nabla('check', 'lesson.ipynb')).out).toContain('lesson.ipynb, cell 4:5:5: ');
    expect((await nabla('check', 'broken.ipynb')).err).toContain('broken.ipynb is not a notebook');
    expect((await nabla('derive', 'lesson.ipynb', '--name', 'sigmoid')).out).toContain(
      'sigmoid (activation, lines 2-3 of cell 3)',
    );
  });

  test('a folder with helper functions in files of their own', async () => {
    const run = await nabla('check', 'several', '--json');
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(json(run)).toMatchObject({
      findings: [
        { file: join('several', 'loss.py'), subject: 'dw = ∂cost/∂w in propagate' },
        { file: join('several', 'loss.py'), subject: 'db = ∂cost/∂b in propagate' },
      ],
      summary: { right: 2, wrong: 0, unknown: 0 },
    });
  });

  test('nothing wrong: exit code 0 and every gradient listed', async () => {
    const run = await nabla('check', 'logistic.py', '--format', 'json');
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(json(run)).toMatchObject({
      findings: [
        {
          file: 'logistic.py',
          line: 10,
          column: 5,
          endLine: 10,
          rule: 'gradient-right',
          verdict: 'right',
          subject: 'dw = ∂cost/∂w in propagate',
        },
        {
          file: 'logistic.py',
          line: 11,
          rule: 'gradient-right',
          verdict: 'right',
          subject: 'db = ∂cost/∂b in propagate',
        },
      ],
      summary: { right: 2, wrong: 0, unknown: 0 },
    });
  });

  test('something wrong: exit code 1, the mistake and a counter-example', async () => {
    const run = await nabla('check', 'wrong.py', '--format', 'json');
    expect(run.code).toBe(1);
    const output = json(run) as { findings: Record<string, unknown>[] };
    expect(output).toMatchObject({ summary: { right: 1, wrong: 1, unknown: 0 } });
    expect(output.findings[0]).toMatchObject({
      line: 10,
      rule: 'gradient-missing-factor',
      verdict: 'wrong',
      message: expect.stringContaining('lacks the factor 1/m') as string,
      evidence: expect.stringMatching(/dw\[\d\] = .*, but ∂cost\/∂w\[\d\] = /) as string,
    });
    const { code, out } = await nabla('check', 'wrong.py');
    expect(code).toBe(1);
    expect(out).toMatch(/wrong\.py:10:5: WRONG: dw = ∂cost\/∂w in propagate \[gradient-missing-factor\]/);
    expect(out).toContain('1 right, 1 wrong, 0 cannot be told.');
  });

  test('folders are searched, files without gradients count for nothing', async () => {
    const run = await nabla('check', WORKSPACE, '--format', 'json');
    expect(run.code).toBe(1);
    const { findings, summary } = json(run) as {
      findings: { file: string; verdict: string; rule: string; subject: string }[];
      summary: Record<string, number>;
    };
    const wrong = findings.filter(({ verdict }) => verdict === 'wrong');
    expect(wrong.map(({ file, rule }) => `${file.slice(WORKSPACE.length + 1)} ${rule}`)).toEqual([
      'lesson.ipynb gradient-sign',
      'mistakes.py gradient-missing-factor',
      'mistakes.py gradient-sign',
      'mistakes.py gradient-missing-regulariser',
    ]);
    expect(summary).toMatchObject({ wrong: 4, unknown: 0 });
    expect(findings.filter(({ file }) => file.endsWith('mistakes.py'))).toHaveLength(6);
    const none = await nabla('check', 'empty.py');
    expect(none).toMatchObject({ code: 0, out: 'No hand-written gradients found.\n' });
  });

  test('what cannot be read is refused by name, noted in folders', async () => {
    const broken = await nabla('check', 'broken.py');
    expect(broken).toMatchObject({ code: 2, out: '' });
    expect(broken.err).toMatch(/^nabla: broken\.py: nothing could be read in it\. Line 1 [^\n]*\n$/);
    for (const name of ['binary.py', 'latin.py']) {
      const run = await nabla('check', name);
      expect(run).toMatchObject({ code: 2, out: '' });
      expect(run.err).toContain(`${name} is not a text file`);
    }
    const folder = await nabla('check', 'mixed');
    expect(folder.code).toBe(0);
    expect(folder.err).toMatch(/binary\.py is not a text file/);
    expect(folder.err).toMatch(/broken\.py: nothing could be read/);
    expect(folder.out).toContain('2 right, 0 wrong, 0 cannot be told.');
  });

  test.each([
    ['words.csv', /Column a is left out: it holds text \("low"\)/],
    ['infinite.csv', /Column a is left out: it has infinite values \("inf"\)/],
  ])('columns of %s that are left out are named', async (file, message) => {
    const run = await nabla('check', 'logistic.py', '--data', file, '--target', 'label', '--format', 'json');
    expect(run.code).toBe(0);
    expect(run.err).toMatch(message);
    expect(json(run)).toMatchObject({
      problems: [{ file, id: 'column-left-out', message: expect.stringMatching(message) as string }],
    });
  });

  test('--data adds the numbers', async () => {
    const right = await nabla(
      'check',
      'logistic.py',
      '--data',
      'data.csv',
      '--target',
      'label',
      '--format',
      'json',
    );
    expect(right).toMatchObject({ code: 0, err: '' });
    const { findings } = json(right) as { findings: { evidence: string }[] };
    for (const { evidence } of findings)
      expect(evidence).toMatch(/on 40 rows of data: .*agrees with finite differences/);
    const wrong = await nabla(
      'check',
      'wrong.py',
      '--data',
      'data.csv',
      '--target',
      'label',
      '--format',
      'json',
    );
    expect(wrong.code).toBe(1);
    expect(wrong.out).toMatch(/dw is -?[\d.]+ in cell \d, the finite difference/);
  });

  test.each([
    [['check'], /Give nabla check a file or a folder/],
    [['check', 'gone'], /gone: there is no such file or folder/],
    [['check', 'logistic.py', '--format', 'xml'], /--format is text or json/],
    [['check', 'logistic.py', '--data', 'data.csv'], /--data needs --target/],
    [['check', 'logistic.py', '--data', 'gone.csv', '--target', 'label'], /gone\.csv: there is no such file/],
    [
      ['check', 'logistic.py', '--data', 'data.csv', '--target', 'nothing'],
      /no column nothing; it has x1, x2, label/,
    ],
    [
      ['check', 'logistic.py', '--data', 'data.csv', '--target', 'x1'],
      /The target x1 must lie between 0 and 1/,
    ],
    [['check', 'logistic.py', '--data', 'holes.csv', '--target', 'label'], /missing/],
    [['check', 'logistic.py', '--data', 'empty.py', '--target', 'label'], /empty/],
  ] as const)('%j is refused with a reason and exit code 2', async (args, message) => {
    const run = await nabla(...args);
    expect(run.err).toMatch(message);
    expect(run.code).toBe(2);
    expect(run.err).not.toMatch(/\n\s+at /);
  });
});

describe('train', () => {
  test('a table that is larger than memory gives what one in memory gives', async () => {
    const rows = Array.from({ length: 20_000 }, (_, k) => {
      const [x, z] = [Math.sin(k), Math.cos(1.7 * k)];
      return `${x.toFixed(6)},${z.toFixed(6)},${x + z + Math.sin(7.3 * k) > 0 ? 1 : 0}`;
    });
    await writeFile(join(folder, 'many.csv'), `x1,x2,label\n${rows.join('\n')}\n`);
    const command = [
      'train',
      'logistic.py',
      '--name',
      'propagate',
      '--data',
      'many.csv',
      '--target',
      'label',
    ];
    const more = ['--optimizer', 'l-bfgs', '--epochs', '50', '--json'];
    const temporary = join(folder, 'temporary');
    await mkdir(temporary);
    for (const name of ['TMPDIR', 'TEMP']) vi.stubEnv(name, temporary);
    const [whole, parts] = [
      await nabla(...command, ...more),
      await nabla(...command, ...more, '--memory', '0.2'),
    ];
    expect([whole.code, parts.code, parts.err]).toEqual([0, 0, '']);
    const shown = (run: Run): { parameters: unknown; losses: unknown; computedBy: string } =>
      json(run) as { parameters: unknown; losses: unknown; computedBy: string };
    expect(shown(parts).computedBy).toContain('block by block from the disk');
    expect(shown(parts).parameters).toEqual(shown(whole).parameters);
    expect(shown(parts).losses).toEqual(shown(whole).losses);
    vi.unstubAllEnvs();
    expect(await readdir(temporary)).toEqual([]);
  });

  const options = ['--name', 'propagate', '--data', 'data.csv', '--target', 'label'];

  test('the loss falls and the gradient is checked on the way', async () => {
    const run = await nabla('train', 'logistic.py', ...options, '--epochs', '50', '--json');
    expect(run).toMatchObject({ code: 0, err: '' });
    const { losses, checks, end, features } = json(run) as {
      losses: number[];
      checks: { at: string; parameters: { derivedVerdict: string; handVerdict: string }[] }[];
      end: string;
      features: string[];
    };
    expect(end).toBe('finished');
    expect(features).toEqual(['x1', 'x2']);
    expect(losses).toHaveLength(50);
    for (let k = 1; k < losses.length; k += 1) expect(losses[k]).toBeLessThan(losses[k - 1] ?? NaN);
    expect(checks.map(({ at }) => at)).toEqual(['start', 'middle', 'end']);
    for (const { parameters } of checks)
      for (const parameter of parameters)
        expect(parameter).toMatchObject({ derivedVerdict: 'right', handVerdict: 'right' });
  });

  test('text shows the curve and the parameters', async () => {
    const { code, out } = await nabla('train', 'logistic.py', ...options, '--epochs', '20');
    expect(code).toBe(0);
    for (const part of ['epoch  loss', 'Gradient check after 20 epochs', 'w (2) = '])
      expect(out).toContain(part);
  });

  const fit = (name: string, file: string, ...more: string[]): Promise<Run> =>
    nabla('train', 'logistic.py', '--name', name, '--data', file, '--target', 'label', ...more);

  test('a definition without data is refused, and so is a setting that there is not', async () => {
    const activation = await fit('sigmoid', 'data.csv');
    expect(activation.code).toBe(2);
    expect(activation.err).toMatch(/sigmoid reads no data .* logistic\.py can train propagate\./);
    const setting = await fit('propagate', 'data.csv', '--set', 'nosuch=1');
    expect(setting.code).toBe(2);
    expect(setting.err).toMatch(/propagate has no setting nosuch; it has none/);
  });

  test('data that say little are noted, gaps are told with the options', async () => {
    const note = async (file: string): Promise<string> =>
      (await fit('propagate', file, '--epochs', '2', '--init-scale', '0.1')).out;
    expect(await note('single.csv')).toContain('There is 1 row of data only');
    expect(await note('zero.csv')).toContain('The target label is 0 in every row');
    expect(await note('words.csv')).toContain('Column a is left out');
    // Decimal commas are read, so that both features are there.
    expect(await note('comma.csv')).toContain('w (2)');
    expect((await fit('propagate', 'holes.csv')).err).toMatch(/--missing drop, --missing mean/);
  });

  test('an optimizer that finds the minimum tells the coefficients', async () => {
    const run = await nabla(
      'train',
      'logistic.py',
      ...options,
      '--optimizer',
      'newton',
      '--weight-decay',
      '0.01',
    );
    expect(run.out).toMatch(/Coefficients in the units of the data:/);
    expect(run.out).toMatch(/There are no standard errors, as the loss was minimised with a weight decay/);
    const result = await nabla(
      ...['train', 'logistic.py', ...options, '--optimizer', 'adam', '--batch-size', '3', '--epochs', '5'],
      ...['--schedule', 'step,every=2,factor=0.5', '--warm-up', '1', '--clip-norm', '1', '--json'],
    );
    expect((json(result) as { losses: number[] }).losses).toHaveLength(5);
  });

  test.each([
    [['--optimizer', 'sgd'], /--optimizer is gradient-descent, .* not "sgd"/],
    [['--schedule', 'steps'], /--schedule is constant, step, .* not "steps"/],
    [['--schedule', 'step,often=3'], /every, factor and floor, not "often=3"/],
    [['--schedule', 'step,every=0'], /--schedule every is a whole number of at least 1, not "0"/],
    [['--batch-size', '-1'], /--batch-size/],
  ])('%j is refused', async (more, message) => {
    const run = await nabla('train', 'logistic.py', ...options, ...more);
    expect(run.code).toBe(2);
    expect(run.err).toMatch(message);
  });

  test('options that do not go together are refused with what to do', async () => {
    const run = await nabla('train', 'logistic.py', ...options, '--optimizer', 'l-bfgs', '--batch-size', '4');
    expect(run.code).toBe(1);
    expect(run.out).toMatch(/set the batch size to 0/);
  });

  test('texts, a part of the rows, an intercept and weights are taken as the options say', async () => {
    await writeFile(join(folder, 'colours.csv'), `c,x,label\n${'red,1,0\nblue,2,1\ngreen,3,1\n'.repeat(20)}`);
    const given = (...more: string[]) => fit('propagate', 'colours.csv', '--epochs', '2', ...more);
    const split = await given('--features', 'c,x', '--validation', '0.25', '--categories', 'indicators');
    expect(split.out).toContain('The 3 categories of c became 3 columns of 0 and 1.');
    expect(split.out).toContain('15 rows, drawn with the seed 0, are kept for validation.');
    expect(split.out).toMatch(/epoch +loss +\|gradient\| +validation/);
    expect((await given('--intercept')).out).toContain('has a bias of its own: no column of ones was added');
    expect((await given('--balance')).err).toContain('propagate takes no weights');
    expect((await given('--validation', '1')).err).toContain(
      '--validation is a share of at least 0 and below 1',
    );
    expect((await given('--categories', 'words')).err).toContain('--categories is number or indicators');
  });

  test('a learning rate that is no number is refused', async () => {
    const run = await nabla('train', 'logistic.py', ...options, '--learning-rate', 'fast');
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/--learning-rate is a positive number, not "fast"/);
  });
});

test('--help and --version', async () => {
  const { out } = await nabla('--help');
  expect(out).toContain('nabla derive FILE');
  for (const kind of ['hessian', 'hvp', 'jacobian', 'vjp']) expect(out).toContain(`--${kind}`);
  expect((await nabla('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});
