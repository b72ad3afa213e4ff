/** The table of coefficients as lines of text. */
import type { CoefficientReport } from '../protocol/training';

const MOST_LINES = 60;

export function coefficientsText({
  units,
  coefficients,
  distribution,
  about,
  closedForm,
}: CoefficientReport): string[] {
  const title = units === 'data' ? 'in the units of the data' : 'of the standardised features';
  const shown = coefficients.slice(0, MOST_LINES);
  const number = (value: number | null): string => (value === null ? '' : value.toPrecision(6));
  const header =
    distribution === null
      ? ['', 'coefficient']
      : ['', 'coefficient', 'std. error', distribution === 't' ? 't' : 'z', 'p', 'from', 'to (95 %)'];
  const rows = shown.map(({ name, value, standardError, statistic, p, low, high }) =>
    distribution === null
      ? [name, number(value)]
      : [
          name,
          number(value),
          number(standardError),
          statistic?.toFixed(3) ?? '',
          p === null ? '' : p < 1e-4 ? p.toExponential(1) : p.toFixed(4),
          number(low),
          number(high),
        ],
  );
  const widths = header.map((head, k) => Math.max(head.length, ...rows.map((row) => row[k]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, k) => (k === 0 ? cell.padEnd(widths[k] ?? 0) : cell.padStart(widths[k] ?? 0))).join('  ')}`;
  const more = coefficients.length - shown.length;
  return [
    `  Coefficients ${title}:`,
    '',
    line(header),
    ...rows.map(line),
    ...(more > 0 ? [`  and ${more} more`] : []),
    '',
    `  ${about}`,
    ...(closedForm
      ? [
          `  ${closedForm.about} The fit differs from it by ${closedForm.difference.toExponential(1)} of the largest coefficient.`,
        ]
      : []),
  ];
}
