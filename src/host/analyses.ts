import * as vscode from 'vscode';
import type { AnalyzerApi } from '../check/api';
import type { Analysis } from '../protocol';
import { LANGUAGES } from './languages';

/** An analysis with the document's version that it belongs to. */
export interface VersionedAnalysis {
  readonly version: number;
  readonly analysis: Analysis;
}

/** What the open documents mean, worked out on request and after edits. */
export interface Analyses extends vscode.Disposable {
  readonly selector: vscode.DocumentSelector;
  /** The analysis of any text. */
  readonly analyzer: AnalyzerApi;
  reads(document: vscode.TextDocument): boolean;
  /** Of the document as it is now. */
  of(document: vscode.TextDocument): Promise<Analysis>;
  /** A document that is shown was opened or edited, and its analysis is there. */
  readonly onDidAnalyze: vscode.Event<vscode.TextDocument>;
  readonly onDidClose: vscode.Event<vscode.TextDocument>;
}

/** After the last key, in ms: short enough to feel at once, long enough not to work at each letter. */
const DEBOUNCE = 250;

export function createAnalyses(
  analyzer: AnalyzerApi,
  report: (what: string, error: unknown) => void,
): Analyses {
  const analyzed = new vscode.EventEmitter<vscode.TextDocument>();
  const closed = new vscode.EventEmitter<vscode.TextDocument>();
  const known = new WeakMap<vscode.TextDocument, VersionedAnalysis>();
  const timers = new Map<string, NodeJS.Timeout>();
  const reads = (document: vscode.TextDocument) => LANGUAGES.includes(document.languageId);
  const underway = new Map<vscode.TextDocument, Promise<void>>();

  const analyze = async (document: vscode.TextDocument): Promise<void> => {
    const { version } = document;
    const analysis = await analyzer.analyze(document.getText(), document.languageId);
    known.set(document, { version, analysis });
  };

  const of = async (document: vscode.TextDocument): Promise<Analysis> => {
    for (;;) {
      const latest = known.get(document);
      if (latest?.version === document.version) return latest.analysis;
      // One at a time for each document, so that versions which nobody needs any more are left out.
      const current =
        underway.get(document) ?? analyze(document).finally(() => void underway.delete(document));
      underway.set(document, current);
      await current;
    }
  };

  const refresh = async (document: vscode.TextDocument) => {
    if (document.isClosed) return;
    try {
      await of(document);
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
    vscode.workspace.onDidCloseTextDocument((document) => {
      clearTimeout(timers.get(document.uri.toString()));
      timers.delete(document.uri.toString());
      closed.fire(document);
    }),
  );
  for (const { document } of vscode.window.visibleTextEditors) soon(document, 0);

  return {
    selector: LANGUAGES.map((language) => ({ language })),
    analyzer,
    reads,
    of,
    onDidAnalyze: analyzed.event,
    onDidClose: closed.event,
    dispose() {
      for (const timer of timers.values()) clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}
