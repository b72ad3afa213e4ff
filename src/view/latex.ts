/** LaTeX as text. Pure. */

/** The LaTeX of a formula without the marks that only this view understands. */
export function plainLatex(latex: string): string {
  let result = latex;
  for (;;) {
    const start = result.indexOf('\\htmlClass{');
    if (start < 0) return result;
    const name = closing(result, start + '\\htmlClass'.length);
    const body = closing(result, name + 1);
    if (name < 0 || body < 0) return result;
    result = result.slice(0, start) + '{' + result.slice(name + 2, body) + '}' + result.slice(body + 1);
  }
}

/** The place of the brace that closes the one at `open`, or -1. */
function closing(text: string, open: number): number {
  if (text[open] !== '{') return -1;
  let depth = 0;
  for (let place = open; place < text.length; place += 1) {
    const character = text[place];
    if (character === '\\') place += 1;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return place;
    }
  }
  return -1;
}
