import { placeInCells, type NotebookText } from '../check/notebook';
import type { FileScan, TextSpan } from '../protocol';
import { kindWord } from './symbolText';

/** A definition in the list that the user chooses from. */
export interface DefinitionRow {
  readonly label: string;
  readonly description: string;
  readonly span: TextSpan;
}

export function definitionRows(
  { definitions, wrong }: FileScan,
  path: string,
  notebook: NotebookText | null,
): DefinitionRow[] {
  const mistaken = new Set(wrong.map(({ definitionId }) => definitionId));
  return definitions.map(({ id, name, kind, nameSpan }) => {
    const cell = notebook && placeInCells(notebook, nameSpan.startLine);
    const place = cell ? `${path}, cell ${cell.cell + 1}` : `${path}:${nameSpan.startLine}`;
    const state = mistaken.has(id) ? ' · ✗ its gradient is wrong' : '';
    return { label: name, description: `${kindWord(kind)} · ${place}${state}`, span: nameSpan };
  });
}

/** What a check of the workspace found. `isWhole`: whether it was not cancelled; `limit`: the most files that it reads. */
export function checkedText(scans: readonly FileScan[], isWhole: boolean, limit: number): string {
  const judged = scans.filter((scan) => scan.judged);
  const total = (of: (scan: FileScan) => number): number => judged.reduce((sum, scan) => sum + of(scan), 0);
  const wrong = total((scan) => scan.wrong.length);
  const right = total((scan) => scan.right);
  const undecided = total((scan) => scan.undecided);
  const files = counted(judged.length, 'file');
  const read = isWhole ? `Nabla has read ${files}` : `Cancelled: Nabla has read ${files} until then`;
  const more = isWhole && judged.length >= limit ? ', as many as the setting nabla.scan.limit allows' : '';
  const open = undecided > 0 ? `, ${undecided} cannot be told` : '';
  const where = counted(judged.filter((scan) => scan.wrong.length > 0).length, 'file');
  const found =
    wrong + right + undecided === 0
      ? 'no gradient is written by hand there'
      : wrong === 0
        ? `of the gradients written by hand ${right} are right and none is wrong${open}`
        : `of the gradients written by hand ${right} are right and ${wrong} wrong, in ${where}${open}`;
  const definitions = counted(
    total((scan) => scan.definitions.length),
    'definition',
  );
  return `${read}${more}: ${definitions}; ${found}.`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
