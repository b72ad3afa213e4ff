/** What host and panel tell each other. */
import type {
  DefinitionKind,
  DerivationView,
  DerivativeKind,
  InputRole,
  StabilityView,
  TextSpan,
} from '../protocol';
import type {
  CheckReport,
  DataChoice,
  DataUse,
  TablePreview,
  TrainOptions,
  TrainProgress,
  TrainResult,
} from './training';

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
