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

export interface ColumnInfo {
  readonly name: string;
  readonly type: 'number' | 'text' | 'empty';
  readonly missing: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly distinct: number | null;
  /** Distinct values where there are at most eight, as text; categories in the order of the numbers that they get. */
  readonly examples: readonly string[];
}

export interface TablePreview {
  readonly path: string;
  /** How it was read, in words. */
  readonly format?: string;
  readonly rows: number;
  readonly columns: readonly ColumnInfo[];
  readonly problems: readonly Problem[];
}

/** How a table feeds a definition. `missing`: what to do with rows that have missing values. */
export interface DataChoice {
  readonly path: string;
  readonly target: string;
  readonly features: readonly string[];
  readonly standardise: boolean;
  readonly missing: 'drop' | 'mean' | 'stop';
  /** Values of scalar settings (`lam`) by name; those that are not given have defaults, which are reported. */
  readonly settings?: Readonly<Record<string, number>>;
  /** What features that are texts become: a number for each category (so by default), or a column of 0 and 1 for each. */
  readonly categories?: 'number' | 'indicators';
  /** A column of ones before the features, where the definition has no bias of its own. */
  readonly intercept?: boolean;
  /** The share of the rows, in [0, 1), that is kept for validation, and the seed by which they are drawn. */
  readonly validation?: { readonly share: number; readonly seed: number };
  /** Weights that make every class count the same, where the definition takes weights. */
  readonly balance?: boolean;
}

/** What a definition can be given besides columns. */
export interface DataOffers {
  /** It has no bias of its own. */
  readonly intercept: boolean;
  /** The input that takes weights, as in the code. */
  readonly weights: string | null;
}

/** What a choice comes to for a definition, before it is used. */
export interface DataUse {
  /** For training. */
  readonly rows: number;
  readonly validationRows: number;
  readonly features: number;
  readonly notes: readonly string[];
  /** Why the choice cannot be used. */
  readonly problems: readonly Problem[];
  readonly offers: DataOffers;
}

/** Where a check is made, relative to a training run. */
export type CheckPoint = 'start' | 'middle' | 'end' | 'on-demand';

/** One of the two parts of a checked gradient: of the terms of the loss that read data, or of those that do not. */
export interface PartCheck {
  readonly part: 'data' | 'penalty';
  /** Largest entry of the derived gradient. */
  readonly size: number;
  readonly derivedVerdict: Verdict;
  readonly derivedDifference: number;
  /** The same of the hand-written gradient, split by what reads data in it; null where there is none. */
  readonly handSize: number | null;
  readonly handVerdict: Verdict | null;
  readonly handDifference: number | null;
  readonly reason: string;
}

export interface ParameterCheck {
  readonly name: string;
  readonly shape: readonly number[];
  /** Flattened in row-major order. Very long ones are cut to the cells that differ most; `cells` says which. */
  readonly cells: readonly number[];
  readonly derived: readonly number[];
  readonly handWritten: readonly number[] | null;
  readonly finite: readonly number[];
  /** Estimated absolute error of each finite difference. */
  readonly finiteError: readonly number[];
  /** max |derived - finite| / max |derived|, over all cells. */
  readonly derivedDifference: number;
  readonly handDifference: number | null;
  /** Verdict on the derived gradient against finite differences. */
  readonly derivedVerdict: Verdict;
  /** Verdict on the hand-written gradient, null where there is none. */
  readonly handVerdict: Verdict | null;
  readonly reason: string;
  /** Data and penalty apart, where the loss has both. */
  readonly parts?: readonly PartCheck[];
}

export interface CheckReport {
  readonly definitionId: string;
  readonly at: CheckPoint;
  readonly epoch: number;
  readonly rows: number;
  readonly features: number;
  readonly loss: number;
  /** What of the loss reads no data, where it has such a part. */
  readonly penalty?: number;
  readonly parameters: readonly ParameterCheck[];
  readonly problems: readonly Problem[];
  readonly milliseconds: number;
}

/** The rule that turns gradients into steps. The last two take all rows at once and find the length of their steps themselves. */
export type OptimizerName =
  | 'gradient-descent'
  | 'momentum'
  | 'nesterov'
  | 'adam'
  | 'adamw'
  | 'rmsprop'
  | 'adagrad'
  | 'l-bfgs'
  | 'newton';

/** The learning rate by epoch, as a share of `learningRate`. */
export interface LearningRateSchedule {
  readonly kind: 'constant' | 'step' | 'exponential' | 'cosine';
  /** Epochs at the start over which the rate grows evenly to its full size; 0. */
  readonly warmUp?: number;
  /** `step`: epochs between two reductions; 30. */
  readonly every?: number;
  /** What a reduction multiplies by: at each `step` (0.1), or after each epoch (`exponential`, 0.95). */
  readonly factor?: number;
  /** `cosine`: the share of the rate at the end; 0. */
  readonly floor?: number;
}

/** What is left out has its default, which stands in the comment. */
export interface TrainOptions {
  readonly learningRate: number;
  readonly epochs: number;
  readonly seed: number;
  /** Scale of the random initial parameters; 0 starts at zero. */
  readonly initScale: number;
  /** Stop when max |gradient| falls below this; 0 never. */
  readonly tolerance: number;
  /** Trains the hand-written gradient beside the derived one, where there is one; false. */
  readonly sideBySide?: boolean;
  /** Stop when the loss changes by less than this share of itself from one epoch to the next; 0 never (0). */
  readonly lossTolerance?: number;
  /** `gradient-descent`. */
  readonly optimizer?: OptimizerName;
  /** Gradient descent looks for the length of each step along the gradient, starting at the learning rate; false. */
  readonly lineSearch?: boolean;
  /** Rows per step; 0 means all (0). */
  readonly batchSize?: number;
  /** The rows are put in a new order, made from the seed, before each epoch of batches; true. */
  readonly shuffle?: boolean;
  /** Of `momentum` and `nesterov` (0.9), and of `rmsprop` (0). */
  readonly momentum?: number;
  /** How much of the mean gradient is kept in a step of `adam` and `adamw`; 0.9. */
  readonly beta1?: number;
  /** How much of the mean squared gradient is kept in a step of `adam`, `adamw` (0.999) and `rmsprop` (0.99). */
  readonly beta2?: number;
  /** What `adam`, `adamw`, `rmsprop` (1e-8) and `adagrad` (1e-10) add to the root that they divide by. */
  readonly epsilon?: number;
  /** Each step shrinks the parameters: by this times the rate in `adamw`, else as a penalty of half of it times their squares; 0. */
  readonly weightDecay?: number;
  /** A longer gradient is shortened to this Euclidean length; 0 never (0). */
  readonly clipNorm?: number;
  /** Constant. */
  readonly schedule?: LearningRateSchedule;
  /** Stop after this many epochs without a smaller loss, on the rows held out if there are any; 0 never (0). */
  readonly patience?: number;
  /** `double`. In single precision the data take half the memory; parameters and totals stay double. */
  readonly precision?: 'double' | 'single';
}

export interface TrainProgress {
  readonly runId: string;
  /** Of the run with the derived gradient where nothing is said. */
  readonly curve?: Curve;
  readonly epoch: number;
  readonly epochs: number;
  /** Since the last message: one entry per epoch. */
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  /** On the rows that are held out; empty where there are none. */
  readonly validationLosses?: readonly number[];
  readonly firstEpoch: number;
}

/** Whose gradient a run follows, where both are trained side by side. */
export type Curve = 'derived' | 'hand';

export interface TrainedParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: readonly number[];
}

/** What the hand-written gradient makes of the training. `same`: the curves coincide. */
export interface RunComparison {
  readonly kind: 'same' | 'close' | 'slower' | 'faster' | 'elsewhere' | 'diverges' | 'unknown';
  readonly text: string;
}

/** The run with the hand-written gradient, from the same start and with the same options. */
export interface HandRun {
  readonly end: TrainEnd;
  readonly message: string;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  readonly parameters: readonly TrainedParameter[];
  readonly comparison: RunComparison;
}

/** One number of a parameter, in the units of the report. */
export interface Coefficient {
  /** `w[mean radius]`, with the names of features and classes where an axis runs over them. */
  readonly name: string;
  readonly value: number;
  /** Null where the report says why there are none, like the rest. */
  readonly standardError: number | null;
  /** Value over standard error: z, or t. */
  readonly statistic: number | null;
  /** Two-sided, of the value 0. */
  readonly p: number | null;
  /** Of the 95 % confidence interval. */
  readonly low: number | null;
  readonly high: number | null;
}

/** The parameters at the end of a run that has converged. */
export interface CoefficientReport {
  /** `data`: as the file has the features; `standardised`: of features with mean 0 and variance 1. */
  readonly units: 'data' | 'standardised';
  readonly coefficients: readonly Coefficient[];
  /** The distribution of the statistic under the hypothesis 0; null where there are no standard errors. */
  readonly distribution: 'normal' | 't' | null;
  readonly degreesOfFreedom: number | null;
  /** By which formula, or why there are none, as sentences. */
  readonly about: string;
  /** Where the loss has a closed form: what it is, and max |difference| / max |coefficient|. */
  readonly closedForm: { readonly about: string; readonly difference: number } | null;
}

export type TrainEnd = 'finished' | 'converged' | 'cancelled' | 'diverged' | 'failed';

export interface TrainResult {
  readonly runId: string;
  readonly definitionId: string;
  readonly end: TrainEnd;
  /** Why it ended, with what to do next for `diverged` and `failed`. */
  readonly message: string;
  readonly epochs: number;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  /** On the rows that are held out, one per epoch; absent where there are none. */
  readonly validationLosses?: readonly number[];
  readonly parameters: readonly TrainedParameter[];
  /** Where both gradients were trained side by side. */
  readonly hand?: HandRun;
  readonly checks: readonly CheckReport[];
  /** Where the run ended at a minimum, of up to some hundred parameters. */
  readonly coefficients?: CoefficientReport;
  readonly milliseconds: number;
  /** What computed the gradient, in words; absent where none was. */
  readonly computedBy?: string;
  readonly problems: readonly Problem[];
}

// ---- host <-> view

/** Identifies what a panel shows; messages with another version are stale and dropped. */
export interface PanelSubject {
  readonly uri: string;
  readonly fileName: string;
  readonly version: number;
  readonly definitionId: string;
}

export interface DataState {
  /** Data files of the workspace, best guess first. */
  readonly files: readonly { readonly path: string; readonly label: string }[];
  readonly preview: TablePreview | null;
  readonly choice: DataChoice | null;
  /** Of the choice as it is; null while that is being found out. */
  readonly use?: DataUse | null;
}

/** Which of `kinds` of the derivation is shown, where there is a choice. */
export interface DerivativeState {
  /** The one that was asked for last. */
  readonly kind: DerivativeKind;
  /** Its derivation, that of another kind while it is being derived; null where that is the panel's `derivation` itself. */
  readonly view: DerivationView | null;
  readonly busy: boolean;
  /** Why there is no derivation of this kind. */
  readonly trouble: string | null;
}

/** A section that a command brings into sight. */
export type PanelSection = 'derivation' | 'check' | 'train';

/** Everything that the panel shows; `ready` returns it whole. */
export interface PanelState {
  readonly subject: PanelSubject | null;
  /** By gradients: with the graph and the verdicts. */
  readonly derivation: DerivationView | null;
  readonly derivative?: DerivativeState | null;
  /** Measured after the derivation has been shown. */
  readonly stability?: StabilityView | null;
  /** Other definitions of the document, to switch to. */
  readonly siblings: readonly { readonly id: string; readonly name: string; readonly kind: DefinitionKind }[];
  readonly data: DataState;
  readonly check: CheckReport | null;
  readonly training: TrainingState | null;
  /** A run of this definition that can be gone on with, while none is under way. */
  readonly checkpoint?: CheckpointState | null;
  /** Shown at the top: what went wrong and what to do. */
  readonly message: string | null;
  readonly busy: 'deriving' | 'checking' | 'training' | null;
  /** A section to bring into sight, once per `count`: what was asked for from outside the panel happens there. */
  readonly attention?: { readonly section: PanelSection; readonly count: number };
}

/** A run that was kept before it had ended. */
export interface CheckpointState {
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number | null;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  /** What is not as it was, so that the run cannot go on, in a sentence. */
  readonly changed: string | null;
}

export interface TrainingState {
  readonly runId: string;
  readonly running: boolean;
  /** Held by the user; it is `running` all the same. */
  readonly paused?: boolean;
  readonly options: TrainOptions;
  readonly epoch: number;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  /** On the rows that are held out; empty or absent where there are none. */
  readonly validationLosses?: readonly number[];
  /** The run with the hand-written gradient beside it. */
  readonly hand?: { readonly losses: readonly number[]; readonly gradientNorms: readonly number[] };
  readonly checks: readonly CheckReport[];
  readonly result: TrainResult | null;
  /** What has happened to the run, in a sentence. */
  readonly note?: string;
  /** The last result of an earlier run that was one. */
  readonly earlier?: TrainResult | null;
}

/** What the view may ask of the host. */
export interface HostApi {
  ready(): Promise<PanelState>;
  selectDefinition(definitionId: string): Promise<void>;
  /** Derives another kind of derivative of the definition that is shown. */
  selectDerivative(kind: DerivativeKind): Promise<void>;
  /** Sets the role or the shape of an input of the definition that is shown; null takes it back. */
  correct(
    input: string,
    change: { readonly role?: InputRole; readonly shape?: readonly string[] } | null,
  ): Promise<void>;
  /** Shows a place of the document in the editor. */
  reveal(span: TextSpan): Promise<void>;
  copy(text: string): Promise<void>;
  chooseData(): Promise<void>;
  setData(choice: DataChoice): Promise<void>;
  check(): Promise<void>;
  train(options: TrainOptions): Promise<void>;
  /** Holds the run. */
  pause(): Promise<void>;
  /** Lets the run do one epoch and holds it then. */
  step(): Promise<void>;
  /** Lets a held run go on; else goes on with the one that was kept. */
  resume(): Promise<void>;
  /** Lets go of the run that was kept. */
  discardRun(): Promise<void>;
  cancel(): Promise<void>;
}

/** What the host may tell the view. */
export interface ViewApi {
  show(state: PanelState): Promise<void>;
  trainProgress(progress: TrainProgress): Promise<void>;
}
