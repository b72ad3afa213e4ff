/** Pieces of source with how strongly they hold together, and the templates of the operator table. */

/** Binding strength in Python and in the C family alike; `@` binds as `*`. */
export const LEVEL = { compare: 0, sum: 1, product: 2, unary: 3, power: 4, atom: 5 } as const;

export interface Code {
  readonly text: string;
  readonly level: number;
}

/** The text, in parentheses where the context binds more strongly. */
export const wrap = (code: Code, level: number): string =>
  code.level < level ? `(${code.text})` : code.text;

/** The weakest operator of a template outside of its parentheses. */
function templateLevel(template: string): number {
  let depth = 0;
  let level: number = LEVEL.atom;
  for (const [token] of template.matchAll(/[()[\]]|\*\*|[-+*/]|[^()[\]\-+*/]+/g)) {
    if ('(['.includes(token)) depth += 1;
    else if (')]'.includes(token)) depth -= 1;
    else if (depth === 0) {
      if (token === '+' || token === '-') level = Math.min(level, LEVEL.sum);
      else if (token === '*' || token === '/') level = Math.min(level, LEVEL.product);
      else if (token === '**') level = Math.min(level, LEVEL.power);
    }
  }
  return level;
}

/** Fills a template; parentheses around one argument that follow no name are dropped where they do nothing. */
export function fillTemplate(template: string, args: readonly Code[]): Code {
  const text = template
    .replace(/(^|[^\w)\]])\(\$(\d)\)/g, (_, before: string, k: string) => {
      const arg = args[Number(k)];
      return arg ? before + wrap(arg, LEVEL.power) : before;
    })
    .replace(/\$(\d)/g, (_, k: string) => args[Number(k)]?.text ?? '');
  return { text, level: templateLevel(template) };
}
