/**
 * The language-neutral program representation: what every language front end fills and the interpreter reads. A
 * construct that has no counterpart here becomes `unreadable`, with a reason, so that only its own value is lost.
 */
import type { Span } from '../core/definition';

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '&' | '|' | '^' | '<<' | '>>';
export type CompareOperator = '<' | '<=' | '>' | '>=' | '==' | '!=' | 'in' | 'not in' | 'is' | 'is not';
export type UnaryOperator = '-' | '+' | '~' | 'not';

export interface Argument {
  /** Keyword, or null for a positional argument. */
  readonly name: string | null;
  readonly value: Expression;
  /** `*args` and `**kwargs`. */
  readonly spread: boolean;
}

export interface ComprehensionClause {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

export type Expression = { readonly span: Span } & (
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'subscript'; readonly object: Expression; readonly indices: readonly Expression[] }
  | {
      readonly kind: 'slice';
      readonly start: Expression | null;
      readonly stop: Expression | null;
      readonly step: Expression | null;
    }
  | { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Argument[] }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      /** Works on arrays in a language whose own operators take single numbers. */
      readonly ofArrays?: true;
    }
  | {
      readonly kind: 'compare';
      readonly operands: readonly Expression[];
      readonly operators: readonly CompareOperator[];
    }
  | {
      readonly kind: 'logical';
      readonly operator: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | {
      readonly kind: 'sequence';
      readonly form: 'tuple' | 'list' | 'set';
      readonly items: readonly Expression[];
    }
  | {
      readonly kind: 'dict';
      /** A null key spreads another dict. */
      readonly entries: readonly { readonly key: Expression | null; readonly value: Expression }[];
    }
  | { readonly kind: 'lambda'; readonly fn: FunctionNode }
  | {
      readonly kind: 'comprehension';
      readonly element: Expression;
      readonly clauses: readonly ComprehensionClause[];
    }
  | { readonly kind: 'starred'; readonly value: Expression }
  | { readonly kind: 'unreadable'; readonly reason: string }
);

export interface Parameter {
  readonly name: string;
  readonly kind: 'plain' | 'rest' | 'keywords';
  readonly fallback: Expression | null;
  readonly annotation: string | null;
  readonly span: Span;
}

/** A function, method or lambda. */
export interface FunctionNode {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly documentation: string;
  readonly decorators: readonly string[];
  readonly span: Span;
  readonly nameSpan: Span;
}

export interface ClassNode {
  readonly name: string;
  readonly bases: readonly string[];
  readonly body: readonly Statement[];
  readonly span: Span;
}

export type Statement = { readonly span: Span } & (
  | { readonly kind: 'assign'; readonly targets: readonly Expression[]; readonly value: Expression }
  | {
      readonly kind: 'augment';
      readonly operator: BinaryOperator;
      readonly target: Expression;
      readonly value: Expression;
      /** As in a binary expression. */
      readonly ofArrays?: true;
    }
  | { readonly kind: 'expression'; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: 'for';
      readonly target: Expression;
      readonly iterable: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: readonly Statement[] }
  | { readonly kind: 'return'; readonly value: Expression | null }
  | { readonly kind: 'raise' }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'function'; readonly fn: FunctionNode }
  | { readonly kind: 'class'; readonly node: ClassNode }
  | { readonly kind: 'import'; readonly imports: readonly Import[] }
  /** From here on these variables hold values that are not known: inputs of the definition. */
  | {
      readonly kind: 'carry';
      readonly names: readonly string[];
      /** Those of the names that the loop takes something from in each pass. */
      readonly learnt: readonly string[];
      readonly attributes: readonly { readonly object: string; readonly name: string }[];
    }
  /** The counter of a loop of which one pass is read. */
  | { readonly kind: 'forget'; readonly target: Expression }
  /**
   * A body that is entered once: `with`, and `try` (whose handlers are not followed). `isHeld`: what it computes is constant
   * for derivatives (`with torch.no_grad()`).
   */
  | { readonly kind: 'block'; readonly body: readonly Statement[]; readonly isHeld?: boolean }
  /** Has no effect on values: pass, assert, print, del, global. */
  /** `update`: one that is told of, and not carried out. */
  | { readonly kind: 'nothing'; readonly update?: Statement }
  | { readonly kind: 'unreadable'; readonly reason: string }
);

export interface Import {
  /** Dotted module path. */
  readonly module: string;
  /** The imported member, `*`, or null when the module itself is bound. */
  readonly member: string | null;
  /** The name that it is bound to in the file. */
  readonly alias: string;
}

export interface Comment {
  readonly text: string;
  readonly span: Span;
}

/** Languages that share their rules of names and values. */
export type Family = 'python' | 'javascript';

/** A statement of a file, or a comment between statements, with its text and place. */
export interface ModulePiece {
  /** The same for the same statements only. */
  readonly id: number;
  /** As the grammar calls it. */
  readonly type: string;
  /** The text without its comments and empty lines. */
  readonly code: string;
  readonly startLine: number;
  readonly endLine: number;
  /** Its lines that are not empty, counted from its first one. Pieces of the same id have as many. */
  readonly lines: readonly number[];
  /** Which part of a file with errors it is from. */
  readonly part: number;
  readonly statements: readonly Statement[];
}

/** One source file. */
export interface Module {
  readonly family: Family;
  readonly body: readonly Statement[];
  readonly pieces: readonly ModulePiece[];
  /** Lines on which cells begin, in a file of cells. */
  readonly cells: readonly number[];
  readonly comments: readonly Comment[];
  /** Places that the grammar could not read. */
  readonly errors: readonly Span[];
  /** Places whose syntax is too long or too deeply nested to be read. */
  readonly deep: readonly Span[];
}

/** All functions of a body, those in classes and functions included, outermost first. */
export function functionsOf(
  body: readonly Statement[],
  owner: ClassNode | null = null,
): { fn: FunctionNode; owner: ClassNode | null; nested: boolean }[] {
  const found: { fn: FunctionNode; owner: ClassNode | null; nested: boolean }[] = [];
  const visit = (statements: readonly Statement[], cls: ClassNode | null, nested: boolean): void => {
    for (const statement of statements) {
      if (statement.kind === 'function') {
        found.push({ fn: statement.fn, owner: cls, nested });
        visit(statement.fn.body, null, true);
      } else if (statement.kind === 'class') visit(statement.node.body, statement.node, nested);
      else if (statement.kind === 'if') {
        visit(statement.then, cls, nested);
        visit(statement.otherwise, cls, nested);
      } else if (statement.kind === 'block' || statement.kind === 'for' || statement.kind === 'while')
        visit(statement.body, cls, nested);
      else if (statement.kind === 'assign' && statement.value.kind === 'lambda') {
        const target = statement.targets[0];
        if (target?.kind === 'name')
          found.push({
            fn: { ...statement.value.fn, name: target.name, nameSpan: target.span, span: statement.span },
            owner: cls,
            nested,
          });
      }
    }
  };
  visit(body, owner, false);
  return found;
}

/** The function that a function makes and returns: `def focal_loss(gamma): def loss(y, p): …; return loss`. */
export function returnedFunction({ body }: FunctionNode): FunctionNode | null {
  const last = body.at(-1);
  if (last?.kind !== 'return' || last.value?.kind !== 'name') return null;
  const { name } = last.value;
  const made = body.find((s) => s.kind === 'function' && s.fn.name === name);
  return made?.kind === 'function' ? made.fn : null;
}

/** Visits the statements of a body and of the blocks in it. */
export function eachStatement(body: readonly Statement[], visit: (statement: Statement) => void): void {
  for (const s of body) {
    visit(s);
    if (s.kind === 'if') {
      eachStatement(s.then, visit);
      eachStatement(s.otherwise, visit);
    } else if (s.kind === 'for' || s.kind === 'while' || s.kind === 'block') eachStatement(s.body, visit);
  }
}

/** Whether any statement of a body, or of the blocks in it, is one that is looked for. */
export const someStatement = (body: readonly Statement[], test: (statement: Statement) => boolean): boolean =>
  body.some((s) => {
    if (test(s)) return true;
    if (s.kind === 'if') return someStatement(s.then, test) || someStatement(s.otherwise, test);
    return (s.kind === 'for' || s.kind === 'while' || s.kind === 'block') && someStatement(s.body, test);
  });

/** The expressions that stand in a statement itself; those of the statements in it are not among them. */
export function expressionsOf(s: Statement): readonly Expression[] {
  switch (s.kind) {
    case 'assign':
      return [...s.targets, s.value];
    case 'augment':
      return [s.target, s.value];
    case 'expression':
      return [s.value];
    case 'return':
      return s.value ? [s.value] : [];
    case 'if':
    case 'while':
      return [s.test];
    case 'for':
      return [s.target, s.iterable];
    default:
      return [];
  }
}

/** The expressions that an expression is made of; bodies of functions are not among them. */
export function childrenOf(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case 'attribute':
      return [e.object];
    case 'subscript':
      return [e.object, ...e.indices];
    case 'slice':
      return [e.start, e.stop, e.step].flatMap((part) => part ?? []);
    case 'call':
      return [e.callee, ...e.args.map((arg) => arg.value)];
    case 'unary':
      return [e.operand];
    case 'binary':
    case 'logical':
      return [e.left, e.right];
    case 'compare':
      return e.operands;
    case 'conditional':
      return [e.test, e.then, e.otherwise];
    case 'sequence':
      return e.items;
    case 'dict':
      return e.entries.flatMap(({ key, value }) => [...(key ? [key] : []), value]);
    case 'comprehension':
      return [e.element, ...e.clauses.flatMap((clause) => [clause.iterable, ...clause.conditions])];
    case 'starred':
      return [e.value];
    default:
      return [];
  }
}
