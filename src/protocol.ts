/**
 * Every plain-data shape that crosses a boundary: what the analysis facade returns, and the messages between extension
 * host, view and worker. Imports nothing. Structured-clonable throughout: no functions, no class instances.
 */

/** Lines and columns are 1-based, the end column is exclusive. */
export interface TextSpan {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One formula in the two forms that views need. */
export interface Formula {
  readonly latex: string;
  readonly text: string;
  /** The same LaTeX with the parts that a rule touched in \htmlClass, where there are any. */
  readonly marked?: string;
}

export type Verdict = 'right' | 'wrong' | 'unknown';
export type DefinitionKind = 'loss' | 'activation' | 'regulariser' | 'model' | 'propagate' | 'gradient';

/** The kinds in the words of the field. */
export const KIND_WORDS: Readonly<Record<DefinitionKind, string>> = {
  loss: 'loss',
  activation: 'activation',
  regulariser: 'regulariser',
  model: 'model',
  propagate: 'loss and gradient',
  gradient: 'gradient',
};

/**
 * What is derived. `gradient`: ∂output/∂parameter. `hessian`: second derivatives. `hvp`: the Hessian times a vector. `jacobian`:
 * ∂output/∂parameter of an output with axes. `vjp`: the Jacobian from the left by an upstream gradient. `jvp`: the Jacobian
 * times a direction.
 */
export type DerivativeKind = 'gradient' | 'hessian' | 'hvp' | 'jacobian' | 'vjp' | 'jvp';

/** `problem`: the text is at fault. `decline`: Nabla does not support this. */
export interface Problem {
  readonly type: 'problem' | 'decline';
  /** Frozen kebab-case reason id. */
  readonly id: string;
  /** What happened, where, and what to do next. */
  readonly message: string;
  readonly span: TextSpan | null;
}

export interface Assumption {
  readonly subject: string;
  /** "X has shape (m, n): rows are samples (name, np.dot(X, w))". */
  readonly text: string;
}

export interface InputSummary {
  readonly name: string;
  readonly code: string;
  readonly role: InputRole;
  readonly shape: readonly string[];
  /** What of it was not inferred but said. */
  readonly said?: SaidOf;
}

/** A file besides the text that is read. Paths have slashes. */
export interface Neighbour {
  readonly path: string;
  readonly languageId: string;
  readonly text: string;
}

/** What belongs to a text from outside of it. */
export interface Surroundings {
  /** Its own path, by which its imports are found among the files. */
  readonly path?: string;
  readonly files?: readonly Neighbour[];
  /** What the user has set of definitions, by their ids. */
  readonly corrections?: Readonly<Record<string, Correction>>;
  /** Roles of inputs by their names, where nothing else is said. */
  readonly roles?: Readonly<Record<string, InputRole>>;
  /** Kinds of definitions that are told; all by default. */
  readonly kinds?: readonly DefinitionKind[];
}

export type InputRole = 'parameter' | 'data' | 'label' | 'hyper' | 'upstream' | 'unknown';

/** What is said of a definition instead of what is assumed. */
export interface Correction {
  /** By the names of inputs. A shape is a list of sizes, '1' is a unit axis, an empty one a single number. */
  readonly inputs?: Readonly<
    Record<string, { readonly role?: InputRole; readonly shape?: readonly string[] }>
  >;
  /** What its written derivative takes. */
  readonly convention?: 'input' | 'output';
}

/** Where a correction was made: in the code, or in the panel. */
export type CorrectionOrigin = 'comment' | 'user';

/** What was said of an input, and where; the rest was inferred. */
export interface SaidOf {
  readonly role?: CorrectionOrigin;
  readonly shape?: CorrectionOrigin;
}

/** A definition as detection finds it. `id` is stable while name and order in the file stay. */
export interface DefinitionSummary {
  readonly id: string;
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly language: string;
  readonly span: TextSpan;
  readonly nameSpan: TextSpan;
  /** The definition as formulas, one per named intermediate, in order of evaluation. */
  readonly formulas: readonly NamedFormula[];
  readonly inputs: readonly InputSummary[];
  readonly output: string;
  readonly assumptions: readonly Assumption[];
  readonly problems: readonly Problem[];
}

export interface NamedFormula {
  readonly name: string;
  readonly formula: Formula;
  /** The same in matrix notation, where there is one. */
  readonly matrix?: Formula | null;
  readonly span: TextSpan | null;
}

/** A hand-written gradient with its verdict; also the shape of a finding of the command line. */
export interface Finding {
  /** Rule id of the finding: `gradient-sign`, `gradient-missing-factor`, …; `gradient-right` when nothing is wrong. */
  readonly rule: string;
  readonly verdict: Verdict;
  /** "dw = ∂cost/∂w in propagate". */
  readonly subject: string;
  readonly message: string;
  /** Proof, or numbers: how the verdict came about, with the counter-example for `wrong`. */
  readonly evidence: string;
  readonly span: TextSpan;
  readonly definitionId: string;
  /** Name of the parameter or intermediate that the gradient belongs to. */
  readonly parameter: string;
  /** The derived gradient, for the message and the hover. */
  readonly expected: Formula | null;
  readonly fix?: Fix;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: TextSpan; readonly newText: string }[];
}

/** What the analysis of one text yields, without derivations. */
export interface Analysis {
  readonly definitions: readonly DefinitionSummary[];
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
}

/** What a scan of a workspace keeps of one file. */
export interface FileScan {
  readonly definitions: readonly ScannedDefinition[];
  /** Whether its gradients were judged; there are no verdicts where not. */
  readonly judged: boolean;
  /** How many gradients are right, and of how many it cannot be told. */
  readonly right: number;
  readonly undecided: number;
  readonly wrong: readonly Finding[];
}

export interface ScannedDefinition {
  readonly id: string;
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly nameSpan: TextSpan;
  /** The function that computes its gradient, where that is another one. */
  readonly gradient: { readonly name: string; readonly nameSpan: TextSpan } | null;
}

export type StepState = 'verified' | 'failed' | 'not-checked';

export interface StepView {
  readonly rule: string;
  /** English name of the rule: "chain rule". */
  readonly ruleName: string;
  /** The rule as LaTeX, empty if it has none. */
  readonly ruleFormula: string;
  readonly title: string;
  readonly before: Formula;
  readonly after: Formula;
  readonly state: StepState;
  /** "agrees at 6 random points, to 3e-16", or why it could not be checked. */
  readonly evidence: string;
  readonly assumptions: readonly string[];
  readonly children: readonly StepView[];
}

export interface ParameterView {
  readonly name: string;
  readonly symbol: Formula;
  readonly shape: readonly string[];
  readonly gradient: {
    /** ∂J/∂w_j = … in indices. */
    readonly index: Formula;
    /** The same in matrix notation; null where none was found. */
    readonly matrix: Formula | null;
    /** Self-contained source per target (`numpy`, `torch`, `jax`, `typescript`): recomputes intermediates, ends with the assignment. */
    readonly code: Readonly<Record<string, string>>;
  };
  /** What the names stand for that only the steps use. */
  readonly abbreviations: readonly NamedFormula[];
  readonly steps: readonly StepView[];
  /** The hand-written gradients of this parameter. */
  readonly findings: readonly Finding[];
}

export interface GraphNodeView {
  readonly id: string;
  readonly label: Formula;
  readonly role:
    'parameter' | 'data' | 'label' | 'hyper' | 'upstream' | 'unknown' | 'intermediate' | 'output';
  readonly shape: readonly string[];
  /** The definition (forward), null for inputs. */
  readonly value: Formula | null;
  /** ∂output/∂this (backward), null where nothing flows. */
  readonly adjoint: Formula | null;
  readonly span: TextSpan | null;
}

export interface GraphEdgeView {
  readonly from: string;
  readonly to: string;
  /** ∂to/∂from, null for edges along which nothing is differentiated. */
  readonly partial: Formula | null;
}

/** Words with formulas among them. */
export interface Sentence {
  /** The whole as plain text, without a capital and a full stop. */
  readonly text: string;
  readonly parts: readonly (string | Formula)[];
}

export interface DerivationView {
  /** What the parameters hold, when it is not their gradients; such a view has no graph. */
  readonly kind?: DerivativeKind;
  /** What can be derived of this definition, what it is best opened with first; known where the gradients are. */
  readonly kinds?: readonly DerivativeKind[];
  readonly definition: DefinitionSummary;
  readonly graph: { readonly nodes: readonly GraphNodeView[]; readonly edges: readonly GraphEdgeView[] };
  readonly parameters: readonly ParameterView[];
  /** Derivatives by intermediates that got names of their own (`dZ`) and occur in the gradients, in order of use. */
  readonly named?: readonly NamedFormula[];
  readonly facts: readonly string[];
  /** Where the derivatives do not exist and what is taken there. */
  readonly kinks?: readonly Sentence[];
  readonly problems: readonly Problem[];
}

/** A size of a variable from which on a form breaks down in floating point although its value does not; measured. */
export interface StabilityFinding {
  /** `value`: the output as written. `chain`: the chain rule, not simplified. `gradient`: the gradient as printed in code. */
  readonly what: 'value' | 'chain' | 'gradient';
  /** Name of the output, or of what the gradients are by. */
  readonly names: readonly string[];
  /** The pre-activation or input that was driven to its limits. */
  readonly variable: string;
  /** `above` the threshold, `below` minus the threshold, or `beyond` it on either side. */
  readonly side: 'above' | 'below' | 'beyond';
  /** `cancellation`: a relative error above 1e-6. */
  readonly effect: 'overflow' | 'cancellation';
  /** In double precision. */
  readonly threshold: number;
  /** In single precision; null where nothing was found there. */
  readonly singleThreshold: number | null;
  /** All elements of the variable are of that size together; else one is enough. */
  readonly together: boolean;
  /** The whole as a sentence. */
  readonly text: string;
}

export interface StabilityView {
  /** Empty where nothing was found. */
  readonly findings: readonly StabilityFinding[];
  /** What holds all the same, as a sentence; empty if there is nothing to say. */
  readonly conclusion: string;
  /** The output in a form that does not break down, null where none is needed or known. */
  readonly stable: {
    /** What differs from the definition, in order of evaluation, the output last. */
    readonly formulas: readonly NamedFormula[];
    /** Self-contained source per target. */
    readonly code: Readonly<Record<string, string>>;
  } | null;
}

/** Hover content, ready for a renderer. */
export interface HoverInfo {
  readonly definitionId: string;
  readonly title: string;
  /** Lines of display mathematics: the formula, then its gradients. */
  readonly formulas: readonly Formula[];
  readonly gradients: readonly Formula[];
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
  /** Where the gradients do not exist, one line. */
  readonly kinks?: string;
  /** Where the definition breaks down, one line; only if it has been measured before. */
  readonly numerics?: string;
}

// ---- data, checks and training
