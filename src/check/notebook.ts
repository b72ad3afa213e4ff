/** Notebooks as one text of their Python cells, which names of earlier cells are known in, and back to the cells. */
import type { Analysis, Finding, Fix, Problem, TextSpan } from '../protocol';
import { withoutMagics } from './magics';

export interface Cell {
  readonly text: string;
  /** Whether it holds Python; other cells have no lines in the text. */
  readonly isPython: boolean;
}

export interface NotebookText {
  readonly text: string;
  /** For each cell the line of the text on which it begins, null for one that is not read. */
  readonly firstLines: readonly (number | null)[];
  readonly lineCounts: readonly number[];
}

/** Begins each cell in the text, as in files of cells. */
const MARK = '# %%';

/** The cells' Python one after the other, line by line, without magics. */
export function joinCells(cells: readonly Cell[]): NotebookText {
  const lines: string[] = [];
  const firstLines: (number | null)[] = [];
  const lineCounts: number[] = [];
  for (const { text, isPython } of cells) {
    const own = text.split(/\r\n|\r|\n/);
    const code = isPython ? withoutMagics(own) : null;
    lineCounts.push(own.length);
    firstLines.push(code ? lines.length + 2 : null);
    if (code) lines.push(MARK, ...code);
  }
  return { text: `${lines.join('\n')}\n`, firstLines, lineCounts };
}

/** A place of the text in its cell, counted from 0. */
export interface CellPlace {
  readonly cell: number;
  /** From 1. */
  readonly line: number;
}

export function placeInCells({ firstLines, lineCounts }: NotebookText, line: number): CellPlace | null {
  const cell = firstLines.findIndex(
    (first, k) => first !== null && first <= line && line < first + (lineCounts[k] ?? 0),
  );
  const first = firstLines[cell];
  return first === undefined || first === null ? null : { cell, line: line - first + 1 };
}

/** A span of the text in the cell where it begins, with that cell. */
export function spanInCells(
  notebook: NotebookText,
  span: TextSpan,
): { readonly cell: number; readonly span: TextSpan } | null {
  const start = placeInCells(notebook, span.startLine);
  if (!start) return null;
  return {
    cell: start.cell,
    span: { ...span, startLine: start.line, endLine: span.endLine - span.startLine + start.line },
  };
}

/** A message about the text with its lines told as those of cells, which are counted from 1. */
export function messageInCells(notebook: NotebookText, message: string): string {
  return message.replace(/\b(line) (\d+)\b(?! of )/gi, (all, word: string, digits: string) => {
    const place = placeInCells(notebook, Number(digits));
    return place ? `${word} ${place.line} of cell ${place.cell + 1}` : all;
  });
}

/** What is not a notebook; the message says why. */
export class NotANotebook extends Error {}

/** The cells of an `.ipynb` file. Outputs, pictures and everything else in it is left alone. */
export function cellsOf(json: string): Cell[] {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    throw new NotANotebook('it is not JSON');
  }
  const sheets = isObject(content) && Array.isArray(content.worksheets) ? content.worksheets : [];
  const [sheet] = sheets as unknown[];
  const cells = isObject(content)
    ? (content.cells ?? (isObject(sheet) ? sheet.cells : undefined))
    : undefined;
  if (!isObject(content) || !Array.isArray(cells)) throw new NotANotebook('it has no cells');
  const isPython = /^(i?python\d*|sage)?$/i.test(languageOf(content.metadata));
  return cells.map((cell: unknown): Cell => {
    const source = isObject(cell) ? (cell.source ?? cell.input) : '';
    const text = Array.isArray(source)
      ? source.filter((line) => typeof line === 'string').join('')
      : typeof source === 'string'
        ? source
        : '';
    return { text, isPython: isPython && isObject(cell) && cell.cell_type === 'code' };
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The language of the kernel, empty where it is not said. */
function languageOf(metadata: unknown): string {
  if (!isObject(metadata)) return '';
  const { language_info: info, kernelspec: kernel } = metadata;
  const name = isObject(info) ? info.name : isObject(kernel) ? kernel.language : undefined;
  return typeof name === 'string' ? name : '';
}

/** The analysis of one cell. Findings of its definitions that stand in other cells keep the place of their definition. */
export interface CellAnalysis extends Analysis {
  /** Findings that stand in other cells, with these. */
  readonly elsewhere: readonly { readonly finding: Finding; readonly cell: number }[];
}

/**
 * Plain data about the text with its places as those of a cell. What stands in other cells has the place of `instead` there, and
 * none where there may be none.
 */
export function placedInCell<T>(notebook: NotebookText, data: T, cell: number, instead: TextSpan): T {
  const inCell = (span: TextSpan): TextSpan | null => {
    const place = spanInCells(notebook, span);
    return place?.cell === cell ? place.span : null;
  };
  const go = (value: unknown): unknown => {
    if (typeof value === 'string') return messageInCells(notebook, value);
    if (Array.isArray(value)) return value.map(go);
    if (!isObject(value)) return value;
    const isNamed = 'nameSpan' in value || 'verdict' in value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]): [string, unknown] => {
        if (/^(span|nameSpan)$/.test(key) && isObject(item))
          return [key, inCell(item as unknown as TextSpan) ?? (isNamed ? instead : null)];
        return [key, go(item)];
      }),
    );
  };
  return go(data) as T;
}

export function analysisOfCell(notebook: NotebookText, analysis: Analysis, cell: number): CellAnalysis {
  const inCell = (span: TextSpan): TextSpan | null => {
    const place = spanInCells(notebook, span);
    return place?.cell === cell ? place.span : null;
  };
  const message = (text: string): string => messageInCells(notebook, text);
  const problem = (each: Problem): Problem => ({
    ...each,
    message: message(each.message),
    span: each.span && inCell(each.span),
  });
  const finding = (each: Finding, span: TextSpan): Finding => ({
    ...each,
    span,
    message: message(each.message),
    evidence: message(each.evidence),
    ...(each.fix ? fixIn(each.fix, inCell) : {}),
  });
  const definitions = analysis.definitions.flatMap((each) => {
    const span = inCell(each.span);
    const nameSpan = inCell(each.nameSpan);
    if (!span || !nameSpan) return [];
    return [
      {
        ...each,
        span,
        nameSpan,
        formulas: each.formulas.map((named) => ({ ...named, span: named.span && inCell(named.span) })),
        problems: each.problems.map(problem),
      },
    ];
  });
  const ids = new Set(definitions.map(({ id }) => id));
  const findings: Finding[] = [];
  const elsewhere: { finding: Finding; cell: number }[] = [];
  for (const each of analysis.findings) {
    const place = spanInCells(notebook, each.span);
    if (place?.cell === cell) findings.push(finding(each, place.span));
    else if (place && ids.has(each.definitionId))
      elsewhere.push({ finding: finding(each, place.span), cell: place.cell });
  }
  return {
    definitions,
    findings,
    elsewhere,
    problems: analysis.problems.flatMap((each) => (each.span && inCell(each.span) ? [problem(each)] : [])),
  };
}

/** A fix whose edits are all in the cell; else there is none. */
function fixIn(fix: Fix, inCell: (span: TextSpan) => TextSpan | null): { fix?: Fix } {
  const edits = fix.edits.flatMap(({ span, newText }) => {
    const own = inCell(span);
    return own ? [{ span: own, newText }] : [];
  });
  return edits.length === fix.edits.length ? { fix: { ...fix, edits } } : {};
}
