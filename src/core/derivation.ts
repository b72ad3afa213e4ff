/** The derivation tree: the primary object, off which the gradient is read. */
import type { Axis, Binding } from './definition';
import type { Node, Size } from './expr';

/** Outcome of evaluating a step before and after at random points of its domain. */
export interface Verification {
  readonly status: 'verified' | 'failed' | 'not-checked';
  /** Points where both sides were finite and compared. */
  readonly points: number;
  /** Largest relative difference seen. */
  readonly worst: number;
  /** Why a step could not be checked, or what failed; empty when verified. */
  readonly reason: string;
}

/** A part of a title that names an expression, whose indices are called as in the formulas where the title is shown. */
export interface Mention {
  readonly text: string;
  readonly node: Node;
}

/** One step: `before = after` holds inside the domain. Steps nest: children explain how this step comes about. */
export interface Step {
  /** Frozen kebab-case id of a row of the rule table. */
  readonly rule: string;
  /** What this step says in the user's names, one line of plain English with no markup. */
  readonly title: string;
  /** The expressions that the title names, from left to right. */
  readonly mentions: readonly Mention[];
  /** Expressions are over the program's arena and may hold `diff` nodes for derivatives not yet carried out. */
  readonly before: Node;
  readonly after: Node;
  /** Sub-expressions of `before` and of `after` that the rule touched. */
  readonly touchedBefore: readonly Node[];
  readonly touchedAfter: readonly Node[];
  /** Assumptions that the step relies on ("a is in (0, 1)"). */
  readonly assumptions: readonly string[];
  readonly verification: Verification;
  readonly children: readonly Step[];
}

/** ∂`of`/∂`by`, one edge of the computational graph, with the index names used in it. */
export interface Link {
  readonly of: string;
  readonly by: string;
  /** Axes of `of` and of `by` that `partial` mentions. */
  readonly ofAxes: readonly Axis[];
  readonly byAxes: readonly Axis[];
  readonly partial: Node;
}

/** The derivative of the output by one symbol. */
export interface Gradient {
  readonly of: string;
  readonly shape: readonly Size[];
  /** One axis per axis of the symbol; unit axes keep a null index. */
  readonly axes: readonly Axis[];
  /** The element of the gradient, in the user's names and the adjoints'. */
  readonly element: Node;
  readonly steps: readonly Step[];
}

/** A piece of a sentence: words, an expression, or two of them side by side. */
export type SentencePart =
  string | Node | { readonly left: Node; readonly relation: '=' | '<' | '>'; readonly right: Node };

/** A place where a derivative does not exist: `left` = `right`. */
export interface Kink {
  readonly left: Node;
  readonly right: Node;
  /** "x = 0", "several elements attain M". */
  readonly where: string;
  /** "0 is taken there"; null where that is not known. */
  readonly taken: string | null;
  /** The same in parts. */
  readonly said: { readonly where: readonly SentencePart[]; readonly taken: readonly SentencePart[] };
  /** The whole as one line of plain English. */
  readonly text: string;
}

/** What flows backward through the bindings between the output and what it is differentiated by. */
export interface Backward {
  /** ∂output/∂binding for each binding on the way, in backward order, in shown form. */
  readonly adjoints: readonly Gradient[];
  /** Adjoints with a name of their own that occur in these or in the gradients, in order of evaluation. */
  readonly named: readonly Binding[];
  /** As in a derivation. */
  readonly hidden: readonly Binding[];
}

export interface Derivation {
  readonly gradients: readonly Gradient[];
  /** Adjoints that got a name of their own (`dZ`) and occur in gradients, in order of evaluation. */
  readonly named: readonly Binding[];
  /** Derived when first asked for. */
  readonly backward: Backward;
  /** Derived when first asked for. */
  readonly links: readonly Link[];
  /**
   * Abbreviations for long inner expressions without a name of their own, in order of evaluation, each over inputs, bindings
   * and earlier ones. Steps use them; gradients, adjoints and `named` have them written out.
   */
  readonly hidden: readonly Binding[];
  /** Facts that were recognised and used ("a is the sigmoid of z"). */
  readonly facts: readonly string[];
  /** Where the output has no derivative by one of the symbols; looked for when first asked for. */
  readonly kinks: readonly Kink[];
  /** Set when a budget ended simplification; the gradients are right all the same. */
  readonly budget: string | null;
}

/** A gradient with the bindings that it is written with. */
export interface Derivative {
  readonly gradient: Gradient;
  readonly named: readonly Binding[];
}

/** The derivative by a parameter or by a binding on the way. */
export function derivativeBy(derivation: Derivation, name: string): Derivative | null {
  const among = (gradients: readonly Gradient[]): Gradient | undefined =>
    gradients.find(({ of }) => of === name);
  const own = among(derivation.gradients);
  if (own) return { gradient: own, named: derivation.named };
  const { adjoints, named } = derivation.backward;
  const inner = among(adjoints);
  return inner ? { gradient: inner, named } : null;
}
