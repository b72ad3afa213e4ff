/** Which columns of a table are worth learning from, where nobody has said so. */
import type { ColumnInfo } from '../protocol/training';

const IDENTIFIER = /^(?:id|index|uid|uuid|unnamed.*|row|rowid|\w+_id)?$/i;

/** Whether a column of this name most likely numbers the rows. */
export const namesRows = (name: string): boolean => IDENTIFIER.test(name.trim());

/** The columns of numbers that vary, but neither are the target nor number the rows. */
export function likelyFeatures(
  columns: readonly ColumnInfo[],
  rows: number,
  target: string,
): readonly string[] {
  return columns
    .filter(
      (column) =>
        column.type === 'number' &&
        column.name !== target &&
        !numbersRows(column, rows) &&
        !(column.min !== null && column.min === column.max),
    )
    .map(({ name }) => name);
}

/** Whether a column only tells rows apart: it is named so, and no value comes twice as far as that was counted. */
export const numbersRows = ({ name, distinct }: ColumnInfo, rows: number): boolean =>
  namesRows(name) && (distinct === null || distinct >= rows);
