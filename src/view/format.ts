/** Numbers and shapes as people read them. Pure. */

/** Real minus sign, so that signs line up with digits and screen readers say "minus". */
const MINUS = '\u2212';
const TIMES_TEN = '\u00d710';
const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '-': '\u207b',
  '0': '\u2070',
  '1': '\u00b9',
  '2': '\u00b2',
  '3': '\u00b3',
  '4': '\u2074',
  '5': '\u2075',
  '6': '\u2076',
  '7': '\u2077',
  '8': '\u2078',
  '9': '\u2079',
};

/** A number with `digits` significant digits: fixed between 1e-4 and 1e6, else with a power of ten. */
export function formatNumber(value: number, digits = 6): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '\u221e' : `${MINUS}\u221e`;
  if (value === 0) return '0';
  const size = Math.abs(value);
  const rounded = Number(size.toPrecision(digits));
  const sign = value < 0 ? MINUS : '';
  if (rounded >= 1e-4 && rounded < 1e6) return sign + plain(rounded, digits);
  return sign + scientific(rounded, digits);
}

function plain(size: number, digits: number): string {
  if (Number.isInteger(size)) return String(size);
  return trimZeros(size.toPrecision(digits));
}

function scientific(size: number, digits: number): string {
  const [mantissa = '0', exponent = '0'] = size.toExponential(digits - 1).split('e');
  const short = trimZeros(mantissa);
  const power = TIMES_TEN + superscript(String(Number(exponent)));
  return short === '1' ? power.slice(1) : short + power;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function superscript(text: string): string {
  return [...text].map((character) => SUPERSCRIPTS[character] ?? character).join('');
}

/** One column of numbers: the same number of decimals in every row, so that the points line up. */
export function formatColumn(values: readonly number[], digits = 6): string[] {
  const finite = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  if (finite.length === 0) return values.map((value) => formatNumber(value, digits));
  const largest = Math.max(...finite);
  const smallest = Math.min(...finite);
  const exponent = Math.floor(Math.log10(largest));
  const spread = exponent - Math.floor(Math.log10(smallest));
  const fixed = exponent >= -3 && exponent < 6 && spread <= 6;
  const decimals = fixed ? Math.max(0, Math.min(digits + 3, digits - 1 - exponent)) : digits - 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return formatNumber(value, digits);
    const text = fixed
      ? Math.abs(value).toFixed(decimals)
      : Math.abs(value)
          .toExponential(decimals)
          .replace(/e([+-])(\d+)$/, (_all, sign: string, power: string) => {
            return `e${sign === '-' ? MINUS : '+'}${power.padStart(2, '0')}`;
          });
    return (value < 0 ? MINUS : '') + text;
  });
}

/** An error or a relative difference: two digits are all that it has. */
export function formatError(value: number): string {
  return value === 0 ? '0' : formatNumber(value, 2);
}

/** A relative difference in words: "agrees to 11 digits", and with what where `other` is given. */
export function agreement(relative: number, other?: string): string {
  const [words, preposition] = comparison(relative);
  return other === undefined ? words : `${words} ${preposition} ${other}`;
}

/** The same where there is little room, without the word for it: "11 digits". */
export function shortAgreement(relative: number): string {
  return comparison(relative)[0].replace('agrees to ', '');
}

/** A difference that matters, however small: "differs by 0.05 % from the derived one". */
export function disagreement(relative: number, other: string): string {
  const [words, preposition] = comparison(relative);
  return words.startsWith('agrees')
    ? `differs by ${formatError(relative * 100)} % from ${other}`
    : `${words} ${preposition} ${other}`;
}

function comparison(relative: number): [words: string, preposition: string] {
  if (Number.isNaN(relative)) return ['cannot be compared', 'with'];
  if (relative === 0) return ['identical', 'to'];
  if (relative >= 10) return [`differs by ${formatNumber(relative, 3)} times its size`, 'from'];
  const digits = Math.floor(-Math.log10(relative));
  return digits < 3
    ? [`differs by ${formatError(relative * 100)} %`, 'from']
    : [`agrees to ${String(digits)} digits`, 'with'];
}

/** As NumPy writes shapes: "(m, n)", "(n,)"; a scalar has no axes. */
export function formatShape(shape: readonly (string | number)[]): string {
  if (shape.length === 0) return 'scalar';
  return shape.length === 1 ? `(${String(shape[0])},)` : `(${shape.join(', ')})`;
}

/** The name of one cell of an array in row-major order: `w[3, 0]`; a scalar keeps its bare name. */
export function cellName(name: string, shape: readonly number[], flat: number): string {
  const indices: number[] = [];
  let rest = flat;
  for (const size of [...shape].reverse()) {
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return indices.length === 0 ? name : `${name}[${indices.join(', ')}]`;
}

const COUNT = new Intl.NumberFormat('en-US');

/** "1,000,000". */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** "1 row", "2 rows". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A duration: "85 ms", "1.24 s", "2 min 5 s". */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1) return 'under 1 ms';
  if (milliseconds < 1000) return `${String(Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${Number(seconds.toPrecision(3)).toString()} s`;
  const whole = Math.round(seconds);
  return `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
}

/** With a capital at the beginning, unless that is a name of the user's: "dw equals …", "loss is …". */
export function capitalised(text: string): string {
  const startsWithWord = /^(?:it |a constant |[a-z]{2,} (?!is |equals |does |has |agrees ))/.test(text);
  return startsWithWord ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** A sentence with its numbers as the rest of the page has them: "−0.24, 7×10⁻¹⁵" for "-0.24, 7e-15". */
export function typeset(text: string): string {
  return text.replace(
    /(?<![^\s(])(-?)(\d+(?:\.\d+)?)(?:e([+-]?\d+))?(?=[,.;:)]?(?:\s|$))/g,
    (_all, sign: string, digits: string, exponent: string | undefined) => {
      const power = exponent === undefined ? '' : TIMES_TEN + superscript(String(Number(exponent)));
      return (sign === '' ? '' : MINUS) + digits + power;
    },
  );
}
