/** `switch` as a chain of conditions, and enumerations. */
import { keyName, readExpression, readField } from './jsExpressions';
import { spanOf, textOf, type JsReader } from './jsReader';
import { child, namedChildren, type SyntaxNode } from './parse';
import type { Expression, Statement } from './syntax';

interface Case {
  /** Null for `default`. */
  readonly labels: readonly (Expression | null)[];
  readonly body: readonly Statement[];
}

/** Cases that end by `break`, `return` or `throw`; what falls through with code of its own is not read. */
export function readSwitch(node: SyntaxNode, reader: JsReader): Statement[] {
  const span = spanOf(node, reader);
  const subject = readField(node, 'value', reader);
  const body = child(node, 'body');
  const refuse: Statement[] = [
    { kind: 'unreadable', reason: 'a switch whose cases run into each other', span },
  ];
  const cases: Case[] = [];
  let labels: (Expression | null)[] = [];
  const parts = namedChildren(body ?? node).filter((c) => /^switch_(case|default)$/.test(c.type));
  for (const [k, part] of parts.entries()) {
    const value = child(part, 'value');
    labels.push(value ? readExpression(value, reader) : null);
    const own = namedChildren(part).filter((c) => c !== value);
    const statements = own.flatMap((c) => reader.block(c, reader)).flatMap(flat);
    if (statements.length === 0 && k < parts.length - 1) continue;
    const ends = statements.findIndex((s) => s.kind === 'break');
    const taken = ends < 0 ? statements : statements.slice(0, ends);
    const isLast = k === parts.length - 1;
    if (taken.some(breaks) || (ends < 0 && !isLast && !leaves(statements))) return refuse;
    cases.push({ labels, body: taken });
    labels = [];
  }
  const otherwise = cases.find((c) => c.labels.includes(null));
  const chain = cases
    .filter((c) => c !== otherwise || c.labels.length > 1)
    .reduceRight<readonly Statement[]>(
      (rest, c) => [
        { kind: 'if', test: anyOf(subject, c.labels, span), then: c.body, otherwise: rest, span },
      ],
      otherwise?.body ?? [],
    );
  return [...chain];
}

const flat = (s: Statement): readonly Statement[] => (s.kind === 'block' ? s.body.flatMap(flat) : [s]);

function anyOf(
  subject: Expression,
  labels: readonly (Expression | null)[],
  span: Expression['span'],
): Expression {
  const tests = labels.flatMap((label): Expression[] =>
    label ? [{ kind: 'compare', operands: [subject, label], operators: ['=='], span }] : [],
  );
  return tests.reduce((left, right) => ({ kind: 'logical', operator: 'or', left, right, span }));
}

/** Whether a `break` of the switch stands inside of a condition. */
const breaks = (s: Statement): boolean =>
  s.kind === 'break' ||
  (s.kind === 'if' && (s.then.some(breaks) || s.otherwise.some(breaks))) ||
  (s.kind === 'block' && s.body.some(breaks));

function leaves(statements: readonly Statement[]): boolean {
  const last = statements.at(-1);
  if (last?.kind === 'if') return leaves(last.then) && leaves(last.otherwise);
  return last?.kind === 'return' || last?.kind === 'raise' || last?.kind === 'continue';
}

/** Members of an enumeration as constants that differ from each other and from all texts of the user. */
export function readEnum(node: SyntaxNode, reader: JsReader): Statement[] {
  const name = child(node, 'name');
  const body = child(node, 'body');
  const span = spanOf(node, reader);
  if (!name || !body) return [{ kind: 'nothing', span }];
  const title = textOf(name, reader);
  const entries = namedChildren(body).map((c) => {
    const key = c.type === 'enum_assignment' ? (child(c, 'name') ?? c) : c;
    const value = c.type === 'enum_assignment' ? child(c, 'value') : null;
    const member = keyName(key, reader);
    const at = spanOf(c, reader);
    const own: Expression = { kind: 'string', value: `${title}.${member}`, span: at };
    return {
      key: { kind: 'string', value: member, span: at } as const,
      value: value?.type === 'string' ? readExpression(value, reader) : own,
    };
  });
  return [
    {
      kind: 'assign',
      targets: [{ kind: 'name', name: title, span: spanOf(name, reader) }],
      value: { kind: 'dict', entries, span },
      span,
    },
  ];
}
