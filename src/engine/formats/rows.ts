/** Values of any kind, column by column, as a piece of a table: as `createStore` makes a column of them. */
import { codeOf } from '../column';
import { MOST_CATEGORIES, type Piece, type PieceTexts } from '../piece';
import { isNumeric, numberOf, textOf } from './store';

export interface PieceBuilder {
  /** Takes up the values of a column from a row on, those before the row `last`. Runs of values come in their order. */
  add(column: number, values: ArrayLike<unknown>, row: number, last: number): void;
  finish(): Piece;
}

interface Texts {
  readonly codes: Int32Array;
  readonly categories: Map<string, number>;
  readonly first: number;
  overflow: boolean;
}

export function createPieceBuilder(columns: number, rows: number): PieceBuilder {
  const values = new Float64Array(columns * rows);
  const texts = new Map<number, Texts>();
  return {
    add(column, given, row, last) {
      const at = column * rows + row;
      const count = Math.min(given.length, last - row);
      if (isNumeric(given)) {
        values.set(count === given.length ? given : given.subarray(0, count), at);
        return;
      }
      for (let k = 0; k < count; k += 1) {
        const value: unknown = given[k];
        const number = numberOf(value);
        values[at + k] = number ?? NaN;
        if (number !== null) continue;
        let own = texts.get(column);
        if (!own) {
          own = {
            codes: new Int32Array(rows).fill(-1),
            categories: new Map(),
            first: row + k,
            overflow: false,
          };
          texts.set(column, own);
        }
        const code = codeOf(own, textOf(value));
        // What cannot be told apart is text all the same.
        own.codes[row + k] = code < 0 ? MOST_CATEGORIES : code;
      }
    },
    finish: () => ({
      rows,
      end: 0,
      lines: rows,
      values,
      room: rows,
      gaps: Array.from({ length: columns }, (_, k) => k),
      texts: [...texts].map(([column, { codes, categories, first, overflow }]): PieceTexts => ({
        column,
        codes,
        categories: [...categories.keys()],
        line: first,
        overflow,
      })),
      ragged: [],
      raggedCount: 0,
    }),
  };
}

/** The first `rows` values of each column. */
export function pieceOf(columns: readonly ArrayLike<unknown>[], rows: number): Piece {
  const builder = createPieceBuilder(columns.length, rows);
  columns.forEach((values, k) => {
    builder.add(k, values, 0, rows);
  });
  return builder.finish();
}
