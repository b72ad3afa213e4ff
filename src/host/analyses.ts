import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Analyzer } from '../check/analyze';
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
  /** Loads the parsers at the first call. */
  analyzer(): Promise<Analyzer>;
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
  extensionPath: string,
  report: (what: string, error: unknown) => void,
): Analyses {
  const analyzed = new vscode.EventEmitter<vscode.TextDocument>();
  const closed = new vscode.EventEmitter<vscode.TextDocument>();
  const known = new WeakMap<vscode.TextDocument, VersionedAnalysis>();
  const timers = new Map<string, NodeJS.Timeout>();
  const reads = (document: vscode.TextDocument) => LANGUAGES.includes(document.languageId);
  let loading: Promise<Analyzer> | null = null;

  const analyzer = () => {
    loading ??= loadAnalyzer(extensionPath, report).catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };

  const of = async (document: vscode.TextDocument): Promise<Analysis> => {
    const ours = await analyzer();
    const before = known.get(document);
    if (before?.version === document.version) return before.analysis;
    const analysis = ours.analyze(document.getText(), document.languageId);
    known.set(document, { version: document.version, analysis });
    return analysis;
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

/** Loaded apart from the extension's start, as the grammars are megabytes. */
async function loadAnalyzer(
  extensionPath: string,
  report: (what: string, error: unknown) => void,
): Promise<Analyzer> {
  const [{ createAnalyzer }, { createParsers }] = await Promise.all([
    import('../check/analyze'),
    import('../lang/parse'),
  ]);
  return createAnalyzer(await createParsers((file) => readFile(join(extensionPath, 'dist', file))), report);
}
