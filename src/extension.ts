/** The extension's wiring: what VS Code is given at the start. Everything heavy is loaded when it is first needed. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { createActions } from './host/actions';
import { createActivities } from './host/activities';
import { createAnalyses } from './host/analyses';
import { createAnalyzerThread } from './host/analyzerThread';
import { createCheckpoints } from './host/checkpoints';
import { COMMANDS } from './host/commands';
import { createCorrections } from './host/corrections';
import { createDataChoices } from './host/dataChoices';
import { registerDiagnostics } from './host/diagnostics';
import { createEdges } from './host/edges';
import { createEngine } from './host/engine';
import { unsavedText } from './host/openTables';
import { registerHover } from './host/hover';
import { registerLenses } from './host/lenses';
import { createLog } from './host/log';
import { createNeighbours } from './host/neighbours';
import { createPanelModel } from './host/panelModel';
import { createRuns } from './host/runs';
import { createSessions } from './host/sessions';
import { createSources } from './host/sources';
import { registerStatusBar } from './host/statusBar';
import { createWorkspaceCheck } from './host/workspaceCheck';
import { createWorkspaceScan } from './host/workspaceScan';
import { registerWorkspaceSymbols } from './host/workspaceSymbols';
import type { PanelState } from './protocol/panel';

/** For tests: what `activate` returns. */
export interface NablaExtension {
  /** ms that `activate` took. */
  readonly activation: number;
  /** What the panel shows, or would show if it were open. */
  readonly state: () => PanelState;
  readonly onDidChangeState: vscode.Event<PanelState>;
  /** Files of the workspace were read that need not be open. */
  readonly onDidScan: vscode.Event<readonly vscode.Uri[]>;
}

export function activate(context: vscode.ExtensionContext): NablaExtension {
  const began = performance.now();
  const { subscriptions, extensionPath, extensionUri, extension, workspaceState } = context;
  const log = createLog(String((extension.packageJSON as { version: unknown }).version));
  const edges = createEdges(subscriptions, log);
  const analyzer = createAnalyzerThread(extensionPath, log.bug);
  const neighbours = createNeighbours();
  const corrections = createCorrections(workspaceState);
  const sources = createSources(neighbours, corrections);
  const analyses = createAnalyses(analyzer, sources, log.bug);
  const sessions = createSessions(workspaceState);
  const storage = context.storageUri?.scheme === 'file' ? context.storageUri.fsPath : null;
  const engine = createEngine(
    extensionPath,
    log.info,
    undefined,
    unsavedText,
    storage === null ? undefined : join(storage, 'tables'),
  );
  const activities = createActivities();
  const data = createDataChoices(sessions, engine);
  const checkpoints = createCheckpoints(storage === null ? null : join(storage, 'runs'), log.info);
  const runs = createRuns({ analyses, sessions, engine, data, activities, checkpoints, log: log.info });
  const model = createPanelModel(analyses, sessions, runs, activities, log);
  const scan = createWorkspaceScan({ analyzer, sources, neighbours, corrections, report: log.bug });
  const workspace = createWorkspaceCheck(scan);
  const { handlers, panel } = createActions({
    extensionUri,
    analyses,
    sources,
    corrections,
    model,
    runs,
    activities,
    workspace,
    log,
  });
  subscriptions.push(
    log,
    analyzer,
    neighbours,
    corrections,
    sources,
    analyses,
    sessions,
    engine,
    activities,
    runs,
    model,
    scan,
    workspace,
    panel,
  );

  for (const { id, title } of COMMANDS)
    edges.register(`the command "${title}"`, () => vscode.commands.registerCommand(id, handlers[id]));
  edges.register('the lenses', () => registerLenses(analyses, edges));
  edges.register('the hover', () => registerHover(analyses, extensionPath, edges));
  edges.register('the diagnostics', () => registerDiagnostics(analyses, sessions, edges));
  edges.register('the symbols of the workspace', () => registerWorkspaceSymbols(scan));
  edges.register('the status bar', () => registerStatusBar(activities));

  return {
    activation: performance.now() - began,
    state: () => model.state,
    onDidChangeState: model.onDidChange,
    onDidScan: scan.onDidChange,
  };
}
