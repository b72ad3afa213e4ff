import * as vscode from 'vscode';
import type { AnalyzerApi } from '../check/api';
import type { JobOptions } from '../engine/job';
import { analysisOfCell, placedInCell, type CellAnalysis } from '../check/notebook';
import type {
  Analysis,
  DerivationView,
  DerivativeKind,
  HoverInfo,
  StabilityView,
  TextSpan,
} from '../protocol';
import { LANGUAGES } from './languages';
import type { Source, Sources } from './sources';
import type { TextPosition } from './target';

/** What a document is read as at a version, and what it means. */
interface Reading {
  readonly version: number;
  readonly source: Source;
  readonly analysis: CellAnalysis;
}

/** What the open documents mean, worked out on request and after edits. Places are those of the document, also in a notebook. */
export interface Analyses extends vscode.Disposable {
  readonly selector: vscode.DocumentSelector;
  reads(document: vscode.TextDocument): boolean;
  /** Changes when the document may mean something else than before. */
  version(document: vscode.TextDocument): number;
  /** Of the document as it is now. */
  of(document: vscode.TextDocument): Promise<CellAnalysis>;
  hover(document: vscode.TextDocument, at: TextPosition): Promise<HoverInfo | null>;
  derivation(
    document: vscode.TextDocument,
    definitionId: string,
    kind: DerivativeKind,
  ): Promise<DerivationView>;
  stability(document: vscode.TextDocument, definitionId: string): Promise<StabilityView>;
  job(
    document: vscode.TextDocument,
    definitionId: string,
    options?: JobOptions,
  ): ReturnType<AnalyzerApi['job']>;
  /** A document that is shown was opened or edited, and its analysis is there. */
  readonly onDidAnalyze: vscode.Event<vscode.TextDocument>;
  readonly onDidClose: vscode.Event<vscode.TextDocument>;
}

/** After the last key, in ms: short enough to feel at once, long enough not to work at each letter. */
const DEBOUNCE = 250;

const START: TextSpan = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };

export function createAnalyses(
  analyzer: AnalyzerApi,
  sources: Sources,
  report: (what: string, error: unknown) => void,
): Analyses {
  const analyzed = new vscode.EventEmitter<vscode.TextDocument>();
  const closed = new vscode.EventEmitter<vscode.TextDocument>();
  const known = new WeakMap<vscode.TextDocument, Reading>();
  const timers = new Map<string, NodeJS.Timeout>();
  const reads = (document: vscode.TextDocument) => LANGUAGES.includes(document.languageId);
  const underway = new Map<vscode.TextDocument, Promise<void>>();
  /** The cells of a notebook share one text. */
  let shared: { readonly key: string; readonly analysis: Promise<Analysis> } | null = null;

  const wholeAnalysis = ({ text, languageId, around, cell }: Source): Promise<Analysis> => {
    if (cell === null) return analyzer.analyze(text, languageId, around);
    const key = JSON.stringify([text, around]);
    if (shared?.key !== key) shared = { key, analysis: analyzer.analyze(text, languageId, around) };
    return shared.analysis;
  };

  const analyze = async (document: vscode.TextDocument): Promise<void> => {
    const version = sources.version(document);
    const source = await sources.of(document);
    const whole = await wholeAnalysis(source);
    const { cell } = source;
    const analysis = cell ? analysisOfCell(cell.notebook, whole, cell.number) : { ...whole, elsewhere: [] };
    known.set(document, { version, source, analysis });
  };

  const reading = async (document: vscode.TextDocument): Promise<Reading> => {
    for (;;) {
      const latest = known.get(document);
      if (latest?.version === sources.version(document)) return latest;
      // One at a time for each document, so that versions which nobody needs any more are left out.
      const current =
        underway.get(document) ?? analyze(document).finally(() => void underway.delete(document));
      underway.set(document, current);
      await current;
    }
  };

  /** Plain data with the places of a document. */
  const placed = <T>({ source: { cell }, analysis }: Reading, definitionId: string, data: T): T => {
    if (cell === null) return data;
    const definition = analysis.definitions.find(({ id }) => id === definitionId);
    return placedInCell(cell.notebook, data, cell.number, definition?.nameSpan ?? START);
  };

  const refresh = async (document: vscode.TextDocument) => {
    if (document.isClosed) return;
    try {
      await reading(document);
      analyzed.fire(document);
    } catch (error) {
      report('reading the document', error);
    }
  };

  const soon = (document: vscode.TextDocument, delay: number) => {
    if (!reads(document)) return;
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        void refresh(document);
      }, delay),
    );
  };

  const subscriptions = vscode.Disposable.from(
    analyzed,
    closed,
    vscode.workspace.onDidOpenTextDocument((document) => soon(document, 0)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) soon(document, DEBOUNCE);
    }),
    sources.onDidChange((documents) => {
      for (const document of documents) soon(document, DEBOUNCE);
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      clearTimeout(timers.get(document.uri.toString()));
      timers.delete(document.uri.toString());
      closed.fire(document);
    }),
  );
  for (const { document } of vscode.window.visibleTextEditors) soon(document, 0);

  return {
    selector: LANGUAGES.map((language) => ({ language })),
    reads,
    version: (document) => sources.version(document),
    of: async (document) => (await reading(document)).analysis,
    async hover(document, { line, column }) {
      const own = await reading(document);
      const { text, languageId, around, cell } = own.source;
      const first = cell?.notebook.firstLines[cell.number] ?? 1;
      const info = await analyzer.hover(text, languageId, first + line - 1, column, around);
      return info && placed(own, info.definitionId, info);
    },
    async derivation(document, definitionId, kind) {
      const own = await reading(document);
      const { text, languageId, around } = own.source;
      const view = await analyzer.derivation(text, languageId, definitionId, { kind }, around);
      return placed(own, definitionId, view);
    },
    async stability(document, definitionId) {
      const { source } = await reading(document);
      return analyzer.stability(source.text, source.languageId, definitionId, source.around);
    },
    async job(document, definitionId, options) {
      const { source } = await reading(document);
      return analyzer.job(source.text, source.languageId, definitionId, source.around, options);
    },
    onDidAnalyze: analyzed.event,
    onDidClose: closed.event,
    dispose() {
      for (const timer of timers.values()) clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}
