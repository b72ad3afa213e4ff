/** Expressions and equations as protocol formulas, in the names of one program. */
import { toBlock, type Lettering } from '../core/blocks';
import { axisIndices, type ArrayValue, type Axis, type Binding, type Program } from '../core/definition';
import type { Arena, IndexNode, Node } from '../core/expr';
import { toMatrix } from '../core/matrix';
import { toLatex } from '../core/print/latex';
import { matrixLatex } from '../core/print/matrixLatex';
import { matrixText } from '../core/print/matrixText';
import { createNaming, type Naming } from '../core/print/naming';
import { toText } from '../core/print/text';
import type { Formula } from '../protocol';
import { plainName } from './mistakes/case';

export interface Formulas {
  /**
   * `among`: the other expressions of the same equation, with which it shares the names of indices; `touched`: its parts that
   * are to be marked.
   */
  expression(node: Node, among?: readonly Node[], touched?: ReadonlySet<Node>): Formula;
  /** A part of one of `among`, as plain text: the index of a sum that it stands in has the letter that it has there. */
  part(node: Node, among: readonly Node[]): string;
  /** `left = right`. */
  equation(left: Formula, right: Formula): Formula;
  /** A symbol with its indices. */
  symbol(name: string, axes: readonly Axis[]): Formula;
  /** A symbol without indices. */
  bare(name: string): Formula;
  /** ∂of/∂by = value, the symbols with the indices of their axes. */
  derivative(of: Indexed, by: Indexed, value: Node): Formula;
  /** ∂of/∂by = value in matrix notation, if it has one. */
  matrixDerivative(of: string, by: string, value: ArrayValue): Formula | null;
  /** The value in matrix notation, if it has one. */
  matrix(value: ArrayValue): Formula | null;
  /**
   * Of an array with more axes than a matrix: its blocks at indices that are held, and a symbol with those of them that are
   * among its axes as subscripts. Null where there is no such form.
   */
  block(value: ArrayValue): BlockFormula | null;
  definition(binding: Binding): Formula;
  /** The definition in matrix notation, if it has one. */
  matrixDefinition(binding: Binding): Formula | null;
}

export interface BlockFormula {
  readonly right: Formula;
  readonly symbol: (name: string, axes: readonly Axis[]) => Formula;
}

/** A name with the axes whose indices it carries. */
export interface Indexed {
  readonly name: string;
  readonly axes: readonly Axis[];
}

const NOTHING: ReadonlySet<Node> = new Set();
/** For indices that are held, where the letters of their sizes do not do. */
const LETTERS = [...'lqrsuvcgh'];

/** `extra`: bindings beyond the program's that values may use; `hidden`: those that only steps use. */
export function createFormulas(
  program: Program,
  extra: readonly Binding[],
  hidden: readonly Binding[] = [],
): Formulas {
  const naming: Naming = createNaming(program, [...extra, ...hidden]);
  const { arena } = program;
  const expression = (
    node: Node,
    among: readonly Node[] = [],
    touched: ReadonlySet<Node> = NOTHING,
  ): Formula => {
    const plain = { latex: toLatex(node, naming, { among }), text: toText(node, naming, among) };
    if (touched.size === 0) return plain;
    const marked = toLatex(node, naming, { among, marked: touched });
    // A part that is not written on its own (the power of a denominator) leaves no mark.
    return marked === plain.latex ? plain : { ...plain, marked };
  };
  const equation = (left: Formula, right: Formula): Formula => ({
    latex: `${left.latex} = ${right.latex}`,
    text: `${left.text} = ${right.text}`,
  });
  const quotient = (of: Formula, by: Formula): Formula => ({
    latex: `\\frac{\\partial ${of.latex}}{\\partial ${by.latex}}`,
    text: `∂${of.text}/∂${by.text}`,
  });
  const bare = (name: string): Formula => ({
    latex: expression(arena.sym(name)).latex,
    text: plainName(name),
  });
  const matrix = (value: ArrayValue): Formula | null => {
    const form = toMatrix(value, program, extra);
    return form && { latex: matrixLatex(form, naming), text: matrixText(form, naming) };
  };
  const letter: Lettering = (size, used) =>
    [naming.letter(size), ...LETTERS].find((l) => l.length === 1 && !used.has(l) && !naming.isTaken(l)) ??
    null;
  const block = (value: ArrayValue): BlockFormula | null => {
    const found = toBlock(value, program, extra, letter);
    if (!found) return null;
    const own = createNaming(program, [...extra, ...hidden, ...found.parts]);
    return {
      right: { latex: matrixLatex(found.form, own), text: matrixText(found.form, own) },
      symbol: (name, axes) => bare(found.named(name, axes)),
    };
  };
  const node = ({ name, axes }: Indexed): Node => arena.sym(name, ...axisIndices(axes));
  return {
    expression,
    part: (node, among) => toText(opened(arena, node), naming, among),
    equation,
    symbol: (name, axes) => expression(node({ name, axes })),
    bare,
    derivative(of, by, value) {
      const all = [node(of), node(by), value];
      const side = (symbol: Indexed): Formula =>
        axisIndices(symbol.axes).length === 0 ? bare(symbol.name) : expression(node(symbol), all);
      return equation(quotient(side(of), side(by)), expression(value, all));
    },
    matrix,
    block,
    matrixDerivative(of, by, value) {
      const right = matrix(value);
      if (right) return equation(quotient(bare(of), bare(by)), right);
      const part = block(value);
      return part && equation(quotient(bare(of), part.symbol(by, value.axes)), part.right);
    },
    definition(binding) {
      const left = node(binding);
      const all = [left, binding.def];
      return equation(expression(left, all), expression(binding.def, all));
    },
    matrixDefinition({ name, axes, def }) {
      const right = matrix({ axes, element: def });
      if (right) return equation(bare(name), right);
      const part = block({ axes, element: def });
      return part && equation(part.symbol(name, axes), part.right);
    },
  };
}

/** Indices that are bound outside `node` as free ones, named after all others as those of a sum are. */
function opened(arena: Arena, node: Node): Node {
  const bound = new Set<IndexNode>();
  const visit = (n: Node): void => {
    if (n.kind === 'index' && n.space === 'bound' && node.free.has(n.name)) bound.add(n);
    n.args.forEach(visit);
  };
  visit(node);
  return arena.substituteAll(
    node,
    [...bound].map((index, k) => [index, arena.index(`index of sum ${k}`, index.size)] as const),
  );
}
