import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../src');

interface Import {
  readonly file: string;
  readonly from: string;
  readonly typeOnly: boolean;
}

interface Row {
  readonly rows: readonly string[];
  readonly packages: readonly string[];
}

function sourceFiles(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(SOURCE, name));
}

/** Static, dynamic and re-exporting imports, and imports in type positions; style sheets are left to the bundler. */
function importsOf(file: string): Import[] {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (from: string, typeOnly: boolean): void => {
    if (!from.endsWith('.css')) found.push({ file, from, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
      add(node.moduleSpecifier.text, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier))
      add(node.moduleSpecifier.text, node.isTypeOnly);
    else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    )
      add(node.argument.literal.text, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (!argument || !ts.isStringLiteral(argument))
        throw new Error(`${file}: an import of a computed name`);
      add(argument.text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

const rowOf = (file: string): string => (relative(SOURCE, file).split(/[/\\]/)[0] ?? '').replace(/\.ts$/, '');

function resolved(file: string, from: string): string {
  const base = join(dirname(file), from);
  for (const candidate of [`${base}.ts`, base])
    if (existsSync(candidate) && statSync(candidate).isFile()) return candidate;
  throw new Error(`${relative(SOURCE, file)} imports ${from}, which is no file`);
}

/** The import table of src/README.md. */
function table(): Map<string, Row> {
  const readme = readFileSync(join(SOURCE, 'README.md'), 'utf8');
  const section = /## Who may import whom\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
  const names = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  const rows = new Map<string, Row>();
  for (const line of section.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim());
    const [name] = names(cells[1] ?? '');
    if (name !== undefined) rows.set(name, { rows: names(cells[2] ?? ''), packages: names(cells[3] ?? '') });
  }
  return rows;
}

const rows = table();
const imports = sourceFiles().flatMap(importsOf);

test('every file belongs to a row of the import table', () => {
  const missing = [...new Set(sourceFiles().map(rowOf))].filter((row) => !rows.has(row));
  expect(missing).toEqual([]);
});

test('imports follow the table', () => {
  const wrong: string[] = [];
  for (const { file, from } of imports) {
    const row = rows.get(rowOf(file));
    if (!row) continue;
    const place = `${relative(SOURCE, file)} imports ${from}`;
    if (from.startsWith('.')) {
      const target = rowOf(resolved(file, from));
      if (target !== rowOf(file) && !row.rows.includes(target)) wrong.push(place);
    } else {
      const known = row.packages.some(
        (name) => from === name || from.startsWith(`${name}/`) || (name === 'node:' && from.startsWith(name)),
      );
      if (!known) wrong.push(place);
    }
  }
  expect(wrong).toEqual([]);
});

test('the table itself points only to earlier stages', () => {
  const order = [
    'protocol',
    'rpc',
    'core',
    'lang',
    'engine',
    'check',
    'host',
    'view',
    'extension',
    'analysis',
    'worker',
    'cli',
  ];
  expect([...rows.keys()].filter((name) => !order.includes(name))).toEqual([]);
  const stages = ['protocol', 'rpc', 'core', 'lang', 'engine', 'check'];
  for (const [at, name] of stages.entries())
    expect(rows.get(name)?.rows.every((other) => stages.indexOf(other) < at)).toBe(true);
  for (const [name, row] of rows)
    if (!['extension', 'analysis', 'worker', 'cli'].includes(name))
      expect(
        row.rows.some((other) => ['extension', 'analysis', 'worker', 'cli', 'view'].includes(other)),
      ).toBe(false);
});

test('there are no cycles of value imports', () => {
  const edges = new Map<string, string[]>();
  for (const { file, from, typeOnly } of imports)
    if (from.startsWith('.') && !typeOnly)
      edges.set(file, [...(edges.get(file) ?? []), resolved(file, from)]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      cycles.push([...path.slice(at), file].map((name) => relative(SOURCE, name)).join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

test('the map names no folder that is gone', () => {
  const readme = readFileSync(join(SOURCE, 'README.md'), 'utf8');
  const named = [...readme.matchAll(/`([\w/]+(?:\.ts|\/))`/g)].map((match) => match[1] ?? '');
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !existsSync(join(SOURCE, name)))).toEqual([]);
});
