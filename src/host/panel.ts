import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { DerivativeKind, TextSpan } from '../protocol';
import type { DataChoice, TrainOptions } from '../protocol/training';
import type { HostApi, PanelState, ViewApi } from '../protocol/panel';
import { createRpc } from '../rpc';
import type { Rpc } from '../rpc';
import { readChange } from './corrections';
import { createCurveFeed } from './curveFeed';
import type { InputChange } from './corrections';
import { readChoice } from './dataGuess';
import { openDocument } from './documents';
import { panelHtml } from './panelHtml';
import { sameTarget } from './panelModel';
import type { PanelModel } from './panelModel';
import type { Runs } from './runs';
import { rangeOf } from './spans';

/** What the panel's buttons do; the same as the commands. */
export interface PanelActions {
  select(definitionId: string): Promise<void>;
  selectDerivative(kind: DerivativeKind): Promise<void>;
  correct(input: string, change: InputChange | null): Promise<void>;
  chooseData(): Promise<void>;
  setData(choice: DataChoice): Promise<void>;
  check(): Promise<void>;
  train(options: TrainOptions): Promise<void>;
  pause(): Promise<void>;
  step(): Promise<void>;
  resume(): Promise<void>;
  discardRun(): Promise<void>;
  cancel(): Promise<void>;
}

/** The panel beside the editor. There is one; closing it keeps its model, and opening it again shows that. */
export interface Panel extends vscode.Disposable {
  reveal(): void;
  readonly visible: boolean;
}

const VIEW_TYPE = 'nabla.panel';

export function createPanel(
  extensionUri: vscode.Uri,
  model: PanelModel,
  runs: Runs,
  actions: PanelActions,
): Panel {
  let open: OpenPanel | null = null;
  return {
    reveal() {
      if (open !== null) {
        open.reveal();
        return;
      }
      const made = new OpenPanel(extensionUri, model, runs, actions);
      open = made;
      made.onDidClose(() => {
        if (open === made) open = null;
      });
    },
    get visible() {
      return open?.visible ?? false;
    },
    dispose: () => open?.dispose(),
  };
}

/** One webview from its opening until it is closed. */
class OpenPanel implements vscode.Disposable {
  private readonly webviewPanel: vscode.WebviewPanel;
  private readonly rpc: Rpc<ViewApi>;
  private readonly feed = createCurveFeed((progress) => this.tell((view) => view.trainProgress(progress)));
  private readonly subscriptions: vscode.Disposable;
  private readonly closed = new vscode.EventEmitter<void>();
  readonly onDidClose = this.closed.event;

  constructor(
    extensionUri: vscode.Uri,
    private readonly model: PanelModel,
    runs: Runs,
    actions: PanelActions,
  ) {
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    this.webviewPanel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      'Nabla',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      // What is opened and where the reader is in a long derivation would be lost with the page.
      { enableScripts: true, localResourceRoots: [dist], retainContextWhenHidden: true },
    );
    const { webview } = this.webviewPanel;
    const received = new vscode.EventEmitter<unknown>();
    this.rpc = createRpc<ViewApi>(
      {
        post: (message) => void webview.postMessage(message),
        onMessage: (listener) => received.event(listener),
      },
      hostApi(
        model,
        () => {
          this.feed.restart();
          return this.feed.shown(model.state);
        },
        actions,
      ),
    );
    this.subscriptions = vscode.Disposable.from(
      received,
      this.closed,
      webview.onDidReceiveMessage((message: unknown) => received.fire(message)),
      model.onDidChange(() => this.show()),
      runs.onProgress(({ target, progress }) => {
        if (this.webviewPanel.visible && model.target !== null && sameTarget(target, model.target))
          this.feed.progress(progress);
      }),
      // Messages to a hidden page get lost.
      this.webviewPanel.onDidChangeViewState(() => this.show()),
      this.webviewPanel.onDidDispose(() => this.dispose()),
    );
    webview.html = panelHtml({
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'view.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'view.css')).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64url'),
    });
    this.setTitle();
  }

  get visible(): boolean {
    return this.webviewPanel.visible;
  }

  reveal(): void {
    this.webviewPanel.reveal(undefined, true);
  }

  dispose(): void {
    this.closed.fire();
    this.feed.dispose();
    this.rpc.dispose();
    this.subscriptions.dispose();
    this.webviewPanel.dispose();
  }

  private show(): void {
    this.setTitle();
    if (this.webviewPanel.visible) this.tell((view) => view.show(this.feed.shown(this.model.state)));
  }

  private setTitle(): void {
    const name = this.model.state.derivation?.definition.name;
    this.webviewPanel.title = name === undefined ? 'Nabla' : `∇ ${name}`;
  }

  /** The page asks for the whole state when it is there, so that a message which came before it is not missed. */
  private tell(send: (view: ViewApi) => Promise<void>): void {
    send(this.rpc.remote).catch(() => undefined);
  }
}

function hostApi(model: PanelModel, begin: () => PanelState, actions: PanelActions): HostApi {
  return {
    ready: () => Promise.resolve(begin()),
    selectDefinition: (definitionId) => actions.select(definitionId),
    selectDerivative: (kind) => actions.selectDerivative(kind),
    correct: (input, change) => actions.correct(input, change === null ? null : readChange(change)),
    reveal: (span) => reveal(model, span),
    copy: (text) => Promise.resolve(vscode.env.clipboard.writeText(text)),
    chooseData: () => actions.chooseData(),
    setData: async (choice) => {
      const read = readChoice(choice);
      if (read === null) throw new Error('the panel sent a choice of data that cannot be read');
      await actions.setData(read);
    },
    check: () => actions.check(),
    train: (options) => actions.train(options),
    pause: () => actions.pause(),
    step: () => actions.step(),
    resume: () => actions.resume(),
    discardRun: () => actions.discardRun(),
    cancel: () => actions.cancel(),
  };
}

async function reveal(model: PanelModel, span: TextSpan): Promise<void> {
  if (model.target === null) return;
  const document = await openDocument(model.target.uri);
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const editor = await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    preserveFocus: false,
  });
  const range = rangeOf(span);
  editor.selection = new vscode.Selection(range.start, range.end);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
